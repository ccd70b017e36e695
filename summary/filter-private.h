/* filter-private.h - which blocks count. */
#pragma once

#include "summary/snapshot-private.h"

/* hs_glob_matches: @glob against a type's name, with and without its leading keyword (struct, union, enum, class). */
gboolean hs_glob_matches (const GPatternSpec *glob, const char *name);

/* hs_filter_types: (transfer full): for each type number of the snapshot whether it counts. */
guint8 *hs_filter_types (const HeapsumFilter *self, const HeapsumSnapshot *snapshot);

/* hs_filter_next: the next block that counts, as the filter shows it; @types is from hs_filter_types(). FALSE: none. */
gboolean hs_filter_next (const HeapsumFilter *self, const guint8 *types, HsBlockIter *iter, HsIterBlock *block);
