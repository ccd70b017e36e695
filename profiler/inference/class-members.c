/* class-members.c - the blocks in which a pointer to a class stands where an object would have it; see classes.h.
 *
 * Any word may by chance, or as a member of something else, hold a pointer to a class. What the header says comes first:
 * its numbers are no addresses. All objects of one class stand equally far behind the start of their blocks, so that the
 * most frequent distance is the one. */
#include "profiler/inference/classes.h"

#include <string.h>

/* Whether a number in the header may be one: it is no pointer; and behind other bytes, where any words may look like a header,
 * it is not as large as no counter ever gets. */
static gboolean
is_number (HsEngine *self, guint64 value, gboolean behind)
{
  return value < HS_PAGE_SIZE || !(hs_engine_is_mapped (self, value) || (behind && value >= HS_ADDR_LIMIT));
}

static gboolean
is_header (HsEngine *self, const HsClassModel *model, const guint8 *data, guint64 limit, gboolean behind)
{
  const HsLayout *layout = hs_layouts_get (self->layouts, model->header);

  if (layout->size > limit)
    return FALSE;
  for (guint32 i = 0; i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    guint64 value;
    if (field->kind != HS_FIELD_INT || field->size != 8 || field->bit_size != 0)
      continue;
    memcpy (&value, data + field->offset, sizeof value);
    if (!is_number (self, value, behind))
      return FALSE;
  }
  return hs_content_match (self, layout, data, limit).bad == 0;
}

static gboolean
find_class (HsClasses *self, guint32 block, const guint8 *data, guint64 usable)
{
  for (guint64 at = 0; at + 8 <= usable && at <= self->max_behind + HS_CLASS_MAX_AT; at += 8) {
    guint64 value;
    memcpy (&value, data + at, sizeof value);
    guint32 number = hs_classes_find (self, value);
    if (number == 0)
      continue;
    const HsClassModel *model = hs_classes_get (self, number - 1)->model;
    guint64 where = model->at;
    if (at < where || at - where > self->max_behind || !is_header (self->engine, model, data + at - where, usable - (at - where), at > where))
      continue;
    HsClassMember member = { block, number - 1, (guint32)(at - where) };
    g_array_append_val (self->members, member);
    return TRUE;
  }
  return FALSE;
}

/* Puts the blocks of each class together, in ascending order. */
static void
sort_members (HsClasses *self)
{
  GArray *sorted = g_array_sized_new (FALSE, FALSE, sizeof (HsClassMember), self->members->len);
  guint32 first = 0;

  g_array_set_size (sorted, self->members->len);
  for (guint32 i = 0; i < self->all->len; i++)
    hs_classes_get (self, i)->n = 0;
  for (guint32 i = 0; i < self->members->len; i++)
    hs_classes_get (self, g_array_index (self->members, HsClassMember, i).class)->n++;
  for (guint32 i = 0; i < self->all->len; i++) {
    HsClass *class = hs_classes_get (self, i);
    class->first = first;
    first += class->n;
    class->n = 0;
  }
  for (guint32 i = 0; i < self->members->len; i++) {
    const HsClassMember *member = &g_array_index (self->members, HsClassMember, i);
    HsClass *class = hs_classes_get (self, member->class);
    g_array_index (sorted, HsClassMember, class->first + class->n++) = *member;
  }
  g_array_unref (self->members);
  self->members = sorted;
}

#define N_BEHIND (HS_CLASS_MAX_BEHIND / 8 + 1)

/* How many objects stand how far behind the start of their block. */
typedef struct {
  guint64 n[N_BEHIND];
} Distances;

static Distances
distances_of (const HsClasses *self, const HsClass *class)
{
  Distances all = { { 0 } };

  for (guint32 i = 0; i < class->n; i++)
    all.n[g_array_index (self->members, HsClassMember, class->first + i).behind / 8]++;
  return all;
}

static guint
most_frequent (const Distances *distances)
{
  guint best = 0;

  for (guint i = 1; i < N_BEHIND; i++)
    if (distances->n[i] > distances->n[best])
      best = i;
  return best;
}

/* Words that merely look like a class's are rare: a distance that hardly any class has is none. */
static void
drop_rare (HsClasses *self, const Distances *all)
{
  guint64 sum = 0;

  for (guint i = 0; i < N_BEHIND; i++)
    sum += all->n[i];
  for (guint32 i = 0; i < self->all->len; i++) {
    HsClass *class = hs_classes_get (self, i);
    if (class->behind != G_MAXUINT32 && all->n[class->behind / 8] * 100 < sum)
      class->behind = G_MAXUINT32;
  }
}

/* Where the objects of each class stand; only the blocks that are like that count. */
static void
find_distances (HsClasses *self)
{
  Distances all = { { 0 } };

  for (guint32 i = 0; i < self->all->len; i++) {
    HsClass *class = hs_classes_get (self, i);
    Distances own = distances_of (self, class);
    guint best = most_frequent (&own);
    class->behind = class->n > 0 && own.n[best] * 2 > class->n ? 8 * best : G_MAXUINT32;
    if (class->behind != G_MAXUINT32)
      all.n[best] += own.n[best];
  }
  if (!self->own_distances)
    drop_rare (self, &all);
}

void
hs_classes_find_members (HsClasses *self)
{
  g_array_set_size (self->members, 0);
  for (guint32 block = 0; block < self->engine->blocks->n; block++) {
    const guint8 *data = hs_label_level (self->engine->label[block]) < HS_LEVEL_A ? hs_engine_bytes (self->engine, block) : NULL;
    if (data != NULL)
      find_class (self, block, data, hs_blocks_size (self->engine->blocks, block));
  }
  sort_members (self);
  find_distances (self);
}

/* --- decisions --- */

guint64
hs_class_room (const HsClasses *self, const HsClass *class, const HsClassMember *member)
{
  guint64 usable = hs_blocks_size (self->engine->blocks, member->block);

  return member->behind == class->behind && usable > class->behind ? usable - class->behind : 0;
}

gboolean
hs_class_admits (HsClasses *self, const HsClass *class, const HsClassMember *member, HsTypeId type, guint64 room)
{
  const guint8 *data = hs_engine_bytes (self->engine, member->block);

  return data != NULL && hs_content_admits (self->engine, hs_layouts_get (self->engine->layouts, type), data + class->behind, room);
}

HsForm
hs_class_form (HsClasses *self, const HsClassMember *member, HsTypeId type, guint64 room)
{
  const HsLayout *layout = hs_layouts_get (self->engine->layouts, type);
  HsAddr address = self->engine->blocks->address[member->block];
  HsForm form;

  if (hs_fits (layout, address, room, &form)
      || (room >= layout->size + HS_CHUNK_REST && hs_fits (layout, address, room - HS_CHUNK_REST, &form)))
    return form;
  return room > layout->size ? HS_FORM_TAIL : HS_FORM_TRUNCATED;
}

void
hs_class_decide (HsClasses *self, const HsClass *class, const HsClassMember *member, guint32 reason)
{
  HsEngine *engine = self->engine;
  guint64 room = hs_class_room (self, class, member);

  if (room == 0 || !hs_class_admits (self, class, member, class->type, room))
    return;
  HsForm form = class->behind != 0 ? HS_FORM_BEHIND : hs_class_form (self, member, class->type, room);
  hs_engine_decide (engine, member->block, class->type, form, HS_LEVEL_A, reason, HS_NO_BLOCK);
}
