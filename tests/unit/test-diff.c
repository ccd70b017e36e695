/* test-diff.c - diffs against a computation that is too simple to be wrong. */
#include "tests/support/snapshots.h"

#include <string.h>

#define ROUNDS 300

typedef struct {
  gint64 count, bytes;
  guint64 created, deleted, survived;
} Expected;

static char *
row_key (const HeapsumBlock *block)
{
  return g_strdup_printf ("%s%s", *block->type != 0 ? block->type : "<untyped>", block->level == HEAPSUM_LEVEL_D ? " ?" : "");
}

static gboolean
has (HeapsumSnapshot *snapshot, const HeapsumFilter *filter, const HeapsumBlock *wanted)
{
  g_autofree char *key = row_key (wanted);

  for (guint i = 0; i < heapsum_snapshot_get_n_blocks (snapshot); i++) {
    HeapsumBlock block;
    heapsum_snapshot_get_block (snapshot, i, &block);
    if (block.address != wanted->address || !heapsum_filter_apply (filter, &block))
      continue;
    g_autofree char *other = row_key (&block);
    return block.size == wanted->size && strcmp (key, other) == 0;
  }
  return FALSE;
}

static void
expect (GHashTable *rows, HeapsumSnapshot *of, HeapsumSnapshot *other, const HeapsumFilter *filter, int sign)
{
  for (guint i = 0; i < heapsum_snapshot_get_n_blocks (of); i++) {
    HeapsumBlock block;
    heapsum_snapshot_get_block (of, i, &block);
    if (!heapsum_filter_apply (filter, &block))
      continue;
    char *key = row_key (&block);
    Expected *row = g_hash_table_lookup (rows, key);
    if (row == NULL)
      g_hash_table_insert (rows, key, row = g_new0 (Expected, 1));
    else
      g_free (key);
    row->count += sign;
    row->bytes += sign * (gint64)block.size;
    if (has (other, filter, &block))
      row->survived += sign > 0;
    else
      *(sign > 0 ? &row->created : &row->deleted) += 1;
  }
}

static void
compare (const HeapsumDiffRow *row, const Expected *expected)
{
  static const Expected none;

  expected = expected != NULL ? expected : &none;
  g_assert_cmpint (row->count, ==, expected->count);
  g_assert_cmpint (row->bytes, ==, expected->bytes);
  g_assert_cmpuint (row->created, ==, expected->created);
  g_assert_cmpuint (row->deleted, ==, expected->deleted);
  g_assert_cmpuint (row->survived, ==, expected->survived);
  g_assert_cmpint (row->count, ==, (gint64)(row->created - row->deleted));
}

static void
check_all (HeapsumSnapshot *before, HeapsumSnapshot *after, const HeapsumFilter *filter)
{
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (before, after, filter);
  Expected total = { 0 };
  GHashTableIter iter;
  gpointer key, value;
  guint changed = 0;

  expect (rows, before, after, filter, -1);
  expect (rows, after, before, filter, 1);
  g_hash_table_iter_init (&iter, rows);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    const Expected *row = value;
    changed += strcmp (key, "<untyped>") != 0 && (row->count != 0 || row->bytes != 0);
    total = (Expected){ total.count + row->count, total.bytes + row->bytes, total.created + row->created,
                        total.deleted + row->deleted, total.survived + row->survived };
  }
  g_assert_cmpuint (heapsum_diff_get_n_rows (diff), ==, changed);
  for (guint i = 0; i < changed; i++) {
    const HeapsumDiffRow *row = heapsum_diff_get_row (diff, i);
    g_autofree char *name = g_strconcat (row->type, row->guess ? " ?" : NULL, NULL);
    compare (row, g_hash_table_lookup (rows, name));
    if (i > 0)
      g_assert_cmpint (ABS (heapsum_diff_get_row (diff, i - 1)->bytes), >=, ABS (row->bytes));
  }
  compare (heapsum_diff_get_untyped (diff), g_hash_table_lookup (rows, "<untyped>"));
  compare (heapsum_diff_get_total (diff), &total);
}

static void
test_random (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (GPOINTER_TO_UINT (data) + 17);
  g_autoptr (HeapsumFilter) filter = heapsum_filter_new ();

  if (GPOINTER_TO_UINT (data) == 1) {
    heapsum_filter_add_type (filter, "struct *");
    heapsum_filter_set_size (filter, 30, 50);
  } else if (GPOINTER_TO_UINT (data) == 2)
    heapsum_filter_set_level (filter, HEAPSUM_LEVEL_B);
  for (guint i = 0; i < ROUNDS; i++) {
    g_autoptr (HeapsumSnapshot) before = snapshot_random (rand, i % 60);
    g_autoptr (HeapsumSnapshot) after = snapshot_random (rand, (i * 7) % 60);
    check_all (before, after, filter);
  }
}

static void
test_reuse (void)
{
  static const MadeBlock before[] = { { 0x1000, 40, "struct a", HEAPSUM_LEVEL_B }, { 0x1040, 40, "struct a", HEAPSUM_LEVEL_B } };
  static const MadeBlock after[] = { { 0x1000, 40, "struct b", HEAPSUM_LEVEL_B }, { 0x1040, 56, "struct a", HEAPSUM_LEVEL_B } };
  g_autoptr (HeapsumSnapshot) old = snapshot_make (before, 2);
  g_autoptr (HeapsumSnapshot) new = snapshot_make (after, 2);
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (old, new, NULL);

  compare (heapsum_diff_find (diff, "struct a"), &(Expected){ -1, -24, 1, 2, 0 });
  compare (heapsum_diff_find (diff, "struct b"), &(Expected){ 1, 40, 1, 0, 0 });
  g_assert_null (heapsum_diff_find (diff, "struct c"));
}

static void
test_same (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (snapshot, snapshot, NULL);

  g_assert_cmpuint (heapsum_diff_get_n_rows (diff), ==, 0);
  g_assert_cmpint (heapsum_diff_get_total (diff)->count, ==, 0);
  g_assert_cmpuint (heapsum_diff_get_total (diff)->survived, ==, heapsum_snapshot_get_n_blocks (snapshot));
}

static void
test_order (void)
{
  g_autoptr (HeapsumSnapshot) before = snapshot_golden (2);
  g_autoptr (HeapsumSnapshot) after = snapshot_golden (3);
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (before, after, NULL);
  guint n = heapsum_diff_get_n_rows (diff);

  heapsum_diff_sort (diff, HEAPSUM_SORT_SIZE, FALSE);
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (heapsum_diff_get_row (diff, i - 1)->bytes, >=, heapsum_diff_get_row (diff, i)->bytes);
  heapsum_diff_sort (diff, HEAPSUM_SORT_COUNT, TRUE);
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (heapsum_diff_get_row (diff, i - 1)->count, <=, heapsum_diff_get_row (diff, i)->count);
  heapsum_diff_sort (diff, HEAPSUM_SORT_TYPE, TRUE);
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (strcmp (heapsum_diff_get_row (diff, i - 1)->type, heapsum_diff_get_row (diff, i)->type), <=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/diff/random/all", GUINT_TO_POINTER (0), test_random);
  g_test_add_data_func ("/diff/random/filtered", GUINT_TO_POINTER (1), test_random);
  g_test_add_data_func ("/diff/random/strict", GUINT_TO_POINTER (2), test_random);
  g_test_add_func ("/diff/reuse", test_reuse);
  g_test_add_func ("/diff/same", test_same);
  g_test_add_func ("/diff/order", test_order);
  return g_test_run ();
}
