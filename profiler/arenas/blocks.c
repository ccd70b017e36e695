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

#define HUGE_ENOUGH ((gsize)4 << 20)

/* An array of @n elements of @size bytes made longer, for @capacity of them. Large ones get huge pages: most of what
 * filling them costs is page faults. */
static gpointer
grow (gpointer array, gsize size, gsize n, gsize capacity)
{
  gpointer longer = n == 0 ? map_zeroed (capacity * size) : mremap (array, n * size, capacity * size, MREMAP_MAYMOVE);

  if (longer == MAP_FAILED)
    g_error ("out of address space for %" G_GSIZE_FORMAT " bytes", capacity * size);
  if (capacity * size >= HUGE_ENOUGH)
    madvise (longer, capacity * size, MADV_HUGEPAGE);
  return longer;
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
  if (self->capacity > 0) {
    munmap (self->address, self->capacity * sizeof *self->address);
    munmap (self->words, self->capacity * sizeof *self->words);
  }
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

  if (!(page->before & HS_PAGE_TOUCHED)) {
    page->before = HS_PAGE_TOUCHED;
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
  guint32 capacity = MAX (1024, self->capacity + self->capacity / 2);
  self->address = grow (self->address, sizeof *self->address, self->capacity, capacity);
  self->words = grow (self->words, sizeof *self->words, self->capacity, capacity);
  self->capacity = capacity;
}

/* Marks the start of a block, in the page of the one before or in another. */
static void
mark_start (HsBlocks *self, guint32 block, HsAddr address)
{
  static const guint32 later_words[] = { 0x010101, 0x010100, 0x010000, 0 };
  guint granule = (address & 4095) / HS_GRANULE;

  if (self->page == NULL || self->page_number != address >> 12) {
    self->page = touch_page (self, address, block);
    self->page_number = address >> 12;
  }
  self->page->starts[granule >> 6] |= G_GUINT64_CONSTANT (1) << (granule & 63);
  self->page->before += later_words[granule >> 6];
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

  HsAddr next_page = (address & ~(HS_PAGE_SIZE - 1)) + HS_PAGE_SIZE;
  mark_start (self, block, address);
  if (G_UNLIKELY (next_page < self->high))
    cover (self, block, next_page, self->high);
  return TRUE;
}
