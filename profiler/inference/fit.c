/* fit.c - which types a block of a given size may be.
 *
 * malloc rounds up: a block is at most 15 bytes longer than what was asked for, 24 bytes at least. A block with a mapping
 * of its own is rounded up to the page. */
#include "profiler/inference/engine.h"

#define MAX_DEPTH 64
#define MAX_STEPS 4096 /* members looked at for one question */

guint64
hs_residue (HsAddr address, guint64 usable)
{
  /* mmap_threshold is 128 KiB or more unless tuned down; an mmapped block stands 16 bytes into a page. */
  return usable >= 65536 && (address & (HS_PAGE_SIZE - 1)) == HS_GRANULE ? 15 + HS_PAGE_SIZE : 15;
}

gboolean
hs_fits (const HsLayout *layout, HsAddr address, guint64 usable, HsForm *form)
{
  if (layout->size == 0)
    return FALSE;
  if (layout->size <= usable && (usable - layout->size <= hs_residue (address, usable) || usable == 24)) {
    *form = HS_FORM_WHOLE;
    return TRUE;
  }
  if (layout->tail_stride != 0 && usable >= layout->tail_offset) {
    *form = HS_FORM_FLEXIBLE;
    return TRUE;
  }
  return FALSE;
}

static gboolean
contains (HsEngine *self, HsTypeId outer, HsTypeId inner, guint64 offset, guint depth, guint *steps)
{
  const HsType *type = hs_types_get (self->types, outer);

  if (depth > MAX_DEPTH)
    return FALSE;
  if (type->kind == HS_TYPE_ARRAY) {
    HsTypeId element = hs_types_strip (self->types, type->target);
    guint64 stride = hs_types_get (self->types, element)->size;
    if (stride == 0 || offset >= type->size)
      return FALSE;
    return (element == inner && offset % stride == 0) || contains (self, element, inner, offset % stride, depth + 1, steps);
  }
  if (type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS && type->kind != HS_TYPE_UNION)
    return FALSE;
  for (guint32 i = 0; i < type->n_members && ++*steps < MAX_STEPS; i++) {
    const HsMember *member = hs_types_member (self->types, type, i);
    HsTypeId id = hs_types_strip (self->types, member->type);
    if (member->offset > offset || member->bit_size != 0 || (member->flags & HS_MEMBER_VIRTUAL_BASE)
        || offset - member->offset >= MAX (1, hs_types_get (self->types, id)->size))
      continue;
    if ((id == inner && offset == member->offset) || contains (self, id, inner, offset - member->offset, depth + 1, steps))
      return TRUE;
  }
  return FALSE;
}

gboolean
hs_contains (HsEngine *self, HsTypeId outer, HsTypeId inner, guint64 offset)
{
  guint steps = 0;

  return outer < self->types->n_types && inner < self->types->n_types && contains (self, outer, inner, offset, 0, &steps);
}

/* --- containers --- */

typedef struct {
  HsTypeId inner;
  guint64 offset;
  guint64 usable;
  gboolean mapped;
  HsContainer answer;
} Question;

static guint
question_hash (gconstpointer data)
{
  const Question *q = data;

  return q->inner * 2654435761u + (guint)q->offset * 40503u + (guint)(q->usable >> 3) * 97;
}

static gboolean
question_equal (gconstpointer a, gconstpointer b)
{
  const Question *x = a, *y = b;

  return x->inner == y->inner && x->offset == y->offset && x->usable == y->usable && x->mapped == y->mapped;
}

static void
array_free (gpointer array)
{
  g_array_unref (array);
}

/* Only what somebody allocates under a name: structs and classes. */
static void
index_types (HsEngine *self)
{
  self->by_size = g_hash_table_new_full (NULL, NULL, NULL, array_free);
  self->flexible = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  for (HsTypeId id = 1; id < self->types->n_types; id++) {
    const HsType *type = hs_types_get (self->types, id);
    if ((type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS) || type->size == 0 || (type->flags & HS_TYPE_FLAG_ANONYMOUS))
      continue;
    GArray *ids = g_hash_table_lookup (self->by_size, (gpointer)type->size);
    if (ids == NULL) {
      ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
      g_hash_table_insert (self->by_size, (gpointer)type->size, ids);
    }
    g_array_append_val (ids, id);
    if (hs_layouts_get (self->layouts, id)->tail_stride != 0)
      g_array_append_val (self->flexible, id);
  }
}

static void
consider (HsEngine *self, const GArray *ids, const Question *q, HsAddr address, GArray *found)
{
  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    HsTypeId id = g_array_index (ids, HsTypeId, i);
    HsForm form;
    gboolean known = FALSE;
    for (guint k = 0; k < found->len; k++)
      known |= g_array_index (found, HsTypeId, k) == id;
    if (!known && id != q->inner && hs_contains (self, id, q->inner, q->offset)
        && hs_fits (hs_layouts_get (self->layouts, id), address, q->usable, &form))
      g_array_append_val (found, id);
  }
}

/* A type that another one merely wraps at its start is left out in favour of the outer one; among the rest one that is
 * mentioned four times as often as every other wins. */
static HsContainer
choose (HsEngine *self, const GArray *found)
{
  HsContainer answer = { 0, 0 };
  guint32 best = 0, second = 0;

  for (guint i = 0; i < found->len; i++) {
    HsTypeId id = g_array_index (found, HsTypeId, i);
    gboolean wrapped = FALSE;
    for (guint k = 0; k < found->len && !wrapped; k++)
      wrapped = k != i && hs_contains (self, g_array_index (found, HsTypeId, k), id, 0);
    if (wrapped)
      continue;
    guint32 mentions = hs_types_get (self->types, id)->mentions + 1;
    answer.n++;
    if (mentions > best) {
      second = best;
      best = mentions;
      answer.type = id;
    } else
      second = MAX (second, mentions);
  }
  if (answer.n > 1 && best / 4 < second)
    answer.type = 0;
  return answer;
}

#define MAX_FOUND 64

HsContainer
hs_find_container (HsEngine *self, HsTypeId inner, guint64 offset, HsAddr address, guint64 usable)
{
  guint64 residue = hs_residue (address, usable);
  Question q = { .inner = inner, .offset = offset, .usable = usable, .mapped = residue > 15 };

  if (self->by_size == NULL)
    index_types (self);
  if (self->containers == NULL)
    self->containers = g_hash_table_new_full (question_hash, question_equal, g_free, NULL);
  Question *known = g_hash_table_lookup (self->containers, &q);
  if (known != NULL)
    return known->answer;
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  guint64 least = usable == 24 ? 1 : usable > residue ? usable - residue : 1;
  for (guint64 size = least; size <= usable && found->len < MAX_FOUND; size++)
    consider (self, g_hash_table_lookup (self->by_size, (gpointer)size), &q, address, found);
  if (found->len < MAX_FOUND)
    consider (self, self->flexible, &q, address, found);
  q.answer = choose (self, found);
  g_hash_table_add (self->containers, g_memdup2 (&q, sizeof q));
  return q.answer;
}
