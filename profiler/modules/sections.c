/* sections.c - hs_module_section: see modules.h.
 *
 * elf_compress changes the handle it works on, so sections are read through a handle of their own, under a lock; what
 * was found is kept, as its callers keep pointers into it. */
#include "profiler/modules/module-private.h"

#include <gelf.h>

static gboolean
read_section (Elf *elf, const char *name, HsSection *result)
{
  Elf_Scn *section = elf != NULL ? hs_elf_section (elf, name) : NULL;
  GElf_Shdr header;
  gsize size = 0;

  if (section == NULL || gelf_getshdr (section, &header) == NULL)
    return FALSE;
  if ((header.sh_flags & SHF_COMPRESSED) != 0) {
    /* Fails for what this libelf cannot decompress (zstd before 0.189). */
    if (elf_compress (section, 0, 0) < 0)
      return FALSE;
    Elf_Data *data = elf_getdata (section, NULL);
    result->data = data != NULL ? data->d_buf : NULL;
    size = data != NULL ? data->d_size : 0;
  } else {
    result->data = hs_elf_section_data (section, &size);
  }
  result->size = size;
  result->vaddr = header.sh_addr;
  return result->data != NULL;
}

gboolean
hs_module_section (HsModule *self, const char *name, HsSection *section)
{
  HsModulePrivate *private = hs_module_private (self);
  HsSection *known;

  g_mutex_lock (&private->lock);
  if (private->own == NULL && private->data != NULL)
    private->own = hs_elf_open (private->data, private->size);
  known = g_hash_table_lookup (private->sections, name);
  if (known == NULL) {
    known = g_new0 (HsSection, 1);
    if (!read_section (private->own, name, known))
      known->data = NULL;
    g_hash_table_insert (private->sections, g_strdup (name), known);
  }
  *section = *known;
  g_mutex_unlock (&private->lock);
  return section->data != NULL;
}
