/* heapsum-condition.h - "struct conn:count>10": checks for scripts. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <heapsum/heapsum-diff.h>

G_BEGIN_DECLS

/**
 * HeapsumCondition:
 *
 * A condition on the objects or the bytes of the types that a pattern matches.
 */
typedef struct _HeapsumCondition HeapsumCondition;

/**
 * heapsum_condition_new:
 * @text: PATTERN:count or PATTERN:bytes, one of > >= < <= == !=, and a number that may be negative and may end in K, M,
 *   G or T (times 1024): "struct conn:count>10", "Total:bytes>=1M", "<untyped>:count>0"
 * @error: return location for a #GError
 *
 * The values of all rows that the pattern matches are added up; guesses count too. No such row counts as 0.
 *
 * Returns: (transfer full): the condition, or %NULL with @error set to %HEAPSUM_ERROR_FAILED
 */
HEAPSUM_API HeapsumCondition *heapsum_condition_new (const char *text, GError **error);

/**
 * heapsum_condition_free:
 * @condition: (transfer full): a condition
 */
HEAPSUM_API void heapsum_condition_free (HeapsumCondition *condition);

/**
 * heapsum_condition_holds_for_summary:
 * @condition: a condition
 * @summary: a summary
 * @value: (out) (optional): the value it was held against
 *
 * Returns: whether it holds
 */
HEAPSUM_API gboolean heapsum_condition_holds_for_summary (const HeapsumCondition *condition, HeapsumSummary *summary,
                                                           gint64 *value);

/**
 * heapsum_condition_holds_for_diff:
 * @condition: a condition
 * @diff: a diff
 * @value: (out) (optional): the value it was held against: new minus old
 *
 * Returns: whether it holds
 */
HEAPSUM_API gboolean heapsum_condition_holds_for_diff (const HeapsumCondition *condition, HeapsumDiff *diff,
                                                        gint64 *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeapsumCondition, heapsum_condition_free)

G_END_DECLS
