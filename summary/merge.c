/* merge.c - see merge-private.h. */
#include "summary/merge-private.h"

static gpointer
row_at (const GArray *rows, guint index)
{
  return rows->data + (gsize)index * g_array_get_element_size ((GArray *)rows);
}

gboolean
hs_merge_is_place (const HsMerge *self, gconstpointer row)
{
  const char *at = row;

  return at >= self->places->data && at < self->places->data + (gsize)self->places->len * g_array_get_element_size ((GArray *)self->places);
}

static guint
at_most (guint n, guint limit)
{
  return limit == 0 ? n : MIN (n, limit);
}

static GPtrArray *
places_to_show (const HsMerge *self, const HsMergeOptions *options)
{
  GPtrArray *places = g_ptr_array_new ();

  for (guint i = 0; i < self->places->len && options->untyped != HEAPSUM_UNTYPED_ONE; i++) {
    gpointer row = row_at (self->places, i);
    if (options->untyped == HEAPSUM_UNTYPED_ALL || self->is_small == NULL || !self->is_small (row, self->total))
      g_ptr_array_add (places, row);
  }
  if (options->apart && options->untyped == HEAPSUM_UNTYPED_TOP)
    g_ptr_array_set_size (places, at_most (places->len, options->limit));
  return places;
}

GPtrArray *
hs_merge (const HsMerge *self, const HsMergeOptions *options, guint *left_out)
{
  GPtrArray *rows = g_ptr_array_new ();
  g_autoptr (GPtrArray) places = places_to_show (self, options);
  gboolean rank = !options->apart && options->untyped == HEAPSUM_UNTYPED_TOP;
  guint types = at_most (self->types->len, options->limit), type = 0, place = 0;

  while (type < types || place < places->len) {
    gboolean place_first = place < places->len
                           && (type == types || (!options->apart && self->compare (places->pdata[place], row_at (self->types, type), self->order) < 0));
    if (rank && options->limit != 0 && rows->len == options->limit)
      break;
    g_ptr_array_add (rows, place_first ? places->pdata[place++] : row_at (self->types, type++));
  }
  *left_out = self->types->len - type;
  return rows;
}
