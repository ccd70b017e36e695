/* dwarf-file.h - one ELF file's debug sections, and libdwarf handles on them.
 *
 * The sections are loaded and decompressed once and never change; any number of handles, each for one thread, share
 * the bytes. Strings libdwarf returns point into them and live as long as the file. */
#pragma once

#include "profiler/target/diag.h"

#include "profiler/types/dwarf-lib.h"

#include <libelf.h>

typedef enum {
  HS_DWARF_INFO,
  HS_DWARF_TYPES,
  HS_DWARF_ABBREV,
  HS_DWARF_STR,
  HS_DWARF_STR_OFFSETS,
  HS_DWARF_ADDR,
  HS_DWARF_LINE,
  HS_DWARF_LINE_STR,
  HS_DWARF_RANGES,
  HS_DWARF_RNGLISTS,
  HS_DWARF_LOC,
  HS_DWARF_LOCLISTS,
  HS_DWARF_CU_INDEX,
  HS_DWARF_TU_INDEX,
  HS_N_DWARF_SECTIONS
} HsDwarfSectionId;

typedef struct {
  const char *name; /* static: ".debug_info" or ".debug_info.dwo" */
  const guint8 *data;
  gsize size;
} HsDwarfSection;

typedef struct {
  HsDwarfSection sections[HS_N_DWARF_SECTIONS];
  gboolean split;   /* a .dwo or .dwp file: its sections end in .dwo */
  Elf *elf;         /* our own descriptor over the same bytes: libelf's are not for several threads */
  GPtrArray *unpacked; /* GBytes */
  gpointer mapping; /* GMappedFile of a file we opened ourselves, or NULL */
  gpointer access;  /* what libdwarf calls back; the same for all handles */
} HsDwarfFile;

/* hs_dwarf_file_new: (transfer full): the debug sections of @elf, which must outlive the result. NULL where there are
 * none; what cannot be decompressed is said in @diag under @topic and missing. */
HsDwarfFile *hs_dwarf_file_new (Elf *elf, const char *topic, HsDiag *diag);

/* hs_dwarf_file_open: (transfer full): the same for a file on disk; NULL if it cannot be opened or has none. */
HsDwarfFile *hs_dwarf_file_open (const char *path, const char *topic, HsDiag *diag);
void hs_dwarf_file_free (HsDwarfFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsDwarfFile, hs_dwarf_file_free)

/* hs_dwarf_open: (transfer full): a handle for one thread, or NULL. hs_dwarf_close gives it back. */
Dwarf_Debug hs_dwarf_open (const HsDwarfFile *self);
void hs_dwarf_close (Dwarf_Debug debug);

/* hs_dwarf_bytes: little-endian reading with bounds. After a failure (bad) everything reads as 0. */
typedef struct {
  const guint8 *at, *end;
  gboolean bad;
} HsBytes;

static inline HsBytes
hs_bytes (const HsDwarfSection *section, guint64 offset)
{
  gboolean bad = offset > section->size || section->data == NULL;

  return (HsBytes){ bad ? NULL : section->data + offset, bad ? NULL : section->data + section->size, bad };
}

guint64 hs_bytes_fixed (HsBytes *self, guint size);
guint64 hs_bytes_uleb (HsBytes *self);
gint64 hs_bytes_sleb (HsBytes *self);
const guint8 *hs_bytes_block (HsBytes *self, guint64 size);
const char *hs_bytes_string (HsBytes *self);
