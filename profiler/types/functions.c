/* functions.c - see functions.h. */
#include "profiler/types/functions.h"

#include "profiler/types/check.h"

#define MAX_ORIGINS 8

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

void
hs_function_origins (HsFunction *self, Dwarf_Die die, HsVisitOrigin visit, gpointer data)
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

const char *
hs_function_name (HsFunction *self, Dwarf_Die die)
{
  const char *name = NULL;

  hs_function_origins (self, die, take_name, &name);
  return name;
}

HsTypeId
hs_function_type_of (const HsFunction *self, guint64 key)
{
  return self->entry->ids[hs_model_type_of_die (self->entry->model, key)];
}

HsTypeId
hs_function_type (HsFunction *self, Dwarf_Die die)
{
  guint64 key = 0;

  hs_function_origins (self, die, take_type, &key);
  return hs_function_type_of (self, key);
}

/* --- opening */

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

static void
open_unit (HsFunction *self)
{
  set_up (self->entry, &self->context, self->debug, file_of (self->function->die), self->die);
  if (self->context.file >= HS_FILE_FIRST_SPLIT)
    read_split_unit (self->entry, &self->context, self->die);
  else
    read_unit (&self->context, self->die, NULL);
  self->walk = (HsWalk){ .context = &self->context, .unit = &self->scratch, .end = G_MAXUINT64 };
  self->walk.last = hs_die_offset (self->die);
}

gboolean
hs_function_open (HsTypes *types, const HsModule *module, HsAddr pc, HsFunction *self)
{
  *self = (HsFunction){ .types = types };
  self->function = find_function (types, module, pc, &self->entry);
  if (self->function == NULL)
    return FALSE;
  g_mutex_lock (&self->entry->lock);
  open_files (self->entry, module);
  if (self->entry->files != NULL) {
    self->debug = handle_of (self->entry, file_of (self->function->die)); /* opens the file */
    if (is_sound (self->entry, self->function->die))
      self->die = die_at (self->debug, self->function->die & HS_KEY_OFFSET, FALSE);
  }
  if (self->die == NULL) {
    g_mutex_unlock (&self->entry->lock);
    return FALSE;
  }
  open_unit (self);
  return TRUE;
}

void
hs_function_close (HsFunction *self)
{
  hs_unit_context_clear (&self->context);
  dwarf_dealloc (self->debug, self->die, DW_DLA_DIE);
  g_mutex_unlock (&self->entry->lock);
}
