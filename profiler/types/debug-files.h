/* debug-files.h - the files that hold one module's DWARF: the main one, the .gnu_debugaltlink one, .dwo files. */
#pragma once

#include "profiler/types/dwarf-file.h"
#include "profiler/types/model.h"

enum { HS_FILE_MAIN, HS_FILE_ALT, HS_FILE_FIRST_SPLIT };

typedef struct {
  HsDwarfFile *file; /* NULL where it is missing or not opened yet */
  char *path;        /* of a .dwo file */
  guint64 skeleton;  /* offset of the skeleton's DIE in the main file */
} HsDebugFile;

typedef struct {
  GArray *files; /* HsDebugFile, by the file index of keys */
  char *topic;   /* the module's name, for diagnostics */
  char *directory; /* of the main debug file, or NULL */
  gboolean incomplete; /* a .dwo file was not found: next time it may be */
} HsDebugFiles;

/* hs_debug_files_new: (transfer full): opens the module's main and alt files; NULL if it has no debug info. */
HsDebugFiles *hs_debug_files_new (const HsModule *module, HsDiag *diag);
void hs_debug_files_free (HsDebugFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsDebugFiles, hs_debug_files_free)

static inline HsDebugFile *
hs_debug_file (const HsDebugFiles *self, guint index)
{
  return &g_array_index (self->files, HsDebugFile, index);
}

/* hs_debug_files_add_split: finds the .dwo file of a skeleton unit; its index is the next one. FALSE: there is none. */
gboolean hs_debug_files_add_split (HsDebugFiles *self, const char *name, const char *comp_dir, guint64 skeleton,
                                   HsDiag *diag);

/* hs_debug_files_add_model: the .dwo files a model was read from, to be opened when needed. */
void hs_debug_files_add_model (HsDebugFiles *self, const HsModel *model);

/* hs_debug_files_get: file @index, opened; or NULL. */
const HsDwarfFile *hs_debug_files_get (HsDebugFiles *self, guint index, HsDiag *diag);
