/* used.c - how many elements of a flexible array are in use.
 *
 * What is behind the last one is left from before, and leads astray. The record says how many there are, in one of its numbers,
 * and mostly also how many there may be. Which numbers these are the records themselves tell: one goes with the sizes of the
 * blocks in nearly all, and one next to it is never larger, with something in the element before and nothing against it.
 * Until enough records have been seen, all elements count. */
#include "profiler/inference/engine.h"

#include <string.h>

#define MAX_NUMBERS 8 /* of a record that are looked at */
#define LEARNT 16     /* records */

typedef struct {
  guint32 offset, size;
  guint32 n_room; /* records in which it is the number of elements that there is room for, */
  guint32 n_less; /* or less */
  guint32 n_last; /* in which the element before it is set */
} Number;

struct _HsUsed {
  Number number[MAX_NUMBERS];
  guint n, n_seen;
  const Number *used; /* NULL: not known */
};

static HsUsed *
used_new (const HsLayout *layout)
{
  HsUsed *self = g_new0 (HsUsed, 1);

  for (guint32 i = 0; i < layout->n_fields && self->n < MAX_NUMBERS; i++) {
    const HsField *field = &layout->fields[i];
    if (field->kind == HS_FIELD_INT && field->bit_size == 0 && !field->in_union && field->size >= 2 && field->size <= 8
        && field->offset + field->size <= layout->tail_offset)
      self->number[self->n++] = (Number){ .offset = (guint32)field->offset, .size = (guint32)field->size };
  }
  return self;
}

static guint64
value_of (const Number *number, const guint8 *data)
{
  guint64 value = 0;

  memcpy (&value, data + number->offset, number->size);
  return value;
}

static gboolean
is_set (const HsLayout *layout, const guint8 *data, guint64 element)
{
  for (guint64 i = 0; i < layout->tail_stride; i++)
    if (data[layout->tail_offset + element * layout->tail_stride + i] != 0)
      return TRUE;
  return FALSE;
}

static void
learn (HsUsed *self, const HsLayout *layout, const guint8 *data, guint64 room)
{
  self->n_seen++;
  for (guint i = 0; i < self->n; i++) {
    Number *number = &self->number[i];
    guint64 value = value_of (number, data);
    number->n_room += value == room || value + 1 == room; /* T x[1] counts one more */
    number->n_less += value <= room;
    number->n_last += value <= room && (value == 0 ? room == 0 || !is_set (layout, data, 0) : is_set (layout, data, value - 1));
  }
}

/* Finds the number of elements in use next to that of those there is room for. */
static void
decide (HsUsed *self)
{
  const Number *best = NULL;

  for (guint i = 0; i < self->n; i++) {
    const Number *room = &self->number[i];
    if (room->n_room * 20 < self->n_seen * 19)
      continue;
    for (guint k = i > 0 ? i - 1 : 0; k < self->n && k <= i + 1; k++) {
      const Number *used = &self->number[k];
      if (k != i && used->size == room->size && used->n_less == self->n_seen && used->n_last * 10 >= self->n_seen * 9
          && used->n_room < self->n_seen && (best == NULL || used->n_last > best->n_last))
        best = used;
    }
  }
  self->used = best;
}

guint64
hs_used_elements (HsLayout *layout, const guint8 *data, guint64 usable)
{
  guint64 room = layout->tail_stride != 0 && usable > layout->tail_offset ? (usable - layout->tail_offset) / layout->tail_stride : 0;

  if (room == 0)
    return 0;
  if (layout->used == NULL)
    layout->used = used_new (layout);
  if (layout->used->n_seen < LEARNT) {
    learn (layout->used, layout, data, room);
    if (layout->used->n_seen == LEARNT)
      decide (layout->used);
  }
  return layout->used->used != NULL ? MIN (value_of (layout->used->used, data), room) : room;
}
