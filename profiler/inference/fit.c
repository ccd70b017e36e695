/* fit.c - which types a block of a given size may be.
 *
 * malloc rounds up: a block is at most 15 bytes longer than what was asked for, 24 bytes at least. A block with a mapping
 * of its own is rounded up to the page. */
#include "profiler/inference/alike.h"
#include "profiler/inference/engine.h"

#include <string.h>

#define MAX_DEPTH 64
#define MAX_STEPS 4096 /* members looked at for one question */

guint64
hs_residue (HsAddr address, guint64 usable)
{
  /* mmap_threshold is 128 KiB or more unless tuned down; an mmapped block stands 16 bytes into a page. */
  return usable >= 65536 && (address & (HS_PAGE_SIZE - 1)) == HS_GRANULE ? 15 + HS_PAGE_SIZE : 15;
}

static void index_types (HsEngine *self);

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
  if (layout->grows && usable >= layout->size && usable <= layout->longest) {
    *form = HS_FORM_TAIL;
    return TRUE;
  }
  if (layout->least != 0 && usable >= layout->least && usable < layout->size) {
    *form = HS_FORM_TRUNCATED;
    return TRUE;
  }
  return FALSE;
}

/* @layout's blocks are now known to vary in size: it fits others than before. */
static void
note_varying (HsEngine *self, const HsLayout *layout)
{
  if (self->by_size == NULL)
    index_types (self);
  g_array_append_val (self->flexible, layout->type);
  g_clear_pointer (&self->containers, g_hash_table_unref); /* remembers the answers from before */
}

#define LEAST_LEARNED 4 /* blocks */

void
hs_learn_long (HsEngine *self, HsLayout *layout, guint64 usable)
{
  layout->longest = MAX (layout->longest, 2 * usable);
  if (layout->n_longer++ == 0)
    layout->first_longer = usable;
  if (layout->grows || usable == layout->first_longer || layout->n_longer < LEAST_LEARNED)
    return;
  layout->grows = TRUE;
  if (layout->least == 0)
    note_varying (self, layout);
}

void
hs_learn_payload (HsEngine *self, HsLayout *layout)
{
  gboolean known = layout->grows || layout->least != 0;

  layout->grows = TRUE;
  layout->longest = G_MAXUINT64;
  if (!known)
    note_varying (self, layout);
}

void
hs_learn_short (HsEngine *self, HsLayout *layout, guint64 usable)
{
  gboolean known = layout->grows || layout->least != 0;

  layout->least = layout->least == 0 ? usable : MIN (layout->least, usable);
  if (!known)
    note_varying (self, layout);
}

/* Whether @id repeats the members of @inner, which is not one of the many that merely have a member in common. */
static gboolean
begins_like (HsEngine *self, HsTypeId id, HsTypeId inner)
{
  const HsType *outer_type = hs_types_get (self->types, id), *inner_type = hs_types_get (self->types, inner);

  return (outer_type->kind == HS_TYPE_STRUCT || outer_type->kind == HS_TYPE_CLASS) && inner_type->kind == outer_type->kind
         && hs_type_repeats (self->types, id, inner);
}

/* Whether member @i is an array without a length at the end of the record. */
static gboolean
is_open_end (HsEngine *self, const HsType *type, guint32 i, HsTypeId id)
{
  const HsType *member = hs_types_get (self->types, id);

  return i + 1 == type->n_members && member->kind == HS_TYPE_ARRAY && member->size == 0 && type->kind != HS_TYPE_UNION;
}

#define ANY_VALUE HS_TYPE_LIMIT /* no type: whatever is no pointer */

static gboolean
is_inner (HsEngine *self, HsTypeId id, HsTypeId inner)
{
  if (inner == ANY_VALUE)
    return hs_types_get (self->types, id)->kind != HS_TYPE_POINTER;
  return id == inner || begins_like (self, id, inner);
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
    if (stride == 0 || (offset >= type->size && type->size != 0)) /* T x[] goes on */
      return FALSE;
    return (element == inner && offset % stride == 0) || contains (self, element, inner, offset % stride, depth + 1, steps);
  }
  if (type->kind != HS_TYPE_STRUCT && type->kind != HS_TYPE_CLASS && type->kind != HS_TYPE_UNION)
    return FALSE;
  HsTypeId held = hs_layouts_storage (self->layouts, outer);
  if (held != 0)
    return (held == inner && offset == 0) || contains (self, held, inner, offset, depth + 1, steps);
  for (guint32 i = 0; i < type->n_members && ++*steps < MAX_STEPS; i++) {
    const HsMember *member = hs_types_member (self->types, type, i);
    HsTypeId id = hs_types_strip (self->types, member->type);
    if (member->offset > offset || member->bit_size != 0 || (member->flags & HS_MEMBER_VIRTUAL_BASE)
        || (offset - member->offset >= MAX (1, hs_types_get (self->types, id)->size) && !is_open_end (self, type, i, id)))
      continue;
    if ((offset == member->offset && is_inner (self, id, inner)) || contains (self, id, inner, offset - member->offset, depth + 1, steps))
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

gboolean
hs_has_value_at (HsEngine *self, HsTypeId outer, guint64 offset)
{
  guint steps = 0;

  return outer < self->types->n_types && contains (self, outer, ANY_VALUE, offset, 0, &steps);
}

/* --- headers --- */

static void
array_free (gpointer array)
{
  g_array_unref (array);
}

static void
add_id (GHashTable *table, HsTypeId key, HsTypeId id)
{
  GArray *ids = g_hash_table_lookup (table, GUINT_TO_POINTER (key));

  if (ids == NULL) {
    ids = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
    g_hash_table_insert (table, GUINT_TO_POINTER (key), ids);
  }
  for (guint i = ids->len; i-- > 0 && ids->len - i < 16;)
    if (g_array_index (ids, HsTypeId, i) == id)
      return;
  g_array_append_val (ids, id);
}

static gboolean
is_record (const HsType *type)
{
  return (type->kind == HS_TYPE_STRUCT || type->kind == HS_TYPE_CLASS) && type->size > 0 && type->n_members > 0;
}

/* Enters @id under the types of its first member, the first member's first member, and so on. */
static void
add_nested (HsEngine *self, GHashTable *table, HsTypeId id)
{
  HsTypeId inner = id;

  for (guint depth = 0; depth < MAX_DEPTH; depth++) {
    const HsType *type = hs_types_get (self->types, inner);
    if (!is_record (type) || hs_types_member (self->types, type, 0)->offset != 0)
      return;
    inner = hs_types_strip (self->types, hs_types_member (self->types, type, 0)->type);
    const HsType *first = hs_types_get (self->types, inner);
    if (!is_record (first) || first->size >= hs_types_get (self->types, id)->size)
      return;
    add_id (table, inner, id);
  }
}

#define MAX_ALIKE 256 /* types that begin with a member of the same name: more are not compared with each other */

/* Enters every type of @ids, which begin alike, under those whose members it repeats. */
static void
add_repeating (HsEngine *self, GHashTable *table, const GArray *ids)
{
  guint n = MIN (ids->len, MAX_ALIKE);

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++) {
      HsTypeId outer = g_array_index (ids, HsTypeId, i), inner = g_array_index (ids, HsTypeId, k);
      /* What nothing points to is a part of something else. */
      if (i != k && hs_types_get (self->types, outer)->mentions > 0 && hs_type_repeats (self->types, outer, inner))
        add_id (table, inner, outer);
    }
}

/* Whether a union's records are known by their own names as well: then these are what it is. */
static gboolean
is_known_by_arms (HsEngine *self, HsTypeId id, HsTypeId header)
{
  const HsType *type = hs_types_get (self->types, id);

  for (guint32 i = 0; type->kind == HS_TYPE_UNION && i < type->n_members; i++) {
    HsTypeId arm = hs_types_strip (self->types, hs_types_member (self->types, type, i)->type);
    if (hs_types_get (self->types, arm)->mentions > 0 && hs_type_repeats (self->types, arm, header))
      return TRUE;
  }
  return FALSE;
}

/* Enters the members of a union of objects under what they all begin with. */
static void
add_arms (HsEngine *self, GHashTable *table, HsTypeId id)
{
  const HsType *type = hs_types_get (self->types, id);
  HsTypeId header = hs_union_header (self->types, id);

  for (guint32 i = 0; header != 0 && i < type->n_members; i++) {
    HsTypeId arm = hs_types_strip (self->types, hs_types_member (self->types, type, i)->type);
    if (arm != header && hs_types_get (self->types, arm)->mentions > 0 && hs_union_begins (self->types, arm, header)
        && !is_known_by_arms (self, arm, header))
      add_id (table, header, arm);
  }
}

static void
index_beginners (HsEngine *self)
{
  g_autoptr (GHashTable) alike = g_hash_table_new_full (NULL, NULL, NULL, array_free);
  GHashTableIter iter;
  gpointer key, ids;

  self->beginners = g_hash_table_new_full (NULL, NULL, NULL, array_free);
  for (HsTypeId id = 1; id < self->types->n_types; id++) {
    const HsType *type = hs_types_get (self->types, id);
    if (type->kind == HS_TYPE_UNION)
      add_arms (self, self->beginners, id);
    if (!is_record (type))
      continue;
    add_nested (self, self->beginners, id);
    const HsMember *first = hs_types_member (self->types, type, 0);
    if (first->offset == 0 && *first->name != 0)
      add_id (alike, (HsTypeId)g_str_hash (first->name), id);
  }
  g_hash_table_iter_init (&iter, alike);
  while (g_hash_table_iter_next (&iter, NULL, &ids))
    add_repeating (self, self->beginners, ids);
  self->beginners_of = g_new0 (GArray *, self->types->n_types + 1);
  g_hash_table_iter_init (&iter, self->beginners);
  while (g_hash_table_iter_next (&iter, &key, &ids))
    self->beginners_of[MIN (GPOINTER_TO_UINT (key), self->types->n_types)] = ids;
}

const GArray *
hs_beginners (HsEngine *self, HsTypeId inner)
{
  if (self->beginners == NULL)
    index_beginners (self);
  return inner < self->types->n_types ? self->beginners_of[inner] : NULL;
}

guint
hs_beginners_that_fit (HsEngine *self, HsTypeId inner, HsAddr address, guint64 usable)
{
  const GArray *ids = hs_beginners (self, inner);
  guint n = 0;

  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    HsForm form;
    if (hs_fits (hs_layouts_get (self->layouts, g_array_index (ids, HsTypeId, i)), address, usable, &form))
      n++;
  }
  return n;
}

/* --- containers --- */

gboolean
hs_related (HsEngine *self, HsTypeId a, HsTypeId b)
{
  const HsType *x = hs_types_get (self->types, a), *y = hs_types_get (self->types, b);

  if (a == b || hs_functions_relate (self, a, b))
    return TRUE;
  if (x->size > y->size)
    return hs_contains (self, a, b, 0) || hs_type_repeats (self->types, a, b);
  return hs_contains (self, b, a, 0) || hs_type_repeats (self->types, b, a);
}

gboolean
hs_begins_with (HsEngine *self, HsTypeId type, HsTypeId inner)
{
  return type != inner && hs_types_get (self->types, type)->size >= hs_types_get (self->types, inner)->size
         && hs_related (self, type, inner);
}

gboolean
hs_begin_alike (HsEngine *self, HsTypeId a, HsTypeId b)
{
  const HsType *x = hs_types_get (self->types, a), *y = hs_types_get (self->types, b);

  if (x->n_members == 0 || y->n_members == 0 || x->kind == HS_TYPE_UNION || y->kind == HS_TYPE_UNION)
    return FALSE;
  HsTypeId first = hs_types_strip (self->types, hs_types_member (self->types, x, 0)->type);
  HsTypeId other = hs_types_strip (self->types, hs_types_member (self->types, y, 0)->type);
  const HsType *record = hs_types_get (self->types, first);
  return (record->kind == HS_TYPE_STRUCT || record->kind == HS_TYPE_CLASS) && record->size >= 16
         && (first == other || hs_contains (self, b, first, 0) || hs_contains (self, a, other, 0));
}

typedef struct {
  HsTypeId inner;
  guint64 offset;
  guint64 usable;
  gboolean mapped;
  GArray *answer;
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
question_free (gpointer data)
{
  Question *q = data;

  g_array_unref (q->answer);
  g_free (q);
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
    if (hs_layouts_has_tail (self->layouts, id))
      g_array_append_val (self->flexible, id);
  }
}

static guint64
least_size (HsAddr address, guint64 usable)
{
  guint64 residue = hs_residue (address, usable);

  return usable == 24 || usable <= residue ? 1 : usable - residue;
}

static void
append_all (GArray *found, const GArray *ids, guint max)
{
  for (guint i = 0; ids != NULL && i < ids->len && found->len < max; i++)
    g_array_append_val (found, g_array_index (ids, HsTypeId, i));
}

void
hs_find_by_size (HsEngine *self, HsAddr address, guint64 usable, GArray *found, guint max)
{
  if (self->by_size == NULL)
    index_types (self);
  for (guint64 size = least_size (address, usable); size <= usable && found->len < max; size++)
    append_all (found, g_hash_table_lookup (self->by_size, (gpointer)size), max);
  for (guint i = 0; i < self->flexible->len && found->len < max; i++) {
    HsTypeId id = g_array_index (self->flexible, HsTypeId, i);
    guint64 size = hs_types_get (self->types, id)->size;
    HsForm form;
    if ((size < least_size (address, usable) || size > usable)
        && hs_fits (hs_layouts_get (self->layouts, id), address, usable, &form))
      g_array_append_val (found, id);
  }
}

#define LOOK_WORDS 16

void
hs_find_by_tail (HsEngine *self, HsAddr address, const guint8 *data, guint64 usable, GArray *found, guint max)
{
  for (guint64 at = 0; at + 8 <= usable && at < 8 * LOOK_WORDS; at += 8) {
    guint64 value;
    memcpy (&value, data + at, 8);
    guint64 distance = value - address;
    if (distance < at + 8 || distance >= usable)
      continue;
    for (guint64 size = MAX (at + 8, distance - MIN (distance, HS_TAIL_HEAD)); size <= distance && found->len < max; size++)
      append_all (found, g_hash_table_lookup (self->by_size, (gpointer)size), max);
    return;
  }
}

/* Whether @id has the inner type at the offset: as a member, or at its start by repeating its members. */
static gboolean
holds (HsEngine *self, HsTypeId id, const Question *q)
{
  return hs_contains (self, id, q->inner, q->offset)
         || (q->offset == 0 && hs_type_repeats (self->types, id, q->inner));
}

#define MAX_FOUND 64

static void
consider (HsEngine *self, const GArray *ids, const Question *q, HsAddr address, GArray *found)
{
  for (guint i = 0; ids != NULL && i < ids->len && found->len < MAX_FOUND; i++) {
    HsTypeId id = g_array_index (ids, HsTypeId, i);
    HsForm form;
    gboolean known = FALSE;
    for (guint k = 0; k < found->len; k++)
      known |= g_array_index (found, HsTypeId, k) == id;
    if (!known && id != q->inner && holds (self, id, q)
        && hs_fits (hs_layouts_get (self->layouts, id), address, q->usable, &form))
      g_array_append_val (found, id);
  }
}

/* A type that another one merely wraps at its start is left out in favour of the outer one. */
static void
drop_wrapped (HsEngine *self, GArray *found)
{
  guint n = 0;

  for (guint i = 0; i < found->len; i++) {
    HsTypeId id = g_array_index (found, HsTypeId, i);
    gboolean wrapped = FALSE;
    for (guint k = 0; k < found->len && !wrapped; k++) {
      HsTypeId other = g_array_index (found, HsTypeId, k);
      wrapped = other != id && hs_types_get (self->types, other)->size == hs_types_get (self->types, id)->size
                && hs_contains (self, other, id, 0);
    }
    if (!wrapped)
      g_array_index (found, HsTypeId, n++) = id;
  }
  g_array_set_size (found, n);
}

const GArray *
hs_find_containers (HsEngine *self, HsTypeId inner, guint64 offset, HsAddr address, guint64 usable)
{
  Question q = { .inner = inner, .offset = offset, .usable = usable, .mapped = hs_residue (address, usable) > 15 };

  if (self->by_size == NULL)
    index_types (self);
  if (self->containers == NULL)
    self->containers = g_hash_table_new_full (question_hash, question_equal, question_free, NULL);
  Question *known = g_hash_table_lookup (self->containers, &q);
  if (known != NULL)
    return known->answer;
  q.answer = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
  for (guint64 size = least_size (address, usable); size <= usable && q.answer->len < MAX_FOUND; size++)
    consider (self, g_hash_table_lookup (self->by_size, (gpointer)size), &q, address, q.answer);
  if (q.answer->len < MAX_FOUND)
    consider (self, self->flexible, &q, address, q.answer);
  drop_wrapped (self, q.answer);
  g_hash_table_add (self->containers, g_memdup2 (&q, sizeof q));
  return q.answer;
}
