/* unpack.h - compressed sections: SHF_COMPRESSED (zlib, and zstd where libelf can) and the older .zdebug_*. */
#pragma once

#include <glib.h>
#include <libelf.h>

/* hs_unpack: (transfer full): the contents of the compressed section @section; @gnu: it is a .zdebug_ one. NULL with
 * the reason in @why (static) where it is damaged, too large, or compressed in a way nothing here can undo. */
GBytes *hs_unpack (Elf_Scn *section, gboolean gnu, const char **why);
