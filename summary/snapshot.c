/* snapshot.c - see snapshot-private.h. The model is the GVariant that the file holds: what was taken and what was
 * loaded go through the same checks and the same code. */
#include "summary/snapshot-private.h"

#include <string.h>

G_STATIC_ASSERT (sizeof (HsPackedBlock) == 16);
G_STATIC_ASSERT (sizeof (HsPackedRegion) == 16);
G_STATIC_ASSERT (sizeof (HsPackedLarge) == 16);

/* --- making one --- */

struct _HsSnapshotBuilder {
  GPtrArray *types;
  GHashTable *type_numbers;
  GPtrArray *reasons;
  GHashTable *reason_numbers;
  GPtrArray *diagnostics;
  GArray *regions;
  GArray *blocks;
  GArray *large;
  GVariantDict *facts;
};

static GPtrArray *
new_names (GHashTable **numbers)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  *numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_ptr_array_add (names, g_strdup (""));
  g_hash_table_insert (*numbers, names->pdata[0], GUINT_TO_POINTER (0));
  return names;
}

HsSnapshotBuilder *
hs_snapshot_builder_new (gsize n_blocks)
{
  HsSnapshotBuilder *self = g_new0 (HsSnapshotBuilder, 1);

  self->types = new_names (&self->type_numbers);
  self->reasons = new_names (&self->reason_numbers);
  self->diagnostics = g_ptr_array_new_with_free_func (g_free);
  self->regions = g_array_new (FALSE, FALSE, sizeof (HsPackedRegion));
  self->blocks = g_array_sized_new (FALSE, FALSE, sizeof (HsPackedBlock), n_blocks);
  self->large = g_array_new (FALSE, FALSE, sizeof (HsPackedLarge));
  self->facts = g_variant_dict_new (NULL);
  return self;
}

static char *
clean (const char *name)
{
  char *valid = g_utf8_make_valid (name, -1);

  for (char *p = valid; *p != 0; p++)
    if ((guchar)*p < 0x20 || *p == 0x7f)
      *p = '?';
  return valid;
}

static guint32
intern (GPtrArray *names, GHashTable *numbers, const char *name)
{
  g_autofree char *valid = clean (name);
  gpointer number;

  if (g_hash_table_lookup_extended (numbers, valid, NULL, &number))
    return GPOINTER_TO_UINT (number);
  if (names->len >= HS_SNAPSHOT_MAX_TYPES)
    return 0;
  g_hash_table_insert (numbers, valid, GUINT_TO_POINTER (names->len));
  g_ptr_array_add (names, g_steal_pointer (&valid));
  return names->len - 1;
}

guint32
hs_snapshot_builder_type (HsSnapshotBuilder *self, const char *name)
{
  return intern (self->types, self->type_numbers, name);
}

guint32
hs_snapshot_builder_reason (HsSnapshotBuilder *self, const char *how)
{
  return intern (self->reasons, self->reason_numbers, how);
}

static HsPackedRegion *
region_for (HsSnapshotBuilder *self, guint64 address)
{
  guint n = self->regions->len;
  HsPackedRegion *last = n > 0 ? &g_array_index (self->regions, HsPackedRegion, n - 1) : NULL;

  if (last != NULL && (address - last->start) / 8 <= G_MAXUINT32)
    return last;
  HsPackedRegion region = { .start = address, .first = self->blocks->len };
  g_array_append_val (self->regions, region);
  return &g_array_index (self->regions, HsPackedRegion, self->regions->len - 1);
}

void
hs_snapshot_builder_add (HsSnapshotBuilder *self, guint64 address, guint64 size, guint32 type, HeapsumLevel level,
                         guint32 reason)
{
  HsPackedRegion *region = region_for (self, address);
  HsPackedBlock block = {
    .offset = (address - region->start) / 8,
    .words = MIN (size / 8, G_MAXUINT32),
    .label = type | (guint32)level << 24,
    .reason = reason,
  };

  if (block.words == G_MAXUINT32) {
    HsPackedLarge large = { self->blocks->len, size };
    g_array_append_val (self->large, large);
  }
  region->n++;
  g_array_append_val (self->blocks, block);
}

void
hs_snapshot_builder_fact (HsSnapshotBuilder *self, const char *key, GVariant *value)
{
  g_variant_dict_insert_value (self->facts, key, value);
}

void
hs_snapshot_builder_diagnostic (HsSnapshotBuilder *self, const char *line)
{
  g_ptr_array_add (self->diagnostics, clean (line));
}

/* Hands the array's memory over to a variant without a copy. */
static GVariant *
steal_fixed (GArray *array, const char *type, gsize size)
{
  gsize n = array->len;
  gpointer data = g_array_free (array, FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, n * size);

  return g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, TRUE);
}

static GVariant *
steal_strings (GPtrArray *strings)
{
  GVariant *variant = g_variant_new_strv ((const char *const *)strings->pdata, strings->len);

  g_ptr_array_unref (strings);
  return variant;
}

HeapsumSnapshot *
hs_snapshot_builder_end (HsSnapshotBuilder *self)
{
  GVariant *parts[] = {
    g_variant_dict_end (self->facts),
    steal_strings (self->types),
    steal_strings (self->reasons),
    steal_strings (self->diagnostics),
    steal_fixed (self->regions, "a(tuu)", sizeof (HsPackedRegion)),
    steal_fixed (self->blocks, "a(uuuu)", sizeof (HsPackedBlock)),
    steal_fixed (self->large, "a(tt)", sizeof (HsPackedLarge)),
  };
  g_autoptr (GError) error = NULL;

  g_variant_dict_unref (self->facts);
  g_hash_table_unref (self->type_numbers);
  g_hash_table_unref (self->reason_numbers);
  g_free (self);
  GVariant *content = g_variant_ref_sink (g_variant_new_tuple (parts, G_N_ELEMENTS (parts)));
  HeapsumSnapshot *snapshot = hs_snapshot_new_from_variant (content, &error);
  g_assert_no_error (error); /* what we made passes our own checks */
  return snapshot;
}

/* --- checking one --- */

static gboolean
bad (GError **error, const char *what)
{
  g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA, "the snapshot is damaged: %s", what);
  return FALSE;
}

static const char **
child_strings (GVariant *content, gsize index, gsize *n)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (content, index);

  return g_variant_get_strv (child, n);
}

static gconstpointer
child_fixed (GVariant *content, gsize index, gsize size, gsize *n)
{
  g_autoptr (GVariant) child = g_variant_get_child_value (content, index);

  /* The bytes belong to the content, which outlives the child. */
  return g_variant_get_fixed_array (child, n, size);
}

static gboolean
check_regions (const HeapsumSnapshot *self, GError **error)
{
  guint64 first = 0, least = 0;

  for (gsize i = 0; i < self->n_regions; i++) {
    const HsPackedRegion *region = &self->regions[i];
    if (region->first != first || region->n == 0 || region->n > self->n_blocks - first || region->start < least
        || region->start % 8 != 0 || region->start > G_MAXUINT64 / 2)
      return bad (error, "its regions do not cover its blocks");
    const HsPackedBlock *last = &self->blocks[first + region->n - 1];
    least = region->start + (guint64)last->offset * 8 + 8;
    first += region->n;
  }
  return first == self->n_blocks || bad (error, "its regions do not cover its blocks");
}

static gboolean
check_blocks (const HeapsumSnapshot *self, GError **error)
{
  gsize large = 0, region = 0, left = 0;
  guint64 total = 0;

  for (gsize i = 0; i < self->n_blocks; i++) {
    const HsPackedBlock *block = &self->blocks[i];
    gboolean is_first = left == 0;
    if (is_first)
      left = self->regions[region++].n;
    left--;
    if (hs_packed_type (block) >= self->n_types || block->reason >= self->n_reasons
        || hs_packed_level (block) > HEAPSUM_LEVEL_A || block->label >> 27 != 0
        || (hs_packed_type (block) == 0) != (hs_packed_level (block) == HEAPSUM_LEVEL_NONE)
        || (!is_first && block->offset <= block[-1].offset))
      return bad (error, "a block makes no sense");
    guint64 size = (guint64)block->words * 8;
    if (block->words == G_MAXUINT32) {
      if (large >= self->n_large || self->large[large].index != i)
        return bad (error, "the size of a large block is missing");
      size = self->large[large++].size;
    }
    if (size > G_MAXINT64 / 2 - total)
      return bad (error, "its sizes overflow");
    total += size;
  }
  return large == self->n_large || bad (error, "it has sizes of large blocks that are not there");
}

HeapsumSnapshot *
hs_snapshot_new_from_variant (GVariant *content, GError **error)
{
  HeapsumSnapshot *self = g_new0 (HeapsumSnapshot, 1);
  gsize n;

  g_atomic_ref_count_init (&self->refs);
  self->content = content;
  self->facts = g_variant_get_child_value (content, 0);
  self->types = child_strings (content, 1, &self->n_types);
  self->reasons = child_strings (content, 2, &self->n_reasons);
  self->diagnostics = child_strings (content, 3, &n);
  self->regions = child_fixed (content, 4, sizeof (HsPackedRegion), &self->n_regions);
  self->blocks = child_fixed (content, 5, sizeof (HsPackedBlock), &self->n_blocks);
  self->large = child_fixed (content, 6, sizeof (HsPackedLarge), &self->n_large);
  if (self->n_types == 0 || self->n_reasons == 0 || *self->types[0] != 0 || self->n_blocks > G_MAXUINT32)
    bad (error, "its tables of names make no sense");
  else if (check_regions (self, error) && check_blocks (self, error))
    return self;
  heapsum_snapshot_unref (self);
  return NULL;
}

HeapsumSnapshot *
hs_snapshot_with_fact (HeapsumSnapshot *self, const char *key, GVariant *value)
{
  GVariantDict facts;
  GVariant *parts[7];

  g_variant_dict_init (&facts, self->facts);
  g_variant_dict_insert_value (&facts, key, value);
  parts[0] = g_variant_dict_end (&facts);
  for (gsize i = 1; i < G_N_ELEMENTS (parts); i++)
    parts[i] = g_variant_get_child_value (self->content, i);
  GVariant *content = g_variant_ref_sink (g_variant_new_tuple (parts, G_N_ELEMENTS (parts)));
  for (gsize i = 1; i < G_N_ELEMENTS (parts); i++)
    g_variant_unref (parts[i]);
  return hs_snapshot_new_from_variant (content, NULL);
}

/* --- using one --- */

HeapsumSnapshot *
heapsum_snapshot_ref (HeapsumSnapshot *snapshot)
{
  g_return_val_if_fail (snapshot != NULL, NULL);
  g_atomic_ref_count_inc (&snapshot->refs);
  return snapshot;
}

void
heapsum_snapshot_unref (HeapsumSnapshot *snapshot)
{
  g_return_if_fail (snapshot != NULL);
  if (!g_atomic_ref_count_dec (&snapshot->refs))
    return;
  g_variant_unref (snapshot->facts);
  g_variant_unref (snapshot->content);
  g_free (snapshot->types);
  g_free (snapshot->reasons);
  g_free (snapshot->diagnostics);
  g_free (snapshot);
}

void
hs_block_iter_init (HsBlockIter *self, const HeapsumSnapshot *snapshot)
{
  *self = (HsBlockIter){ .snapshot = snapshot };
}

gboolean
hs_block_iter_next (HsBlockIter *self, HsIterBlock *block)
{
  const HeapsumSnapshot *snapshot = self->snapshot;

  if (self->block >= snapshot->n_blocks)
    return FALSE;
  const HsPackedRegion *region = &snapshot->regions[self->region];
  if (self->block >= (gsize)region->first + region->n)
    region = &snapshot->regions[++self->region];
  const HsPackedBlock *packed = &snapshot->blocks[self->block++];
  guint64 size = packed->words == G_MAXUINT32 ? snapshot->large[self->large++].size : (guint64)packed->words * 8;
  *block = (HsIterBlock){ region->start + (guint64)packed->offset * 8, size, hs_packed_type (packed),
                          hs_packed_level (packed), packed->reason };
  return TRUE;
}

guint
heapsum_snapshot_get_n_blocks (HeapsumSnapshot *snapshot)
{
  g_return_val_if_fail (snapshot != NULL, 0);
  return snapshot->n_blocks;
}

static guint64
large_size (const HeapsumSnapshot *self, gsize index)
{
  gsize low = 0, high = self->n_large;

  while (low < high) {
    gsize middle = low + (high - low) / 2;
    if (self->large[middle].index < index)
      low = middle + 1;
    else
      high = middle;
  }
  return self->large[low].size;
}

void
heapsum_snapshot_get_block (HeapsumSnapshot *snapshot, guint index, HeapsumBlock *block)
{
  g_return_if_fail (snapshot != NULL && index < snapshot->n_blocks && block != NULL);

  gsize low = 0, high = snapshot->n_regions;
  while (high - low > 1) {
    gsize middle = low + (high - low) / 2;
    if (snapshot->regions[middle].first <= index)
      low = middle;
    else
      high = middle;
  }
  const HsPackedBlock *packed = &snapshot->blocks[index];
  *block = (HeapsumBlock){
    .address = snapshot->regions[low].start + (guint64)packed->offset * 8,
    .size = packed->words == G_MAXUINT32 ? large_size (snapshot, index) : (guint64)packed->words * 8,
    .type = snapshot->types[hs_packed_type (packed)],
    .level = hs_packed_level (packed),
    .how = snapshot->reasons[packed->reason],
  };
}

GVariant *
heapsum_snapshot_get_facts (HeapsumSnapshot *snapshot)
{
  g_return_val_if_fail (snapshot != NULL, NULL);
  return snapshot->facts;
}

const char *const *
heapsum_snapshot_get_diagnostics (HeapsumSnapshot *snapshot)
{
  g_return_val_if_fail (snapshot != NULL, NULL);
  return (const char *const *)snapshot->diagnostics;
}
