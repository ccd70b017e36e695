/* heapsum-error.h - the one error domain of heapsum.
 *
 * A code says what the caller can do about it; the message says what happened and how to mend it. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <glib.h>
#include <heapsum/heapsum-macros.h>

G_BEGIN_DECLS

/**
 * HEAPSUM_ERROR:
 *
 * The error domain of every function of heapsum that takes a #GError.
 */
#define HEAPSUM_ERROR (heapsum_error_quark ())

/**
 * HeapsumError:
 * @HEAPSUM_ERROR_PERMISSION: the system forbids to look at the target; the message says which rule does
 * @HEAPSUM_ERROR_GONE: no such process or file, or it ended meanwhile
 * @HEAPSUM_ERROR_UNSUPPORTED: the target is of a kind heapsum cannot read (32-bit, no glibc, other machine)
 * @HEAPSUM_ERROR_NO_DEBUG_INFO: debug info is needed and there is none
 * @HEAPSUM_ERROR_FAULT: memory that is needed could not be read; the message holds the address
 * @HEAPSUM_ERROR_BAD_DATA: a core, a snapshot file or another input is damaged
 * @HEAPSUM_ERROR_FAILED: anything else
 */
typedef enum {
  HEAPSUM_ERROR_PERMISSION,
  HEAPSUM_ERROR_GONE,
  HEAPSUM_ERROR_UNSUPPORTED,
  HEAPSUM_ERROR_NO_DEBUG_INFO,
  HEAPSUM_ERROR_FAULT,
  HEAPSUM_ERROR_BAD_DATA,
  HEAPSUM_ERROR_FAILED,
} HeapsumError;

/**
 * heapsum_error_quark:
 *
 * Returns: the quark behind %HEAPSUM_ERROR
 */
HEAPSUM_API GQuark heapsum_error_quark (void);

G_END_DECLS
