/* pointees.c - see pointees.h. */
#include "profiler/inference/pointees.h"

#include <string.h>

#define KNOWN_BITS 4.0   /* it leads to what is known to be what it says */
#define WRONG_BITS (-6.0)
#define ENOUGH_GOOD 4 /* pointers besides one that holds a small number */

static gboolean
is_block_of (HsEngine *self, guint32 block, HsTypeId type)
{
  HsTypeId known = hs_label_type (self->label[block]);

  return known == type || (known < self->types->n_types && hs_related (self, known, type));
}

#define MAX_NUMBERS 64 /* bytes of an array of numbers that are looked at */
#define UNCOUNTED_BITS (-2.0)

/* Addresses of blocks and of variables among numbers. */
static guint
count_addresses (HsEngine *self, const guint8 *data, guint64 limit)
{
  guint n = hs_content_heap_pointers (self, data, limit);

  for (guint64 at = 0; at + 8 <= limit; at += 8) {
    guint64 value;
    memcpy (&value, data + at, sizeof value);
    n += value >= HS_PAGE_SIZE && value < HS_ADDR_LIMIT && hs_modules_find (self->modules, value) != NULL;
  }
  return n;
}

/* Whether a number in the record says how many there are in its tail. */
static gboolean
counts_tail (const HsLayout *layout, const guint8 *data, guint64 usable)
{
  guint64 rest = usable - layout->tail_offset;

  for (guint32 i = 0; i < layout->n_fields; i++) {
    const HsField *field = &layout->fields[i];
    guint64 value = 0;
    if (field->kind != HS_FIELD_INT || field->bit_size != 0 || field->size < 2 || field->size > 8 || field->offset + field->size > layout->tail_offset)
      continue;
    memcpy (&value, data + field->offset, field->size);
    if ((value <= rest / layout->tail_stride && rest - value * layout->tail_stride <= 16 + layout->tail_stride)
        || (value > rest && value <= usable && usable - value <= 15 + HS_GRANULE))
      return TRUE;
  }
  return FALSE;
}

/* A block that should hold numbers only: it has no addresses in it; but behind the last number one may have been left. */
static void
judge_numbers (HsEngine *self, guint32 block, const HsLayout *layout, HsScore *score)
{
  const guint8 *data = hs_engine_bytes (self, block);
  guint64 usable = hs_blocks_size (self->blocks, block);
  gboolean open = layout->tail_stride != 0 && usable > layout->size + 16;

  if (data == NULL || usable < layout->size)
    return;
  if (count_addresses (self, data, MIN (open ? MAX_NUMBERS : layout->size, usable)) > 0) {
    score->bits += HS_UNFIT_BITS;
    score->bad++;
  } else if (open && layout->tail_stride > 1 && !counts_tail (layout, data, usable))
    score->bits += UNCOUNTED_BITS;
}

static void
judge_block_pointer (HsEngine *self, guint32 block, HsTypeId type, HsScore *score)
{
  HsLabel label = self->label[block];
  HsLayout *layout = hs_layouts_get (self->layouts, type);
  guint64 usable = hs_blocks_size (self->blocks, block);
  HsForm form;

  if (self->disputed != HS_NO_BLOCK && self->parent[block] == self->disputed)
    return;
  if (hs_label_level (label) >= HS_LEVEL_C && hs_label_form (label) != HS_FORM_BEHIND) {
    gboolean right = is_block_of (self, block, type);
    score->bits += right ? KNOWN_BITS : WRONG_BITS;
    score->strong += right;
    score->bad += !right;
  } else if (hs_label_level (label) == HS_LEVEL_NONE && hs_label_form (label) == HS_HINT_PREFIX && is_block_of (self, block, type)) {
    score->bits += KNOWN_BITS / 2; /* another typed pointer says the same */
    score->strong++;
  } else if (usable < layout->size && !hs_fits (layout, self->blocks->address[block], usable, &form)) {
    score->bits += HS_UNFIT_BITS;
    score->bad++;
  } else if (layout->has_pointers && hs_fits (layout, self->blocks->address[block], usable, &form)) {
    const guint8 *data = hs_engine_bytes (self, block);
    HsMatch match = data != NULL ? hs_content_match (self, layout, data, usable) : (HsMatch){ 0 };
    gboolean bad = match.bad > 1 || (match.bad == 1 && (match.small == 0 || match.good < ENOUGH_GOOD));
    gboolean good = match.bad == 0 && match.good > 0;
    score->bits += match.bad > 0 ? HS_UNFIT_BITS : good ? 2.5 : 0.7;
    score->strong += good;
    score->bad += bad;
  } else if (!layout->has_pointers)
    judge_numbers (self, block, layout, score);
}

static void
judge_inside_pointer (HsEngine *self, guint32 block, guint64 distance, HsTypeId type, HsScore *score)
{
  HsLabel label = self->label[block];
  HsTypeId known = hs_label_type (label);

  if (hs_label_level (label) < HS_LEVEL_C || known >= self->types->n_types)
    return;
  if (hs_label_form (label) == HS_FORM_BEHIND)
    distance -= MIN (distance, hs_reasons_get (self->reasons, self->reason[block])->distance);
  guint64 size = hs_types_get (self->types, known)->size;
  if (hs_label_form (label) == HS_FORM_ARRAY && size > 0)
    distance %= size;
  if ((distance == 0 && is_block_of (self, block, type)) || hs_contains (self, known, type, distance)) {
    score->bits += KNOWN_BITS;
    score->strong++;
  } else if (distance < size)
    score->bits += WRONG_BITS / 2;
}

/* A pointer into the object itself, which is a @type if the candidate is right: the empty head of a list, a value that is kept in
 * place. FALSE: it is none; other objects may be packed behind the part that is in use. */
static gboolean
judge_own_pointer (HsEngine *self, const HsSlot *slot, guint64 distance, HsTypeId type, HsScore *score)
{
  if (distance >= hs_types_get (self->types, type)->size)
    return FALSE;
  gboolean right = distance == 0 ? hs_related (self, type, slot->target) || hs_contains (self, type, slot->target, 0)
                                 : hs_contains (self, type, slot->target, distance);
  score->bits += right ? KNOWN_BITS : 0;
  score->strong += right;
  return right;
}

static void
judge_static_pointer (HsEngine *self, guint64 value, HsTypeId type, HsScore *score)
{
  const HsVariable *variable = hs_engine_static_at (self, value);
  HsTypeId known = variable != NULL ? hs_types_strip (self->types, variable->type) : 0;

  if (known == 0)
    return;
  for (guint i = 0; i < 4 && hs_types_get (self->types, known)->kind == HS_TYPE_ARRAY; i++)
    known = hs_types_strip (self->types, hs_types_get (self->types, known)->target);
  guint64 size = hs_types_get (self->types, known)->size, distance = value - variable->address;
  distance = size > 0 ? distance % size : distance;
  gboolean right = distance == 0 ? hs_related (self, known, type) : hs_contains (self, known, type, distance);
  score->bits += right ? KNOWN_BITS : HS_UNFIT_BITS;
  score->strong += right;
  score->bad += !right;
}

static void
judge_text_pointer (HsEngine *self, const HsSpecimen *specimen, guint word, guint64 value, HsScore *score)
{
  guint32 block = specimen->target[word];
  guint64 end = hs_blocks_end (self->blocks, block);
  const guint8 *data = hs_engine_bytes (self, block);

  if (data == NULL)
    return;
  gssize length = hs_content_text (data + (value - self->blocks->address[block]), MIN (end - value, 64));
  score->bits += length > 0 ? 1 : length == 0 ? 0 : -1.5;
}

/* A pointer to numbers does not lead to what is known to hold pointers. */
static void
judge_number_pointer (HsEngine *self, guint32 block, HsTypeId type, HsScore *score)
{
  HsLabel label = self->label[block];
  HsTypeId known = hs_label_type (label);

  if (hs_label_level (label) < HS_LEVEL_C || hs_label_form (label) != HS_FORM_WHOLE || known >= self->types->n_types
      || (self->disputed != HS_NO_BLOCK && self->parent[block] == self->disputed))
    return;
  if (hs_layouts_get (self->layouts, known)->has_pointers && known != type) {
    score->bits += WRONG_BITS;
    score->bad++;
  }
}

/* Whether a word that a pointer cannot hold may be one with flags in its lower bits. */
static gboolean
is_tagged (HsEngine *self, guint64 value)
{
  return (value & 7) != 0 && hs_blocks_at (self->blocks, value & ~(guint64)7) != HS_NO_BLOCK;
}

static gboolean
is_number (guint class)
{
  return class >= HS_CLASS_SHORT;
}

void
hs_judge_slot (HsEngine *self, const HsSlot *slot, HsTypeId type, guint64 behind, const HsSpecimen *specimen, guint word, HsScore *score)
{
  guint class = specimen->class[word];
  guint64 value;

  memcpy (&value, specimen->data + 8 * word, 8);
  if (slot->kind == HS_SLOT_FUNCTION)
    score->bad += is_number (class) || class == HS_CLASS_BLOCK || class == HS_CLASS_INSIDE;
  else if (slot->kind != HS_SLOT_VOID)
    score->bad += (is_number (class) && !is_tagged (self, value)) || class == HS_CLASS_CODE;
  if (slot->kind == HS_SLOT_OBJECT && specimen->target[word] == specimen->block && value >= specimen->address + behind
      && judge_own_pointer (self, slot, value - specimen->address - behind, type, score))
    return;
  if (slot->kind == HS_SLOT_OBJECT || slot->kind == HS_SLOT_NODE) {
    if (class == HS_CLASS_BLOCK)
      judge_block_pointer (self, specimen->target[word], slot->target, score);
    else if (class == HS_CLASS_INSIDE && slot->kind == HS_SLOT_OBJECT)
      judge_inside_pointer (self, specimen->target[word], value - self->blocks->address[specimen->target[word]], slot->target, score);
    else if (class == HS_CLASS_STATIC && slot->kind == HS_SLOT_OBJECT)
      judge_static_pointer (self, value, slot->target, score);
  } else if (slot->kind == HS_SLOT_SCALAR && class == HS_CLASS_BLOCK)
    judge_number_pointer (self, specimen->target[word], slot->target, score);
  else if (slot->kind == HS_SLOT_CHAR && (class == HS_CLASS_BLOCK || class == HS_CLASS_INSIDE))
    judge_text_pointer (self, specimen, word, value, score);
}
