/* test-types-table.c - tables of types no compiler would write: they end up sound all the same. */
#include "profiler/types/table.h"

typedef struct {
  HsStrings *strings;
  HsTable *table;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  self->strings = hs_strings_new ();
  self->table = hs_table_new (self->strings);
}

static void
tear_down (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  hs_table_free (self->table);
  hs_strings_free (self->strings);
}

static guint32
add_type (Fixture *self, HsTypeKind kind, const char *name, guint64 size, guint32 target)
{
  HsModelType type = { .kind = kind, .name = hs_strings_add (self->strings, name), .size = size, .target = target };

  g_array_append_val (self->table->types, type);
  return self->table->types->len - 1;
}

/* Adds a member to the type added last. */
static void
add_member (Fixture *self, const char *name, guint32 type, guint64 offset)
{
  HsModelType *owner = hs_table_type (self->table, self->table->types->len - 1);
  HsModelMember member = { .name = hs_strings_add (self->strings, name), .type = type, .offset = offset };

  if (owner->n_members++ == 0)
    owner->first_member = self->table->members->len;
  g_array_append_val (self->table->members, member);
}

static gboolean
is_truncated (const Fixture *self, guint32 id)
{
  return (hs_table_type (self->table, id)->flags & HS_TYPE_FLAG_TRUNCATED) != 0;
}

static void
check_typedef_cycle (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint32 first = add_type (self, HS_TYPE_TYPEDEF, "a", 0, 2);

  add_type (self, HS_TYPE_TYPEDEF, "b", 0, 3);
  add_type (self, HS_TYPE_ARRAY, NULL, 0, first);
  hs_table_finish (self->table);
  g_assert_cmpuint (hs_table_strip (self->table, first), !=, first);
  g_assert_true (is_truncated (self, 1) || is_truncated (self, 2) || is_truncated (self, 3));
}

static void
check_self_containing (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint32 id = add_type (self, HS_TYPE_STRUCT, "s", 8, 0);

  add_member (self, "self", id, 0);
  hs_table_finish (self->table);
  g_assert_cmpuint (hs_table_member (self->table, 0)->type, ==, 0);
  g_assert_true (is_truncated (self, id));
}

static void
check_pointer_cycle (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint32 id = add_type (self, HS_TYPE_POINTER, NULL, 8, 1);

  hs_table_finish (self->table);
  g_assert_cmpuint (hs_table_type (self->table, id)->target, ==, 0);
}

static void
check_sizes (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint32 word = add_type (self, HS_TYPE_BASE, "word", 8, 0);
  guint32 huge = add_type (self, HS_TYPE_ARRAY, NULL, 0, word);

  hs_table_type (self->table, huge)->count = G_GUINT64_CONSTANT (1) << 61;
  guint32 large = add_type (self, HS_TYPE_ARRAY, NULL, 0, word);
  hs_table_type (self->table, large)->count = 1000000000;
  guint32 owner = add_type (self, HS_TYPE_STRUCT, "s", 16, 0);
  add_member (self, "inside", word, 8);
  add_member (self, "outside", word, 9);
  add_member (self, "far", word, G_MAXUINT64 - 3);
  add_member (self, "large", large, 0);
  hs_table_finish (self->table);
  g_assert_true (is_truncated (self, huge));
  g_assert_cmpuint (hs_table_type (self->table, huge)->size, ==, 0);
  g_assert_cmpuint (hs_table_type (self->table, large)->size, ==, G_GUINT64_CONSTANT (8000000000));
  g_assert_cmpuint (hs_table_type (self->table, owner)->n_members, ==, 1);
  g_assert_true (is_truncated (self, owner));
}

static void
check_many_members (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint32 word = add_type (self, HS_TYPE_BASE, "word", 8, 0);
  guint32 owner = add_type (self, HS_TYPE_UNION, "u", 8, 0);

  for (guint i = 0; i < 1000000; i++)
    add_member (self, "m", word, 0);
  hs_table_finish (self->table);
  g_assert_cmpuint (hs_table_type (self->table, owner)->n_members, ==, HS_MAX_MEMBERS);
  g_assert_true (is_truncated (self, owner));
}

/* A chain as long as a file may hold: the walk must not be recursive. */
static void
check_deep_chain (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  g_autofree guint32 *ids = NULL;

  add_type (self, HS_TYPE_BASE, "word", 8, 0);
  for (guint32 i = 1; i < 1000000; i++)
    add_type (self, i % 2 != 0 ? HS_TYPE_TYPEDEF : HS_TYPE_POINTER, NULL, 8, i);
  hs_table_finish (self->table);
  HsTable *merged = hs_table_merge (self->table, &ids);
  g_assert_cmpuint (merged->types->len, >, 2);
  hs_table_free (merged);
}

static void
check_declaration (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint32 declaration = add_type (self, HS_TYPE_OPAQUE, "s", 0, 0);
  g_autofree guint32 *ids = NULL;

  hs_table_type (self->table, declaration)->flags = HS_FLAG_DECLARES_STRUCT;
  guint32 pointer = add_type (self, HS_TYPE_POINTER, NULL, 8, declaration);
  guint32 definition = add_type (self, HS_TYPE_CLASS, "s", 8, 0);
  hs_table_type (self->table, definition)->group = 7;
  add_member (self, "next", pointer, 0);
  hs_table_finish (self->table);
  HsTable *merged = hs_table_merge (self->table, &ids);
  g_assert_cmpuint (ids[declaration], ==, ids[definition]);
  g_assert_cmpuint (hs_table_type (merged, ids[pointer])->target, ==, ids[definition]);
  g_assert_cmpuint (hs_table_type (merged, ids[declaration])->kind, ==, HS_TYPE_CLASS);
  hs_table_free (merged);
}

static void
add (const char *path, void (*check) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, check, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/types/table/typedef-cycle", check_typedef_cycle);
  add ("/types/table/self-containing", check_self_containing);
  add ("/types/table/pointer-cycle", check_pointer_cycle);
  add ("/types/table/sizes", check_sizes);
  add ("/types/table/many-members", check_many_members);
  add ("/types/table/deep-chain", check_deep_chain);
  add ("/types/table/declaration", check_declaration);
  return g_test_run ();
}
