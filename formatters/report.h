/* report.h - what is printed, before anybody decides how: the one row model of all formats.
 *
 * A report is columns and a source of rows. Rows come one at a time, so that a format needs no memory for rows it does
 * not have to align. Numbers are integers until a format for people writes them out. */
#pragma once

#include <heapsum/heapsum.h>

typedef enum {
  HS_CELL_TYPE,    /* a type's name; a guess is marked by HS_ROW_GUESS */
  HS_CELL_TEXT,
  HS_CELL_COUNT,
  HS_CELL_BYTES,
  HS_CELL_ADDRESS, /* 0x and hex */
} HsCellKind;

typedef struct {
  const char *key;    /* in JSON, CSV and TSV */
  const char *header; /* in text */
  HsCellKind kind;
} HsColumn;

typedef union {
  const char *text;
  gint64 number;
} HsCell;

typedef enum {
  HS_ROW_TYPE,
  HS_ROW_PLACE,   /* untyped blocks that hang at one place: part of the row of all untyped */
  HS_ROW_UNTYPED,
  HS_ROW_TOTAL,
  HS_ROW_OBJECT,
  HS_ROW_LINE,    /* of an explanation: numbers below 0, address 0 and empty texts are not there */
} HsRowKind;

#define HS_MAX_COLUMNS 12

typedef struct {
  HsRowKind kind;
  gboolean guess;
  HsCell cells[HS_MAX_COLUMNS];
} HsRow;

typedef struct _HsReport HsReport;
struct _HsReport {
  const char *verb;      /* "summary", "diff", "objects", "explain" */
  const HsColumn *columns;
  guint n_columns;
  gboolean is_text;      /* for people */
  gboolean is_signed;    /* numbers are differences */
  gboolean has_levels;   /* JSON: the columns whose keys are levels go into "levels" */
  gboolean (*next) (HsReport *self, HsRow *row); /* FALSE: no more */
  guint n_left_out;      /* rows that the limit left out; for a note under the table */
  GVariant *facts;       /* (nullable): of the target */
  const char *const *diagnostics; /* (nullable) */
  gpointer data;
  guint position;
};

typedef struct {
  const char *name;
  void (*print) (HsReport *report, const HeapsumPrint *print, FILE *out);
} HsFormat;

/* The table of formats, in formats.c; each is one file. */
extern const HsFormat hs_format_text, hs_format_json, hs_format_csv, hs_format_tsv;

/* hs_format_bytes: (transfer full): as muppy writes sizes: "  96     B", "   1.10 MB", with a sign if negative. */
char *hs_format_bytes (gint64 bytes);

/* hs_cell_is_there: of a HS_ROW_LINE: whether the cell says anything. */
static inline gboolean
hs_cell_is_there (const HsColumn *column, const HsCell *cell)
{
  switch (column->kind) {
  case HS_CELL_TYPE: case HS_CELL_TEXT: return *cell->text != 0;
  case HS_CELL_ADDRESS: return cell->number != 0;
  default: return cell->number >= 0;
  }
}
