/* places.c - see places-private.h. */
#include "summary/places-private.h"

#include <string.h>

#define SMALL 1024 /* bytes: up to here each size is a class of its own */
#define CLASS_BITS 12

struct _HsPlaces {
  guint32 *via;      /* by number of reason: the first number with the same words */
  const char **reasons;
  GHashTable *index; /* via and class -> number + 1 */
  GPtrArray *names;
};

static guint
size_class (guint64 size)
{
  return size <= SMALL ? (guint)(size / 8) : SMALL / 8 + (guint)g_bit_nth_msf ((gulong)(size - 1), -1);
}

/* "48 B", "2..4 KB" for what is larger than 2 and at most 4 KB. */
static void
append_class (GString *text, guint64 size)
{
  static const char *const units[] = { "B", "KB", "MB", "GB", "TB", "PB", "EB" };

  if (size <= SMALL) {
    g_string_append_printf (text, "%" G_GUINT64_FORMAT " B", size);
    return;
  }
  guint shift = (guint)g_bit_nth_msf ((gulong)(size - 1), -1), unit = shift / 10;
  guint64 least = G_GUINT64_CONSTANT (1) << (shift % 10);
  g_string_append_printf (text, "%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT " %s", least, 2 * least, units[unit]);
}

/* Of "pointer struct dictEntry.val at +8" the "dictEntry.val". */
static char *
via_of (const char *how)
{
  static const char *const keywords[] = { "struct ", "union ", "class " };
  const char *space = strchr (how, ' ');

  if (space == NULL)
    return g_strdup ("");
  const char *via = space + 1, *distance = g_strrstr (via, " at +");
  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (g_str_has_prefix (via, keywords[i])) {
      via += strlen (keywords[i]);
      break;
    }
  gsize length = distance != NULL ? (gsize)(distance - via) : strlen (via);
  /* An array's elements have no name: the reason is their type. */
  return g_strdup_printf ("%.*s%s", (int)MIN (length, G_MAXINT), via, length > 0 && via[length - 1] == '*' ? "[]" : "");
}

char *
hs_place_name (const char *how, guint64 size)
{
  g_autofree char *via = via_of (how);
  g_autoptr (GString) text = g_string_new ("<untyped ");

  append_class (text, size);
  if (*via != 0)
    g_string_append_printf (text, " via %s", via);
  g_string_append_c (text, '>');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

HsPlaces *
hs_places_new (const HeapsumSnapshot *snapshot)
{
  HsPlaces *self = g_new0 (HsPlaces, 1);
  g_autoptr (GHashTable) first = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  self->reasons = snapshot->reasons;
  self->via = g_new (guint32, snapshot->n_reasons);
  self->index = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->names = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < snapshot->n_reasons; i++) {
    g_autofree char *via = via_of (snapshot->reasons[i]);
    gpointer known;
    if (g_hash_table_lookup_extended (first, via, NULL, &known))
      self->via[i] = GPOINTER_TO_UINT (known);
    else {
      self->via[i] = i;
      g_hash_table_insert (first, g_steal_pointer (&via), GUINT_TO_POINTER (i));
    }
  }
  return self;
}

void
hs_places_free (HsPlaces *self)
{
  g_free (self->via);
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->names);
  g_free (self);
}

guint32
hs_places_find (HsPlaces *self, guint32 reason, guint64 size)
{
  gint64 key = (gint64)((guint64)self->via[reason] << CLASS_BITS | size_class (size));
  guint32 number = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, &key));

  if (number == 0) {
    g_ptr_array_add (self->names, hs_place_name (self->reasons[self->via[reason]], size));
    number = self->names->len;
    g_hash_table_insert (self->index, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (number));
  }
  return number - 1;
}

guint32
hs_places_count (const HsPlaces *self)
{
  return self->names->len;
}

const char *
hs_places_name (const HsPlaces *self, guint32 number)
{
  return self->names->pdata[number];
}
