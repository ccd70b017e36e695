/* test-self.c - a process that looks at itself: exact, without a trace of heapsum in it, again and again. */
#include <heapsum/heapsum.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct parrot {
  struct parrot *next;
  double weight;
  char *name;
  int age, friends;
  void (*talk) (void);
};

static struct parrot *parrots;

static void
talk (void)
{
}

static void
breed (guint n)
{
  for (guint i = 0; i < n; i++) {
    struct parrot *parrot = calloc (1, sizeof *parrot);
    parrot->next = parrots;
    parrot->weight = 1.5;
    parrot->talk = talk;
    parrots = parrot;
  }
}

static void
clear (void)
{
  while (parrots != NULL) {
    struct parrot *next = parrots->next;
    free (parrots);
    parrots = next;
  }
}

static HeapsumSnapshot *
look (void)
{
  g_autoptr (GError) error = NULL;
  HeapsumSnapshot *snapshot = heapsum_snapshot_new_self (NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (snapshot);
  return snapshot;
}

static gint64
count (HeapsumSnapshot *snapshot, const char *type)
{
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  const HeapsumRow *row = heapsum_summary_find (summary, type);

  return row != NULL ? (gint64)row->count : 0;
}

static void
test_exact (void)
{
  breed (1000);
  g_autoptr (HeapsumSnapshot) before = look ();
  gint64 pid = 0;
  g_assert_cmpint (count (before, "struct parrot"), ==, 1000);
  g_assert_cmpint (count (before, "struct _HsSnapshotBuilder"), ==, 0);
  g_assert_true (g_variant_lookup (heapsum_snapshot_get_facts (before), "pid", "x", &pid));
  g_assert_cmpint (pid, ==, getpid ());
  breed (7);
  g_autoptr (HeapsumSnapshot) after = look ();
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (before, after, NULL);
  g_assert_cmpint (heapsum_diff_find (diff, "struct parrot")->count, ==, 7);
  clear ();
}

/* What changes from one look to the next is what the caller did: here, keep the first look. */
static void
test_nothing_of_ours (void)
{
  g_autoptr (HeapsumSnapshot) warm = look ();
  g_autoptr (HeapsumSnapshot) before = look ();
  g_autoptr (HeapsumSnapshot) after = look ();
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (before, after, NULL);

  /* A snapshot itself is some objects of a few types, and their names. */
  g_assert_cmpint (heapsum_diff_get_total (diff)->count, <, 60);
}

static gpointer
churn (gpointer stop)
{
  while (!g_atomic_int_get ((gint *)stop))
    free (malloc (100 + g_random_int_range (0, 5000)));
  return NULL;
}

static void
test_threads (void)
{
  gint stop = 0;
  GThread *threads[3];

  breed (100);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("churn", churn, &stop);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (HeapsumSnapshot) snapshot = look ();
    g_assert_cmpint (count (snapshot, "struct parrot"), ==, 100);
  }
  g_atomic_int_set (&stop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  clear ();
}

static void
test_ignored_children (void)
{
  void (*old) (int) = signal (SIGCHLD, SIG_IGN);
  g_autoptr (HeapsumSnapshot) snapshot = look ();

  signal (SIGCHLD, old);
  g_assert_cmpuint (heapsum_snapshot_get_n_blocks (snapshot), >, 0);
}

static void
test_leaves_nothing (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = look ();

  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1); /* no child is left, and none has to be reaped */
  g_assert_cmpint (errno, ==, ECHILD);
}

static void
test_no_helper (void)
{
  g_autofree char *old = g_strdup (g_getenv ("HEAPSUM_HELPER"));
  g_autoptr (GError) error = NULL;

  g_setenv ("HEAPSUM_HELPER", "/nonexistent", TRUE);
  g_assert_null (heapsum_snapshot_new_self (NULL, &error));
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
  g_setenv ("HEAPSUM_HELPER", old, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#ifdef __SANITIZE_ADDRESS__
  puts ("1..0 # SKIP the sanitizer has an allocator of its own");
  return 0;
#endif
  if (g_getenv ("HEAPSUM_HELPER") == NULL) {
    puts ("1..0 # SKIP HEAPSUM_HELPER is not set: make check sets it");
    return 0;
  }
  g_test_add_func ("/self/exact", test_exact);
  g_test_add_func ("/self/nothing-of-ours", test_nothing_of_ours);
  g_test_add_func ("/self/threads", test_threads);
  g_test_add_func ("/self/ignored-children", test_ignored_children);
  g_test_add_func ("/self/leaves-nothing", test_leaves_nothing);
  g_test_add_func ("/self/no-helper", test_no_helper);
  return g_test_run ();
}
