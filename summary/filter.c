/* filter.c - see heapsum-summary.h. */
#include "summary/filter-private.h"

#include <string.h>

struct _HeapsumFilter {
  GPtrArray *types;  /* GPatternSpec; none: all */
  GPtrArray *ignore;
  guint64 least, most;
  HeapsumLevel level;
};

HeapsumFilter *
heapsum_filter_new (void)
{
  HeapsumFilter *filter = g_new0 (HeapsumFilter, 1);

  filter->types = g_ptr_array_new_with_free_func ((GDestroyNotify)g_pattern_spec_free);
  filter->ignore = g_ptr_array_new_with_free_func ((GDestroyNotify)g_pattern_spec_free);
  filter->most = G_MAXUINT64;
  return filter;
}

void
heapsum_filter_free (HeapsumFilter *filter)
{
  g_return_if_fail (filter != NULL);
  g_ptr_array_unref (filter->types);
  g_ptr_array_unref (filter->ignore);
  g_free (filter);
}

void
heapsum_filter_add_type (HeapsumFilter *filter, const char *glob)
{
  g_return_if_fail (filter != NULL && glob != NULL);
  g_ptr_array_add (filter->types, g_pattern_spec_new (glob));
}

void
heapsum_filter_add_ignore (HeapsumFilter *filter, const char *glob)
{
  g_return_if_fail (filter != NULL && glob != NULL);
  g_ptr_array_add (filter->ignore, g_pattern_spec_new (glob));
}

void
heapsum_filter_set_size (HeapsumFilter *filter, guint64 least, guint64 most)
{
  g_return_if_fail (filter != NULL);
  filter->least = least;
  filter->most = most;
}

void
heapsum_filter_set_level (HeapsumFilter *filter, HeapsumLevel level)
{
  g_return_if_fail (filter != NULL);
  filter->level = level;
}

gboolean
hs_glob_matches (const GPatternSpec *glob, const char *name)
{
  static const char *const keywords[] = { "struct ", "union ", "enum ", "class " };

  if (g_pattern_spec_match_string ((GPatternSpec *)glob, name))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (g_str_has_prefix (name, keywords[i]))
      return g_pattern_spec_match_string ((GPatternSpec *)glob, name + strlen (keywords[i]));
  return FALSE;
}

static gboolean
matches_any (const GPtrArray *globs, const char *name)
{
  for (guint i = 0; i < globs->len; i++)
    if (hs_glob_matches (globs->pdata[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
matches_name (const HeapsumFilter *self, const char *name)
{
  return (self->types->len == 0 || matches_any (self->types, name)) && !matches_any (self->ignore, name);
}

gboolean
hs_untyped_matches (const GPatternSpec *glob, const char *place)
{
  return hs_glob_matches (glob, HS_UNTYPED) || hs_glob_matches (glob, place);
}

static gboolean
matches_place (const HeapsumFilter *self, const char *place)
{
  if (matches_any (self->ignore, HS_UNTYPED) || matches_any (self->ignore, place))
    return FALSE;
  return self->types->len == 0 || matches_any (self->types, HS_UNTYPED) || matches_any (self->types, place);
}

static gboolean
size_counts (const HeapsumFilter *self, guint64 size)
{
  return self == NULL || (size >= self->least && size <= self->most);
}

gboolean
heapsum_filter_apply (const HeapsumFilter *filter, HeapsumBlock *block)
{
  g_return_val_if_fail (block != NULL, FALSE);
  if (filter == NULL)
    return TRUE;
  if (block->level < filter->level) {
    block->type = "";
    block->level = HEAPSUM_LEVEL_NONE;
  }
  if (!size_counts (filter, block->size))
    return FALSE;
  if (*block->type != 0)
    return matches_name (filter, block->type);
  if (filter->types->len == 0 && filter->ignore->len == 0)
    return TRUE;
  g_autofree char *place = hs_place_name (block->how, block->size);
  return matches_place (filter, place);
}

gboolean
heapsum_filter_matches (const HeapsumFilter *filter, const HeapsumBlock *block)
{
  g_return_val_if_fail (block != NULL, FALSE);
  HeapsumBlock copy = *block;

  return heapsum_filter_apply (filter, &copy);
}

void
hs_selection_init (HsSelection *self, const HeapsumFilter *filter, const HeapsumSnapshot *snapshot)
{
  *self = (HsSelection){ .filter = filter, .places = hs_places_new (snapshot), .allowed = g_byte_array_new () };
  self->types = g_malloc (snapshot->n_types);
  for (gsize i = 0; i < snapshot->n_types; i++)
    self->types[i] = filter == NULL || i == 0 || matches_name (filter, snapshot->types[i]);
  hs_block_iter_init (&self->iter, snapshot);
}

void
hs_selection_clear (HsSelection *self)
{
  g_free (self->types);
  g_clear_pointer (&self->places, hs_places_free);
  g_byte_array_unref (self->allowed);
}

static gboolean
place_counts (HsSelection *self, guint32 place)
{
  while (self->allowed->len <= place) {
    const char *name = hs_places_name (self->places, self->allowed->len);
    guint8 allowed = self->filter == NULL || matches_place (self->filter, name);
    g_byte_array_append (self->allowed, &allowed, 1);
  }
  return self->allowed->data[place];
}

gboolean
hs_selection_next (HsSelection *self, HsIterBlock *block, guint32 *place)
{
  while (hs_block_iter_next (&self->iter, block)) {
    if (self->filter != NULL && block->level < self->filter->level) {
      block->type = 0;
      block->level = HEAPSUM_LEVEL_NONE;
    }
    if (!self->types[block->type] || !size_counts (self->filter, block->size))
      continue;
    if (block->type != 0)
      return TRUE;
    *place = hs_places_find (self->places, block->reason, block->size);
    if (place_counts (self, *place))
      return TRUE;
  }
  return FALSE;
}
