/* content.c - what a block's bytes say about a type. */
#include "profiler/inference/engine.h"

#include <string.h>

#define MAX_JUDGED 64 /* slots looked at in one object */

static guint64
word_at (const guint8 *data, guint64 offset)
{
  guint64 word;

  memcpy (&word, data + offset, sizeof word);
  return word;
}

/* What a pointer's word may hold: nothing, or an address that is mapped. A function pointer may also be one of the small
 * numbers that signal(2) and its imitators use. Of void * nothing is expected: programs keep numbers in it. */
static gboolean
slot_admits (HsEngine *self, const HsSlot *slot, guint64 value)
{
  if (value == 0 || slot->in_union || slot->is_weak || slot->kind == HS_SLOT_VOID || slot->kind == HS_SLOT_UNION)
    return TRUE;
  if (slot->kind == HS_SLOT_FUNCTION && value < 8)
    return TRUE;
  return hs_engine_is_mapped (self, value);
}

HsMatch
hs_content_match (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit)
{
  guint good = 0, bad = 0, small = 0;

  for (guint32 i = 0; i < layout->n_slots && i < MAX_JUDGED; i++) {
    const HsSlot *slot = &layout->slots[i];
    if (slot->offset + 8 > limit)
      break;
    guint64 value = word_at (data, slot->offset);
    if (!slot_admits (self, slot, value)) {
      bad++;
      small += value < HS_PAGE_SIZE;
    } else if (value != 0 && slot->kind != HS_SLOT_VOID)
      good++;
  }
  return (HsMatch){ good, bad, small };
}

gboolean
hs_slot_admits (HsEngine *self, const HsSlot *slot, const guint8 *data)
{
  return slot_admits (self, slot, word_at (data, slot->offset));
}

guint64
hs_content_sound (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit, guint *good)
{
  *good = 0;
  for (guint32 i = 0; i < layout->n_slots; i++) {
    const HsSlot *slot = &layout->slots[i];
    if (slot->offset + 8 > limit)
      break;
    guint64 value = word_at (data, slot->offset);
    if (!slot_admits (self, slot, value))
      return slot->offset;
    *good += value != 0 && slot->kind != HS_SLOT_VOID && !slot->in_union;
  }
  return limit;
}

gboolean
hs_content_owns_tail (const HsLayout *layout, HsAddr address, const guint8 *data, guint64 usable)
{
  for (guint32 i = 0; i < layout->n_slots && layout->size < usable; i++) {
    const HsSlot *slot = &layout->slots[i];
    if (slot->offset + 8 > layout->size || slot->kind == HS_SLOT_FUNCTION || slot->kind == HS_SLOT_UNION)
      continue;
    guint64 distance = word_at (data, slot->offset) - address;
    if (distance >= layout->size && distance <= layout->size + HS_TAIL_HEAD && distance < usable)
      return TRUE;
  }
  return FALSE;
}

gboolean
hs_content_is_cut (HsEngine *self, const HsLayout *layout, HsAddr address, const guint8 *data, guint64 usable)
{
  guint good;

  for (guint32 i = 0; i < layout->n_slots; i++) {
    const HsSlot *slot = &layout->slots[i];
    if (slot->offset + 8 > MIN (layout->size, usable) || slot->kind != HS_SLOT_CHAR)
      continue;
    guint64 cut = word_at (data, slot->offset) - address;
    if (cut >= slot->offset + 8 && cut < layout->size && cut < usable && hs_content_sound (self, layout, data, cut, &good) == cut
        && hs_content_text (data + cut, usable - cut) > 0)
      return TRUE;
  }
  return FALSE;
}

#define LEAST_TAIL 3 /* characters */

gboolean
hs_content_text_tail (const HsLayout *layout, const guint8 *data, guint64 usable)
{
  if (layout->size == 0 || layout->size >= usable || usable - layout->size <= LEAST_TAIL)
    return FALSE;
  gssize length = hs_content_text (data + layout->size, usable - layout->size);
  return length >= LEAST_TAIL && usable - layout->size - (guint64)length <= 16 + HS_GRANULE;
}

gboolean
hs_content_admits (HsEngine *self, const HsLayout *layout, const guint8 *data, guint64 limit)
{
  HsMatch match = hs_content_match (self, layout, data, limit);

  return match.bad == 0 || (match.bad == 1 && match.good >= 4);
}

guint
hs_content_heap_pointers (HsEngine *self, const guint8 *data, guint64 limit)
{
  guint n = 0;

  for (guint64 at = 0; at + 8 <= limit; at += 8) {
    guint64 value = word_at (data, at);
    if (value >= self->blocks->low && hs_blocks_at (self->blocks, value) != HS_NO_BLOCK)
      n++;
  }
  return n;
}

#define BYTES(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

static gboolean
is_control (guint8 byte)
{
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != 0x1b) || byte == 0x7f;
}

/* Whether any of the word's bytes is below a space or a DEL; may say so of a byte behind one that is. */
static gboolean
may_hold_control (guint64 word)
{
  guint64 del = word ^ BYTES (0x7f);

  return (((word - BYTES (0x20)) & ~word) | ((del - BYTES (1)) & ~del)) & BYTES (0x80) ? TRUE : FALSE;
}

static gboolean
holds_control (const guint8 *data, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (is_control (data[i]))
      return TRUE;
  return FALSE;
}

gssize
hs_content_text (const guint8 *data, guint64 limit)
{
  const guint8 *end = memchr (data, 0, limit);
  gsize length = end != NULL ? (gsize)(end - data) : limit, at = 0;
  guint64 all = 0;

  for (; at + 8 <= length; at += 8) {
    guint64 word = word_at (data, at);
    all |= word;
    if (may_hold_control (word) && holds_control (data + at, 8))
      return -1;
  }
  if (holds_control (data + at, length - at))
    return -1;
  for (gsize i = at; i < length; i++)
    all |= data[i];
  const char *stop;
  if ((all & BYTES (0x80)) != 0 && !g_utf8_validate ((const char *)data, length, &stop)
      && (end != NULL || data + length - (const guint8 *)stop > 3)) /* a sequence may be cut at the end */
    return -1;
  return length;
}

#define LEAST_WIDE 2 /* characters */

gboolean
hs_content_is_wide (HsEngine *self, const guint8 *data, guint64 limit)
{
  guint n = 0;

  /* The halves of an address may be characters, too. */
  if (limit >= 8 && hs_engine_is_mapped (self, word_at (data, 0)))
    return FALSE;
  for (guint64 at = 0; at + 4 <= limit; at += 4, n++) {
    guint32 c;
    memcpy (&c, data + at, sizeof c);
    if (c == 0)
      break;
    if (c < 0x20 ? !g_unichar_isspace (c) : !g_unichar_isdefined (c))
      return FALSE;
  }
  return n >= LEAST_WIDE;
}

gssize
hs_content_text_in (HsEngine *self, const guint8 *data, guint64 limit)
{
  gssize length = hs_content_text (data, limit);

  if (length == 1 && hs_content_is_wide (self, data, limit))
    return -1;
  /* The bytes of an address may all be printable. */
  if (length > 0 && length < 8 && limit >= 8 && hs_engine_is_mapped (self, word_at (data, 0)))
    return -1;
  return length;
}
