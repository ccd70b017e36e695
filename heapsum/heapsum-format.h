/* heapsum-format.h - tables for people and for programs. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <heapsum/heapsum-diff.h>
#include <heapsum/heapsum-explain.h>
#include <stdio.h>

G_BEGIN_DECLS

/**
 * HeapsumUntyped:
 * @HEAPSUM_UNTYPED_DEFAULT: in text and JSON %HEAPSUM_UNTYPED_TOP, otherwise %HEAPSUM_UNTYPED_ONE
 * @HEAPSUM_UNTYPED_ONE: all of them in one row
 * @HEAPSUM_UNTYPED_TOP: also a row for each place where many hang, as far as it ranks among the types
 * @HEAPSUM_UNTYPED_ALL: also a row for every place
 *
 * How untyped blocks are shown. The row "<untyped>" is always that of all of them together.
 */
typedef enum {
  HEAPSUM_UNTYPED_DEFAULT,
  HEAPSUM_UNTYPED_ONE,
  HEAPSUM_UNTYPED_TOP,
  HEAPSUM_UNTYPED_ALL,
} HeapsumUntyped;

/**
 * HeapsumPrint:
 * @format: "text", "json", "csv" or "tsv"; %NULL: "text"
 * @limit: rows at most, 0 for all
 * @raw: text: bytes as integers instead of KB and MB
 * @wide: diffs: also how many objects are new, deleted, survived
 * @evidence: summaries: also how many objects are proven at each level
 * @width: text: names are shortened so that lines fit this many columns; 0: they never are
 * @colour: text: growth in red, shrinkage in green, guesses and what is untyped faint
 * @untyped: how untyped blocks are shown
 *
 * How a table is printed. Zero-initialised it is a text table of all rows.
 */
typedef struct {
  const char *format;
  guint limit;
  gboolean raw;
  gboolean wide;
  gboolean evidence;
  guint width;
  gboolean colour;
  HeapsumUntyped untyped;
  gpointer reserved[8];
} HeapsumPrint;

/**
 * heapsum_format_names:
 *
 * Returns: (transfer none) (array zero-terminated=1): the names that #HeapsumPrint.format takes
 */
HEAPSUM_API const char *const *heapsum_format_names (void);

/**
 * heapsum_print_summary:
 * @summary: a summary
 * @print: how
 * @out: where to
 * @error: return location for a #GError
 *
 * Returns: whether all was written; else @error is set
 */
HEAPSUM_API gboolean heapsum_print_summary (HeapsumSummary *summary, const HeapsumPrint *print, FILE *out,
                                            GError **error);

/**
 * heapsum_print_diff:
 * @diff: a diff
 * @print: how
 * @out: where to
 * @error: return location for a #GError
 *
 * Returns: whether all was written; else @error is set
 */
HEAPSUM_API gboolean heapsum_print_diff (HeapsumDiff *diff, const HeapsumPrint *print, FILE *out, GError **error);

/**
 * heapsum_print_objects:
 * @snapshot: a snapshot
 * @filter: (nullable): which blocks
 * @print: how
 * @out: where to
 * @error: return location for a #GError
 *
 * A line for each block, by address.
 *
 * Returns: whether all was written; else @error is set
 */
HEAPSUM_API gboolean heapsum_print_objects (HeapsumSnapshot *snapshot, const HeapsumFilter *filter,
                                            const HeapsumPrint *print, FILE *out, GError **error);

/**
 * heapsum_print_explanation:
 * @explanation: an explanation
 * @print: how
 * @out: where to
 * @error: return location for a #GError
 *
 * Returns: whether all was written; else @error is set
 */
HEAPSUM_API gboolean heapsum_print_explanation (HeapsumExplanation *explanation, const HeapsumPrint *print, FILE *out,
                                                GError **error);

G_END_DECLS
