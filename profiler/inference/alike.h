/* alike.h - types that begin alike. */
#pragma once

#include "profiler/types/types.h"

/* hs_type_repeats: whether @outer repeats the members of @inner: same names, offsets and types, as C programs do by a macro.
 * One member is not enough to tell. */
gboolean hs_type_repeats (const HsTypes *types, HsTypeId outer, HsTypeId inner);

/* hs_union_header: of a union of objects that all begin with the same members, the one that has no others: what a pointer to
 * the union says for sure. 0: it is no such union. */
HsTypeId hs_union_header (const HsTypes *types, HsTypeId id);

/* hs_union_begins: whether @arm, a struct or a union of such, begins with the members of @header. */
gboolean hs_union_begins (const HsTypes *types, HsTypeId arm, HsTypeId header);
