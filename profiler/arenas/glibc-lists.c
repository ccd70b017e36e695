/* glibc-lists.c - blocks that the program has freed but whose chunks look alive: those in fastbins and thread caches.
 *
 * A thread cache (tcache_perthread_struct) is itself a block, which a thread-local pointer of libc points to. Without
 * symbols its place in the thread's TLS is unknown but the same for every thread: each offset below the thread pointer
 * is tried for all threads, and the one where most threads have a valid cache wins. Caches of threads that are gone are
 * not looked for: libc empties them, and what is left in memory is garbage. */
#include "profiler/arenas/glibc-private.h"

#define TLS_SCAN 65536  /* static TLS that is searched below the thread pointer */
#define MAX_REMAINDER 0x30
#define MAX_LIST 65536  /* tcache_count is 16 bits wide */
#define SEARCH_STEPS 50000000 /* list links followed while searching; a healthy process needs a few thousand */

/* tcache_perthread_struct: counts, then entries. In 2.42 and later the counts are of free slots, not of blocks, and the
 * last 12 bins are for large blocks. */
static const struct {
  guint chunk;   /* size of the chunk that holds it */
  guint bins;
  guint entries; /* offset of the array of lists */
  guint counts_wide; /* bytes of a count */
  gboolean counts_blocks;
} caches[] = {
  { 0x290, 64, 128, 2, TRUE },   /* 2.30 to 2.41 */
  { 0x250, 64, 64, 1, TRUE },    /* 2.27 to 2.29 */
  { 0x300, 76, 152, 2, FALSE },  /* 2.42 and later */
};

/* The next link stored at @slot, or G_MAXUINT64 where it cannot be read. */
static guint64
follow (const HsGlibc *self, HsAddr slot, gboolean safe)
{
  guint64 value;

  if (!hs_image_word (self->image, slot, &value))
    return G_MAXUINT64;
  return safe ? value ^ (slot >> 12) : value;
}

static guint64
chunk_size (const HsGlibc *self, HsAddr block)
{
  guint64 size;

  if (block % HS_GRANULE != 0 || block < CHUNK_HEADER || !hs_image_word (self->image, block - 8, &size))
    return 0;
  return size & ~(guint64)SIZE_BITS;
}

static gboolean
fits_bin (guint64 size, guint bin)
{
  return bin < 64 ? size == CHUNK_MINIMUM + 16 * (guint64)bin : size > CHUNK_MINIMUM + 16 * 63;
}

/* Follows the list of bin @bin from @first; -1 where it is none. Appends to @blocks unless that is NULL. */
static gint
read_cache_list (HsGlibc *self, HsAddr first, guint bin, gboolean safe, guint limit, GArray *blocks)
{
  gint n = 0;

  for (HsAddr block = first; block != 0; block = follow (self, block, safe)) {
    if (block >= HS_ADDR_LIMIT || n >= (gint)limit || self->steps++ > SEARCH_STEPS || !fits_bin (chunk_size (self, block), bin))
      return -1;
    if (blocks != NULL)
      g_array_append_val (blocks, block);
    n++;
  }
  return n;
}

/* The row of caches[] that the block at @cache fits, or -1; @n_lists gets how many of its lists hold something. */
static gint
recognise_cache (HsGlibc *self, HsAddr cache, gboolean safe, guint *n_lists)
{
  guint64 size = chunk_size (self, cache);

  *n_lists = 0;
  for (guint k = 0; k < G_N_ELEMENTS (caches); k++) {
    guint bin;
    /* What would have remained too small for a chunk belongs to this one; 2.43 also aligns it to a cache line. */
    if (size < caches[k].chunk || size > caches[k].chunk + MAX_REMAINDER)
      continue;
    for (bin = 0; bin < caches[k].bins; bin++) {
      guint64 first;
      guint16 count = 0;
      if (!hs_image_word (self->image, cache + caches[k].entries + 8 * bin, &first)
          || !hs_image_read (self->image, cache + bin * caches[k].counts_wide, &count, caches[k].counts_wide))
        break;
      gint n = read_cache_list (self, first, bin, safe, MAX_LIST, NULL);
      /* A thread caught between two stores may be off by one. */
      if (n < 0 || (caches[k].counts_blocks && ABS (n - (gint)count) > 1))
        break;
      *n_lists += n > 0;
    }
    if (bin == caches[k].bins)
      return k;
  }
  return -1;
}

static HsAddr
cache_at (const HsGlibc *self, const HsThread *thread, guint offset)
{
  guint64 cache;

  if (thread->fs_base < offset || !hs_image_word (self->image, thread->fs_base - offset, &cache))
    return 0;
  return cache < HS_ADDR_LIMIT ? cache : 0;
}

typedef struct {
  guint offset;
  guint n_caches;
  guint n_lists;
} Place;

/* How good @offset is as the place of the cache pointer: in how many threads a cache is there, and how full. */
static Place
rate_place (HsGlibc *self, guint offset, gboolean safe)
{
  Place place = { .offset = offset };

  for (guint i = 0; i < self->target->threads->len; i++) {
    guint n_lists;
    HsAddr cache = cache_at (self, hs_target_thread (self->target, i), offset);
    if (cache != 0 && recognise_cache (self, cache, safe, &n_lists) >= 0) {
      place.n_caches++;
      place.n_lists += n_lists;
    }
  }
  return place;
}

/* Tries every offset in a few threads first, so that a thousand threads do not cost a thousand scans. */
static Place
find_place (HsGlibc *self, gboolean safe)
{
  Place best = { 0 };
  guint n = MIN (self->target->threads->len, 4);

  for (guint i = 0; i < n; i++) {
    const HsThread *thread = hs_target_thread (self->target, i);
    if (thread->fs_base % 8 != 0)
      continue;
    for (guint offset = 8; offset <= TLS_SCAN; offset += 8) {
      guint n_lists;
      HsAddr cache = cache_at (self, thread, offset);
      if (cache == 0 || recognise_cache (self, cache, safe, &n_lists) < 0)
        continue;
      Place place = rate_place (self, offset, safe);
      if (place.n_caches > best.n_caches || (place.n_caches == best.n_caches && place.n_lists > best.n_lists))
        best = place;
    }
  }
  return best;
}

static void
collect_cache (HsGlibc *self, HsAddr cache)
{
  guint n_lists;
  gint k = recognise_cache (self, cache, self->safe_links, &n_lists);

  if (k < 0)
    return;
  for (guint bin = 0; bin < caches[k].bins; bin++) {
    guint64 first;
    if (hs_image_word (self->image, cache + caches[k].entries + 8 * bin, &first))
      read_cache_list (self, first, bin, self->safe_links, MAX_LIST, self->held);
  }
  g_array_append_val (self->own, cache);
}

/* Follows a fastbin from its first chunk; FALSE where it is none. Appends its blocks to @blocks unless that is NULL. */
static gboolean
read_fastbin (HsGlibc *self, HsAddr first, guint bin, gboolean safe, GArray *blocks)
{
  guint64 n = 0, limit = self->image->n_bytes / CHUNK_MINIMUM; /* a longer list is a circle */
  guint before = blocks != NULL ? blocks->len : 0;

  for (HsAddr chunk = first; chunk != 0; chunk = follow (self, chunk + CHUNK_HEADER, safe)) {
    HsAddr block = chunk + CHUNK_HEADER;
    /* A chunk is in one list at most; each is read up to three times. */
    if (n++ > limit || self->fast_steps++ > 4 * limit + 65536) {
      if (blocks != NULL)
        g_array_set_size (blocks, before);
      return FALSE;
    }
    if (chunk >= HS_ADDR_LIMIT || !fits_bin (chunk_size (self, block), bin))
      return FALSE;
    if (blocks != NULL)
      g_array_append_val (blocks, block);
  }
  return TRUE;
}

/* How many of the arena's fastbins are lists that end well when read that way. */
static guint
count_fastbins (HsGlibc *self, HsAddr arena, gboolean safe)
{
  guint n = 0;

  for (guint bin = 0; bin < HS_N_FASTBINS; bin++) {
    guint64 chunk;
    if (hs_image_word (self->image, arena + self->main.layout->fastbins + 8 * bin, &chunk) && chunk != 0
        && read_fastbin (self, chunk, bin, safe, NULL))
      n++;
  }
  return n;
}

/* Whether the links in the fastbins of all arenas are mangled; TRUE where nothing tells. */
static gboolean
fastbins_are_safe (HsGlibc *self)
{
  guint plain = 0, safe = 0;
  HsImagePeek peek;
  HsAddr arena = self->main.address;

  hs_image_peek_init (&peek, self->target);
  for (guint i = 0; arena != 0 && i < HS_MAX_ARENAS && self->main.layout->fastbins != 0; i++) {
    plain += count_fastbins (self, arena, FALSE);
    safe += count_fastbins (self, arena, TRUE);
    arena = hs_glibc_next_arena (&peek.peek, self->main.layout, arena);
    if (arena == self->main.address)
      break;
  }
  return safe >= plain;
}

gboolean
hs_glibc_find_safe_links (HsGlibc *self)
{
  Place plain = find_place (self, FALSE), safe = find_place (self, TRUE);

  if (plain.n_lists == safe.n_lists)
    return fastbins_are_safe (self);
  return safe.n_lists > plain.n_lists;
}

void
hs_glibc_collect_caches (HsGlibc *self)
{
  Place place = find_place (self, self->safe_links);

  if (place.n_caches == 0)
    return;
  for (guint i = 0; i < self->target->threads->len; i++) {
    HsAddr cache = cache_at (self, hs_target_thread (self->target, i), place.offset);
    if (cache != 0)
      collect_cache (self, cache);
  }
}

void
hs_glibc_collect_fastbins (HsGlibc *self, HsAddr arena)
{
  for (guint bin = 0; self->main.layout->fastbins != 0 && bin < HS_N_FASTBINS; bin++) {
    guint64 chunk;
    if (!hs_image_word (self->image, arena + self->main.layout->fastbins + 8 * bin, &chunk))
      return;
    if (!read_fastbin (self, chunk, bin, self->safe_links, self->held)) {
      hs_diag_add (self->diag, "heap", "a list of free blocks that begins at " HS_ADDR_FORMAT " is broken", chunk);
      self->heap->damage++;
    }
  }
}
