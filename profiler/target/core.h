/* core.h - a core file under examination. */
#pragma once

#include "profiler/target/files.h"

#include <elf.h>

typedef struct {
  HsAddr start, end;
  guint64 offset; /* in the file */
  gint file;
} HsCoreFile;

typedef struct {
  const char *path;
  const guint8 *data;
  gsize size;
  const HsTargetOptions *options;
  HsDiag *diag;
  HsTarget *target;
  HsFiles files;
  GArray *loads;  /* Elf64_Phdr of type PT_LOAD, sorted by address, not overlapping */
  GArray *notes;  /* Elf64_Phdr of type PT_NOTE */
  GArray *ranges; /* HsCoreFile of NT_FILE, sorted by address, not overlapping */
  guint64 cut;    /* bytes that the headers tell and the file does not have */
} HsCore;

/* hs_core_read_notes: threads, names, auxiliary vector and files. */
void hs_core_read_notes (HsCore *self);
