/* heapsum-diff.h - what grew and what shrank between two snapshots. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <heapsum/heapsum-summary.h>

G_BEGIN_DECLS

/**
 * HeapsumDiff:
 *
 * A row for each type whose objects or bytes changed, new minus old. Immutable but for its order.
 */
typedef struct _HeapsumDiff HeapsumDiff;

/**
 * HeapsumDiffRow:
 * @type: (transfer none): the type's name
 * @guess: whether the type is a guess
 * @count: objects, new minus old
 * @bytes: usable bytes, new minus old
 * @created: objects at addresses where the old snapshot had none of this type and size
 * @deleted: objects of the old snapshot that are not there any more
 * @survived: objects that both have
 *
 * A row of a diff. @type lives as long as the diff.
 */
typedef struct {
  const char *type;
  gboolean guess;
  gint64 count;
  gint64 bytes;
  guint64 created;
  guint64 deleted;
  guint64 survived;
} HeapsumDiffRow;

/**
 * heapsum_diff_new:
 * @before: the old snapshot
 * @after: the new one
 * @filter: (nullable): which blocks count
 *
 * An object survived if a block of the same size and type stands at the same address. An address can be used again, so
 * "survived" can be too high for short-lived objects.
 *
 * Returns: (transfer full): the difference, sorted by %HEAPSUM_SORT_ABS, descending
 */
HEAPSUM_API HeapsumDiff *heapsum_diff_new (HeapsumSnapshot *before, HeapsumSnapshot *after,
                                            const HeapsumFilter *filter);

/**
 * heapsum_diff_ref:
 * @diff: a diff
 *
 * Returns: (transfer full): @diff
 */
HEAPSUM_API HeapsumDiff *heapsum_diff_ref (HeapsumDiff *diff);

/**
 * heapsum_diff_unref:
 * @diff: (transfer full): a diff
 */
HEAPSUM_API void heapsum_diff_unref (HeapsumDiff *diff);

/**
 * heapsum_diff_sort:
 * @diff: a diff
 * @by: what to sort by
 * @ascending: smallest first
 */
HEAPSUM_API void heapsum_diff_sort (HeapsumDiff *diff, HeapsumSort by, gboolean ascending);

/**
 * heapsum_diff_get_n_rows:
 * @diff: a diff
 *
 * Returns: how many types changed, without the rows "<untyped>" and "Total"
 */
HEAPSUM_API guint heapsum_diff_get_n_rows (HeapsumDiff *diff);

/**
 * heapsum_diff_get_row:
 * @diff: a diff
 * @index: below heapsum_diff_get_n_rows()
 *
 * Returns: (transfer none): the row
 */
HEAPSUM_API const HeapsumDiffRow *heapsum_diff_get_row (HeapsumDiff *diff, guint index);

/**
 * heapsum_diff_get_n_places:
 * @diff: a diff
 *
 * Returns: at how many places untyped blocks changed
 */
HEAPSUM_API guint heapsum_diff_get_n_places (HeapsumDiff *diff);

/**
 * heapsum_diff_get_place:
 * @diff: a diff
 * @index: below heapsum_diff_get_n_places()
 *
 * Where untyped blocks hang, as heapsum_summary_get_place() says. A block that is untyped in both snapshots but hangs
 * elsewhere in the second is one that survived, but a deleted and a new one of its places.
 *
 * Returns: (transfer none): the row, sorted as the others are
 */
HEAPSUM_API const HeapsumDiffRow *heapsum_diff_get_place (HeapsumDiff *diff, guint index);

/**
 * heapsum_diff_get_untyped:
 * @diff: a diff
 *
 * Returns: (transfer none): the change in blocks of unknown type
 */
HEAPSUM_API const HeapsumDiffRow *heapsum_diff_get_untyped (HeapsumDiff *diff);

/**
 * heapsum_diff_get_total:
 * @diff: a diff
 *
 * Returns: (transfer none): the change in all blocks together
 */
HEAPSUM_API const HeapsumDiffRow *heapsum_diff_get_total (HeapsumDiff *diff);

/**
 * heapsum_diff_find:
 * @diff: a diff
 * @type: exact name of a type
 *
 * Returns: (transfer none) (nullable): the row of objects that are proven to be of this type, or %NULL if none changed
 */
HEAPSUM_API const HeapsumDiffRow *heapsum_diff_find (HeapsumDiff *diff, const char *type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeapsumDiff, heapsum_diff_unref)

G_END_DECLS
