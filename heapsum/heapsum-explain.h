/* heapsum-explain.h - why a block has its type. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <heapsum/heapsum-snapshot.h>

G_BEGIN_DECLS

/**
 * HeapsumExplanation:
 *
 * What is known about one block, or about all blocks of one type, and how it came to be known. Immutable.
 */
typedef struct _HeapsumExplanation HeapsumExplanation;

/**
 * HeapsumExplanationLine:
 * @part: (transfer none): what the line is about: "block", "type", "level", "how", "reached", "step", "group", "verdict",
 *   "candidate" and so on; heapsum-explain(1) lists them
 * @address: of the block the line is about, or 0
 * @type: (transfer none): the type the line is about, or ""
 * @count: how many blocks the line is about, or -1
 * @text: (transfer none): what a person reads
 *
 * A line of an explanation. The strings live as long as the explanation.
 */
typedef struct {
  const char *part;
  guint64 address;
  const char *type;
  gint64 count;
  const char *text;
} HeapsumExplanationLine;

/**
 * heapsum_explanation_new:
 * @snapshot: a snapshot
 * @subject: an address, as 0x and hexadecimal digits, that may lie inside a block; or the name of a type, or a pattern with
 *   * and ? for it
 * @error: return location for a #GError
 *
 * A snapshot keeps what a block's type is, how sure that is and by which evidence; the path and the reasoning behind it
 * are only known while the process or core is at hand.
 *
 * Returns: (transfer full): the explanation, or %NULL with @error set to %HEAPSUM_ERROR_FAILED: there is no such block or type
 */
HEAPSUM_API HeapsumExplanation *heapsum_explanation_new (HeapsumSnapshot *snapshot, const char *subject, GError **error);

/**
 * heapsum_explanation_new_for_pid:
 * @pid: a running process
 * @subject: as for heapsum_explanation_new()
 * @options: (nullable): options
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the explanation, or %NULL with @error set as heapsum_snapshot_new_for_pid() and
 *   heapsum_explanation_new() do
 */
HEAPSUM_API HeapsumExplanation *heapsum_explanation_new_for_pid (pid_t pid, const char *subject,
                                                                  const HeapsumOptions *options, GError **error);

/**
 * heapsum_explanation_new_for_core:
 * @path: (type filename): a core file
 * @subject: as for heapsum_explanation_new()
 * @options: (nullable): options
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the explanation, or %NULL with @error set as heapsum_snapshot_new_for_core() and
 *   heapsum_explanation_new() do
 */
HEAPSUM_API HeapsumExplanation *heapsum_explanation_new_for_core (const char *path, const char *subject,
                                                                   const HeapsumOptions *options, GError **error);

/**
 * heapsum_explanation_ref:
 * @explanation: an explanation
 *
 * Returns: (transfer full): @explanation
 */
HEAPSUM_API HeapsumExplanation *heapsum_explanation_ref (HeapsumExplanation *explanation);

/**
 * heapsum_explanation_unref:
 * @explanation: (transfer full): an explanation
 */
HEAPSUM_API void heapsum_explanation_unref (HeapsumExplanation *explanation);

/**
 * heapsum_explanation_get_n_lines:
 * @explanation: an explanation
 *
 * Returns: how many lines it has
 */
HEAPSUM_API guint heapsum_explanation_get_n_lines (HeapsumExplanation *explanation);

/**
 * heapsum_explanation_get_line:
 * @explanation: an explanation
 * @index: below heapsum_explanation_get_n_lines()
 *
 * Returns: (transfer none): the line
 */
HEAPSUM_API const HeapsumExplanationLine *heapsum_explanation_get_line (HeapsumExplanation *explanation, guint index);

/**
 * heapsum_explanation_get_snapshot:
 * @explanation: an explanation
 *
 * Returns: (transfer none): the snapshot it is about
 */
HEAPSUM_API HeapsumSnapshot *heapsum_explanation_get_snapshot (HeapsumExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeapsumExplanation, heapsum_explanation_unref)

G_END_DECLS
