/* assemble.c - see assemble.h.
 *
 * Every raw type becomes a type of one table, then references (keys of DIEs) become indexes, what stands for something
 * else (const, stubs of type units) is stepped over, nameless structs get their typedef's name, and hs_table_merge makes
 * one of equal types. Units come in the order of their keys and types in that of their DIEs, so a key is found by
 * searching twice.
 * Invariant: type i of unit u has index base[u] + i, and 0 is void. */
#include "profiler/types/assemble.h"

#include "profiler/types/table.h"

#include <string.h>

#define MAX_ALIASES 64
#define MAX_POINTERS 8
#define MAX_SCOPES 128
#define MAX_RAW_TYPES (1u << 26)

typedef struct {
  GPtrArray *units; /* HsRawUnit; without those that are missing */
  guint32 *base;    /* by unit */
  guint32 **scopes; /* by unit, then scope: its qualified name plus one; 0 not made yet */
  guint32 *stands_for; /* by type: itself, or what an alias stands for */
  HsTable *table;
  HsStrings *strings;
  GArray *variables; /* HsModelVariable */
  GArray *functions; /* HsModelFunction */
} Assembly;

static inline HsRawUnit *
unit_at (const Assembly *self, guint u)
{
  return self->units->pdata[u];
}

/* --- references */

static gint
find_unit (const Assembly *self, guint64 key, guint guess)
{
  guint low = 0, high = self->units->len;

  if (guess < high && key >= unit_at (self, guess)->first_key && key < unit_at (self, guess)->end_key)
    return (gint)guess;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (unit_at (self, middle)->end_key <= key)
      low = middle + 1;
    else
      high = middle;
  }
  return low < self->units->len && unit_at (self, low)->first_key <= key ? (gint)low : -1;
}

/* The index of @key's type in @unit, or -1. The inner dimensions of a matrix have no key; they follow their array. */
static gint
find_die (const HsRawUnit *unit, guint64 key)
{
  guint low = 0, high = unit->types->len;

  while (low < high) {
    guint middle = low + (high - low) / 2, probe = middle;
    while (probe > low && g_array_index (unit->types, HsRawType, probe).die == 0)
      probe--;
    guint64 die = g_array_index (unit->types, HsRawType, probe).die;
    if (die == key)
      return (gint)probe;
    if (die != 0 && die > key)
      high = probe;
    else
      low = middle + 1;
  }
  return -1;
}

static guint32
resolve (const Assembly *self, guint64 key, guint from)
{
  if (key == 0)
    return 0;
  if ((key & HS_KEY_LOCAL) != 0)
    return self->base[from] + (guint32)(key & G_MAXUINT32);
  gint u = find_unit (self, key, from);
  gint i = u >= 0 ? find_die (unit_at (self, (guint)u), key) : -1;
  return i >= 0 ? self->base[u] + (guint32)i : 0;
}

/* --- names */

static guint32 scope_name (Assembly *self, guint u, guint32 scope, guint depth);
static guint32 name_of_origin (Assembly *self, guint u, guint64 key, guint depth);

/* A class that is defined outside of where it is declared has its name from there.
 * In C there are no scopes of types: a struct in a struct or in a function has its bare name. */
static guint32
type_name (Assembly *self, guint u, const HsRawType *raw, guint depth)
{
  guint32 name = hs_strings_add (self->strings, raw->name);

  if (raw->kind == HS_TYPE_BASE || raw->kind == HS_RAW_ALIAS || name == 0 || unit_at (self, u)->is_c)
    return name;
  guint32 declared = name_of_origin (self, u, raw->specification, depth);
  return declared != 0 ? declared : hs_strings_join (self->strings, scope_name (self, u, raw->scope, depth), name);
}

/* The whole name of the type whose key is @key; 0 if there is none. */
static guint32
name_of_origin (Assembly *self, guint u, guint64 key, guint depth)
{
  gint v = key != 0 ? find_unit (self, key, u) : -1;
  gint i = v >= 0 && depth < MAX_SCOPES ? find_die (unit_at (self, (guint)v), key) : -1;

  return i >= 0 ? type_name (self, (guint)v, &g_array_index (unit_at (self, (guint)v)->types, HsRawType, i), depth + 1)
                : 0;
}

static guint32
make_scope_name (Assembly *self, guint u, const HsRawScope *scope, guint depth)
{
  const HsRawUnit *unit = unit_at (self, u);

  if (scope->origin != 0 && !scope->is_function) {
    guint32 name = name_of_origin (self, u, scope->origin, depth);
    if (name != 0)
      return name;
  }
  guint32 parent = scope_name (self, u, scope->parent, depth + 1);
  if ((unit->is_c && !scope->is_function) || scope->name == NULL)
    return parent;
  return hs_strings_join (self->strings, parent, hs_strings_add (self->strings, scope->name));
}

/* The qualified name of a scope, made when it is first asked for. */
static guint32
scope_name (Assembly *self, guint u, guint32 scope, guint depth)
{
  const HsRawUnit *unit = unit_at (self, u);

  if (scope == 0 || depth > MAX_SCOPES)
    return 0;
  if (self->scopes[u] == NULL)
    self->scopes[u] = g_new0 (guint32, unit->scopes->len);
  if (self->scopes[u][scope] == 0) {
    guint32 name = make_scope_name (self, u, &g_array_index (unit->scopes, HsRawScope, scope), depth);
    self->scopes[u][scope] = name + 1;
  }
  return self->scopes[u][scope] - 1;
}

/* --- copying */

static void
copy_members (const Assembly *self, const HsRawUnit *unit)
{
  for (guint i = 0; i < unit->members->len; i++) {
    const HsRawMember *raw = &g_array_index (unit->members, HsRawMember, i);
    HsModelMember member = {
      .name = hs_strings_add (self->strings, raw->name),
      .offset = raw->offset,
      .flags = raw->flags,
      .bit_offset = raw->bit_offset,
      .bit_size = raw->bit_size,
    };
    g_array_append_val (self->table->members, member);
  }
  for (guint i = 0; i < unit->enumerators->len; i++) {
    const HsRawEnumerator *raw = &g_array_index (unit->enumerators, HsRawEnumerator, i);
    HsModelEnumerator enumerator = { .name = hs_strings_add (self->strings, raw->name), .value = raw->value };
    g_array_append_val (self->table->enumerators, enumerator);
  }
}

static void
copy_types (Assembly *self, guint u)
{
  const HsRawUnit *unit = unit_at (self, u);
  guint32 members = self->table->members->len, enumerators = self->table->enumerators->len;

  for (guint i = 0; i < unit->types->len; i++) {
    const HsRawType *raw = &g_array_index (unit->types, HsRawType, i);
    HsModelType type = {
      .size = raw->size,
      .count = raw->count,
      .name = type_name (self, u, raw, 0),
      .n_members = raw->n_members,
      .first_member = raw->first_member + (raw->kind == HS_TYPE_ENUM ? enumerators : members),
      .flags = raw->flags,
      .unit = unit->unit,
      .kind = raw->kind,
      .encoding = raw->encoding,
      .group = u,
    };
    g_array_append_val (self->table->types, type);
  }
}

static void
copy_variables (Assembly *self, guint u)
{
  const HsRawUnit *unit = unit_at (self, u);

  for (guint i = 0; i < unit->variables->len; i++) {
    const HsRawVariable *raw = &g_array_index (unit->variables, HsRawVariable, i);
    guint32 name = hs_strings_add (self->strings, raw->name);
    HsModelVariable variable = {
      .address = raw->address,
      .name = hs_strings_join (self->strings, scope_name (self, u, raw->scope, 0), name),
      .type = resolve (self, raw->type, u),
      .tls = raw->tls != FALSE,
    };
    g_array_append_val (self->variables, variable);
  }
  for (guint i = 0; i < unit->functions->len; i++) {
    const HsRawFunction *raw = &g_array_index (unit->functions, HsRawFunction, i);
    HsModelFunction function = { raw->low, raw->high, raw->die };
    g_array_append_val (self->functions, function);
  }
}

static void
copy_all (Assembly *self)
{
  for (guint u = 0; u < self->units->len; u++) {
    copy_types (self, u);
    copy_members (self, unit_at (self, u));
    copy_variables (self, u);
  }
}

/* --- resolving */

static void
resolve_unit (Assembly *self, guint u, guint32 *first_member)
{
  const HsRawUnit *unit = unit_at (self, u);

  for (guint i = 0; i < unit->types->len; i++)
    hs_table_type (self->table, self->base[u] + i)->target
        = resolve (self, g_array_index (unit->types, HsRawType, i).target, u);
  for (guint i = 0; i < unit->members->len; i++)
    hs_table_member (self->table, *first_member + i)->type
        = resolve (self, g_array_index (unit->members, HsRawMember, i).type, u);
  *first_member += unit->members->len;
}

static guint32
skip_aliases (const HsTable *table, guint32 id)
{
  for (guint i = 0; i < MAX_ALIASES; i++) {
    const HsModelType *type = hs_table_type (table, id);
    if (type->kind != HS_RAW_ALIAS)
      return id;
    id = type->target;
  }
  return 0;
}

/* After it nothing refers to an alias, and aliases themselves are void. */
static void
skip_all_aliases (Assembly *self)
{
  HsTable *table = self->table;

  self->stands_for = g_new0 (guint32, table->types->len);
  for (guint32 id = 1; id < table->types->len; id++)
    self->stands_for[id] = skip_aliases (table, id);
  for (guint32 id = 1; id < table->types->len; id++) {
    HsModelType *type = hs_table_type (table, id);
    if (type->kind == HS_RAW_ALIAS)
      *type = (HsModelType){ .kind = HS_TYPE_VOID };
    else
      type->target = self->stands_for[type->target];
  }
  for (guint32 i = 0; i < table->members->len; i++) {
    HsModelMember *member = hs_table_member (table, i);
    member->type = self->stands_for[member->type];
  }
  for (guint i = 0; i < self->variables->len; i++) {
    HsModelVariable *variable = &g_array_index (self->variables, HsModelVariable, i);
    variable->type = self->stands_for[variable->type];
  }
}

static void
take_typedef_names (Assembly *self)
{
  HsTable *table = self->table;

  for (guint32 id = 1; id < table->types->len; id++) {
    const HsModelType *type = hs_table_type (table, id);
    HsModelType *target = hs_table_type (table, type->target);
    if (type->kind != HS_TYPE_TYPEDEF || target->name != 0
        || (!hs_kind_is_aggregate (target->kind) && target->kind != HS_TYPE_ENUM))
      continue;
    target->name = type->name;
    target->flags |= HS_TYPE_FLAG_TYPEDEF_NAME;
  }
  for (guint32 id = 1; id < table->types->len; id++) {
    HsModelType *type = hs_table_type (table, id);
    if (type->name == 0 && (hs_kind_is_aggregate (type->kind) || type->kind == HS_TYPE_ENUM))
      type->flags |= HS_TYPE_FLAG_ANONYMOUS;
  }
}

/* --- mentions: whom parameters, results and members point to */

static void
mention (const HsTable *table, guint32 id)
{
  for (guint i = 0; i < MAX_POINTERS; i++) {
    id = hs_table_strip (table, id);
    const HsModelType *type = hs_table_type (table, id);
    if (type->kind != HS_TYPE_POINTER && type->kind != HS_TYPE_REFERENCE) {
      if (i > 0 && id != 0)
        hs_table_type (table, id)->mentions++;
      return;
    }
    id = type->target;
  }
}

static void
count_mentions (const Assembly *self)
{
  for (guint32 id = 1; id < self->table->types->len; id++) {
    const HsModelType *type = hs_table_type (self->table, id);
    for (guint32 i = 0; hs_kind_is_aggregate (type->kind) && i < type->n_members; i++)
      mention (self->table, hs_table_member (self->table, type->first_member + i)->type);
  }
  for (guint u = 0; u < self->units->len; u++) {
    const GArray *keys = unit_at (self, u)->mentions;
    for (guint i = 0; i < keys->len; i++)
      mention (self->table, self->stands_for[resolve (self, g_array_index (keys, guint64, i), u)]);
  }
}

/* --- the parts of the model */

static gint
compare_variables (gconstpointer a, gconstpointer b)
{
  const HsModelVariable *x = a, *y = b;

  if (x->tls != y->tls)
    return x->tls < y->tls ? -1 : 1;
  if (x->address != y->address)
    return x->address < y->address ? -1 : 1;
  if (x->type != y->type)
    return x->type < y->type ? -1 : 1;
  return x->name < y->name ? -1 : x->name > y->name;
}

/* Those with a type of some size, each once. */
static GBytes *
pack_variables (const Assembly *self, const HsTable *merged, const guint32 *ids)
{
  guint n = 0;

  for (guint i = 0; i < self->variables->len; i++) {
    HsModelVariable variable = g_array_index (self->variables, HsModelVariable, i);
    variable.type = ids[variable.type];
    if (variable.name != 0 && hs_table_type (merged, variable.type)->size > 0)
      g_array_index (self->variables, HsModelVariable, n++) = variable;
  }
  g_array_set_size (self->variables, n);
  g_array_sort (self->variables, compare_variables);
  guint kept = 0;
  for (guint i = 0; i < n; i++) {
    HsModelVariable *variables = (HsModelVariable *)self->variables->data;
    if (kept == 0 || compare_variables (&variables[kept - 1], &variables[i]) != 0)
      variables[kept++] = variables[i];
  }
  return g_bytes_new (self->variables->data, kept * sizeof (HsModelVariable));
}

static gint
compare_functions (gconstpointer a, gconstpointer b)
{
  const HsModelFunction *x = a, *y = b;

  if (x->low != y->low)
    return x->low < y->low ? -1 : 1;
  if (x->high != y->high)
    return x->high < y->high ? -1 : 1;
  return x->die < y->die ? -1 : x->die > y->die;
}

static GBytes *
pack_functions (const Assembly *self)
{
  g_array_sort (self->functions, compare_functions);
  return g_bytes_new (self->functions->data, (gsize)self->functions->len * sizeof (HsModelFunction));
}

static GBytes *
pack_dies (const Assembly *self, const guint32 *ids)
{
  g_autoptr (GArray) dies = g_array_new (FALSE, FALSE, sizeof (HsModelDie));

  for (guint u = 0; u < self->units->len; u++) {
    const GArray *types = unit_at (self, u)->types;
    for (guint i = 0; i < types->len; i++) {
      HsModelDie die = { .die = g_array_index (types, HsRawType, i).die };
      die.type = ids[self->stands_for[self->base[u] + i]];
      if (die.die != 0)
        g_array_append_val (dies, die);
    }
  }
  return g_bytes_new (dies->data, (gsize)dies->len * sizeof (HsModelDie));
}

static GBytes *
pack_files (const Assembly *self, const HsDebugFiles *files)
{
  g_autoptr (GArray) result = g_array_new (FALSE, FALSE, sizeof (HsModelFile));

  for (guint i = HS_FILE_FIRST_SPLIT; i < files->files->len; i++) {
    const HsDebugFile *file = hs_debug_file (files, i);
    HsModelFile record = { .skeleton = file->skeleton, .path = hs_strings_add (self->strings, file->path) };
    g_array_append_val (result, record);
  }
  return g_bytes_new (result->data, (gsize)result->len * sizeof (HsModelFile));
}

static GBytes *
pack_array (const GArray *array, gsize size)
{
  return g_bytes_new (array->data, (gsize)array->len * size);
}

static HsModel *
pack (const Assembly *self, const HsTable *merged, const guint32 *ids, const HsDebugFiles *files)
{
  GBytes *parts[HS_MODEL_N_PARTS] = {
    [HS_MODEL_TYPES] = pack_array (merged->types, sizeof (HsModelType)),
    [HS_MODEL_MEMBERS] = pack_array (merged->members, sizeof (HsModelMember)),
    [HS_MODEL_ENUMERATORS] = pack_array (merged->enumerators, sizeof (HsModelEnumerator)),
    [HS_MODEL_VARIABLES] = pack_variables (self, merged, ids),
    [HS_MODEL_FUNCTIONS] = pack_functions (self),
    [HS_MODEL_DIES] = pack_dies (self, ids),
    [HS_MODEL_FILES] = pack_files (self, files),
  };

  parts[HS_MODEL_STRINGS] = g_bytes_new (self->strings->bytes->data, self->strings->bytes->len);
  return hs_model_new (parts);
}

/* Leaves out units that could not be read, and those beyond what indexes can count. */
static void
take_units (Assembly *self, GPtrArray *units, const HsDebugFiles *files, HsDiag *diag)
{
  guint64 n_types = 1, n_members = 0;

  self->units = g_ptr_array_new ();
  self->base = g_new0 (guint32, MAX (1, units->len));
  for (guint i = 0; i < units->len; i++) {
    const HsRawUnit *unit = units->pdata[i];
    if (unit == NULL)
      continue;
    if (n_types + unit->types->len > MAX_RAW_TYPES
        || n_members + unit->members->len + unit->enumerators->len > 2 * (guint64)MAX_RAW_TYPES) {
      hs_diag_add (diag, files->topic, "debug info is too large: %u of %u compilation units are left out",
                   units->len - i, units->len);
      break;
    }
    self->base[self->units->len] = (guint32)n_types;
    g_ptr_array_add (self->units, units->pdata[i]);
    n_types += unit->types->len;
    n_members += unit->members->len + unit->enumerators->len;
  }
}

HsModel *
hs_assemble (GPtrArray *units, const HsDebugFiles *files, HsDiag *diag)
{
  g_autoptr (HsStrings) strings = hs_strings_new ();
  g_autoptr (HsTable) table = hs_table_new (strings);
  g_autofree guint32 *ids = NULL;
  guint32 first_member = 0;
  Assembly self = { .table = table, .strings = strings };

  take_units (&self, units, files, diag);
  self.variables = g_array_new (FALSE, FALSE, sizeof (HsModelVariable));
  self.functions = g_array_new (FALSE, FALSE, sizeof (HsModelFunction));
  self.scopes = g_new0 (guint32 *, MAX (1, units->len));
  copy_all (&self);
  for (guint u = 0; u < self.units->len; u++)
    g_free (self.scopes[u]);
  g_free (self.scopes);
  for (guint u = 0; u < self.units->len; u++)
    resolve_unit (&self, u, &first_member);
  skip_all_aliases (&self);
  take_typedef_names (&self);
  hs_table_finish (table);
  count_mentions (&self);
  g_autoptr (HsTable) merged = hs_table_merge (table, &ids);
  hs_table_finish (merged);
  HsModel *model = pack (&self, merged, ids, files);
  g_array_unref (self.variables);
  g_array_unref (self.functions);
  g_ptr_array_unref (self.units);
  g_free (self.base);
  g_free (self.stands_for);
  return model;
}
