/* heapsum.h - which types fill the heap of a native program, and what grew.
 *
 *   g_autoptr (GError) error = NULL;
 *   g_autoptr (HeapsumSnapshot) before = heapsum_snapshot_new_for_pid (pid, NULL, &error);
 *   ...
 *   g_autoptr (HeapsumSnapshot) after = heapsum_snapshot_new_for_pid (pid, NULL, &error);
 *   g_autoptr (HeapsumDiff) diff = heapsum_diff_new (before, after, NULL);
 *
 * Sizes are usable bytes, as malloc_usable_size(3) counts them. Strings are UTF-8. */
#pragma once

#define HEAPSUM_INSIDE
#include <heapsum/heapsum-macros.h>
#include <heapsum/heapsum-error.h>
#include <heapsum/heapsum-options.h>
#include <heapsum/heapsum-snapshot.h>
#include <heapsum/heapsum-explain.h>
#include <heapsum/heapsum-summary.h>
#include <heapsum/heapsum-diff.h>
#include <heapsum/heapsum-condition.h>
#include <heapsum/heapsum-format.h>
#undef HEAPSUM_INSIDE
