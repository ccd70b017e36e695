/* source-hints.c - what the hints of a round amount to.
 *
 * A typed pointer that does not fit its block as it stands leaves a hint: a pointer to the inside, or to the start of a
 * larger block, of numbers, of pointers. When the typed pointers are followed to their end, two sources look at them:
 *
 *   embed  the pointer's type is a member, or the beginning, of one type only that fits the block
 *   array  the block is several elements of the pointer's type, and what they hold agrees; or one, and bytes behind it
 *
 * A block that can be read both ways is decided by which reading explains more of the heap pointers in it. */
#include "profiler/inference/engine.h"

#include <string.h>

typedef struct {
  guint32 block;
  HsTypeId type;
  guint64 distance;
  guint64 usable;
  HsAddr address;
  const guint8 *data;
  guint32 reason;
  guint32 parent;
} Case;

static Case
open_case (HsEngine *self, guint32 block)
{
  return (Case){
    .block = block,
    .type = hs_label_type (self->label[block]),
    .distance = hs_reasons_get (self->reasons, self->reason[block])->distance,
    .usable = hs_blocks_size (self->blocks, block),
    .address = self->blocks->address[block],
    .data = hs_engine_bytes (self, block),
    .reason = self->reason[block],
    .parent = self->parent[block],
  };
}

/* The same way, but by this source. */
static guint32
reason_by (HsEngine *self, guint32 number, guint source)
{
  HsReason reason = *hs_reasons_get (self->reasons, number);

  reason.source = source;
  return hs_reasons_intern (self->reasons, reason);
}

static void
mark_tried (HsEngine *self, guint32 block)
{
  self->label[block] |= (guint32)HS_LABEL_CONFLICT << 30;
}

/* --- embedding --- */

#define HEADER_OF 3 /* a type that so many others begin with is a header */

/* Whether the block is several T with nothing but T: each element passes, and enough of them hold something. */
static gboolean
is_array (HsEngine *self, const Case *c, const HsLayout *layout)
{
  guint64 size = layout->size;

  if (size == 0 || c->usable < 2 * size || c->usable % size > hs_residue (c->address, c->usable))
    return FALSE;
  if (!layout->has_pointers)
    return hs_content_heap_pointers (self, c->data, MIN (c->usable, 4096)) == 0;
  for (guint64 at = 0, n = 0; at + size <= c->usable && n < 64; at += size, n++)
    if (!hs_content_admits (self, layout, c->data + at, size))
      return FALSE;
  return TRUE;
}

static HsTypeId
unique_container (HsEngine *self, const Case *c, guint *n)
{
  HsContainer container = hs_find_container (self, c->type, c->distance, c->address, c->usable);

  *n = container.n;
  if (container.type == 0 || !hs_content_admits (self, hs_layouts_get (self->layouts, container.type), c->data, c->usable))
    return 0;
  return container.type;
}

static gboolean
decide_container (HsEngine *self, const Case *c, HsTypeId type)
{
  HsForm form;

  return hs_fits (hs_layouts_get (self->layouts, type), c->address, c->usable, &form)
         && hs_engine_decide (self, c->block, type, form, HS_LEVEL_C, reason_by (self, c->reason, HS_SOURCE_EMBED), c->parent);
}

/* How many heap pointers a reading of the block accounts for, at most in its first pages. */
static guint
explained (HsEngine *self, const Case *c, HsTypeId type, gboolean repeated)
{
  return hs_content_explains (self, hs_layouts_get (self->layouts, type), c->data, MIN (c->usable, 4096), repeated);
}

/* Follows the part of an undecided block that the pointer vouches for. */
static void
follow_part (HsEngine *self, const Case *c)
{
  hs_engine_object (self, c->address + c->distance, c->type, HS_LEVEL_C, c->block);
  mark_tried (self, c->block);
}

static void
try_prefix (HsEngine *self, const Case *c)
{
  const HsLayout *layout = hs_layouts_get (self->layouts, c->type);
  guint n;
  HsTypeId container = unique_container (self, c, &n);
  gboolean array = is_array (self, c, layout);
  guint by_array = array ? explained (self, c, c->type, TRUE) : 0;
  guint by_container = container != 0 ? explained (self, c, container, FALSE) : 0;

  if (container != 0 && (!array || by_container > by_array)) {
    decide_container (self, c, container);
    return;
  }
  guint32 reason = reason_by (self, c->reason, HS_SOURCE_ARRAY);
  const GArray *beginners = hs_beginners (self, c->type);
  HsForm form;
  if (beginners != NULL) {
    /* One or two types begin with this one and fit as well as it does itself: the pointer's type is the better guess.
     * Where many begin with it, or none of them fits, nothing is known. */
    if (beginners->len < HEADER_OF && hs_fits (layout, c->address, c->usable, &form)
        && hs_engine_decide (self, c->block, c->type, form, HS_LEVEL_C, reason, c->parent))
      return;
    follow_part (self, c);
    return;
  }
  if (array && (n == 0 || by_array > by_container)) {
    hs_engine_decide (self, c->block, c->type, HS_FORM_ARRAY, HS_LEVEL_C, reason, c->parent);
    return;
  }
  if (n == 0 && !array && hs_content_admits (self, layout, c->data, c->usable)) {
    /* malloc leaves up to 16 bytes more when what remains is too small for a chunk of its own. A T at the start of a block
     * several times its size is weak: a list of free slots runs through such blocks. */
    HsForm tail = c->usable - layout->size <= 15 + HS_GRANULE ? HS_FORM_WHOLE : HS_FORM_TAIL;
    gboolean weak = c->usable / 2 > layout->size;
    hs_engine_decide (self, c->block, c->type, tail, weak ? HS_LEVEL_D : HS_LEVEL_C, reason, c->parent);
    if (weak)
      hs_engine_object (self, c->address, c->type, HS_LEVEL_C, c->block);
    return;
  }
  follow_part (self, c);
}

static void
try_interior (HsEngine *self, const Case *c)
{
  guint n;
  HsTypeId container = unique_container (self, c, &n);

  if (container == 0 || !decide_container (self, c, container))
    follow_part (self, c);
}

/* --- arrays of pointers and of numbers --- */

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
static void
try_pointers (HsEngine *self, const Case *c)
{
  const HsType *pointer = hs_types_get (self->types, c->type);
  const HsType *pointee = hs_types_get (self->types, hs_types_strip (self->types, pointer->target));
  guint64 size = pointee->kind == HS_TYPE_STRUCT || pointee->kind == HS_TYPE_CLASS ? pointee->size : 1;

  if (pointee->size == 0 && pointee->kind != HS_TYPE_OPAQUE)
    size = 0; /* void **: any word will do, so the words tell nothing */
  for (guint64 at = 0; at + 8 <= c->usable && at < 65536; at += 8) {
    guint64 value;
    memcpy (&value, c->data + at, 8);
    if (!points_well (self, value, size) && c->usable - at > 15) {
      mark_tried (self, c->block);
      return;
    }
  }
  hs_engine_decide (self, c->block, c->type, HS_FORM_ARRAY, HS_LEVEL_C, reason_by (self, c->reason, HS_SOURCE_ARRAY), c->parent);
}

static void
try_scalars (HsEngine *self, const Case *c)
{
  if (hs_content_heap_pointers (self, c->data, MIN (c->usable, 4096)) == 0)
    hs_engine_decide (self, c->block, c->type, HS_FORM_ARRAY, HS_LEVEL_C, reason_by (self, c->reason, HS_SOURCE_ARRAY), c->parent);
  else
    mark_tried (self, c->block);
}

static void
try_hints (HsEngine *self, guint from, guint to, void (*try_one) (HsEngine *self, const Case *c))
{
  for (guint i = 0; i < self->hinted->len; i++) {
    guint32 block = g_array_index (self->hinted, guint32, i);
    HsLabel label = self->label[block];
    hs_engine_prefetch_hint (self, i);
    if (hs_label_level (label) != HS_LEVEL_NONE || (hs_label_flags (label) & HS_LABEL_CONFLICT)
        || hs_label_form (label) < from || hs_label_form (label) > to)
      continue;
    Case c = open_case (self, block);
    if (c.data != NULL)
      try_one (self, &c);
  }
}

void
hs_source_embed (HsEngine *self)
{
  try_hints (self, HS_HINT_PREFIX, HS_HINT_PREFIX, try_prefix);
  try_hints (self, HS_HINT_INTERIOR, HS_HINT_INTERIOR, try_interior);
}

void
hs_source_array (HsEngine *self)
{
  try_hints (self, HS_HINT_POINTERS, HS_HINT_POINTERS, try_pointers);
  try_hints (self, HS_HINT_SCALAR, HS_HINT_SCALAR, try_scalars);
}
