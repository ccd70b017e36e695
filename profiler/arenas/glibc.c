/* glibc.c - the heap of glibc 2.27 and later on x86-64, without symbols.
 *
 * In order: main_arena and mp_ are found (glibc-find.c), the arenas give their regions, the blocks that wait in
 * fastbins and thread caches are listed (glibc-lists.c), the mmapped blocks are found (glibc-mmapped.c), and then all
 * regions are walked in ascending order (glibc-walk.c), so that the block table is sorted as it is filled.
 *
 * Not handled: memory tagging, a heap that was dumped and restored (malloc_set_state), mcheck's headers. */
#include "profiler/arenas/glibc-private.h"
#include "profiler/target/error.h"

#include <string.h>
#include <sys/mman.h>

static void
add_region (HsGlibc *self, HsRegion region)
{
  if (region.start < region.end && region.end < HS_ADDR_LIMIT)
    g_array_append_val (self->regions, region);
}

static gint
compare_extents (gconstpointer a, gconstpointer b)
{
  const HsExtent *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

/* Notes memory that is the allocator's. */
static void
rule (HsGlibc *self, HsAddr start, HsAddr end)
{
  HsExtent extent = { start, end };

  g_array_append_val (self->heap->extents, extent);
}

/* --- thread arenas --- */

/* heap_info: ar_ptr, prev, size, mprotect_size; from 2.35 also pagesize and padding. */
#define HEAP_INFO_OLD 0x20
#define HEAP_INFO_NEW 0x30

static const guint64 heap_sizes[] = {
  64 << 20, /* HEAP_MAX_SIZE: 2 * DEFAULT_MMAP_THRESHOLD_MAX */
  8 << 20,  /* 2.35 and later with glibc.malloc.hugetlb: four huge pages of 2 MiB */
  G_GUINT64_CONSTANT (4) << 30, /* ... of 1 GiB */
};

/* The first chunk behind @at: aligned so that its block is. */
static HsAddr
first_chunk (HsAddr at)
{
  return (at + HS_GRANULE - 1) & -(HsAddr)HS_GRANULE;
}

/* The heap @addr lies in, by the size of heaps that makes heap_info say it belongs to @arena; 0: none does. */
static HsAddr
heap_of (const HsGlibc *self, HsAddr addr, HsAddr arena, guint64 *heap_size)
{
  for (guint i = 0; i < G_N_ELEMENTS (heap_sizes); i++) {
    guint64 owner;
    HsAddr heap = addr & -heap_sizes[i];
    if (hs_image_word (self->image, heap, &owner) && owner == arena) {
      *heap_size = heap_sizes[i];
      return heap;
    }
  }
  return 0;
}

static void
collect_thread_heaps (HsGlibc *self, HsAddr arena, guint index, HsAddr top)
{
  HsArena *stats = self->heap->arenas->pdata[index];
  guint64 heap_size, info[3]; /* ar_ptr, prev, size */
  HsAddr heap = heap_of (self, top, arena, &heap_size);
  /* The arena stands right behind the heap_info of its first heap, which tells how large that is. */
  guint64 info_size = arena % HS_PAGE_SIZE == HEAP_INFO_OLD ? HEAP_INFO_OLD : HEAP_INFO_NEW;

  for (guint n = 0; heap != 0 && n < HS_MAX_ARENAS; n++) {
    if (!hs_image_read (self->image, heap, info, sizeof info) || info[0] != arena || info[2] > heap_size)
      break;
    gboolean is_first = heap + info_size == arena;
    HsAddr start = first_chunk (is_first ? arena + self->main.layout->size : heap + info_size);
    stats->own_bytes += start - heap;
    rule (self, heap, start);
    add_region (self, (HsRegion){ .start = start, .end = heap + info[2], .arena = index,
                                  .top = top >= heap && top < heap + info[2] ? top : 0 });
    if (is_first)
      return;
    heap = info[1];
  }
  hs_diag_add (self->diag, "heap", "the heaps of the arena at " HS_ADDR_FORMAT " are damaged", arena);
  self->heap->damage++;
}

static void
collect_thread_arenas (HsGlibc *self)
{
  HsImagePeek peek;
  HsAddr arena = self->main.address;

  hs_image_peek_init (&peek, self->target);
  for (guint n = 1; n < HS_MAX_ARENAS; n++) {
    guint64 top;
    arena = hs_glibc_next_arena (&peek.peek, self->main.layout, arena);
    if (arena == 0 || arena == self->main.address)
      return;
    g_autofree char *name = g_strdup_printf ("thread %u", n);
    hs_heap_add_arena (self->heap, name, arena);
    hs_glibc_collect_fastbins (self, arena);
    if (hs_image_word (self->image, arena + self->main.layout->top, &top))
      collect_thread_heaps (self, arena, self->heap->arenas->len - 1, top);
  }
}

/* --- main arena --- */

/* Without a contiguous break (it could not grow, or huge pages are asked for) the main arena lives in mappings: chains
 * that begin at a page and end at top or at the double fencepost that closes a run that was left behind. */
static void
collect_mapped_main (HsGlibc *self, HsAddr top)
{
  guint64 most = 4 * (self->image->n_bytes / CHUNK_MINIMUM); /* chunks there can be; chains of hostile memory overlap */

  for (guint i = 0; i < self->target->mappings->len; i++) {
    const HsMapping *mapping = hs_target_mapping (self->target, i);
    if (mapping->kind != HS_MAPPING_ANON || (mapping->prot & PROT_WRITE) == 0)
      continue;
    for (HsAddr page = mapping->start; page < mapping->end; page += HS_PAGE_SIZE) {
      page = hs_glibc_readable_page (self->image, page);
      if (page >= mapping->end || self->page_steps > most)
        break;
      HsAddr end = hs_glibc_chain_end (self->image, page, mapping->end, top, G_MAXUINT64, &self->page_steps);
      guint64 fence[4] = { 0 };
      if (end == 0)
        continue;
      gboolean at_top = end == top;
      if (!at_top && (!hs_image_read (self->image, end, fence, sizeof fence) || (fence[1] & ~G_GUINT64_CONSTANT (1)) != 0x10
                      || (fence[3] & ~G_GUINT64_CONSTANT (1)) != 0x10))
        continue;
      guint64 size = 0;
      if (at_top)
        hs_image_word (self->image, top + 8, &size);
      HsAddr close = at_top ? MIN (top + (size & ~(guint64)SIZE_BITS), mapping->end) : end + 0x20;
      add_region (self, (HsRegion){ .start = page, .end = close, .top = at_top ? top : 0, .is_main = TRUE });
      page = (close - 1) & -HS_PAGE_SIZE;
    }
  }
}

static HsAddr
heap_mapping_start (const HsGlibc *self)
{
  for (guint i = 0; i < self->target->mappings->len; i++)
    if (hs_target_mapping (self->target, i)->kind == HS_MAPPING_HEAP)
      return hs_target_mapping (self->target, i)->start;
  return 0;
}

/* Where the break's chunks begin: mp_ says it, or top and what was got from the system, or the mapping. The one from
 * which chunks lead on is right. */
static HsAddr
main_start (const HsGlibc *self, HsAddr top, guint64 top_size, guint64 system_mem)
{
  const HsAddr candidates[] = {
    self->par.sbrk_base,
    heap_mapping_start (self),
    top + top_size > system_mem ? top + top_size - system_mem : 0,
  };

  guint64 steps = 0;

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++) {
    HsAddr start = first_chunk (candidates[i]);
    if (start != 0 && start < top && hs_glibc_chain_end (self->image, start, top + top_size, top, 64, &steps) != 0)
      return start;
    if (start != 0 && start == top)
      return start;
  }
  /* The first chunks are damaged: the walk will say so and find its way. */
  return self->par.sbrk_base != 0 && self->par.sbrk_base < top ? first_chunk (self->par.sbrk_base) : 0;
}

static void
collect_main (HsGlibc *self)
{
  const HsGlibcLayout *layout = self->main.layout;
  guint64 top = 0, top_header = 0, system_mem = 0;
  guint32 state[2] = { 0 }; /* mutex, flags */

  hs_heap_add_arena (self->heap, "main", self->main.address);
  rule (self, self->main.address, self->main.address + layout->size);
  hs_glibc_collect_fastbins (self, self->main.address);
  if (!hs_image_word (self->image, self->main.address + layout->top, &top) || !hs_image_word (self->image, top + 8, &top_header)
      || !hs_image_word (self->image, self->main.address + layout->system_mem, &system_mem)
      || !hs_image_read (self->image, self->main.address, state, sizeof state)) {
    hs_diag_add (self->diag, "heap", "the main arena's top at " HS_ADDR_FORMAT " cannot be read", top);
    self->heap->damage++;
    return;
  }
  guint64 top_size = top_header & ~(guint64)SIZE_BITS;
  if (top >= HS_ADDR_LIMIT || top_size >= HS_ADDR_LIMIT)
    top_size = 0;
  HsAddr start = main_start (self, top, top_size, system_mem);
  const HsMapping *mapping = hs_mapping_find (self->target->mappings, top);
  if (start != 0 && mapping != NULL)
    add_region (self, (HsRegion){ .start = start, .end = top + top_size, .top = top, .is_main = TRUE });
  if (state[1] & 2 || start == 0) /* NONCONTIGUOUS_BIT */
    collect_mapped_main (self, top);
}

/* --- all together --- */

static gint
compare_addresses (gconstpointer a, gconstpointer b)
{
  HsAddr x = *(const HsAddr *)a, y = *(const HsAddr *)b;

  return x < y ? -1 : x > y;
}

static gint
compare_regions (gconstpointer a, gconstpointer b)
{
  const HsRegion *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

static void
walk_regions (HsGlibc *self)
{
  HsAddr last = 0;

  g_array_sort (self->held, compare_addresses);
  g_array_sort (self->own, compare_addresses);
  g_array_sort (self->regions, compare_regions);
  for (guint i = 0; i < self->regions->len; i++) {
    HsRegion region = g_array_index (self->regions, HsRegion, i);
    region.start = MAX (region.start, last);
    if (region.start < region.end) {
      rule (self, region.start, region.end);
      hs_glibc_walk_region (self, &region);
    }
    last = MAX (last, region.end);
  }
  g_array_sort (self->heap->extents, compare_extents);
}

static void
collect_all (HsGlibc *self)
{
  if (self->main.address != 0)
    hs_glibc_find_par (self);
  self->safe_links = hs_glibc_find_safe_links (self);
  hs_glibc_collect_caches (self);
  if (self->main.address != 0) {
    collect_main (self);
    collect_thread_arenas (self);
  } else
    hs_glibc_collect_orphans (self);

  hs_heap_add_arena (self->heap, "mmapped", 0);
  guint first = self->regions->len;
  hs_glibc_collect_mmapped (self);
  for (guint i = first; i < self->regions->len; i++)
    g_array_index (self->regions, HsRegion, i).arena = self->heap->arenas->len - 1;
  if (self->par.address != 0 && (gint)(self->regions->len - first) != self->par.n_mmaps)
    hs_diag_add (self->diag, "heap", "%u mmapped blocks were found, the allocator counts %d",
                 self->regions->len - first, self->par.n_mmaps);
}

/* What libc calls itself, from its read-only data: "2.36". */
static char *
libc_version (HsTarget *target)
{
  static const char mark[] = "GNU C Library (";
  static const char word[] = "version ";

  for (guint i = 0; i < target->files->len; i++) {
    const HsFile *file = target->files->pdata[i];
    if (file->data == NULL || file->path == NULL || strstr (file->path, "libc") == NULL)
      continue;
    const char *found = memmem (file->data, file->size, mark, strlen (mark));
    gsize left = found != NULL ? file->size - (gsize)(found - (const char *)file->data) : 0;
    const char *version = found != NULL ? memmem (found, MIN (left, 256), word, strlen (word)) : NULL;
    if (version == NULL)
      continue;
    version += strlen (word);
    gsize length = 0, most = MIN (16, left - (gsize)(version - found));
    while (length < most && (g_ascii_isdigit (version[length]) || version[length] == '.'))
      length++;
    while (length > 0 && version[length - 1] == '.')
      length--;
    return g_strndup (version, length);
  }
  return NULL;
}

/* Whether glibc is there at all: a process that has not called malloc yet has no arena to recognise. */
static gboolean
has_glibc (HsTarget *target)
{
  for (guint i = 0; i < target->files->len; i++) {
    const HsFile *file = target->files->pdata[i];
    g_autofree char *name = file->path != NULL ? g_path_get_basename (file->path) : NULL;
    if (name != NULL && (strcmp (name, "libc.so.6") == 0 || g_str_has_prefix (name, "libc-2.")
                         || (file->data != NULL && target->executable != NULL && g_strcmp0 (file->path, target->executable) == 0
                             && memmem (file->data, file->size, "GNU C Library (", 15) != NULL)))
      return TRUE;
  }
  return FALSE;
}

static HsHeap *
walk (HsTarget *target, HsDiag *diag, GError **error)
{
  HsImagePeek peek;
  HsGlibc self = { .target = target, .image = target->image, .diag = diag };
  gboolean found;

  hs_image_peek_init (&peek, target);
  found = hs_glibc_find_main_arena (&peek.peek, &self.main);
  if (!found && !target->truncated && !has_glibc (target)) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_UNSUPPORTED,
                 "no heap of glibc was found: the program uses another C library or allocator, or its libc's data are "
                 "missing from the core");
    return NULL;
  }
  g_autofree char *version = libc_version (target);
  self.heap = hs_heap_new_empty ("glibc");
  self.heap->version = version != NULL ? g_strdup_printf ("glibc %s", version)
                                       : g_strdup_printf ("glibc (%s)", found ? self.main.layout->versions : "unknown");
  if (!found && !target->truncated) {
    hs_diag_add (diag, "heap", "%s is there but no arena of it: malloc was not called yet, or another allocator is in use",
                 self.heap->version);
    return self.heap;
  }
  if (!found)
    self.main.layout = &hs_glibc_usual_layout;
  self.regions = g_array_new (FALSE, FALSE, sizeof (HsRegion));
  self.held = g_array_new (FALSE, FALSE, sizeof (HsAddr));
  self.own = g_array_new (FALSE, FALSE, sizeof (HsAddr));
  collect_all (&self);
  walk_regions (&self);
  g_array_unref (self.regions);
  g_array_unref (self.held);
  g_array_unref (self.own);
  if (!found && self.heap->blocks->n == 0) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA,
                 "no heap of glibc was found: the core is truncated, and what tells where it is lies behind the cut");
    g_clear_pointer (&self.heap, hs_heap_unref);
  }
  return self.heap;
}

static GArray *
locks (HsPeek *peek)
{
  HsMainArena main_arena;

  if (!hs_glibc_find_main_arena (peek, &main_arena))
    return NULL;
  GArray *array = g_array_new (FALSE, FALSE, sizeof (HsAddr));
  HsAddr arena = main_arena.address;
  /* mutex is malloc_state's first member. */
  for (guint n = 0; arena != 0 && n < HS_MAX_ARENAS; n++) {
    g_array_append_val (array, arena);
    arena = hs_glibc_next_arena (peek, main_arena.layout, arena);
    if (arena == main_arena.address)
      break;
  }
  return array;
}

const HsAllocator hs_allocator_glibc = {
  .name = "glibc",
  .walk = walk,
  .locks = locks,
};
