/* input.h - takes a fuzzer's bytes apart. Behind their end there are zeros, so that every input is a whole one. */
#pragma once

#include <glib.h>
#include <string.h>

typedef struct {
  const guint8 *data;
  gsize size;
} Input;

static inline guint64
input_take (Input *self, gsize size)
{
  guint64 value = 0;
  gsize n = MIN (size, self->size);

  memcpy (&value, self->data, MIN (n, sizeof value));
  self->data += n;
  self->size -= n;
  return value;
}

static inline guint8
input_byte (Input *self)
{
  return (guint8)input_take (self, 1);
}

/* Copies what there is, at most @size bytes. */
static inline void
input_fill (Input *self, guint8 *bytes, gsize size)
{
  gsize n = MIN (size, self->size);

  memcpy (bytes, self->data, n);
  self->data += n;
  self->size -= n;
}
