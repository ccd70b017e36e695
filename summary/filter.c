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
  return size_counts (filter, block->size) && matches_name (filter, *block->type == 0 ? "<untyped>" : block->type);
}

gboolean
heapsum_filter_matches (const HeapsumFilter *filter, const HeapsumBlock *block)
{
  g_return_val_if_fail (block != NULL, FALSE);
  HeapsumBlock copy = *block;

  return heapsum_filter_apply (filter, &copy);
}

guint8 *
hs_filter_types (const HeapsumFilter *self, const HeapsumSnapshot *snapshot)
{
  guint8 *counts = g_malloc (snapshot->n_types);

  for (gsize i = 0; i < snapshot->n_types; i++) {
    const char *name = i == 0 ? "<untyped>" : snapshot->types[i];
    counts[i] = self == NULL || matches_name (self, name);
  }
  return counts;
}

gboolean
hs_filter_next (const HeapsumFilter *self, const guint8 *types, HsBlockIter *iter, HsIterBlock *block)
{
  while (hs_block_iter_next (iter, block)) {
    if (self != NULL && block->level < self->level) {
      block->type = 0;
      block->level = HEAPSUM_LEVEL_NONE;
    }
    if (types[block->type] && size_counts (self, block->size))
      return TRUE;
  }
  return FALSE;
}
