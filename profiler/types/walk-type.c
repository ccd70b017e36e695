/* walk-type.c - type DIEs to raw records; see walk.h. */
#include "profiler/types/walk.h"

#define MAX_SUBRANGES 16

/* --- members */

/* The constant an expression yields when a zero is on the stack: what DWARF 2 and 3 put where offsets are now. */
static gboolean
constant_expression (HsBytes bytes, guint64 *value)
{
  guint8 operation = (guint8)hs_bytes_fixed (&bytes, 1);

  if (operation == DW_OP_plus_uconst || operation == DW_OP_constu)
    *value = hs_bytes_uleb (&bytes);
  else if (operation == DW_OP_const1u || operation == DW_OP_const2u || operation == DW_OP_const4u)
    *value = hs_bytes_fixed (&bytes, operation == DW_OP_const1u ? 1 : operation == DW_OP_const2u ? 2 : 4);
  else if (operation >= DW_OP_lit0 && operation <= DW_OP_lit31)
    *value = operation - DW_OP_lit0;
  else
    return FALSE;
  return !bytes.bad && (bytes.at == bytes.end || (bytes.at + 1 == bytes.end && *bytes.at == DW_OP_plus));
}

static gboolean
member_location (HsUnitContext *context, Dwarf_Die die, guint64 *offset)
{
  HsBytes bytes;

  if (hs_attr_number (context, die, DW_AT_data_member_location, offset))
    return TRUE;
  return hs_attr_block (context, die, DW_AT_data_member_location, &bytes) && constant_expression (bytes, offset);
}

/* Sets where the bit-field's first bit is, counted from the least significant bit of the struct's first byte. */
static void
place_bits (HsRawMember *member, guint64 first_bit, guint64 width)
{
  if (width == 0 || width > 128)
    return;
  member->offset = first_bit / 8;
  member->bit_offset = first_bit % 8;
  member->bit_size = (guint8)width;
}

static void
read_bit_field (HsUnitContext *context, Dwarf_Die die, const HsAbbrev *abbrev, HsRawMember *member)
{
  guint64 width = 0, first = 0, from_top = 0, storage = 0;

  if (!hs_attr_number (context, die, DW_AT_bit_size, &width) || width == 0 || width > 128)
    return;
  if (HS_HAS (abbrev, HS_AT_DATA_BIT_OFFSET)) {
    if (hs_attr_number (context, die, DW_AT_data_bit_offset, &first))
      place_bits (member, first, width);
  } else if (!HS_HAS (abbrev, HS_AT_BIT_OFFSET)) {
    place_bits (member, member->offset * 8, width);
  } else if (hs_attr_number (context, die, DW_AT_bit_offset, &from_top)) {
    /* DWARF 2 and 3 count from the most significant bit of the storage unit, whose size may be that of the type. */
    if (hs_attr_number (context, die, DW_AT_byte_size, &storage))
      place_bits (member, (member->offset + storage) * 8 - from_top - width, width);
    else {
      member->offset = member->offset * 8 - from_top - width;
      member->bit_size = (guint8)width;
      member->flags |= HS_RAW_MEMBER_MSB;
    }
  }
}

static void
read_member (HsWalk *self, Dwarf_Die die, guint32 scope)
{
  HsUnitContext *context = self->context;
  const HsAbbrev abbrev = *hs_abbrev (context, die);
  HsRawMember member = { 0 };

  if (HS_HAS (&abbrev, HS_AT_NAME))
    member.name = hs_attr_name (context, die);
  if (HS_HAS (&abbrev, HS_AT_TYPE))
    member.type = hs_attr_key (context, die, DW_AT_type);
  if (HS_HAS (&abbrev, HS_AT_EXTERNAL) || HS_HAS (&abbrev, HS_AT_DECLARATION)) {
    /* A static member: its variable is defined elsewhere and refers to this. */
    hs_walk_declare (self, die, scope, member.name, member.type);
    return;
  }
  if (HS_HAS (&abbrev, HS_AT_MEMBER_LOCATION) && !member_location (context, die, &member.offset))
    member.flags |= HS_MEMBER_VIRTUAL_BASE;
  if (HS_HAS (&abbrev, HS_AT_BIT_SIZE))
    read_bit_field (context, die, &abbrev, &member);
  if (HS_HAS (&abbrev, HS_AT_ARTIFICIAL))
    member.flags |= HS_MEMBER_ARTIFICIAL;
  g_array_append_val (self->pending, member);
}

static void
read_base_class (HsWalk *self, Dwarf_Die die)
{
  HsUnitContext *context = self->context;
  const HsAbbrev abbrev = *hs_abbrev (context, die);
  HsRawMember member = { .flags = HS_MEMBER_BASE };
  guint64 virtuality = 0;

  member.type = hs_attr_key (context, die, DW_AT_type);
  if (HS_HAS (&abbrev, HS_AT_VIRTUALITY))
    hs_attr_number (context, die, DW_AT_virtuality, &virtuality);
  if (virtuality != 0 || !member_location (context, die, &member.offset)) {
    member.offset = 0;
    if (virtuality != 0 || HS_HAS (&abbrev, HS_AT_MEMBER_LOCATION))
      member.flags |= HS_MEMBER_VIRTUAL_BASE;
  }
  g_array_append_val (self->pending, member);
}

/* The arms of a Rust enum lie over each other: read as one flat list. */
static void
read_variants (HsWalk *self, Dwarf_Die die, guint32 scope, guint depth)
{
  if (depth >= HS_MAX_DEPTH)
    return;
  for (Dwarf_Die child = hs_walk_child (self, die); child != NULL; child = hs_walk_next (self, child)) {
    Dwarf_Half tag = hs_die_tag (child);
    if (tag == DW_TAG_member)
      read_member (self, child, scope);
    else if (tag == DW_TAG_variant)
      read_variants (self, child, scope, depth + 1);
    else
      hs_walk_die (self, child, tag, scope, depth + 1);
  }
}

static void
read_members (HsWalk *self, Dwarf_Die die, guint32 scope, guint depth)
{
  if (depth >= HS_MAX_DEPTH) {
    self->unit->cut = TRUE;
    return;
  }
  for (Dwarf_Die child = hs_walk_child (self, die); child != NULL; child = hs_walk_next (self, child)) {
    Dwarf_Half tag = hs_die_tag (child);
    if (tag == DW_TAG_member && !hs_walk_is_full (self))
      read_member (self, child, scope);
    else if (tag == DW_TAG_inheritance && !hs_walk_is_full (self))
      read_base_class (self, child);
    else if (tag == DW_TAG_variant_part)
      read_variants (self, child, scope, depth + 1);
    else if (tag != DW_TAG_member)
      hs_walk_die (self, child, tag, scope, depth + 1);
  }
}

/* --- types */

static guint16
system_flag (HsWalk *self, Dwarf_Die die, const HsAbbrev *abbrev)
{
  guint64 file = 0;

  if (self->system_files == NULL || !HS_HAS (abbrev, HS_AT_DECL_FILE)
      || !hs_attr_number (self->context, die, DW_AT_decl_file, &file) || file >= self->system_files->len)
    return 0;
  return self->system_files->data[file] != 0 ? HS_TYPE_FLAG_SYSTEM : 0;
}

/* What all types have: name, size, target. The record is appended and its index returned. */
static guint
begin (HsWalk *self, Dwarf_Die die, guint8 kind, guint32 scope)
{
  HsUnitContext *context = self->context;
  const HsAbbrev abbrev = *hs_abbrev (context, die);
  HsRawType type = { .kind = kind, .scope = scope, .die = hs_walk_key (self, die) };
  guint64 encoding = 0;

  if (HS_HAS (&abbrev, HS_AT_NAME))
    type.name = hs_attr_name (context, die);
  if (HS_HAS (&abbrev, HS_AT_BYTE_SIZE))
    hs_attr_number (context, die, DW_AT_byte_size, &type.size);
  if (HS_HAS (&abbrev, HS_AT_TYPE))
    type.target = hs_attr_key (context, die, DW_AT_type);
  if (HS_HAS (&abbrev, HS_AT_ENCODING) && hs_attr_number (context, die, DW_AT_encoding, &encoding))
    type.encoding = encoding <= G_MAXUINT8 ? (guint8)encoding : 0;
  if (kind == HS_TYPE_STRUCT || kind == HS_TYPE_CLASS || kind == HS_TYPE_UNION || kind == HS_TYPE_ENUM
      || kind == HS_TYPE_TYPEDEF)
    type.flags = system_flag (self, die, &abbrev) | (self->unit->is_other ? HS_TYPE_FLAG_CXX : 0);
  g_array_append_val (self->unit->types, type);
  return self->unit->types->len - 1;
}

static HsRawType *
record (HsWalk *self, guint index)
{
  return &g_array_index (self->unit->types, HsRawType, index);
}

static guint16
declared_as (guint8 kind)
{
  return kind == HS_TYPE_UNION  ? HS_FLAG_DECLARES_UNION
         : kind == HS_TYPE_ENUM ? HS_FLAG_DECLARES_ENUM
                                : HS_FLAG_DECLARES_STRUCT;
}

/* A struct that is only declared, or that stands for a type in a type unit; TRUE if it is one. */
static gboolean
read_stub (HsWalk *self, Dwarf_Die die, guint index)
{
  const HsAbbrev *abbrev = hs_abbrev (self->context, die);
  HsRawType *type = record (self, index);

  if (HS_HAS (abbrev, HS_AT_SIGNATURE)) {
    guint64 target = hs_attr_key (self->context, die, DW_AT_signature);
    if (target != 0) {
      type->kind = HS_RAW_ALIAS;
      type->target = target;
      return TRUE;
    }
  }
  if (HS_HAS (abbrev, HS_AT_SPECIFICATION))
    type->specification = hs_attr_key (self->context, die, DW_AT_specification);
  if (!HS_HAS (abbrev, HS_AT_DECLARATION) && !HS_HAS (abbrev, HS_AT_SIGNATURE))
    return FALSE;
  type->flags |= declared_as (type->kind);
  type->kind = HS_TYPE_OPAQUE;
  type->target = 0;
  type->size = 0;
  return TRUE;
}

static void
read_aggregate (HsWalk *self, Dwarf_Die die, guint8 kind, guint32 scope, guint depth)
{
  guint index = begin (self, die, kind, scope);
  gboolean stub = read_stub (self, die, index);
  guint start = self->pending->len;
  const char *name = record (self, index)->name;
  guint32 inner = hs_walk_scope (self, scope, name);
  /* Where the class is declared elsewhere (in a type unit, or in its namespace) that has its whole name. */
  g_array_index (self->unit->scopes, HsRawScope, inner).origin
      = stub ? record (self, index)->target : record (self, index)->specification;
  /* Stubs have children too: nested types and static members. */
  read_members (self, die, inner, depth);
  HsRawType *type = record (self, index);
  if (!stub) {
    type->first_member = self->unit->members->len;
    type->n_members = self->pending->len - start;
    if (type->n_members > 0)
      g_array_append_vals (self->unit->members, (HsRawMember *)self->pending->data + start, type->n_members);
  }
  g_array_set_size (self->pending, start);
}

static void
read_enum (HsWalk *self, Dwarf_Die die, guint32 scope)
{
  HsUnitContext *context = self->context;
  guint index = begin (self, die, HS_TYPE_ENUM, scope);
  GArray *enumerators = self->unit->enumerators;

  if (read_stub (self, die, index))
    return;
  record (self, index)->first_member = enumerators->len;
  for (Dwarf_Die child = hs_walk_child (self, die); child != NULL; child = hs_walk_next (self, child)) {
    HsRawEnumerator enumerator = { 0 };
    if (hs_die_tag (child) != DW_TAG_enumerator || hs_walk_is_full (self))
      continue;
    enumerator.name = hs_attr_name (context, child);
    hs_attr_signed (context, child, DW_AT_const_value, &enumerator.value);
    g_array_append_val (enumerators, enumerator);
  }
  HsRawType *type = record (self, index);
  type->n_members = enumerators->len - type->first_member;
  type->count = type->n_members;
}

/* The number of elements of one dimension; FALSE where it has no constant bound. */
static gboolean
read_subrange (HsUnitContext *context, Dwarf_Die die, guint64 *count)
{
  const HsAbbrev abbrev = *hs_abbrev (context, die);
  gint64 upper, lower = 0;

  if (HS_HAS (&abbrev, HS_AT_COUNT))
    return hs_attr_number (context, die, DW_AT_count, count);
  if (!HS_HAS (&abbrev, HS_AT_UPPER_BOUND) || !hs_attr_signed (context, die, DW_AT_upper_bound, &upper))
    return FALSE;
  if (HS_HAS (&abbrev, HS_AT_LOWER_BOUND))
    hs_attr_signed (context, die, DW_AT_lower_bound, &lower);
  if (upper < lower) {
    /* T x[0] is written as an upper bound of -1, in older compilers as the largest number its form holds. */
    *count = 0;
    return TRUE;
  }
  *count = (guint64)upper - (guint64)lower + 1;
  /* gcc writes 0xffffffff or 2^64-1 for T x[0]. */
  if (*count == G_GUINT64_CONSTANT (0x100000000))
    *count = 0;
  return TRUE;
}

static void
set_dimension (HsRawType *type, gboolean bounded, guint64 count)
{
  type->count = bounded ? count : 0;
  type->flags |= bounded ? 0 : HS_TYPE_FLAG_UNBOUNDED;
  type->size = 0; /* computed; DW_AT_byte_size of an array only repeats it */
}

/* T x[2][3] is one DIE with two subranges: an array of 2 of a nameless array of 3. */
static void
read_array (HsWalk *self, Dwarf_Die die, guint32 scope)
{
  guint index = begin (self, die, HS_TYPE_ARRAY, scope), n = 0;
  guint64 element = record (self, index)->target, count;
  guint current = index;

  set_dimension (record (self, index), FALSE, 0);
  for (Dwarf_Die child = hs_walk_child (self, die); child != NULL; child = hs_walk_next (self, child)) {
    if (hs_die_tag (child) != DW_TAG_subrange_type || n >= MAX_SUBRANGES)
      continue;
    if (n++ > 0) {
      HsRawType inner = { .kind = HS_TYPE_ARRAY, .scope = scope, .target = element };
      g_array_append_val (self->unit->types, inner);
      record (self, current)->target = HS_KEY_LOCAL | (self->unit->types->len - 1);
      current = self->unit->types->len - 1;
    }
    HsRawType *type = record (self, current);
    type->flags &= (guint16)~HS_TYPE_FLAG_UNBOUNDED;
    gboolean bounded = read_subrange (self->context, child, &count);
    set_dimension (type, bounded, count);
  }
}

static void
read_function_type (HsWalk *self, Dwarf_Die die, guint32 scope)
{
  HsUnitContext *context = self->context;
  guint index = begin (self, die, HS_TYPE_FUNCTION, scope);
  guint first = self->unit->members->len;

  for (Dwarf_Die child = hs_walk_child (self, die); child != NULL; child = hs_walk_next (self, child)) {
    HsRawMember parameter = { 0 };
    if (hs_die_tag (child) != DW_TAG_formal_parameter || hs_walk_is_full (self))
      continue;
    parameter.type = hs_attr_key (context, child, DW_AT_type);
    g_array_append_val (self->unit->members, parameter);
  }
  record (self, index)->first_member = first;
  record (self, index)->n_members = self->unit->members->len - first;
}

static void
read_simple (HsWalk *self, Dwarf_Die die, guint8 kind, guint32 scope)
{
  HsRawType *type = record (self, begin (self, die, kind, scope));

  if ((kind == HS_TYPE_POINTER || kind == HS_TYPE_REFERENCE) && type->size == 0)
    type->size = 8;
  if (kind == HS_TYPE_OPAQUE)
    type->target = 0;
}

gboolean
hs_walk_type (HsWalk *self, Dwarf_Die die, Dwarf_Half tag, guint32 scope, guint depth)
{
  if (hs_walk_is_full (self))
    return FALSE;
  switch (tag) {
  case DW_TAG_structure_type:
    read_aggregate (self, die, HS_TYPE_STRUCT, scope, depth);
    return TRUE;
  case DW_TAG_class_type:
  case DW_TAG_interface_type:
    read_aggregate (self, die, HS_TYPE_CLASS, scope, depth);
    return TRUE;
  case DW_TAG_union_type:
    read_aggregate (self, die, HS_TYPE_UNION, scope, depth);
    return TRUE;
  case DW_TAG_enumeration_type:
    read_enum (self, die, scope);
    return TRUE;
  case DW_TAG_array_type:
    read_array (self, die, scope);
    return TRUE;
  case DW_TAG_subroutine_type:
    read_function_type (self, die, scope);
    return TRUE;
  case DW_TAG_base_type:
    read_simple (self, die, HS_TYPE_BASE, scope);
    return TRUE;
  case DW_TAG_pointer_type:
    read_simple (self, die, HS_TYPE_POINTER, scope);
    return TRUE;
  case DW_TAG_reference_type:
  case DW_TAG_rvalue_reference_type:
    read_simple (self, die, HS_TYPE_REFERENCE, scope);
    return TRUE;
  case DW_TAG_ptr_to_member_type:
    read_simple (self, die, HS_TYPE_MEMBER_POINTER, scope);
    return TRUE;
  case DW_TAG_typedef:
  case DW_TAG_template_alias:
    read_simple (self, die, HS_TYPE_TYPEDEF, scope);
    return TRUE;
  case DW_TAG_unspecified_type:
  case DW_TAG_string_type:
  case DW_TAG_set_type:
  case DW_TAG_file_type:
    read_simple (self, die, HS_TYPE_OPAQUE, scope);
    return TRUE;
  case DW_TAG_const_type:
  case DW_TAG_volatile_type:
  case DW_TAG_restrict_type:
  case DW_TAG_atomic_type:
  case DW_TAG_immutable_type:
  case DW_TAG_packed_type:
  case DW_TAG_shared_type:
  case DW_TAG_subrange_type:
    read_simple (self, die, HS_RAW_ALIAS, scope);
    return TRUE;
  default:
    return FALSE;
  }
}
