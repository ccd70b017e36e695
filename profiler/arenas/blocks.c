/* blocks.c - see blocks.h. */
#include "profiler/arenas/blocks.h"

#include <sys/mman.h>

#define SLOT_SHIFT 26
#define SLOT_PAGES (1u << (SLOT_SHIFT - 12))
#define N_SLOTS (HS_ADDR_LIMIT >> SLOT_SHIFT)

/* Zeroed memory that costs nothing until it is touched. */
static gpointer
map_zeroed (gsize size)
{
  gpointer memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (memory == MAP_FAILED)
    g_error ("out of address space for %" G_GSIZE_FORMAT " bytes", size);
  return memory;
}

static void
pages_free (gpointer pages)
{
  munmap (pages, SLOT_PAGES * sizeof (HsBlockPage));
}

HsBlocks *
hs_blocks_new (void)
{
  HsBlocks *self = g_new0 (HsBlocks, 1);

  self->large = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->pages = g_ptr_array_new_with_free_func (pages_free);
  self->slots = map_zeroed (N_SLOTS * sizeof *self->slots);
  return self;
}

void
hs_blocks_free (HsBlocks *self)
{
  munmap (self->slots, N_SLOTS * sizeof *self->slots);
  g_ptr_array_unref (self->pages);
  g_hash_table_unref (self->large);
  g_free (self->address);
  g_free (self->words);
  g_free (self);
}

static HsBlockPage *
slot_pages (HsBlocks *self, gsize slot)
{
  if (self->slots[slot] == NULL) {
    self->slots[slot] = map_zeroed (SLOT_PAGES * sizeof (HsBlockPage));
    g_ptr_array_add (self->pages, self->slots[slot]);
  }
  return self->slots[slot];
}

static HsBlockPage *
touch_page (HsBlocks *self, HsAddr addr, guint32 rank)
{
  HsBlockPage *page = slot_pages (self, addr >> SLOT_SHIFT) + ((addr >> 12) & (SLOT_PAGES - 1));

  if (!page->touched) {
    page->touched = TRUE;
    page->rank = rank;
  }
  return page;
}

/* Marks the pages behind the first one that the block reaches into. */
static void
cover (HsBlocks *self, guint32 block, HsAddr first, HsAddr end)
{
  for (HsAddr page = first; page < end; ) {
    gsize slot = page >> SLOT_SHIFT;
    if ((page & ((1u << SLOT_SHIFT) - 1)) == 0 && end - page >= 1u << SLOT_SHIFT) {
      self->slots[slot] = (HsBlockPage *)((gsize)block << 1 | 1);
      page += 1u << SLOT_SHIFT;
    } else {
      touch_page (self, page, block + 1);
      page += HS_PAGE_SIZE;
    }
  }
}

static void
reserve (HsBlocks *self)
{
  if (self->n < self->capacity)
    return;
  self->capacity = MAX (1024, self->capacity + self->capacity / 2);
  self->address = g_renew (HsAddr, self->address, self->capacity);
  self->words = g_renew (guint32, self->words, self->capacity);
}

gboolean
hs_blocks_add (HsBlocks *self, HsAddr address, guint64 size)
{
  if (address % HS_GRANULE != 0 || size == 0 || address < self->high || address >= HS_ADDR_LIMIT
      || size > HS_ADDR_LIMIT - address || self->n >= G_MAXUINT32 / 2)
    return FALSE;
  reserve (self);
  guint32 block = self->n++;
  self->address[block] = address;
  self->words[block] = MIN (size / 8, G_MAXUINT32);
  if (self->words[block] == G_MAXUINT32)
    g_hash_table_insert (self->large, GUINT_TO_POINTER (block), g_memdup2 (&size, sizeof size));
  self->bytes += size;
  if (block == 0)
    self->low = address;
  self->high = address + size;

  HsBlockPage *page = touch_page (self, address, block);
  guint granule = (address & 4095) / HS_GRANULE;
  page->starts[granule >> 6] |= G_GUINT64_CONSTANT (1) << (granule & 63);
  cover (self, block, (address & ~(HS_PAGE_SIZE - 1)) + HS_PAGE_SIZE, self->high);
  return TRUE;
}
