/* test-snapshot-file.c - snapshots on disk: the round trip, and everything that can be wrong with a file. */
#include "tests/support/snapshots.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER 64
#define FLIPS 2000

static char *directory;

static char *
file_name (const char *name)
{
  return g_build_filename (directory, name, NULL);
}

static void
assert_equal (HeapsumSnapshot *a, HeapsumSnapshot *b)
{
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (a, b, NULL);

  g_assert_cmpuint (heapsum_snapshot_get_n_blocks (a), ==, heapsum_snapshot_get_n_blocks (b));
  g_assert_cmpuint (heapsum_diff_get_total (diff)->survived, ==, heapsum_snapshot_get_n_blocks (a));
  for (guint i = 0; i < heapsum_snapshot_get_n_blocks (a); i++) {
    HeapsumBlock x, y;
    heapsum_snapshot_get_block (a, i, &x);
    heapsum_snapshot_get_block (b, i, &y);
    g_assert_cmphex (x.address, ==, y.address);
    g_assert_cmpuint (x.size, ==, y.size);
    g_assert_cmpstr (x.type, ==, y.type);
    g_assert_cmpstr (x.how, ==, y.how);
    g_assert_cmpint (x.level, ==, y.level);
  }
  g_assert_true (g_variant_equal (heapsum_snapshot_get_facts (a), heapsum_snapshot_get_facts (b)));
  g_assert_cmpstrv (heapsum_snapshot_get_diagnostics (a), heapsum_snapshot_get_diagnostics (b));
}

static void
test_round_trip (void)
{
  g_autofree char *path = file_name ("round");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 4; i++) {
    g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (i);
    g_assert_true (heapsum_snapshot_save (snapshot, path, &error));
    g_assert_no_error (error);
    g_autoptr (HeapsumSnapshot) loaded = heapsum_snapshot_load (path, &error);
    g_assert_no_error (error);
    assert_equal (snapshot, loaded);
    /* And once more: what was loaded can be saved. */
    g_assert_true (heapsum_snapshot_save (loaded, path, &error));
    g_autoptr (HeapsumSnapshot) again = heapsum_snapshot_load (path, &error);
    assert_equal (snapshot, again);
  }
}

static void
test_regions (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree char *path = file_name ("regions");

  for (guint i = 0; i < 40; i++) {
    g_autoptr (HeapsumSnapshot) snapshot = snapshot_random (rand, 4 * i);
    g_assert_true (heapsum_snapshot_save (snapshot, path, NULL));
    g_autoptr (HeapsumSnapshot) loaded = heapsum_snapshot_load (path, NULL);
    assert_equal (snapshot, loaded);
  }
}

static void
test_mode (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autofree char *path = file_name ("mode");
  mode_t old = umask (0);
  GStatBuf status;

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  g_assert_true (heapsum_snapshot_save (snapshot, path, NULL));
  umask (old);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
}

static void
test_fd (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autofree char *path = file_name ("fd");
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_autoptr (GError) error = NULL;

  g_assert_true (heapsum_snapshot_save_to_fd (snapshot, fd, &error));
  g_autoptr (HeapsumSnapshot) loaded = hs_snapshot_load_fd (fd, &error);
  g_assert_no_error (error);
  assert_equal (snapshot, loaded);
  g_close (fd, NULL);
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  g_assert_false (heapsum_snapshot_save_to_fd (snapshot, fd, &error));
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED);
  g_close (fd, NULL);
}

static void
test_with_fact (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  g_autoptr (HeapsumSnapshot) other = hs_snapshot_with_fact (snapshot, "pid", g_variant_new_int64 (1));
  gint64 pid = 0;

  g_assert_true (g_variant_lookup (heapsum_snapshot_get_facts (other), "pid", "x", &pid));
  g_assert_cmpint (pid, ==, 1);
  g_autoptr (HeapsumSnapshot) back = hs_snapshot_with_fact (other, "pid", g_variant_new_int64 (4711));
  assert_equal (snapshot, back);
}

static void
fails_with (const char *path, HeapsumError code, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (heapsum_snapshot_load (path, &error));
  g_assert_error (error, HEAPSUM_ERROR, (int)code);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_foreign (void)
{
  g_autofree char *path = file_name ("foreign");
  g_autofree char *zeros = g_malloc0 (1000);

  fails_with (path, HEAPSUM_ERROR_GONE, path);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  fails_with (path, HEAPSUM_ERROR_BAD_DATA, "not a snapshot");
  g_assert_true (g_file_set_contents (path, "#!/bin/sh\n", -1, NULL));
  fails_with (path, HEAPSUM_ERROR_BAD_DATA, "not a snapshot");
  g_assert_true (g_file_set_contents (path, zeros, 1000, NULL));
  fails_with (path, HEAPSUM_ERROR_BAD_DATA, "not a snapshot");
  g_autoptr (GError) error = NULL;
  g_assert_null (heapsum_snapshot_load (directory, &error));
  g_assert_nonnull (error);
}

/* A snapshot file in memory, to be spoilt. */
static GByteArray *
sound_file (const char *path)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  char *data;
  gsize length;

  g_assert_true (heapsum_snapshot_save (snapshot, path, NULL));
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  return g_byte_array_new_take ((guint8 *)data, length);
}

static HeapsumSnapshot *
load_bytes (const guint8 *data, gsize length, GError **error)
{
  g_autofree char *path = file_name ("bytes");
  int fd = g_open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (write (fd, data, length), ==, length);
  HeapsumSnapshot *snapshot = hs_snapshot_load_fd (fd, error);
  g_close (fd, NULL);
  return snapshot;
}

static void
seal (GByteArray *file)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 length = GUINT64_TO_LE (file->len - HEADER);
  gsize size = 32;

  memcpy (file->data + 16, &length, sizeof length);
  g_checksum_update (checksum, file->data + HEADER, file->len - HEADER);
  g_checksum_get_digest (checksum, file->data + 24, &size);
}

/* Walks over everything a snapshot has: under the sanitizers, that shows what checking let through. */
static void
use (HeapsumSnapshot *snapshot)
{
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (snapshot, snapshot, NULL);
  HeapsumPrint print = { .format = "json", .evidence = TRUE };
  FILE *out = fopen ("/dev/null", "we");

  g_assert_true (heapsum_print_summary (summary, &print, out, NULL));
  g_assert_true (heapsum_print_objects (snapshot, NULL, &print, out, NULL));
  print.format = "text";
  g_assert_true (heapsum_print_summary (summary, &print, out, NULL));
  g_assert_true (heapsum_print_diff (diff, &print, out, NULL));
  g_assert_true (heapsum_print_objects (snapshot, NULL, &print, out, NULL));
  fclose (out);
}

static void
test_truncated (void)
{
  g_autofree char *path = file_name ("truncated");
  g_autoptr (GByteArray) file = sound_file (path);

  for (guint length = 0; length < file->len; length++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (load_bytes (file->data, length, &error));
    g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA);
  }
}

static void
test_longer (void)
{
  g_autofree char *path = file_name ("longer");
  g_autoptr (GByteArray) file = sound_file (path);
  g_autoptr (GError) error = NULL;

  g_byte_array_append (file, (const guint8 *)"x", 1);
  g_assert_null (load_bytes (file->data, file->len, &error));
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA);
}

static void
test_flipped (void)
{
  g_autofree char *path = file_name ("flipped");
  g_autoptr (GByteArray) file = sound_file (path);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < FLIPS; i++) {
    guint at = g_rand_int_range (rand, 0, file->len);
    /* What is reserved is not looked at. */
    if ((at >= 12 && at < 16) || (at >= 56 && at < HEADER))
      continue;
    guint8 bit = 1 << g_rand_int_range (rand, 0, 8);
    g_autoptr (GError) error = NULL;
    file->data[at] ^= bit;
    g_assert_null (load_bytes (file->data, file->len, &error));
    g_assert_nonnull (error);
    file->data[at] ^= bit;
  }
}

/* With a right checksum the checks behind it have to hold: either an error, or a snapshot that can be used. */
static void
test_forged_bits (void)
{
  g_autofree char *path = file_name ("forged");
  g_autoptr (GByteArray) file = sound_file (path);
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  guint n_loaded = 0;

  for (guint i = 0; i < FLIPS; i++) {
    guint at = g_rand_int_range (rand, HEADER, file->len);
    guint8 old = file->data[at];
    g_autoptr (GError) error = NULL;
    file->data[at] = g_rand_boolean (rand) ? old ^ (1 << g_rand_int_range (rand, 0, 8)) : g_rand_int_range (rand, 0, 256);
    seal (file);
    g_autoptr (HeapsumSnapshot) snapshot = load_bytes (file->data, file->len, &error);
    g_assert_true ((snapshot == NULL) == (error != NULL));
    if (snapshot != NULL) {
      n_loaded++;
      if (n_loaded % 20 == 0)
        use (snapshot);
    }
    file->data[at] = old;
  }
  g_assert_cmpuint (n_loaded, >, 0);
}

static void
test_newer (void)
{
  g_autofree char *path = file_name ("newer");
  g_autoptr (GByteArray) file = sound_file (path);
  g_autoptr (GError) error = NULL;

  file->data[8] = 2;
  g_assert_null (load_bytes (file->data, file->len, &error));
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "format 2"));
}

static void
test_forged_lengths (void)
{
  static const guint64 lengths[] = { 0, 1, G_MAXUINT64, G_MAXINT64, G_MAXUINT64 - HEADER + 1 };
  g_autofree char *path = file_name ("lengths");
  g_autoptr (GByteArray) file = sound_file (path);

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    guint64 length = GUINT64_TO_LE (lengths[i]);
    g_autoptr (GError) error = NULL;
    memcpy (file->data + 16, &length, sizeof length);
    g_assert_null (load_bytes (file->data, file->len, &error));
    g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA);
  }
}

typedef struct {
  const char *name;
  const char *content; /* in GVariant's text form */
  gboolean good;
} Forgery;

#define N "['', 'struct a'], ['', 'how'], @as []"

static const Forgery forgeries[] = {
  { "sound", "(@a{sv} {}, " N ", @a(tuu) [(4096, 0, 2)], @a(uuuu) [(0, 3, 0, 0), (8, 3, 0x04000001, 1)], @a(tt) [])", TRUE },
  { "empty", "(@a{sv} {}, " N ", @a(tuu) [], @a(uuuu) [], @a(tt) [])", TRUE },
  { "no names", "(@a{sv} {}, @as [], @as [], @as [], @a(tuu) [], @a(uuuu) [], @a(tt) [])", FALSE },
  { "first name", "(@a{sv} {}, ['x'], [''], @as [], @a(tuu) [], @a(uuuu) [], @a(tt) [])", FALSE },
  { "type out of range", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0x04000002, 1)], @a(tt) [])", FALSE },
  { "reason out of range", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0x04000001, 2)], @a(tt) [])", FALSE },
  { "level out of range", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0x05000001, 1)], @a(tt) [])", FALSE },
  { "unknown bits", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0x0c000001, 1)], @a(tt) [])", FALSE },
  { "level without type", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0x04000000, 1)], @a(tt) [])", FALSE },
  { "type without level", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0x00000001, 1)], @a(tt) [])", FALSE },
  { "no region", "(@a{sv} {}, " N ", @a(tuu) [], [(0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "empty region", "(@a{sv} {}, " N ", [(4096, 0, 0)], @a(uuuu) [], @a(tt) [])", FALSE },
  { "region too long", "(@a{sv} {}, " N ", [(4096, 0, 2)], [(0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "region far too long", "(@a{sv} {}, " N ", [(4096, 0, 0xffffffff)], [(0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "region too short", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0, 0), (8, 3, 0, 0)], @a(tt) [])", FALSE },
  { "region starts late", "(@a{sv} {}, " N ", [(4096, 1, 1)], [(0, 3, 0, 0), (8, 3, 0, 0)], @a(tt) [])", FALSE },
  { "regions overlap", "(@a{sv} {}, " N ", [(4096, 0, 1), (4096, 1, 1)], [(0, 3, 0, 0), (0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "regions descend", "(@a{sv} {}, " N ", [(4096, 0, 1), (8, 1, 1)], [(0, 3, 0, 0), (0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "region crooked", "(@a{sv} {}, " N ", [(4097, 0, 1)], [(0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "region too high", "(@a{sv} {}, " N ", [(0xfffffffffffffff8, 0, 1)], [(0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "blocks descend", "(@a{sv} {}, " N ", [(4096, 0, 2)], [(8, 3, 0, 0), (0, 3, 0, 0)], @a(tt) [])", FALSE },
  { "block twice", "(@a{sv} {}, " N ", [(4096, 0, 2)], [(8, 3, 0, 0), (8, 3, 0, 0)], @a(tt) [])", FALSE },
  { "large", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 0xffffffff, 0, 0)], [(0, 0x1000000000)])", TRUE },
  { "large missing", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 0xffffffff, 0, 0)], @a(tt) [])", FALSE },
  { "large elsewhere", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 0xffffffff, 0, 0)], [(1, 0x1000000000)])", FALSE },
  { "large too many", "(@a{sv} {}, " N ", [(4096, 0, 1)], [(0, 3, 0, 0)], [(0, 0x1000000000)])", FALSE },
  { "sizes overflow", "(@a{sv} {}, " N ", [(4096, 0, 2)], [(0, 0xffffffff, 0, 0), (8, 0xffffffff, 0, 0)], "
                      "[(0, 0x7fffffffffffffff), (1, 0x7fffffffffffffff)])", FALSE },
};

static void
test_forged (gconstpointer data)
{
  const Forgery *forgery = data;
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  static const guint8 header[HEADER] = { 'h', 'e', 'a', 'p', 's', 'u', 'm', '\n', 1 };
  g_autoptr (GVariant) content = g_variant_parse (G_VARIANT_TYPE (HS_SNAPSHOT_VARIANT), forgery->content, NULL, NULL, &error);

  g_assert_no_error (error);
  g_byte_array_append (file, header, HEADER);
  g_byte_array_append (file, g_variant_get_data (content), g_variant_get_size (content));
  seal (file);
  g_autoptr (HeapsumSnapshot) snapshot = load_bytes (file->data, file->len, &error);
  if (forgery->good) {
    g_assert_no_error (error);
    use (snapshot);
  } else {
    g_assert_null (snapshot);
    g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA);
  }
}

/* An existing file stays as it is when the new one cannot be written. */
static void
test_unwritable (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (1);
  g_autofree char *path = g_build_filename (directory, "nowhere", "file", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (heapsum_snapshot_save (snapshot, path, &error));
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_GONE);
  /* No room for it, even for root. */
  g_autofree char *file = file_name ("full");
  g_autofree char *content = NULL;
  struct rlimit old, little;
  g_assert_true (g_file_set_contents (file, "old", -1, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  little = (struct rlimit){ 100, old.rlim_max };
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &little), ==, 0);
  g_clear_error (&error);
  gboolean saved = heapsum_snapshot_save (snapshot, file, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_false (saved);
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED);
  g_assert_true (g_file_get_contents (file, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "old");
}

static void
test_clean_names (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);

  for (gsize i = 0; i < snapshot->n_types; i++) {
    g_assert_true (g_utf8_validate (snapshot->types[i], -1, NULL));
    for (const char *p = snapshot->types[i]; *p != 0; p++)
      g_assert_true ((guchar)*p >= 0x20 && *p != 0x7f);
  }
}

/* A device is written to, never replaced; a link keeps leading where it led. */
static void
test_not_replaced (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (1);
  g_autofree char *pipe = file_name ("pipe"), *target = file_name ("target"), *link = file_name ("link");
  g_autoptr (GError) error = NULL;
  char bytes[8];

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  int reader = open (pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_true (heapsum_snapshot_save (snapshot, pipe, &error));
  g_assert_no_error (error);
  g_assert_cmpint (read (reader, bytes, sizeof bytes), ==, sizeof bytes);
  g_assert_cmpmem (bytes, sizeof bytes, "heapsum\n", 8);
  close (reader);
  g_assert_true (g_file_set_contents (target, "old", -1, NULL));
  g_assert_cmpint (symlink ("target", link), ==, 0);
  g_assert_true (heapsum_snapshot_save (snapshot, link, &error));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_autoptr (HeapsumSnapshot) again = heapsum_snapshot_load (target, &error);
  g_assert_no_error (error);
}

static void
remove_directory (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = file_name (name);
    g_autofree char *inner = g_build_filename (path, "file", NULL);
    g_unlink (inner);
    g_remove (path);
  }
  g_rmdir (directory);
  g_free (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  directory = g_dir_make_tmp ("heapsum-test-XXXXXX", NULL);
  g_test_add_func ("/file/round-trip", test_round_trip);
  g_test_add_func ("/file/regions", test_regions);
  g_test_add_func ("/file/mode", test_mode);
  g_test_add_func ("/file/fd", test_fd);
  g_test_add_func ("/file/with-fact", test_with_fact);
  g_test_add_func ("/file/foreign", test_foreign);
  g_test_add_func ("/file/truncated", test_truncated);
  g_test_add_func ("/file/longer", test_longer);
  g_test_add_func ("/file/flipped", test_flipped);
  g_test_add_func ("/file/forged-bits", test_forged_bits);
  g_test_add_func ("/file/newer", test_newer);
  g_test_add_func ("/file/forged-lengths", test_forged_lengths);
  g_test_add_func ("/file/unwritable", test_unwritable);
  g_test_add_func ("/file/clean-names", test_clean_names);
  g_test_add_func ("/file/not-replaced", test_not_replaced);
  for (guint i = 0; i < G_N_ELEMENTS (forgeries); i++) {
    g_autofree char *path = g_strconcat ("/file/forged/", forgeries[i].name, NULL);
    g_strdelimit (path, " ", '-');
    g_test_add_data_func (path, &forgeries[i], test_forged);
  }
  int status = g_test_run ();
  remove_directory ();
  return status;
}
