/* copy.h - what of a process is copied, and the copy. */
#pragma once

#include "profiler/target/pages.h"

/* A private mapping of a file: bytes that were not copied are the file's. */
typedef struct {
  HsMapping mapping;
  HsFile *file;
} HsBacked;

typedef struct {
  GArray *runs;   /* HsRange: what is copied; neighbours are joined */
  GArray *reads;  /* HsRange: the pages within the runs that have to be read from the process */
  GArray *backed; /* HsBacked: mappings within the runs to be filled up from their files */
  GArray *views;  /* HsBacked: mappings outside the runs that are the file's bytes as a whole */
  guint64 bytes;  /* sum of the reads */
} HsPlan;

/* hs_plan_new: what to copy, as the process is at the moment. @vdso is copied too, and so is a read-only part of a file
 * that the process wrote to (relocations). @pages may be NULL. @diag: or NULL, to say what is left out. */
HsPlan *hs_plan_new (const GArray *mappings, const GPtrArray *files, HsAddr vdso, HsPages *pages, HsDiag *diag);
void hs_plan_free (HsPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsPlan, hs_plan_free)

typedef struct _HsCopy HsCopy;

typedef struct {
  void (*report) (gpointer user_data, guint64 done, guint64 total); /* or NULL */
  gpointer user_data;
} HsProgress;

/* hs_copy_new: reserves the memory that @plan wants and makes its pages present. */
HsCopy *hs_copy_new (const HsPlan *plan);
void hs_copy_free (HsCopy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsCopy, hs_copy_free)

/* hs_copy_run: copies @plan, which may differ from the one the memory was reserved for. Errors: GONE, FAILED. */
gboolean hs_copy_run (HsCopy *self, const HsPlan *plan, pid_t tid, const HsProgress *progress, GError **error);

/* hs_copy_finish: makes the copy of @plan segments of @image, which takes the memory over. */
void hs_copy_finish (HsCopy *self, const HsPlan *plan, HsImage *image, HsDiag *diag);
