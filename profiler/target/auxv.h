/* auxv.h - the auxiliary vector, which the kernel gives a program at its start. */
#pragma once

#include "profiler/target/target.h"

/* hs_target_take_auxv: sets entry, phdr and vdso of @self from the @length bytes at @data. */
void hs_target_take_auxv (HsTarget *self, const guint8 *data, gsize length);
