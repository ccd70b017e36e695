/* json.c - JSON, written as the rows come: a tree in memory, which a library would need, would grow with the blocks.
 *
 *   summary  {"schema":1,"target":{...},"types":[...],"places":[...],"untyped":{...},"total":{...},"diagnostics":[...]}
 *   diff     the same without target and diagnostics; numbers are new minus old
 *   objects  {"schema":1,"target":{...},"objects":[...],"diagnostics":[...]}
 *   explain  {"schema":1,"target":{...},"lines":[...],"diagnostics":[...]}
 *
 * "untyped" is the sum of all places, of which those that are too small for a row are left out. */
#include "formatters/report.h"

#include <string.h>

static void
put_string (const char *text, FILE *out)
{
  fputc ('"', out);
  for (; *text != 0; text++) {
    guchar c = *text;
    if (c == '"' || c == '\\')
      fprintf (out, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
      fprintf (out, "\\u%04x", c);
    else
      fputc (c, out);
  }
  fputc ('"', out);
}

static void
put_variant (GVariant *value, FILE *out)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    put_string (g_variant_get_string (value, NULL), out);
  else {
    /* Integers and booleans print as JSON has them. */
    g_autofree char *text = g_variant_print (value, FALSE);
    fputs (text, out);
  }
}

static void
put_facts (GVariant *facts, FILE *out)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;
  const char *separator = "";

  fputs (",\"target\":{", out);
  g_variant_iter_init (&iter, facts);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value)) {
    fputs (separator, out);
    put_string (key, out);
    fputc (':', out);
    put_variant (value, out);
    g_variant_unref (value);
    separator = ",";
  }
  fputc ('}', out);
}

static void
put_cell (const HsColumn *column, const HsCell *cell, FILE *out)
{
  fprintf (out, "\"%s\":", column->key);
  if (column->kind == HS_CELL_TYPE || column->kind == HS_CELL_TEXT)
    put_string (cell->text, out);
  else if (column->kind == HS_CELL_ADDRESS)
    fprintf (out, "\"0x%" G_GINT64_MODIFIER "x\"", cell->number);
  else
    fprintf (out, "%" G_GINT64_FORMAT, cell->number);
}

static gboolean
is_level (const HsReport *report, guint column)
{
  return report->has_levels && strlen (report->columns[column].key) == 1;
}

/* A row as an object. "<untyped>" and "Total" go without their name and the guess. */
static void
put_row (const HsReport *report, const HsRow *row, FILE *out)
{
  gboolean named = row->kind != HS_ROW_UNTYPED && row->kind != HS_ROW_TOTAL;
  gboolean has_levels = row->kind == HS_ROW_TYPE;
  const char *separator = "";
  gboolean levels = FALSE;

  fputc ('{', out);
  for (guint i = 0; i < report->n_columns; i++) {
    if ((!named && report->columns[i].kind == HS_CELL_TYPE) || (!has_levels && is_level (report, i))
        || (row->kind == HS_ROW_LINE && !hs_cell_is_there (&report->columns[i], &row->cells[i])))
      continue;
    fputs (separator, out);
    if (is_level (report, i) && !levels) {
      fputs ("\"levels\":{", out);
      levels = TRUE;
    }
    put_cell (&report->columns[i], &row->cells[i], out);
    separator = ",";
    if (row->kind == HS_ROW_TYPE && report->columns[i].kind == HS_CELL_BYTES)
      fprintf (out, ",\"guess\":%s", row->guess ? "true" : "false");
  }
  fputs (levels ? "}}" : "}", out);
}

static void
put_diagnostics (const char *const *lines, FILE *out)
{
  fputs (",\"diagnostics\":[", out);
  for (guint i = 0; lines[i] != NULL; i++) {
    fputs (i > 0 ? "," : "", out);
    put_string (lines[i], out);
  }
  fputc (']', out);
}

static const char *
list_name (const HsReport *report)
{
  if (strcmp (report->verb, "objects") == 0)
    return "objects";
  return strcmp (report->verb, "explain") == 0 ? "lines" : "types";
}

static void
put_rows (HsReport *report, FILE *out)
{
  gboolean has_places = strcmp (list_name (report), "types") == 0;
  const char *separator = "";
  gboolean in_list = TRUE, in_places = FALSE;
  HsRow row;

  fprintf (out, ",\"%s\":[", list_name (report));
  while (report->next (report, &row)) {
    gboolean is_sum = row.kind == HS_ROW_UNTYPED || row.kind == HS_ROW_TOTAL;
    if (has_places && !in_places && (row.kind == HS_ROW_PLACE || is_sum)) {
      fputs ("],\"places\":[", out);
      in_places = TRUE;
      separator = "";
    }
    if (is_sum) {
      fprintf (out, "%s,\"%s\":", in_list ? "]" : "", row.kind == HS_ROW_UNTYPED ? "untyped" : "total");
      in_list = FALSE;
    } else {
      fputs (separator, out);
      separator = ",";
    }
    put_row (report, &row, out);
  }
  if (in_list)
    fputc (']', out);
}

static void
print_json (HsReport *report, const HeapsumPrint *print, FILE *out)
{
  fputs ("{\"schema\":1", out);
  if (report->facts != NULL)
    put_facts (report->facts, out);
  put_rows (report, out);
  if (report->diagnostics != NULL)
    put_diagnostics (report->diagnostics, out);
  fputs ("}\n", out);
}

const HsFormat hs_format_json = { "json", print_json };
