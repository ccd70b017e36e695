/* heapsum-summary.h - types, how many objects of each, how many bytes. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <heapsum/heapsum-snapshot.h>

G_BEGIN_DECLS

/**
 * HeapsumFilter:
 *
 * Which blocks count. Every function that takes a filter also takes %NULL, for all blocks.
 */
typedef struct _HeapsumFilter HeapsumFilter;

/**
 * HeapsumSummary:
 *
 * A row a type. Blocks whose type is a guess (level D) stand in rows of their own. Immutable but for its order.
 */
typedef struct _HeapsumSummary HeapsumSummary;

/**
 * HeapsumRow:
 * @type: (transfer none): the type's name; "<untyped>" and "Total" in the rows of these names
 * @guess: whether the type is a guess
 * @count: objects
 * @bytes: usable bytes
 * @levels: of the objects, how many are proven at each #HeapsumLevel
 *
 * A row of a summary. @type lives as long as the summary.
 */
typedef struct {
  const char *type;
  gboolean guess;
  guint64 count;
  guint64 bytes;
  guint64 levels[5];
} HeapsumRow;

/**
 * HeapsumSort:
 * @HEAPSUM_SORT_SIZE: by bytes
 * @HEAPSUM_SORT_COUNT: by objects
 * @HEAPSUM_SORT_TYPE: by name
 * @HEAPSUM_SORT_ABS: by the magnitude of bytes, whatever their sign
 *
 * Ties are broken by bytes, then objects, then name, so that the order is always the same.
 */
typedef enum {
  HEAPSUM_SORT_SIZE,
  HEAPSUM_SORT_COUNT,
  HEAPSUM_SORT_TYPE,
  HEAPSUM_SORT_ABS,
} HeapsumSort;

/**
 * heapsum_filter_new:
 *
 * Returns: (transfer full): a filter that lets every block pass
 */
HEAPSUM_API HeapsumFilter *heapsum_filter_new (void);

/**
 * heapsum_filter_free:
 * @filter: (transfer full): a filter
 */
HEAPSUM_API void heapsum_filter_free (HeapsumFilter *filter);

/**
 * heapsum_filter_add_type:
 * @filter: a filter
 * @glob: pattern with * and ? for the names of types that count; several add up. "conn" matches "struct conn" too.
 *   "<untyped>" matches all untyped blocks, "<untyped 48 B*" those of a place
 */
HEAPSUM_API void heapsum_filter_add_type (HeapsumFilter *filter, const char *glob);

/**
 * heapsum_filter_add_ignore:
 * @filter: a filter
 * @glob: pattern for the names of types that do not count
 */
HEAPSUM_API void heapsum_filter_add_ignore (HeapsumFilter *filter, const char *glob);

/**
 * heapsum_filter_set_size:
 * @filter: a filter
 * @least: usable bytes a block has at least
 * @most: and at most; %G_MAXUINT64 for no limit
 */
HEAPSUM_API void heapsum_filter_set_size (HeapsumFilter *filter, guint64 least, guint64 most);

/**
 * heapsum_filter_set_level:
 * @filter: a filter
 * @level: blocks that are proven less well than this count as untyped; %HEAPSUM_LEVEL_NONE, the default: none do
 */
HEAPSUM_API void heapsum_filter_set_level (HeapsumFilter *filter, HeapsumLevel level);

/**
 * heapsum_filter_apply:
 * @filter: (nullable): a filter
 * @block: (inout): a block; it loses its type if that is not proven well enough
 *
 * Returns: whether the block counts
 */
HEAPSUM_API gboolean heapsum_filter_apply (const HeapsumFilter *filter, HeapsumBlock *block);

/**
 * heapsum_filter_matches:
 * @filter: (nullable): a filter
 * @block: a block
 *
 * Returns: whether the block counts
 */
HEAPSUM_API gboolean heapsum_filter_matches (const HeapsumFilter *filter, const HeapsumBlock *block);

/**
 * heapsum_snapshot_summarize:
 * @snapshot: a snapshot
 * @filter: (nullable): which blocks count
 *
 * Returns: (transfer full): the summary, sorted by %HEAPSUM_SORT_SIZE, descending
 */
HEAPSUM_API HeapsumSummary *heapsum_snapshot_summarize (HeapsumSnapshot *snapshot, const HeapsumFilter *filter);

/**
 * heapsum_summary_ref:
 * @summary: a summary
 *
 * Returns: (transfer full): @summary
 */
HEAPSUM_API HeapsumSummary *heapsum_summary_ref (HeapsumSummary *summary);

/**
 * heapsum_summary_unref:
 * @summary: (transfer full): a summary
 */
HEAPSUM_API void heapsum_summary_unref (HeapsumSummary *summary);

/**
 * heapsum_summary_sort:
 * @summary: a summary
 * @by: what to sort by
 * @ascending: smallest first
 */
HEAPSUM_API void heapsum_summary_sort (HeapsumSummary *summary, HeapsumSort by, gboolean ascending);

/**
 * heapsum_summary_get_n_rows:
 * @summary: a summary
 *
 * Returns: how many types there are, without the rows "<untyped>" and "Total"
 */
HEAPSUM_API guint heapsum_summary_get_n_rows (HeapsumSummary *summary);

/**
 * heapsum_summary_get_row:
 * @summary: a summary
 * @index: below heapsum_summary_get_n_rows()
 *
 * Returns: (transfer none): the row
 */
HEAPSUM_API const HeapsumRow *heapsum_summary_get_row (HeapsumSummary *summary, guint index);

/**
 * heapsum_summary_get_n_places:
 * @summary: a summary
 *
 * Returns: of how many places heapsum_summary_get_untyped() is the sum
 */
HEAPSUM_API guint heapsum_summary_get_n_places (HeapsumSummary *summary);

/**
 * heapsum_summary_get_place:
 * @summary: a summary
 * @index: below heapsum_summary_get_n_places()
 *
 * Where untyped blocks hang, and how large they are: "<untyped 48 B via dictEntry.val>", or "<untyped 48 B>" where nothing
 * is known. Sizes beyond 1 KB are ranges: "2..4 KB".
 *
 * Returns: (transfer none): the row, sorted as the others are
 */
HEAPSUM_API const HeapsumRow *heapsum_summary_get_place (HeapsumSummary *summary, guint index);

/**
 * heapsum_summary_get_untyped:
 * @summary: a summary
 *
 * Returns: (transfer none): the blocks of unknown type
 */
HEAPSUM_API const HeapsumRow *heapsum_summary_get_untyped (HeapsumSummary *summary);

/**
 * heapsum_summary_get_total:
 * @summary: a summary
 *
 * Returns: (transfer none): all blocks together
 */
HEAPSUM_API const HeapsumRow *heapsum_summary_get_total (HeapsumSummary *summary);

/**
 * heapsum_summary_find:
 * @summary: a summary
 * @type: exact name of a type
 *
 * Returns: (transfer none) (nullable): the row of objects that are proven to be of this type, or %NULL
 */
HEAPSUM_API const HeapsumRow *heapsum_summary_find (HeapsumSummary *summary, const char *type);

/**
 * heapsum_summary_get_snapshot:
 * @summary: a summary
 *
 * Returns: (transfer none): the snapshot it was made from
 */
HEAPSUM_API HeapsumSnapshot *heapsum_summary_get_snapshot (HeapsumSummary *summary);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeapsumFilter, heapsum_filter_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeapsumSummary, heapsum_summary_unref)

G_END_DECLS
