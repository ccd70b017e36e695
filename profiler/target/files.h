/* files.h - the files a target has mapped: which they are, and their bytes. */
#pragma once

#include "profiler/target/target.h"

/* What HsTarget.files really holds: the HsFile stands first, so that hs_file_free frees either. */
typedef struct {
  HsFile file;
  guint64 device, inode; /* as /proc/PID/maps tells them; 0 for a core */
  HsMapping first;       /* the mapping it was met with first, with the lowest address */
  gboolean tried;
} HsTargetFile;

void hs_file_free (gpointer data);

/* A table under construction: the array is what the target keeps. */
typedef struct {
  GPtrArray *array;  /* HsTargetFile */
  GHashTable *index; /* of the same, by path, device and inode */
} HsFiles;

/* hs_files_init: begins with @array, which it references. */
void hs_files_init (HsFiles *self, GPtrArray *array);
void hs_files_clear (HsFiles *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HsFiles, hs_files_clear)

/* hs_files_add: the index of the file, which is added at its first appearance. @name may end in " (deleted)". */
gint hs_files_add (HsFiles *self, const char *name, guint64 device, guint64 inode, const HsMapping *first);

/* hs_file_map: maps the regular file @path read-only; (transfer full), or NULL with errno set. An empty file is NULL
 * too. Neither a device nor a FIFO is opened for longer than it takes to see that it is one. */
GMappedFile *hs_file_map (const char *path);

/* hs_file_take: sets the bytes of @file; @image keeps them. */
void hs_file_take (HsFile *file, GMappedFile *mapped, HsImage *image);

/* hs_files_load_live: opens the files of process @tid that were not tried yet and that are ELF or private mappings of
 * regular files; each is the mapped one (/proc/PID/map_files), or has its device and inode, or (on file systems that
 * tell several device numbers) its inode and the same bytes at the start of the first mapping. */
void hs_files_load_live (GPtrArray *files, pid_t tid, const char *root, HsImage *image);

/* hs_path_kind: what a private mapping of @name, as the kernel calls it, is. */
HsMappingKind hs_path_kind (const char *name);
