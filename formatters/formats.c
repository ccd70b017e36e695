/* formats.c - the table of formats, and reports made from summaries, diffs and snapshots. */
#include "formatters/report.h"
#include "summary/merge-private.h"

#include <errno.h>
#include <string.h>

static const HsFormat *const formats[] = { &hs_format_text, &hs_format_json, &hs_format_csv, &hs_format_tsv };

const char *const *
heapsum_format_names (void)
{
  static const char *names[G_N_ELEMENTS (formats) + 1];
  static gsize done;

  if (g_once_init_enter (&done)) {
    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      names[i] = formats[i]->name;
    g_once_init_leave (&done, 1);
  }
  return names;
}

static gboolean
print_report (HsReport *report, const HeapsumPrint *print, FILE *out, GError **error)
{
  const char *name = print->format != NULL ? print->format : "text";

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i]->name, name) == 0) {
      formats[i]->print (report, print, out);
      if (fflush (out) == 0 && !ferror (out))
        return TRUE;
      int cause = errno;
      g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "cannot write: %s", g_strerror (cause));
      return FALSE;
    }
  g_autofree char *known = g_strjoinv (", ", (char **)heapsum_format_names ());
  g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "there is no format '%s': use one of %s", name, known);
  return FALSE;
}

/* --- summaries --- */

static const HsColumn summary_columns[] = {
  { "type", "types", HS_CELL_TYPE },
  { "count", "# objects", HS_CELL_COUNT },
  { "bytes", "total size", HS_CELL_BYTES },
  { "A", "A", HS_CELL_COUNT },
  { "B", "B", HS_CELL_COUNT },
  { "C", "C", HS_CELL_COUNT },
  { "D", "D", HS_CELL_COUNT },
};
#define N_PLAIN 3

static HeapsumUntyped
untyped_of (const HeapsumPrint *print)
{
  gboolean by_place = print->format == NULL || strcmp (print->format, "text") == 0 || strcmp (print->format, "json") == 0;

  if (print->untyped != HEAPSUM_UNTYPED_DEFAULT)
    return print->untyped;
  return by_place ? HEAPSUM_UNTYPED_TOP : HEAPSUM_UNTYPED_ONE;
}

/* The rows of types and places that are shown. JSON has the places in a list of their own. */
static GPtrArray *
rows_to_show (const HsMerge *merge, const HeapsumPrint *print, guint *left_out)
{
  HsMergeOptions options = { untyped_of (print), g_strcmp0 (print->format, "json") == 0, print->limit };

  return hs_merge (merge, &options, left_out);
}

typedef struct {
  HeapsumSummary *summary;
  HsMerge merge;
  GPtrArray *rows;
} SummaryRows;

static gboolean
next_summary_row (HsReport *report, HsRow *row)
{
  const SummaryRows *rows = report->data;
  guint i = report->position++, n = rows->rows->len;
  const HeapsumRow *from;

  if (i >= n + 2)
    return FALSE;
  from = i < n ? rows->rows->pdata[i]
         : i == n ? heapsum_summary_get_untyped (rows->summary) : heapsum_summary_get_total (rows->summary);
  row->kind = i == n ? HS_ROW_UNTYPED : i > n ? HS_ROW_TOTAL : hs_merge_is_place (&rows->merge, from) ? HS_ROW_PLACE : HS_ROW_TYPE;
  row->guess = from->guess;
  row->cells[0].text = from->type;
  row->cells[1].number = from->count;
  row->cells[2].number = from->bytes;
  for (guint level = HEAPSUM_LEVEL_D; level <= HEAPSUM_LEVEL_A; level++)
    row->cells[N_PLAIN + HEAPSUM_LEVEL_A - level].number = from->levels[level];
  return TRUE;
}

gboolean
heapsum_print_summary (HeapsumSummary *summary, const HeapsumPrint *print, FILE *out, GError **error)
{
  g_return_val_if_fail (summary != NULL && print != NULL && out != NULL, FALSE);

  HeapsumSnapshot *snapshot = heapsum_summary_get_snapshot (summary);
  SummaryRows rows = { .summary = summary, .merge = hs_summary_merge (summary) };
  HsReport report = {
    .verb = "summary",
    .columns = summary_columns,
    .n_columns = print->evidence || g_strcmp0 (print->format, "json") == 0 ? G_N_ELEMENTS (summary_columns) : N_PLAIN,
    .has_levels = TRUE,
    .next = next_summary_row,
    .facts = heapsum_snapshot_get_facts (snapshot),
    .diagnostics = heapsum_snapshot_get_diagnostics (snapshot),
    .data = &rows,
  };
  rows.rows = rows_to_show (&rows.merge, print, &report.n_left_out);
  gboolean done = print_report (&report, print, out, error);
  g_ptr_array_unref (rows.rows);
  return done;
}

/* --- diffs --- */

static const HsColumn diff_columns[] = {
  { "type", "types", HS_CELL_TYPE },
  { "count", "# objects", HS_CELL_COUNT },
  { "bytes", "total size", HS_CELL_BYTES },
  { "new", "# new", HS_CELL_COUNT },
  { "deleted", "# deleted", HS_CELL_COUNT },
  { "survived", "# survived", HS_CELL_COUNT },
};

typedef struct {
  HeapsumDiff *diff;
  HsMerge merge;
  GPtrArray *rows;
} DiffRows;

static gboolean
next_diff_row (HsReport *report, HsRow *row)
{
  const DiffRows *rows = report->data;
  guint i = report->position++, n = rows->rows->len;
  const HeapsumDiffRow *from;

  if (i >= n + 2)
    return FALSE;
  from = i < n ? rows->rows->pdata[i] : i == n ? heapsum_diff_get_untyped (rows->diff) : heapsum_diff_get_total (rows->diff);
  row->kind = i == n ? HS_ROW_UNTYPED : i > n ? HS_ROW_TOTAL : hs_merge_is_place (&rows->merge, from) ? HS_ROW_PLACE : HS_ROW_TYPE;
  row->guess = from->guess;
  row->cells[0].text = from->type;
  row->cells[1].number = from->count;
  row->cells[2].number = from->bytes;
  row->cells[3].number = from->created;
  row->cells[4].number = from->deleted;
  row->cells[5].number = from->survived;
  return TRUE;
}

gboolean
heapsum_print_diff (HeapsumDiff *diff, const HeapsumPrint *print, FILE *out, GError **error)
{
  g_return_val_if_fail (diff != NULL && print != NULL && out != NULL, FALSE);

  DiffRows rows = { .diff = diff, .merge = hs_diff_merge (diff) };
  HsReport report = {
    .verb = "diff",
    .columns = diff_columns,
    .n_columns = print->wide ? G_N_ELEMENTS (diff_columns) : N_PLAIN,
    .is_signed = TRUE,
    .next = next_diff_row,
    .data = &rows,
  };
  rows.rows = rows_to_show (&rows.merge, print, &report.n_left_out);
  gboolean done = print_report (&report, print, out, error);
  g_ptr_array_unref (rows.rows);
  return done;
}

/* --- objects --- */

static const HsColumn object_columns[] = {
  { "address", "address", HS_CELL_ADDRESS },
  { "size", "size", HS_CELL_BYTES },
  { "type", "type", HS_CELL_TYPE },
  { "level", "level", HS_CELL_TEXT },
  { "how", "how", HS_CELL_TEXT },
};

typedef struct {
  HeapsumSnapshot *snapshot;
  const HeapsumFilter *filter;
  guint left; /* rows that may still come; G_MAXUINT: all */
} ObjectRows;

static gboolean
next_object (HsReport *report, HsRow *row)
{
  static const char *const levels[] = { "", "D", "C", "B", "A" };
  ObjectRows *rows = report->data;
  HeapsumBlock block;

  do {
    if (report->position >= heapsum_snapshot_get_n_blocks (rows->snapshot) || rows->left == 0)
      return FALSE;
    heapsum_snapshot_get_block (rows->snapshot, report->position++, &block);
  } while (!heapsum_filter_apply (rows->filter, &block));
  if (rows->left != G_MAXUINT)
    rows->left--;
  row->kind = HS_ROW_OBJECT;
  row->guess = block.level == HEAPSUM_LEVEL_D;
  row->cells[0].number = block.address;
  row->cells[1].number = block.size;
  row->cells[2].text = block.type;
  row->cells[3].text = levels[block.level];
  row->cells[4].text = block.how;
  return TRUE;
}

gboolean
heapsum_print_objects (HeapsumSnapshot *snapshot, const HeapsumFilter *filter, const HeapsumPrint *print, FILE *out,
                       GError **error)
{
  g_return_val_if_fail (snapshot != NULL && print != NULL && out != NULL, FALSE);

  ObjectRows rows = { snapshot, filter, print->limit == 0 ? G_MAXUINT : print->limit };
  HsReport report = {
    .verb = "objects",
    .columns = object_columns,
    .n_columns = G_N_ELEMENTS (object_columns),
    .next = next_object,
    .facts = heapsum_snapshot_get_facts (snapshot),
    .diagnostics = heapsum_snapshot_get_diagnostics (snapshot),
    .data = &rows,
  };
  return print_report (&report, print, out, error);
}

/* --- explanations --- */

static const HsColumn explanation_columns[] = {
  { "part", "part", HS_CELL_TEXT },
  { "address", "address", HS_CELL_ADDRESS },
  { "type", "type", HS_CELL_TEXT },
  { "count", "# objects", HS_CELL_COUNT },
  { "text", "text", HS_CELL_TEXT },
};

static gboolean
next_line (HsReport *report, HsRow *row)
{
  HeapsumExplanation *explanation = report->data;

  if (report->position >= heapsum_explanation_get_n_lines (explanation))
    return FALSE;
  const HeapsumExplanationLine *line = heapsum_explanation_get_line (explanation, report->position++);
  *row = (HsRow){ .kind = HS_ROW_LINE };
  row->cells[0].text = line->part;
  row->cells[1].number = (gint64)line->address;
  row->cells[2].text = line->type;
  row->cells[3].number = line->count;
  /* Indents are for people. */
  row->cells[4].text = report->is_text ? line->text : line->text + strspn (line->text, " ");
  return TRUE;
}

gboolean
heapsum_print_explanation (HeapsumExplanation *explanation, const HeapsumPrint *print, FILE *out, GError **error)
{
  g_return_val_if_fail (explanation != NULL && print != NULL && out != NULL, FALSE);

  HeapsumSnapshot *snapshot = heapsum_explanation_get_snapshot (explanation);
  HsReport report = {
    .verb = "explain",
    .is_text = print->format == NULL || strcmp (print->format, "text") == 0,
    .columns = explanation_columns,
    .n_columns = G_N_ELEMENTS (explanation_columns),
    .next = next_line,
    .facts = heapsum_snapshot_get_facts (snapshot),
    .diagnostics = heapsum_snapshot_get_diagnostics (snapshot),
    .data = explanation,
  };
  return print_report (&report, print, out, error);
}
