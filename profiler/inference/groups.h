/* groups.h - the undecided blocks, by what led to them. */
#pragma once

#include "profiler/inference/matrix.h"

typedef enum {
  HS_BY_REASON, /* one member, in one context, at one distance */
  HS_BY_MEMBER, /* one member of the innermost record, in whatever context and outer record */
  HS_BY_TYPE,   /* whatever the hint's type says is at the start */
} HsGrouping;

typedef struct {
  guint32 reason;  /* BY_REASON, BY_MEMBER: its number */
  HsTypeId type;   /* of the hint of the first; BY_TYPE: of all */
  guint32 first;   /* in HsGroups.members */
  guint32 n;
} HsGroup;

typedef struct {
  GArray *groups;    /* HsGroup, largest first */
  guint32 *members;  /* blocks */
} HsGroups;

/* hs_groups_collect: (transfer full): of the undecided blocks that carry a hint of kind @from to @to. */
HsGroups *hs_groups_collect (HsEngine *engine, HsHint from, HsHint to, HsGrouping by);
void hs_groups_free (HsGroups *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsGroups, hs_groups_free)

/* hs_groups_clear: frees what the engine remembers for it. */
void hs_groups_clear (HsEngine *engine);

/* hs_member_reason: the number of the reason that stands for the member alone: without context and outer records. */
guint32 hs_member_reason (HsEngine *engine, guint32 reason);

/* hs_group_is_due: whether it is worth asking about the group (again): it is new, or much has become known since. */
gboolean hs_group_is_due (HsEngine *engine, const HsGroup *group, guint source);

/* hs_split_value: of an undecided block; G_MAXUINT64: it has none. */
guint64 hs_split_value (HsEngine *engine, const HsSplit *split, guint32 block);

/* hs_group_admits: whether @block may be a @type @behind bytes from its start, by its size and contents. */
gboolean hs_group_admits (HsEngine *engine, HsTypeId type, guint64 behind, guint32 block);

/* hs_has_arms: whether the pointers stand in a union of several kinds of pointers; of source-group.c. */
gboolean hs_has_arms (HsEngine *engine, guint32 reason);

/* hs_holds_pointers: whether the block is nothing but acceptable pointers of that @type; of source-array.c. */
gboolean hs_holds_pointers (HsEngine *engine, guint32 block, HsTypeId type);

/* hs_group_solve: finds out what the blocks of the group are, as a whole or in parts, and decides them; how many. @header: the
 * group is all blocks that begin with it, or 0. @tagged: what the blocks are known to begin with, or 0. */
guint32 hs_group_solve (HsEngine *engine, const HsGroups *groups, const HsGroup *group, HsMatrix *matrix, guint source,
                        HsTypeId header, HsTypeId tagged);

/* hs_shared_header: the tagged header that the two best candidates of the verdicts have in common, for most of the sample;
 * 0: none. hs_hand_to_header: the group's blocks begin with it: they wait for source-header.c. FALSE: none of them does. */
HsTypeId hs_shared_header (HsEngine *engine, const HsMatrix *matrix, const HsVerdict *verdicts, guint n);
gboolean hs_hand_to_header (HsEngine *engine, const HsGroups *groups, const HsGroup *group, HsTypeId header);
