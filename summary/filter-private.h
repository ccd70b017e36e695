/* filter-private.h - which blocks count. */
#pragma once

#include "summary/places-private.h"

/* hs_glob_matches: @glob against a type's name, with and without its leading keyword (struct, union, enum, class). */
gboolean hs_glob_matches (const GPatternSpec *glob, const char *name);

/* hs_untyped_matches: @glob against an untyped block: its place's name, or "<untyped>". */
gboolean hs_untyped_matches (const GPatternSpec *glob, const char *place);

/* The blocks of a snapshot that count, one after the other. */
typedef struct {
  const HeapsumFilter *filter;
  guint8 *types;       /* by type number: whether it counts */
  HsPlaces *places;    /* of the untyped blocks */
  GByteArray *allowed; /* by place: whether it counts */
  HsBlockIter iter;
} HsSelection;

void hs_selection_init (HsSelection *self, const HeapsumFilter *filter, const HeapsumSnapshot *snapshot);
void hs_selection_clear (HsSelection *self);

/* hs_selection_next: the next block that counts, as the filter shows it; of an untyped one @place gets the number. FALSE: none. */
gboolean hs_selection_next (HsSelection *self, HsIterBlock *block, guint32 *place);
