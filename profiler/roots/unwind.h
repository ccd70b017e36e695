/* unwind.h - the frames of a thread. */
#pragma once

#include "profiler/roots/cfi.h"
#include "profiler/roots/roots.h"

typedef struct {
  HsFrame frame;
  HsAddr code;           /* the pc to look up: one less in a caller, as the return address may be another function's */
  HsRegisters registers; /* in this frame */
} HsUnwound;

typedef struct _HsUnwinder HsUnwinder;

/* hs_unwinder_new: reads call frame information of modules as they are needed. Not for several threads. */
HsUnwinder *hs_unwinder_new (HsModules *modules);
void hs_unwinder_free (HsUnwinder *self);

/* hs_unwinder_run: (transfer full): GArray of HsUnwound, innermost first, at most HS_FRAMES_MAX. @complete: whether the
 * outermost frame was reached. */
GArray *hs_unwinder_run (HsUnwinder *self, const HsThread *thread, gboolean *complete);
