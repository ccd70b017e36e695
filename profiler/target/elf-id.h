/* elf-id.h - the build-id of an ELF file from its raw bytes. */
#pragma once

#include <elf.h>
#include <glib.h>

/* hs_elf_is_ours: whether the bytes begin as an ELF file of x86-64 does. */
gboolean hs_elf_is_ours (const guint8 *data, gsize size);

/* hs_elf_build_id: (transfer full): the build-id in lower-case hex from the program headers of the ELF file whose first
 * @size bytes are at @data; NULL where there is none or it lies behind @size. */
char *hs_elf_build_id (const guint8 *data, gsize size);

/* hs_elf_program_header: reads program header @i; FALSE where there is none. */
gboolean hs_elf_program_header (const guint8 *data, gsize size, guint i, Elf64_Phdr *program);

/* hs_notes_build_id: (transfer full): the build-id among the ELF notes at @data in lower-case hex, or NULL. */
char *hs_notes_build_id (const guint8 *data, gsize size);

/* hs_elf_flags: the flags (PF_X, PF_W, PF_R) of the segment that the page at @offset of the file belongs to, or 0. */
guint hs_elf_flags (const guint8 *data, gsize size, guint64 offset);

/* hs_note_next: iterates over the ELF notes in *@data (*@size bytes), each field aligned to 4 bytes as all of those are
 * that matter here. FALSE at the end or where the rest makes no sense. @name has @name_size bytes, NUL included. */
typedef struct {
  guint32 type;
  const char *name;
  gsize name_size;
  const guint8 *desc;
  gsize desc_size;
} HsNote;
gboolean hs_note_next (const guint8 **data, gsize *size, HsNote *note);
gboolean hs_note_is (const HsNote *note, const char *name, guint32 type);

/* hs_hex: (transfer full): @size bytes in lower-case hex. */
char *hs_hex (const guint8 *data, gsize size);
