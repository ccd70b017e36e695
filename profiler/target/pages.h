/* pages.h - which pages of a process have contents of their own. */
#pragma once

#include "profiler/target/target.h"

typedef struct {
  HsAddr start, end;
} HsRange;

/* hs_ranges_add: appends a range to a sorted array of HsRange and joins it with the last where they touch. */
void hs_ranges_add (GArray *ranges, HsAddr start, HsAddr end);

/* What of a mapping is asked for. */
typedef enum {
  HS_PAGES_TOUCHED, /* present or swapped, but for the zero page: everything else of anonymous memory reads as 0 */
  HS_PAGES_WRITTEN, /* of a private file mapping: copied on write; everything else is the file's bytes */
} HsPagesWhat;

typedef struct _HsPages HsPages;

/* hs_pages_new: opens /proc/TID/pagemap; NULL where it cannot be had. */
HsPages *hs_pages_new (pid_t tid);
void hs_pages_free (HsPages *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsPages, hs_pages_free)

/* hs_pages_find: appends the pages of [@start, @end) to @ranges; FALSE where it cannot be known in reasonable time. */
gboolean hs_pages_find (HsPages *self, HsAddr start, HsAddr end, HsPagesWhat what, GArray *ranges);
