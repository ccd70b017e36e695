/* snapshots.h - snapshots that no process was needed for. */
#pragma once

#include "summary/snapshot-private.h"

typedef struct {
  guint64 address;
  guint64 size;
  const char *type;
  HeapsumLevel level;
} MadeBlock;

/* snapshot_make: (transfer full): of @n blocks, sorted by address. */
HeapsumSnapshot *snapshot_make (const MadeBlock *blocks, gsize n);

/* snapshot_make_with: the same; @how: what led to each block, NULL for "made by a test", and nothing of untyped blocks. */
HeapsumSnapshot *snapshot_make_with (const MadeBlock *blocks, const char *const *how, gsize n);

/* snapshot_random: (transfer full): of up to @n blocks at few addresses, of few types and sizes, so that two of them
 * have much in common. */
HeapsumSnapshot *snapshot_random (GRand *rand, guint n);

/* snapshot_golden: (transfer full): the one the golden files were printed from. @n selects one of several. */
HeapsumSnapshot *snapshot_golden (guint n);
