/* glibc-walk.c - from chunk to chunk.
 *
 * A region is filled with chunks from start to end; a chunk is in use when the header behind it says so. The walk reads
 * one header in about 300 bytes, so it is the cache misses that cost: the memory 4 KiB ahead is prefetched.
 *
 * Where a header makes no sense (somebody moved the break and the bytes between are not malloc's, or memory was
 * overwritten) the walk goes on at the next place from which chunks lead on consistently; what lies between is lost and
 * counted. A double fencepost of 0x10 bytes announces foreign memory, so that this is no damage. */
#include "profiler/arenas/glibc-private.h"

#define PREFETCH 4096
#define PREFETCH_STEP 512
#define LINE 64
#define TRIAL_CHUNKS 64 /* this many chunks in a row, or fewer up to the end, make a place trustworthy */

/* Reads headers, nearly always from the one segment the region lies in. */
typedef struct {
  const HsImage *image;
  const guint8 *data;
  HsAddr start, end;
  HsAddr prefetched; /* lines before it are on their way */
} Window;

static void
window_init (Window *self, const HsImage *image, HsAddr at)
{
  const HsSegment *segment = hs_image_segment (image, at);

  *self = (Window){ .image = image };
  if (segment != NULL) {
    self->data = segment->data;
    self->start = segment->start;
    self->end = segment->end;
  }
}

static gboolean
window_refill (Window *self, HsAddr addr, guint64 *word)
{
  Window other;

  window_init (&other, self->image, addr);
  if (other.data != NULL)
    *self = other;
  return hs_image_word (self->image, addr, word);
}

static inline gboolean
window_word (Window *self, HsAddr addr, guint64 *word)
{
  if (G_LIKELY (addr >= self->start && addr + 8 <= self->end)) {
    memcpy (word, self->data + (addr - self->start), 8);
    return TRUE;
  }
  return window_refill (self, addr, word);
}

static void
prefetch_lines (Window *self, HsAddr addr)
{
  HsAddr ahead = MIN (addr + PREFETCH, self->end);

  for (HsAddr line = MAX (self->prefetched, addr & -(HsAddr)LINE); line < ahead; line += LINE)
    __builtin_prefetch (self->data + (line - self->start));
  self->prefetched = addr + PREFETCH;
}

/* @addr is read next: brings what follows it near, a few lines at a time. */
static inline void
window_prefetch (Window *self, HsAddr addr)
{
  if (addr + PREFETCH >= self->prefetched + PREFETCH_STEP)
    prefetch_lines (self, addr);
}

/* Whether a chunk of this header may begin at @chunk. */
static inline gboolean
is_chunk (HsAddr chunk, guint64 header, HsAddr end)
{
  guint64 size = header & ~(guint64)SIZE_BITS;

  return size >= CHUNK_MINIMUM && size % HS_GRANULE == 0 && !(header & IS_MMAPPED) && size <= end - chunk;
}

/* Follows at most @limit chunks from @chunk without a look at what is in them. Returns where it got, 0 where something
 * was wrong on the way. A free chunk has to repeat its size behind itself. @steps grows by how many were followed. */
HsAddr
hs_glibc_chain_end (const HsImage *image, HsAddr chunk, HsAddr end, HsAddr top, guint64 limit, guint64 *steps)
{
  Window window;
  guint64 header;
  gboolean first = TRUE;

  window_init (&window, image, chunk);
  for (guint64 n = 0; n < limit && chunk != top && chunk < end; n++, first = FALSE) {
    guint64 next, foot;
    ++*steps;
    if (!window_word (&window, chunk + 8, &header))
      return 0;
    if ((header & ~(guint64)PREV_INUSE) == 0x10 && !first)
      return chunk;
    if ((first && !(header & PREV_INUSE)) || !is_chunk (chunk, header, end))
      return 0;
    HsAddr behind = chunk + (header & ~(guint64)SIZE_BITS);
    if (behind + 16 > end || !window_word (&window, behind + 8, &next))
      return behind == end ? behind : 0;
    if (!(next & PREV_INUSE) && (!window_word (&window, behind, &foot) || foot != behind - chunk))
      return 0;
    chunk = behind;
  }
  return first ? 0 : chunk;
}

/* The next place behind @from where chunks lead on, or @end. */
static HsAddr
resynchronise (const HsGlibc *self, HsAddr from, const HsRegion *region)
{
  guint64 budget = 1 << 26, steps = 0;

  for (HsAddr at = from; at + CHUNK_MINIMUM <= region->end && budget-- > 0; at += HS_GRANULE)
    if (at == region->top || hs_glibc_chain_end (self->image, at, region->end, region->top, TRIAL_CHUNKS, &steps) != 0)
      return at;
  return region->top > from ? region->top : region->end;
}

gboolean
hs_glibc_is_held (const GArray *sorted, HsAddr address)
{
  return g_array_binary_search ((GArray *)sorted, &address, NULL, NULL);
}

/* A position in a sorted list of addresses that moves along with the walk. */
typedef struct {
  const HsAddr *at;
  const HsAddr *end;
} Cursor;

static Cursor
cursor_at (const GArray *sorted, HsAddr from)
{
  const HsAddr *data = (const HsAddr *)sorted->data;
  gsize low = 0, high = sorted->len;

  if (data == NULL) /* of an empty array */
    return (Cursor){ NULL, NULL };
  while (low < high) {
    gsize middle = low + (high - low) / 2;
    if (data[middle] < from)
      low = middle + 1;
    else
      high = middle;
  }
  return (Cursor){ data + low, data + sorted->len };
}

static inline gboolean
cursor_hits (Cursor *self, HsAddr address)
{
  while (self->at < self->end && *self->at < address)
    self->at++;
  return self->at < self->end && *self->at == address;
}

typedef struct {
  HsGlibc *glibc;
  const HsRegion *region;
  HsArena *arena;
  Window window;
  Cursor held, own;
  guint64 live_blocks, live_bytes, free_chunks, free_bytes; /* of this region */
} Walk;

static inline void
take_used (Walk *self, HsAddr chunk, guint64 size)
{
  HsAddr block = chunk + CHUNK_HEADER;

  if (G_UNLIKELY (cursor_hits (&self->held, block))) {
    self->arena->cached_chunks++;
    self->arena->cached_bytes += size;
  } else if (G_UNLIKELY (cursor_hits (&self->own, block))) {
    self->arena->own_bytes += size;
  } else if (hs_blocks_add (self->glibc->heap->blocks, block, size - 8)) {
    self->live_blocks++;
    self->live_bytes += size - 8;
  }
}

/* Where the walk goes on when no chunk begins at @at; what lies between is lost. */
static HsAddr
skip (Walk *self, HsAddr at)
{
  guint64 words[4] = { 0 };
  HsAddr next;

  hs_image_read (self->glibc->image, at, words, sizeof words);
  gboolean foreign = (words[1] & ~(guint64)PREV_INUSE) == 0x10 && (words[3] & ~(guint64)PREV_INUSE) == 0x10;
  if (foreign) {
    self->arena->own_bytes += 2 * 0x10;
    at += 2 * 0x10;
    next = resynchronise (self->glibc, at, self->region);
  } else {
    next = resynchronise (self->glibc, at + HS_GRANULE, self->region);
    self->glibc->heap->damage++;
    hs_diag_add (self->glibc->diag, "heap", "no chunk begins at " HS_ADDR_FORMAT " in arena %s: %" G_GUINT64_FORMAT
                 " bytes are not counted", at, self->arena->name, next - at);
  }
  self->arena->lost_bytes += next - at;
  return next;
}

/* A chunk whose successor's header is @next: takes it as what it is. */
static inline void
take_chunk (Walk *self, HsAddr chunk, guint64 header, guint64 next)
{
  guint64 size = header & ~(guint64)SIZE_BITS;

  if (next & PREV_INUSE)
    take_used (self, chunk, size);
  else {
    self->free_chunks++;
    self->free_bytes += size;
  }
}

static void
take_top (Walk *self, HsAddr top)
{
  guint64 header;

  if (window_word (&self->window, top + 8, &header))
    self->arena->top_bytes += MIN (header & ~(guint64)SIZE_BITS, self->region->end - top);
}

/* What the header behind a chunk of a thread arena says of the end of the heap: a heap that is full ends with a header of
 * size 0, before which stands a fencepost, of 0x10 bytes or, where it could not be smaller, of 0x20. */
static gboolean
closes_heap (Walk *self, HsAddr chunk, guint64 header, HsAddr behind, guint64 next)
{
  if ((next & ~(guint64)SIZE_BITS) > 0x10)
    return FALSE;
  if ((next & ~(guint64)SIZE_BITS) == 0x10)
    take_chunk (self, chunk, header, next);
  else
    behind = chunk;
  self->arena->own_bytes += self->region->end - behind;
  return TRUE;
}

static void
walk_chunks (Walk *self)
{
  const HsRegion *region = self->region;
  HsAddr chunk = region->start;
  guint64 header = 0, next;
  gboolean readable = window_word (&self->window, chunk + 8, &header);

  while (chunk + CHUNK_HEADER <= region->end && chunk != region->top) {
    HsAddr behind = chunk + (header & ~(guint64)SIZE_BITS);
    if (G_UNLIKELY (behind == region->end && region->top == 0)) {
      take_top (self, chunk); /* nobody said where top is: it is what fills the rest */
      return;
    }
    window_prefetch (&self->window, chunk);
    if (G_UNLIKELY (!readable || !is_chunk (chunk, header, region->end) || !window_word (&self->window, behind + 8, &next))) {
      chunk = skip (self, chunk);
      readable = window_word (&self->window, chunk + 8, &header);
      continue;
    }
    if (G_UNLIKELY (!region->is_main) && closes_heap (self, chunk, header, behind, next))
      return;
    take_chunk (self, chunk, header, next);
    chunk = behind;
    header = next;
  }
  if (chunk == region->top)
    take_top (self, chunk);
}

static void
take_mmapped (Walk *self)
{
  HsAddr header = self->region->start, block = header + CHUNK_HEADER;
  guint64 size = 0;

  hs_image_word (self->glibc->image, header + 8, &size);
  size &= ~(guint64)SIZE_BITS;
  /* Behind an mmapped chunk there is no header whose first word it could use: usable is 8 less than elsewhere; in 2.43
   * the size leaves out the last 16 bytes, and usable is as for every chunk. */
  guint64 usable = size - (self->glibc->main.layout->fastbins == 0 ? 8 : 16);
  if (cursor_hits (&self->held, block)) {
    self->arena->cached_chunks++;
    self->arena->cached_bytes += size;
  } else if (hs_blocks_add (self->glibc->heap->blocks, block, usable)) {
    self->arena->live_blocks++;
    self->arena->live_bytes += usable;
    self->arena->header_bytes += self->region->end - header - usable;
  }
}

void
hs_glibc_walk_region (HsGlibc *self, const HsRegion *region)
{
  Walk walk = {
    .glibc = self,
    .region = region,
    .arena = self->heap->arenas->pdata[region->arena],
    .held = cursor_at (self->held, region->start),
    .own = cursor_at (self->own, region->start),
  };

  window_init (&walk.window, self->image, region->start);
  if (region->mmapped)
    take_mmapped (&walk);
  else
    walk_chunks (&walk);
  walk.arena->live_blocks += walk.live_blocks;
  walk.arena->live_bytes += walk.live_bytes;
  walk.arena->header_bytes += 8 * walk.live_blocks;
  walk.arena->free_chunks += walk.free_chunks;
  walk.arena->free_bytes += walk.free_bytes;
}
