/* prior.h - how likely a type is before the contents of a group's blocks are seen. */
#pragma once

#include "profiler/inference/matrix.h"

/* hs_prior_bits: by how often the program, or the modules that know what the pointers are for, mention the type, and by its name. */
float hs_prior_bits (const HsMatrix *self, HsTypeId id);

/* hs_is_foreign: whether the C library keeps the type to itself, and the pointers are not its own. */
gboolean hs_is_foreign (const HsMatrix *self, HsTypeId id);
