/* sections.c - hs_module_section: see modules.h.
 *
 * A handle of libelf is for one thread at a time, so sections are read through a handle of their own, under a lock;
 * what was found is kept, as its callers keep pointers into it. The handle is on a read-only mapping of the file, which
 * elf_compress would write to: compressed sections are unpacked elsewhere (unpack.c). */
#include "profiler/modules/module-private.h"

#include "profiler/modules/unpack.h"

#include <gelf.h>

struct _HsKeptSection {
  HsSection section;
  GBytes *unpacked; /* what holds its bytes where they were compressed */
};

void
hs_kept_section_free (gpointer data)
{
  HsKeptSection *self = data;

  g_clear_pointer (&self->unpacked, g_bytes_unref);
  g_free (self);
}

static void
read_section (Elf *elf, const char *name, HsKeptSection *kept)
{
  Elf_Scn *section = elf != NULL ? hs_elf_section (elf, name) : NULL;
  GElf_Shdr header;
  const char *why;

  if (section == NULL || gelf_getshdr (section, &header) == NULL)
    return;
  kept->section.vaddr = header.sh_addr;
  if ((header.sh_flags & SHF_COMPRESSED) == 0)
    kept->section.data = hs_elf_section_data (section, &kept->section.size);
  else if ((kept->unpacked = hs_unpack (section, FALSE, &why)) != NULL)
    kept->section.data = g_bytes_get_data (kept->unpacked, &kept->section.size);
}

gboolean
hs_module_section (HsModule *self, const char *name, HsSection *section)
{
  HsModulePrivate *private = hs_module_private (self);
  HsKeptSection *kept;

  g_mutex_lock (&private->lock);
  if (private->own == NULL && private->data != NULL)
    private->own = hs_elf_open (private->data, private->size);
  kept = g_hash_table_lookup (private->sections, name);
  if (kept == NULL) {
    kept = g_new0 (HsKeptSection, 1);
    read_section (private->own, name, kept);
    g_hash_table_insert (private->sections, g_strdup (name), kept);
  }
  *section = kept->section;
  g_mutex_unlock (&private->lock);
  return section->data != NULL;
}
