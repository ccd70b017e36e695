/* cache.h - models on disk, by build-id, so that a program's DWARF is read once. */
#pragma once

#include "profiler/types/model.h"

/* hs_cache_load: (transfer full): the model of @module, or NULL. The bytes are those of the mapped file. */
HsModel *hs_cache_load (const HsModule *module, HsDiag *diag);

/* hs_cache_store: writes the model of @module; a module without build-id has no place there. Problems go to @diag. */
void hs_cache_store (const HsModule *module, const HsModel *model, HsDiag *diag);
