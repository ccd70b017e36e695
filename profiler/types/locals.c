/* locals.c - hs_types_locals: the variables of the functions on a stack, read when they are asked for; and
 * hs_types_first_parameter.
 *
 * The model knows which DIE a program counter belongs to and which type each type DIE became; the rest, the function's
 * own DIEs, is read on demand: a stack has a few hundred frames, a program has a hundred thousand functions. A module's
 * files are opened at the first question and stay open, since the answers point into them. One lock a module: libdwarf
 * handles belong to one thread at a time.
 * Not handled: DW_OP_addrx within a longer expression. */
#include "profiler/types/graph.h"

#include "profiler/types/check.h"
#include "profiler/types/ranges.h"
#include "profiler/types/walk.h"

#define MAX_ORIGINS 8
#define MAX_LOCALS 4096

typedef struct {
  HsTypes *types;
  HsGraphModule *entry;
  HsUnitContext context;
  HsWalk walk;
  guint64 pc; /* in the file */
  HsBytes frame_base;
  GArray *result;
} Question;

/* --- files and handles */

static void
open_files (HsGraphModule *self, const HsModule *module)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();

  if (self->opened)
    return;
  self->opened = TRUE;
  self->files = hs_debug_files_new (module, diag);
  if (self->files == NULL)
    return;
  hs_debug_files_add_model (self->files, self->model);
  self->handles = g_ptr_array_new ();
  g_ptr_array_set_size (self->handles, (gint)self->files->files->len);
}

static Dwarf_Debug
handle_of (HsGraphModule *self, guint file)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();

  if (file >= self->handles->len)
    return NULL;
  if (self->handles->pdata[file] != NULL)
    return self->handles->pdata[file];
  const HsDwarfFile *sections = hs_debug_files_get (self->files, file, diag);
  if (sections == NULL)
    return NULL;
  self->handles->pdata[file] = hs_dwarf_open (sections);
  return self->handles->pdata[file];
}

void
hs_graph_close_module (HsGraphModule *self)
{
  for (guint i = 0; self->handles != NULL && i < self->handles->len; i++)
    hs_dwarf_close (self->handles->pdata[i]);
  g_clear_pointer (&self->handles, g_ptr_array_unref);
  g_clear_pointer (&self->files, hs_debug_files_free);
  g_clear_pointer (&self->expressions, g_ptr_array_unref);
  g_clear_pointer (&self->units, g_array_unref);
}

static guint
file_of (guint64 key)
{
  return (guint) (key >> HS_KEY_FILE_SHIFT) & HS_MAX_FILES;
}

static Dwarf_Die
die_at (Dwarf_Debug debug, guint64 offset, gboolean is_types)
{
  Dwarf_Die die = NULL;
  Dwarf_Error error = NULL;

  if (debug == NULL)
    return NULL;
  if (dwarf_offdie_b (debug, offset, !is_types, &die, &error) == DW_DLV_OK)
    return die;
  hs_drop_error (debug, &error);
  return NULL;
}

/* --- the unit of a DIE */

static void
set_up (const HsGraphModule *self, HsUnitContext *context, Dwarf_Debug debug, guint file, Dwarf_Die die)
{
  Dwarf_Half version = 0, offset_size = 0;

  dwarf_get_version_of_die (die, &version, &offset_size);
  *context = (HsUnitContext){
    .debug = debug,
    .file = file,
    .version = version,
    .sections = hs_debug_file (self->files, file)->file,
    .main = hs_debug_file (self->files, file == HS_FILE_ALT ? HS_FILE_ALT : HS_FILE_MAIN)->file,
    .alt = hs_debug_file (self->files, HS_FILE_ALT)->file,
  };
  hs_unit_context_init (context);
}

/* Reads the bases from the unit's own DIE. */
static void
read_unit (HsUnitContext *context, Dwarf_Die die, const HsUnitContext *skeleton)
{
  Dwarf_Off offset = 0;
  Dwarf_Error error = NULL;

  if (dwarf_CU_dieoffset_given_die (die, &offset, &error) != DW_DLV_OK) {
    hs_drop_error (context->debug, &error);
    return;
  }
  Dwarf_Die root = die_at (context->debug, offset, FALSE);
  if (root == NULL)
    return;
  hs_unit_root (context, root, skeleton);
  dwarf_dealloc (context->debug, root, DW_DLA_DIE);
}

static void
read_split_unit (HsGraphModule *self, HsUnitContext *context, Dwarf_Die die)
{
  HsUnitContext skeleton;
  Dwarf_Debug debug = handle_of (self, HS_FILE_MAIN);
  Dwarf_Die root = die_at (debug, hs_debug_file (self->files, context->file)->skeleton, FALSE);

  if (root == NULL)
    return;
  set_up (self, &skeleton, debug, HS_FILE_MAIN, root);
  hs_unit_root (&skeleton, root, NULL);
  read_unit (context, die, &skeleton);
  hs_unit_context_clear (&skeleton);
  dwarf_dealloc (debug, root, DW_DLA_DIE);
}

/* --- names and types, here or at the origin */

/* Calls back for @die and what it originates from, until @visit says it has what it wants. */
static void
visit_origins (Question *self, Dwarf_Die die, gboolean (*visit) (HsUnitContext *, Dwarf_Die, gpointer), gpointer data)
{
  HsUnitContext context = self->context; /* at the end not of its unit any more: good for names and keys only */
  Dwarf_Die current = die;

  for (guint i = 0; i < MAX_ORIGINS && current != NULL && !visit (&context, current, data); i++) {
    guint64 key = hs_attr_key (&context, current, DW_AT_abstract_origin);
    if (key == 0)
      key = hs_attr_key (&context, current, DW_AT_specification);
    if (current != die)
      dwarf_dealloc (context.debug, current, DW_DLA_DIE);
    current = NULL;
    if (key == 0 || (key & HS_KEY_TYPES) != 0)
      break;
    context.debug = handle_of (self->entry, file_of (key));
    context.file = file_of (key);
    current = die_at (context.debug, key & HS_KEY_OFFSET, FALSE);
  }
  if (current != die && current != NULL)
    dwarf_dealloc (context.debug, current, DW_DLA_DIE);
}

static gboolean
take_name (HsUnitContext *context, Dwarf_Die die, gpointer data)
{
  const char **name = data;

  *name = hs_attr_name (context, die);
  return *name != NULL;
}

static gboolean
take_type (HsUnitContext *context, Dwarf_Die die, gpointer data)
{
  guint64 *key = data;

  *key = hs_attr_key (context, die, DW_AT_type);
  return *key != 0;
}

/* --- locations */

typedef struct {
  guint64 pc;
  HsBytes found;
} AtPc;

static gboolean
match_pc (gpointer user_data, guint64 low, guint64 high, const HsBytes *expression)
{
  AtPc *at = user_data;
  /* A default location is good where nothing else is. */
  gboolean is_default = low == 0 && high == G_MAXUINT64;

  if (at->pc < low || at->pc >= high || expression->at == expression->end)
    return TRUE;
  at->found = *expression;
  return is_default;
}

static HsBytes
location_at (Question *self, Dwarf_Die die, Dwarf_Half attribute)
{
  AtPc at = { .pc = self->pc };

  hs_die_locations (&self->context, die, attribute, match_pc, &at);
  return at.found;
}

static gboolean
contains_pc (gpointer user_data, guint64 low, guint64 high, const HsBytes *expression G_GNUC_UNUSED)
{
  AtPc *at = user_data;

  if (at->pc < low || at->pc >= high)
    return TRUE;
  at->found.bad = TRUE; /* here: found */
  return FALSE;
}

static gboolean
holds_pc (Question *self, Dwarf_Die die)
{
  AtPc at = { .pc = self->pc };

  hs_die_ranges (&self->context, die, contains_pc, &at);
  return at.found.bad;
}

/* DW_OP_addrx of split DWARF is said by its address. */
static HsBytes
plain_expression (Question *self, HsBytes bytes)
{
  HsBytes rest = bytes;
  guint8 first = (guint8)hs_bytes_fixed (&rest, 1);
  guint64 address;

  if (first != DW_OP_addrx && first != DW_OP_GNU_addr_index)
    return bytes;
  if (!hs_unit_address (&self->context, hs_bytes_uleb (&rest), &address) || rest.at != rest.end)
    return bytes;
  guint8 *plain = g_malloc (9);
  plain[0] = DW_OP_addr;
  for (guint i = 0; i < 8; i++)
    plain[1 + i] = (guint8)(address >> (8 * i));
  if (self->entry->expressions == NULL)
    self->entry->expressions = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->entry->expressions, plain);
  return (HsBytes){ plain, plain + 9, FALSE };
}

/* --- the function's tree */

static void
add_local (Question *self, Dwarf_Die die, gboolean is_parameter, const char *function, GArray *locals)
{
  HsLocal local = { .function = function, .is_parameter = is_parameter };
  HsBytes expression = location_at (self, die, DW_AT_location);
  guint64 type = 0;

  if (expression.at == NULL || locals->len >= MAX_LOCALS)
    return;
  expression = plain_expression (self, expression);
  visit_origins (self, die, take_name, &local.name);
  visit_origins (self, die, take_type, &type);
  guint32 id = hs_model_type_of_die (self->entry->model, type);
  local.type = self->entry->ids[id];
  local.expression = expression.at;
  local.expression_size = (gsize)(expression.end - expression.at);
  local.frame_base = self->frame_base.at;
  local.frame_base_size = (gsize)(self->frame_base.end - self->frame_base.at);
  if (local.name == NULL)
    local.name = "";
  g_array_append_val (locals, local);
}

/* What is further inside comes first. */
static void
collect (Question *self, Dwarf_Die die, const char *function, guint depth)
{
  g_autoptr (GArray) own = g_array_new (FALSE, FALSE, sizeof (HsLocal));

  for (Dwarf_Die child = hs_walk_child (&self->walk, die); child != NULL; child = hs_walk_next (&self->walk, child)) {
    Dwarf_Half tag = hs_die_tag (child);
    const char *inner = function;
    if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter)
      add_local (self, child, tag == DW_TAG_formal_parameter, function, own);
    if ((tag != DW_TAG_lexical_block && tag != DW_TAG_inlined_subroutine && tag != DW_TAG_try_block)
        || depth >= HS_MAX_DEPTH || !holds_pc (self, child))
      continue;
    if (tag == DW_TAG_inlined_subroutine)
      visit_origins (self, child, take_name, &inner);
    collect (self, child, inner != NULL ? inner : "", depth + 1);
  }
  if (self->result->len < MAX_LOCALS)
    g_array_append_vals (self->result, own->data, own->len);
}

static void
answer (Question *self, Dwarf_Debug debug, Dwarf_Die die, guint64 key)
{
  HsRawUnit scratch = { 0 };
  const char *function = NULL;

  set_up (self->entry, &self->context, debug, file_of (key), die);
  if (self->context.file >= HS_FILE_FIRST_SPLIT)
    read_split_unit (self->entry, &self->context, die);
  else
    read_unit (&self->context, die, NULL);
  self->walk = (HsWalk){ .context = &self->context, .unit = &scratch, .end = G_MAXUINT64 };
  self->walk.last = hs_die_offset (die);
  self->frame_base = location_at (self, die, DW_AT_frame_base);
  visit_origins (self, die, take_name, &function);
  collect (self, die, function != NULL ? function : "", 0);
  hs_unit_context_clear (&self->context);
}

/* What is known of the unit of the DIE at @key: one answer a unit, since whole units are looked at. */
static gboolean
is_unit_sound (HsGraphModule *self, const HsDwarfFile *file, guint64 key)
{
  g_autoptr (HsChecker) checker = NULL;
  HsSoundUnit unit = { .key = key & ~HS_KEY_OFFSET };

  for (guint i = self->units != NULL ? self->units->len : 0; i-- > 0;) {
    const HsSoundUnit *known = &g_array_index (self->units, HsSoundUnit, i);
    if (known->key == unit.key && (key & HS_KEY_OFFSET) >= known->start && (key & HS_KEY_OFFSET) < known->end)
      return known->sound;
  }
  checker = hs_checker_new (file);
  unit.sound = hs_check_around (checker, key & HS_KEY_OFFSET, &unit.start, &unit.end);
  if (self->units == NULL)
    self->units = g_array_new (FALSE, FALSE, sizeof (HsSoundUnit));
  g_array_append_val (self->units, unit);
  return unit.sound;
}

/* The model may come from the cache, and the file be another today. */
static gboolean
is_sound (HsGraphModule *self, guint64 key)
{
  const HsDwarfFile *file = file_of (key) < self->files->files->len ? hs_debug_file (self->files, file_of (key))->file
                                                                    : NULL;

  return file != NULL && is_unit_sound (self, file, key);
}

/* The function's own DIE, with its module locked; NULL: nothing is known. To be given back to close_function. */
static Dwarf_Die
open_function (HsGraphModule *entry, const HsModule *module, const HsModelFunction *function, Dwarf_Debug *debug)
{
  Dwarf_Die die = NULL;

  g_mutex_lock (&entry->lock);
  open_files (entry, module);
  if (entry->files == NULL)
    return NULL;
  *debug = handle_of (entry, file_of (function->die)); /* opens the file */
  if (is_sound (entry, function->die))
    die = die_at (*debug, function->die & HS_KEY_OFFSET, FALSE);
  return die;
}

static void
close_function (HsGraphModule *entry, Dwarf_Debug debug, Dwarf_Die die)
{
  if (die != NULL)
    dwarf_dealloc (debug, die, DW_DLA_DIE);
  g_mutex_unlock (&entry->lock);
}

static const HsModelFunction *
find_function (HsTypes *self, const HsModule *module, HsAddr pc, HsGraphModule **entry)
{
  HsGraph *graph = hs_graph (self);

  *entry = module->index < graph->n_modules ? &graph->of_module[module->index] : NULL;
  if (*entry == NULL || (*entry)->model == NULL)
    return NULL;
  const HsModelFunction *function = hs_model_function_at ((*entry)->model, pc - module->bias);
  return function != NULL && (function->die & HS_KEY_TYPES) == 0 ? function : NULL;
}

GArray *
hs_types_locals (HsTypes *self, const HsModule *module, HsAddr pc)
{
  HsGraphModule *entry;
  const HsModelFunction *function = find_function (self, module, pc, &entry);
  Dwarf_Debug debug = NULL;

  if (function == NULL)
    return NULL;
  Question question = { .types = self, .entry = entry, .pc = pc - module->bias };
  question.result = g_array_new (FALSE, FALSE, sizeof (HsLocal));
  Dwarf_Die die = open_function (entry, module, function, &debug);
  if (die != NULL)
    answer (&question, debug, die, function->die);
  close_function (entry, debug, die);
  return question.result;
}

/* --- signatures */

/* The type of the first parameter, where the function is declared: a copy of it may lack parameters that it does not use. */
static gboolean
take_parameter (HsUnitContext *context, Dwarf_Die die, gpointer data)
{
  HsRawUnit scratch = { 0 };
  HsWalk walk = { .context = context, .unit = &scratch, .end = G_MAXUINT64, .last = hs_die_offset (die) };
  guint64 *key = data;

  if (hs_attr_key (context, die, DW_AT_abstract_origin) != 0)
    return FALSE;
  Dwarf_Die child = hs_walk_child (&walk, die);
  while (child != NULL && hs_die_tag (child) != DW_TAG_formal_parameter)
    child = hs_walk_next (&walk, child);
  if (child != NULL) {
    *key = hs_attr_key (context, child, DW_AT_type);
    dwarf_dealloc (context->debug, child, DW_DLA_DIE);
  }
  return TRUE;
}

HsTypeId
hs_types_first_parameter (HsTypes *self, const HsModule *module, HsAddr pc)
{
  HsGraphModule *entry;
  const HsModelFunction *function = find_function (self, module, pc, &entry);
  Dwarf_Debug debug = NULL;
  guint64 key = 0;

  if (function == NULL || function->low != pc - module->bias)
    return 0;
  Question question = { .types = self, .entry = entry };
  Dwarf_Die die = open_function (entry, module, function, &debug);
  if (die != NULL) {
    set_up (entry, &question.context, debug, file_of (function->die), die);
    visit_origins (&question, die, take_parameter, &key);
    hs_unit_context_clear (&question.context);
  }
  close_function (entry, debug, die);
  return entry->ids[hs_model_type_of_die (entry->model, key)];
}
