/* fake-types.c - see fake-types.h. The types pass hs_table_finish, as those of every program do. */
#include "tests/support/fake-types.h"

#include "profiler/types/graph.h"

FakeTypes *
fake_types_new (void)
{
  FakeTypes *self = g_new0 (FakeTypes, 1);

  self->strings = hs_strings_new ();
  self->table = hs_table_new (self->strings);
  self->variables = g_array_new (FALSE, FALSE, sizeof (HsVariable));
  return self;
}

HsTypeId
fake_type (FakeTypes *self, HsTypeKind kind, const char *name, guint64 size, HsTypeId target)
{
  HsModelType type = { .kind = kind, .name = hs_strings_add (self->strings, name), .size = size, .target = target };

  g_array_append_val (self->table->types, type);
  return self->table->types->len - 1;
}

HsTypeId
fake_base (FakeTypes *self, const char *name, guint64 size, guint encoding)
{
  HsTypeId id = fake_type (self, HS_TYPE_BASE, name, size, 0);

  hs_table_type (self->table, id)->encoding = (guint8)encoding;
  return id;
}

HsTypeId
fake_pointer (FakeTypes *self, HsTypeId target)
{
  return fake_type (self, HS_TYPE_POINTER, "", 8, target);
}

HsTypeId
fake_array (FakeTypes *self, HsTypeId element, guint64 count)
{
  HsTypeId id = fake_type (self, HS_TYPE_ARRAY, "", 0, element);

  hs_table_type (self->table, id)->count = count;
  if (count == 0)
    hs_table_type (self->table, id)->flags |= HS_TYPE_FLAG_UNBOUNDED;
  return id;
}

HsTypeId
fake_struct (FakeTypes *self, const char *name, guint64 size)
{
  return fake_type (self, HS_TYPE_STRUCT, name, size, 0);
}

HsTypeId
fake_function (FakeTypes *self)
{
  return fake_type (self, HS_TYPE_FUNCTION, "", 0, 0);
}

HsTypeId
fake_enum (FakeTypes *self, const char *name, gint64 first, guint n)
{
  HsTypeId id = fake_type (self, HS_TYPE_ENUM, name, 4, 0);

  hs_table_type (self->table, id)->first_member = self->table->enumerators->len;
  hs_table_type (self->table, id)->count = hs_table_type (self->table, id)->n_members = n;
  for (guint i = 0; i < n; i++) {
    HsModelEnumerator enumerator = { .value = first + i };
    g_array_append_val (self->table->enumerators, enumerator);
  }
  return id;
}

void
fake_mentions (FakeTypes *self, HsTypeId id, guint32 n)
{
  hs_table_type (self->table, id)->mentions = n;
}

void
fake_flags (FakeTypes *self, HsTypeId id, guint16 flags)
{
  hs_table_type (self->table, id)->flags |= flags;
}

void
fake_target (FakeTypes *self, HsTypeId id, HsTypeId target)
{
  hs_table_type (self->table, id)->target = target;
}

static void
add_member (FakeTypes *self, HsTypeId owner, HsModelMember member)
{
  HsModelType *its = hs_table_type (self->table, owner);

  if (its->n_members == 0)
    its->first_member = self->table->members->len;
  g_assert_cmpuint (its->first_member + its->n_members, ==, self->table->members->len);
  its->n_members++;
  g_array_append_val (self->table->members, member);
}

void
fake_member (FakeTypes *self, HsTypeId owner, const char *name, HsTypeId type, guint64 offset)
{
  add_member (self, owner, (HsModelMember){ .name = hs_strings_add (self->strings, name), .type = type, .offset = offset });
}

void
fake_bits (FakeTypes *self, HsTypeId owner, const char *name, HsTypeId type, guint64 offset, guint bit, guint n_bits)
{
  add_member (self, owner, (HsModelMember){ .name = hs_strings_add (self->strings, name), .type = type, .offset = offset,
                                            .bit_offset = (guint8)bit, .bit_size = (guint8)n_bits });
}

void
fake_base_class (FakeTypes *self, HsTypeId owner, HsTypeId type, guint64 offset)
{
  add_member (self, owner, (HsModelMember){ .type = type, .offset = offset, .flags = HS_MEMBER_BASE });
}

void
fake_static (FakeTypes *self, const char *name, HsTypeId type, HsAddr address)
{
  HsVariable variable = { .name = name, .type = type, .address = address };

  g_array_append_val (self->variables, variable);
}

static void
fill_types (HsTypes *types, const FakeTypes *self)
{
  types->n_types = self->table->types->len;
  types->types = g_new0 (HsType, types->n_types);
  for (guint32 i = 0; i < types->n_types; i++) {
    const HsModelType *from = hs_table_type (self->table, i);
    types->types[i] = (HsType){ .kind = from->kind, .encoding = from->encoding, .flags = from->flags,
                                .name = hs_strings_get (self->strings, from->name), .size = from->size,
                                .count = from->count, .target = from->target, .first_member = from->first_member,
                                .n_members = from->n_members, .mentions = from->mentions };
  }
}

static void
fill_members (HsTypes *types, const FakeTypes *self)
{
  types->n_members = self->table->members->len;
  types->members = g_new0 (HsMember, MAX (1, types->n_members));
  for (guint32 i = 0; i < types->n_members; i++) {
    const HsModelMember *from = hs_table_member (self->table, i);
    types->members[i] = (HsMember){ .name = hs_strings_get (self->strings, from->name), .type = from->type,
                                    .flags = from->flags, .offset = from->offset, .bit_offset = from->bit_offset,
                                    .bit_size = from->bit_size };
  }
}

static void
fill_enumerators (HsTypes *types, const FakeTypes *self)
{
  types->n_enumerators = self->table->enumerators->len;
  types->enumerators = g_new0 (HsEnumerator, MAX (1, types->n_enumerators));
  for (guint32 i = 0; i < types->n_enumerators; i++) {
    const HsModelEnumerator *from = &g_array_index (self->table->enumerators, HsModelEnumerator, i);
    types->enumerators[i] = (HsEnumerator){ hs_strings_get (self->strings, from->name), from->value };
  }
}

HsTypes *
fake_types_finish (FakeTypes *self, HsModules *modules)
{
  HsTypes *types = g_new0 (HsTypes, 1);
  HsGraph *graph = g_new0 (HsGraph, 1);

  hs_table_finish (self->table);
  g_atomic_ref_count_init (&types->refs);
  g_mutex_init (&graph->lock);
  graph->modules = hs_modules_ref (modules);
  graph->of_module = g_new0 (HsGraphModule, 1); /* none: nothing is known of locals */
  graph->strings = self->strings;
  types->priv = graph;
  fill_types (types, self);
  fill_members (types, self);
  fill_enumerators (types, self);
  types->n_variables = self->variables->len;
  types->variables = (HsVariable *)g_array_free (self->variables, FALSE);
  hs_table_free (self->table);
  g_free (self);
  return types;
}

HsRoots *
fake_roots_new (void)
{
  HsRoots *self = g_new0 (HsRoots, 1);

  g_atomic_ref_count_init (&self->refs);
  self->roots = g_array_new (FALSE, FALSE, sizeof (HsRoot));
  self->stacks = g_ptr_array_new ();
  return self;
}

void
fake_root (HsRoots *self, HsRootKind kind, HsTypeId type, HsAddr address, const char *name)
{
  HsRoot root = { .kind = kind, .type = type, .address = address, .name = name };

  if (kind == HS_ROOT_REGISTER)
    root = (HsRoot){ .kind = kind, .type = type, .value = address, .name = name };
  g_array_append_val (self->roots, root);
}
