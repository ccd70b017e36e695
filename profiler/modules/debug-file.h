/* debug-file.h - finds the file with a module's debug info. */
#pragma once

#include "profiler/modules/elf-file.h"
#include "profiler/modules/modules.h"

typedef struct {
  const HsModuleOptions *options;
  HsDiag *diag;
  GPtrArray *dirs;     /* char: where debug files are looked for, in order */
  const char *root;    /* prefix of the target's paths */
  gboolean debuginfod; /* still to be asked */
} HsDebugSearch;

void hs_debug_search_init (HsDebugSearch *self, const HsModuleOptions *options, const char *root, HsDiag *diag);
void hs_debug_search_clear (HsDebugSearch *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsDebugSearch, hs_debug_search_clear)

/* What the search begins with. */
typedef struct {
  const char *path;     /* as the target names it */
  const char *build_id; /* or NULL */
  Elf *elf;             /* for its .gnu_debuglink; or NULL */
} HsDebugWanted;

/* hs_debug_search_find: (transfer full): the separate debug file, whose path goes to @path; or NULL, and to @why goes
 * the reason. A file with another build-id is never taken; without build-ids the checksum of .gnu_debuglink decides. */
HsElfFile *hs_debug_search_find (HsDebugSearch *self, const HsDebugWanted *wanted, char **path, char **why);

/* hs_debug_search_alt: (transfer full): the .gnu_debugaltlink file (made by dwz) that @debug, the file @debug_path,
 * refers to; NULL where it refers to none, or with a line in the diagnostics where it is not found. */
HsElfFile *hs_debug_search_alt (HsDebugSearch *self, Elf *debug, const char *debug_path);
