/* decisions.h - what was decided for all blocks that one member, or one kind of header, leads to.
 *
 * A decision says what type the blocks of a group have, by the value of something that tells them apart. It is kept, as a
 * rule: later blocks of the group are decided by it at once, and "explain" reads it back. */
#pragma once

#include "profiler/inference/labels.h"

typedef enum {
  HS_SPLIT_NONE,   /* all alike */
  HS_SPLIT_OWNER,  /* by bytes of the object that holds the pointer */
  HS_SPLIT_TARGET, /* by bytes of the block itself: a tag */
  HS_SPLIT_SIZE,   /* by usable size */
} HsSplitKind;

typedef struct {
  guint8 kind;   /* HsSplitKind */
  guint8 size;   /* bytes: 1, 2, 4 or 8 */
  guint32 offset;
  guint64 mask;  /* bits of them that count */
} HsSplit;

typedef struct {
  HsTypeId type;
  float bits; /* how well it did */
} HsCandidate;

#define HS_RUNNERS 3

typedef struct {
  guint64 value;       /* of the split */
  HsTypeId type;       /* 0: undecided */
  guint8 level;        /* C, or D for a guess */
  guint8 behind;       /* bytes before the type begins */
  guint32 n;           /* blocks of this value that were looked at */
  guint32 votes;       /* blocks of known type that have this tag, and this type */
  HsCandidate best[HS_RUNNERS]; /* the candidates, best first; type 0: no more */
} HsVerdict;

typedef struct {
  guint32 reason;      /* the group's, or 0 and */
  HsTypeId header;     /* the header's type */
  guint8 source;
  gboolean of_member;  /* the reason is one of hs_member_reason */
  HsSplit split;
  guint32 n;           /* blocks the group had */
  guint32 previous;    /* the rule before it for the same blocks, which still holds for what this one does not say; 0 */
  guint32 n_verdicts;
  HsVerdict *verdicts; /* sorted by value */
} HsDecision;

#define HS_RULE_LEAST 64 /* blocks that a decision is about at least, for it to be a rule for others */

typedef struct _HsDecisions HsDecisions;
HsDecisions *hs_decisions_new (void);
void hs_decisions_free (HsDecisions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsDecisions, hs_decisions_free)

/* hs_decisions_add: @decision.verdicts is (transfer full); number of the decision, never 0. About enough
 * blocks it becomes the rule for its reason or header; an earlier one is kept for the record. */
guint32 hs_decisions_add (HsDecisions *self, HsDecision decision);
const HsDecision *hs_decisions_get (const HsDecisions *self, guint32 number);

/* hs_decisions_count: one more than the last number. */
guint32 hs_decisions_count (const HsDecisions *self);

/* hs_decisions_for: the rule's number, 0 if there is none. */
guint32 hs_decisions_for_reason (const HsDecisions *self, guint32 reason);
guint32 hs_decisions_for_header (const HsDecisions *self, HsTypeId header);

/* hs_decisions_n_members: how many are about a member of an inner record, wherever that is. */
guint hs_decisions_n_members (const HsDecisions *self);

/* hs_verdict_allows: whether the contents do not speak clearly for another type than @type. */
gboolean hs_verdict_allows (const HsVerdict *self, HsTypeId type);

/* hs_decision_verdict: what holds for @value, or NULL. */
const HsVerdict *hs_decision_verdict (const HsDecision *self, guint64 value);
