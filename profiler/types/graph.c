/* graph.c - hs_types_new: models of all modules, from the cache or their DWARF, and the one graph made of them.
 *
 * Models are appended to one table in the order of the modules, and hs_table_merge does the rest: it makes one of equal
 * types and resolves declarations, inside a module first. So ids follow from the contents alone. */
#include "profiler/types/graph.h"

#include "profiler/types/assemble.h"
#include "profiler/types/cache.h"
#include "profiler/types/reader.h"
#include "profiler/types/table.h"

/* --- models */

typedef struct {
  HsTypes *types;
  HsGraph *graph;
  const HsTypesOptions *options;
  HsDiag *diag;
  GPtrArray *pending; /* HsDebugFiles by module, NULL where there is nothing to read */
  guint64 done, total;
} Load;

static void
on_progress (gpointer user_data, guint64 bytes)
{
  const Load *load = user_data;

  load->options->progress (load->options->progress_data, MIN (load->done + bytes, load->total), load->total);
}

static guint64
info_size (const HsDebugFiles *files)
{
  return hs_debug_file (files, HS_FILE_MAIN)->file->sections[HS_DWARF_INFO].size;
}

/* Takes what is cached and opens what is not. */
static void
open_modules (Load *load)
{
  for (guint i = 0; i < load->graph->n_modules; i++) {
    const HsModule *module = hs_modules_get (load->graph->modules, i);
    HsGraphModule *entry = &load->graph->of_module[i];
    if (module->debug == NULL)
      continue;
    if (!load->options->no_cache)
      entry->model = hs_cache_load (module, load->diag);
    if (entry->model != NULL) {
      load->types->n_cached++;
      load->types->n_read++;
      continue;
    }
    HsDebugFiles *files = hs_debug_files_new (module, load->diag);
    load->pending->pdata[i] = files;
    if (files != NULL)
      load->total += info_size (files);
  }
}

static void
read_modules (Load *load)
{
  HsReaderOptions options = {
    .n_threads = load->options->n_threads > 0 ? load->options->n_threads : g_get_num_processors (),
    .progress = load->options->progress != NULL ? on_progress : NULL,
    .progress_data = load,
  };

  for (guint i = 0; i < load->graph->n_modules; i++) {
    HsDebugFiles *files = load->pending->pdata[i];
    const HsModule *module = hs_modules_get (load->graph->modules, i);
    if (files == NULL)
      continue;
    g_autoptr (GPtrArray) units = hs_reader_read (files, &options, load->diag);
    HsModel *model = hs_assemble (units, files, load->diag);
    load->graph->of_module[i].model = model;
    load->done += info_size (files);
    load->types->n_read++;
    if (!load->options->no_cache && !files->incomplete && model != NULL)
      hs_cache_store (module, model, load->diag);
    hs_debug_files_free (files);
    load->pending->pdata[i] = NULL;
  }
}

/* --- one table */

static guint32
intern (HsStrings *strings, const HsModel *model, guint32 *map, guint32 offset)
{
  if (map[offset] == 0 && offset != 0)
    map[offset] = hs_strings_add (strings, model->strings + offset);
  return map[offset];
}

static void
append_types (HsTable *table, const HsModel *model, guint32 module, guint32 base, guint32 *names)
{
  guint32 members = table->members->len, enumerators = table->enumerators->len;

  for (guint32 i = 1; i < model->n_types; i++) {
    HsModelType type = model->types[i];
    type.name = intern (table->strings, model, names, type.name);
    type.target = type.target != 0 ? base + type.target : 0;
    type.first_member += type.kind == HS_TYPE_ENUM ? enumerators : members;
    type.owner = (guint16)MIN (module, G_MAXUINT16);
    type.group = module;
    g_array_append_val (table->types, type);
  }
}

static void
append_members (HsTable *table, const HsModel *model, guint32 base, guint32 *names)
{
  for (guint32 i = 0; i < model->n_members; i++) {
    HsModelMember member = model->members[i];
    member.name = intern (table->strings, model, names, member.name);
    member.type = member.type != 0 ? base + member.type : 0;
    g_array_append_val (table->members, member);
  }
  for (guint32 i = 0; i < model->n_enumerators; i++) {
    HsModelEnumerator enumerator = model->enumerators[i];
    enumerator.name = intern (table->strings, model, names, enumerator.name);
    g_array_append_val (table->enumerators, enumerator);
  }
}

/* Appends all models; @bases gets the index before each one's type 1. */
static HsTable *
join_models (HsGraph *graph, guint32 *bases, HsDiag *diag)
{
  HsTable *table = hs_table_new (graph->strings);

  for (guint i = 0; i < graph->n_modules; i++) {
    const HsModel *model = graph->of_module[i].model;
    if (model == NULL)
      continue;
    if ((guint64)table->types->len + model->n_types > 4 * (guint64)HS_TYPE_LIMIT) {
      hs_diag_add (diag, hs_modules_get (graph->modules, i)->name, "too many types: its debug info is left out");
      g_clear_pointer (&graph->of_module[i].model, hs_model_free);
      continue;
    }
    g_autofree guint32 *names = g_new0 (guint32, model->n_strings);
    bases[i] = table->types->len - 1;
    append_types (table, model, i, bases[i], names);
    append_members (table, model, bases[i], names);
  }
  return table;
}

/* --- the graph */

static void
fill_types (HsTypes *self, const HsTable *table, const HsStrings *strings)
{
  self->n_types = MIN (table->types->len, HS_TYPE_LIMIT);
  self->types = g_new0 (HsType, self->n_types);
  for (guint32 i = 0; i < self->n_types; i++) {
    const HsModelType *from = hs_table_type (table, i);
    self->types[i] = (HsType){
      .kind = from->kind,
      .encoding = from->encoding,
      .flags = from->flags,
      .name = hs_strings_get (strings, from->name),
      .size = from->size,
      .count = from->count,
      .target = from->target < self->n_types ? from->target : 0,
      .first_member = from->first_member,
      .n_members = from->n_members,
      .mentions = from->mentions,
      .module = from->owner,
      .unit = from->unit,
    };
  }
}

static void
fill_members (HsTypes *self, const HsTable *table, const HsStrings *strings)
{
  self->n_members = table->members->len;
  self->members = g_new0 (HsMember, MAX (1, self->n_members));
  for (guint32 i = 0; i < self->n_members; i++) {
    const HsModelMember *from = hs_table_member (table, i);
    self->members[i] = (HsMember){
      .name = hs_strings_get (strings, from->name),
      .type = from->type < self->n_types ? from->type : 0,
      .flags = from->flags,
      .offset = from->offset,
      .bit_offset = from->bit_offset,
      .bit_size = from->bit_size,
    };
  }
  self->n_enumerators = table->enumerators->len;
  self->enumerators = g_new0 (HsEnumerator, MAX (1, self->n_enumerators));
  for (guint32 i = 0; i < self->n_enumerators; i++) {
    const HsModelEnumerator *from = &g_array_index (table->enumerators, HsModelEnumerator, i);
    self->enumerators[i] = (HsEnumerator){ hs_strings_get (strings, from->name), from->value };
  }
}

/* gcc writes the address of a TLS variable's initial value where DWARF wants its offset in the block, when the offset
 * stands in .debug_addr (split DWARF). */
static guint64
tls_offset (const HsModule *module, guint64 address)
{
  if (address >= module->tls_memsz && address >= module->tls_vaddr && address - module->tls_vaddr < module->tls_memsz)
    return address - module->tls_vaddr;
  return address;
}

/* Models' variables are sorted by TLS and address already; their names stay where they are, in the models. */
static void
fill_variables (HsTypes *self, const HsGraph *graph)
{
  GArray *variables = g_array_new (FALSE, FALSE, sizeof (HsVariable));

  for (guint i = 0; i < graph->n_modules; i++) {
    const HsGraphModule *entry = &graph->of_module[i];
    const HsModule *module = hs_modules_get (graph->modules, i);
    for (guint32 j = 0; entry->model != NULL && j < entry->model->n_variables; j++) {
      const HsModelVariable *from = &entry->model->variables[j];
      HsVariable variable = {
        .name = entry->model->strings + from->name,
        .type = entry->ids[from->type],
        .module = i,
        .tls = from->tls != 0,
        .address = from->tls != 0 ? tls_offset (module, from->address) : from->address + module->bias,
      };
      g_array_append_val (variables, variable);
    }
  }
  self->n_variables = variables->len;
  self->variables = (HsVariable *)g_array_free (variables, FALSE);
}

static void
number_types (HsGraph *graph, const guint32 *bases, const guint32 *map, guint32 limit)
{
  for (guint i = 0; i < graph->n_modules; i++) {
    HsGraphModule *entry = &graph->of_module[i];
    if (entry->model == NULL)
      continue;
    entry->ids = g_new0 (guint32, entry->model->n_types);
    for (guint32 j = 1; j < entry->model->n_types; j++) {
      guint32 id = map != NULL ? map[bases[i] + j] : bases[i] + j;
      entry->ids[j] = id < limit ? id : 0;
    }
  }
}

static void
build (HsTypes *self, HsGraph *graph, HsDiag *diag)
{
  g_autofree guint32 *bases = g_new0 (guint32, graph->n_modules + 1);
  g_autofree guint32 *map = NULL;
  g_autoptr (HsTable) table = join_models (graph, bases, diag);

  /* One model alone is merged already. */
  if (self->n_read > 1) {
    HsTable *merged = hs_table_merge (table, &map);
    hs_table_free (table);
    table = merged;
  }
  hs_table_finish (table);
  if (table->types->len > HS_TYPE_LIMIT)
    hs_diag_add (diag, "types", "%u types are too many: the last ones are left out", table->types->len);
  fill_types (self, table, graph->strings);
  fill_members (self, table, graph->strings);
  number_types (graph, bases, map, self->n_types);
  fill_variables (self, graph);
}

HsTypes *
hs_types_new (HsModules *modules, const HsTypesOptions *options, HsDiag *diag)
{
  static const HsTypesOptions defaults;
  HsTypes *self = g_new0 (HsTypes, 1);
  HsGraph *graph = g_new0 (HsGraph, 1);
  Load load = { .types = self, .graph = graph, .options = options != NULL ? options : &defaults, .diag = diag };

  g_atomic_ref_count_init (&self->refs);
  self->priv = graph;
  graph->modules = hs_modules_ref (modules);
  graph->n_modules = modules->modules->len;
  graph->of_module = g_new0 (HsGraphModule, MAX (1, graph->n_modules));
  graph->strings = hs_strings_new ();
  g_mutex_init (&graph->lock);
  for (guint i = 0; i < graph->n_modules; i++)
    g_mutex_init (&graph->of_module[i].lock);
  load.pending = g_ptr_array_new ();
  g_ptr_array_set_size (load.pending, (gint)graph->n_modules);
  open_modules (&load);
  read_modules (&load);
  g_ptr_array_unref (load.pending);
  build (self, graph, diag);
  return self;
}

HsTypes *
hs_types_ref (HsTypes *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
free_graph (HsGraph *graph)
{
  for (guint i = 0; i < graph->n_modules; i++) {
    HsGraphModule *entry = &graph->of_module[i];
    hs_graph_close_module (entry);
    g_mutex_clear (&entry->lock);
    hs_model_free (entry->model);
    g_free (entry->ids);
    g_clear_pointer (&entry->uses, g_array_unref);
  }
  g_free (graph->of_module);
  hs_graph_free_names (graph);
  hs_strings_free (graph->strings);
  hs_modules_unref (graph->modules);
  g_mutex_clear (&graph->lock);
  g_free (graph);
}

void
hs_types_unref (HsTypes *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  free_graph (self->priv);
  g_free (self->types);
  g_free (self->members);
  g_free (self->enumerators);
  g_free (self->variables);
  g_free (self);
}

/* --- who knows what */

static int
compare_uses (gconstpointer a, gconstpointer b)
{
  const HsModuleUse *x = a, *y = b;

  return x->id < y->id ? -1 : x->id > y->id;
}

static GArray *
find_uses (const HsGraphModule *entry)
{
  GArray *uses = g_array_new (FALSE, FALSE, sizeof (HsModuleUse));
  guint n = 0;

  for (guint32 i = 0; i < entry->model->n_types; i++) {
    const HsModelType *type = &entry->model->types[i];
    HsTypeUse use = { .defines = TRUE, .system = (type->flags & HS_TYPE_FLAG_SYSTEM) != 0, .mentions = MIN (type->mentions, HS_MAX_MENTIONS) };
    HsModuleUse one = { entry->ids[i], use };
    if (type->kind != HS_TYPE_OPAQUE)
      g_array_append_val (uses, one);
  }
  g_array_sort (uses, compare_uses);
  /* Several of the module's types may be one in the graph. */
  for (guint i = 0; i < uses->len; i++) {
    HsModuleUse one = g_array_index (uses, HsModuleUse, i), *last = n > 0 ? &g_array_index (uses, HsModuleUse, n - 1) : NULL;
    if (last == NULL || last->id != one.id) {
      g_array_index (uses, HsModuleUse, n++) = one;
      continue;
    }
    last->use.system &= one.use.system;
    last->use.mentions = (guint32)MIN ((guint64)last->use.mentions + one.use.mentions, HS_MAX_MENTIONS);
  }
  g_array_set_size (uses, n);
  return uses;
}

HsTypeUse
hs_types_use (const HsTypes *self, guint module, HsTypeId id)
{
  HsGraph *graph = hs_graph (self);
  HsGraphModule *entry = module < graph->n_modules ? &graph->of_module[module] : NULL;

  if (entry == NULL || entry->model == NULL || id >= self->n_types)
    return (HsTypeUse){ .defines = FALSE };
  g_mutex_lock (&graph->lock);
  if (entry->uses == NULL)
    entry->uses = find_uses (entry);
  g_mutex_unlock (&graph->lock);
  guint at;
  HsModuleUse wanted = { .id = id };
  return g_array_binary_search (entry->uses, &wanted, compare_uses, &at) ? g_array_index (entry->uses, HsModuleUse, at).use
                                                                        : (HsTypeUse){ .defines = FALSE };
}
