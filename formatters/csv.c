/* csv.c - comma and tab separated values: a header line, raw integers, one line a row.
 *
 * CSV quotes as RFC 4180 says; a text that a spreadsheet would take for a formula gets an apostrophe in front. TSV has
 * no quoting: tabs and line ends in a text become spaces. A guess is level "D" among objects; a table of types has a
 * column for it. */
#include "formatters/report.h"

#include <string.h>

static gboolean
has_guess_column (const HsReport *report)
{
  return strcmp (report->verb, "objects") != 0 && strcmp (report->verb, "explain") != 0;
}

static void
put_csv_text (const char *text, FILE *out)
{
  if (*text != 0 && strchr ("=+-@\t\r", *text) != NULL)
    fputs ("\"'", out);
  else if (strpbrk (text, ",\"\n\r") != NULL)
    fputc ('"', out);
  else {
    fputs (text, out);
    return;
  }
  for (; *text != 0; text++) {
    if (*text == '"')
      fputc ('"', out);
    fputc (*text, out);
  }
  fputc ('"', out);
}

static void
put_tsv_text (const char *text, FILE *out)
{
  for (; *text != 0; text++)
    fputc (*text == '\t' || *text == '\n' || *text == '\r' ? ' ' : *text, out);
}

static void
put_cell (const HsColumn *column, const HsCell *cell, gboolean may_lack, char separator, FILE *out)
{
  if (may_lack && !hs_cell_is_there (column, cell))
    return;
  if (column->kind == HS_CELL_TYPE || column->kind == HS_CELL_TEXT) {
    if (separator == '\t')
      put_tsv_text (cell->text, out);
    else
      put_csv_text (cell->text, out);
  } else if (column->kind == HS_CELL_ADDRESS)
    fprintf (out, "0x%" G_GINT64_MODIFIER "x", cell->number);
  else
    fprintf (out, "%" G_GINT64_FORMAT, cell->number);
}

static void
print_separated (HsReport *report, char separator, FILE *out)
{
  HsRow row;

  for (guint i = 0; i < report->n_columns; i++)
    fprintf (out, "%s%s", i > 0 ? (char[]){ separator, 0 } : "", report->columns[i].key);
  if (has_guess_column (report))
    fprintf (out, "%cguess", separator);
  fputc ('\n', out);
  while (report->next (report, &row)) {
    for (guint i = 0; i < report->n_columns; i++) {
      if (i > 0)
        fputc (separator, out);
      put_cell (&report->columns[i], &row.cells[i], row.kind == HS_ROW_LINE, separator, out);
    }
    if (has_guess_column (report))
      fprintf (out, "%c%d", separator, row.guess);
    fputc ('\n', out);
  }
}

static void
print_csv (HsReport *report, const HeapsumPrint *print, FILE *out)
{
  print_separated (report, ',', out);
}

static void
print_tsv (HsReport *report, const HeapsumPrint *print, FILE *out)
{
  print_separated (report, '\t', out);
}

const HsFormat hs_format_csv = { "csv", print_csv };
const HsFormat hs_format_tsv = { "tsv", print_tsv };
