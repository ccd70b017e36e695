/* test-heap.c - the walk of glibc's heap against what the victim itself recorded: no block missing, none extra, every
 * size right; live and as a core, in hard scenarios and under the tunables of malloc. */
#include "profiler/arenas/arenas.h"
#include "tests/support/victim.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct {
  const char *scenario;
  const char *tunables; /* GLIBC_TUNABLES, or NULL */
} Case;

/* address -> usable size */
static GHashTable *
read_truth (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GHashTable *truth = g_hash_table_new (NULL, NULL);

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  for (char *at = text; *at != 0; ) {
    guint64 address = g_ascii_strtoull (at, &at, 16);
    guint64 size = g_ascii_strtoull (at, &at, 10);
    g_hash_table_insert (truth, (gpointer)address, (gpointer)size);
    at += strspn (at, "\n");
  }
  return truth;
}

static void
compare (const HsHeap *heap, GHashTable *truth, const char *what)
{
  const HsBlocks *blocks = heap->blocks;
  guint missing = 0, extra = 0, wrong = 0;
  GHashTableIter iter;
  gpointer address, size;

  g_hash_table_iter_init (&iter, truth);
  while (g_hash_table_iter_next (&iter, &address, &size)) {
    guint32 block = hs_blocks_at (blocks, (HsAddr)address);
    if (block == HS_NO_BLOCK) {
      if (missing++ < 4)
        g_test_message ("missing: 0x%" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT " bytes", (guint64)address, (guint64)size);
      continue;
    }
    wrong += hs_blocks_size (blocks, block) != (guint64)size;
  }
  for (guint32 i = 0; i < blocks->n; i++)
    if (!g_hash_table_contains (truth, (gpointer)blocks->address[i]) && extra++ < 4)
      g_test_message ("extra: 0x%" G_GINT64_MODIFIER "x, %" G_GUINT64_FORMAT " bytes", blocks->address[i], hs_blocks_size (blocks, i));
  g_test_message ("%s: %u blocks in truth, %u found, missing %u, extra %u, wrong size %u, damage %" G_GUINT64_FORMAT,
                  what, g_hash_table_size (truth), blocks->n, missing, extra, wrong, heap->damage);
  g_assert_cmpuint (g_hash_table_size (truth), >, 0);
  g_assert_cmpuint (missing, ==, 0);
  g_assert_cmpuint (extra, ==, 0);
  g_assert_cmpuint (wrong, ==, 0);
  g_assert_cmpuint (heap->damage, ==, 0);
}

/* Each block is found by its start, by an inner byte and by its last one; the byte behind it is not in it. */
static void
check_index (const HsBlocks *blocks)
{
  for (guint32 i = 0; i < blocks->n; i++) {
    HsAddr start = blocks->address[i], end = hs_blocks_end (blocks, i);
    g_assert_cmpuint (hs_blocks_at (blocks, start), ==, i);
    g_assert_cmpuint (hs_blocks_find (blocks, start), ==, i);
    g_assert_cmpuint (hs_blocks_find (blocks, start + (end - start) / 2), ==, i);
    g_assert_cmpuint (hs_blocks_find (blocks, end - 1), ==, i);
    g_assert_cmpuint (hs_blocks_find (blocks, end), !=, i);
    g_assert_cmpuint (hs_blocks_find (blocks, start - 1), !=, i);
    g_assert_cmpuint (hs_blocks_at (blocks, start + 8), ==, HS_NO_BLOCK);
  }
}

static void
print_lines (HsDiag *diag)
{
  g_auto (GStrv) lines = hs_diag_lines (diag);

  for (guint i = 0; lines[i] != NULL; i++)
    g_test_message ("%s", lines[i]);
}

static void
compare_core (const char *core, GHashTable *truth, const char *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsDiag) diag = hs_diag_new ();
  HsTargetOptions options = { .sysroot = g_getenv ("HEAPSUM_TEST_CHROOT") };

  g_autoptr (HsTarget) target = hs_target_open_core (core, &options, diag, &error);
  g_assert_no_error (error);
  g_autoptr (HsHeap) heap = hs_heap_new (target, diag, &error);
  g_assert_no_error (error);
  print_lines (diag);
  compare (heap, truth, what);
}

/* gdb 13 writes zeros for a whole mapping in which it meets a guard page of madvise(2), as glibc 2.42 and later have them
 * in every thread's stack: in other systems gcore is not asked. */
static void
check_gcore (Victim *victim, GHashTable *truth)
{
  char *core = g_getenv ("HEAPSUM_TEST_CHROOT") == NULL ? victim_core (victim) : NULL;

  if (core == NULL)
    return;
  compare_core (core, truth, "gcore");
  victim_remove_core (core);
}

/* The core cut in the middle of the heap, before libc's data: what is left of the heap is still found. */
static void
check_cut (const char *core, GHashTable *truth)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsDiag) diag = hs_diag_new ();
  HsTargetOptions options = { .sysroot = g_getenv ("HEAPSUM_TEST_CHROOT") };
  GStatBuf status;
  guint known = 0;

  g_assert_cmpint (g_stat (core, &status), ==, 0);
  g_assert_cmpint (truncate (core, status.st_size / 2), ==, 0);
  g_autoptr (HsTarget) target = hs_target_open_core (core, &options, diag, &error);
  g_assert_no_error (error);
  g_autoptr (HsHeap) heap = hs_heap_new (target, diag, &error);
  g_assert_no_error (error);
  if (heap == NULL)
    return;
  g_assert_true (target->truncated);
  for (guint32 i = 0; i < heap->blocks->n; i++)
    known += g_hash_table_contains (truth, (gpointer)heap->blocks->address[i]);
  g_test_message ("cut in half: %u of %u blocks are left, %u of %u found are live", known, g_hash_table_size (truth), known,
                  heap->blocks->n);
  g_assert_cmpuint (known, >, g_hash_table_size (truth) / 5);
  /* Blocks in fastbins count as live, and thread caches may be behind the cut too. */
  g_assert_cmpuint (known, >, heap->blocks->n / 10 * 6);
}

/* Ends the victim with a core by the kernel, where the kernel puts cores into files. */
static void
check_kernel_core (Victim *victim, GHashTable *truth, gboolean cut)
{
  const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
  g_autofree char *pattern = NULL;
  g_autofree char *cwd = g_strdup_printf ("/proc/%d/cwd", (int)victim->pid);
  g_autofree char *folder = g_file_read_link (cwd, NULL);
  g_autofree char *plain = g_strdup_printf ("%s/core", folder);
  g_autofree char *numbered = g_strdup_printf ("%s/core.%d", folder, (int)victim->pid);

  if (!g_file_get_contents ("/proc/sys/kernel/core_pattern", &pattern, NULL, NULL) || strcmp (g_strstrip (pattern), "core") != 0
      || prlimit (victim->pid, RLIMIT_CORE, &unlimited, NULL) != 0) {
    g_test_message ("the kernel's cores do not come as files named core: none was looked at");
    return;
  }
  kill (victim->pid, SIGABRT);
  g_subprocess_wait (victim->process, NULL, NULL);
  const char *core = g_file_test (numbered, G_FILE_TEST_EXISTS) ? numbered : plain;
  if (g_file_test (core, G_FILE_TEST_EXISTS)) {
    compare_core (core, truth, "kernel core");
    if (cut)
      check_cut (core, truth);
  } else
    g_test_message ("the kernel wrote no core");
  g_remove (core);
}

static void
test_exact (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  const char *root = g_getenv ("HEAPSUM_TEST_CHROOT");
  g_autofree char *outside = g_strdup_printf ("%s/tmp/heapsum-truth-%d", root != NULL ? root : "", (int)getpid ());

  path = g_strdup_printf ("/tmp/heapsum-truth-%d", (int)getpid ());
  victim_set_tunables (test->tunables);
  g_autoptr (Victim) victim = victim_start ("victim-heap", test->scenario, path, NULL);
  g_autoptr (GHashTable) truth = read_truth (outside);
  g_remove (outside);

  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (HsHeapQuiet) quiet = hs_heap_quiet_new ();
  HsTargetOptions options = { .quiet = hs_heap_quiet_hooks (quiet) };
  g_autoptr (HsTarget) target = hs_target_open_live (victim->pid, &options, diag, &error);
  g_assert_no_error (error);
  g_autoptr (HsHeap) heap = hs_heap_new (target, diag, &error);
  g_assert_no_error (error);
  print_lines (diag);
  compare (heap, truth, "live");
  check_index (heap->blocks);
  check_gcore (victim, truth);
  check_kernel_core (victim, truth, strcmp (test->scenario, "plain") == 0 && test->tunables == NULL);
}

static const Case cases[] = {
  { "plain", NULL },
  { "threads", NULL },
  { "exited", NULL },
  { "large", NULL },
  { "foreign", NULL },
  { "forged", NULL },
  { "threads", "glibc.malloc.tcache_count=0" },
  { "threads", "glibc.malloc.arena_max=2" },
  { "threads", "glibc.malloc.mxfast=0" },
  { "threads", "glibc.malloc.mxfast=160:glibc.malloc.tcache_count=2" },
  { "threads", "glibc.malloc.tcache_count=1000" },
  { "plain", "glibc.malloc.tcache_max=64" },
  { "plain", "glibc.malloc.perturb=165" },
  { "plain", "glibc.malloc.top_pad=1000000" },
  { "plain", "glibc.malloc.trim_threshold=4096" },
  { "large", "glibc.malloc.mmap_threshold=4096" },
  { "large", "glibc.malloc.mmap_max=0" },
  { "large", "glibc.malloc.mmap_max=17" },
  { "plain", "glibc.malloc.hugetlb=1" },
  { "threads", "glibc.malloc.hugetlb=1" },
  { "threads", "glibc.malloc.hugetlb=2" },
};

/* Goes to a folder of its own: the kernel calls every core "core", and tests run side by side. */
static char *
go_apart (const char *program)
{
  g_autofree char *here = g_path_get_dirname (program);
  g_autofree char *absolute = g_canonicalize_filename (g_getenv ("G_TEST_BUILDDIR") != NULL ? g_getenv ("G_TEST_BUILDDIR") : here, NULL);
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("heapsum-test-heap-XXXXXX", &error);

  g_assert_no_error (error);
  g_setenv ("G_TEST_BUILDDIR", absolute, TRUE);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  return folder;
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = go_apart (argv[0]);

  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions (); /* one bad case does not hide the others */
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = g_strdup_printf ("/heap/exact/%s%s%s", cases[i].scenario, cases[i].tunables != NULL ? "/" : "",
                                             cases[i].tunables != NULL ? cases[i].tunables : "");
    g_test_add_data_func (name, &cases[i], test_exact);
  }
  int result = g_test_run ();
  if (g_chdir ("/") == 0)
    g_rmdir (folder);
  return result;
}
