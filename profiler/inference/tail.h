/* tail.h - pointers in the byte tails of records.
 *
 * Radix trees and other packed nodes end in bytes that hold their pointers too, and no debug info says so. */
#pragma once

#include "profiler/inference/engine.h"

/* hs_tail_follow: the pointers in the tail of the object of a @layout that links in its tail become edges to something. */
void hs_tail_follow (HsEngine *engine, const HsLayout *layout, const HsScan *scan);

/* hs_tail_is: whether @reason is that a tail led there. */
gboolean hs_tail_is (const HsReason *reason);

/* hs_tail_agrees: whether the numbers at @data that say how much is in the tail, or a part of it, are not larger than the block. */
gboolean hs_tail_agrees (const HsLayout *layout, const guint8 *data, guint64 usable);
