/* check.h - whether DIEs are sound enough to be shown to libdwarf. */
#pragma once

#include "profiler/types/dwarf-file.h"

/* The abbreviations looked at last: units next to each other mostly share a table. One a thread. */
typedef struct _HsChecker HsChecker;

HsChecker *hs_checker_new (const HsDwarfFile *file);
void hs_checker_free (HsChecker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsChecker, hs_checker_free)

/* hs_check_section: how many bytes of .debug_info or .debug_types, from the start, are units with sound headers and a
 * first DIE that can be read. */
gsize hs_check_section (HsChecker *self, gboolean is_types);

/* hs_check_unit: whether all DIEs of the unit at @offset can be read to its end and form a tree, the one that
 * DW_AT_sibling claims. */
gboolean hs_check_unit (HsChecker *self, gboolean is_types, guint64 offset);

/* hs_check_around: the same for the unit of .debug_info that @offset lies in, which is [@start, @end). */
gboolean hs_check_around (HsChecker *self, guint64 offset, guint64 *start, guint64 *end);
