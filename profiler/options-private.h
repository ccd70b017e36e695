/* options-private.h - what HeapsumOptions holds. */
#pragma once

#include <heapsum/heapsum.h>

struct _HeapsumOptions {
  char *sysroot;
  GPtrArray *debug_dirs; /* NULL-terminated when handed on */
  gboolean debuginfod;
  gboolean cache;
  guint n_threads;
  guint32 without; /* as hs_inference_new_without takes it */
  HeapsumProgressFunc progress;
  gpointer progress_data;
};
