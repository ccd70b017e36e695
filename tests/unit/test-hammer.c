/* test-hammer.c - snapshots of processes that are in malloc most of the time: the blocks that last are all there, and the
 * heap is never caught in the middle of a change for good. */
#include <heapsum/heapsum.h>
#include "tests/support/victim.h"

#define SNAPSHOTS 8

static gint64
count_lasting (const Victim *victim, HeapsumSnapshot *snapshot)
{
  g_autoptr (GHashTable) sizes = g_hash_table_new (NULL, NULL);
  gint64 found = 0;

  for (guint i = 0; i < heapsum_snapshot_get_n_blocks (snapshot); i++) {
    HeapsumBlock block;
    heapsum_snapshot_get_block (snapshot, i, &block);
    g_hash_table_insert (sizes, (gpointer)block.address, (gpointer)block.size);
  }
  for (guint i = 0; ; i++) {
    g_autofree char *name = g_strdup_printf ("block%u", i);
    if (!g_hash_table_contains (victim->truth, name))
      return found;
    found += g_hash_table_lookup (sizes, (gpointer)victim_truth (victim, name, 0)) == (gpointer)victim_truth (victim, name, 1);
  }
}

static void
test_hammer (gconstpointer threads)
{
  g_autoptr (Victim) victim = victim_start ("victim-hammer", threads, NULL);
  guint64 damaged = 0;

  for (guint i = 0; i < SNAPSHOTS; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (HeapsumSnapshot) snapshot = heapsum_snapshot_new_for_pid (victim->pid, NULL, &error);
    guint64 damage = 1;
    g_assert_no_error (error);
    g_variant_lookup (heapsum_snapshot_get_facts (snapshot), "heap-damage", "t", &damage);
    damaged += damage > 0;
    g_assert_cmpint (count_lasting (victim, snapshot), ==, g_hash_table_size (victim->truth));
  }
  g_test_message ("%" G_GUINT64_FORMAT " of %d snapshots met a heap in the middle of a change", damaged, SNAPSHOTS);
  g_assert_cmpuint (damaged, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  g_test_add_data_func ("/hammer/one-thread", "0", test_hammer);
  g_test_add_data_func ("/hammer/two-threads", "1", test_hammer);
  g_test_add_data_func ("/hammer/nine-threads", "8", test_hammer);
  return g_test_run ();
}
