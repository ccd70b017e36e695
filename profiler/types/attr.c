/* attr.c - see attr.h. */
#include "profiler/types/attr.h"

#define MAX_DENSE_CODES 65536

static const Dwarf_Half NUMBERS[HS_N_ATTRS] = {
  [HS_AT_NAME] = DW_AT_name,
  [HS_AT_TYPE] = DW_AT_type,
  [HS_AT_BYTE_SIZE] = DW_AT_byte_size,
  [HS_AT_BIT_SIZE] = DW_AT_bit_size,
  [HS_AT_BIT_OFFSET] = DW_AT_bit_offset,
  [HS_AT_DATA_BIT_OFFSET] = DW_AT_data_bit_offset,
  [HS_AT_MEMBER_LOCATION] = DW_AT_data_member_location,
  [HS_AT_DECLARATION] = DW_AT_declaration,
  [HS_AT_EXTERNAL] = DW_AT_external,
  [HS_AT_SPECIFICATION] = DW_AT_specification,
  [HS_AT_ABSTRACT_ORIGIN] = DW_AT_abstract_origin,
  [HS_AT_SIGNATURE] = DW_AT_signature,
  [HS_AT_LOCATION] = DW_AT_location,
  [HS_AT_COUNT] = DW_AT_count,
  [HS_AT_UPPER_BOUND] = DW_AT_upper_bound,
  [HS_AT_LOWER_BOUND] = DW_AT_lower_bound,
  [HS_AT_ENCODING] = DW_AT_encoding,
  [HS_AT_CONST_VALUE] = DW_AT_const_value,
  [HS_AT_DECL_FILE] = DW_AT_decl_file,
  [HS_AT_ARTIFICIAL] = DW_AT_artificial,
  [HS_AT_VIRTUALITY] = DW_AT_virtuality,
  [HS_AT_LOW_PC] = DW_AT_low_pc,
  [HS_AT_HIGH_PC] = DW_AT_high_pc,
  [HS_AT_RANGES] = DW_AT_ranges,
  [HS_AT_INLINE] = DW_AT_inline,
  [HS_AT_FRAME_BASE] = DW_AT_frame_base,
  [HS_AT_ENTRY_PC] = DW_AT_entry_pc,
};

void
hs_unit_context_init (HsUnitContext *self)
{
  self->abbrevs = g_array_new (FALSE, TRUE, sizeof (HsAbbrev));
  self->far_abbrevs = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);
}

void
hs_unit_context_clear (HsUnitContext *self)
{
  g_clear_pointer (&self->abbrevs, g_array_unref);
  g_clear_pointer (&self->far_abbrevs, g_hash_table_unref);
}

void
hs_drop_error (Dwarf_Debug debug, Dwarf_Error *error)
{
  if (*error != NULL)
    dwarf_dealloc (debug, *error, DW_DLA_ERROR);
  *error = NULL;
}

guint64
hs_die_offset (Dwarf_Die die)
{
  Dwarf_Off offset = 0;
  Dwarf_Error error = NULL;

  return dwarf_dieoffset (die, &offset, &error) == DW_DLV_OK ? offset : 0;
}

Dwarf_Half
hs_die_tag (Dwarf_Die die)
{
  Dwarf_Half tag = 0;
  Dwarf_Error error = NULL;

  return dwarf_tag (die, &tag, &error) == DW_DLV_OK ? tag : 0;
}

static Dwarf_Half
form_of (const HsUnitContext *self, Dwarf_Attribute attribute)
{
  Dwarf_Half form = 0;
  Dwarf_Error error = NULL;

  if (dwarf_whatform (attribute, &form, &error) != DW_DLV_OK) {
    hs_drop_error (self->debug, &error);
    return 0;
  }
  return form;
}

static Dwarf_Attribute
attribute_of (const HsUnitContext *self, Dwarf_Die die, Dwarf_Half at)
{
  Dwarf_Attribute attribute = NULL;
  Dwarf_Error error = NULL;

  if (dwarf_attr (die, at, &attribute, &error) == DW_DLV_OK)
    return attribute;
  hs_drop_error (self->debug, &error);
  return NULL;
}

static void
release (const HsUnitContext *self, Dwarf_Attribute attribute)
{
  dwarf_dealloc (self->debug, attribute, DW_DLA_ATTR);
}

/* --- abbreviations */

static void
note_attribute (const HsUnitContext *self, HsAbbrev *abbrev, Dwarf_Attribute attribute)
{
  Dwarf_Half number = 0;
  Dwarf_Error error = NULL;

  if (dwarf_whatattr (attribute, &number, &error) != DW_DLV_OK) {
    hs_drop_error (self->debug, &error);
    return;
  }
  for (guint i = 0; i < HS_N_ATTRS; i++)
    if (NUMBERS[i] == number)
      abbrev->mask |= 1u << i;
  if (number == DW_AT_location)
    abbrev->location_form = form_of (self, attribute);
}

static void
learn_abbrev (const HsUnitContext *self, HsAbbrev *abbrev, Dwarf_Die die)
{
  Dwarf_Attribute *list = NULL;
  Dwarf_Signed n = 0;
  Dwarf_Error error = NULL;

  abbrev->known = TRUE;
  if (dwarf_attrlist (die, &list, &n, &error) != DW_DLV_OK) {
    hs_drop_error (self->debug, &error);
    return;
  }
  for (Dwarf_Signed i = 0; i < n; i++) {
    note_attribute (self, abbrev, list[i]);
    release (self, list[i]);
  }
  dwarf_dealloc (self->debug, list, DW_DLA_LIST);
}

static HsAbbrev *
far_abbrev (HsUnitContext *self, guint code)
{
  HsAbbrev *abbrev = g_hash_table_lookup (self->far_abbrevs, GUINT_TO_POINTER (code));

  if (abbrev == NULL) {
    abbrev = g_new0 (HsAbbrev, 1);
    g_hash_table_insert (self->far_abbrevs, GUINT_TO_POINTER (code), abbrev);
  }
  return abbrev;
}

const HsAbbrev *
hs_abbrev (HsUnitContext *self, Dwarf_Die die)
{
  int code = dwarf_die_abbrev_code (die);
  HsAbbrev *abbrev;

  if (code >= 0 && code < MAX_DENSE_CODES) {
    if ((guint)code >= self->abbrevs->len)
      g_array_set_size (self->abbrevs, MAX ((guint)code + 1, 2 * self->abbrevs->len));
    abbrev = &g_array_index (self->abbrevs, HsAbbrev, code);
  } else
    abbrev = far_abbrev (self, (guint)code);
  if (!abbrev->known)
    learn_abbrev (self, abbrev, die);
  return abbrev;
}

/* --- values */

/* A string in the .gnu_debugaltlink file. libdwarf could be given that file as the "tied" one, but searches it for all
 * manner of things then, in 20210528 without an end where it is damaged. */
static const char *
alt_string (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at)
{
  Dwarf_Attribute attribute = attribute_of (self, die, at);
  Dwarf_Error error = NULL;
  Dwarf_Off offset = 0;
  const char *text = NULL;

  if (attribute == NULL)
    return NULL;
  Dwarf_Half form = form_of (self, attribute);
  if ((form == DW_FORM_GNU_strp_alt || form == DW_FORM_strp_sup)
      && dwarf_global_formref (attribute, &offset, &error) == DW_DLV_OK) {
    HsBytes bytes = hs_bytes (&self->alt->sections[HS_DWARF_STR], offset);
    text = hs_bytes_string (&bytes);
  }
  hs_drop_error (self->debug, &error);
  release (self, attribute);
  return text;
}

const char *
hs_attr_name (HsUnitContext *self, Dwarf_Die die)
{
  return hs_attr_string (self, die, DW_AT_name);
}

const char *
hs_attr_string (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at)
{
  char *text = NULL;
  Dwarf_Error error = NULL;

  int result = at == DW_AT_name ? dwarf_diename (die, &text, &error) : dwarf_die_text (die, at, &text, &error);
  if (result != DW_DLV_OK)
    hs_drop_error (self->debug, &error);
  /* libdwarf says "<DW_FORM_GNU_strp_alt-no-tied-file>" or an error. */
  if (self->alt != NULL && (result == DW_DLV_ERROR || (result == DW_DLV_OK && g_str_has_prefix (text, "<DW_FORM_"))))
    return alt_string (self, die, at);
  return result == DW_DLV_OK ? text : NULL;
}

static guint64
key_of_signature (const HsUnitContext *self, Dwarf_Attribute attribute)
{
  Dwarf_Sig8 signature;
  Dwarf_Error error = NULL;
  guint64 number;

  if (dwarf_formsig8 (attribute, &signature, &error) != DW_DLV_OK) {
    hs_drop_error (self->debug, &error);
    return 0;
  }
  memcpy (&number, &signature, sizeof number);
  const guint64 *key = self->signatures != NULL ? g_hash_table_lookup (self->signatures, &number) : NULL;
  return key != NULL ? *key : 0;
}

static guint64
key_of (const HsUnitContext *self, Dwarf_Attribute attribute)
{
  Dwarf_Off offset = 0;
  Dwarf_Error error = NULL;
  Dwarf_Half form = form_of (self, attribute);

  if (form == DW_FORM_ref_sig8)
    return key_of_signature (self, attribute);
  if (dwarf_global_formref (attribute, &offset, &error) != DW_DLV_OK) {
    hs_drop_error (self->debug, &error);
    return 0;
  }
  if (offset == 0 || offset > HS_KEY_OFFSET)
    return 0;
  if (form == DW_FORM_GNU_ref_alt || form == DW_FORM_ref_sup4 || form == DW_FORM_ref_sup8)
    return self->alt != NULL ? hs_key (1, FALSE, offset) : 0;
  return hs_key (self->file, form != DW_FORM_ref_addr && self->is_types, offset);
}

guint64
hs_attr_key (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at)
{
  Dwarf_Attribute attribute = attribute_of (self, die, at);

  if (attribute == NULL)
    return 0;
  guint64 key = key_of (self, attribute);
  release (self, attribute);
  return key;
}

static gboolean
is_constant (Dwarf_Half form)
{
  switch (form) {
  case DW_FORM_data1:
  case DW_FORM_data2:
  case DW_FORM_data4:
  case DW_FORM_data8:
  case DW_FORM_udata:
  case DW_FORM_sdata:
  case DW_FORM_implicit_const:
    return TRUE;
  default:
    return FALSE;
  }
}

/* Constants of fixed size are unsigned where gcc and clang write them; what is negative is an sdata or implicit. */
static gboolean
number_of (const HsUnitContext *self, Dwarf_Attribute attribute, gint64 *value)
{
  Dwarf_Half form = form_of (self, attribute);
  Dwarf_Error error = NULL;
  Dwarf_Unsigned number = 0;
  Dwarf_Signed negative = 0;
  int result = DW_DLV_NO_ENTRY;

  if (form == DW_FORM_sdata || form == DW_FORM_implicit_const)
    result = dwarf_formsdata (attribute, &negative, &error);
  else if (is_constant (form))
    result = dwarf_formudata (attribute, &number, &error);
  if (result != DW_DLV_OK)
    hs_drop_error (self->debug, &error);
  *value = form == DW_FORM_sdata || form == DW_FORM_implicit_const ? negative : (gint64)number;
  return result == DW_DLV_OK;
}

gboolean
hs_attr_signed (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, gint64 *value)
{
  Dwarf_Attribute attribute = attribute_of (self, die, at);

  if (attribute == NULL)
    return FALSE;
  gboolean good = number_of (self, attribute, value);
  release (self, attribute);
  return good;
}

gboolean
hs_attr_number (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, guint64 *value)
{
  gint64 number = 0;
  gboolean good = hs_attr_signed (self, die, at, &number);

  if (good)
    *value = (guint64)number;
  return good;
}

gboolean
hs_attr_flag (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at)
{
  Dwarf_Attribute attribute = attribute_of (self, die, at);
  Dwarf_Bool flag = FALSE;
  Dwarf_Error error = NULL;

  if (attribute == NULL)
    return FALSE;
  if (dwarf_formflag (attribute, &flag, &error) != DW_DLV_OK)
    hs_drop_error (self->debug, &error);
  release (self, attribute);
  return flag != 0;
}

static gboolean
block_of (const HsUnitContext *self, Dwarf_Attribute attribute, HsBytes *bytes)
{
  Dwarf_Error error = NULL;
  Dwarf_Block *block = NULL;
  Dwarf_Unsigned length = 0;
  Dwarf_Ptr data = NULL;

  switch (form_of (self, attribute)) {
  case DW_FORM_exprloc:
    if (dwarf_formexprloc (attribute, &length, &data, &error) != DW_DLV_OK)
      break;
    *bytes = (HsBytes){ data, (const guint8 *)data + length, FALSE };
    return TRUE;
  case DW_FORM_block:
  case DW_FORM_block1:
  case DW_FORM_block2:
  case DW_FORM_block4:
    if (dwarf_formblock (attribute, &block, &error) != DW_DLV_OK)
      break;
    *bytes = (HsBytes){ block->bl_data, (const guint8 *)block->bl_data + block->bl_len, FALSE };
    dwarf_dealloc (self->debug, block, DW_DLA_BLOCK);
    return TRUE;
  default:
    return FALSE;
  }
  hs_drop_error (self->debug, &error);
  return FALSE;
}

gboolean
hs_attr_block (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, HsBytes *bytes)
{
  Dwarf_Attribute attribute = attribute_of (self, die, at);

  if (attribute == NULL)
    return FALSE;
  gboolean good = block_of (self, attribute, bytes);
  release (self, attribute);
  return good;
}

gboolean
hs_unit_address (const HsUnitContext *self, guint64 index, guint64 *value)
{
  const HsDwarfSection *section = &self->main->sections[HS_DWARF_ADDR];
  guint64 offset;

  if (!g_uint64_checked_mul (&offset, index, 8) || !g_uint64_checked_add (&offset, offset, self->addr_base))
    return FALSE;
  HsBytes bytes = hs_bytes (section, offset);
  *value = hs_bytes_fixed (&bytes, 8);
  return !bytes.bad;
}

static gboolean
address_of (const HsUnitContext *self, Dwarf_Attribute attribute, guint64 *value)
{
  Dwarf_Error error = NULL;
  Dwarf_Half form = form_of (self, attribute);
  Dwarf_Unsigned index = 0;
  Dwarf_Addr address = 0;

  if (form == DW_FORM_addr) {
    if (dwarf_formaddr (attribute, &address, &error) == DW_DLV_OK) {
      *value = address;
      return TRUE;
    }
  } else if (dwarf_addr_form_is_indexed (form)
             && dwarf_get_debug_addr_index (attribute, &index, &error) == DW_DLV_OK)
    return hs_unit_address (self, index, value);
  hs_drop_error (self->debug, &error);
  return FALSE;
}

gboolean
hs_attr_address (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, guint64 *value)
{
  Dwarf_Attribute attribute = attribute_of (self, die, at);

  if (attribute == NULL)
    return FALSE;
  gboolean good = address_of (self, attribute, value);
  release (self, attribute);
  return good;
}

gboolean
hs_attr_high_pc (HsUnitContext *self, Dwarf_Die die, guint64 low, guint64 *value)
{
  Dwarf_Attribute attribute = attribute_of (self, die, DW_AT_high_pc);
  gint64 length = 0;
  gboolean good;

  if (attribute == NULL)
    return FALSE;
  if (is_constant (form_of (self, attribute)))
    good = number_of (self, attribute, &length) && g_uint64_checked_add (value, low, (guint64)length);
  else
    good = address_of (self, attribute, value);
  release (self, attribute);
  return good;
}

gboolean
hs_attr_offset (HsUnitContext *self, Dwarf_Die die, Dwarf_Half at, guint64 *value, gboolean *index)
{
  Dwarf_Attribute attribute = attribute_of (self, die, at);
  Dwarf_Error error = NULL;
  Dwarf_Off offset = 0;
  Dwarf_Unsigned entry = 0;
  gint64 number = 0;
  gboolean good = FALSE;

  if (attribute == NULL)
    return FALSE;
  Dwarf_Half form = form_of (self, attribute);
  *index = form == DW_FORM_rnglistx || form == DW_FORM_loclistx;
  if (*index) {
    /* Not by dwarf_global_formref, which in 20210528 takes the number for one of fixed size. */
    good = dwarf_formudata (attribute, &entry, &error) == DW_DLV_OK;
    *value = entry;
    hs_drop_error (self->debug, &error);
  } else if (form == DW_FORM_sec_offset) {
    good = dwarf_global_formref (attribute, &offset, &error) == DW_DLV_OK;
    *value = offset;
    hs_drop_error (self->debug, &error);
  } else if (form == DW_FORM_data4 || form == DW_FORM_data8) {
    good = number_of (self, attribute, &number);
    *value = (guint64)number;
  }
  release (self, attribute);
  return good;
}

/* --- units */

static void
base (HsUnitContext *self, Dwarf_Die root, Dwarf_Half at, guint64 *value)
{
  gboolean index;

  hs_attr_offset (self, root, at, value, &index);
}

void
hs_unit_root (HsUnitContext *self, Dwarf_Die root, const HsUnitContext *skeleton)
{
  if (skeleton != NULL) {
    self->low_pc = skeleton->low_pc;
    self->addr_base = skeleton->addr_base;
    self->ranges_base = skeleton->ranges_base;
  }
  /* The tables of a .dwo file need no base attribute: the header of the only table is what they start behind. */
  if (self->sections->split && self->version >= 5)
    self->rnglists_base = self->loclists_base = 12;
  base (self, root, DW_AT_addr_base, &self->addr_base);
  base (self, root, DW_AT_GNU_addr_base, &self->addr_base);
  base (self, root, DW_AT_rnglists_base, &self->rnglists_base);
  base (self, root, DW_AT_loclists_base, &self->loclists_base);
  base (self, root, DW_AT_GNU_ranges_base, &self->ranges_base);
  hs_attr_address (self, root, DW_AT_low_pc, &self->low_pc);
}
