/* strings.c - see strings.h. */
#include "profiler/types/strings.h"

#include <string.h>

#define MAX_BYTES (1u << 31)
#define MAX_NAME 65536

HsStrings *
hs_strings_new (void)
{
  HsStrings *self = g_new0 (HsStrings, 1);

  self->bytes = g_byte_array_new ();
  g_byte_array_append (self->bytes, (const guint8 *)"", 1);
  self->n_slots = 1024;
  self->slots = g_new0 (guint32, self->n_slots);
  self->joined = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
hs_strings_free (HsStrings *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->bytes);
  g_hash_table_unref (self->joined);
  g_free (self->slots);
  g_free (self);
}

static guint32
hash_bytes (const char *text, gsize length)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guint8)text[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  return (guint32)(hash ^ hash >> 32);
}

/* The slot @text is in, or is to go into. */
static guint
find_slot (const HsStrings *self, const char *text, gsize length)
{
  guint i = hash_bytes (text, length) & (self->n_slots - 1);

  while (self->slots[i] != 0) {
    const char *there = hs_strings_get (self, self->slots[i]);
    if (strncmp (there, text, length) == 0 && there[length] == 0)
      break;
    i = (i + 1) & (self->n_slots - 1);
  }
  return i;
}

static void
grow (HsStrings *self)
{
  g_autofree guint32 *old = self->slots;
  guint n = self->n_slots;

  self->n_slots = 2 * n;
  self->slots = g_new0 (guint32, self->n_slots);
  for (guint i = 0; i < n; i++) {
    if (old[i] == 0)
      continue;
    const char *text = hs_strings_get (self, old[i]);
    self->slots[find_slot (self, text, strlen (text))] = old[i];
  }
}

guint32
hs_strings_add (HsStrings *self, const char *text)
{
  if (text == NULL || text[0] == 0)
    return 0;
  gsize length = strnlen (text, MAX_NAME);
  guint slot = find_slot (self, text, length);

  if (self->slots[slot] != 0)
    return self->slots[slot];
  if (self->bytes->len > MAX_BYTES - length - 1)
    return 0;
  guint32 offset = self->bytes->len;
  g_byte_array_append (self->bytes, (const guint8 *)text, length);
  g_byte_array_append (self->bytes, (const guint8 *)"", 1);
  self->slots[slot] = offset;
  if (++self->n_used > self->n_slots / 2)
    grow (self);
  return offset;
}

guint32
hs_strings_join (HsStrings *self, guint32 scope, guint32 name)
{
  guint64 key = (guint64)scope << 32 | name;

  if (scope == 0 || name == 0)
    return name;
  gpointer known = g_hash_table_lookup (self->joined, &key);
  if (known != NULL)
    return GPOINTER_TO_UINT (known);
  g_autofree char *text = g_strconcat (hs_strings_get (self, scope), "::", hs_strings_get (self, name), NULL);
  guint32 offset = hs_strings_add (self, text);
  g_hash_table_insert (self->joined, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (offset));
  return offset;
}
