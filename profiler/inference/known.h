/* known.h - some blocks of known type, by what led to them and by type: what shows the meaning of tags. */
#pragma once

#include "profiler/inference/engine.h"

/* hs_known_note: @block was decided. */
void hs_known_note (HsEngine *engine, guint32 block);

/* hs_known_of_member, hs_known_of_type: (transfer none) (nullable): GArray of guint32, the first blocks that were decided
 * through a member (a number of hs_member_reason), or for a type; some may have been decided otherwise since. */
const GArray *hs_known_of_member (HsEngine *engine, guint32 member);
const GArray *hs_known_of_type (HsEngine *engine, HsTypeId type);

void hs_known_free (HsEngine *engine);
