/* elf-modules.h - an HsModules over ELF files on disk, without a process. */
#pragma once

#include "profiler/modules/modules.h"

/* elf_modules_new: opens each of the files up to NULL as a module with its debug info in itself, at bias 0x10000000
 * times its number. elf_modules_free closes them; nobody may hold a reference then. */
HsModules *elf_modules_new (const char *path, ...) G_GNUC_NULL_TERMINATED;
void elf_modules_free (HsModules *self);
