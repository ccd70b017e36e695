/* test-summary.c - rows, totals, filters, order. */
#include "tests/support/snapshots.h"

#include <string.h>

static void
test_rows (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  const HeapsumRow *conn = heapsum_summary_find (summary, "struct conn");
  const HeapsumRow *total = heapsum_summary_get_total (summary);

  g_assert_cmpuint (heapsum_summary_get_n_rows (summary), ==, 8);
  g_assert_cmpuint (conn->count, ==, 2);
  g_assert_cmpuint (conn->bytes, ==, 80);
  g_assert_cmpuint (conn->levels[HEAPSUM_LEVEL_B], ==, 2);
  g_assert_false (conn->guess);
  g_assert_cmpuint (heapsum_summary_get_untyped (summary)->count, ==, 1);
  g_assert_cmpuint (total->count, ==, 10);
  g_assert_cmpuint (total->bytes, ==, (G_GUINT64_CONSTANT (1) << 60) + 120 + 24 + 1000 + 1536 + 72);
  g_assert_cmpuint (total->levels[HEAPSUM_LEVEL_D], ==, 1);
  g_assert_null (heapsum_summary_find (summary, "conn"));
  g_assert_true (heapsum_summary_get_snapshot (summary) == snapshot);
}

static void
test_guess_row (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  guint guesses = 0;

  for (guint i = 0; i < heapsum_summary_get_n_rows (summary); i++) {
    const HeapsumRow *row = heapsum_summary_get_row (summary, i);
    if (row->guess) {
      guesses++;
      g_assert_cmpstr (row->type, ==, "struct conn");
      g_assert_cmpuint (row->count, ==, 1);
    }
  }
  g_assert_cmpuint (guesses, ==, 1);
}

static guint64
filtered (void (*set) (HeapsumFilter *filter))
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autoptr (HeapsumFilter) filter = heapsum_filter_new ();
  set (filter);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, filter);
  guint64 n = 0;

  for (guint i = 0; i < heapsum_snapshot_get_n_blocks (snapshot); i++) {
    HeapsumBlock block;
    heapsum_snapshot_get_block (snapshot, i, &block);
    n += heapsum_filter_matches (filter, &block);
  }
  g_assert_cmpuint (n, ==, heapsum_summary_get_total (summary)->count);
  return n;
}

static void
set_keyword (HeapsumFilter *filter)
{
  heapsum_filter_add_type (filter, "conn");
}

static void
set_two (HeapsumFilter *filter)
{
  heapsum_filter_add_type (filter, "char*");
  heapsum_filter_add_type (filter, "net::*");
}

static void
set_ignore (HeapsumFilter *filter)
{
  heapsum_filter_add_ignore (filter, "*conn");
  heapsum_filter_add_ignore (filter, "<untyped>");
}

static void
set_both (HeapsumFilter *filter)
{
  heapsum_filter_add_type (filter, "struct *");
  heapsum_filter_add_ignore (filter, "conn");
}

static void
set_size (HeapsumFilter *filter)
{
  heapsum_filter_set_size (filter, 40, 1000);
}

static void
set_large (HeapsumFilter *filter)
{
  heapsum_filter_set_size (filter, G_GUINT64_CONSTANT (1) << 59, G_MAXUINT64);
}

static void
set_untyped (HeapsumFilter *filter)
{
  heapsum_filter_add_type (filter, "<untyped>");
  heapsum_filter_set_level (filter, HEAPSUM_LEVEL_B);
}

static void
test_filters (void)
{
  g_assert_cmpuint (filtered (set_keyword), ==, 3);
  g_assert_cmpuint (filtered (set_two), ==, 2);
  g_assert_cmpuint (filtered (set_ignore), ==, 6);
  g_assert_cmpuint (filtered (set_both), ==, 1);
  g_assert_cmpuint (filtered (set_size), ==, 4);
  g_assert_cmpuint (filtered (set_large), ==, 1);
  g_assert_cmpuint (filtered (set_untyped), ==, 4);
}

static void
test_order (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  guint n = heapsum_summary_get_n_rows (summary);

  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (heapsum_summary_get_row (summary, i - 1)->bytes, >=, heapsum_summary_get_row (summary, i)->bytes);
  heapsum_summary_sort (summary, HEAPSUM_SORT_COUNT, TRUE);
  for (guint i = 1; i < n; i++)
    g_assert_cmpuint (heapsum_summary_get_row (summary, i - 1)->count, <=, heapsum_summary_get_row (summary, i)->count);
  heapsum_summary_sort (summary, HEAPSUM_SORT_TYPE, TRUE);
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (strcmp (heapsum_summary_get_row (summary, i - 1)->type, heapsum_summary_get_row (summary, i)->type), <=, 0);
}

/* What the sequential walk and the search by index say is the same. */
static void
test_blocks (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint round = 0; round < 50; round++) {
    g_autoptr (HeapsumSnapshot) snapshot = snapshot_random (rand, round * 3);
    HsBlockIter iter;
    HsIterBlock next;
    HeapsumBlock block;
    guint i = 0;
    hs_block_iter_init (&iter, snapshot);
    for (; hs_block_iter_next (&iter, &next); i++) {
      heapsum_snapshot_get_block (snapshot, i, &block);
      g_assert_cmphex (block.address, ==, next.address);
      g_assert_cmpuint (block.size, ==, next.size);
      g_assert_cmpstr (block.type, ==, snapshot->types[next.type]);
      g_assert_cmpint (block.level, ==, next.level);
    }
    g_assert_cmpuint (i, ==, heapsum_snapshot_get_n_blocks (snapshot));
  }
}

static void
test_references (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  HeapsumSummary *summary = heapsum_summary_ref (heapsum_snapshot_summarize (snapshot, NULL));
  HeapsumDiff *diff = heapsum_diff_ref (heapsum_diff_new (snapshot, snapshot, NULL));

  heapsum_summary_unref (summary);
  heapsum_diff_unref (diff);
  g_clear_pointer (&snapshot, heapsum_snapshot_unref);
  /* Names live as long as what shows them. */
  g_assert_nonnull (heapsum_summary_find (summary, "struct conn"));
  g_assert_cmpint (heapsum_diff_get_total (diff)->count, ==, 0);
  heapsum_summary_unref (summary);
  heapsum_diff_unref (diff);
}

static guint64
count_matching (const char *type, const char *ignore)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (4);
  g_autoptr (HeapsumFilter) filter = heapsum_filter_new ();
  guint64 n = 0;

  heapsum_filter_add_type (filter, type);
  if (ignore != NULL)
    heapsum_filter_add_ignore (filter, ignore);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, filter);
  for (guint i = 0; i < heapsum_snapshot_get_n_blocks (snapshot); i++) {
    HeapsumBlock block;
    heapsum_snapshot_get_block (snapshot, i, &block);
    n += heapsum_filter_matches (filter, &block);
  }
  g_assert_cmpuint (n, ==, heapsum_summary_get_total (summary)->count);
  return n;
}

static void
test_places (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (4);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  guint64 count = 0, bytes = 0;

  for (guint i = 0; i < heapsum_summary_get_n_places (summary); i++) {
    count += heapsum_summary_get_place (summary, i)->count;
    bytes += heapsum_summary_get_place (summary, i)->bytes;
  }
  g_assert_cmpuint (heapsum_summary_get_n_places (summary), ==, 4);
  g_assert_cmpstr (heapsum_summary_get_place (summary, 2)->type, ==, "<untyped 40 B via dictEntry.val>");
  g_assert_cmpuint (count, ==, heapsum_summary_get_untyped (summary)->count);
  g_assert_cmpuint (bytes, ==, heapsum_summary_get_untyped (summary)->bytes);
  g_assert_cmpuint (count_matching ("<untyped>", NULL), ==, 6);
  g_assert_cmpuint (count_matching ("<untyped 40 B*", NULL), ==, 2);
  g_assert_cmpuint (count_matching ("*", "<untyped * via cache>"), ==, 7);
  g_assert_cmpuint (count_matching ("*", "<untyped>"), ==, 3);
}

/* What is not proven well enough hangs where its evidence says. */
static void
test_strict_places (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (4);
  g_autoptr (HeapsumFilter) filter = heapsum_filter_new ();

  heapsum_filter_set_level (filter, HEAPSUM_LEVEL_B);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, filter);
  g_assert_cmpuint (heapsum_summary_get_untyped (summary)->count, ==, 7);
  g_assert_cmpstr (heapsum_summary_get_place (summary, 3)->type, ==, "<untyped 24 B via dictEntry.val>");
  g_assert_cmpstr (heapsum_summary_get_place (summary, 4)->type, ==, "<untyped 24 B>");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/summary/rows", test_rows);
  g_test_add_func ("/summary/guess-row", test_guess_row);
  g_test_add_func ("/summary/filters", test_filters);
  g_test_add_func ("/summary/order", test_order);
  g_test_add_func ("/summary/blocks", test_blocks);
  g_test_add_func ("/summary/references", test_references);
  g_test_add_func ("/summary/places", test_places);
  g_test_add_func ("/summary/strict-places", test_strict_places);
  return g_test_run ();
}
