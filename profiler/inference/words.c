/* words.c - see words.h. */
#include "profiler/inference/words.h"

static HsWordKind
kind_of_field (const HsField *field)
{
  if (field->in_union)
    return HS_WORD_UNKNOWN;
  switch (field->kind) {
  case HS_FIELD_CHARS:
    return HS_WORD_CHARS;
  case HS_FIELD_NUMBERS:
    return HS_WORD_MIXED;
  case HS_FIELD_DATA:
    return HS_WORD_UNKNOWN;
  case HS_FIELD_FLOAT:
    return field->size == 8 ? HS_WORD_DOUBLE : field->size > 8 ? HS_WORD_UNKNOWN : HS_WORD_MIXED;
  default:
    if (field->offset % 8 == 0 && field->size <= 2 && field->bit_size == 0)
      return HS_WORD_SMALL;
    return field->size == 8 ? HS_WORD_INT64 : field->size == 4 && field->offset % 8 == 0 ? HS_WORD_INT32 : HS_WORD_MIXED;
  }
}

static HsWordKind
kind_of_slot (const HsSlot *slot)
{
  if (slot->in_union || slot->kind == HS_SLOT_UNION)
    return HS_WORD_EITHER;
  return slot->kind == HS_SLOT_VOID ? HS_WORD_VOID : slot->kind == HS_SLOT_FUNCTION ? HS_WORD_FUNCTION : HS_WORD_POINTER;
}

static void
add_field (guint8 *words, guint n, const HsField *field)
{
  HsWordKind kind = kind_of_field (field);
  guint64 last = (field->offset + MAX (field->size, 1) - 1) / 8;

  for (guint64 w = field->offset / 8; w <= last && w < n; w++) {
    if (words[w] == HS_WORD_PADDING)
      words[w] = kind;
    else if (words[w] != kind || kind == HS_WORD_INT32 || kind == HS_WORD_SMALL)
      words[w] = kind == HS_WORD_UNKNOWN || words[w] == HS_WORD_UNKNOWN ? HS_WORD_UNKNOWN : HS_WORD_MIXED;
  }
}

const guint8 *
hs_layout_words (HsLayout *layout, guint *n)
{
  *n = (guint)MIN ((layout->size + 7) / 8, HS_MAX_WORDS);
  if (layout->words != NULL)
    return layout->words;
  layout->words = g_malloc0 (HS_MAX_WORDS);
  for (guint32 i = 0; i < layout->n_fields; i++)
    add_field (layout->words, *n, &layout->fields[i]);
  for (guint32 i = 0; i < layout->n_slots && layout->slots[i].offset / 8 < *n; i++)
    layout->words[layout->slots[i].offset / 8]
        = layout->slots[i].offset % 8 == 0 ? kind_of_slot (&layout->slots[i]) : HS_WORD_UNKNOWN;
  return layout->words;
}
