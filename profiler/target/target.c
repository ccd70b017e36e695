/* target.c - see target.h. What live processes and cores have in common. */
#include "profiler/target/target.h"

#include "profiler/target/files.h"

HsTarget *
hs_target_new (HsTargetKind kind)
{
  HsTarget *self = g_new0 (HsTarget, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->comm = g_strdup ("");
  self->root = g_strdup ("");
  self->threads = g_array_new (FALSE, TRUE, sizeof (HsThread));
  self->mappings = g_array_new (FALSE, TRUE, sizeof (HsMapping));
  self->files = g_ptr_array_new_with_free_func (hs_file_free);
  self->image = hs_image_new ();
  return self;
}

HsTarget *
hs_target_ref (HsTarget *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_target_unref (HsTarget *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->comm);
  g_free (self->executable);
  g_free (self->root);
  g_array_unref (self->threads);
  g_array_unref (self->mappings);
  g_ptr_array_unref (self->files);
  hs_image_unref (self->image);
  g_free (self);
}

const HsMapping *
hs_mapping_find (const GArray *mappings, HsAddr addr)
{
  guint low = 0, high = mappings->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (mappings, HsMapping, middle).end <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == mappings->len || g_array_index (mappings, HsMapping, low).start > addr)
    return NULL;
  return &g_array_index (mappings, HsMapping, low);
}
