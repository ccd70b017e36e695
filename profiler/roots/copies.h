/* copies.h - variables of libraries that live in the executable. */
#pragma once

#include "profiler/modules/modules.h"

typedef struct _HsCopies HsCopies;

HsCopies *hs_copies_new (HsModules *modules);
void hs_copies_free (HsCopies *self);

/* hs_copies_resolve: where the variable is that a library's debug info places at @address in the target: there, or in
 * the executable. */
HsAddr hs_copies_resolve (const HsCopies *self, HsAddr address);
