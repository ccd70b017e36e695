/* reader.h - one module's DWARF, read in parallel. */
#pragma once

#include "profiler/types/debug-files.h"
#include "profiler/types/raw.h"

typedef struct {
  guint n_threads;
  void (*progress) (gpointer user_data, guint64 bytes); /* called in the calling thread; or NULL */
  gpointer progress_data;
} HsReaderOptions;

/* hs_reader_read: (transfer full): HsRawUnit of all units, in the order of their keys. @files gains the .dwo files. */
GPtrArray *hs_reader_read (HsDebugFiles *files, const HsReaderOptions *options, HsDiag *diag);
