/* source-array.c - arrays of pointers and of numbers.
 *
 * A T ** to the start of a block of nothing but acceptable pointers makes it T *[]; a pointer to numbers, to a block
 * without pointers, makes it an array of these. What a void * leads to is one if it is large and holds hardly anything but
 * pointers: a hash table's; and then so are smaller ones that the same member leads to in the same context. */
#include "profiler/inference/groups.h"
#include "profiler/inference/tail.h"

#include <string.h>

#define LOOK 65536 /* bytes of a block that are looked at */

static gboolean
points_well (HsEngine *self, guint64 value, guint64 size)
{
  guint32 block;

  if (value == 0)
    return TRUE;
  if (!hs_engine_is_mapped (self, value))
    return FALSE;
  block = hs_blocks_find (self->blocks, value);
  return block == HS_NO_BLOCK || hs_blocks_end (self->blocks, block) - value >= size;
}

/* Every word of the block is an acceptable pointer. The last 15 bytes may be what malloc rounded up. */
gboolean
hs_holds_pointers (HsEngine *self, guint32 block, HsTypeId type)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);
  const HsType *pointee = hs_types_get (self->types, hs_types_strip (self->types, hs_types_get (self->types, type)->target));
  guint64 size = pointee->kind == HS_TYPE_STRUCT || pointee->kind == HS_TYPE_CLASS ? pointee->size : 1;

  if (pointee->size == 0 && pointee->kind != HS_TYPE_OPAQUE)
    size = 0; /* void **: any word will do, so the words tell nothing */
  for (guint64 at = 0; data != NULL && at + 8 <= usable && at < LOOK; at += 8) {
    guint64 value;
    memcpy (&value, data + at, 8);
    if (!points_well (self, value, size) && usable - at > 15)
      return FALSE;
  }
  return data != NULL;
}

static gboolean
holds_numbers (HsEngine *self, guint32 block)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 distance = hs_reasons_get (self->reasons, self->reason[block])->distance;
  guint64 usable = hs_blocks_size (self->blocks, block);

  return data != NULL && distance < usable && hs_content_heap_pointers (self, data + distance, MIN (usable - distance, 4096)) == 0;
}

/* --- behind void * --- */

#define LARGE 256        /* bytes: an object of so many has something else in it than pointers, */
#define LEAST_POINTERS 8 /* if that many are set */

#define STRAY 4 /* one word that is no pointer to so many that are: places in a table that are not in use hold what was there before */

typedef struct {
  guint blocks;  /* pointers to blocks, */
  guint mapped;  /* to something else, */
  guint strays;  /* and words that are no pointers */
} Words;

static Words
count_words (HsEngine *self, guint32 block)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);
  Words words = { 0 };

  for (guint64 at = 0; data != NULL && at + 15 < usable && at < LOOK; at += 8) {
    guint64 value;
    memcpy (&value, data + at, 8);
    if (value == 0)
      continue;
    if (!hs_engine_is_mapped (self, value))
      words.strays++;
    else if (hs_blocks_find (self->blocks, value) != HS_NO_BLOCK)
      words.blocks++;
    else
      words.mapped++;
  }
  return words;
}

/* The pointers to blocks that are nearly all that the block holds; 0: it holds something else, or nothing. */
static guint
count_only_pointers (HsEngine *self, guint32 block)
{
  Words words = count_words (self, block);

  return words.blocks >= words.mapped && words.strays * STRAY <= words.blocks ? words.blocks : 0;
}

static gboolean
holds_other (HsEngine *self, guint32 block)
{
  Words words = count_words (self, block);

  return words.strays * STRAY > words.blocks + words.mapped;
}

/* The type void *, looked for once; HS_TYPE_LIMIT: there is none. */
static HsTypeId
void_pointer (HsEngine *self)
{
  for (HsTypeId id = 1; self->void_pointer == 0 && id < self->types->n_types; id++)
    if (hs_types_get (self->types, id)->kind == HS_TYPE_POINTER && hs_types_get (self->types, id)->target == 0)
      self->void_pointer = id;
  if (self->void_pointer == 0)
    self->void_pointer = HS_TYPE_LIMIT;
  return self->void_pointer;
}

#define LOOKED_AT 512  /* blocks of one group */
#define NOT_ARRAYS 20 /* one in so many may be something else: numbers in a table of void * */

/* Whether one of the blocks is so large that it can be nothing but an array, and hardly any holds something else: a growing
 * buffer that its users fill with what they like is no array of pointers. */
static gboolean
are_arrays (HsEngine *self, const HsGroups *groups, const HsGroup *group)
{
  gboolean large = FALSE;
  guint32 step = 1 + group->n / LOOKED_AT, n = 0, others = 0;

  for (guint32 i = 0; i < group->n; i += step, n++) {
    guint32 block = groups->members[group->first + i];
    large |= hs_blocks_size (self->blocks, block) >= LARGE && count_only_pointers (self, block) >= LEAST_POINTERS;
    others += holds_other (self, block);
  }
  return large && others * NOT_ARRAYS <= n;
}

static void
ask_void (HsEngine *self)
{
  if (self->arrays_at == self->n_hints + 1)
    return; /* there is nothing new */
  self->arrays_at = self->n_hints + 1;
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_VOID, HS_HINT_VOID, HS_BY_REASON);
  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    const HsReason *reason = hs_reasons_get (self->reasons, group->reason);
    if (reason->distance != 0 || hs_tail_is (reason) || hs_has_arms (self, group->reason) || !hs_group_is_due (self, group, HS_SOURCE_ARRAY)
        || void_pointer (self) == HS_TYPE_LIMIT || !are_arrays (self, groups, group))
      continue;
    for (guint32 k = 0; k < group->n; k++) {
      guint32 block = groups->members[group->first + k];
      if (count_only_pointers (self, block) > 0)
        hs_engine_decide (self, block, void_pointer (self), HS_FORM_ARRAY, HS_LEVEL_C,
                          hs_engine_reason_by (self, self->reason[block], HS_SOURCE_ARRAY, 0), self->parent[block]);
    }
  }
}

static void
ask_typed (HsEngine *self)
{
  g_autoptr (HsGroups) groups = hs_groups_collect (self, HS_HINT_SCALAR, HS_HINT_POINTERS, HS_BY_REASON);

  for (guint i = 0; i < groups->groups->len; i++) {
    const HsGroup *group = &g_array_index (groups->groups, HsGroup, i);
    if (!hs_group_is_due (self, group, HS_SOURCE_ARRAY))
      continue;
    for (guint32 k = 0; k < group->n; k++) {
      guint32 block = groups->members[group->first + k];
      HsLabel label = self->label[block];
      HsTypeId type = hs_label_type (label);
      gboolean of_pointers = hs_label_form (label) == HS_HINT_POINTERS;
      if (hs_label_level (label) != HS_LEVEL_NONE)
        continue;
      if (of_pointers ? hs_holds_pointers (self, block, type) : holds_numbers (self, block))
        hs_engine_decide (self, block, type, HS_FORM_ARRAY, HS_LEVEL_C,
                          hs_engine_reason_by (self, self->reason[block], HS_SOURCE_ARRAY, 0), self->parent[block]);
      else if (of_pointers) /* there may be something else behind the array */
        hs_engine_object (self, self->blocks->address[block], type, HS_LEVEL_C, self->parent[block], self->reason[block]);
    }
  }
}

void
hs_source_array (HsEngine *self)
{
  ask_typed (self);
  ask_void (self);
}
