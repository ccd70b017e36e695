/* test-formats.c - what is printed, byte by byte, against tests/golden; UPDATE_GOLDEN=1 writes those anew.
 *
 * JSON is read back by python3 as well, where there is one: a golden file that is wrong is still golden. */
#include "tests/support/snapshots.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { SUMMARY, DIFF, OBJECTS, EXPLAIN } Verb;

typedef struct {
  const char *name; /* of the golden file */
  Verb verb;
  guint snapshot;
  HeapsumPrint print;
} Case;

/* What the golden files of explanations are about. */
static const char *const subjects[][2] = {
  { "explain-block.txt", "0x10c3" },       { "explain-untyped.txt", "0x1040" }, { "explain-type.txt", "entry" },
  { "explain-place.txt", "<untyped 40 B*" }, { "explain-type.json", "entry" },    { "explain-type.csv", "entry" },
};

static const char *
subject_of (const Case *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    if (strcmp (subjects[i][0], self->name) == 0)
      return subjects[i][1];
  return "";
}

static const Case cases[] = {
  { "empty.txt", SUMMARY, 0, { .format = "text" } },
  { "empty.json", SUMMARY, 0, { .format = "json" } },
  { "empty.csv", SUMMARY, 0, { .format = "csv" } },
  { "empty.tsv", OBJECTS, 0, { .format = "tsv" } },
  { "one.txt", SUMMARY, 1, { .format = NULL } },
  { "one.json", SUMMARY, 1, { .format = "json" } },
  { "one.csv", SUMMARY, 1, { .format = "csv", .evidence = TRUE } },
  { "one.tsv", SUMMARY, 1, { .format = "tsv" } },
  { "summary.txt", SUMMARY, 2, { .format = "text" } },
  { "summary.json", SUMMARY, 2, { .format = "json" } },
  { "summary.csv", SUMMARY, 2, { .format = "csv" } },
  { "summary.tsv", SUMMARY, 2, { .format = "tsv" } },
  { "summary-evidence.txt", SUMMARY, 2, { .evidence = TRUE } },
  { "summary-raw.txt", SUMMARY, 2, { .raw = TRUE } },
  { "summary-narrow.txt", SUMMARY, 3, { .width = 60 } },
  { "summary-colour.txt", SUMMARY, 2, { .colour = TRUE } },
  { "summary-limit.txt", SUMMARY, 2, { .limit = 2 } },
  { "summary-limit.json", SUMMARY, 2, { .format = "json", .limit = 2 } },
  { "diff.txt", DIFF, 2, { .format = "text", .width = 80 } },
  { "diff.json", DIFF, 2, { .format = "json" } },
  { "diff.csv", DIFF, 2, { .format = "csv" } },
  { "diff.tsv", DIFF, 2, { .format = "tsv", .wide = TRUE } },
  { "diff-wide.txt", DIFF, 2, { .wide = TRUE, .width = 100 } },
  { "diff-colour.txt", DIFF, 2, { .colour = TRUE, .width = 80 } },
  { "places.txt", SUMMARY, 4, { .format = "text" } },
  { "places-limit.txt", SUMMARY, 4, { .limit = 2 } },
  { "places-all.txt", SUMMARY, 4, { .limit = 1, .untyped = HEAPSUM_UNTYPED_ALL } },
  { "places-one.txt", SUMMARY, 4, { .untyped = HEAPSUM_UNTYPED_ONE } },
  { "places-colour.txt", SUMMARY, 4, { .evidence = TRUE, .colour = TRUE } },
  { "places.json", SUMMARY, 4, { .format = "json" } },
  { "places-limit.json", SUMMARY, 4, { .format = "json", .limit = 1 } },
  { "places.csv", SUMMARY, 4, { .format = "csv" } },
  { "places-all.csv", SUMMARY, 4, { .format = "csv", .untyped = HEAPSUM_UNTYPED_ALL } },
  { "places-diff.txt", DIFF, 4, { .wide = TRUE } },
  { "places-diff.json", DIFF, 4, { .format = "json" } },
  { "explain-block.txt", EXPLAIN, 4, { .width = 60 } },
  { "explain-untyped.txt", EXPLAIN, 4, { .width = 60 } },
  { "explain-type.txt", EXPLAIN, 4, { .format = "text" } },
  { "explain-place.txt", EXPLAIN, 4, { .format = "text" } },
  { "explain-type.json", EXPLAIN, 4, { .format = "json" } },
  { "explain-type.csv", EXPLAIN, 4, { .format = "csv" } },
  { "objects.txt", OBJECTS, 2, { .format = "text" } },
  { "objects.json", OBJECTS, 2, { .format = "json" } },
  { "objects.csv", OBJECTS, 2, { .format = "csv" } },
  { "objects.tsv", OBJECTS, 2, { .format = "tsv" } },
};

static char *
print (const Case *self)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (self->snapshot);
  g_autoptr (HeapsumSnapshot) other = snapshot_golden (self->snapshot == 4 ? 5 : 3);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (snapshot, other, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream (&text, &length);

  if (self->verb == SUMMARY)
    heapsum_print_summary (summary, &self->print, out, &error);
  else if (self->verb == DIFF)
    heapsum_print_diff (diff, &self->print, out, &error);
  else if (self->verb == EXPLAIN) {
    g_autoptr (HeapsumExplanation) explanation = heapsum_explanation_new (snapshot, subject_of (self), &error);
    g_assert_no_error (error);
    heapsum_print_explanation (explanation, &self->print, out, &error);
  } else
    heapsum_print_objects (snapshot, NULL, &self->print, out, &error);
  g_assert_no_error (error);
  fclose (out);
  return text;
}

static void
read_as_json (const char *text)
{
  g_autofree char *python = g_find_program_in_path ("python3");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int status;

  g_assert_true (g_utf8_validate (text, -1, NULL));
  if (python == NULL)
    return;
  int fd = g_file_open_tmp (NULL, &path, NULL);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  const char *const argv[] = { python, "-m", "json.tool", path, NULL };
  g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, &error));
  g_assert_no_error (error);
  remove (path);
  g_assert_cmpint (status, ==, 0);
}

static void
test_golden (gconstpointer data)
{
  const Case *self = data;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "golden", self->name, NULL);
  char *text = print (self);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  if (g_getenv ("UPDATE_GOLDEN") != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
  if (g_strcmp0 (self->print.format, "json") == 0)
    read_as_json (text);
  free (text);
}

static void
test_unknown (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (1);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  HeapsumPrint how = { .format = "xml" };
  g_autoptr (GError) error = NULL;

  g_assert_false (heapsum_print_summary (summary, &how, stdout, &error));
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED);
  for (const char *const *name = heapsum_format_names (); *name != NULL; name++)
    g_assert_nonnull (strstr (error->message, *name));
}

static void
test_full_disk (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (2);
  HeapsumPrint how = { .format = "csv" };
  g_autoptr (GError) error = NULL;
  FILE *out = fopen ("/dev/full", "we");

  if (out == NULL) {
    g_test_skip ("there is no /dev/full");
    return;
  }
  g_assert_false (heapsum_print_objects (snapshot, NULL, &how, out, &error));
  g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED);
  fclose (out);
}

/* Every line of a table fits the terminal as soon as that has room for a name at all. */
static void
test_width (void)
{
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (3);
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);

  for (guint width = 55; width < 200; width += 7) {
    HeapsumPrint how = { .width = width };
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream (&text, &length);
    g_assert_true (heapsum_print_summary (summary, &how, out, NULL));
    fclose (out);
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++)
      g_assert_cmpint (g_utf8_strlen (lines[i], -1), <=, width);
    free (text);
  }
}

static void
test_nothing_to_explain (void)
{
  static const char *const absent[] = { "0x1038", "0x0", "0xffffffffffffffff", "conne", "", "0xx", "<untyped 25 B>" };
  g_autoptr (HeapsumSnapshot) snapshot = snapshot_golden (4);

  for (guint i = 0; i < G_N_ELEMENTS (absent); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (heapsum_explanation_new (snapshot, absent[i], &error));
    g_assert_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/formats/", cases[i].name, NULL);
    g_test_add_data_func (path, &cases[i], test_golden);
  }
  g_test_add_func ("/formats/unknown", test_unknown);
  g_test_add_func ("/formats/full-disk", test_full_disk);
  g_test_add_func ("/formats/width", test_width);
  g_test_add_func ("/formats/nothing-to-explain", test_nothing_to_explain);
  return g_test_run ();
}
