/* deque.h - the blocks of a std::deque: an array of pointers to arrays of elements, of both of which only a part is in use. */
#pragma once

#include "profiler/inference/engine.h"

/* hs_deque_follow: decides the blocks of the deque whose array of pointers @slot of @scan leads to. */
void hs_deque_follow (HsEngine *engine, const HsSlot *slot, const HsScan *scan, guint32 reason, guint32 at);

/* hs_deque_range: whether the array @block is a deque's; then which of its bytes are in use: none of the array of pointers,
 * which hs_deque_follow has followed. */
gboolean hs_deque_range (HsEngine *engine, guint32 block, guint64 *from, guint64 *to);
