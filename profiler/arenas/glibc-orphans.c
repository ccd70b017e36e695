/* glibc-orphans.c - the heap of a core that was cut before libc's data.
 *
 * A core holds memory in ascending order, so that the break comes early and libc late: in a core that is cut, main_arena
 * is what is missing first. Chunks still lead from one to the next. A run of memory in which they do so from its start
 * is taken for a heap: the break, or a heap of a thread arena, which stands at a multiple of its size behind a heap_info
 * that points to the arena right behind itself.
 *
 * What only libc's data tell is not known: blocks in fastbins count as live. */
#include "profiler/arenas/glibc-private.h"

#include <sys/mman.h>

#define HEAP_SIZE (G_GUINT64_CONSTANT (64) << 20)
#define TRIAL_CHUNKS 64

static gboolean
leads_on (const HsGlibc *self, HsAddr start, HsAddr end)
{
  guint64 steps = 0;

  return start < end && hs_glibc_chain_end (self->image, start, end, 0, TRIAL_CHUNKS, &steps) != 0;
}

static void
add_region (HsGlibc *self, HsAddr start, HsAddr end, gboolean is_main)
{
  HsRegion region = { .start = start, .end = end, .arena = self->heap->arenas->len - 1, .is_main = is_main };

  g_array_append_val (self->regions, region);
}

/* The first heap of a thread arena at @heap; FALSE: there is none. */
static gboolean
take_thread_heap (HsGlibc *self, HsAddr heap, HsAddr limit)
{
  guint64 info[3]; /* ar_ptr, prev, size */

  if (!hs_image_read (self->image, heap, info, sizeof info) || info[0] <= heap || info[0] - heap > 0x30 || info[1] != 0
      || info[2] > HEAP_SIZE)
    return FALSE;
  HsAddr start = (info[0] + self->main.layout->size + HS_GRANULE - 1) & -(HsAddr)HS_GRANULE;
  HsAddr end = MIN (limit, heap + info[2]);
  if (!leads_on (self, start, end))
    return FALSE;
  g_autofree char *name = g_strdup_printf ("thread %u", self->heap->arenas->len);
  hs_heap_add_arena (self->heap, name, info[0]);
  add_region (self, start, end, FALSE);
  return TRUE;
}

/* Where chunks begin in the first page of a run; 0: nowhere. Who moved the break before malloc did (the dynamic linker,
 * for its tunables) has the first bytes. */
static HsAddr
first_chunk (const HsGlibc *self, HsAddr start, HsAddr limit)
{
  for (HsAddr at = start; at < limit && at - start < HS_PAGE_SIZE; at += HS_GRANULE)
    if (leads_on (self, at, limit))
      return at;
  return 0;
}

void
hs_glibc_collect_orphans (HsGlibc *self)
{
  hs_heap_add_arena (self->heap, "main", 0);
  for (guint i = 0; i < self->target->mappings->len; i++) {
    const HsMapping *mapping = hs_target_mapping (self->target, i);
    const HsSegment *segment = hs_image_segment (self->image, mapping->start);
    if ((mapping->kind != HS_MAPPING_ANON && mapping->kind != HS_MAPPING_HEAP) || (mapping->prot & PROT_WRITE) == 0 || segment == NULL)
      continue;
    HsAddr limit = MIN (mapping->end, segment->end);
    if (mapping->start % HEAP_SIZE == 0 && take_thread_heap (self, mapping->start, limit))
      continue;
    HsAddr start = first_chunk (self, mapping->start, limit);
    if (self->heap->arenas->len == 1 && start != 0)
      add_region (self, start, limit, TRUE);
  }
  hs_diag_add (self->diag, "heap", "libc's data lie behind the cut: %u heaps were found by their chunks alone, and blocks that wait "
               "in the allocator's lists count as live", self->regions->len);
}
