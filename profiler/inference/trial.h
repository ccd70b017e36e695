/* trial.h - for solve.c and guard.c: the sample of a group's blocks, and what divides it. */
#pragma once

#include "profiler/inference/groups.h"

#define HS_SPLIT_VALUES 96  /* of one split */
#define HS_TAG_VALUES 16  /* a member with more is no tag, unless it is known for one */

typedef struct {
  guint32 block;
  HsTypeId type;
} HsKnownBlock;

typedef struct {
  HsEngine *engine;
  const HsGroups *groups;
  const HsGroup *group;
  HsMatrix *matrix;
  guint8 part[HS_SPECIMENS];   /* of the split being tried: place of each specimen's value */
  guint64 values[HS_SPLIT_VALUES];
  guint n_values;
  const HsSplit *tag; /* by which the header's blocks were told apart before; NULL */
  HsTypeId tagged;
  GArray *known; /* HsKnownBlock: blocks of known type */
} HsTrial;

typedef struct {
  HsSplit split;
  double merit;
  guint n;
  HsVerdict verdicts[HS_SPLIT_VALUES];
} HsOption;

/* hs_trial_divide: divides the sample by @split; FALSE: it does not, or into too many. */
gboolean hs_trial_divide (HsTrial *self, const HsSplit *split);

/* hs_trial_try: makes @split the @best where it tells more than that. */
void hs_trial_try (HsTrial *self, HsSplit split, HsOption *best);

/* hs_field_may_split: a number, enum or bit-field small enough for a tag. hs_split_by_field: the split by it. */
gboolean hs_field_may_split (const HsField *field);
HsSplit hs_split_by_field (HsSplitKind kind, const HsField *field);

/* hs_trial_guard, hs_trial_guard_header: make @whole, which is clear for the sample, an @option that holds for the tags seen
 * in it alone: tags next to the pointer, or in the blocks' header. FALSE: there are none. */
gboolean hs_trial_guard (HsTrial *self, const HsVerdict *whole, HsOption *option);
gboolean hs_trial_guard_header (HsTrial *self, const HsVerdict *whole, HsOption *option);
