/* fuzz-heap.c - arbitrary bytes as the memory of a process whose heap is walked.
 *
 * The first bytes say what the process is made of; a valid main_arena is nearly always there, or nothing would be
 * walked. The rest are the contents of its heap, with proper chunk headers in some places, and of its other memory.
 * Last come changes of single words anywhere. What comes out has to be in order, whatever it is. */
#include "profiler/arenas/arenas.h"
#include "tests/fuzz/input.h"
#include "tests/support/fake-target.h"

#define LIBC G_GUINT64_CONSTANT (0x7f0000200000)
#define BREAK G_GUINT64_CONSTANT (0x555500000000)
#define THREAD_HEAP G_GUINT64_CONSTANT (0x7e0000000000) /* a multiple of 64 MiB */
#define ANONYMOUS G_GUINT64_CONSTANT (0x7f1000000000)
#define TLS G_GUINT64_CONSTANT (0x7f2000000000)
#define LIBC_SIZE 0x3000
#define BREAK_SIZE 0x8000
#define THREAD_SIZE 0x4000
#define ANONYMOUS_SIZE 0x10000
#define TLS_SIZE 0x1000

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  HsAddr start;
  gsize size;
  guint8 *bytes;
} Memory;

typedef struct {
  guint fastbins, top, bins, next, system_mem, size, par_n_mmaps, par_sbrk_base;
} Layout;

static const Layout layouts[] = {
  { 16, 96, 112, 2160, 2184, 2200, 60, 96 },
  { 16, 96, 112, 2160, 2184, 2200, 40, 72 },
  { 0, 8, 24, 2072, 2096, 2112, 68, 104 },
};

enum { IN_LIBC, IN_BREAK, IN_THREAD, IN_ANONYMOUS, IN_TLS, N_MEMORIES };

typedef struct {
  HsTarget *target;
  const Layout *layout;
  Memory memory[N_MEMORIES];
} Fake;

static void
put (Fake *self, guint where, HsAddr address, guint64 value)
{
  const Memory *memory = &self->memory[where];

  if (address >= memory->start && address - memory->start <= memory->size - 8)
    fake_put (memory->bytes, memory->start, address, value);
}

static void
add (Fake *self, guint where, HsAddr start, gsize size, HsMappingKind kind)
{
  self->memory[where] = (Memory){ start, size, fake_memory (self->target, start, size, FAKE_RW, kind) };
}

static void
put_arena (Fake *self, guint where, HsAddr arena, HsAddr next, HsAddr top, guint64 system_mem)
{
  const Layout *layout = self->layout;

  for (guint i = 0; i < 127; i++)
    for (guint k = 0; k < 2; k++)
      put (self, where, arena + layout->bins + 16 * i + 8 * k, arena + layout->bins + 16 * i - 16);
  put (self, where, arena + layout->top, top);
  put (self, where, arena + layout->next, next);
  put (self, where, arena + layout->system_mem, system_mem);
  put (self, where, arena + layout->system_mem + 8, system_mem);
}

/* A row of chunks from @at to @end, of sizes and with contents of the input; gives back where the top chunk begins. */
static HsAddr
put_chunks (Fake *self, guint where, HsAddr at, HsAddr end, guint64 flags, Input *input)
{
  const Memory *memory = &self->memory[where];

  put (self, where, at + 8, (end - at) | flags | 1);
  while (input->size > 0 && at + 0x400 < end) {
    guint8 kind = input_byte (input);
    guint64 size = 0x20 + 0x10 * (guint64)(kind >> 2);
    put (self, where, at + 8, size | flags | 1);
    input_fill (input, memory->bytes + (at + 16 - memory->start), MIN (size - 16, 4 * (gsize)(kind & 3) + 8));
    at += size;
    put (self, where, at + 8, (end - at) | flags | 1);
    if ((kind & 3) == 3) { /* the one before is free, and says so */
      put (self, where, at, size);
      put (self, where, at + 8, 0x20 | flags);
      at += 0x20;
      put (self, where, at + 8, (end - at) | flags | 1);
    }
  }
  return at;
}

static void
make_main (Fake *self, guint8 kind, Input *input)
{
  HsAddr arena = LIBC + 0x400, par = LIBC + 0x200;
  gint file = fake_file (self->target, "/lib/x86_64-linux-gnu/libc.so.6", (const guint8 *)"", 0);
  Input chunks = { input->data, MIN (input->size, 600) };

  add (self, IN_LIBC, LIBC, LIBC_SIZE, HS_MAPPING_FILE);
  g_array_index (self->target->mappings, HsMapping, self->target->mappings->len - 1).file = file;
  add (self, IN_BREAK, BREAK, BREAK_SIZE, kind & 1 ? HS_MAPPING_ANON : HS_MAPPING_HEAP);
  HsAddr top = put_chunks (self, IN_BREAK, BREAK, BREAK + BREAK_SIZE, 0, &chunks);
  input_take (input, 600);
  put_arena (self, IN_LIBC, arena, kind & 2 ? THREAD_HEAP + 0x30 : arena, top, BREAK_SIZE);
  if (kind & 1)
    put (self, IN_LIBC, arena, G_GUINT64_CONSTANT (2) << 32); /* not contiguous */
  if (kind & 4) {
    put (self, IN_LIBC, par + self->layout->par_n_mmaps, (guint64)65536 << 32 | 1);
    put (self, IN_LIBC, par + self->layout->par_n_mmaps + 8, 1);
    put (self, IN_LIBC, par + self->layout->par_sbrk_base, BREAK);
    put (self, IN_LIBC, par + self->layout->par_sbrk_base - 16, 0x1000);
    put (self, IN_LIBC, par + self->layout->par_sbrk_base - 8, 0x1000);
  }
}

static void
make_thread_arena (Fake *self, Input *input)
{
  HsAddr arena = THREAD_HEAP + 0x30, first = (arena + self->layout->size + 15) & -(HsAddr)16;
  Input chunks = { input->data, MIN (input->size, 300) };

  add (self, IN_THREAD, THREAD_HEAP, THREAD_SIZE, HS_MAPPING_ANON);
  put (self, IN_THREAD, THREAD_HEAP, arena);
  put (self, IN_THREAD, THREAD_HEAP + 16, THREAD_SIZE);
  HsAddr top = put_chunks (self, IN_THREAD, first, THREAD_HEAP + THREAD_SIZE, 4, &chunks);
  input_take (input, 300);
  put_arena (self, IN_THREAD, arena, LIBC + 0x400, top, THREAD_SIZE);
}

static void
make_threads (Fake *self, guint n, Input *input)
{
  add (self, IN_TLS, TLS, TLS_SIZE, HS_MAPPING_ANON);
  for (guint i = 0; i < n; i++) {
    HsAddr fs_base = TLS + 0x200 * (i + 1);
    fake_thread (self->target, (pid_t)i + 1, fs_base);
    put (self, IN_TLS, fs_base - 8 * (1 + input_byte (input) % 16), BREAK + 16 * (1 + (guint64)input_byte (input)));
  }
}

/* Changes of single words: to anything, to an address, to a number as sizes are. */
static void
poke (Fake *self, Input *input)
{
  while (input->size >= 4) {
    guint8 how = input_byte (input), where = how % N_MEMORIES, other = input_byte (input) % N_MEMORIES;
    const Memory *memory = &self->memory[where];
    if (memory->bytes == NULL)
      continue;
    HsAddr address = memory->start + input_take (input, 2) % memory->size / 8 * 8;
    guint64 value = how & 0x80 ? input_take (input, 8) : input_take (input, 2);
    if ((how & 0xc0) == 0x40)
      value = self->memory[other].start + value * 8;
    put (self, where, address, value);
  }
}

static void
check_blocks (const HsHeap *heap)
{
  const HsBlocks *blocks = heap->blocks;
  HsAddr last = 0;

  for (guint32 i = 0; i < blocks->n; i++) {
    HsAddr address = blocks->address[i];
    g_assert_cmphex (address, >=, last);
    g_assert_cmpuint (hs_blocks_at (blocks, address), ==, i);
    g_assert_cmpuint (hs_blocks_find (blocks, hs_blocks_end (blocks, i) - 1), ==, i);
    g_assert_true (hs_heap_rules (heap, address));
    last = hs_blocks_end (blocks, i);
  }
}

static void
check_heap (const HsHeap *heap)
{
  guint64 n = 0, bytes = 0;

  for (guint i = 0; i < heap->arenas->len; i++) {
    const HsArena *arena = heap->arenas->pdata[i];
    n += arena->live_blocks;
    bytes += arena->live_bytes;
  }
  g_assert_cmpuint (n, ==, heap->blocks->n);
  g_assert_cmpuint (bytes, ==, heap->blocks->bytes);
  for (guint i = 0; i < heap->extents->len; i++) {
    const HsExtent *extent = &g_array_index (heap->extents, HsExtent, i);
    g_assert_cmphex (extent->start, <, extent->end);
    g_assert_true (i == 0 || extent[-1].end <= extent->start);
  }
  check_blocks (heap);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input input = { data, size };
  guint8 kind = input_byte (&input), threads = input_byte (&input);
  Fake self = { .target = fake_target_new (), .layout = &layouts[(kind >> 4) % G_N_ELEMENTS (layouts)] };
  HsDiag *diag = hs_diag_new ();

  make_main (&self, kind, &input);
  if (kind & 2)
    make_thread_arena (&self, &input);
  make_threads (&self, threads % 4, &input);
  if (kind & 8) {
    add (&self, IN_ANONYMOUS, ANONYMOUS, ANONYMOUS_SIZE, HS_MAPPING_ANON);
    put (&self, IN_ANONYMOUS, ANONYMOUS + 8, 0x2002);
  }
  poke (&self, &input);
  fake_target_seal (self.target);
  HsHeap *heap = hs_heap_new (self.target, diag, NULL);
  if (heap != NULL) {
    check_heap (heap);
    hs_heap_unref (heap);
  }
  hs_target_unref (self.target);
  hs_diag_unref (diag);
  return 0;
}
