/* known.c - see known.h. */
#include "profiler/inference/known.h"
#include "profiler/inference/groups.h"

#define FOR_MEMBER 256 /* blocks that are remembered */
#define FOR_TYPE 64
#define RUN 32 /* blocks of one type that are remembered before one of another */

typedef struct {
  GArray *blocks; /* guint32; NULL: none yet */
  HsTypeId type;  /* that the last ones had when they were remembered, */
  guint32 run;    /* and how many of them */
} Blocks;

struct _HsKnown {
  GArray *of_member; /* Blocks, by reason */
  GArray *of_type;   /* Blocks, by type */
};

static void
clear_blocks (gpointer data)
{
  Blocks *self = data;

  g_clear_pointer (&self->blocks, g_array_unref);
}

static GArray *
new_lists (void)
{
  GArray *lists = g_array_new (FALSE, TRUE, sizeof (Blocks));

  g_array_set_clear_func (lists, clear_blocks);
  return lists;
}

static void
remember (GArray *lists, guint key, guint32 block, HsTypeId type, guint most)
{
  if (key >= lists->len)
    g_array_set_size (lists, key + 1);
  Blocks *list = &g_array_index (lists, Blocks, key);
  if (list->blocks == NULL)
    list->blocks = g_array_new (FALSE, FALSE, sizeof (guint32));
  if (list->blocks->len >= most || (list->run >= RUN && list->type == type))
    return;
  list->run = list->type == type ? list->run + 1 : 1;
  list->type = type;
  g_array_append_val (list->blocks, block);
}

void
hs_known_note (HsEngine *engine, guint32 block)
{
  HsKnown *self = engine->known;
  HsLabel label = engine->label[block];
  guint32 reason = engine->reason[block];

  if (hs_label_level (label) < HS_LEVEL_C)
    return;
  if (self == NULL) {
    self = engine->known = g_new0 (HsKnown, 1);
    self->of_member = new_lists ();
    self->of_type = new_lists ();
  }
  remember (self->of_member, hs_member_reason (engine, reason), block, hs_label_type (label), FOR_MEMBER);
  if (hs_label_form (label) != HS_FORM_ARRAY && hs_reasons_get (engine->reasons, reason)->source != HS_SOURCE_HEADER)
    remember (self->of_type, hs_label_type (label), block, hs_label_type (label), FOR_TYPE);
}

static const GArray *
look_up (const GArray *lists, guint key)
{
  return key < lists->len ? g_array_index (lists, Blocks, key).blocks : NULL;
}

const GArray *
hs_known_of_member (HsEngine *engine, guint32 member)
{
  return engine->known != NULL ? look_up (engine->known->of_member, member) : NULL;
}

const GArray *
hs_known_of_type (HsEngine *engine, HsTypeId type)
{
  return engine->known != NULL ? look_up (engine->known->of_type, type) : NULL;
}

void
hs_known_free (HsEngine *engine)
{
  HsKnown *self = engine->known;

  if (self == NULL)
    return;
  g_array_unref (self->of_member);
  g_array_unref (self->of_type);
  g_free (self);
}
