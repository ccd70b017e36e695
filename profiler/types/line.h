/* line.h - which of a unit's source files are the system's. */
#pragma once

#include "profiler/types/dwarf-file.h"

/* hs_line_system_files: (transfer full): for each number that DW_AT_decl_file can have in a unit whose line table
 * stands at @offset, 1 if that file is under /usr/include or /usr/lib (or is "<built-in>"), else 0. */
GByteArray *hs_line_system_files (const HsDwarfFile *file, guint64 offset, const char *comp_dir);
