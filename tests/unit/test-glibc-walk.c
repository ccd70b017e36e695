/* test-glibc-walk.c - the live blocks of heaps that were built here, in the layout of each glibc. */
#include "profiler/arenas/arenas.h"
#include "tests/support/fake-heap.h"

#define MAPPED G_GUINT64_CONSTANT (0x7f1000000000)

typedef struct {
  FakeHeap *fake;
  HsHeap *heap;
  HsDiag *diag;
} Fixture;

static void
set_up (Fixture *self, gconstpointer glibc)
{
  self->fake = fake_heap_new (glibc);
  self->diag = hs_diag_new ();
}

static void
tear_down (Fixture *self, gconstpointer glibc)
{
  if (self->heap != NULL)
    hs_heap_unref (self->heap);
  fake_heap_free (self->fake);
  hs_diag_unref (self->diag);
}

static gint
compare_blocks (gconstpointer a, gconstpointer b)
{
  const FakeBlock *x = a, *y = b;

  return x->address < y->address ? -1 : x->address > y->address;
}

static void
walk (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  fake_heap_seal (self->fake);
  self->heap = hs_heap_new (self->fake->target, self->diag, &error);
  g_assert_no_error (error);
  g_array_sort (self->fake->live, compare_blocks);
}

static void
check_exact (Fixture *self)
{
  const HsBlocks *blocks = self->heap->blocks;
  const GArray *live = self->fake->live;

  for (guint32 i = 0; i < MIN (blocks->n, live->len); i++) {
    g_assert_cmphex (blocks->address[i], ==, g_array_index (live, FakeBlock, i).address);
    g_assert_cmpuint (hs_blocks_size (blocks, i), ==, g_array_index (live, FakeBlock, i).size);
  }
  g_assert_cmpuint (blocks->n, ==, live->len);
}

static void
check (Fixture *self)
{
  g_auto (GStrv) lines = NULL;

  walk (self);
  lines = hs_diag_lines (self->diag);
  g_assert_cmpstr (lines[0], ==, NULL);
  g_assert_cmpuint (self->heap->damage, ==, 0);
  check_exact (self);
}

/* Chunks of many sizes, some of them in bins. */
static void
populate (FakeHeap *fake, FakeRun *run)
{
  for (guint i = 0; i < 200; i++) {
    fake_block (fake, run, 0x20 + 0x10 * (i * 7 % 40));
    if (i % 5 == 0) {
      fake_free_chunk (fake, run, 0x90 + 0x10 * (i % 9));
      fake_block (fake, run, 0x20);
    }
  }
}

static void
test_main (Fixture *self, gconstpointer glibc)
{
  populate (self->fake, &self->fake->main);
  check (self);
  const HsArena *arena = self->heap->arenas->pdata[0];
  g_assert_cmpuint (arena->free_chunks, ==, 40);
  g_assert_cmpuint (arena->top_bytes, ==, FAKE_BREAK + FAKE_SIZE - self->fake->main.top);
}

static void
test_caches (Fixture *self, gconstpointer glibc)
{
  FakeHeap *fake = self->fake;
  FakeRun *run = &fake->main;
  HsAddr cache = fake_cache (fake, run), other = fake_cache (fake, run);

  for (guint i = 0; i < 7; i++) {
    fake_block (fake, run, 0x50);
    fake_cached (fake, run, cache, 0x50);
    fake_cached (fake, run, cache, 0x20 + 0x10 * i);
    fake_cached (fake, run, other, 0x410);
  }
  fake_block (fake, run, 0x290);
  check (self);
  const HsArena *arena = self->heap->arenas->pdata[0];
  g_assert_cmpuint (arena->cached_chunks, ==, 21);
  g_assert_cmpuint (arena->own_bytes, ==, 2 * fake->glibc->cache_chunk);
}

static void
test_fastbins (Fixture *self, gconstpointer glibc)
{
  FakeHeap *fake = self->fake;

  if (fake->glibc->fastbins == 0) {
    g_test_skip ("this glibc has none");
    walk (self);
    return;
  }
  for (guint i = 0; i < 30; i++) {
    fake_block (fake, &fake->main, 0x30);
    fake_fastbin (fake, &fake->main, 0x20 + 0x10 * (i % 6));
  }
  fake_block (fake, &fake->main, 0x30);
  check (self);
  g_assert_cmpuint (((const HsArena *)self->heap->arenas->pdata[0])->cached_chunks, ==, 30);
}

/* The chunk that fills a heap to its end is the program's. */
static void
next_heap (FakeHeap *fake, FakeRun *run, guint fence)
{
  FakeBlock last = { run->at + 16, run->end - 0x10 - fence - run->at - 8 };

  fake_next_heap (fake, run, fence);
  g_array_append_val (fake->live, last);
}

static void
test_thread_arenas (Fixture *self, gconstpointer glibc)
{
  FakeHeap *fake = self->fake;
  FakeRun first = { 0 }, second = { 0 };

  populate (fake, &fake->main);
  fake_thread_run (fake, &first);
  populate (fake, &first);
  next_heap (fake, &first, 0x10);
  populate (fake, &first);
  next_heap (fake, &first, 0x20);
  populate (fake, &first);
  fake_top (fake, &first);
  fake_thread_run (fake, &second);
  fake_block (fake, &second, 0x100);
  fake_top (fake, &second);
  check (self);
  g_assert_cmpuint (self->heap->arenas->len, ==, 4);
}

static void
test_mmapped (Fixture *self, gconstpointer glibc)
{
  FakeHeap *fake = self->fake;

  fake_block (fake, &fake->main, 0x50);
  fake_mmapped (fake, MAPPED, 0x21000, 0);
  fake_mmapped (fake, MAPPED + 0x21000, 0x40000, 0); /* its neighbour */
  fake_mmapped (fake, MAPPED + 0x100000, 0x30000, 0x30); /* aligned to 64 */
  fake_mmapped (fake, MAPPED + 0x200000, 0x30000, 0x1000 - 0x10); /* to a page */
  fake_mmapped (fake, MAPPED + 0x301000, 0x80000, 0xf000 - 0x10); /* to 64 KiB */
  check (self);
}

/* A mapping of somebody else, which may hold anything. */
static void
test_foreign_mapping (Fixture *self, gconstpointer glibc)
{
  FakeHeap *fake = self->fake;
  guint8 *bytes = fake_memory (fake->target, MAPPED, 0x10000, FAKE_RW, HS_MAPPING_ANON);

  for (guint i = 0; i < 0x10000; i += 8)
    fake_put (bytes, 0, i, i % 4096 == 8 ? 0x1232 + i : 0x21);
  populate (fake, &fake->main);
  check (self);
}

/* Somebody moved the break: glibc closes what it had with a double fencepost and goes on behind. */
static void
test_foreign_break (Fixture *self, gconstpointer glibc)
{
  FakeHeap *fake = self->fake;
  FakeRun *run = &fake->main;

  populate (fake, run);
  fake_set (fake, run->at + 8, 0x11);
  fake_set (fake, run->at + 0x18, 0x11);
  run->at += 0x20;
  for (guint i = 0; i < 0x1000; i += 8)
    fake_set (fake, run->at + i, 0x4141414141414141);
  run->at += 0x1000;
  fake_set (fake, run->at + 8, (run->end - run->at) | 1);
  populate (fake, run);
  walk (self);
  check_exact (self);
  g_assert_cmpuint (self->heap->damage, ==, 0);
  g_assert_cmpuint (((const HsArena *)self->heap->arenas->pdata[0])->lost_bytes, ==, 0x1000);
}

/* A header that was overwritten costs its own block and the one whose end it was to tell, not the rest. */
static void
test_damaged (Fixture *self, gconstpointer glibc)
{
  FakeHeap *fake = self->fake;
  g_auto (GStrv) lines = NULL;
  guint missing = 0;

  populate (fake, &fake->main);
  HsAddr damaged = fake_block (fake, &fake->main, 0x60);
  populate (fake, &fake->main);
  fake_set (fake, damaged - 8, 0xdeadbeefdeadbeef);
  walk (self);
  lines = hs_diag_lines (self->diag);
  g_assert_nonnull (lines[0]);
  g_assert_nonnull (strstr (lines[0], "no chunk begins"));
  g_assert_cmpuint (self->heap->damage, ==, 1);
  for (guint i = 0; i < fake->live->len; i++) {
    HsAddr address = g_array_index (fake->live, FakeBlock, i).address;
    if (hs_blocks_at (self->heap->blocks, address) == HS_NO_BLOCK) {
      g_assert_cmphex (address, ==, damaged);
      missing++;
    }
  }
  g_assert_cmpuint (missing, ==, 1);
  g_assert_cmpuint (self->heap->blocks->n, ==, fake->live->len - 1);
}

/* Terabytes that are mapped and not in use, as of a program built with a sanitizer, are not looked at page by page. */
static void
test_sparse (Fixture *self, gconstpointer glibc)
{
  HsMapping mapping = { .start = G_GUINT64_CONSTANT (1) << 44, .end = G_GUINT64_CONSTANT (3) << 44, .prot = FAKE_RW,
                        .kind = HS_MAPPING_ANON, .file = -1 };
  gint64 begin = g_get_monotonic_time ();

  g_array_append_val (self->fake->target->mappings, mapping);
  fake_block (self->fake, &self->fake->main, 0x50);
  fake_mmapped (self->fake, MAPPED, 0x21000, 0);
  fake_set (self->fake, FAKE_LIBC + 0x400, G_GUINT64_CONSTANT (2) << 32); /* not contiguous */
  check (self);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
}

/* Memory in which every page begins a chain of chunks that leads nowhere. */
static void
test_chains (Fixture *self, gconstpointer glibc)
{
  gsize size = (gsize)64 << 20;
  guint8 *bytes = fake_memory (self->fake->target, MAPPED, size, FAKE_RW, HS_MAPPING_ANON);
  gint64 begin = g_get_monotonic_time ();

  for (gsize i = 8; i < size; i += 16)
    fake_put (bytes, 0, i, 0x21);
  fake_block (self->fake, &self->fake->main, 0x50);
  fake_set (self->fake, FAKE_LIBC + 0x400, G_GUINT64_CONSTANT (2) << 32);
  check (self);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
}

/* Nothing but pointers to each other, which at first look is an arena at each word. */
static void
test_no_arena (void)
{
  g_autoptr (HsTarget) target = fake_target_new ();
  g_autoptr (HsDiag) diag = hs_diag_new ();
  gint64 begin = g_get_monotonic_time ();
  gsize size = (gsize)1 << 20;
  HsAddr start = G_GUINT64_CONSTANT (0x7f0000000000);
  gint file = fake_file (target, "/nonexistent/libc.so", (const guint8 *)"", 0);
  guint8 *bytes = fake_memory (target, start, size, FAKE_RW, HS_MAPPING_FILE);

  g_array_index (target->mappings, HsMapping, 0).file = file;
  for (gsize i = 0; i < size; i += 8)
    fake_put (bytes, 0, i, start);
  fake_target_seal (target);
  g_assert_null (hs_heap_new (target, diag, NULL));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
}

static void
test_nothing (void)
{
  g_autoptr (HsTarget) target = fake_target_new ();
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;

  fake_memory (target, FAKE_BREAK, 0x1000, FAKE_RW, HS_MAPPING_HEAP);
  fake_target_seal (target);
  g_assert_null (hs_heap_new (target, diag, &error));
  g_assert_nonnull (error);
}

static const struct {
  const char *name;
  void (*run) (Fixture *self, gconstpointer glibc);
} tests[] = {
  { "main", test_main },         { "caches", test_caches },
  { "fastbins", test_fastbins }, { "thread-arenas", test_thread_arenas },
  { "mmapped", test_mmapped },   { "foreign-mapping", test_foreign_mapping },
  { "foreign-break", test_foreign_break }, { "damaged", test_damaged },
  { "sparse", test_sparse },     { "chains", test_chains },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/glibc/none", test_nothing);
  g_test_add_func ("/glibc/no-arena", test_no_arena);
  for (guint i = 0; i < n_fake_glibcs; i++)
    for (guint k = 0; k < G_N_ELEMENTS (tests); k++) {
      g_autofree char *path = g_strdup_printf ("/glibc/%s/%s", fake_glibcs[i].name, tests[k].name);
      g_test_add (path, Fixture, &fake_glibcs[i], set_up, tests[k].run, tear_down);
    }
  return g_test_run ();
}
