/* tls.h - where each thread keeps each module's thread-local variables. */
#pragma once

#include "profiler/modules/modules.h"

typedef struct _HsTls HsTls;

HsTls *hs_tls_new (HsModules *modules);
void hs_tls_free (HsTls *self);

/* hs_tls_block: the start of the module's TLS block in that thread, or 0 where the thread has none or it is not known. */
HsAddr hs_tls_block (const HsTls *self, const HsModule *module, const HsThread *thread);
