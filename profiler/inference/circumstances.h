/* circumstances.h - in which context an object's pointers stand (contexts.h). */
#pragma once

#include "profiler/inference/engine.h"

/* hs_is_node: whether a @type may be a node of a list, tree or table, or begins with one: it leads to its like. */
gboolean hs_is_node (HsEngine *engine, HsTypeId type);

/* hs_context_of_object: what an object outside the blocks, or inside of one, says about itself; otherwise @context, that of
 * the pointer to it. */
guint32 hs_context_of_object (HsEngine *engine, HsLayout *layout, const guint8 *data, guint64 limit, guint32 context);

/* hs_context_of_block: of what @block holds, a @layout at @data. */
guint32 hs_context_of_block (HsEngine *engine, guint32 block, HsLayout *layout, const guint8 *data, guint64 limit);
