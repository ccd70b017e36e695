/* assemble.h - the raw units of a module to its model. */
#pragma once

#include "profiler/types/debug-files.h"
#include "profiler/types/raw.h"

/* hs_assemble: (transfer full): never NULL. Units are freed on the way. */
HsModel *hs_assemble (GPtrArray *units, const HsDebugFiles *files, HsDiag *diag);
