/* walk.c - see walk.h.
 *
 * A recursive descent, bounded three times: by depth, by the rule that offsets ascend (so that no DIE is entered twice,
 * whatever DW_AT_sibling claims), and by a number of records in proportion to the unit's size. What can hold neither a
 * type nor a static variable is stepped over: call sites, inlined copies, labels, template parameters.
 * A variable's name may stand elsewhere (its declaration in a class, its abstract instance); within the unit that is
 * looked up at the end, across units by asking libdwarf for that DIE. */
#include "profiler/types/walk.h"

#include "profiler/types/line.h"
#include "profiler/types/ranges.h"

#include <string.h>

#define MAX_ORIGINS 8

typedef struct {
  guint64 die; /* key */
  guint64 type;
  guint64 origin;
  const char *name;
  guint32 scope;
} Declared;

HsRawUnit *
hs_raw_unit_new (void)
{
  HsRawUnit *self = g_new0 (HsRawUnit, 1);
  HsRawScope root = { 0 };

  self->types = g_array_sized_new (FALSE, FALSE, sizeof (HsRawType), 4);
  self->members = g_array_sized_new (FALSE, FALSE, sizeof (HsRawMember), 4);
  self->enumerators = g_array_sized_new (FALSE, FALSE, sizeof (HsRawEnumerator), 4);
  self->variables = g_array_sized_new (FALSE, FALSE, sizeof (HsRawVariable), 4);
  self->scopes = g_array_sized_new (FALSE, FALSE, sizeof (HsRawScope), 4);
  self->functions = g_array_sized_new (FALSE, FALSE, sizeof (HsRawFunction), 4);
  self->mentions = g_array_sized_new (FALSE, FALSE, sizeof (guint64), 4);
  g_array_append_val (self->scopes, root);
  return self;
}

void
hs_raw_unit_free (HsRawUnit *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->types);
  g_array_unref (self->members);
  g_array_unref (self->enumerators);
  g_array_unref (self->variables);
  g_array_unref (self->scopes);
  g_array_unref (self->functions);
  g_array_unref (self->mentions);
  g_free (self);
}

/* --- the tree */

/* Frees @die unless it is a DIE to go on with. */
static Dwarf_Die
enter (HsWalk *self, Dwarf_Die die)
{
  guint64 offset = die != NULL ? hs_die_offset (die) : 0;

  if (die == NULL)
    return NULL;
  if (offset <= self->last || offset >= self->end) {
    self->unit->cut = TRUE;
    dwarf_dealloc (self->context->debug, die, DW_DLA_DIE);
    return NULL;
  }
  self->last = offset;
  self->unit->n_dies++;
  return die;
}

Dwarf_Die
hs_walk_child (HsWalk *self, Dwarf_Die die)
{
  Dwarf_Die child = NULL;
  Dwarf_Error error = NULL;

  if (dwarf_child (die, &child, &error) == DW_DLV_ERROR) {
    hs_drop_error (self->context->debug, &error);
    self->unit->cut = TRUE;
    return NULL;
  }
  return enter (self, child);
}

Dwarf_Die
hs_walk_next (HsWalk *self, Dwarf_Die die)
{
  Dwarf_Die next = NULL;
  Dwarf_Error error = NULL;
  int result = dwarf_siblingof_b (self->context->debug, die, !self->context->is_types, &next, &error);

  dwarf_dealloc (self->context->debug, die, DW_DLA_DIE);
  if (result == DW_DLV_ERROR) {
    hs_drop_error (self->context->debug, &error);
    self->unit->cut = TRUE;
    return NULL;
  }
  return enter (self, result == DW_DLV_OK ? next : NULL);
}

gboolean
hs_walk_is_full (HsWalk *self)
{
  const HsRawUnit *unit = self->unit;
  gsize n = (gsize)unit->types->len + unit->members->len + unit->enumerators->len + self->pending->len;

  if (n < self->max_records)
    return FALSE;
  self->unit->cut = TRUE;
  return TRUE;
}

guint32
hs_walk_scope (HsWalk *self, guint32 parent, const char *name)
{
  HsRawScope scope = { .name = name, .parent = parent };

  g_array_append_val (self->unit->scopes, scope);
  return self->unit->scopes->len - 1;
}

static void
walk_children (HsWalk *self, Dwarf_Die die, guint32 scope, guint depth)
{
  if (depth >= HS_MAX_DEPTH) {
    self->unit->cut = TRUE;
    return;
  }
  for (Dwarf_Die child = hs_walk_child (self, die); child != NULL; child = hs_walk_next (self, child))
    hs_walk_die (self, child, hs_die_tag (child), scope, depth + 1);
}

/* --- names that stand elsewhere */

static void
declare (HsWalk *self, Dwarf_Die die, guint32 scope, const char *name, guint64 type, guint64 origin)
{
  Declared declared = { hs_walk_key (self, die), type, origin, name, scope };

  g_array_append_val (self->names, declared);
}

void
hs_walk_declare (HsWalk *self, Dwarf_Die die, guint32 scope, const char *name, guint64 type)
{
  declare (self, die, scope, name, type, 0);
}

static gint
compare_declared (gconstpointer a, gconstpointer b)
{
  const Declared *x = a, *y = b;

  return x->die < y->die ? -1 : x->die > y->die;
}

/* What the DIE @key says of itself, by asking libdwarf. */
static gboolean
ask (HsWalk *self, guint64 key, Declared *result)
{
  HsUnitContext *context = self->context;
  Dwarf_Die die = NULL;
  Dwarf_Error error = NULL;

  if (key >> HS_KEY_FILE_SHIFT != context->file)
    return FALSE;
  if (dwarf_offdie_b (context->debug, key & HS_KEY_OFFSET, (key & HS_KEY_TYPES) == 0, &die, &error) != DW_DLV_OK) {
    hs_drop_error (context->debug, &error);
    return FALSE;
  }
  *result = (Declared){ .die = key, .name = hs_attr_name (context, die) };
  result->type = hs_attr_key (context, die, DW_AT_type);
  result->origin = hs_attr_key (context, die, DW_AT_specification);
  if (result->origin == 0)
    result->origin = hs_attr_key (context, die, DW_AT_abstract_origin);
  dwarf_dealloc (context->debug, die, DW_DLA_DIE);
  return TRUE;
}

/* Follows @origin until there is a name and a type. */
static Declared
resolve_origin (HsWalk *self, guint64 origin)
{
  Declared result = { 0 };

  for (guint i = 0; i < MAX_ORIGINS && origin != 0; i++) {
    Declared key = { .die = origin }, asked;
    guint index;
    const Declared *next = NULL;
    if (g_array_binary_search (self->names, &key, compare_declared, &index))
      next = &g_array_index (self->names, Declared, index);
    else if (ask (self, origin, &asked))
      next = &asked;
    if (next == NULL)
      break;
    if (result.name == NULL) {
      result.name = next->name;
      result.scope = next->scope;
    }
    if (result.type == 0)
      result.type = next->type;
    origin = result.name != NULL && result.type != 0 ? 0 : next->origin;
  }
  return result;
}

static void
resolve_names (HsWalk *self)
{
  for (guint i = 1; i < self->unit->scopes->len; i++) {
    HsRawScope *scope = &g_array_index (self->unit->scopes, HsRawScope, i);
    if (scope->origin == 0 || !scope->is_function)
      continue;
    Declared declared = resolve_origin (self, scope->origin);
    scope->name = declared.name;
    /* A scope's parent comes before it, which is what keeps chains of scopes finite. */
    if (declared.scope != 0 && declared.scope < i)
      scope->parent = declared.scope;
  }
  for (guint i = 0; i < self->unit->variables->len; i++) {
    HsRawVariable *variable = &g_array_index (self->unit->variables, HsRawVariable, i);
    if (variable->origin == 0)
      continue;
    Declared declared = resolve_origin (self, variable->origin);
    if (variable->name == NULL)
      variable->name = declared.name;
    if (variable->type == 0)
      variable->type = declared.type;
    if (declared.scope != 0)
      variable->scope = declared.scope;
  }
}

/* --- variables */

/* The operand of the first operation: an address or an offset in the TLS block, by value or by index. */
static gboolean
first_operand (const HsUnitContext *context, HsBytes *bytes, guint64 *value)
{
  guint8 operation = (guint8)hs_bytes_fixed (bytes, 1);

  switch (operation) {
  case DW_OP_addr:
  case DW_OP_const8u:
  case DW_OP_const8s:
    *value = hs_bytes_fixed (bytes, 8);
    return !bytes->bad;
  case DW_OP_const4u:
  case DW_OP_const4s:
    *value = hs_bytes_fixed (bytes, 4);
    return !bytes->bad;
  case DW_OP_const2u:
    *value = hs_bytes_fixed (bytes, 2);
    return !bytes->bad;
  case DW_OP_constu:
    *value = hs_bytes_uleb (bytes);
    return !bytes->bad;
  case DW_OP_addrx:
  case DW_OP_constx:
  case DW_OP_GNU_addr_index:
  case DW_OP_GNU_const_index:
    return hs_unit_address (context, hs_bytes_uleb (bytes), value) && !bytes->bad;
  default:
    if (operation < DW_OP_lit0 || operation > DW_OP_lit31)
      return FALSE;
    *value = operation - DW_OP_lit0;
    return !bytes->bad;
  }
}

/* A static place: DW_OP_addr, maybe with an offset, or an offset and DW_OP_form_tls_address. */
static gboolean
static_place (const HsUnitContext *context, HsBytes bytes, HsRawVariable *variable)
{
  guint8 first = bytes.at < bytes.end ? *bytes.at : 0;
  gboolean is_address = first == DW_OP_addr || first == DW_OP_addrx || first == DW_OP_GNU_addr_index;

  if (!first_operand (context, &bytes, &variable->address))
    return FALSE;
  if (bytes.at == bytes.end)
    return is_address && variable->address != 0;
  guint64 next = hs_bytes_fixed (&bytes, 1);
  if (next == DW_OP_plus_uconst && is_address) {
    variable->address += hs_bytes_uleb (&bytes);
    return !bytes.bad && bytes.at == bytes.end;
  }
  variable->tls = TRUE;
  return (next == DW_OP_GNU_push_tls_address || next == DW_OP_form_tls_address) && bytes.at == bytes.end;
}

static gboolean
has_plain_expression (const HsAbbrev *abbrev)
{
  switch (abbrev->location_form) {
  case DW_FORM_exprloc:
  case DW_FORM_block:
  case DW_FORM_block1:
  case DW_FORM_block2:
  case DW_FORM_block4:
    return TRUE;
  default:
    return FALSE;
  }
}

static guint64
origin_of (HsUnitContext *context, Dwarf_Die die, const HsAbbrev *abbrev)
{
  if (HS_HAS (abbrev, HS_AT_SPECIFICATION))
    return hs_attr_key (context, die, DW_AT_specification);
  if (HS_HAS (abbrev, HS_AT_ABSTRACT_ORIGIN))
    return hs_attr_key (context, die, DW_AT_abstract_origin);
  return 0;
}

static void
walk_variable (HsWalk *self, Dwarf_Die die, guint32 scope)
{
  HsUnitContext *context = self->context;
  const HsAbbrev *abbrev = hs_abbrev (context, die);
  gboolean in_function = g_array_index (self->unit->scopes, HsRawScope, scope).is_function;
  HsRawVariable variable = { .scope = scope };
  HsBytes bytes;

  if (has_plain_expression (abbrev) && hs_attr_block (context, die, DW_AT_location, &bytes)
      && static_place (context, bytes, &variable)) {
    variable.name = HS_HAS (abbrev, HS_AT_NAME) ? hs_attr_name (context, die) : NULL;
    variable.type = HS_HAS (abbrev, HS_AT_TYPE) ? hs_attr_key (context, die, DW_AT_type) : 0;
    variable.origin = origin_of (context, die, abbrev);
    g_array_append_val (self->unit->variables, variable);
  }
  if (!in_function && HS_HAS (abbrev, HS_AT_NAME) && !hs_walk_is_full (self))
    declare (self, die, scope, hs_attr_name (context, die),
             HS_HAS (abbrev, HS_AT_TYPE) ? hs_attr_key (context, die, DW_AT_type) : 0, 0);
}

/* --- functions */

typedef struct {
  HsWalk *walk;
  guint64 die;
} Ranges;

static gboolean
add_range (gpointer user_data, guint64 low, guint64 high, const HsBytes *expression G_GNUC_UNUSED)
{
  const Ranges *ranges = user_data;
  HsRawFunction function = { low, high, ranges->die };

  if (low != 0)
    g_array_append_val (ranges->walk->unit->functions, function);
  return !hs_walk_is_full (ranges->walk);
}

static void
mention (HsWalk *self, Dwarf_Die die, const HsAbbrev *abbrev)
{
  if (!HS_HAS (abbrev, HS_AT_TYPE) || HS_HAS (abbrev, HS_AT_ABSTRACT_ORIGIN))
    return;
  guint64 key = hs_attr_key (self->context, die, DW_AT_type);
  if (key != 0)
    g_array_append_val (self->unit->mentions, key);
}

static guint32
function_scope (HsWalk *self, guint32 parent, const char *name, guint64 origin)
{
  guint32 scope = hs_walk_scope (self, parent, name);
  HsRawScope *entry = &g_array_index (self->unit->scopes, HsRawScope, scope);

  entry->is_function = TRUE;
  entry->origin = name == NULL ? origin : 0;
  return scope;
}

static void
walk_function (HsWalk *self, Dwarf_Die die, guint32 scope, guint depth)
{
  HsUnitContext *context = self->context;
  HsAbbrev abbrev = *hs_abbrev (context, die);
  Ranges ranges = { self, hs_walk_key (self, die) };

  if (HS_HAS (&abbrev, HS_AT_LOW_PC) || HS_HAS (&abbrev, HS_AT_RANGES))
    hs_die_ranges (context, die, add_range, &ranges);
  mention (self, die, &abbrev);
  if (!self->bodies || hs_walk_is_full (self))
    return;
  const char *name = HS_HAS (&abbrev, HS_AT_NAME) ? hs_attr_name (context, die) : NULL;
  guint64 origin = origin_of (context, die, &abbrev);
  declare (self, die, scope, name, 0, origin);
  walk_children (self, die, function_scope (self, scope, name, origin), depth);
}

/* --- dispatch */

static void
walk_namespace (HsWalk *self, Dwarf_Die die, guint32 scope, guint depth)
{
  const char *name = hs_attr_name (self->context, die);

  walk_children (self, die, hs_walk_scope (self, scope, name != NULL ? name : "(anonymous namespace)"), depth);
}

void
hs_walk_die (HsWalk *self, Dwarf_Die die, Dwarf_Half tag, guint32 scope, guint depth)
{
  switch (tag) {
  case DW_TAG_formal_parameter:
    mention (self, die, hs_abbrev (self->context, die));
    break;
  case DW_TAG_variable:
    walk_variable (self, die, scope);
    break;
  case DW_TAG_subprogram:
    walk_function (self, die, scope, depth);
    break;
  case DW_TAG_lexical_block:
  case DW_TAG_try_block:
  case DW_TAG_catch_block:
  case DW_TAG_common_block:
    walk_children (self, die, scope, depth);
    break;
  case DW_TAG_namespace:
  case DW_TAG_module:
    walk_namespace (self, die, scope, depth);
    break;
  default:
    hs_walk_type (self, die, tag, scope, depth);
  }
}

static gboolean
is_c (guint64 language)
{
  return language == DW_LANG_C89 || language == DW_LANG_C || language == DW_LANG_C99 || language == DW_LANG_C11
         || language == 0x2c /* DW_LANG_C17 */ || language == DW_LANG_ObjC || language == DW_LANG_Mips_Assembler;
}

static void
read_line_files (HsWalk *self, Dwarf_Die root, const char *comp_dir, gboolean has_skeleton)
{
  HsUnitContext *context = self->context;
  const HsDwarfFile *file = context->sections;
  guint64 offset = 0;
  gboolean index;

  if (!hs_attr_offset (context, root, DW_AT_stmt_list, &offset, &index) && !has_skeleton)
    return;
  if (file->sections[HS_DWARF_LINE].size > 0)
    self->system_files = hs_line_system_files (file, offset, comp_dir);
}

static void
read_root (HsWalk *self, Dwarf_Die root, const HsUnitContext *skeleton, const char *comp_dir)
{
  HsUnitContext *context = self->context;
  guint64 language = 0;
  const char *name = hs_attr_name (context, root);
  const char *own_dir = hs_attr_string (context, root, DW_AT_comp_dir);

  hs_unit_root (context, root, skeleton);
  hs_attr_number (context, root, DW_AT_language, &language);
  self->unit->is_c = is_c (language);
  self->unit->is_other = language != 0 && !is_c (language);
  guint hash = g_str_hash (name != NULL ? name : "") * 31 + g_str_hash (own_dir != NULL ? own_dir : "");
  self->unit->unit = (guint16)(hash ^ hash >> 16);
  read_line_files (self, root, own_dir != NULL ? own_dir : comp_dir, skeleton != NULL);
}

HsRawUnit *
hs_walk_unit (HsUnitContext *context, Dwarf_Die root, guint64 end, gboolean bodies, const HsUnitContext *skeleton,
              const char *comp_dir)
{
  HsWalk walk = { .context = context, .unit = hs_raw_unit_new (), .end = end, .bodies = bodies };
  guint64 start = hs_die_offset (root);

  walk.last = start;
  walk.max_records = 64 + (end > start ? (end - start) / 4 : 0);
  walk.pending = g_array_sized_new (FALSE, FALSE, sizeof (HsRawMember), 16);
  walk.names = g_array_new (FALSE, FALSE, sizeof (Declared));
  walk.unit->first_key = hs_key (context->file, context->is_types, start);
  walk.unit->end_key = hs_key (context->file, context->is_types, end);
  read_root (&walk, root, skeleton, comp_dir);
  walk_children (&walk, root, 0, 0);
  resolve_names (&walk);
  dwarf_dealloc (context->debug, root, DW_DLA_DIE);
  g_array_unref (walk.pending);
  g_array_unref (walk.names);
  if (walk.system_files != NULL)
    g_byte_array_unref (walk.system_files);
  return walk.unit;
}
