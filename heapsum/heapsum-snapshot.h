/* heapsum-snapshot.h - every live block of a process at one moment, with its type. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <glib.h>
#include <heapsum/heapsum-options.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * HeapsumSnapshot:
 *
 * Every live heap block of a process at one moment: address, size, type, how sure the type is, and why. It holds no
 * contents of the heap. Immutable; may be used from several threads.
 */
typedef struct _HeapsumSnapshot HeapsumSnapshot;

/**
 * HeapsumLevel:
 * @HEAPSUM_LEVEL_NONE: the type is not known
 * @HEAPSUM_LEVEL_D: a guess
 * @HEAPSUM_LEVEL_C: good circumstantial evidence
 * @HEAPSUM_LEVEL_B: a typed pointer from typed memory, and size and contents agree
 * @HEAPSUM_LEVEL_A: the block itself says so
 *
 * What proves a block's type.
 */
typedef enum {
  HEAPSUM_LEVEL_NONE,
  HEAPSUM_LEVEL_D,
  HEAPSUM_LEVEL_C,
  HEAPSUM_LEVEL_B,
  HEAPSUM_LEVEL_A,
} HeapsumLevel;

/**
 * HeapsumBlock:
 * @address: as malloc(3) returned it
 * @size: usable bytes
 * @type: (transfer none): its name, "" where it is not known
 * @level: what proves it
 * @how: (transfer none): by which evidence, in words
 *
 * A live block. The strings live as long as the snapshot.
 */
typedef struct {
  guint64 address;
  guint64 size;
  const char *type;
  HeapsumLevel level;
  const char *how;
} HeapsumBlock;

/**
 * heapsum_snapshot_new_for_pid:
 * @pid: a running process, not the calling one
 * @options: (nullable): options
 * @error: return location for a #GError
 *
 * Stops the process for as long as it takes to copy its memory and lets it run on. It is not written to.
 *
 * Returns: (transfer full): the snapshot, or %NULL with @error set: %HEAPSUM_ERROR_GONE, %HEAPSUM_ERROR_PERMISSION,
 *   %HEAPSUM_ERROR_UNSUPPORTED
 */
HEAPSUM_API HeapsumSnapshot *heapsum_snapshot_new_for_pid (pid_t pid, const HeapsumOptions *options, GError **error);

/**
 * heapsum_snapshot_new_for_core:
 * @path: (type filename): a core file
 * @options: (nullable): options
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the snapshot, or %NULL with @error set: %HEAPSUM_ERROR_GONE, %HEAPSUM_ERROR_PERMISSION,
 *   %HEAPSUM_ERROR_BAD_DATA, %HEAPSUM_ERROR_UNSUPPORTED
 */
HEAPSUM_API HeapsumSnapshot *heapsum_snapshot_new_for_core (const char *path, const HeapsumOptions *options,
                                                             GError **error);

/**
 * heapsum_snapshot_new_self:
 * @options: (nullable): options; the sysroot, the number of threads and the progress function do not matter here
 * @error: return location for a #GError
 *
 * A snapshot of the calling process. The process is copied for it and another program looks at the copy, so that
 * nothing of heapsum is in it and the caller's heap does not change meanwhile. The copy has the calling thread only:
 * blocks that nothing but another thread's stack points to are found, but less is known of them.
 *
 * Returns: (transfer full): the snapshot, or %NULL with @error set: %HEAPSUM_ERROR_PERMISSION, %HEAPSUM_ERROR_FAILED
 */
HEAPSUM_API HeapsumSnapshot *heapsum_snapshot_new_self (const HeapsumOptions *options, GError **error);

/**
 * heapsum_snapshot_load:
 * @path: (type filename): a file that heapsum_snapshot_save() wrote
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the snapshot, or %NULL with @error set: %HEAPSUM_ERROR_GONE, %HEAPSUM_ERROR_PERMISSION,
 *   %HEAPSUM_ERROR_BAD_DATA (foreign, truncated or damaged), %HEAPSUM_ERROR_UNSUPPORTED (written by a newer heapsum)
 */
HEAPSUM_API HeapsumSnapshot *heapsum_snapshot_load (const char *path, GError **error);

/**
 * heapsum_snapshot_save:
 * @snapshot: a snapshot
 * @path: (type filename): where to; an existing file is replaced when the new one is complete. Its mode is 0600. A device
 *   or a pipe is written to
 * @error: return location for a #GError
 *
 * Returns: whether it was written; else @error is set
 */
HEAPSUM_API gboolean heapsum_snapshot_save (HeapsumSnapshot *snapshot, const char *path, GError **error);

/**
 * heapsum_snapshot_save_to_fd:
 * @snapshot: a snapshot
 * @fd: a file, pipe or socket that is open for writing; it stays open
 * @error: return location for a #GError
 *
 * Returns: whether it is written; else @error is set to %HEAPSUM_ERROR_FAILED and a part of it may be written
 */
HEAPSUM_API gboolean heapsum_snapshot_save_to_fd (HeapsumSnapshot *snapshot, int fd, GError **error);

/**
 * heapsum_snapshot_ref:
 * @snapshot: a snapshot
 *
 * Returns: (transfer full): @snapshot
 */
HEAPSUM_API HeapsumSnapshot *heapsum_snapshot_ref (HeapsumSnapshot *snapshot);

/**
 * heapsum_snapshot_unref:
 * @snapshot: (transfer full): a snapshot
 */
HEAPSUM_API void heapsum_snapshot_unref (HeapsumSnapshot *snapshot);

/**
 * heapsum_snapshot_get_n_blocks:
 * @snapshot: a snapshot
 *
 * Returns: how many live blocks there are
 */
HEAPSUM_API guint heapsum_snapshot_get_n_blocks (HeapsumSnapshot *snapshot);

/**
 * heapsum_snapshot_get_block:
 * @snapshot: a snapshot
 * @index: below heapsum_snapshot_get_n_blocks(); blocks are sorted by address
 * @block: (out caller-allocates): the block
 */
HEAPSUM_API void heapsum_snapshot_get_block (HeapsumSnapshot *snapshot, guint index, HeapsumBlock *block);

/**
 * heapsum_snapshot_get_facts:
 * @snapshot: a snapshot
 *
 * What is known of the target and of how the snapshot was taken, as a dictionary a{sv}; docs/SNAPSHOT-FORMAT.md lists
 * the keys: "pid", "command", "kind", "pause-us" and so on.
 *
 * Returns: (transfer none): the facts
 */
HEAPSUM_API GVariant *heapsum_snapshot_get_facts (HeapsumSnapshot *snapshot);

/**
 * heapsum_snapshot_get_diagnostics:
 * @snapshot: a snapshot
 *
 * Returns: (transfer none) (array zero-terminated=1): a line for each thing that was skipped or damaged, and why
 */
HEAPSUM_API const char *const *heapsum_snapshot_get_diagnostics (HeapsumSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeapsumSnapshot, heapsum_snapshot_unref)

G_END_DECLS
