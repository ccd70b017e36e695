/* matrix.h - candidates against specimens: every type that the blocks of a group may be, scored on a sample of them.
 *
 * The scores are worked out once; what the whole sample, or any part of it, is found to be is then a matter of sums. */
#pragma once

#include "profiler/inference/score.h"

#define HS_SPECIMENS 96 /* of a group */
#define HS_LONGEST_BEHIND 1024 /* bytes that an object of varying length may have behind something of an allocator's */

typedef struct {
  HsTypeId type;
  HsLayout *layout; /* NULL: text */
  float prior;      /* bits for it before the contents are seen */
} HsColumn;

typedef struct {
  float bits;
  guint8 fits;    /* HsFit */
  guint8 bad;     /* both capped */
  guint8 strong;
} HsCell;

typedef enum {
  HS_FIT_NONE,
  HS_FIT_NEARLY,   /* malloc left 16 bytes more, as it does now and then */
  HS_FIT_FLEXIBLE,
  HS_FIT_WHOLE,
} HsFit;

typedef struct {
  HsEngine *engine;
  guint n; /* specimens */
  HsSpecimen specimen[HS_SPECIMENS];
  gint8 is_text[HS_SPECIMENS]; /* 1 it is, -1 it is not, 0 nothing to see */
  GArray *columns; /* HsColumn */
  HsCell *cells;   /* [columns->len][n] */
  guint32 reason;  /* of the pointers; 0 */
  HsTypeId owner;  /* of the pointers; 0 */
  GArray *users;   /* guint: the modules that know what the pointers are for; none: not known */
  gboolean open;   /* the candidates are all types of the size, and none may be the right one */
  gboolean mixed;  /* besides, the pointers stand in all kinds of contexts */
  gboolean text;   /* may be text */
  guint64 distance; /* where in the blocks the pointers lead */
  gboolean behind;  /* the candidates begin there */
} HsMatrix;

/* hs_matrix_new: (transfer full): of a sample of @blocks[0..n). @candidates: (nullable) HsTypeId; NULL: all types of the
 * blocks' sizes. @reason: what led to them, or 0. @distance: where in the blocks the pointers lead. @behind: the candidates
 * begin there, behind what the program's allocator keeps; otherwise, with @text, only text is looked for there, and without,
 * candidates have a member there. NULL if no block could be read. */
HsMatrix *hs_matrix_new (HsEngine *engine, const guint32 *blocks, guint32 n, const GArray *candidates, guint32 reason, gboolean text,
                         guint64 distance, gboolean behind);
void hs_matrix_free (HsMatrix *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsMatrix, hs_matrix_free)

/* hs_matrix_judge: what the specimens whose @part is @which are. The verdict's type is 0 where they are not clear. */
HsVerdict hs_matrix_judge (HsMatrix *self, const guint8 *part, guint8 which);
