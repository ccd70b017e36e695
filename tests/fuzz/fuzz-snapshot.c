/* fuzz-snapshot.c - feeds bytes as a snapshot file to everything that reads one.
 *
 * The first byte chooses: the file as it is, or the rest as its contents behind a header that is right, so that the
 * checks behind the checksum are reached. */
#include "summary/snapshot-private.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define HEADER 64

static void
read_blocks (HeapsumSnapshot *snapshot)
{
  for (guint i = 0; i < heapsum_snapshot_get_n_blocks (snapshot); i++) {
    HeapsumBlock block;
    heapsum_snapshot_get_block (snapshot, i, &block);
    g_assert_true (g_utf8_validate (block.type, -1, NULL) && g_utf8_validate (block.how, -1, NULL));
    g_assert_cmpuint (block.level, <=, HEAPSUM_LEVEL_A);
  }
}

/* The first block, and all types. */
static void
explain (HeapsumSnapshot *snapshot, const HeapsumPrint *how, FILE *out)
{
  HeapsumBlock block;

  if (heapsum_snapshot_get_n_blocks (snapshot) == 0)
    return;
  heapsum_snapshot_get_block (snapshot, 0, &block);
  g_autofree char *address = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", block.address);
  g_autoptr (HeapsumExplanation) one = heapsum_explanation_new (snapshot, address, NULL);
  g_autoptr (HeapsumExplanation) all = heapsum_explanation_new (snapshot, "*", NULL);
  g_autoptr (HeapsumExplanation) untyped = heapsum_explanation_new (snapshot, "<untyped*", NULL);

  g_assert_true (one != NULL && (all != NULL || untyped != NULL));
  heapsum_print_explanation (one, how, out, NULL);
  if (all != NULL)
    heapsum_print_explanation (all, how, out, NULL);
}

static void
print (HeapsumSnapshot *snapshot, HeapsumSummary *summary, HeapsumDiff *diff, const char *format, FILE *out)
{
  HeapsumPrint how = { .format = format, .raw = format[0] == 'c', .wide = TRUE, .evidence = TRUE,
                       .untyped = format[0] == 't' ? HEAPSUM_UNTYPED_ALL : HEAPSUM_UNTYPED_DEFAULT };

  heapsum_print_summary (summary, &how, out, NULL);
  heapsum_print_diff (diff, &how, out, NULL);
  heapsum_print_objects (snapshot, NULL, &how, out, NULL);
  explain (snapshot, &how, out);
}

/* What is compared with itself does not differ. */
static void
use (HeapsumSnapshot *snapshot)
{
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (snapshot, snapshot, NULL);
  const HeapsumRow *total = heapsum_summary_get_total (summary);
  FILE *out = fopen ("/dev/null", "w");

  g_assert_cmpuint (total->count, ==, heapsum_snapshot_get_n_blocks (snapshot));
  g_assert_cmpuint (heapsum_diff_get_n_rows (diff), ==, 0);
  g_assert_cmpuint (heapsum_diff_get_n_places (diff), ==, 0);
  g_assert_cmpint (heapsum_diff_get_total (diff)->bytes, ==, 0);
  for (const char *const *format = heapsum_format_names (); *format != NULL; format++)
    print (snapshot, summary, diff, *format, out);
  fclose (out);
}

/* The same file with a header that fits it. */
static guint8 *
forge (const guint8 *data, gsize size)
{
  guint8 *file = g_malloc0 (HEADER + size);
  guint32 version = GUINT32_TO_LE (1);
  guint64 length = GUINT64_TO_LE (size);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize digest = 32;

  memcpy (file, "heapsum\n", 8);
  memcpy (file + 8, &version, sizeof version);
  memcpy (file + 16, &length, sizeof length);
  g_checksum_update (checksum, data, (gssize)size);
  g_checksum_get_digest (checksum, file + 24, &digest);
  memcpy (file + HEADER, data, size);
  return file;
}

static void
load (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  int fd = memfd_create ("snapshot", MFD_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize)size);
  g_autoptr (HeapsumSnapshot) snapshot = hs_snapshot_load_fd (fd, &error);
  close (fd);
  g_assert_true ((snapshot == NULL) == (error != NULL));
  if (snapshot == NULL)
    return;
  read_blocks (snapshot);
  use (snapshot);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size == 0)
    return 0;
  if (data[0] & 1) {
    g_autofree guint8 *file = forge (data + 1, size - 1);
    load (file, HEADER + size - 1);
  } else
    load (data + 1, size - 1);
  return 0;
}
