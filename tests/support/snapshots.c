/* snapshots.c - see snapshots.h. */
#include "tests/support/snapshots.h"

static void
add_facts (HsSnapshotBuilder *builder)
{
  hs_snapshot_builder_fact (builder, "kind", g_variant_new_string ("process"));
  hs_snapshot_builder_fact (builder, "pid", g_variant_new_int64 (4711));
}

HeapsumSnapshot *
snapshot_make_with (const MadeBlock *blocks, const char *const *hows, gsize n)
{
  HsSnapshotBuilder *builder = hs_snapshot_builder_new (n);

  add_facts (builder);
  for (gsize i = 0; i < n; i++) {
    const char *how = hows != NULL && hows[i] != NULL ? hows[i] : blocks[i].level != HEAPSUM_LEVEL_NONE ? "made by a test" : "";
    hs_snapshot_builder_add (builder, blocks[i].address, blocks[i].size, hs_snapshot_builder_type (builder, blocks[i].type),
                             blocks[i].level, hs_snapshot_builder_reason (builder, how));
  }
  hs_snapshot_builder_diagnostic (builder, "a line \"in quotes\"\tand a tab");
  return hs_snapshot_builder_end (builder);
}

HeapsumSnapshot *
snapshot_make (const MadeBlock *blocks, gsize n)
{
  return snapshot_make_with (blocks, NULL, n);
}

HeapsumSnapshot *
snapshot_random (GRand *rand, guint n)
{
  static const char *const types[] = { "", "struct a", "struct b", "char[]", "ns::c<int>", "union d" };
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (MadeBlock));

  for (guint i = 0; i < n; i++) {
    guint type = g_rand_int_range (rand, 0, G_N_ELEMENTS (types));
    /* Two regions, farther apart than an offset reaches. */
    guint64 base = i > n / 2 ? G_GUINT64_CONSTANT (0x7f0000000000) : 0x1000;
    MadeBlock block = { base + 64 * (guint64)i, 24 + 16 * g_rand_int_range (rand, 0, 3), types[type],
                        type == 0 ? HEAPSUM_LEVEL_NONE : (HeapsumLevel)g_rand_int_range (rand, 1, 5) };
    if (g_rand_boolean (rand))
      g_array_append_val (blocks, block);
  }
  return snapshot_make ((MadeBlock *)(gpointer)blocks->data, blocks->len);
}

HeapsumSnapshot *
snapshot_golden (guint n)
{
  g_autofree char *long_name = g_strnfill (10240, 'x');
  const MadeBlock first[] = {
    { 0x1010, 40, "struct conn", HEAPSUM_LEVEL_B },
    { 0x1040, 40, "struct conn", HEAPSUM_LEVEL_B },
    { 0x1070, 40, "struct conn", HEAPSUM_LEVEL_D },
    { 0x10a0, 24, "", HEAPSUM_LEVEL_NONE },
    { 0x10c0, 1000, "char[]", HEAPSUM_LEVEL_C },
    { 0x2000, 1536, "net::Session<int, char>", HEAPSUM_LEVEL_A },
    { 0x3000, 24, "=1+cmd|' /C calc'!A0", HEAPSUM_LEVEL_B },
    { 0x3020, 24, "bad\xff\xfe" "bytes\n\tand \"quotes\", \033[31m", HEAPSUM_LEVEL_B },
    { 0x3040, 24, "struct größe", HEAPSUM_LEVEL_C },
    { G_GUINT64_CONSTANT (0x7f0000000010), G_GUINT64_CONSTANT (1) << 60, "double[]", HEAPSUM_LEVEL_B },
  };
  const MadeBlock second[] = {
    { 0x1010, 40, "struct conn", HEAPSUM_LEVEL_B },
    { 0x1040, 40, "", HEAPSUM_LEVEL_NONE },
    { 0x10c0, 1000, "char[]", HEAPSUM_LEVEL_C },
    { 0x2000, 1536, "net::Session<int, char>", HEAPSUM_LEVEL_A },
    { 0x2600, 1536, "net::Session<int, char>", HEAPSUM_LEVEL_A },
    { 0x3000, 24, long_name, HEAPSUM_LEVEL_B },
  };

  const MadeBlock places[] = {
    { 0x1010, 40, "", HEAPSUM_LEVEL_NONE },
    { 0x1040, 40, "", HEAPSUM_LEVEL_NONE },
    { 0x1070, 40, "struct entry", HEAPSUM_LEVEL_B },
    { 0x10a0, 24, "", HEAPSUM_LEVEL_NONE },
    { 0x10c0, 24, "struct conn", HEAPSUM_LEVEL_C },
    { 0x2000, 1536, "", HEAPSUM_LEVEL_NONE },
    { 0x2800, 2048, "", HEAPSUM_LEVEL_NONE },
    { 0x3000, 4040, "", HEAPSUM_LEVEL_NONE },
    { 0x4000, 5000, "struct pool", HEAPSUM_LEVEL_B },
  };
  static const char *const places_hows[] = {
    "pointer struct dictEntry.val",
    "pointer struct dictEntry.val at +8",
    "pointer struct entry.next",
    NULL,
    "group struct dictEntry.val",
    "variable cache",
    "variable cache",
    "pointer void *",
    "variable pool",
  };
  const MadeBlock other_places[] = {
    { 0x1010, 40, "", HEAPSUM_LEVEL_NONE },
    { 0x1040, 40, "", HEAPSUM_LEVEL_NONE },
    { 0x1070, 40, "struct entry", HEAPSUM_LEVEL_B },
    { 0x2800, 2048, "", HEAPSUM_LEVEL_NONE },
    { 0x4000, 5000, "", HEAPSUM_LEVEL_NONE },
  };
  static const char *const other_places_hows[] = {
    "pointer struct dictEntry.val",
    "pointer struct listNode.value",
    "pointer struct entry.next",
    "variable cache",
    "variable pool",
  };

  switch (n) {
  case 0: return snapshot_make (first, 0);
  case 1: return snapshot_make (first, 1);
  case 2: return snapshot_make (first, G_N_ELEMENTS (first));
  case 4: return snapshot_make_with (places, places_hows, G_N_ELEMENTS (places));
  case 5: return snapshot_make_with (other_places, other_places_hows, G_N_ELEMENTS (other_places));
  default: return snapshot_make (second, G_N_ELEMENTS (second));
  }
}
