/* check.c - see check.h.
 *
 * libdwarf trusts: a DW_AT_sibling that points to its own DIE makes 20210528 search for ever, and what a damaged
 * abbreviation or length makes of other versions nobody knows. So every unit is walked here first, byte by byte, with
 * the sizes of forms only (DWARF 5, 7.5); that costs a twentieth of what libdwarf takes. A unit that is not a tree to
 * its very end is not read at all.
 * Not handled: DW_FORM_indirect, which no compiler writes, and forms of vendors but GNU; such units are left out. */
#include "profiler/types/check.h"

#define MAX_ABBREVS (1u << 20)
#define MAX_ATTRIBUTES 4096
#define MAX_DEPTH 4096

typedef struct {
  guint64 code;
  guint32 first, n; /* in Checker.specs */
  gboolean has_children;
} Abbrev;

typedef struct {
  guint16 attribute;
  guint16 form;
} Spec;

struct _HsChecker {
  const HsDwarfFile *file;
  gboolean has_table; /* of the following offset */
  gboolean table_is_good;
  guint64 table_offset;
  GArray *abbrevs; /* Abbrev, by code */
  GArray *specs;   /* Spec */
  GArray *stack;   /* guint64: what DW_AT_sibling said of the DIEs around, 0 where it said nothing */
};

typedef struct {
  const guint8 *section; /* of the section */
  HsBytes bytes;         /* behind the header, up to the end of the unit */
  guint64 start, end;    /* offsets of the unit */
  guint64 abbrevs;
  guint version, offset_size, address_size;
} Unit;

HsChecker *
hs_checker_new (const HsDwarfFile *file)
{
  HsChecker *self = g_new0 (HsChecker, 1);

  self->file = file;
  self->abbrevs = g_array_new (FALSE, FALSE, sizeof (Abbrev));
  self->specs = g_array_sized_new (FALSE, FALSE, sizeof (Spec), 64);
  self->stack = g_array_new (FALSE, FALSE, sizeof (guint64));
  return self;
}

void
hs_checker_free (HsChecker *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->abbrevs);
  g_array_unref (self->specs);
  g_array_unref (self->stack);
  g_free (self);
}

/* --- headers */

static gboolean
read_versioned_header (Unit *unit, gboolean is_types)
{
  HsBytes *bytes = &unit->bytes;
  guint unit_type = is_types ? DW_UT_type : DW_UT_compile;
  guint64 type_offset = 0;

  if (unit->version >= 5) {
    unit_type = (guint)hs_bytes_fixed (bytes, 1);
    unit->address_size = (guint)hs_bytes_fixed (bytes, 1);
    unit->abbrevs = hs_bytes_fixed (bytes, unit->offset_size);
  } else {
    unit->abbrevs = hs_bytes_fixed (bytes, unit->offset_size);
    unit->address_size = (guint)hs_bytes_fixed (bytes, 1);
  }
  if (unit_type == DW_UT_skeleton || unit_type == DW_UT_split_compile)
    hs_bytes_block (bytes, 8);
  else if (unit_type == DW_UT_type || unit_type == DW_UT_split_type) {
    hs_bytes_block (bytes, 8);
    type_offset = hs_bytes_fixed (bytes, unit->offset_size);
  }
  return !bytes->bad && type_offset < unit->end - unit->start && unit_type <= DW_UT_split_type
         && (unit->address_size == 4 || unit->address_size == 8);
}

static gboolean
read_header (const HsChecker *self, gboolean is_types, guint64 offset, Unit *unit)
{
  const HsDwarfSection *section = &self->file->sections[is_types ? HS_DWARF_TYPES : HS_DWARF_INFO];
  HsBytes *bytes = &unit->bytes;

  *unit = (Unit){ .bytes = hs_bytes (section, offset), .section = section->data, .start = offset, .offset_size = 4 };
  guint64 length = hs_bytes_fixed (bytes, 4);
  if (length == 0xffffffff) {
    length = hs_bytes_fixed (bytes, 8);
    unit->offset_size = 8;
  }
  if (bytes->bad || length > (guint64)(bytes->end - bytes->at))
    return FALSE;
  bytes->end = bytes->at + length;
  unit->end = (guint64)(bytes->end - section->data);
  unit->version = (guint)hs_bytes_fixed (bytes, 2);
  return unit->version >= 2 && unit->version <= 5 && read_versioned_header (unit, is_types);
}

/* --- abbreviations */

static gboolean
read_specs (HsChecker *self, HsBytes *bytes, Abbrev *abbrev)
{
  abbrev->first = self->specs->len;
  for (abbrev->n = 0; abbrev->n < MAX_ATTRIBUTES; abbrev->n++) {
    guint64 attribute = hs_bytes_uleb (bytes), form = hs_bytes_uleb (bytes);
    Spec spec = { (guint16)attribute, (guint16)form };
    if (form == DW_FORM_implicit_const)
      hs_bytes_sleb (bytes);
    if (bytes->bad || attribute > DW_AT_hi_user || form > G_MAXUINT16)
      return FALSE;
    if (attribute == 0 && form == 0)
      return TRUE;
    g_array_append_val (self->specs, spec);
  }
  return FALSE;
}

static gint
compare_abbrevs (gconstpointer a, gconstpointer b)
{
  const Abbrev *x = a, *y = b;

  return x->code < y->code ? -1 : x->code > y->code;
}

static gboolean
read_abbrevs (HsChecker *self, guint64 offset)
{
  HsBytes bytes = hs_bytes (&self->file->sections[HS_DWARF_ABBREV], offset);

  g_array_set_size (self->abbrevs, 0);
  g_array_set_size (self->specs, 0);
  while (self->abbrevs->len < MAX_ABBREVS) {
    Abbrev abbrev = { .code = hs_bytes_uleb (&bytes) };
    if (bytes.bad)
      return FALSE;
    if (abbrev.code == 0) {
      g_array_sort (self->abbrevs, compare_abbrevs);
      return TRUE;
    }
    guint64 tag = hs_bytes_uleb (&bytes), children = hs_bytes_fixed (&bytes, 1);
    abbrev.has_children = children != 0;
    if (tag == 0 || tag > DW_TAG_hi_user || children > 1 || abbrev.code > G_MAXINT32
        || !read_specs (self, &bytes, &abbrev))
      return FALSE;
    g_array_append_val (self->abbrevs, abbrev);
  }
  return FALSE;
}

static gboolean
use_abbrevs (HsChecker *self, guint64 offset)
{
  if (!self->has_table || self->table_offset != offset) {
    self->table_is_good = read_abbrevs (self, offset);
    self->table_offset = offset;
    self->has_table = TRUE;
  }
  return self->table_is_good;
}

/* Compilers number them from 1 without gaps. */
static const Abbrev *
find_abbrev (const HsChecker *self, guint64 code)
{
  Abbrev key = { .code = code };
  guint index;

  if (code <= self->abbrevs->len && g_array_index (self->abbrevs, Abbrev, code - 1).code == code)
    return &g_array_index (self->abbrevs, Abbrev, code - 1);
  if (g_array_binary_search (self->abbrevs, &key, compare_abbrevs, &index))
    return &g_array_index (self->abbrevs, Abbrev, index);
  return NULL;
}

/* --- DIEs */

static void
skip_value (Unit *unit, guint form)
{
  HsBytes *bytes = &unit->bytes;

  switch (form) {
  case DW_FORM_flag_present:
  case DW_FORM_implicit_const:
    return;
  case DW_FORM_data1:
  case DW_FORM_flag:
  case DW_FORM_ref1:
  case DW_FORM_strx1:
  case DW_FORM_addrx1:
    hs_bytes_block (bytes, 1);
    return;
  case DW_FORM_data2:
  case DW_FORM_ref2:
  case DW_FORM_strx2:
  case DW_FORM_addrx2:
    hs_bytes_block (bytes, 2);
    return;
  case DW_FORM_strx3:
  case DW_FORM_addrx3:
    hs_bytes_block (bytes, 3);
    return;
  case DW_FORM_data4:
  case DW_FORM_ref4:
  case DW_FORM_ref_sup4:
  case DW_FORM_strx4:
  case DW_FORM_addrx4:
    hs_bytes_block (bytes, 4);
    return;
  case DW_FORM_data8:
  case DW_FORM_ref8:
  case DW_FORM_ref_sig8:
  case DW_FORM_ref_sup8:
    hs_bytes_block (bytes, 8);
    return;
  case DW_FORM_data16:
    hs_bytes_block (bytes, 16);
    return;
  case DW_FORM_addr:
    hs_bytes_block (bytes, unit->address_size);
    return;
  case DW_FORM_ref_addr:
    hs_bytes_block (bytes, unit->version == 2 ? unit->address_size : unit->offset_size);
    return;
  case DW_FORM_strp:
  case DW_FORM_sec_offset:
  case DW_FORM_line_strp:
  case DW_FORM_strp_sup:
  case DW_FORM_GNU_ref_alt:
  case DW_FORM_GNU_strp_alt:
    hs_bytes_block (bytes, unit->offset_size);
    return;
  case DW_FORM_sdata:
  case DW_FORM_udata:
  case DW_FORM_ref_udata:
  case DW_FORM_strx:
  case DW_FORM_addrx:
  case DW_FORM_loclistx:
  case DW_FORM_rnglistx:
  case DW_FORM_GNU_addr_index:
  case DW_FORM_GNU_str_index:
    hs_bytes_uleb (bytes);
    return;
  case DW_FORM_string:
    hs_bytes_string (bytes);
    return;
  case DW_FORM_block1:
    hs_bytes_block (bytes, hs_bytes_fixed (bytes, 1));
    return;
  case DW_FORM_block2:
    hs_bytes_block (bytes, hs_bytes_fixed (bytes, 2));
    return;
  case DW_FORM_block4:
    hs_bytes_block (bytes, hs_bytes_fixed (bytes, 4));
    return;
  case DW_FORM_block:
  case DW_FORM_exprloc:
    hs_bytes_block (bytes, hs_bytes_uleb (bytes));
    return;
  default:
    bytes->bad = TRUE;
  }
}

/* The offset a DW_AT_sibling names, without moving on. */
static guint64
sibling (const Unit *unit, guint form)
{
  HsBytes bytes = unit->bytes;

  switch (form) {
  case DW_FORM_ref1:
    return unit->start + hs_bytes_fixed (&bytes, 1);
  case DW_FORM_ref2:
    return unit->start + hs_bytes_fixed (&bytes, 2);
  case DW_FORM_ref4:
    return unit->start + hs_bytes_fixed (&bytes, 4);
  case DW_FORM_ref8:
    return unit->start + hs_bytes_fixed (&bytes, 8);
  case DW_FORM_ref_udata:
    return unit->start + hs_bytes_uleb (&bytes);
  default:
    return G_MAXUINT64;
  }
}

static guint64
here (const Unit *unit)
{
  return (guint64)(unit->bytes.at - unit->section);
}

/* Skips one DIE's attributes; @next gets what DW_AT_sibling says, or 0. */
static gboolean
skip_die (const HsChecker *self, Unit *unit, const Abbrev *abbrev, guint64 *next)
{
  const Spec *specs = &g_array_index (self->specs, Spec, abbrev->first);

  *next = 0;
  for (guint32 i = 0; i < abbrev->n && !unit->bytes.bad; i++) {
    if (specs[i].attribute == DW_AT_sibling)
      *next = sibling (unit, specs[i].form);
    skip_value (unit, specs[i].form);
  }
  return !unit->bytes.bad;
}

/* Leaves a list of children: the parent's sibling, if it has been named, has to be what comes now. */
static gboolean
leave (HsChecker *self, const Unit *unit)
{
  guint64 expected = g_array_index (self->stack, guint64, self->stack->len - 1);

  g_array_set_size (self->stack, self->stack->len - 1);
  return expected == 0 || expected == here (unit);
}

static gboolean
check_next (HsChecker *self, Unit *unit)
{
  guint64 code = hs_bytes_uleb (&unit->bytes), next;

  if (unit->bytes.bad)
    return FALSE;
  if (code == 0)
    return leave (self, unit);
  const Abbrev *abbrev = find_abbrev (self, code);
  if (abbrev == NULL || !skip_die (self, unit, abbrev, &next))
    return FALSE;
  if (abbrev->has_children) {
    g_array_append_val (self->stack, next);
    return self->stack->len <= MAX_DEPTH;
  }
  return next == 0 || next == here (unit);
}

gsize
hs_check_section (HsChecker *self, gboolean is_types)
{
  gsize size = self->file->sections[is_types ? HS_DWARF_TYPES : HS_DWARF_INFO].size, offset = 0;
  guint64 next;
  Unit unit;

  while (offset < size) {
    if (!read_header (self, is_types, offset, &unit) || !use_abbrevs (self, unit.abbrevs))
      break;
    guint64 code = hs_bytes_uleb (&unit.bytes);
    const Abbrev *abbrev = code != 0 && !unit.bytes.bad ? find_abbrev (self, code) : NULL;
    if (abbrev == NULL || !skip_die (self, &unit, abbrev, &next))
      break;
    offset = unit.end;
  }
  return offset;
}

gboolean
hs_check_unit (HsChecker *self, gboolean is_types, guint64 offset)
{
  Unit unit;

  if (!read_header (self, is_types, offset, &unit) || !use_abbrevs (self, unit.abbrevs))
    return FALSE;
  g_array_set_size (self->stack, 0);
  do
    if (!check_next (self, &unit))
      return FALSE;
  while (self->stack->len > 0);
  /* What follows the tree is padding. */
  while (unit.bytes.at < unit.bytes.end)
    if (*unit.bytes.at++ != 0)
      return FALSE;
  return TRUE;
}

gboolean
hs_check_around (HsChecker *self, guint64 offset, guint64 *start, guint64 *end)
{
  Unit unit;

  *start = *end = 0;
  while (read_header (self, FALSE, *end, &unit)) {
    *start = *end;
    *end = unit.end;
    if (offset < unit.end)
      return hs_check_unit (self, FALSE, *start);
  }
  *start = *end;
  *end = G_MAXUINT64; /* all that cannot be read */
  return FALSE;
}
