/* maps.h - /proc/PID/maps. */
#pragma once

#include "profiler/target/files.h"

/* hs_maps_parse: appends the mappings that @text tells to @mappings, sorted by start and not overlapping, and their
 * files to @files. Lines that make no sense are left out. */
void hs_maps_parse (const char *text, HsFiles *files, GArray *mappings);
