/* source-gtype.c - GLib's objects: their first word points to their class, whose first word is their GType.
 *
 * A GType is a small number or the address of GLib's record of the type, a TypeNode, whose first super type is the type
 * itself. The name of the type is that of the C struct: GLib's table of names has it, where GLib has debug info; and a
 * program keeps each GType in a static variable of the function that registers it, foo_bar_get_type of a FooBar. The
 * struct has to begin with a GTypeInstance, its class with a GTypeClass or, of an interface, with a GTypeInterface. Since
 * GLib 2.38 the private data stand before the instance in the same block: as much in all instances of a class.
 * Not handled: GLib's slices, which hold many instances in one block; they are off by G_SLICE=always-malloc and gone
 * since GLib 2.76. */
#include "profiler/inference/classes.h"

#include <string.h>
#include <sys/mman.h>

#define SMALL_TYPES 1024 /* GTypes below are fundamental: G_TYPE_FUNDAMENTAL_MAX, 255 << 2 */
#define MAX_NAME 256
#define PRIVATE_ALIGN 16 /* ALIGN_STRUCT of gtype.c */

/* A GType. */
typedef struct {
  char *plain;        /* its name in lower case without '_': "foobar" */
  const char *name;   /* "FooBar"; the plain one where only a function's name is known */
  gboolean sure;      /* GLib's own record says so */
  HsTypeId record;    /* of the class: FooBarClass; 0: not known */
} Registered;

typedef struct {
  HsEngine *engine;
  HsClasses *classes;
  HsTypeId instance, class, interface, node, data; /* GTypeInstance, GTypeClass, GTypeInterface, TypeNode, TypeData; 0: not known */
  guint64 node_name, node_self, node_data, data_class; /* offsets in a TypeNode, and in its ClassData */
  HsAddr names;            /* GLib's table of quarks */
  HsAddr fundamental;      /* GLib's table of fundamental TypeNodes */
  GHashTable *types;       /* GType -> Registered */
  GHashTable *structs;     /* plain name -> GArray of HsTypeId: what begins with one of the first three */
  GPtrArray *of_class;     /* Registered by the number of the class */
} Search;

static void
registered_free (gpointer data)
{
  Registered *type = data;

  g_free (type->plain);
  g_free (type);
}

static char *
plain_name (const char *name, gsize length)
{
  GString *plain = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    if (name[i] != '_')
      g_string_append_c (plain, g_ascii_tolower (name[i]));
  return g_string_free (plain, FALSE);
}

/* --- what the debug info knows --- */

static HsTypeId
record_named (const HsEngine *engine, HsTypeKind kind, const char *name)
{
  guint n;
  const HsTypeId *ids = hs_types_by_name (engine->types, name, &n);

  for (guint i = 0; i < n; i++)
    if (hs_types_get (engine->types, ids[i])->kind == kind && hs_types_get (engine->types, ids[i])->size > 0)
      return ids[i];
  return 0;
}

static gboolean
member_offset (const HsEngine *engine, HsTypeId id, const char *name, guint64 *offset)
{
  const HsType *type = hs_types_get (engine->types, id);

  for (guint32 i = 0; i < type->n_members; i++)
    if (g_str_equal (hs_types_member (engine->types, type, i)->name, name)) {
      *offset = hs_types_member (engine->types, type, i)->offset;
      return TRUE;
    }
  return FALSE;
}

static void
array_free (gpointer array)
{
  g_array_unref (array);
}

static void
index_struct (Search *self, HsTypeId id)
{
  const char *name = hs_types_get (self->engine->types, id)->name;
  g_autofree char *plain = plain_name (name, strlen (name));
  GArray *known = g_hash_table_lookup (self->structs, plain);

  if (known == NULL) {
    known = g_array_new (FALSE, FALSE, sizeof (HsTypeId));
    g_hash_table_insert (self->structs, g_steal_pointer (&plain), known);
  }
  g_array_append_val (known, id);
}

#define MAX_PARENTS 64

/* Whether @id's first member is one of GLib's three structs, or that member's first member, and so on. */
static gboolean
is_derived (const Search *self, HsTypeId id)
{
  const HsTypes *types = self->engine->types;

  for (guint i = 0; i < MAX_PARENTS; i++) {
    const HsType *type = hs_types_get (types, id);
    if (type->kind != HS_TYPE_STRUCT || type->n_members == 0 || hs_types_member (types, type, 0)->offset != 0)
      return FALSE;
    id = hs_types_strip (types, hs_types_member (types, type, 0)->type);
    if (id == self->instance || id == self->class || id == self->interface)
      return id != 0;
  }
  return FALSE;
}

static void
index_structs (Search *self)
{
  for (HsTypeId id = 1; id < self->engine->types->n_types; id++)
    if (is_derived (self, id))
      index_struct (self, id);
}

/* The struct of that name that begins with @inner, or is it; 0: none. */
static HsTypeId
find_struct (Search *self, const char *plain, const char *suffix, HsTypeId inner)
{
  g_autofree char *name = g_strconcat (plain, suffix, NULL);
  const GArray *ids = g_hash_table_lookup (self->structs, name);

  for (guint i = 0; ids != NULL && inner != 0 && i < ids->len; i++)
    if (hs_begins_with (self->engine, g_array_index (ids, HsTypeId, i), inner))
      return g_array_index (ids, HsTypeId, i);
  return 0;
}

/* --- GTypes --- */

static HsTypeId
record_of (Search *self, const char *plain)
{
  HsTypeId id = find_struct (self, plain, "class", self->class);

  if (id == 0)
    id = find_struct (self, plain, "iface", self->interface);
  return id != 0 ? id : find_struct (self, plain, "interface", self->interface);
}

static Registered *
add_type (Search *self, guint64 value, const char *name, gsize length, gboolean sure)
{
  Registered *type = g_new0 (Registered, 1);

  type->plain = plain_name (name, length);
  type->sure = sure;
  type->name = g_string_chunk_insert_const (self->engine->strings, sure ? name : type->plain);
  type->record = record_of (self, type->plain);
  g_hash_table_replace (self->types, (gpointer)value, type);
  return type;
}

/* Length of what the name of a static variable that may hold a GType says about the type; 0: nothing. */
static gsize
telling_length (const char *name)
{
  static const char *const ENDS[] = { "_get_type", "_get_type_once", "_type_id" };
  const char *end = strstr (name, "::");
  gsize length = end != NULL ? (gsize)(end - name) : strlen (name);

  for (guint i = 0; i < G_N_ELEMENTS (ENDS); i++) {
    gsize n = strlen (ENDS[i]);
    if (length > n && strncmp (name + length - n, ENDS[i], n) == 0)
      return length - n;
  }
  return 0;
}

static gboolean
may_be_type (const Search *self, guint64 value)
{
  if (value < SMALL_TYPES)
    return value != 0 && value % 4 == 0;
  return hs_blocks_at (self->engine->blocks, value) != HS_NO_BLOCK;
}

/* G_TYPE_OBJECT is the same number in every program (gobject/gtype.h). */
enum { TYPE_OBJECT = 20 << 2 };

static void
read_variables (Search *self)
{
  const HsTypes *types = self->engine->types;

  add_type (self, TYPE_OBJECT, "GObject", strlen ("GObject"), FALSE);
  for (guint32 i = 0; i < types->n_variables; i++) {
    const HsVariable *variable = &types->variables[i];
    const HsType *type = hs_types_get (types, hs_types_strip (types, variable->type));
    gsize length = type->kind == HS_TYPE_BASE && type->size == 8 && !variable->tls ? telling_length (variable->name) : 0;
    guint64 value;
    if (length > 0 && hs_image_word (self->engine->image, variable->address, &value) && may_be_type (self, value))
      add_type (self, value, variable->name, length, FALSE);
  }
}

static gboolean
is_name (const char *name)
{
  if (!g_ascii_isalpha (*name) && *name != '_')
    return FALSE;
  for (const char *c = name; *c != 0; c++)
    if (!g_ascii_isalnum (*c) && strchr ("_-+", *c) == NULL)
      return FALSE;
  return strlen (name) >= 3;
}

/* (transfer full): the name in the TypeNode at @node of the GType @value; NULL: it is none. */
static char *
name_in_node (const Search *self, HsAddr node, guint64 value)
{
  const HsImage *image = self->engine->image;
  guint64 own, address;
  guint32 quark;

  if (!hs_image_word (image, node + self->node_self, &own) || own != value
      || !hs_image_read (image, node + self->node_name, &quark, sizeof quark) || quark == 0
      || !hs_image_word (image, self->names + 8 * (guint64)quark, &address))
    return NULL;
  g_autofree char *name = hs_image_string (image, address, MAX_NAME);
  return name != NULL && is_name (name) ? g_steal_pointer (&name) : NULL;
}

static gboolean
node_of (const Search *self, guint64 value, HsAddr *node)
{
  *node = value;
  return value >= SMALL_TYPES || hs_image_word (self->engine->image, self->fundamental + 2 * value, node);
}

/* Whether GLib's record of the GType @value says that its class is at @address. */
static gboolean
is_class_of (const Search *self, guint64 value, HsAddr address)
{
  HsAddr node, data, class;

  return node_of (self, value, &node) && hs_image_word (self->engine->image, node + self->node_data, &data) && data != 0
         && hs_image_word (self->engine->image, data + self->data_class, &class) && class == address;
}

static Registered *
type_of (Search *self, guint64 value)
{
  Registered *type = g_hash_table_lookup (self->types, (gpointer)value);
  HsAddr node;

  if ((type != NULL && type->sure) || self->names == 0 || !may_be_type (self, value) || !node_of (self, value, &node))
    return type;
  g_autofree char *name = name_in_node (self, node, value);
  return name != NULL ? add_type (self, value, name, strlen (name), TRUE) : type;
}

/* GLib's tables: static variables of its own. */
static void
find_tables (Search *self)
{
  const HsTypes *types = self->engine->types;
  HsAddr quarks = 0;

  HsTypeId record = record_named (self->engine, HS_TYPE_STRUCT, "_ClassData");

  self->node = record_named (self->engine, HS_TYPE_STRUCT, "_TypeNode");
  self->data = record_named (self->engine, HS_TYPE_UNION, "_TypeData");
  if (self->node == 0 || self->data == 0 || record == 0 || !member_offset (self->engine, self->node, "qname", &self->node_name)
      || !member_offset (self->engine, self->node, "supers", &self->node_self)
      || !member_offset (self->engine, self->node, "data", &self->node_data)
      || !member_offset (self->engine, record, "class", &self->data_class))
    return;
  for (guint32 i = 0; i < types->n_variables; i++) {
    const HsVariable *variable = &types->variables[i];
    if (variable->tls)
      continue;
    if (g_str_equal (variable->name, "quarks"))
      quarks = variable->address;
    else if (g_str_equal (variable->name, "static_fundamental_type_nodes"))
      self->fundamental = variable->address;
  }
  if (quarks == 0 || self->fundamental == 0 || !hs_image_word (self->engine->image, quarks, &self->names))
    self->names = 0;
}

/* --- classes --- */

static gboolean
decide_record (Search *self, guint32 block, const Registered *type)
{
  HsEngine *engine = self->engine;
  const HsLayout *layout = hs_layouts_get (engine->layouts, type->record);
  const guint8 *data = hs_engine_bytes (engine, block);
  guint64 usable = hs_blocks_size (engine->blocks, block);
  HsReason reason = { .source = HS_SOURCE_GTYPE, .slot = HS_NO_SLOT, .owner = self->class, .member = type->name };
  HsForm form;

  if (layout->size > usable || !hs_content_admits (engine, layout, data, usable))
    return FALSE;
  if (!hs_fits (layout, engine->blocks->address[block], usable, &form))
    form = HS_FORM_TAIL; /* private data of the class */
  hs_engine_decide (engine, block, type->record, form, HS_LEVEL_A, hs_reasons_intern (engine->reasons, reason), HS_NO_BLOCK);
  return TRUE;
}

/* Whether the block holds functions where the class has some, and nothing else. */
static gboolean
holds_functions (Search *self, const HsLayout *layout, const guint8 *data)
{
  const HsEngine *engine = self->engine;
  guint known = 0, n = 0;

  for (guint32 i = 0; i < layout->n_slots; i++) {
    guint64 value;
    if (layout->slots[i].kind != HS_SLOT_FUNCTION)
      continue;
    known++;
    memcpy (&value, data + layout->slots[i].offset, sizeof value);
    const HsMapping *mapping = value != 0 ? hs_mapping_find (engine->target->mappings, value) : NULL;
    if (value != 0 && (mapping == NULL || !(mapping->prot & PROT_EXEC)))
      return FALSE;
    n += value != 0;
  }
  return known == 0 || n > 0;
}

/* Whether the block may be a class of @type. GTypes and small numbers stand in other blocks, too: where GLib's own record
 * is known, it has to lead to the class; else, and with interfaces, which have a table of functions in each class that
 * implements them, the block has such functions and is large enough. */
static gboolean
may_be_class (Search *self, guint32 block, const Registered *type, guint64 value)
{
  const HsLayout *layout = type->record != 0 ? hs_layouts_get (self->engine->layouts, type->record) : NULL;
  guint64 usable = hs_blocks_size (self->engine->blocks, block);

  if (type->sure && (layout == NULL || !hs_begins_with (self->engine, type->record, self->interface)))
    return is_class_of (self, value, self->engine->blocks->address[block]) && (layout == NULL || layout->size <= usable);
  if (layout == NULL)
    return value >= SMALL_TYPES;
  return layout->size <= usable && (type->sure || usable - layout->size < HS_CHUNK_REST + 16)
         && holds_functions (self, layout, hs_engine_bytes (self->engine, block));
}

static void
look_at_block (Search *self, guint32 block, HsClassModel *model)
{
  const guint8 *data = hs_engine_bytes (self->engine, block);
  guint64 value;

  if (data == NULL)
    return;
  memcpy (&value, data, sizeof value);
  if (value == 0 || !may_be_type (self, value))
    return;
  Registered *type = type_of (self, value);
  if (type == NULL || !may_be_class (self, block, type, value))
    return;
  guint before = self->classes->all->len;
  hs_classes_add (self->classes, model, self->engine->blocks->address[block], type->name, 0);
  if (self->classes->all->len > before)
    g_ptr_array_add (self->of_class, type);
}

/* --- instances --- */

static gboolean
is_whole (HsClasses *classes, const HsClass *class, const HsClassMember *member, HsTypeId type)
{
  guint64 room = hs_class_room (classes, class, member);
  HsForm form = room != 0 ? hs_class_form (classes, member, type, room) : HS_FORM_TRUNCATED;

  return (form == HS_FORM_WHOLE || form == HS_FORM_FLEXIBLE) && hs_class_admits (classes, class, member, type, room);
}

/* Whether the type's size is that of nearly all instances. */
static gboolean
agrees (Search *self, const HsClass *class, HsTypeId type)
{
  guint32 n = 0, good = 0;

  for (guint32 i = 0; i < class->n; i++) {
    const HsClassMember *member = &g_array_index (self->classes->members, HsClassMember, class->first + i);
    if (hs_class_room (self->classes, class, member) == 0)
      continue;
    n++;
    good += is_whole (self->classes, class, member, type);
  }
  return n > 0 && (guint64)good * 10 >= (guint64)n * 9;
}

/* The structs that are called like the type. Of GLib's parameters the type is GParamInt, the struct GParamSpecInt. */
static const GArray *
structs_of (Search *self, const Registered *type)
{
  const GArray *ids = g_hash_table_lookup (self->structs, type->plain);

  if (ids != NULL || !g_str_has_prefix (type->plain, "gparam"))
    return ids;
  g_autofree char *name = g_strconcat ("gparamspec", type->plain + strlen ("gparam"), NULL);
  return g_hash_table_lookup (self->structs, name);
}

static HsTypeId
instance_of (Search *self, const HsClass *class, const Registered *type)
{
  const GArray *ids = structs_of (self, type);

  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    HsTypeId id = g_array_index (ids, HsTypeId, i);
    if (hs_begins_with (self->engine, id, self->instance) && agrees (self, class, id))
      return id;
  }
  return 0;
}

/* A type that the debug info does not have: its name is known all the same. */
static HsTypeId
make_type (HsEngine *engine, const char *name)
{
  if (engine->types->n_types + engine->names->len >= HS_TYPE_LIMIT)
    return 0;
  g_ptr_array_add (engine->names, g_strdup (name));
  return engine->types->n_types + engine->names->len - 1;
}

static void
decide_made (Search *self, const HsClass *class, const HsClassMember *member, guint32 reason)
{
  if (hs_class_room (self->classes, class, member) != 0)
    hs_engine_decide (self->engine, member->block, class->type, class->behind != 0 ? HS_FORM_BEHIND : HS_FORM_WHOLE, HS_LEVEL_A,
                      reason, HS_NO_BLOCK);
}

static void
decide_instances (Search *self, HsClass *class, const Registered *type)
{
  HsEngine *engine = self->engine;
  gboolean described = structs_of (self, type) != NULL;

  if (class->n == 0 || class->behind == G_MAXUINT32 || class->behind % PRIVATE_ALIGN != 0)
    return;
  class->type = described ? instance_of (self, class, type) : type->sure ? make_type (engine, type->name) : 0;
  if (class->type == 0)
    return;
  HsReason reason = { .source = HS_SOURCE_GTYPE, .slot = HS_NO_SLOT, .distance = class->behind, .member = class->name };
  guint32 number = hs_reasons_intern (engine->reasons, reason);
  if (class->type < engine->types->n_types)
    hs_class_learn_private (self->classes, class);
  for (guint32 i = 0; i < class->n; i++) {
    const HsClassMember *member = &g_array_index (self->classes->members, HsClassMember, class->first + i);
    if (class->type >= engine->types->n_types)
      decide_made (self, class, member, number);
    else if (is_whole (self->classes, class, member, class->type))
      hs_class_decide (self->classes, class, member, number);
  }
}

/* The blocks of GLib's own records of the types. They point to classes, too, but are no instances. */
static void
decide_own (Search *self, HsTypeId type, HsAddr address, guint32 reason)
{
  HsEngine *engine = self->engine;
  guint32 block = hs_blocks_at (engine->blocks, address);
  const HsLayout *layout = hs_layouts_get (engine->layouts, type);
  HsForm form;

  if (block == HS_NO_BLOCK)
    return;
  guint64 usable = hs_blocks_size (engine->blocks, block);
  gboolean fits = hs_fits (layout, address, usable, &form);
  if (!fits && type != self->data)
    return;
  /* TypeData is a union of records, each as long as it needs, and has a table of functions behind it. */
  if (!fits)
    form = layout->size < usable ? HS_FORM_TAIL : HS_FORM_TRUNCATED;
  hs_engine_decide (engine, block, type, form, HS_LEVEL_A, reason, HS_NO_BLOCK);
}

static void
decide_nodes (Search *self)
{
  HsReason reason = { .source = HS_SOURCE_GTYPE, .slot = HS_NO_SLOT };
  GHashTableIter iter;
  gpointer value, registered;
  HsAddr data;

  if (self->names == 0)
    return;
  g_hash_table_iter_init (&iter, self->types);
  while (g_hash_table_iter_next (&iter, &value, &registered)) {
    const Registered *type = registered;
    HsAddr node;
    if (!type->sure || !node_of (self, (guint64)value, &node))
      continue;
    reason.member = type->name;
    guint32 number = hs_reasons_intern (self->engine->reasons, reason);
    decide_own (self, self->node, node, number);
    if (hs_image_word (self->engine->image, node + self->node_data, &data))
      decide_own (self, self->data, data, number);
  }
}

static void
search (Search *self)
{
  HsClassModel *model = hs_classes_add_model (self->classes, self->class, self->instance, 0);

  read_variables (self);
  find_tables (self);
  for (guint32 block = 0; block < self->engine->blocks->n; block++)
    look_at_block (self, block, model);
  decide_nodes (self);
  hs_classes_find_members (self->classes);
  for (guint32 i = 0; i < self->classes->all->len; i++) {
    HsClass *class = hs_classes_get (self->classes, i);
    const Registered *type = self->of_class->pdata[i];
    decide_instances (self, class, type);
    if (type->record != 0 && (type->sure || class->type != 0))
      decide_record (self, hs_blocks_at (self->engine->blocks, class->address), type);
  }
}

void
hs_source_gtype (HsEngine *engine)
{
  Search self = { .engine = engine,
                  .instance = record_named (engine, HS_TYPE_STRUCT, "_GTypeInstance"),
                  .class = record_named (engine, HS_TYPE_STRUCT, "_GTypeClass"),
                  .interface = record_named (engine, HS_TYPE_STRUCT, "_GTypeInterface") };

  if (self.instance == 0 || self.class == 0)
    return;
  self.classes = hs_classes_new (engine);
  self.classes->max_behind = HS_CLASS_MAX_BEHIND - 8;
  self.classes->own_distances = TRUE;
  self.types = g_hash_table_new_full (NULL, NULL, NULL, registered_free);
  self.structs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, array_free);
  self.of_class = g_ptr_array_new ();
  index_structs (&self);
  search (&self);
  g_ptr_array_unref (self.of_class);
  g_hash_table_unref (self.structs);
  g_hash_table_unref (self.types);
  hs_classes_free (self.classes);
}
