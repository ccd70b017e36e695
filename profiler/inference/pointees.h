/* pointees.h - what speaks for a type or against it is where its pointers lead: to what they say, to something else, to
 * what cannot be it. */
#pragma once

#include "profiler/inference/score.h"

#define HS_UNFIT_BITS (-4.0)

/* hs_judge_slot: adds to @score what the word number @word of the specimen is worth as @slot of a @type that begins @behind bytes
 * into it. */
void hs_judge_slot (HsEngine *engine, const HsSlot *slot, HsTypeId type, guint64 behind, const HsSpecimen *specimen, guint word, HsScore *score);
