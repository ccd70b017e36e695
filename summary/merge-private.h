/* merge-private.h - rows of types and of places in one table: which of them are shown, and in which order. */
#pragma once

#include <heapsum/heapsum.h>

typedef struct {
  const GArray *types;  /* rows, sorted */
  const GArray *places; /* rows of the same kind, sorted the same way */
  GCompareDataFunc compare;
  gpointer order;       /* for @compare */
  gboolean (*is_small) (gconstpointer row, gconstpointer total); /* not worth a row of its own */
  gconstpointer total;
} HsMerge;

typedef struct {
  HeapsumUntyped untyped; /* not DEFAULT */
  gboolean apart;         /* the places come behind the types, and the limit is for each of them */
  guint limit;            /* 0: none */
} HsMergeOptions;

/* hs_merge: (transfer container): the rows to show; @left_out gets how many types are not among them. */
GPtrArray *hs_merge (const HsMerge *self, const HsMergeOptions *options, guint *left_out);

/* hs_merge_is_place: whether a row that hs_merge() gave is one of the places. */
gboolean hs_merge_is_place (const HsMerge *self, gconstpointer row);

/* hs_summary_merge, hs_diff_merge: what there is to merge; of a diff no place is small. */
HsMerge hs_summary_merge (HeapsumSummary *summary);
HsMerge hs_diff_merge (HeapsumDiff *diff);
