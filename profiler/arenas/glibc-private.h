/* glibc-private.h - what the files of the glibc walker share.
 *
 * Layouts are those of x86-64, read from glibc's malloc/malloc.c and malloc/arena.c. Which one holds is found out from
 * the memory itself, as distributions backport and stripped libraries carry no symbols. */
#pragma once

#include "profiler/arenas/arenas.h"

#define CHUNK_HEADER 16
#define CHUNK_MINIMUM 0x20
#define PREV_INUSE 1
#define IS_MMAPPED 2
#define NON_MAIN_ARENA 4
#define SIZE_BITS 7
#define HS_MAX_ARENAS 65536

typedef struct {
  const char *versions;
  guint fastbins; /* offset in malloc_state, 0: there are none */
  guint top;
  guint bins;
  guint next;
  guint system_mem;
  guint size;
} HsGlibcLayout;

#define HS_N_FASTBINS 10
#define HS_N_BINS 127 /* NBINS - 1 pairs of pointers */

typedef struct {
  HsAddr address;
  const HsGlibcLayout *layout;
} HsMainArena;

/* malloc_par, as far as it could be found. */
typedef struct {
  HsAddr address;   /* 0: not found */
  HsAddr sbrk_base;
  gint n_mmaps;
} HsMallocPar;

/* A run of memory that chunks fill from start to end. */
typedef struct {
  HsAddr start;
  HsAddr end;       /* chunks do not reach beyond it */
  HsAddr top;       /* the top chunk, if it lies here; else 0 */
  guint arena;      /* index in HsHeap.arenas */
  gboolean is_main; /* of the main arena */
  gboolean mmapped; /* one mmapped chunk whose header is at start */
} HsRegion;

typedef struct {
  HsTarget *target;
  const HsImage *image;
  HsDiag *diag;
  HsHeap *heap;
  HsMainArena main;
  HsMallocPar par;
  GArray *regions;     /* HsRegion */
  GArray *held;        /* HsAddr of blocks that wait in fastbins and thread caches; sorted before the walk */
  GArray *own;         /* HsAddr of blocks of the allocator itself (thread caches); sorted likewise */
  guint64 steps;       /* links of thread caches followed so far */
  guint64 fast_steps;  /* and of fastbins */
  guint64 page_steps;  /* chunks followed in search of runs without a break */
  guint64 moved_steps; /* pages looked at for mapped blocks that were moved */
  gboolean safe_links; /* glibc 2.32 and later: links are xored with their own address >> 12 */
} HsGlibc;

/* glibc-find.c */
extern const HsGlibcLayout hs_glibc_usual_layout; /* of the versions most systems have */
gboolean hs_glibc_find_main_arena (HsPeek *peek, HsMainArena *found);
void hs_glibc_find_par (HsGlibc *self);
HsAddr hs_glibc_next_arena (HsPeek *peek, const HsGlibcLayout *layout, HsAddr arena);

/* glibc-lists.c */
void hs_glibc_collect_caches (HsGlibc *self);
void hs_glibc_collect_fastbins (HsGlibc *self, HsAddr arena);
gboolean hs_glibc_find_safe_links (HsGlibc *self);

/* glibc-orphans.c */
void hs_glibc_collect_orphans (HsGlibc *self);

/* glibc-mmapped.c */
void hs_glibc_collect_mmapped (HsGlibc *self);

/* glibc-walk.c */
void hs_glibc_walk_region (HsGlibc *self, const HsRegion *region);
HsAddr hs_glibc_chain_end (const HsImage *image, HsAddr chunk, HsAddr end, HsAddr top, guint64 limit, guint64 *steps);
/* hs_glibc_readable_page: the first page at or behind @page that may hold anything. Mappings may be reserved for
 * terabytes. */
static inline HsAddr
hs_glibc_readable_page (const HsImage *image, HsAddr page)
{
  HsAddr next = hs_image_next_touched (image, page);

  return next == G_MAXUINT64 ? next : MAX (page, next & -HS_PAGE_SIZE);
}

gboolean hs_glibc_is_held (const GArray *sorted, HsAddr address);
