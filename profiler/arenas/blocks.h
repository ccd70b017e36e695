/* blocks.h - the table of live blocks and the index from any address to the block that holds it.
 *
 * The table is two flat arrays sorted by address. The index has an entry for each 4 KiB page that a block touches: a
 * bitmap of the 16-byte granules at which blocks start, and the number of blocks that start before the page. A start is
 * found by one bit and one population count, without touching the table; an interior address by the highest bit below it.
 * Pages are found through a directory of 64 MiB slots; a slot that lies wholly inside one huge block has no pages of
 * its own, so that the cost follows the memory that blocks fill and not what a hostile header claims. */
#pragma once

#include "profiler/target/addr.h"

#define HS_NO_BLOCK G_MAXUINT32
#define HS_GRANULE 16 /* MALLOC_ALIGNMENT on x86-64: every block starts at a multiple of it */

typedef struct {
  guint64 starts[4]; /* bit i: a block starts at granule i */
  guint32 rank;      /* how many blocks start before this page */
  guint32 before;    /* bytes 0 to 2: how many start in the page before words 1 to 3 of starts; bit 31: touched */
} HsBlockPage;

#define HS_PAGE_TOUCHED (1u << 31) /* a block starts in the page or reaches into it */

typedef struct {
  guint32 n;
  guint32 capacity;
  HsAddr *address;
  guint32 *words;       /* usable size in words of 8 bytes; G_MAXUINT32: look into large */
  GHashTable *large;    /* index -> guint64 size, for blocks of 32 GiB and more */
  guint64 bytes;        /* sum of the usable sizes */
  HsAddr low, high;     /* every block lies in [low, high) */
  HsBlockPage **slots;  /* by address >> 26; bit 0 set: the upper bits are the index of the block that fills the slot */
  GPtrArray *pages;     /* the slots' pages, to free them */
  HsBlockPage *page;    /* the last one a block started in, and its number */
  guint64 page_number;
} HsBlocks;

HsBlocks *hs_blocks_new (void);
void hs_blocks_free (HsBlocks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsBlocks, hs_blocks_free)

/* hs_blocks_add: appends a block of @size usable bytes. Blocks come in ascending order; one that overlaps its
 * predecessor, is misaligned or lies beyond user space is refused (FALSE): the caller's input is hostile. */
gboolean hs_blocks_add (HsBlocks *self, HsAddr address, guint64 size);

static inline guint64
hs_blocks_size (const HsBlocks *self, guint32 block)
{
  if (G_LIKELY (self->words[block] != G_MAXUINT32))
    return (guint64)self->words[block] * 8;
  return *(const guint64 *)g_hash_table_lookup (self->large, GUINT_TO_POINTER (block));
}

static inline HsAddr
hs_blocks_end (const HsBlocks *self, guint32 block)
{
  return self->address[block] + hs_blocks_size (self, block);
}

/* hs_blocks_page: the entry of the page @addr lies in, or NULL; where a huge block fills the slot, NULL and its index
 * in @filler. */
static inline const HsBlockPage *
hs_blocks_page (const HsBlocks *self, HsAddr addr, guint32 *filler)
{
  *filler = HS_NO_BLOCK;
  if (addr < self->low || addr >= self->high)
    return NULL;
  gsize slot = (gsize)self->slots[addr >> 26];
  if (slot & 1) {
    *filler = slot >> 1;
    return NULL;
  }
  return slot != 0 ? (const HsBlockPage *)slot + ((addr >> 12) & 0x3fff) : NULL;
}

/* The baseline of x86-64 has no instruction for it, and the compiler's library function is a call. */
static inline guint
hs_count_bits (guint64 word)
{
  word -= word >> 1 & G_GUINT64_CONSTANT (0x5555555555555555);
  word = (word & G_GUINT64_CONSTANT (0x3333333333333333)) + (word >> 2 & G_GUINT64_CONSTANT (0x3333333333333333));
  word = (word + (word >> 4)) & G_GUINT64_CONSTANT (0x0f0f0f0f0f0f0f0f);
  return word * G_GUINT64_CONSTANT (0x0101010101010101) >> 56;
}

/* How many blocks start up to and with the granule. */
static inline guint32
hs_blocks_rank (const HsBlockPage *page, guint granule)
{
  guint word = granule >> 6;
  guint before = (guint64)page->before << 8 >> (8 * word) & 0xff;

  return page->rank + before + hs_count_bits (page->starts[word] & ((G_GUINT64_CONSTANT (2) << (granule & 63)) - 1));
}

/* hs_blocks_at: the block that starts at @addr, or HS_NO_BLOCK. */
static inline guint32
hs_blocks_at (const HsBlocks *self, HsAddr addr)
{
  guint32 filler;
  const HsBlockPage *page = hs_blocks_page (self, addr, &filler);
  guint granule = (addr & 4095) / HS_GRANULE;

  if (page == NULL || addr % HS_GRANULE != 0 || !(page->starts[granule >> 6] >> (granule & 63) & 1))
    return HS_NO_BLOCK;
  return hs_blocks_rank (page, granule) - 1;
}

/* hs_blocks_find: the block whose usable bytes hold @addr, or HS_NO_BLOCK. */
static inline guint32
hs_blocks_find (const HsBlocks *self, HsAddr addr)
{
  guint32 block;
  const HsBlockPage *page = hs_blocks_page (self, addr, &block);

  if (page != NULL) {
    if (!(page->before & HS_PAGE_TOUCHED))
      return HS_NO_BLOCK;
    block = hs_blocks_rank (page, (addr & 4095) / HS_GRANULE) - 1; /* none before the first: wraps to HS_NO_BLOCK */
  }
  if (block == HS_NO_BLOCK || addr < self->address[block] || addr >= hs_blocks_end (self, block))
    return HS_NO_BLOCK;
  return block;
}

/* hs_blocks_prefetch: brings the page entry of @addr near, for a look-up that comes some steps later. */
static inline void
hs_blocks_prefetch (const HsBlocks *self, HsAddr addr)
{
  guint32 filler;
  const HsBlockPage *page = hs_blocks_page (self, addr, &filler);

  if (page != NULL)
    __builtin_prefetch (page);
}
