/* cfi.h - call frame information: from a frame to its caller, by .eh_frame (DWARF 5, 6.4; the differences of .eh_frame are
 * in the Linux Standard Base 5.0, core, 10.6). */
#pragma once

#include "profiler/modules/modules.h"
#include "profiler/roots/expression.h"

typedef struct _HsCfi HsCfi;

/* hs_cfi_new: (transfer full): an index of the functions described in the module's .eh_frame; NULL where there is none. */
HsCfi *hs_cfi_new (HsModule *module);
void hs_cfi_free (HsCfi *self);

/* hs_cfi_unwind: turns @registers of a frame whose code is at @pc (file address) into those of its caller. @cfa gets the
 * frame's CFA, @is_signal whether the frame is a signal trampoline, so that its caller's pc is where it was interrupted
 * and not a return address. FALSE: nothing is known about @pc, or it is the outermost frame. */
gboolean hs_cfi_unwind (const HsCfi *self, guint64 pc, const HsImage *image, HsRegisters *registers, HsAddr *cfa, gboolean *is_signal);
