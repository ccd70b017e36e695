/* arenas.h - the allocator's own view of the heap: its arenas and every live block, from the frozen memory alone.
 *
 * An allocator is one file that fills in an HsAllocator and one line in the table in arenas.c. "Live" is exactly what
 * malloc has handed out and free has not got back: blocks that wait in the allocator's caches are free. */
#pragma once

#include "profiler/arenas/blocks.h"
#include "profiler/target/target.h"

typedef struct {
  char *name;            /* "main", "thread 1", ..., "mmapped" */
  HsAddr address;        /* of the arena's state; 0 for mmapped blocks */
  guint64 live_blocks;
  guint64 live_bytes;    /* usable */
  guint64 header_bytes;  /* of live chunks: what is neither usable nor free */
  guint64 free_chunks;   /* in bins */
  guint64 free_bytes;
  guint64 cached_chunks; /* in fastbins and thread caches */
  guint64 cached_bytes;
  guint64 top_bytes;
  guint64 own_bytes;     /* of the allocator: states, heap headers, thread caches, fenceposts */
  guint64 lost_bytes;    /* skipped: damaged, or of somebody who moved the break */
} HsArena;

typedef struct {
  HsAddr start, end;
} HsExtent;

typedef struct {
  gatomicrefcount refs;
  const char *allocator; /* "glibc" */
  char *version;         /* what is known of it, for messages: "glibc 2.36", "glibc (2.27 to 2.42)" */
  GPtrArray *arenas;     /* HsArena: main, then thread arenas by address, then mmapped */
  HsBlocks *blocks;
  GArray *extents;       /* HsExtent: the memory the allocator rules, its own state included; sorted, not overlapping */
  guint64 damage;        /* places where the structure did not hold; 0 in a healthy and quiet process */
} HsHeap;

typedef struct {
  const char *name;
  /* walk: (transfer full): the heap, or NULL with @error: UNSUPPORTED where the target does not use this allocator. */
  HsHeap *(*walk) (HsTarget *target, HsDiag *diag, GError **error);
  /* locks: (transfer full): GArray of HsAddr of 32-bit words that are 0 as long as no thread is changing an arena. */
  GArray *(*locks) (HsPeek *peek);
} HsAllocator;

/* hs_heap_new: (transfer full): asks every allocator in turn. */
HsHeap *hs_heap_new (HsTarget *target, HsDiag *diag, GError **error);
HsHeap *hs_heap_new_empty (const char *allocator);
HsHeap *hs_heap_ref (HsHeap *self);
void hs_heap_unref (HsHeap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsHeap, hs_heap_unref)

/* hs_heap_add_arena: (transfer none): a new arena at the end of the list. */
HsArena *hs_heap_add_arena (HsHeap *self, const char *name, HsAddr address);

/* hs_heap_rules: whether @addr is memory of the allocator: a block, live or free, or its own state. */
gboolean hs_heap_rules (const HsHeap *self, HsAddr addr);

/* The allocators' answer to HsQuiet: no arena is locked. One is made for each target. */
typedef struct _HsHeapQuiet HsHeapQuiet;
HsHeapQuiet *hs_heap_quiet_new (void);
void hs_heap_quiet_free (HsHeapQuiet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsHeapQuiet, hs_heap_quiet_free)
const HsQuiet *hs_heap_quiet_hooks (HsHeapQuiet *self);

/* hs_peek_image: a peek at a frozen image, so that one search serves both. */
typedef struct {
  HsPeek peek;
  const HsImage *image;
} HsImagePeek;
void hs_image_peek_init (HsImagePeek *self, const HsTarget *target);

extern const HsAllocator hs_allocator_glibc;
