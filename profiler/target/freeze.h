/* freeze.h - stops all threads of a process and lets them go again.
 *
 * Everything here has to be called from one thread, the tracer; when that thread ends, however it does, the kernel
 * detaches whatever it still traces, so that a thread which would not stop is not left behind traced. */
#pragma once

#include "profiler/target/target.h"

typedef struct _HsFreeze HsFreeze;

HsFreeze *hs_freeze_new (pid_t pid, HsDiag *diag);

/* hs_freeze_free: releases first, if it is still stopped. */
void hs_freeze_free (HsFreeze *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsFreeze, hs_freeze_free)

/* hs_freeze_stop: returns once every thread stands still but those that stay in the kernel (said in the diagnostics
 * by hs_freeze_threads). On an error the process runs on. Errors: GONE, PERMISSION, FAILED. */
gboolean hs_freeze_stop (HsFreeze *self, GError **error);

/* hs_freeze_threads: appends the threads with their registers, sorted by tid. UNSUPPORTED for 32-bit ones. */
gboolean hs_freeze_threads (HsFreeze *self, GArray *threads, GError **error);

/* hs_freeze_release: lets all of them run on as they were: system calls that the stop interrupted start again, signals
 * that were on their way arrive, and a process that was stopped (SIGSTOP) remains so. */
void hs_freeze_release (HsFreeze *self);

/* hs_freeze_pause_us: how long the last stop lasted, from its first interrupt to its last detach. */
gint64 hs_freeze_pause_us (const HsFreeze *self);
