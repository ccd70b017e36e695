/* elf-id.c - see elf-id.h.
 *
 * libelf refuses files of which only the first page is there, as in cores, so the few headers are read by hand. */
#include "profiler/target/elf-id.h"

#include <elf.h>
#include <string.h>

#define LONGEST_BUILD_ID 64
#define MAX_PROGRAM_HEADERS (65536 / sizeof (Elf64_Phdr)) /* Linux starts no program with more (fs/binfmt_elf.c) */

gboolean
hs_elf_is_ours (const guint8 *data, gsize size)
{
  Elf64_Ehdr header;

  if (size < sizeof header)
    return FALSE;
  memcpy (&header, data, sizeof header);
  return memcmp (header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64
         && header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == EM_X86_64;
}

/* Cuts the first @length bytes, rounded up to 4, off *@data. */
static const guint8 *
cut (const guint8 **data, gsize *size, guint64 length)
{
  const guint8 *start = *data;
  guint64 whole = (length + 3) & ~G_GUINT64_CONSTANT (3);

  if (length > *size)
    return NULL;
  whole = MIN (whole, *size);
  *data += whole;
  *size -= whole;
  return start;
}

gboolean
hs_note_next (const guint8 **data, gsize *size, HsNote *note)
{
  Elf64_Nhdr header;
  const guint8 *raw = cut (data, size, sizeof header);

  if (raw == NULL)
    return FALSE;
  memcpy (&header, raw, sizeof header);
  note->type = header.n_type;
  note->name_size = header.n_namesz;
  note->name = (const char *)cut (data, size, header.n_namesz);
  note->desc_size = header.n_descsz;
  note->desc = note->name != NULL ? cut (data, size, header.n_descsz) : NULL;
  return note->desc != NULL;
}

gboolean
hs_note_is (const HsNote *note, const char *name, guint32 type)
{
  gsize length = strlen (name);

  return note->type == type && note->name_size >= length && note->name_size <= length + 1
         && memcmp (note->name, name, length) == 0;
}

char *
hs_hex (const guint8 *data, gsize size)
{
  GString *text = g_string_sized_new (2 * size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

char *
hs_notes_build_id (const guint8 *data, gsize size)
{
  HsNote note;

  while (hs_note_next (&data, &size, &note))
    if (hs_note_is (&note, "GNU", NT_GNU_BUILD_ID) && note.desc_size > 0 && note.desc_size <= LONGEST_BUILD_ID)
      return hs_hex (note.desc, note.desc_size);
  return NULL;
}

gboolean
hs_elf_program_header (const guint8 *data, gsize size, guint i, Elf64_Phdr *program)
{
  Elf64_Ehdr header;

  if (!hs_elf_is_ours (data, size))
    return FALSE;
  memcpy (&header, data, sizeof header);
  if (header.e_phentsize != sizeof *program || i >= MIN (header.e_phnum, MAX_PROGRAM_HEADERS) || header.e_phoff > size
      || size - header.e_phoff < (i + 1) * sizeof *program)
    return FALSE;
  memcpy (program, data + header.e_phoff + i * sizeof *program, sizeof *program);
  return TRUE;
}

char *
hs_elf_build_id (const guint8 *data, gsize size)
{
  Elf64_Phdr program;
  char *id = NULL;

  for (guint i = 0; id == NULL && hs_elf_program_header (data, size, i, &program); i++)
    if (program.p_type == PT_NOTE && program.p_offset <= size && program.p_filesz <= size - program.p_offset)
      id = hs_notes_build_id (data + program.p_offset, program.p_filesz);
  return id;
}

guint
hs_elf_flags (const guint8 *data, gsize size, guint64 offset)
{
  Elf64_Phdr program;

  for (guint i = 0; hs_elf_program_header (data, size, i, &program); i++)
    if (program.p_type == PT_LOAD && offset >= (program.p_offset & ~G_GUINT64_CONSTANT (4095))
        && offset < program.p_offset + program.p_filesz)
      return program.p_flags;
  return 0;
}
