/* elf-file.c - see elf-file.h. */
#include "profiler/modules/elf-file.h"

#include "profiler/target/elf-id.h"
#include "profiler/target/files.h"

#include <errno.h>
#include <gelf.h>

Elf *
hs_elf_open (const guint8 *data, gsize size)
{
  Elf *elf;

  elf_version (EV_CURRENT);
  if (!hs_elf_is_ours (data, size))
    return NULL;
  /* libelf wants a char *, but writes to it only where a handle is open for writing. */
  elf = elf_memory ((char *)data, size);
  if (elf != NULL && elf_kind (elf) == ELF_K_ELF && gelf_getclass (elf) == ELFCLASS64)
    return elf;
  elf_end (elf);
  return NULL;
}

HsElfFile *
hs_elf_file_open (const char *path)
{
  g_autoptr (GMappedFile) mapped = hs_file_map (path);
  HsElfFile *self;
  Elf *elf;

  if (mapped == NULL)
    return NULL;
  elf = hs_elf_open ((const guint8 *)g_mapped_file_get_contents (mapped), g_mapped_file_get_length (mapped));
  if (elf == NULL) {
    errno = EINVAL;
    return NULL;
  }
  self = g_new0 (HsElfFile, 1);
  self->data = (const guint8 *)g_mapped_file_get_contents (mapped);
  self->size = g_mapped_file_get_length (mapped);
  self->mapped = g_steal_pointer (&mapped);
  self->elf = elf;
  return self;
}

void
hs_elf_file_free (HsElfFile *self)
{
  elf_end (self->elf);
  g_clear_pointer (&self->mapped, g_mapped_file_unref);
  g_free (self);
}

static gboolean
has_contents (Elf_Scn *section, GElf_Shdr *header)
{
  return gelf_getshdr (section, header) != NULL && header->sh_type != SHT_NOBITS && header->sh_size > 0;
}

Elf_Scn *
hs_elf_section (Elf *elf, const char *name)
{
  Elf_Scn *section = NULL;
  size_t names;

  if (elf_getshdrstrndx (elf, &names) != 0)
    return NULL;
  while ((section = elf_nextscn (elf, section)) != NULL) {
    GElf_Shdr header;
    const char *its = has_contents (section, &header) ? elf_strptr (elf, names, header.sh_name) : NULL;
    if (its != NULL && strcmp (its, name) == 0)
      return section;
  }
  return NULL;
}

Elf_Scn *
hs_elf_section_of_type (Elf *elf, guint32 type)
{
  Elf_Scn *section = NULL;

  while ((section = elf_nextscn (elf, section)) != NULL) {
    GElf_Shdr header;
    if (has_contents (section, &header) && header.sh_type == type)
      return section;
  }
  return NULL;
}

const guint8 *
hs_elf_section_data (Elf_Scn *section, gsize *size)
{
  Elf_Data *data = section != NULL ? elf_rawdata (section, NULL) : NULL;

  if (data == NULL || data->d_buf == NULL || data->d_size == 0)
    return NULL;
  *size = data->d_size;
  return data->d_buf;
}

gboolean
hs_elf_has_debug_info (Elf *elf)
{
  return hs_elf_section (elf, ".debug_info") != NULL || hs_elf_section (elf, ".zdebug_info") != NULL;
}

/* The section comes first: in a separate debug file the program headers still tell the offsets of the stripped one. */
char *
hs_elf_file_build_id (Elf *elf, const guint8 *data, gsize size)
{
  gsize length = 0;
  const guint8 *notes = hs_elf_section_data (hs_elf_section (elf, ".note.gnu.build-id"), &length);
  char *id = notes != NULL ? hs_notes_build_id (notes, length) : NULL;

  return id != NULL ? id : hs_elf_build_id (data, size);
}
