/* known.c - see known.h. Decisions are put down in a log, which is worked off when somebody asks, or when it is long. */
#include "profiler/inference/known.h"
#include "profiler/inference/groups.h"

#define FOR_MEMBER 256 /* blocks that are remembered */
#define FOR_TYPE 64
#define LONG_LOG 65536

struct _HsKnown {
  GArray *log;         /* guint32 */
  GPtrArray *of_member; /* GArray of guint32 by reason, or NULL */
  GPtrArray *of_type;   /* by type */
};

static void
array_free (gpointer array)
{
  if (array != NULL)
    g_array_unref (array);
}

#define RUN 32 /* blocks of one type that are remembered before one of another */

/* Whether the last ones are all of the block's type. */
static gboolean
is_run (const HsEngine *engine, const GArray *list, guint32 block)
{
  HsTypeId type = hs_label_type (engine->label[block]);

  if (list->len < RUN)
    return FALSE;
  for (guint i = list->len - RUN; i < list->len; i++)
    if (hs_label_type (engine->label[g_array_index (list, guint32, i)]) != type)
      return FALSE;
  return TRUE;
}

static void
remember (const HsEngine *engine, GPtrArray *lists, guint key, guint32 block, guint most)
{
  if (key >= lists->len)
    g_ptr_array_set_size (lists, (int)key + 1);
  if (lists->pdata[key] == NULL)
    lists->pdata[key] = g_array_new (FALSE, FALSE, sizeof (guint32));
  GArray *list = lists->pdata[key];
  if (list->len < most && !is_run (engine, list, block))
    g_array_append_val (list, block);
}

static void
work_off (HsEngine *engine)
{
  HsKnown *self = engine->known;

  for (guint i = 0; i < self->log->len; i++) {
    guint32 block = g_array_index (self->log, guint32, i);
    HsLabel label = engine->label[block];
    if (hs_label_level (label) < HS_LEVEL_C)
      continue;
    remember (engine, self->of_member, hs_member_reason (engine, engine->reason[block]), block, FOR_MEMBER);
    if (hs_reasons_get (engine->reasons, engine->reason[block])->source != HS_SOURCE_HEADER && hs_label_form (label) != HS_FORM_ARRAY)
      remember (engine, self->of_type, hs_label_type (label), block, FOR_TYPE);
  }
  g_array_set_size (self->log, 0);
}

void
hs_known_note (HsEngine *engine, guint32 block)
{
  HsKnown *self = engine->known;

  if (self == NULL) {
    self = engine->known = g_new0 (HsKnown, 1);
    self->log = g_array_new (FALSE, FALSE, sizeof (guint32));
    self->of_member = g_ptr_array_new_with_free_func (array_free);
    self->of_type = g_ptr_array_new_with_free_func (array_free);
  }
  g_array_append_val (self->log, block);
  if (self->log->len >= LONG_LOG)
    work_off (engine);
}

static const GArray *
look_up (HsEngine *engine, gboolean by_type, guint key)
{
  if (engine->known == NULL)
    return NULL;
  work_off (engine);
  const GPtrArray *lists = by_type ? engine->known->of_type : engine->known->of_member;
  return key < lists->len ? lists->pdata[key] : NULL;
}

const GArray *
hs_known_of_member (HsEngine *engine, guint32 member)
{
  return look_up (engine, FALSE, member);
}

const GArray *
hs_known_of_type (HsEngine *engine, HsTypeId type)
{
  return look_up (engine, TRUE, type);
}

void
hs_known_free (HsEngine *engine)
{
  HsKnown *self = engine->known;

  if (self == NULL)
    return;
  g_array_unref (self->log);
  g_ptr_array_unref (self->of_member);
  g_ptr_array_unref (self->of_type);
  g_free (self);
}
