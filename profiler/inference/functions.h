/* functions.h - what the functions that an object holds, itself or in a table, take it for. */
#pragma once

#include "profiler/inference/engine.h"

typedef struct _HsFunctions HsFunctions;

void hs_functions_free (HsFunctions *self);

/* hs_functions_own: what the object at @data is, of which @header is the type of the beginning: the most derived type that its
 * functions take it for. 0: they do not say, or do not agree. */
HsTypeId hs_functions_own (HsEngine *engine, HsTypeId header, const guint8 *data, guint64 limit);

/* hs_functions_others: (transfer none): GArray of HsTypeId, what the functions of the object of type @record at @data take
 * a void * for; NULL: nothing is known. */
const GArray *hs_functions_others (HsEngine *engine, HsTypeId record, const guint8 *data, guint64 limit);

/* hs_functions_choose: of such @types, the only one that what is at @value may be; 0. @header: only one that begins with this;
 * or 0. @among: other pointers may be meant by some of the functions. */
HsTypeId hs_functions_choose (HsEngine *engine, const GArray *types, HsTypeId header, HsAddr value, gboolean among);

/* hs_functions_note: functions said that an object in this context is a @type: what its links to its like lead to, too. */
void hs_functions_note (HsEngine *engine, guint32 context, HsTypeId type);

/* hs_functions_refine: puts the type that the functions of what the edge leads to say in the place of the edge's. */
void hs_functions_refine (HsEngine *engine, HsEdge *edge);

/* hs_functions_holders: (transfer none): GArray of HsTypeId, of which objects the function or the table of functions at @address
 * may be a member, @offset bytes from their start: the functions take them, and they have such a pointer there. NULL: none. */
const GArray *hs_functions_holders (HsEngine *engine, HsAddr address, guint64 offset);
