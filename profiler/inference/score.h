/* score.h - how well a type explains what blocks hold.
 *
 * A specimen is one block of a group, its words classed once. hs_score holds one against a type: the sum, over its words,
 * of log2 of how likely that class of word is where the type says what it says, over how likely it is anywhere; where a
 * pointer leads counts for more than that it is one. */
#pragma once

#include "profiler/inference/engine.h"

typedef struct {
  guint32 block;
  HsAddr address;
  guint64 usable;
  const guint8 *data;
  guint n_words;
  guint8 class[HS_MAX_WORDS];   /* HsWordClass */
  guint32 target[HS_MAX_WORDS]; /* BLOCK, INSIDE: which */
} HsSpecimen;

typedef struct {
  double bits;
  guint bad;    /* words that speak against it */
  guint strong; /* words that lead to what the type says is there */
  guint unexplained; /* words that hold a block's start where the type has no pointer */
} HsScore;

/* hs_specimen_open: FALSE where the block's contents cannot be read. */
gboolean hs_specimen_open (HsEngine *engine, guint32 block, HsSpecimen *specimen);

/* hs_specimen_open_at: the same for what stands @offset bytes into the block, and goes to its end. */
gboolean hs_specimen_open_at (HsEngine *engine, guint32 block, guint64 offset, HsSpecimen *specimen);

/* hs_score: of one @layout at @behind bytes (a multiple of 8) from the block's start. */
HsScore hs_score (HsEngine *engine, HsLayout *layout, const HsSpecimen *specimen, guint64 behind);

/* hs_score_prepare: measures what words are like in this heap as a whole. Once, before the first hs_score. */
void hs_score_prepare (HsEngine *engine);

/* hs_score_as: bits for one block alone as a @type, what it cannot hold included. Between two types HS_CLEARLY apart, the
 * contents speak clearly. */
#define HS_CLEARLY 4.0
double hs_score_as (HsEngine *self, const HsSpecimen *specimen, HsTypeId type);
