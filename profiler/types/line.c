/* line.c - see line.h.
 *
 * Only the header of the line table is read, not its program, which is what makes asking cheap: libdwarf's
 * dwarf_srcfiles decodes the whole table. Format: DWARF 4 and 5, section 6.2.4.
 * Not handled: 64-bit DWARF (initial length 0xffffffff); such files simply count as none of the system's. */
#include "profiler/types/line.h"

#include <string.h>

#define MAX_NAMES 65536
#define MAX_FORMATS 16

typedef struct {
  const HsDwarfFile *file;
  HsBytes bytes;
  const char *comp_dir;
  GPtrArray *directories;
  GByteArray *flags;
} Header;

static gboolean
is_system_path (const char *path)
{
  return g_str_has_prefix (path, "/usr/include/") || g_str_has_prefix (path, "/usr/lib/") || path[0] == '<';
}

static gboolean
is_system_file (const Header *header, const char *name, guint64 directory)
{
  if (name[0] == '/' || name[0] == '<')
    return is_system_path (name);
  const char *path = directory < header->directories->len ? header->directories->pdata[directory] : "";
  if (path[0] != '/' && header->comp_dir != NULL)
    path = header->comp_dir;
  g_autofree char *slashed = g_strconcat (path, "/", NULL);
  return is_system_path (slashed);
}

static void
add_file (Header *header, const char *name, guint64 directory)
{
  guint8 flag = is_system_file (header, name, directory);

  g_byte_array_append (header->flags, &flag, 1);
}

/* Versions 2 to 4: strings up to an empty one; numbers begin at 1, directory 0 is the unit's. */
static void
read_old_tables (Header *header)
{
  const char *name;

  g_ptr_array_add (header->directories, (gpointer) (header->comp_dir != NULL ? header->comp_dir : ""));
  while (*(name = hs_bytes_string (&header->bytes)) != 0 && header->directories->len < MAX_NAMES)
    g_ptr_array_add (header->directories, (gpointer)name);
  add_file (header, "", 0);
  while (*(name = hs_bytes_string (&header->bytes)) != 0 && header->flags->len < MAX_NAMES) {
    guint64 directory = hs_bytes_uleb (&header->bytes);
    hs_bytes_uleb (&header->bytes);
    hs_bytes_uleb (&header->bytes);
    add_file (header, name, directory);
  }
}

static const char *
string_at (const Header *header, HsDwarfSectionId section, guint64 offset)
{
  HsBytes bytes = hs_bytes (&header->file->sections[section], offset);

  return hs_bytes_string (&bytes);
}

/* A value of version 5: a string or a number, whichever the form says. */
static void
read_value (Header *header, guint64 form, const char **string, guint64 *number)
{
  HsBytes *bytes = &header->bytes;

  switch (form) {
  case DW_FORM_string:
    *string = hs_bytes_string (bytes);
    return;
  case DW_FORM_line_strp:
    *string = string_at (header, HS_DWARF_LINE_STR, hs_bytes_fixed (bytes, 4));
    return;
  case DW_FORM_strp:
    *string = string_at (header, HS_DWARF_STR, hs_bytes_fixed (bytes, 4));
    return;
  case DW_FORM_udata:
    *number = hs_bytes_uleb (bytes);
    return;
  case DW_FORM_data1:
    *number = hs_bytes_fixed (bytes, 1);
    return;
  case DW_FORM_data2:
    *number = hs_bytes_fixed (bytes, 2);
    return;
  case DW_FORM_data16:
    hs_bytes_block (bytes, 16);
    return;
  case DW_FORM_block:
    hs_bytes_block (bytes, hs_bytes_uleb (bytes));
    return;
  default:
    bytes->bad = TRUE;
  }
}

static void
read_new_table (Header *header, gboolean is_directories)
{
  guint64 formats[MAX_FORMATS][2];
  HsBytes *bytes = &header->bytes;
  guint n_formats = (guint)hs_bytes_fixed (bytes, 1);

  if (n_formats > MAX_FORMATS)
    bytes->bad = TRUE;
  for (guint i = 0; i < n_formats && !bytes->bad; i++) {
    formats[i][0] = hs_bytes_uleb (bytes);
    formats[i][1] = hs_bytes_uleb (bytes);
  }
  guint64 n = hs_bytes_uleb (bytes);
  for (guint64 i = 0; i < n && i < MAX_NAMES && !bytes->bad && n_formats > 0; i++) {
    const char *name = "";
    guint64 directory = 0;
    for (guint j = 0; j < n_formats; j++) {
      const char *string = "";
      guint64 number = 0;
      read_value (header, formats[j][1], &string, &number);
      if (formats[j][0] == DW_LNCT_path)
        name = string;
      else if (formats[j][0] == DW_LNCT_directory_index)
        directory = number;
    }
    if (is_directories)
      g_ptr_array_add (header->directories, (gpointer)name);
    else
      add_file (header, name, directory);
  }
}

GByteArray *
hs_line_system_files (const HsDwarfFile *file, guint64 offset, const char *comp_dir)
{
  g_autoptr (GPtrArray) directories = g_ptr_array_new ();
  GByteArray *flags = g_byte_array_new ();
  Header header = { file, hs_bytes (&file->sections[HS_DWARF_LINE], offset), comp_dir, directories, flags };
  HsBytes *bytes = &header.bytes;
  guint64 length = hs_bytes_fixed (bytes, 4);

  if (bytes->bad || length >= 0xfffffff0u || length > (guint64)(bytes->end - bytes->at))
    return flags;
  bytes->end = bytes->at + length;
  guint version = (guint)hs_bytes_fixed (bytes, 2);
  if (version < 2 || version > 5)
    return flags;
  /* v5: address size, selector size. All: header length, minimum instruction length, v4: maximum operations,
   * default_is_stmt, line base, line range. */
  hs_bytes_block (bytes, version >= 5 ? 2 : 0);
  hs_bytes_block (bytes, 4 + 1 + (version >= 4 ? 1 : 0) + 3);
  guint64 opcodes = hs_bytes_fixed (bytes, 1);
  hs_bytes_block (bytes, opcodes > 0 ? opcodes - 1 : 0);
  if (version < 5)
    read_old_tables (&header);
  else {
    read_new_table (&header, TRUE);
    read_new_table (&header, FALSE);
  }
  return flags;
}
