/* auxv.c - see auxv.h. */
#include "profiler/target/auxv.h"

#include <elf.h>

void
hs_target_take_auxv (HsTarget *self, const guint8 *data, gsize length)
{
  Elf64_auxv_t entry;

  for (; length >= sizeof entry; data += sizeof entry, length -= sizeof entry) {
    memcpy (&entry, data, sizeof entry);
    if (entry.a_type == AT_NULL)
      return;
    if (entry.a_type == AT_ENTRY)
      self->entry = entry.a_un.a_val;
    else if (entry.a_type == AT_PHDR)
      self->phdr = entry.a_un.a_val;
    else if (entry.a_type == AT_SYSINFO_EHDR)
      self->vdso = entry.a_un.a_val;
  }
}
