/* debuginfod.h - asks debuginfod servers for debug info, through the program debuginfod-find. */
#pragma once

#include "profiler/target/diag.h"

/* hs_debuginfod_find: (transfer full): the path of the debug info of @build_id in the cache, or NULL. Asks only
 * where the program is installed and DEBUGINFOD_URLS is set; otherwise, or after a timeout, *@enabled is FALSE. */
char *hs_debuginfod_find (const char *build_id, gboolean *enabled, HsDiag *diag);
