/* ranges.c - see ranges.h.
 *
 * Four formats, two generations of ranges and of locations: .debug_ranges and .debug_loc are pairs of offsets from a
 * base (DWARF 4, 2.17.3 and 2.6.2), .debug_rnglists and .debug_loclists lists of coded entries (DWARF 5, 2.17.3 and
 * 2.6.2). They are decoded here and not by libdwarf, whose readers load whole tables first and in 20210528 know split
 * units only in part. Lists end at their end or at MAX_ENTRIES.
 * Not handled: DW_LLE_view_pair is skipped over, a default location holds wherever no other entry does. */
#include "profiler/types/ranges.h"

#define MAX_ENTRIES 100000

typedef struct {
  HsUnitContext *unit;
  HsRangeFunc func;
  gpointer user_data;
  guint64 base;
} List;

/* One entry of .debug_loc or .debug_ranges. FALSE at the end. */
static gboolean
old_entry (List *list, HsBytes *bytes, gboolean is_location)
{
  guint64 low = hs_bytes_fixed (bytes, 8), high = hs_bytes_fixed (bytes, 8);
  HsBytes expression = { 0 };

  if (bytes->bad || (low == 0 && high == 0))
    return FALSE;
  if (low == G_MAXUINT64) {
    list->base = high;
    return TRUE;
  }
  if (is_location) {
    guint64 size = hs_bytes_fixed (bytes, 2);
    const guint8 *data = hs_bytes_block (bytes, size);
    if (data == NULL)
      return FALSE;
    expression = (HsBytes){ data, data + size, FALSE };
  }
  return low >= high || list->func (list->user_data, list->base + low, list->base + high, &expression);
}

/* The codes of location lists are those of ranges but for these three, which are one later from offset_pair on. */
enum { END, BASE_X, START_X_END_X, START_X_LENGTH, OFFSET_PAIR, DEFAULT, BASE_ADDRESS, START_END, START_LENGTH, VIEW };

static guint
unified_code (guint64 code, gboolean is_location)
{
  if (code <= OFFSET_PAIR)
    return (guint)code;
  if (is_location)
    return code <= VIEW ? (guint)code : G_MAXUINT;
  return code <= DW_RLE_start_length ? (guint)code + 1 : G_MAXUINT;
}

static guint64
indexed (const List *list, HsBytes *bytes)
{
  guint64 address = 0;

  if (!hs_unit_address (list->unit, hs_bytes_uleb (bytes), &address))
    bytes->bad = TRUE;
  return address;
}

/* Reads what follows @code; TRUE where it is a range. */
static gboolean
coded_range (List *list, HsBytes *bytes, guint code, guint64 *low, guint64 *high)
{
  switch (code) {
  case BASE_X:
    list->base = indexed (list, bytes);
    return FALSE;
  case BASE_ADDRESS:
    list->base = hs_bytes_fixed (bytes, 8);
    return FALSE;
  case VIEW:
    hs_bytes_uleb (bytes);
    hs_bytes_uleb (bytes);
    return FALSE;
  case START_X_END_X:
    *low = indexed (list, bytes);
    *high = indexed (list, bytes);
    return TRUE;
  case START_X_LENGTH:
    *low = indexed (list, bytes);
    *high = *low + hs_bytes_uleb (bytes);
    return TRUE;
  case OFFSET_PAIR:
    *low = list->base + hs_bytes_uleb (bytes);
    *high = list->base + hs_bytes_uleb (bytes);
    return TRUE;
  case START_END:
    *low = hs_bytes_fixed (bytes, 8);
    *high = hs_bytes_fixed (bytes, 8);
    return TRUE;
  case START_LENGTH:
    *low = hs_bytes_fixed (bytes, 8);
    *high = *low + hs_bytes_uleb (bytes);
    return TRUE;
  case DEFAULT:
    *low = 0;
    *high = G_MAXUINT64;
    return TRUE;
  default:
    bytes->bad = TRUE;
    return FALSE;
  }
}

static gboolean
coded_entry (List *list, HsBytes *bytes, gboolean is_location)
{
  guint64 low = 0, high = 0;
  HsBytes expression = { 0 };
  guint code = unified_code (hs_bytes_fixed (bytes, 1), is_location);

  if (bytes->bad || code == END)
    return FALSE;
  if (!coded_range (list, bytes, code, &low, &high))
    return !bytes->bad;
  if (is_location) {
    guint64 size = hs_bytes_uleb (bytes);
    const guint8 *data = hs_bytes_block (bytes, size);
    if (data == NULL)
      return FALSE;
    expression = (HsBytes){ data, data + size, FALSE };
  }
  return bytes->bad || low >= high || list->func (list->user_data, low, high, &expression);
}

/* The older split format of DWARF 4 (GNU extension): like DWARF 5 but with fixed-size lengths. */
static gboolean
gnu_entry (List *list, HsBytes *bytes)
{
  guint code = (guint)hs_bytes_fixed (bytes, 1);
  guint64 low = 0, high = 0;

  if (bytes->bad || code == END || code > START_X_LENGTH)
    return FALSE;
  low = indexed (list, bytes);
  if (code == BASE_X) {
    list->base = low;
    return !bytes->bad;
  }
  high = code == START_X_END_X ? indexed (list, bytes) : low + hs_bytes_fixed (bytes, 4);
  guint64 size = hs_bytes_fixed (bytes, 2);
  const guint8 *data = hs_bytes_block (bytes, size);
  if (data == NULL)
    return FALSE;
  HsBytes expression = { data, data + size, FALSE };
  return low >= high || list->func (list->user_data, low, high, &expression);
}

static const HsDwarfSection *
section_of (const HsUnitContext *unit, gboolean is_location)
{
  if (unit->version >= 5)
    return &unit->sections->sections[is_location ? HS_DWARF_LOCLISTS : HS_DWARF_RNGLISTS];
  if (is_location)
    return &unit->sections->sections[HS_DWARF_LOC];
  return &unit->main->sections[HS_DWARF_RANGES];
}

/* Where the list @index of a table starts: an array of offsets from its base stands there. */
static gboolean
list_offset (const HsDwarfSection *section, guint64 table, guint64 index, guint64 *offset)
{
  guint64 at;

  if (!g_uint64_checked_mul (&at, index, 4) || !g_uint64_checked_add (&at, at, table))
    return FALSE;
  HsBytes bytes = hs_bytes (section, at);
  guint64 relative = hs_bytes_fixed (&bytes, 4);
  return !bytes.bad && g_uint64_checked_add (offset, table, relative);
}

static void
walk_list (List *list, guint64 offset, gboolean indexed_offset, gboolean is_location)
{
  const HsUnitContext *unit = list->unit;
  const HsDwarfSection *section = section_of (unit, is_location);
  gboolean more = TRUE;

  if (indexed_offset
      && !list_offset (section, is_location ? unit->loclists_base : unit->rnglists_base, offset, &offset))
    return;
  if (unit->version < 5 && !is_location && unit->sections->split)
    offset += unit->ranges_base;
  HsBytes bytes = hs_bytes (section, offset);
  for (guint i = 0; more && i < MAX_ENTRIES && !bytes.bad; i++) {
    if (unit->version >= 5)
      more = coded_entry (list, &bytes, is_location);
    else if (is_location && unit->sections->split)
      more = gnu_entry (list, &bytes);
    else
      more = old_entry (list, &bytes, is_location);
  }
}

gboolean
hs_die_ranges (HsUnitContext *unit, Dwarf_Die die, HsRangeFunc func, gpointer user_data)
{
  const HsAbbrev *abbrev = hs_abbrev (unit, die);
  List list = { unit, func, user_data, unit->low_pc };
  HsBytes none = { 0 };
  guint64 low, high;
  gboolean index;

  if (HS_HAS (abbrev, HS_AT_RANGES)) {
    if (!hs_attr_offset (unit, die, DW_AT_ranges, &low, &index))
      return FALSE;
    walk_list (&list, low, index, FALSE);
    return TRUE;
  }
  if (!HS_HAS (abbrev, HS_AT_LOW_PC) || !HS_HAS (abbrev, HS_AT_HIGH_PC)
      || !hs_attr_address (unit, die, DW_AT_low_pc, &low) || !hs_attr_high_pc (unit, die, low, &high))
    return FALSE;
  if (low < high)
    func (user_data, low, high, &none);
  return TRUE;
}

gboolean
hs_die_locations (HsUnitContext *unit, Dwarf_Die die, Dwarf_Half at, HsRangeFunc func, gpointer user_data)
{
  List list = { unit, func, user_data, unit->low_pc };
  HsBytes expression;
  guint64 offset;
  gboolean index;

  if (hs_attr_block (unit, die, at, &expression)) {
    func (user_data, 0, G_MAXUINT64, &expression);
    return TRUE;
  }
  if (!hs_attr_offset (unit, die, at, &offset, &index))
    return FALSE;
  walk_list (&list, offset, index, TRUE);
  return TRUE;
}
