/* glibc-mmapped.c - blocks that have a mapping of their own.
 *
 * The allocator keeps no list of them, only their number. A mapping starts with a chunk header whose size is the whole
 * mapping's and has IS_MMAPPED set; neighbours share one line in the maps, so every page of anonymous memory outside the
 * arenas is a candidate until a chunk says how far it reaches.
 *
 * Aligned allocation moves the header inside: it stands 16 bytes below the aligned address and its prev_size says how
 * far the mapping begins before it, while the first header stays as it was and is stale; after mremap its size is wrong
 * too. So the positions that follow from each alignment are tried, and an inner header that fits wins. mremap may also
 * have moved the mapping to where the alignment no longer shows: if the first header does not end where another mapping
 * may begin, every page of what it once spanned is looked at.
 *
 * In 2.43 the size leaves out the last 16 bytes of the mapping and bit 0 of prev_size marks a huge page mapping. */
#include "profiler/arenas/glibc-private.h"

#include <sys/mman.h>

/* Pages looked at for blocks that were moved, all together: healthy processes have few such blocks. */
#define MAX_MOVED_STEPS (1u << 24)

typedef struct {
  HsAddr header;
  HsAddr end; /* of the mapping */
} Mapped;

/* The chunk whose header is at @header in a mapping that begins at @page, if it fits. */
static gboolean
read_header (const HsGlibc *self, HsAddr page, HsAddr header, HsAddr limit, Mapped *mapped)
{
  guint64 words[2];
  guint slack = self->main.layout->fastbins == 0 ? 16 : 0;

  if (header + CHUNK_HEADER > limit || !hs_image_read (self->image, header, words, sizeof words)
      || (words[1] & SIZE_BITS) != IS_MMAPPED || (words[0] & ~(guint64)1) != header - page || (slack == 0 && (words[0] & 1)))
    return FALSE;
  guint64 size = words[1] & ~(guint64)SIZE_BITS;
  if (size < CHUNK_MINIMUM || size > limit - header || (header - page + size + slack) % HS_PAGE_SIZE != 0
      || header + size + slack > limit)
    return FALSE;
  *mapped = (Mapped){ header, header + size + slack };
  return TRUE;
}

/* Whether a mapping of the allocator may begin at @page: its first header is there, though perhaps stale. */
static gboolean
may_begin (const HsGlibc *self, HsAddr page)
{
  guint64 words[2];

  return hs_image_read (self->image, page, words, sizeof words) && words[0] <= 1
         && (words[1] & SIZE_BITS) == IS_MMAPPED && words[1] >= HS_PAGE_SIZE - CHUNK_HEADER && words[1] < HS_ADDR_LIMIT;
}

static gboolean
find_inner (const HsGlibc *self, HsAddr page, HsAddr limit, Mapped *mapped)
{
  for (guint shift = 5; shift < 40; shift++) {
    HsAddr alignment = G_GUINT64_CONSTANT (1) << shift;
    /* The first aligned block, or the next one where the gap before it was too small for a chunk. */
    HsAddr header = ((page + CHUNK_HEADER + alignment - 1) & -alignment) - CHUNK_HEADER;
    if (header >= limit)
      return FALSE;
    if ((header != page && read_header (self, page, header, limit, mapped))
        || (alignment < limit - header && read_header (self, page, header + alignment, limit, mapped)))
      return TRUE;
  }
  return FALSE;
}

/* An inner header at a page's end minus 16, of an alignment beyond the page that the move has spoilt. */
static gboolean
find_moved (HsGlibc *self, HsAddr page, HsAddr limit, Mapped *mapped)
{
  guint64 spanned = 0;

  hs_image_word (self->image, page + 8, &spanned);
  HsAddr end = MIN (limit, page + (spanned & ~(guint64)SIZE_BITS));
  for (HsAddr at = page + HS_PAGE_SIZE; at < end && self->moved_steps++ < MAX_MOVED_STEPS; at += HS_PAGE_SIZE)
    if (read_header (self, page, at - CHUNK_HEADER, limit, mapped))
      return TRUE;
  return FALSE;
}

static gboolean
find_chunk (HsGlibc *self, HsAddr page, HsAddr limit, Mapped *mapped)
{
  gboolean outer;
  Mapped moved;

  if (find_inner (self, page, limit, mapped))
    return TRUE;
  outer = read_header (self, page, page, limit, mapped);
  if (outer && (mapped->end == limit || may_begin (self, mapped->end)))
    return TRUE;
  if (find_moved (self, page, limit, &moved)) {
    *mapped = moved;
    return TRUE;
  }
  return outer;
}

static HsAddr
take_page (HsGlibc *self, HsAddr page, HsAddr limit)
{
  Mapped mapped;

  if (!may_begin (self, page) || !find_chunk (self, page, limit, &mapped))
    return page + HS_PAGE_SIZE;
  HsRegion region = { .start = mapped.header, .end = mapped.end, .mmapped = TRUE };
  g_array_append_val (self->regions, region);
  return mapped.end;
}

/* The first region of an arena that ends behind @addr, as the index in @regions, which are sorted. */
static guint
region_after (const GArray *regions, HsAddr addr)
{
  guint low = 0, high = regions->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (regions, HsRegion, middle).end <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void
search (HsGlibc *self, const GArray *arenas, HsAddr start, HsAddr end)
{
  guint i = region_after (arenas, start);

  for (HsAddr page = (start + HS_PAGE_SIZE - 1) & -HS_PAGE_SIZE; page < end; ) {
    const HsRegion *next = i < arenas->len ? &g_array_index (arenas, HsRegion, i) : NULL;
    if (next != NULL && page >= next->start) {
      page = MAX (page, (next->end + HS_PAGE_SIZE - 1) & -HS_PAGE_SIZE);
      i++;
      continue;
    }
    HsAddr limit = next != NULL ? MIN (end, next->start) : end, there = hs_glibc_readable_page (self->image, page);
    page = there < limit ? take_page (self, there, limit) : (limit + HS_PAGE_SIZE - 1) & -HS_PAGE_SIZE;
  }
}

static gint
compare_regions (gconstpointer a, gconstpointer b)
{
  const HsRegion *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

static gboolean
is_candidate (const HsMapping *mapping)
{
  return mapping->kind == HS_MAPPING_ANON && (mapping->prot & (PROT_READ | PROT_WRITE)) == (PROT_READ | PROT_WRITE);
}

void
hs_glibc_collect_mmapped (HsGlibc *self)
{
  g_autoptr (GArray) arenas = g_array_new (FALSE, FALSE, sizeof (HsRegion));
  const GArray *mappings = self->target->mappings;

  g_array_append_vals (arenas, self->regions->data, self->regions->len);
  g_array_sort (arenas, compare_regions);
  for (guint i = 0; i < mappings->len; ) {
    const HsMapping *mapping = &g_array_index (mappings, HsMapping, i++);
    HsAddr start = mapping->start, end = mapping->end;
    if (!is_candidate (mapping))
      continue;
    /* Neighbours are one: a chunk may lie across a line of the maps. */
    for (; i < mappings->len && is_candidate (mapping = &g_array_index (mappings, HsMapping, i)) && mapping->start == end; i++)
      end = mapping->end;
    search (self, arenas, start, end);
  }
}
