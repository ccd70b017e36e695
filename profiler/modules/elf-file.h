/* elf-file.h - an ELF file in memory, and libelf's handles on it.
 *
 * A handle of libelf must not be used by two threads at once, not even for reading: whoever wants to read sections
 * independently of others opens a handle of their own on the same bytes, which costs next to nothing. */
#pragma once

#include <glib.h>
#include <libelf.h>

typedef struct {
  const guint8 *data;
  gsize size;
  GMappedFile *mapped; /* what keeps the bytes, or NULL where somebody else does */
  Elf *elf;
} HsElfFile;

/* hs_elf_file_open: maps the ELF file of x86-64 @path; NULL with errno set, EINVAL where it is no such file. */
HsElfFile *hs_elf_file_open (const char *path);
void hs_elf_file_free (HsElfFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsElfFile, hs_elf_file_free)

/* hs_elf_open: (transfer full): a handle on the ELF file of x86-64 in the @size bytes at @data, which have to live
 * as long; NULL where it is none. To be closed with elf_end. */
Elf *hs_elf_open (const guint8 *data, gsize size);

/* hs_elf_section: the section @name that has contents (not SHT_NOBITS, not empty), or NULL. */
Elf_Scn *hs_elf_section (Elf *elf, const char *name);

/* hs_elf_section_of_type: the first section of @type that has contents, or NULL. */
Elf_Scn *hs_elf_section_of_type (Elf *elf, guint32 type);

/* hs_elf_section_data: the contents, NULL where they are out of the file's bounds. */
const guint8 *hs_elf_section_data (Elf_Scn *section, gsize *size);

/* hs_elf_has_debug_info: whether there is a .debug_info (or .zdebug_info) with contents. */
gboolean hs_elf_has_debug_info (Elf *elf);

/* hs_elf_file_build_id: (transfer full): lower-case hex, or NULL. */
char *hs_elf_file_build_id (Elf *elf, const guint8 *data, gsize size);
