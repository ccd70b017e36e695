/* score.c - see score.h.
 *
 * How likely a class of word is in a pointer, an integer, a double and so on was set once, by what such members hold in
 * programs, and is not learned from the process: a heap whose well-known objects are peculiar must not sway the rest. Only
 * how frequent each class is in this heap is measured, mixed half with a uniform one, so that a large population does not
 * count as its own background. */
#include "profiler/inference/pointees.h"

#include "profiler/inference/tail.h"

#include <string.h>
#include <sys/mman.h>

/* --- words --- */

static gboolean
is_text_word (guint64 value)
{
  guint n = 0;

  for (; value != 0; value >>= 8, n++) {
    guint8 c = value & 0xff;
    if ((c < 0x20 && c != '\t' && c != '\n') || c > 0x7e)
      return FALSE;
  }
  return n >= 3;
}

static HsWordClass
class_of_number (guint64 value)
{
  guint exponent = value >> 52 & 0x7ff;

  if (is_text_word (value))
    return HS_CLASS_TEXT;
  if (value < G_GUINT64_CONSTANT (1) << 32)
    return HS_CLASS_INT;
  if (value >> 32 < 1 << 24)
    return HS_CLASS_PAIR;
  return exponent >= 0x3d0 && exponent <= 0x440 ? HS_CLASS_DOUBLE : HS_CLASS_OTHER;
}

static HsWordClass
class_of (HsEngine *self, guint64 value, guint32 *target)
{
  *target = HS_NO_BLOCK;
  if (value < 65536)
    return value == 0 ? HS_CLASS_NULL : value < 256 ? HS_CLASS_BYTE : HS_CLASS_SHORT;
  if (value >= HS_ADDR_LIMIT || !hs_engine_is_mapped (self, value))
    return class_of_number (value);
  *target = hs_blocks_find (self->blocks, value);
  if (*target != HS_NO_BLOCK)
    return self->blocks->address[*target] == value ? HS_CLASS_BLOCK : HS_CLASS_INSIDE;
  if (hs_modules_find (self->modules, value) == NULL)
    return HS_CLASS_MAPPED;
  const HsMapping *mapping = hs_mapping_find (self->target->mappings, value);
  return mapping != NULL && (mapping->prot & PROT_EXEC) != 0 ? HS_CLASS_CODE : HS_CLASS_STATIC;
}

gboolean
hs_specimen_open (HsEngine *engine, guint32 block, HsSpecimen *specimen)
{
  return hs_specimen_open_at (engine, block, 0, specimen);
}

gboolean
hs_specimen_open_at (HsEngine *engine, guint32 block, guint64 offset, HsSpecimen *specimen)
{
  const guint8 *data = hs_engine_bytes (engine, block);

  specimen->block = block;
  specimen->address = engine->blocks->address[block] + offset;
  specimen->usable = hs_blocks_size (engine->blocks, block) - offset;
  specimen->data = data != NULL ? data + offset : NULL;
  specimen->n_words = (guint)MIN (specimen->usable / 8, HS_MAX_WORDS);
  for (guint w = 0; specimen->data != NULL && w < specimen->n_words; w++) {
    guint64 value;
    memcpy (&value, specimen->data + 8 * w, 8);
    specimen->class[w] = (guint8)class_of (engine, value, &specimen->target[w]);
  }
  return specimen->data != NULL;
}

/* --- likelihoods --- */

/* P(class | kind), before each row is made to sum to one. */
static const double PRIOR[HS_WORD_UNKNOWN][HS_N_CLASSES] = {
  /*                    null block inside static code mapped byte short int pair text double other */
  [HS_WORD_PADDING] = { .30, .05, .03, .03, .01, .02, .10, .08, .10, .08, .10, .05, .05 },
  [HS_WORD_POINTER] = { .30, .45, .06, .08, .004, .03, .003, .003, .003, .003, .003, .003, .003 },
  [HS_WORD_VOID] = { .30, .35, .06, .06, .01, .03, .06, .03, .03, .02, .02, .02, .02 },
  [HS_WORD_FUNCTION] = { .30, .004, .004, .04, .60, .004, .004, .004, .004, .004, .004, .004, .004 },
  [HS_WORD_INT64] = { .25, .004, .004, .008, .002, .006, .25, .15, .15, .03, .01, .03, .10 },
  [HS_WORD_INT32] = { .30, .003, .003, .004, .002, .004, .30, .15, .20, .08, .02, .01, .03 },
  [HS_WORD_SMALL] = { .30, .003, .003, .004, .002, .004, .30, .15, .20, .08, .02, .01, .03 },
  [HS_WORD_MIXED] = { .15, .003, .003, .004, .002, .004, .12, .10, .16, .35, .03, .02, .10 },
  [HS_WORD_CHARS] = { .10, .003, .003, .004, .002, .004, .10, .10, .10, .10, .35, .03, .10 },
  [HS_WORD_DOUBLE] = { .20, .002, .002, .002, .001, .002, .01, .01, .01, .01, .01, .70, .05 },
};

#define LEAST_BITS (-7.0) /* no word alone decides */
#define BACKGROUND_BLOCKS 4096

static void
measure_background (HsEngine *self, double background[HS_N_CLASSES])
{
  guint32 step = MAX (1, self->blocks->n / BACKGROUND_BLOCKS);
  guint64 count[HS_N_CLASSES] = { 0 }, sum = 0;

  for (guint64 block = 0; block < self->blocks->n; block += step) {
    HsSpecimen specimen;
    if (!hs_specimen_open (self, (guint32)block, &specimen))
      continue;
    for (guint w = 0; w < specimen.n_words && w < 16; w++, sum++)
      count[specimen.class[w]]++;
  }
  for (guint c = 0; c < HS_N_CLASSES; c++)
    background[c] = 0.5 * ((double)count[c] / (double)MAX (sum, 1)) + 0.5 / HS_N_CLASSES;
}

/* log2, good to 0.01 bits; the C library's depends on its version, and with it the answer would. */
static double
bits_of (double ratio)
{
  gint64 whole = 0;

  while (ratio >= 2 && whole < 64)
    ratio /= 2, whole++;
  while (ratio < 1 && whole > -64)
    ratio *= 2, whole--;
  double f = ratio - 1; /* Padé: ln(1+f) = f(6+f)/(6+4f) */
  return (double)whole + f * (6 + f) / (6 + 4 * f) * 1.4426950408889634;
}

void
hs_score_prepare (HsEngine *self)
{
  double background[HS_N_CLASSES];

  if (self->likelihood != NULL)
    return;
  measure_background (self, background);
  self->likelihood = g_malloc (sizeof *self->likelihood * HS_N_WORD_KINDS);
  for (guint kind = 0; kind < HS_WORD_UNKNOWN; kind++) {
    double sum = 0;
    for (guint c = 0; c < HS_N_CLASSES; c++)
      sum += PRIOR[kind][c];
    for (guint c = 0; c < HS_N_CLASSES; c++) {
      double ratio = PRIOR[kind][c] / sum / background[c];
      self->likelihood[kind][c] = MAX (LEAST_BITS, bits_of (ratio));
      if (kind == HS_WORD_POINTER)
        self->likelihood[HS_WORD_EITHER][c] = bits_of ((1 + ratio) / 2);
    }
  }
  /* What may be anything is as likely as anywhere. */
  for (guint c = 0; c < HS_N_CLASSES; c++)
    self->likelihood[HS_WORD_UNKNOWN][c] = 0;
}

/* --- members that are no pointers --- */

#define MAX_ENUMERATORS 1024

static gboolean
is_enumerator (HsEngine *self, HsTypeId id, gint64 value)
{
  const HsType *type = hs_types_get (self->types, id);
  gint64 all = 0;

  if (type->n_members > MAX_ENUMERATORS)
    return TRUE; /* nothing to be seen from so many */
  for (guint32 i = 0; i < type->n_members; i++) {
    gint64 one = self->types->enumerators[type->first_member + i].value;
    if (one == value)
      return TRUE;
    all |= one;
  }
  return value > 0 && (value & ~all) == 0; /* flags */
}

static void
judge_field (HsEngine *self, const HsField *field, const guint8 *data, HsScore *score)
{
  guint64 value = 0;

  if (field->bit_size != 0 || field->in_union || field->size > 8)
    return;
  memcpy (&value, data, field->size);
  if (field->kind == HS_FIELD_BOOL && value > 1) {
    score->bits += HS_UNFIT_BITS;
    score->bad++;
  } else if (field->kind == HS_FIELD_ENUM && field->size == 4) {
    gboolean known = is_enumerator (self, field->type, (gint32)value);
    score->bits += known ? (value != 0 ? 1 : 0) : HS_UNFIT_BITS;
    score->bad += !known;
  }
}

/* --- the sum --- */

/* A member of a few bytes whose neighbour is padding: its own bytes count. */
static HsWordClass
class_of_low (const HsSpecimen *specimen, guint word, guint bytes)
{
  guint32 value = 0;

  memcpy (&value, specimen->data + 8 * word, bytes);
  if (value < 65536)
    return value == 0 ? HS_CLASS_NULL : value < 256 ? HS_CLASS_BYTE : HS_CLASS_SHORT;
  return is_text_word (value) ? HS_CLASS_TEXT : HS_CLASS_INT;
}

/* An address where there should be none. Bytes and padding may be what is left of an earlier object. */
static gboolean
is_unexplained (guint class, guint kind)
{
  if (kind == HS_WORD_POINTER || kind == HS_WORD_VOID || kind == HS_WORD_UNKNOWN || kind == HS_WORD_EITHER
      || (kind == HS_WORD_FUNCTION && class == HS_CLASS_CODE))
    return FALSE;
  if (kind == HS_WORD_CHARS || kind == HS_WORD_PADDING)
    return class == HS_CLASS_BLOCK;
  return class >= HS_CLASS_BLOCK && class <= HS_CLASS_CODE;
}

#define STRAY_BITS (-1.0) /* something in the padding: not impossible, it is never cleared */

static double
word_bits (HsEngine *self, const guint8 *kinds, guint n_kinds, const HsSpecimen *specimen, guint word, guint first, HsScore *score)
{
  guint class = specimen->class[word];

  if (word - first >= n_kinds)
    return self->likelihood[HS_WORD_PADDING][class] * 0.3; /* malloc's residue */
  guint kind = kinds[word - first];
  double stray = 0;
  if ((kind == HS_WORD_INT32 || kind == HS_WORD_SMALL) && class >= HS_CLASS_PAIR)
    stray = STRAY_BITS;
  if (kind == HS_WORD_INT32 && class != HS_CLASS_BLOCK && class != HS_CLASS_INSIDE && class != HS_CLASS_CODE && class != HS_CLASS_STATIC)
    class = class_of_low (specimen, word, 4);
  /* What was left behind is no address any more once its lower bytes are set. */
  if (kind == HS_WORD_SMALL && class != HS_CLASS_BLOCK)
    class = class_of_low (specimen, word, 2);
  if (is_unexplained (class, kind))
    score->unexplained++;
  return self->likelihood[kind][class] + stray;
}

/* Where the pointers of one @layout at @behind lead, and whether its enums and booleans are some. */
static void
score_object (HsEngine *self, HsLayout *layout, const HsSpecimen *specimen, guint64 behind, HsScore *score)
{
  guint first = (guint)(behind / 8);

  for (guint32 i = 0; i < layout->n_slots && behind + layout->slots[i].offset + 8 <= 8 * (guint64)specimen->n_words; i++) {
    const HsSlot *slot = &layout->slots[i];
    HsScore one = { 0 };
    if (slot->offset % 8 != 0 || slot->kind == HS_SLOT_UNION || slot->is_weak)
      continue;
    hs_judge_slot (self, slot, layout->type, behind, specimen, first + (guint)(slot->offset / 8), &one);
    /* Of a union's reading only what speaks for it counts. */
    if (slot->in_union && (one.bits <= 0 || one.bad > 0))
      continue;
    score->bits += one.bits;
    score->bad += one.bad;
    score->strong += one.strong;
  }
  for (guint32 i = 0; i < layout->n_fields && behind + layout->fields[i].offset + layout->fields[i].size <= 8 * (guint64)specimen->n_words; i++)
    judge_field (self, &layout->fields[i], specimen->data + behind + layout->fields[i].offset, score);
}

#define TAIL_SHARE 0.5 /* of what elements say: how many are in use is not known */

/* What stands in the flexible array: elements, or bytes. */
#define LINK_BITS 1.5 /* a pointer in a tail that is known to hold some */

static double
tail_bits (HsEngine *self, const HsLayout *layout, const HsSpecimen *specimen, guint64 behind, HsScore *score)
{
  guint64 at = behind + layout->tail_offset;
  HsScore tail = { 0 };

  if (layout->tail_stride == 0 || layout->size + 8 > specimen->usable - behind)
    return 0;
  if (layout->links_in_tail && !hs_tail_agrees (layout, specimen->data + behind, specimen->usable - behind)) {
    score->bad++;
    return HS_UNFIT_BITS;
  }
  if (layout->tail == NULL || at % 8 != 0) {
    for (guint w = (guint)((at + 7) / 8), first = w; w < specimen->n_words; w++) {
      if (layout->links_in_tail && specimen->class[w] == HS_CLASS_BLOCK) {
        tail.bits += LINK_BITS;
        continue;
      }
      tail.unexplained += specimen->class[w] == HS_CLASS_BLOCK;
      tail.bits += specimen->class[w] == HS_CLASS_BLOCK ? -4 : w == first && specimen->class[w] == HS_CLASS_TEXT ? 2.5 : 0;
    }
    score->unexplained += tail.unexplained;
    return CLAMP (tail.bits, -10, 5);
  }
  for (; at + layout->tail_stride <= 8 * (guint64)specimen->n_words; at += layout->tail_stride) {
    guint n_kinds, first = (guint)(at / 8);
    const guint8 *kinds = hs_layout_words (layout->tail, &n_kinds);
    for (guint w = first; w < first + n_kinds && w < specimen->n_words; w++)
      tail.bits += word_bits (self, kinds, n_kinds, specimen, w, first, &tail);
    score_object (self, layout->tail, specimen, at, &tail);
  }
  score->strong += tail.strong;
  return CLAMP (tail.bits * TAIL_SHARE, -6, 10);
}

#define ARRAY_WORDS 16   /* of an array of pointers, that count */
#define STRIDE_BITS 1.5  /* two pointers into one block are as far apart as elements are */
#define LEAST_STRIDE 24  /* bytes: of smaller elements that says nothing */

/* Two pointers in a row into one block, of which not more is known. */
static double
stride_bits (const HsSpecimen *specimen, guint last, guint word, guint64 size, HsScore *score)
{
  guint64 a, b;

  if (specimen->class[last] != HS_CLASS_INSIDE || specimen->class[word] != HS_CLASS_INSIDE || specimen->target[last] != specimen->target[word]
      || size < LEAST_STRIDE)
    return 0;
  memcpy (&a, specimen->data + 8 * last, 8);
  memcpy (&b, specimen->data + 8 * word, 8);
  gboolean apart = (MAX (a, b) - MIN (a, b)) % size == 0;
  score->bad += !apart;
  score->strong += apart;
  return apart ? STRIDE_BITS : HS_UNFIT_BITS;
}

#define POINTEE_BITS 4.0 /* at most */

/* How well what the pointer leads to does as one of @slot's, where it is not known yet. */
static double
pointee_bits (HsEngine *self, const HsSlot *slot, const HsSpecimen *specimen, guint word)
{
  guint32 block = specimen->target[word];
  HsSpecimen pointee;
  guint64 value;

  if (slot->kind != HS_SLOT_OBJECT || block == HS_NO_BLOCK || hs_label_level (self->label[block]) >= HS_LEVEL_C)
    return 0;
  HsLayout *layout = hs_layouts_get (self->layouts, slot->target);
  memcpy (&value, specimen->data + 8 * word, 8);
  if (!hs_specimen_open_at (self, block, value - self->blocks->address[block], &pointee) || layout->size > pointee.usable)
    return -POINTEE_BITS;
  pointee.n_words = (guint)MIN (layout->size / 8, HS_MAX_WORDS);
  return CLAMP (hs_score_as (self, &pointee, slot->target), -POINTEE_BITS, POINTEE_BITS);
}

/* An array of pointers: whatever is in it is one. */
static HsScore
score_pointers (HsEngine *self, const HsSlot *slot, const HsSpecimen *specimen, guint64 behind)
{
  HsScore score = { 0 };
  guint64 size = hs_types_get (self->types, slot->target)->size;
  guint n = 0, last = G_MAXUINT;

  for (guint w = (guint)(behind / 8); w < specimen->n_words && n < ARRAY_WORDS; w++) {
    HsScore one = { 0 };
    if (specimen->class[w] == HS_CLASS_NULL)
      continue;
    hs_judge_slot (self, slot, slot->target, G_MAXUINT64 / 2, specimen, w, &one);
    one.bits += pointee_bits (self, slot, specimen, w);
    if (last != G_MAXUINT)
      one.bits += stride_bits (specimen, last, w, size, &one);
    score.bits += self->likelihood[HS_WORD_POINTER][specimen->class[w]] + one.bits;
    score.bad += one.bad;
    score.strong += one.strong;
    last = w;
    n++;
  }
  return score;
}

HsScore
hs_score (HsEngine *self, HsLayout *layout, const HsSpecimen *specimen, guint64 behind)
{
  HsScore score = { 0 };

  if (hs_types_get (self->types, layout->type)->kind == HS_TYPE_POINTER)
    return layout->n_slots == 1 ? score_pointers (self, &layout->slots[0], specimen, behind) : score;
  guint n_kinds, first = (guint)(behind / 8);
  const guint8 *kinds = hs_layout_words (layout, &n_kinds);
  guint64 usable = specimen->usable - behind;
  gboolean has_tail = (layout->tail_stride != 0 || layout->grows || layout->size + 16 < usable) && layout->size + 8 <= usable;

  for (guint w = first; w < specimen->n_words && (w - first < n_kinds || !has_tail); w++)
    score.bits += word_bits (self, kinds, n_kinds, specimen, w, first, &score);
  score_object (self, layout, specimen, behind, &score);
  score.bits += tail_bits (self, layout, specimen, behind, &score);
  return score;
}

double
hs_score_as (HsEngine *self, const HsSpecimen *specimen, HsTypeId type)
{
  HsScore score = hs_score (self, hs_layouts_get (self->layouts, type), specimen, 0);

  return score.bits - 4.0 * score.bad - 2.0 * score.unexplained;
}
