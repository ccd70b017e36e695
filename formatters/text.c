/* text.c - muppy's table: cells to the right, " | " between them, a rule of "=" under the headers.
 *
 * The columns of summaries and diffs are as wide as their widest cell and two spaces more, so the rows are kept until
 * all are there: there are as many as types. Objects are as many as blocks: their columns have fixed widths. */
#include "formatters/report.h"

#include <string.h>

#define RED "\033[31m"
#define GREEN "\033[32m"
#define FAINT "\033[2m"
#define PLAIN "\033[0m"
#define LEAST_NAME 20 /* columns that are left of a name however narrow the terminal is */

char *
hs_format_bytes (gint64 bytes)
{
  static const char units[][3] = { "KB", "MB", "GB", "TB", "PB", "EB" };
  double value = (double)bytes;
  guint unit = 0;

  if (ABS (value) < 1024)
    return g_strdup_printf ("%4" G_GINT64_FORMAT "     B", bytes);
  /* What would be rounded to 1024.00 is 1.00 of the next unit. */
  for (value /= 1024; ABS (value) >= 1023.995 && unit + 1 < G_N_ELEMENTS (units); unit++)
    value /= 1024;
  return g_strdup_printf ("%7.2f %s", value, units[unit]);
}

static glong
display_width (const char *text)
{
  glong width = 0;

  for (const char *p = text; *p != 0; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}

/* (transfer full): @text in at most @width columns, with "..." for its middle where it is longer. */
static char *
shorten (const char *text, glong width)
{
  if (width <= 0 || display_width (text) <= width)
    return g_strdup (text);
  glong keep = MAX (2, width - 3), n = g_utf8_strlen (text, -1);
  g_autofree char *head = g_utf8_substring (text, 0, keep - keep / 2);
  g_autofree char *tail = g_utf8_substring (text, MAX (0, n - keep / 2), n);
  return g_strconcat (head, "...", tail, NULL);
}

/* (transfer full): what the cell shows. */
static char *
cell_text (const HsReport *report, const HeapsumPrint *print, const HsRow *row, guint column)
{
  const HsCell *cell = &row->cells[column];

  switch (report->columns[column].kind) {
  case HS_CELL_TYPE:
    return row->guess ? g_strconcat (cell->text, " ?", NULL) : g_strdup (cell->text);
  case HS_CELL_TEXT:
    return g_strdup (cell->text);
  case HS_CELL_ADDRESS:
    return g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", cell->number);
  case HS_CELL_BYTES:
    if (!print->raw)
      return hs_format_bytes (cell->number);
    break;
  default:
    break;
  }
  return g_strdup_printf ("%" G_GINT64_FORMAT, cell->number);
}

static const char *
row_colour (const HsReport *report, const HsRow *row)
{
  gint64 bytes = report->is_signed ? row->cells[2].number : 0;

  return bytes > 0 ? RED : bytes < 0 ? GREEN : row->guess || row->kind == HS_ROW_PLACE ? FAINT : "";
}

/* Writes a row of cells; headers have no @colour. Trailing spaces are left out. */
static void
put_line (char *const *cells, const glong *widths, guint n, gboolean left, const char *colour, FILE *out)
{
  fputs (colour, out);
  for (guint i = 0; i < n; i++) {
    glong pad = MAX (0, widths[i] - display_width (cells[i]));
    if (i > 0)
      fputs (left ? "  " : " | ", out);
    if (!left || i == 1) /* sizes stand to the right in either kind of table */
      fprintf (out, "%*s%s", (int)pad, "", cells[i]);
    else
      fprintf (out, "%s%*s", cells[i], i + 1 < n ? (int)pad : 0, "");
  }
  fputs (*colour != 0 ? PLAIN "\n" : "\n", out);
}

/* --- tables --- */

typedef struct {
  char *cells[HS_MAX_COLUMNS];
  const char *colour;
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;

  for (guint i = 0; i < HS_MAX_COLUMNS; i++)
    g_free (line->cells[i]);
  g_free (line);
}

static GPtrArray *
collect_lines (HsReport *report, const HeapsumPrint *print)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (line_free);
  HsRow row;

  while (report->next (report, &row)) {
    Line *line = g_new0 (Line, 1);
    for (guint i = 0; i < report->n_columns; i++)
      line->cells[i] = cell_text (report, print, &row, i);
    line->colour = print->colour ? row_colour (report, &row) : "";
    g_ptr_array_add (lines, line);
  }
  return lines;
}

static void
measure (const HsReport *report, const GPtrArray *lines, glong *widths)
{
  for (guint i = 0; i < report->n_columns; i++) {
    widths[i] = display_width (report->columns[i].header);
    for (guint k = 0; k < lines->len; k++)
      widths[i] = MAX (widths[i], display_width (((Line *)lines->pdata[k])->cells[i]));
    widths[i] += 2;
  }
}

/* Makes the names short enough for the terminal. */
static void
fit (const HsReport *report, const HeapsumPrint *print, GPtrArray *lines, glong *widths)
{
  glong total = -3;

  for (guint i = 0; i < report->n_columns; i++)
    total += widths[i] + 3;
  if (print->width == 0 || total <= (glong)print->width)
    return;
  glong width = MAX (LEAST_NAME, widths[0] - (total - (glong)print->width));
  for (guint k = 0; k < lines->len; k++) {
    Line *line = lines->pdata[k];
    char *name = shorten (line->cells[0], width - 2);
    g_free (line->cells[0]);
    line->cells[0] = name;
  }
  measure (report, lines, widths);
}

static void
put_headers (const HsReport *report, const glong *widths, FILE *out)
{
  char *cells[HS_MAX_COLUMNS];

  for (guint i = 0; i < report->n_columns; i++)
    cells[i] = (char *)report->columns[i].header;
  put_line (cells, widths, report->n_columns, FALSE, "", out);
  for (guint i = 0; i < report->n_columns; i++) {
    fputs (i > 0 ? " | " : "", out);
    for (glong k = 0; k < widths[i]; k++)
      fputc ('=', out);
  }
  fputc ('\n', out);
}

static void
print_table (HsReport *report, const HeapsumPrint *print, FILE *out)
{
  g_autoptr (GPtrArray) lines = collect_lines (report, print);
  glong widths[HS_MAX_COLUMNS];

  measure (report, lines, widths);
  fit (report, print, lines, widths);
  put_headers (report, widths, out);
  for (guint k = 0; k < lines->len; k++) {
    const Line *line = lines->pdata[k];
    put_line ((char *const *)line->cells, widths, report->n_columns, FALSE, line->colour, out);
  }
  if (report->n_left_out > 0)
    fprintf (out, "(%u more types; --limit 0 shows all)\n", report->n_left_out);
}

/* --- lists --- */

static void
print_list (HsReport *report, const HeapsumPrint *print, FILE *out)
{
  static const glong widths[] = { 14, 10, 32, 5, 0 };
  char *cells[HS_MAX_COLUMNS];
  HsRow row;

  for (guint i = 0; i < report->n_columns; i++)
    cells[i] = (char *)report->columns[i].header;
  put_line (cells, widths, report->n_columns, TRUE, "", out);
  while (report->next (report, &row)) {
    for (guint i = 0; i < report->n_columns; i++)
      cells[i] = cell_text (report, print, &row, i);
    if (*row.cells[2].text == 0) {
      g_free (cells[2]);
      cells[2] = g_strdup ("<untyped>");
    }
    put_line (cells, widths, report->n_columns, TRUE, print->colour && row.guess ? FAINT : "", out);
    for (guint i = 0; i < report->n_columns; i++)
      g_free (cells[i]);
  }
}

/* --- explanations --- */

#define PART_WIDTH 11
#define TEXT_WIDTH 100 /* columns in all, where there is no terminal */

/* Where to break @text so that it fits @width: behind the last space, or at the end of a word that is longer. */
static const char *
break_at (const char *text, glong width)
{
  const char *best = NULL, *p = text;

  for (glong used = 0; *p != 0; p = g_utf8_next_char (p)) {
    if (*p == ' ' && (used <= width || best == NULL) && p > text)
      best = p;
    if (++used > width && best != NULL)
      return best;
  }
  return p;
}

/* Text that is indented keeps its indent in the lines that follow. */
static void
put_wrapped (const char *text, glong width, FILE *out)
{
  gsize indent = strspn (text, " ");

  for (gboolean first = TRUE; first || *text != 0; first = FALSE) {
    gsize skip = first ? indent : strspn (text, " ");
    const char *end = break_at (text + skip, width - (glong)indent - (first ? 0 : 2));
    if (!first)
      fprintf (out, "%*s", PART_WIDTH + 2, "");
    fprintf (out, "%*s%.*s\n", (int)indent, "", (int)(end - text - skip), text + skip);
    text = end;
  }
}

static void
print_explanation (HsReport *report, const HeapsumPrint *print, FILE *out)
{
  glong width = MAX (40, (print->width != 0 ? (glong)print->width : TEXT_WIDTH) - PART_WIDTH);
  const char *part = "";
  HsRow row;

  while (report->next (report, &row)) {
    gboolean again = strcmp (row.cells[0].text, part) == 0;
    part = row.cells[0].text;
    fprintf (out, "%-*s", PART_WIDTH, again ? "" : part);
    put_wrapped (row.cells[4].text, width, out);
  }
}

static void
print_text (HsReport *report, const HeapsumPrint *print, FILE *out)
{
  if (strcmp (report->verb, "objects") == 0)
    print_list (report, print, out);
  else if (strcmp (report->verb, "explain") == 0)
    print_explanation (report, print, out);
  else
    print_table (report, print, out);
}

const HsFormat hs_format_text = { "text", print_text };
