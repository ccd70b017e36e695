/* glibc-find.c - where main_arena and mp_ lie in a libc without symbols.
 *
 * main_arena is initialised data of libc (or of a static executable), so it lies in a writable private mapping of a
 * file. It is recognised by what malloc keeps true of it: each of its 127 bins is a circular list through the arena
 * itself, the list of arenas is circular, and the bytes got from the system do not exceed their maximum. No other data
 * passes this by chance. mp_ lies near it and is recognised by where it says the break began. */
#include "profiler/arenas/glibc-private.h"

#include <string.h>
#include <sys/mman.h>

/* malloc_state; attached_threads and next_free stand between next and system_mem. Rows are tried in order. */
static const HsGlibcLayout layouts[] = {
  { .versions = "2.27 to 2.42", .fastbins = 16, .top = 96, .bins = 112, .next = 2160, .system_mem = 2184, .size = 2200 },
  { .versions = "2.43 or later", .fastbins = 0, .top = 8, .bins = 24, .next = 2072, .system_mem = 2096, .size = 2112 },
};

const HsGlibcLayout hs_glibc_usual_layout = { .versions = "unknown", .fastbins = 16, .top = 96, .bins = 112, .next = 2160,
                                              .system_mem = 2184, .size = 2200 };

#define SCAN_CHUNK ((gsize)1 << 20)
#define MAX_OPEN_BINS 3
#define SCAN_LIMIT (G_GUINT64_CONSTANT (256) << 20) /* of one mapping's initialised data */

static guint64
word_at (const guint8 *bytes, gsize offset)
{
  guint64 word;

  memcpy (&word, bytes + offset, sizeof word);
  return word;
}

static gboolean
is_user_pointer (guint64 value)
{
  return value >= HS_PAGE_SIZE && value < HS_ADDR_LIMIT;
}

/* A first look that needs the candidate's own bytes only. */
static gboolean
looks_like_arena (const HsGlibcLayout *layout, const guint8 *bytes, HsAddr addr)
{
  guint64 next = word_at (bytes, layout->next);
  guint64 top = word_at (bytes, layout->top);
  guint64 mem = word_at (bytes, layout->system_mem);
  guint32 mutex;

  memcpy (&mutex, bytes, sizeof mutex);
  if (mutex > 2 || !is_user_pointer (next) || next % 8 != 0 || mem == 0
      || mem > word_at (bytes, layout->system_mem + 8) || !is_user_pointer (top) || top % HS_GRANULE != 0)
    return FALSE;
  for (guint i = 0; i < HS_N_BINS; i++)
    for (guint k = 0; k < 2; k++) {
      guint64 link = word_at (bytes, layout->bins + i * 16 + k * 8);
      if (link != addr + layout->bins + i * 16 - 16 && (!is_user_pointer (link) || link % HS_GRANULE != 0))
        return FALSE;
    }
  return TRUE;
}

/* Whether bin @i is a circular list: empty, or its first and last chunk point back at it. */
static gboolean
bin_is_circular (HsPeek *peek, const HsGlibcLayout *layout, const guint8 *bytes, HsAddr addr, guint i)
{
  HsAddr bin = addr + layout->bins + i * 16 - 16;
  guint64 fd = word_at (bytes, layout->bins + i * 16), bk = word_at (bytes, layout->bins + i * 16 + 8);
  guint64 back, forth;

  if (fd == bin && bk == bin)
    return TRUE;
  return is_user_pointer (fd) && is_user_pointer (bk) && peek->read (peek, fd + 24, &back, 8)
         && peek->read (peek, bk + 16, &forth, 8) && back == bin && forth == bin;
}

HsAddr
hs_glibc_next_arena (HsPeek *peek, const HsGlibcLayout *layout, HsAddr arena)
{
  guint64 next;

  return peek->read (peek, arena + layout->next, &next, sizeof next) && is_user_pointer (next) && next % 8 == 0 ? next : 0;
}

static gboolean
arenas_are_circular (HsPeek *peek, const HsGlibcLayout *layout, HsAddr main_arena)
{
  HsAddr arena = main_arena;

  for (guint i = 0; i < HS_MAX_ARENAS; i++) {
    arena = hs_glibc_next_arena (peek, layout, arena);
    if (arena == 0 || arena == main_arena)
      return arena != 0;
  }
  return FALSE;
}

static gboolean
is_main_arena (HsPeek *peek, const HsGlibcLayout *layout, const guint8 *bytes, HsAddr addr)
{
  guint open = 0;

  if (!looks_like_arena (layout, bytes, addr))
    return FALSE;
  /* A process caught while it moves a chunk may have a bin open. The list of arenas comes last, as it can be long: what
   * merely looks like an arena has no bins that lead back to it. */
  for (guint i = 0; i < HS_N_BINS && open <= MAX_OPEN_BINS; i++)
    open += !bin_is_circular (peek, layout, bytes, addr, i);
  return open <= MAX_OPEN_BINS && arenas_are_circular (peek, layout, addr);
}

/* Pages that cannot be read, as in a core that was cut, are 0. */
static void
read_around (HsPeek *peek, HsAddr addr, guint8 *buffer, gsize length)
{
  if (peek->read (peek, addr, buffer, length))
    return;
  for (gsize done = 0; done < length; done += HS_PAGE_SIZE) {
    gsize part = MIN (HS_PAGE_SIZE, length - done);
    if (!peek->read (peek, addr + done, buffer + done, part))
      memset (buffer + done, 0, part);
  }
}

static gboolean
scan_mapping (HsPeek *peek, const HsMapping *mapping, HsMainArena *found)
{
  const gsize overlap = 4096; /* more than any layout */
  g_autofree guint8 *buffer = g_malloc (SCAN_CHUNK + overlap);
  HsAddr end = MIN (mapping->end, mapping->start + SCAN_LIMIT);

  for (HsAddr at = mapping->start; at < end; at += SCAN_CHUNK) {
    gsize length = MIN (SCAN_CHUNK + overlap, mapping->end - at);
    read_around (peek, at, buffer, length);
    for (guint k = 0; k < G_N_ELEMENTS (layouts); k++)
      for (gsize o = 0; o + layouts[k].size <= length && o < SCAN_CHUNK; o += 8)
        if (word_at (buffer, o + layouts[k].bins + 16) == at + o + layouts[k].bins
            || word_at (buffer, o + layouts[k].next) == at + o
            || is_user_pointer (word_at (buffer, o + layouts[k].next)))
          if (is_main_arena (peek, &layouts[k], buffer + o, at + o)) {
            *found = (HsMainArena){ at + o, &layouts[k] };
            return TRUE;
          }
  }
  return FALSE;
}

/* libc's own mapping first: it is there in nearly every process, and small. */
static guint
mapping_preference (const HsPeek *peek, const HsMapping *mapping)
{
  const HsFile *file = mapping->file >= 0 && (guint)mapping->file < peek->files->len
                         ? peek->files->pdata[mapping->file] : NULL;

  /* A core that lost its notes does not say which mapping is a file's. */
  if (peek->files->len == 0 && (mapping->prot & PROT_WRITE) != 0)
    return 2;
  if (mapping->kind != HS_MAPPING_FILE || (mapping->prot & PROT_WRITE) == 0 || file == NULL)
    return G_MAXUINT;
  return file->path != NULL && strstr (file->path, "/libc") != NULL ? 0 : 1;
}

gboolean
hs_glibc_find_main_arena (HsPeek *peek, HsMainArena *found)
{
  for (guint preference = 0; preference <= 2; preference++)
    for (guint i = 0; i < peek->mappings->len; i++) {
      const HsMapping *mapping = &g_array_index (peek->mappings, HsMapping, i);
      if (mapping_preference (peek, mapping) == preference && scan_mapping (peek, mapping, found))
        return TRUE;
    }
  return FALSE;
}

/* malloc_par: where n_mmaps and sbrk_base stand. The first field, trim_threshold, is at 0 in all of them. */
static const struct {
  guint n_mmaps;
  guint sbrk_base;
} par_layouts[] = {
  { 60, 96 },  /* 2.35 to 2.42 */
  { 40, 72 },  /* 2.27 to 2.34 */
  { 68, 104 }, /* 2.43 */
};

#define DEFAULT_MMAP_MAX 65536

static gboolean
read_par (HsGlibc *self, HsAddr addr, guint k, gboolean strict, HsMallocPar *par)
{
  guint64 base, mmapped, max_mmapped;
  gint32 counts[3]; /* n_mmaps, n_mmaps_max, max_n_mmaps */

  if (!hs_image_word (self->image, addr + par_layouts[k].sbrk_base, &base)
      || !hs_image_read (self->image, addr + par_layouts[k].n_mmaps, counts, sizeof counts)
      || !hs_image_word (self->image, addr + par_layouts[k].sbrk_base - 16, &mmapped)
      || !hs_image_word (self->image, addr + par_layouts[k].sbrk_base - 8, &max_mmapped))
    return FALSE;
  *par = (HsMallocPar){ addr, base, counts[0] };
  if (strict && counts[1] != DEFAULT_MMAP_MAX)
    return FALSE;
  return counts[0] >= 0 && counts[0] <= counts[2] && counts[2] <= counts[1] && mmapped <= max_mmapped
         && (counts[0] == 0 || mmapped > 0);
}

/* A plausible sbrk_base is where [heap] begins, a little behind it, or at what top and system_mem make of it. */
static gboolean
is_break_start (HsGlibc *self, HsAddr base, HsAddr computed)
{
  if (base == 0 || base >= HS_ADDR_LIMIT)
    return FALSE;
  if (base == computed)
    return TRUE;
  const HsMapping *mapping = hs_mapping_find (self->target->mappings, base);
  return mapping != NULL && mapping->kind == HS_MAPPING_HEAP && base - mapping->start < HS_PAGE_SIZE;
}

static gboolean
search_par (HsGlibc *self, HsAddr low, HsAddr high, HsAddr computed, gboolean strict)
{
  for (guint k = 0; k < G_N_ELEMENTS (par_layouts); k++)
    for (HsAddr at = low + (-low & 7); at + 112 <= high; at += 8) {
      HsMallocPar par;
      if (read_par (self, at, k, strict, &par) && is_break_start (self, par.sbrk_base, computed)) {
        self->par = par;
        return TRUE;
      }
    }
  return FALSE;
}

/* The number of mappings that is allowed is nearly always the default, which makes a good mark; but it is a tunable. */
void
hs_glibc_find_par (HsGlibc *self)
{
  guint64 top, size, mem;
  HsAddr computed = 0;
  const HsSegment *segment = hs_image_segment (self->image, self->main.address);

  if (hs_image_word (self->image, self->main.address + self->main.layout->top, &top)
      && hs_image_word (self->image, top + 8, &size)
      && hs_image_word (self->image, self->main.address + self->main.layout->system_mem, &mem))
    computed = top + (size & ~(guint64)SIZE_BITS) - mem;
  if (segment == NULL)
    return;
  /* Within 64 KiB of main_arena: both are small objects of one file, malloc.c. */
  HsAddr low = MAX (segment->start, self->main.address - MIN (self->main.address, 65536));
  HsAddr high = MIN (segment->end, self->main.address + 65536);
  if (!search_par (self, low, high, computed, TRUE))
    search_par (self, low, high, computed, FALSE);
}
