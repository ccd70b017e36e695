/* ranges.h - address ranges and location lists, from the bytes of their sections. */
#pragma once

#include "profiler/types/attr.h"

/* Called for each range [low, high) of file addresses; FALSE ends the walk. @expression is that of a location list. */
typedef gboolean (*HsRangeFunc) (gpointer user_data, guint64 low, guint64 high, const HsBytes *expression);

/* hs_die_ranges: the ranges of a unit, function or block: DW_AT_low_pc and high_pc, or DW_AT_ranges. FALSE: has none. */
gboolean hs_die_ranges (HsUnitContext *unit, Dwarf_Die die, HsRangeFunc func, gpointer user_data);

/* hs_die_locations: the entries of @at (DW_AT_location, DW_AT_frame_base): a plain expression holds for every address. */
gboolean hs_die_locations (HsUnitContext *unit, Dwarf_Die die, Dwarf_Half at, HsRangeFunc func, gpointer user_data);
