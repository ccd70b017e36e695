/* test-blocks.c - the block table and its index, against a search through all blocks. */
#include "profiler/arenas/blocks.h"

#define MIB ((guint64)1 << 20)
#define GIB ((guint64)1 << 30)
#define LOW G_GUINT64_CONSTANT (0x7f0000000000)

/* The block that holds @addr, by looking at every one. */
static guint32
search (const HsBlocks *blocks, HsAddr addr)
{
  for (guint32 i = 0; i < blocks->n; i++)
    if (addr >= blocks->address[i] && addr < hs_blocks_end (blocks, i))
      return i;
  return HS_NO_BLOCK;
}

static void
check_address (const HsBlocks *blocks, HsAddr addr)
{
  guint32 expected = search (blocks, addr);

  g_assert_cmpuint (hs_blocks_find (blocks, addr), ==, expected);
  if (expected != HS_NO_BLOCK && blocks->address[expected] != addr)
    expected = HS_NO_BLOCK;
  g_assert_cmpuint (hs_blocks_at (blocks, addr), ==, expected);
}

/* Around each block's borders, at the borders of pages inside, and anywhere. */
static void
check_all (const HsBlocks *blocks)
{
  guint64 bytes = 0;

  for (guint32 i = 0; i < blocks->n; i++) {
    HsAddr start = blocks->address[i], end = hs_blocks_end (blocks, i), page = (start | 4095) + 1;
    const HsAddr interesting[] = {
      start - 16,        start - 1, start,   start + 1, start + 8, start + 16, page - 1,                    page, page + 16,
      (start + end) / 2, end - 8,   end - 1, end,       end + 8,   end + 16,   (end | (64 * MIB - 1)) + 1,
    };
    for (guint k = 0; k < G_N_ELEMENTS (interesting); k++)
      check_address (blocks, interesting[k]);
    bytes += end - start;
  }
  for (guint i = 0; i < 2000; i++) {
    gdouble distance = g_test_rand_double () * (gdouble)(blocks->high - blocks->low + 8192);
    check_address (blocks, blocks->low - 4096 + (HsAddr)distance);
  }
  check_address (blocks, 0);
  check_address (blocks, HS_ADDR_LIMIT);
  check_address (blocks, G_MAXUINT64);
  g_assert_cmpuint (blocks->bytes, ==, bytes);
}

static guint64
random_size (void)
{
  switch (g_test_rand_int_range (0, 20)) {
  case 0: return 8 + 8 * (guint64)g_test_rand_int_range (0, 1 << 20);
  case 1: return 4096 * (guint64)g_test_rand_int_range (1, 40) - 16;
  default: return 24 + 16 * (guint64)g_test_rand_int_range (0, 30);
  }
}

static void
test_random (void)
{
  for (guint round = 0; round < 20; round++) {
    g_autoptr (HsBlocks) blocks = hs_blocks_new ();
    HsAddr at = LOW + 16 * (guint64)g_test_rand_int_range (0, 1 << 24);
    for (guint i = 0; i < 300; i++) {
      guint64 size = random_size ();
      g_assert_true (hs_blocks_add (blocks, at, size));
      g_assert_cmpuint (hs_blocks_size (blocks, i), ==, size);
      at = (at + size + 15) & -(HsAddr)16;
      if (g_test_rand_int_range (0, 30) == 0)
        at += 4096 * (guint64)g_test_rand_int_range (0, 100000);
    }
    check_all (blocks);
  }
}

/* Blocks that fill slots of the directory, with small ones right before and behind them. */
static void
check_huge (guint64 huge, HsAddr offset)
{
  g_autoptr (HsBlocks) blocks = hs_blocks_new ();
  HsAddr at = LOW + offset;

  g_assert_true (hs_blocks_add (blocks, at - 48, 40));
  g_assert_true (hs_blocks_add (blocks, at, huge));
  g_assert_cmpuint (hs_blocks_size (blocks, 1), ==, huge);
  at = (at + huge + 15) & -(HsAddr)16;
  g_assert_true (hs_blocks_add (blocks, at, 24));
  g_assert_true (hs_blocks_add (blocks, at + 32, huge));
  g_assert_true (hs_blocks_add (blocks, ((at + 32 + huge) | 15) + 1, 24));
  check_all (blocks);
}

static void
test_huge (void)
{
  const guint64 sizes[] = { 63 * MIB, 64 * MIB - 16, 64 * MIB, 64 * MIB + 4096, 128 * MIB, 200 * MIB + 8, 31 * GIB,
                            32 * GIB - 16, 32 * GIB - 8, 32 * GIB, 32 * GIB + 8, 100 * GIB };
  const HsAddr offsets[] = { 0, 16, 4096, 64 * MIB - 16, 64 * MIB, 40 * MIB + 2064 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint k = 0; k < G_N_ELEMENTS (offsets); k++)
      check_huge (sizes[i], offsets[k]);
}

static void
test_refusals (void)
{
  g_autoptr (HsBlocks) blocks = hs_blocks_new ();

  g_assert_false (hs_blocks_add (blocks, LOW + 8, 24));
  g_assert_false (hs_blocks_add (blocks, LOW, 0));
  g_assert_false (hs_blocks_add (blocks, HS_ADDR_LIMIT, 24));
  g_assert_false (hs_blocks_add (blocks, HS_ADDR_LIMIT - 16, 24));
  g_assert_false (hs_blocks_add (blocks, LOW, G_MAXUINT64 - 7));
  g_assert_false (hs_blocks_add (blocks, G_MAXUINT64 - 15, 24));
  g_assert_true (hs_blocks_add (blocks, LOW, 24));
  g_assert_false (hs_blocks_add (blocks, LOW, 24));
  g_assert_false (hs_blocks_add (blocks, LOW + 16, 24));
  g_assert_false (hs_blocks_add (blocks, LOW - 32, 24));
  g_assert_true (hs_blocks_add (blocks, LOW + 32, 24));
  g_assert_true (hs_blocks_add (blocks, HS_ADDR_LIMIT - 32, 32));
  g_assert_cmpuint (blocks->n, ==, 3);
  check_all (blocks);
}

static void
test_empty (void)
{
  g_autoptr (HsBlocks) blocks = hs_blocks_new ();

  g_assert_cmpuint (hs_blocks_find (blocks, LOW), ==, HS_NO_BLOCK);
  g_assert_cmpuint (hs_blocks_at (blocks, 0), ==, HS_NO_BLOCK);
  hs_blocks_prefetch (blocks, LOW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/blocks/empty", test_empty);
  g_test_add_func ("/blocks/random", test_random);
  g_test_add_func ("/blocks/huge", test_huge);
  g_test_add_func ("/blocks/refusals", test_refusals);
  return g_test_run ();
}
