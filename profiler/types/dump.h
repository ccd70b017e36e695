/* dump.h - the whole graph as text, for tests and for looking at it. */
#pragma once

#include "profiler/types/types.h"

/* hs_types_dump: (transfer full): one line a type, member, enumerator and variable, in the order of ids. Two graphs are
 * the same if their texts are. */
GString *hs_types_dump (const HsTypes *self);
