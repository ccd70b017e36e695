/* fake-heap.c - see fake-heap.h. Layouts as in glibc's malloc/malloc.c and malloc/arena.c of each version. */
#include "tests/support/fake-heap.h"

#define MAIN_ARENA (FAKE_LIBC + 0x400)
#define PAR (FAKE_LIBC + 0x200)
#define LIBC_SIZE 0x3000
#define TLS_SIZE 0x4000
#define HEAP_STEP G_GUINT64_CONSTANT (0x4000000)
#define CACHE_POINTER 0x48 /* below the thread pointer */

const FakeGlibc fake_glibcs[] = {
  { "2.27", 16, 96, 112, 2160, 2184, 2200, 40, 72, 0x20, 0x250, 64, 64, 1, TRUE, FALSE, 0 },
  { "2.31", 16, 96, 112, 2160, 2184, 2200, 40, 72, 0x20, 0x290, 64, 128, 2, TRUE, FALSE, 0 },
  { "2.34", 16, 96, 112, 2160, 2184, 2200, 40, 72, 0x20, 0x290, 64, 128, 2, TRUE, TRUE, 0 },
  { "2.36", 16, 96, 112, 2160, 2184, 2200, 60, 96, 0x30, 0x290, 64, 128, 2, TRUE, TRUE, 0 },
  { "2.42", 16, 96, 112, 2160, 2184, 2200, 60, 96, 0x30, 0x300, 76, 152, 2, FALSE, TRUE, 0 },
  { "2.43", 0, 8, 24, 2072, 2096, 2112, 68, 104, 0x30, 0x310, 76, 152, 2, FALSE, TRUE, 16 },
};
const guint n_fake_glibcs = G_N_ELEMENTS (fake_glibcs);

typedef struct {
  HsAddr start;
  gsize size;
  guint8 *bytes;
} Memory;

static guint8 *
at (const FakeHeap *self, HsAddr address)
{
  for (guint i = 0; i < self->memories->len; i++) {
    const Memory *memory = &g_array_index (self->memories, Memory, i);
    if (address >= memory->start && address - memory->start <= memory->size - 8)
      return memory->bytes + (address - memory->start);
  }
  g_error ("the fake process has no memory at " HS_ADDR_FORMAT, address);
}

void
fake_set (FakeHeap *self, HsAddr address, guint64 value)
{
  memcpy (at (self, address), &value, sizeof value);
}

guint64
fake_word (const FakeHeap *self, HsAddr address)
{
  guint64 value;

  memcpy (&value, at (self, address), sizeof value);
  return value;
}

static void
add_memory (FakeHeap *self, HsAddr start, gsize size, HsMappingKind kind)
{
  Memory memory = { start, size, fake_memory (self->target, start, size, FAKE_RW, kind) };

  g_array_append_val (self->memories, memory);
}

static void
init_arena (FakeHeap *self, HsAddr arena)
{
  const FakeGlibc *glibc = self->glibc;

  for (guint i = 0; i < 127; i++)
    for (guint k = 0; k < 2; k++)
      fake_set (self, arena + glibc->bins + 16 * i + 8 * k, arena + glibc->bins + 16 * i - 16);
  fake_set (self, arena + glibc->next, MAIN_ARENA);
  fake_set (self, arena + glibc->system_mem, FAKE_SIZE);
  fake_set (self, arena + glibc->system_mem + 8, FAKE_SIZE);
  if (arena != MAIN_ARENA)
    fake_set (self, self->last_arena + glibc->next, arena);
  self->last_arena = arena;
}

/* The header of the chunk that comes next, and its size until it is known. */
static void
begin_chunk (FakeHeap *self, FakeRun *run)
{
  fake_set (self, run->at + 8, (run->end - run->at) | 1);
}

FakeHeap *
fake_heap_new (const FakeGlibc *glibc)
{
  FakeHeap *self = g_new0 (FakeHeap, 1);
  gint libc;

  self->glibc = glibc;
  self->target = fake_target_new ();
  self->memories = g_array_new (FALSE, FALSE, sizeof (Memory));
  self->live = g_array_new (FALSE, FALSE, sizeof (FakeBlock));
  libc = fake_file (self->target, "/lib/x86_64-linux-gnu/libc.so.6", (const guint8 *)"", 0);
  add_memory (self, FAKE_LIBC, LIBC_SIZE, HS_MAPPING_FILE);
  g_array_index (self->target->mappings, HsMapping, 0).file = libc;
  add_memory (self, FAKE_BREAK, FAKE_SIZE, HS_MAPPING_HEAP);
  add_memory (self, FAKE_TLS, TLS_SIZE, HS_MAPPING_ANON);
  init_arena (self, MAIN_ARENA);
  self->main = (FakeRun){ FAKE_BREAK, FAKE_BREAK, FAKE_BREAK + FAKE_SIZE, 0, MAIN_ARENA, 0 };
  begin_chunk (self, &self->main);
  return self;
}

void
fake_heap_free (FakeHeap *self)
{
  g_array_unref (self->memories);
  g_array_unref (self->live);
  hs_target_unref (self->target);
  g_free (self);
}

/* A new heap of @run's arena; heap_info: ar_ptr, prev, size. */
static HsAddr
add_heap (FakeHeap *self, HsAddr previous)
{
  HsAddr heap = FAKE_HEAPS + HEAP_STEP * self->n_heaps++;

  add_memory (self, heap, FAKE_SIZE, HS_MAPPING_ANON);
  fake_set (self, heap + 8, previous);
  fake_set (self, heap + 16, FAKE_SIZE);
  return heap;
}

void
fake_thread_run (FakeHeap *self, FakeRun *run)
{
  HsAddr heap = add_heap (self, 0), arena = heap + self->glibc->heap_info;

  fake_set (self, heap, arena);
  init_arena (self, arena);
  run->start = run->at = (arena + self->glibc->size + 15) & -(HsAddr)16;
  run->end = heap + FAKE_SIZE;
  run->arena = arena;
  run->flags = 4;
  begin_chunk (self, run);
}

void
fake_next_heap (FakeHeap *self, FakeRun *run, guint fence)
{
  HsAddr old = run->end - FAKE_SIZE, marker = run->end - 0x10;

  /* The last chunk takes what is left before the fencepost; the marker has size 0. */
  fake_chunk (self, run, marker - fence - run->at);
  fake_set (self, run->at + 8, fence | 1 | (fence == 0x20 ? 4 : 0));
  fake_set (self, marker + 8, 1);
  HsAddr heap = add_heap (self, old);
  fake_set (self, heap, run->arena);
  run->start = run->at = heap + self->glibc->heap_info;
  run->end = heap + FAKE_SIZE;
  begin_chunk (self, run);
}

HsAddr
fake_chunk (FakeHeap *self, FakeRun *run, guint64 size)
{
  HsAddr chunk = run->at;

  g_assert_cmphex (chunk + size + 0x20, <=, run->end);
  fake_set (self, chunk + 8, size | (fake_word (self, chunk + 8) & 1) | run->flags);
  run->at += size;
  begin_chunk (self, run);
  return chunk + 16;
}

HsAddr
fake_block (FakeHeap *self, FakeRun *run, guint64 size)
{
  FakeBlock block = { fake_chunk (self, run, size), size - 8 };

  g_array_append_val (self->live, block);
  return block.address;
}

void
fake_free_chunk (FakeHeap *self, FakeRun *run, guint64 size)
{
  HsAddr chunk = fake_chunk (self, run, size) - 16;

  fake_set (self, chunk + 8, fake_word (self, chunk + 8) & ~(guint64)4);
  fake_set (self, run->at, size);
  fake_set (self, run->at + 8, fake_word (self, run->at + 8) & ~(guint64)1);
}

static guint64
link_to (const FakeHeap *self, HsAddr slot, HsAddr target)
{
  return self->glibc->safe_links ? target ^ (slot >> 12) : target;
}

void
fake_fastbin (FakeHeap *self, FakeRun *run, guint64 size)
{
  HsAddr chunk = fake_chunk (self, run, size) - 16, bin = run->arena + self->glibc->fastbins + 8 * (size / 16 - 2);

  fake_set (self, chunk + 16, link_to (self, chunk + 16, fake_word (self, bin)));
  fake_set (self, bin, chunk);
}

HsAddr
fake_cache (FakeHeap *self, FakeRun *run)
{
  HsThread thread = { .tid = (pid_t)++self->n_threads, .has_regs = TRUE, .fs_base = FAKE_TLS + 0x400 * self->n_threads };
  HsAddr cache = fake_chunk (self, run, self->glibc->cache_chunk);

  g_array_append_val (self->target->threads, thread);
  fake_set (self, thread.fs_base - CACHE_POINTER, cache);
  /* From 2.42 the counts are of slots that are free. */
  for (guint i = 0; !self->glibc->cache_counts_blocks && i < self->glibc->cache_bins; i++)
    memset (at (self, cache + 2 * (i & ~3u)) + 2 * (i & 3), 7, 1);
  return cache;
}

void
fake_cached (FakeHeap *self, FakeRun *run, HsAddr cache, guint64 size)
{
  HsAddr block = fake_chunk (self, run, size);
  guint bin = (guint)(size / 16 - 2), wide = self->glibc->cache_counts_wide;
  HsAddr slot = cache + self->glibc->cache_entries + 8 * bin;
  guint8 *count = at (self, cache + bin * wide);

  fake_set (self, block, link_to (self, block, fake_word (self, slot)));
  fake_set (self, slot, block);
  *count = (guint8)(*count + (self->glibc->cache_counts_blocks ? 1 : -1));
}

HsAddr
fake_mmapped (FakeHeap *self, HsAddr start, gsize size, guint64 inner)
{
  guint slack = self->glibc->mmapped_slack;
  FakeBlock block = { start + inner + 16, size - inner - slack - (slack != 0 ? 8 : 16) };

  add_memory (self, start, size, HS_MAPPING_ANON);
  if (inner != 0) /* what memalign left behind */
    fake_set (self, start + 8, (size - slack) | 2);
  fake_set (self, start + inner, inner);
  fake_set (self, start + inner + 8, (size - inner - slack) | 2);
  g_array_append_val (self->live, block);
  self->n_mmaps++;
  return block.address;
}

void
fake_top (FakeHeap *self, FakeRun *run)
{
  run->top = run->at;
  fake_set (self, run->arena + self->glibc->top, run->top);
}

static void
put_par (FakeHeap *self)
{
  const FakeGlibc *glibc = self->glibc;

  fake_set (self, PAR + glibc->n_mmaps, (guint64)65536 << 32 | self->n_mmaps);
  fake_set (self, PAR + glibc->n_mmaps + 8, self->n_mmaps);
  fake_set (self, PAR + glibc->sbrk_base, FAKE_BREAK);
  fake_set (self, PAR + glibc->sbrk_base - 16, self->n_mmaps * HS_PAGE_SIZE);
  fake_set (self, PAR + glibc->sbrk_base - 8, self->n_mmaps * HS_PAGE_SIZE);
}

void
fake_heap_seal (FakeHeap *self)
{
  fake_top (self, &self->main);
  put_par (self);
  fake_target_seal (self->target);
}
