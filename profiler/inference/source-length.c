/* source-length.c - arrays of pointers whose length stands beside the pointer to them.
 *
 * Programs allocate more than they use, and what is behind the part in use was left there by others: such a block is no
 * array of pointers to its end. A number in the owner is the length if, in nearly all owners, so many elements fit the
 * block and are pointers; of several such numbers, the one that says most.
 * Not handled: lengths that stand elsewhere, or are pointers to the end. */
#include "profiler/inference/groups.h"

#include <string.h>

#define LEAST 8            /* blocks */
#define MAX_LOOKED_AT 4096 /* blocks of one group that the number is learned from */
#define MAX_LENGTH 8192    /* elements that are looked at */

/* An array and the object that points to it. */
typedef struct {
  const guint8 *owner; /* NULL: it is not known */
  const guint8 *data;
  guint64 capacity;    /* elements */
} Array;

static Array
open_array (HsEngine *self, guint32 block, const HsReason *reason, const HsLayout *layout)
{
  guint32 parent = self->parent[block];
  guint64 place = (guint64)self->at[block] * 8;
  Array array = { .capacity = hs_blocks_size (self->blocks, block) / 8 };

  if (parent == HS_NO_BLOCK || self->at[block] == HS_NOWHERE || place < reason->slot
      || hs_blocks_size (self->blocks, parent) < place - reason->slot + layout->size)
    return array;
  const guint8 *owner = hs_engine_bytes (self, parent);
  array.data = hs_engine_bytes (self, block);
  if (owner != NULL && array.data != NULL)
    array.owner = owner + (place - reason->slot);
  return array;
}

static guint64
length_of (const Array *array, const HsField *field)
{
  guint64 length = 0;

  memcpy (&length, array->owner + field->offset, field->size);
  return length;
}

static gboolean
holds (HsEngine *self, const Array *array, guint64 length)
{
  if (length > array->capacity)
    return FALSE;
  for (guint64 i = 0; i < MIN (length, MAX_LENGTH); i++) {
    guint64 value;
    memcpy (&value, array->data + 8 * i, sizeof value);
    if (value != 0 && !hs_engine_is_mapped (self, value))
      return FALSE;
  }
  return TRUE;
}

/* What the numbers at @field would say in all, if they were the lengths; 0: they are none. */
static guint64
judge_field (HsEngine *self, const GArray *arrays, const HsField *field)
{
  guint64 sum = 0, most = 0;
  guint bad = 0;

  for (guint i = 0; i < arrays->len; i++) {
    const Array *array = &g_array_index (arrays, Array, i);
    guint64 length = length_of (array, field);
    if (!holds (self, array, length))
      bad++;
    else {
      sum += length;
      most = MAX (most, length);
    }
  }
  return bad * 50 <= arrays->len && most > 1 ? sum : 0;
}

static const HsField *
find_field (HsEngine *self, const GArray *arrays, const HsLayout *layout)
{
  const HsField *best = NULL;
  guint64 most = 0;

  for (guint32 i = 0; i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    if (field->kind != HS_FIELD_INT || field->bit_size != 0 || field->in_union || (field->size != 8 && field->size != 4 && field->size != 2))
      continue;
    guint64 sum = judge_field (self, arrays, field);
    if (sum > most) {
      most = sum;
      best = field;
    }
  }
  return best;
}

static GArray *
open_all (HsEngine *self, const guint32 *blocks, guint32 n, const HsReason *reason, const HsLayout *layout)
{
  GArray *arrays = g_array_new (FALSE, FALSE, sizeof (Array));

  for (guint32 i = 0; i < n && arrays->len < MAX_LOOKED_AT; i++) {
    Array array = open_array (self, blocks[i], reason, layout);
    if (array.owner != NULL)
      g_array_append_val (arrays, array);
  }
  return arrays;
}

static void
decide_group (HsEngine *self, const guint32 *blocks, guint32 n, const HsReason *reason, const HsLayout *layout, const HsField *field)
{
  for (guint32 i = 0; i < n; i++) {
    HsLabel label = self->label[blocks[i]];
    Array array = open_array (self, blocks[i], reason, layout);
    if (array.owner != NULL && hs_label_level (label) == HS_LEVEL_NONE && hs_label_form (label) == HS_HINT_POINTERS
        && holds (self, &array, length_of (&array, field)))
      hs_engine_decide (self, blocks[i], hs_label_type (label), HS_FORM_ARRAY, HS_LEVEL_C,
                        hs_engine_reason_by (self, self->reason[blocks[i]], HS_SOURCE_LENGTH, 0), self->parent[blocks[i]]);
  }
}

void
hs_source_length (HsEngine *self)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_POINTERS, HS_HINT_POINTERS, HS_BY_REASON);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    HsReason reason = *hs_reasons_get (self->reasons, group->reason);
    if (group->n < LEAST || reason.owner == 0 || reason.owner >= self->types->n_types || reason.slot == HS_NO_SLOT
        || !hs_group_is_due (self, group, HS_SOURCE_LENGTH))
      continue;
    const HsLayout *layout = hs_layouts_get (self->layouts, reason.owner);
    g_autoptr (GArray) arrays = open_all (self, groups->members + group->first, group->n, &reason, layout);
    const HsField *field = arrays->len >= LEAST ? find_field (self, arrays, layout) : NULL;
    if (field != NULL)
      decide_group (self, groups->members + group->first, group->n, &reason, layout, field);
  }
}
