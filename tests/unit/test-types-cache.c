/* test-types-cache.c - types from the cache are those of the file, whatever has become of the cache. */
#include "profiler/types/dump.h"
#include "tests/support/elf-modules.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  char *text; /* of the graph */
  guint n_cached;
  guint n_diag;
} Outcome;

static Outcome
read_victim (gboolean no_cache)
{
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "..", "victims", "types-c4", NULL);
  HsModules *modules = elf_modules_new (path, NULL);
  HsTypesOptions options = { .no_cache = no_cache, .n_threads = 1 };
  HsDiag *diag = hs_diag_new ();
  HsTypes *types = hs_types_new (modules, &options, diag);
  g_auto (GStrv) lines = hs_diag_lines (diag);
  Outcome outcome = { g_string_free (hs_types_dump (types), FALSE), types->n_cached, g_strv_length (lines) };

  hs_types_unref (types);
  hs_diag_unref (diag);
  elf_modules_free (modules);
  return outcome;
}

static void
assert_outcome (gboolean no_cache, const char *text, guint n_cached, guint n_diag)
{
  Outcome outcome = read_victim (no_cache);

  g_assert_cmpstr (outcome.text, ==, text);
  g_assert_cmpuint (outcome.n_cached, ==, n_cached);
  g_assert_cmpuint (outcome.n_diag, ==, n_diag);
  g_free (outcome.text);
}

/* The only file in the cache. */
static char *
cache_file (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "heapsum", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  g_assert_nonnull (dir);
  const char *name = g_dir_read_name (dir);
  g_assert_nonnull (name);
  char *path = g_build_filename (folder, name, NULL);
  g_assert_null (g_dir_read_name (dir));
  return path;
}

static guint
mode_of (const char *path)
{
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

static void
test_cached (void)
{
  Outcome plain = read_victim (TRUE);

  assert_outcome (FALSE, plain.text, 0, 0);
  assert_outcome (FALSE, plain.text, 1, 0);
  g_autofree char *path = cache_file ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_assert_cmpuint (mode_of (path), ==, 0600);
  g_assert_cmpuint (mode_of (folder), ==, 0700);
  g_free (plain.text);
}

static void
test_truncated (void)
{
  Outcome plain = read_victim (TRUE);
  g_autofree char *path = cache_file (), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize length = 0; length < size; length += size / 40 + 1) {
    g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));
    assert_outcome (FALSE, plain.text, 0, 1);
    assert_outcome (FALSE, plain.text, 1, 0);
  }
  g_free (plain.text);
}

static void
test_flipped (void)
{
  Outcome plain = read_victim (TRUE);
  g_autofree char *path = cache_file (), *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (guint i = 0; i < 200; i++) {
    gsize at = i < 120 ? i : (gsize)g_test_rand_int_range (0, (gint32)size);
    char saved = bytes[at];
    bytes[at] = (char)(saved ^ 1 << (i % 8));
    g_assert_true (g_file_set_contents (path, bytes, (gssize)size, NULL));
    assert_outcome (FALSE, plain.text, 0, 1);
    bytes[at] = saved;
  }
  g_free (plain.text);
}

static void
test_unwritable (void)
{
  g_autofree char *path = cache_file ();
  g_autofree char *folder = g_path_get_dirname (path);
  Outcome plain = read_victim (TRUE);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  assert_outcome (FALSE, plain.text, 0, 1);
  g_assert_cmpint (g_unlink (folder), ==, 0);
  g_free (plain.text);
}

int
main (int argc, char **argv)
{
  /* Before GLib looks at it. */
  g_autofree char *cache = g_dir_make_tmp ("heapsum-cache-XXXXXX", NULL);
  g_assert_nonnull (cache);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/types/cache/all", test_cached);
  g_test_add_func ("/types/cache/truncated", test_truncated);
  g_test_add_func ("/types/cache/flipped", test_flipped);
  g_test_add_func ("/types/cache/unwritable", test_unwritable);
  int result = g_test_run ();
  g_rmdir (cache);
  return result;
}
