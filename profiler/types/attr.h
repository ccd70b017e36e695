/* attr.h - the few attributes of a DIE that matter, read as cheaply as libdwarf allows.
 *
 * libdwarf walks the abbreviation for every attribute asked for, present or not. Which attributes a DIE has depends on
 * its abbreviation only, so this is asked once an abbreviation and remembered. */
#pragma once

#include "profiler/types/dwarf-file.h"
#include "profiler/types/raw.h"

typedef enum {
  HS_AT_NAME, HS_AT_TYPE, HS_AT_BYTE_SIZE, HS_AT_BIT_SIZE, HS_AT_BIT_OFFSET, HS_AT_DATA_BIT_OFFSET,
  HS_AT_MEMBER_LOCATION, HS_AT_DECLARATION, HS_AT_EXTERNAL, HS_AT_SPECIFICATION, HS_AT_ABSTRACT_ORIGIN,
  HS_AT_SIGNATURE, HS_AT_LOCATION, HS_AT_COUNT, HS_AT_UPPER_BOUND, HS_AT_LOWER_BOUND, HS_AT_ENCODING,
  HS_AT_CONST_VALUE, HS_AT_DECL_FILE, HS_AT_ARTIFICIAL, HS_AT_VIRTUALITY, HS_AT_LOW_PC, HS_AT_HIGH_PC, HS_AT_RANGES,
  HS_AT_INLINE, HS_AT_FRAME_BASE, HS_AT_ENTRY_PC, HS_N_ATTRS
} HsAttr;

#define HS_HAS(info, at) (((info)->mask >> (at) & 1) != 0)

typedef struct {
  guint32 mask;           /* 1 << HsAttr */
  guint16 location_form;  /* 0: no location */
  gboolean known;
} HsAbbrev;

/* What the attributes of a unit are relative to. */
typedef struct {
  Dwarf_Debug debug;
  guint file;        /* index, for keys */
  gboolean is_types;
  guint version;
  guint address_size;
  const HsDwarfFile *sections; /* of the file the unit is in */
  const HsDwarfFile *main;     /* where .debug_addr, and in DWARF 4 .debug_ranges, are */
  const HsDwarfFile *alt; /* the .gnu_debugaltlink file, or NULL */
  GHashTable *signatures;      /* guint64 -> guint64 key, of type units; immutable */
  guint64 low_pc;              /* base of ranges and location lists */
  guint64 addr_base, rnglists_base, loclists_base, ranges_base;
  GArray *abbrevs;             /* HsAbbrev by code */
  GHashTable *far_abbrevs;     /* HsAbbrev of codes beyond reason */
} HsUnitContext;

void hs_unit_context_init (HsUnitContext *self);
void hs_unit_context_clear (HsUnitContext *self);

/* hs_drop_error: forgets what libdwarf complains about. */
void hs_drop_error (Dwarf_Debug debug, Dwarf_Error *error);

const HsAbbrev *hs_abbrev (HsUnitContext *self, Dwarf_Die die);

/* All of these give nothing (NULL, FALSE, 0) where the attribute is missing or has another form. */
const char *hs_attr_string (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at);
const char *hs_attr_name (HsUnitContext *self, Dwarf_Die die);
guint64 hs_attr_key (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at);
gboolean hs_attr_number (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, guint64 *value);
gboolean hs_attr_signed (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, gint64 *value);
gboolean hs_attr_flag (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at);
gboolean hs_attr_block (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, HsBytes *bytes);
gboolean hs_attr_address (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, guint64 *value);

/* hs_attr_offset: a section offset, or with *@index TRUE the number of a table's entry (DW_FORM_rnglistx, loclistx). */
gboolean hs_attr_offset (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, guint64 *value, gboolean *index);

/* hs_attr_high_pc: the end of a range that starts at @low: an address, or since DWARF 4 its length. */
gboolean hs_attr_high_pc (HsUnitContext *self, Dwarf_Die die, guint64 low, guint64 *value);

/* hs_unit_address: entry @index of .debug_addr. */
gboolean hs_unit_address (const HsUnitContext *self, guint64 index, guint64 *value);

/* hs_unit_root: reads what the unit's own DIE says. @skeleton: of a split unit, the context of its skeleton. */
void hs_unit_root (HsUnitContext *self, Dwarf_Die root, const HsUnitContext *skeleton);

guint64 hs_die_offset (Dwarf_Die die);
Dwarf_Half hs_die_tag (Dwarf_Die die);
