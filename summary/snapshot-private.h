/* snapshot-private.h - the snapshot as the layers inside see it, and how the profiler makes one.
 *
 * This layer sees GLib only: type names are copied in, so that a saved snapshot can be read on a machine with neither
 * the program nor its debug info. docs/SNAPSHOT-FORMAT.md describes the file. */
#pragma once

#include <heapsum/heapsum.h>

/* A block: 16 bytes. Its address is 8 * offset behind the start of its region. */
typedef struct {
  guint32 offset;
  guint32 words;  /* usable size in words of 8 bytes; G_MAXUINT32: in the list of large blocks */
  guint32 label;  /* type 24 bits, level 3 bits above */
  guint32 reason;
} HsPackedBlock;

typedef struct {
  guint64 start;
  guint32 first; /* index of its first block */
  guint32 n;
} HsPackedRegion;

typedef struct {
  guint64 index;
  guint64 size;
} HsPackedLarge;

#define HS_SNAPSHOT_MAX_TYPES (1u << 24)

static inline guint32
hs_packed_type (const HsPackedBlock *block)
{
  return block->label & 0xffffff;
}

static inline HeapsumLevel
hs_packed_level (const HsPackedBlock *block)
{
  return (HeapsumLevel)(block->label >> 24 & 7);
}

struct _HeapsumSnapshot {
  gatomicrefcount refs;
  GVariant *content;  /* keeps everything below alive */
  GVariant *facts;
  const char **types; /* names; [0] is "" */
  gsize n_types;
  const char **reasons;
  gsize n_reasons;
  const char **diagnostics;
  const HsPackedBlock *blocks;
  gsize n_blocks;
  const HsPackedRegion *regions;
  gsize n_regions;
  const HsPackedLarge *large;
  gsize n_large;
};

/* Walks all blocks in order of address. */
typedef struct {
  const HeapsumSnapshot *snapshot;
  gsize region;
  gsize block;
  gsize large;
} HsBlockIter;

typedef struct {
  guint64 address;
  guint64 size;
  guint32 type;
  HeapsumLevel level;
  guint32 reason;
} HsIterBlock;

void hs_block_iter_init (HsBlockIter *self, const HeapsumSnapshot *snapshot);
gboolean hs_block_iter_next (HsBlockIter *self, HsIterBlock *block);

/* --- making one --- */

typedef struct _HsSnapshotBuilder HsSnapshotBuilder;

/* hs_snapshot_builder_new: room for @n_blocks, more are possible. */
HsSnapshotBuilder *hs_snapshot_builder_new (gsize n_blocks);

/* hs_snapshot_builder_type, _reason: the number of a name, which is made valid UTF-8 without control characters; that
 * of "" is 0. */
guint32 hs_snapshot_builder_type (HsSnapshotBuilder *self, const char *name);
guint32 hs_snapshot_builder_reason (HsSnapshotBuilder *self, const char *how);

/* hs_snapshot_builder_add: blocks come in ascending order of address; both are multiples of 8. */
void hs_snapshot_builder_add (HsSnapshotBuilder *self, guint64 address, guint64 size, guint32 type, HeapsumLevel level,
                              guint32 reason);

/* hs_snapshot_builder_fact: @value is sunk. */
void hs_snapshot_builder_fact (HsSnapshotBuilder *self, const char *key, GVariant *value);
void hs_snapshot_builder_diagnostic (HsSnapshotBuilder *self, const char *line);

/* hs_snapshot_builder_end: (transfer full): the snapshot; the builder is gone. */
HeapsumSnapshot *hs_snapshot_builder_end (HsSnapshotBuilder *self);

/* hs_snapshot_new_from_variant: (transfer full): a snapshot of @content (transfer full), every number in it checked;
 * NULL with BAD_DATA. */
HeapsumSnapshot *hs_snapshot_new_from_variant (GVariant *content, GError **error);

/* hs_snapshot_with_fact: (transfer full): the same snapshot with one fact set; @value is sunk. */
HeapsumSnapshot *hs_snapshot_with_fact (HeapsumSnapshot *self, const char *key, GVariant *value);

/* hs_snapshot_load_fd: (transfer full): as heapsum_snapshot_load(), from a file that is open for reading. */
HeapsumSnapshot *hs_snapshot_load_fd (int fd, GError **error);

#define HS_SNAPSHOT_VARIANT "(a{sv}asasasa(tuu)a(uuuu)a(tt))"
