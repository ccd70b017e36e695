/* fake-heap.h - heaps of glibc built word by word in a fake target, each in the layout of one version. */
#pragma once

#include "tests/support/fake-target.h"

#define FAKE_LIBC G_GUINT64_CONSTANT (0x7f0000200000)
#define FAKE_BREAK G_GUINT64_CONSTANT (0x555500000000)
#define FAKE_HEAPS G_GUINT64_CONSTANT (0x7e0000000000) /* thread arenas: 64 MiB apart */
#define FAKE_TLS G_GUINT64_CONSTANT (0x7f2000000000)
#define FAKE_SIZE 0x40000 /* of the break and of each heap */

typedef struct {
  const char *name;
  guint fastbins, top, bins, next, system_mem, size; /* of malloc_state */
  guint n_mmaps, sbrk_base;                          /* of malloc_par */
  guint heap_info;
  guint cache_chunk, cache_bins, cache_entries, cache_counts_wide;
  gboolean cache_counts_blocks, safe_links;
  guint mmapped_slack; /* bytes of a mapping that its size leaves out */
} FakeGlibc;

extern const FakeGlibc fake_glibcs[];
extern const guint n_fake_glibcs;

/* A run of chunks that is being built. */
typedef struct {
  HsAddr start, at, end, top;
  HsAddr arena;
  guint64 flags; /* NON_MAIN_ARENA */
} FakeRun;

typedef struct {
  const FakeGlibc *glibc;
  HsTarget *target;
  GArray *memories;
  FakeRun main;
  GArray *live; /* FakeBlock: what the program holds */
  HsAddr last_arena;
  guint n_threads, n_mmaps, n_heaps;
} FakeHeap;

typedef struct {
  HsAddr address;
  guint64 size; /* usable */
} FakeBlock;

FakeHeap *fake_heap_new (const FakeGlibc *glibc);
void fake_heap_free (FakeHeap *self);

/* fake_word, fake_set: the word at @address, anywhere in the fake process. */
guint64 fake_word (const FakeHeap *self, HsAddr address);
void fake_set (FakeHeap *self, HsAddr address, guint64 value);

/* fake_thread_run: a thread arena with one heap, linked behind main_arena. fake_next_heap: closes @run's heap as glibc
 * does when it is full, with @fence bytes of fencepost (0x10 or 0x20) and the end marker, and goes on in another. */
void fake_thread_run (FakeHeap *self, FakeRun *run);
void fake_next_heap (FakeHeap *self, FakeRun *run, guint fence);

/* fake_chunk: the block of a chunk of @size bytes, header included. fake_block: the same, and the program holds it. */
HsAddr fake_chunk (FakeHeap *self, FakeRun *run, guint64 size);
HsAddr fake_block (FakeHeap *self, FakeRun *run, guint64 size);

/* fake_free_chunk: a chunk in a bin, which is never the last one before top. */
void fake_free_chunk (FakeHeap *self, FakeRun *run, guint64 size);

/* fake_fastbin: puts a chunk of @size in front of its fastbin. */
void fake_fastbin (FakeHeap *self, FakeRun *run, guint64 size);

/* fake_cache: a thread with its cache in @run: gives back the cache's block. fake_cached: puts a block of @size into
 * it. */
HsAddr fake_cache (FakeHeap *self, FakeRun *run);
void fake_cached (FakeHeap *self, FakeRun *run, HsAddr cache, guint64 size);

/* fake_mmapped: a block with a mapping of its own of @size bytes at @start, its header @inner bytes inside. */
HsAddr fake_mmapped (FakeHeap *self, HsAddr start, gsize size, guint64 inner);

/* fake_top: ends a run by its top chunk. fake_heap_seal: when all runs have theirs. */
void fake_top (FakeHeap *self, FakeRun *run);
void fake_heap_seal (FakeHeap *self);
