/* test-types.c - what is read from the DWARF of the victims types-c*.c and types-cxx.cc, in all its forms. */
#include "profiler/types/dump.h"
#include "tests/support/elf-modules.h"
#include "tests/victims/types-shared.h"

#include <gelf.h>
#include <stddef.h>

static const char *const C_VICTIMS[] = {
  "types-c4", "types-c5", "types-opt", "types-gz", "types-split4", "types-split5",
};
static const char *const CXX_VICTIMS[] = { "types-cxx4", "types-cxx5", "types-cxx-units" };

/* DWARF 5, 7.8 */
enum { DW_ATE_float = 4, DW_ATE_signed = 5 };

typedef struct {
  HsModules *modules;
  HsTypes *types;
  HsDiag *diag;
} Fixture;

static char *
victim_path (const char *name)
{
  return g_test_build_filename (G_TEST_BUILT, "..", "victims", name, NULL);
}

static void
read_with (Fixture *self, HsModules *modules, guint n_threads)
{
  HsTypesOptions options = { .no_cache = TRUE, .n_threads = n_threads };

  self->modules = modules;
  self->diag = hs_diag_new ();
  self->types = hs_types_new (modules, &options, self->diag);
  g_auto (GStrv) lines = hs_diag_lines (self->diag);
  for (guint i = 0; lines[i] != NULL; i++)
    g_test_message ("%s", lines[i]);
  g_assert_cmpuint (g_strv_length (lines), ==, 0);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *path = victim_path (data);

  read_with (self, elf_modules_new (path, NULL), 2);
}

static void
tear_down (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  hs_types_unref (self->types);
  hs_diag_unref (self->diag);
  elf_modules_free (self->modules);
}

/* The only struct, class, union or enum of that name. */
static HsTypeId
find_type (const Fixture *self, const char *name)
{
  HsTypeId found = 0;
  guint n;
  const HsTypeId *ids = hs_types_by_name (self->types, name, &n);

  for (guint i = 0; i < n; i++) {
    if (hs_types_get (self->types, ids[i])->kind == HS_TYPE_TYPEDEF)
      continue;
    g_assert_cmpuint (found, ==, 0);
    found = ids[i];
  }
  g_assert_cmpuint (found, !=, 0);
  return found;
}

static const HsMember *
find_member (const Fixture *self, HsTypeId id, const char *name)
{
  const HsType *type = hs_types_get (self->types, id);

  for (guint32 i = 0; i < type->n_members; i++)
    if (g_str_equal (hs_types_member (self->types, type, i)->name, name))
      return hs_types_member (self->types, type, i);
  g_error ("%s has no member %s", type->name, name);
}

static const HsVariable *
find_variable (const Fixture *self, const char *name)
{
  for (guint32 i = 0; i < self->types->n_variables; i++)
    if (g_str_equal (self->types->variables[i].name, name))
      return &self->types->variables[i];
  g_error ("there is no variable %s", name);
}

static void
assert_shown (const Fixture *self, HsTypeId id, const char *expected)
{
  g_autofree char *shown = hs_types_display (self->types, id);

  g_assert_cmpstr (shown, ==, expected);
}

static const char *
without_keyword (const char *shown)
{
  const char *space = strchr (shown, ' ');

  return space != NULL ? space + 1 : shown;
}

/* --- C */

static void
check_layout (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
#define CHECK(SHOWN, TYPE, MEMBER)                                                                                     \
  {                                                                                                                    \
    HsTypeId id = find_type (self, without_keyword (SHOWN));                                                           \
    const HsMember *member = find_member (self, id, #MEMBER);                                                          \
    assert_shown (self, id, SHOWN);                                                                                    \
    g_assert_cmpuint (hs_types_get (self->types, id)->size, ==, sizeof (TYPE));                                        \
    g_assert_cmpuint (member->offset, ==, offsetof (TYPE, MEMBER));                                                    \
    g_assert_cmpuint (member->bit_size, ==, 0);                                                                        \
  }
  SHARED_MEMBERS (CHECK)
#undef CHECK
}

/* The first bit that is set, counted from the start. */
static guint
first_bit (const struct bits *bits)
{
  const guint8 *bytes = (const guint8 *)bits;

  for (guint i = 0; i < 8 * sizeof *bits; i++)
    if ((bytes[i / 8] >> (i % 8) & 1) != 0)
      return i;
  g_assert_not_reached ();
}

static void
check_bits (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  HsTypeId id = find_type (self, "bits");

#define CHECK(FIELD, WIDTH)                                                                                            \
  {                                                                                                                    \
    const HsMember *member = find_member (self, id, #FIELD);                                                           \
    struct bits bits;                                                                                                  \
    memset (&bits, 0, sizeof bits);                                                                                    \
    bits.FIELD = -1;                                                                                                   \
    g_assert_cmpuint (member->bit_size, ==, WIDTH);                                                                    \
    g_assert_cmpuint (member->offset * 8 + member->bit_offset, ==, first_bit (&bits));                                 \
  }
  CHECK (a, 3)
  CHECK (b, 7)
  CHECK (c, 1)
  CHECK (d, 20)
  CHECK (e, 40)
  CHECK (f, 24)
#undef CHECK
}

static void
check_kinds (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  HsTypeId conn = find_type (self, "conn_t"), flexible = find_type (self, "flexible");
  const HsType *bytes = hs_types_get (self->types, find_member (self, flexible, "bytes")->type);
  const HsType *colour = hs_types_get (self->types, find_type (self, "colour"));
  const HsType *number = hs_types_get (self->types, find_member (self, flexible, "big")->type);
  const HsType *matrix = hs_types_get (self->types, find_member (self, conn, "matrix")->type);

  assert_shown (self, find_member (self, conn, "matrix")->type, "int[2][3][4]");
  g_assert_cmpuint (matrix->count, ==, 2);
  g_assert_cmpuint (matrix->size, ==, 96);
  g_assert_cmpuint (hs_types_get (self->types, matrix->target)->count, ==, 3);
  assert_shown (self, find_member (self, conn, "handler")->type, "void (*)(struct node *, int)");
  assert_shown (self, find_member (self, conn, "")->type, "union {...}");
  assert_shown (self, find_member (self, find_type (self, "node"), "back")->type, "struct node **");
  assert_shown (self, find_member (self, flexible, "bytes")->type, "char[]");
  g_assert_cmpuint (bytes->flags & HS_TYPE_FLAG_UNBOUNDED, !=, 0);
  g_assert_cmpuint (bytes->size, ==, 0);
  g_assert_cmpuint (number->encoding, ==, DW_ATE_float);
  g_assert_cmpuint (number->size, ==, 16);
  g_assert_cmpuint (colour->count, ==, 3);
  g_assert_cmpint (self->types->enumerators[colour->first_member].value, ==, -1);
  g_assert_cmpint (self->types->enumerators[colour->first_member + 2].value, ==, 1000000);
  g_assert_cmpuint (colour->encoding, ==, DW_ATE_signed);
  assert_shown (self, find_member (self, find_type (self, "holder"), "first")->type, "struct node *");
}

static HsTypeId
pointee (const Fixture *self, HsTypeId id)
{
  return hs_types_strip (self->types, hs_types_get (self->types, hs_types_strip (self->types, id))->target);
}

static void
check_identity (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint n;
  HsTypeId node = find_type (self, "node");
  HsTypeId hidden = pointee (self, find_member (self, node, "hidden")->type);
  HsTypeId nowhere = pointee (self, find_member (self, node, "nowhere")->type);
  const HsTypeId *pairs = hs_types_by_name (self->types, "pair_of_twins", &n);

  /* Declared here, defined in the other unit. */
  g_assert_cmpuint (hidden, ==, find_type (self, "hidden"));
  g_assert_cmpuint (hs_types_get (self->types, nowhere)->kind, ==, HS_TYPE_OPAQUE);
  assert_shown (self, nowhere, "struct nowhere");
  /* The same words with different twins behind them. */
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (pointee (self, find_member (self, pairs[0], "one")->type), !=,
                    pointee (self, find_member (self, pairs[1], "one")->type));
  hs_types_by_name (self->types, "twin", &n);
  g_assert_cmpuint (n, ==, 2);
  find_type (self, "same");
  find_type (self, "holder");
}

static guint64
symbol (const Fixture *self, const char *name, guint64 *size)
{
  Elf *elf = ((HsModule *)self->modules->modules->pdata[0])->elf;

  for (Elf_Scn *section = elf_nextscn (elf, NULL); section != NULL; section = elf_nextscn (elf, section)) {
    GElf_Shdr header;
    GElf_Sym sym;
    if (gelf_getshdr (section, &header) == NULL || header.sh_type != SHT_SYMTAB)
      continue;
    Elf_Data *data = elf_getdata (section, NULL);
    for (int i = 0; gelf_getsym (data, i, &sym) != NULL; i++)
      if (g_strcmp0 (elf_strptr (elf, header.sh_link, sym.st_name), name) == 0) {
        *size = sym.st_size;
        return sym.st_value;
      }
  }
  g_error ("there is no symbol %s", name);
}

static void
check_variables (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint64 size;
  const HsVariable *tls = find_variable (self, "current_node");

  g_assert_cmphex (find_variable (self, "holder")->address, ==, symbol (self, "holder", &size));
  assert_shown (self, find_variable (self, "holder")->type, "struct holder");
  assert_shown (self, find_variable (self, "connections")->type, "conn_t *[4]");
  g_assert_cmphex (find_variable (self, "origin")->address, ==, symbol (self, "origin", &size));
  assert_shown (self, find_variable (self, "locals_probe::calls")->type, "unsigned int");
  assert_shown (self, find_variable (self, "same_elsewhere::last")->type, "struct same *");
  g_assert_true (tls->tls);
  g_assert_cmpuint (tls->address, ==, symbol (self, "current_node", &size));
  g_assert_true (find_variable (self, "depth")->tls);
  g_assert_false (find_variable (self, "connections")->tls);
}

/* All locals anywhere in the function, as "function:name:type". */
static GHashTable *
all_locals (const Fixture *self, const char *function)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint64 size, start = symbol (self, function, &size);

  for (guint64 pc = start; pc < start + size; pc++) {
    g_autoptr (GArray) locals = hs_types_locals (self->types, self->modules->modules->pdata[0], pc);
    g_assert_nonnull (locals);
    for (guint i = 0; i < locals->len; i++) {
      const HsLocal *local = &g_array_index (locals, HsLocal, i);
      g_autofree char *shown = hs_types_display (self->types, local->type);
      g_assert_cmpuint (local->expression_size, >, 0);
      g_assert_cmpuint (local->frame_base_size, >, 0);
      g_assert_cmpint (local->is_parameter, ==,
                       g_str_equal (local->name, "list") || g_str_equal (local->name, "count")
                           || g_str_equal (local->name, "of") || g_str_equal (local->name, "more"));
      g_hash_table_add (found, g_strdup_printf ("%s:%s:%s", local->function, local->name, shown));
    }
  }
  return found;
}

static void
check_locals (Fixture *self, gconstpointer data)
{
  static const char *const EXPECTED[] = {
    "locals_probe:list:struct node *", "locals_probe:count:int",      "locals_probe:local:struct same",
    "locals_probe:connection:conn_t *", "locals_probe:total:int",     "locals_probe:at:struct node *",
    "locals_probe:inner:struct block_local", "inlined_sum:of:struct same *", "inlined_sum:more:int",
    "inlined_sum:sum:int",
  };
  g_autoptr (GHashTable) found = all_locals (self, "locals_probe");

  for (guint i = 0; i < G_N_ELEMENTS (EXPECTED); i++) {
    /* An optimiser may do without the copy of an argument. */
    if (g_str_equal (data, "types-opt") && g_str_has_prefix (EXPECTED[i], "inlined_sum:of"))
      continue;
    if (!g_hash_table_contains (found, EXPECTED[i]))
      g_error ("no %s", EXPECTED[i]);
  }
  g_assert_null (hs_types_locals (self->types, self->modules->modules->pdata[0], 1));
}

static void
check_first_parameter (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  const HsModule *module = self->modules->modules->pdata[0];
  guint64 size, start = symbol (self, "locals_probe", &size);
  g_autofree char *shown = hs_types_display (self->types, hs_types_first_parameter (self->types, module, start));

  g_assert_cmpstr (shown, ==, "struct node *");
  g_assert_cmpuint (hs_types_first_parameter (self->types, module, start + 1), ==, 0);
  g_assert_cmpuint (hs_types_first_parameter (self->types, module, 1), ==, 0);
}

static gboolean
takes (const Fixture *self, const GArray *takes, guint parameter, const char *type, gint64 behind)
{
  for (guint i = 0; i < takes->len; i++) {
    const HsTake *take = &g_array_index (takes, HsTake, i);
    g_autofree char *shown = hs_types_display (self->types, take->type);
    if (take->parameter == parameter && g_str_equal (shown, type) && take->behind == behind)
      return take->sure;
  }
  return FALSE;
}

static void
check_takes (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  const HsModule *module = self->modules->modules->pdata[0];
  guint64 size, start = symbol (self, "takes_probe", &size);
  g_autoptr (GArray) found = hs_types_takes (self->types, module, start);

  g_assert_nonnull (found);
  g_assert_true (takes (self, found, 0, "struct node", 0));
  g_assert_true (takes (self, found, 1, "struct bits", 0));
  g_assert_true (takes (self, found, 1, "struct holder", -(gint64)offsetof (struct holder, bits)));
  g_assert_cmpuint (found->len, ==, 3);
  g_assert_null (hs_types_takes (self->types, module, start + 1));
  g_assert_null (hs_types_takes (self->types, module, 1));
}

/* In code that is not optimised nothing says that a variable has the value of a parameter. */
static void
check_takes_plain (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint64 size, start = symbol (self, "plain_probe", &size);
  g_autoptr (GArray) found = hs_types_takes (self->types, self->modules->modules->pdata[0], start);

  g_assert_nonnull (found);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_true (takes (self, found, 1, "struct bits", 0));
  const HsTake *first = &g_array_index (found, HsTake, 1);
  g_autofree char *shown = hs_types_display (self->types, first->type);
  g_assert_cmpstr (shown, ==, "struct node");
  g_assert_cmpuint (first->parameter, ==, HS_MAX_TAKEN);
  g_assert_false (first->sure);
}

/* --- C++ */

static void
check_cxx_layout (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  HsTypeId session = find_type (self, "net::Session"), left = find_type (self, "net::Left");
  const HsMember *base = find_member (self, left, "");
  const HsMember *flag = find_member (self, find_type (self, "net::Session::Inner"), "flag");

  assert_shown (self, session, "net::Session");
  g_assert_cmpuint (base->flags, ==, HS_MEMBER_BASE | HS_MEMBER_VIRTUAL_BASE);
  g_assert_cmpuint (base->type, ==, find_type (self, "net::Base"));
  g_assert_cmpuint (find_member (self, session, "")->flags, ==, HS_MEMBER_BASE);
  g_assert_cmpuint (find_member (self, find_type (self, "net::Base"), "_vptr.Base")->offset, ==, 0);
  g_assert_cmpuint (flag->bit_size, ==, 1);
  g_assert_cmpuint (hs_types_get (self->types, find_member (self, session, "field")->type)->size, ==, 8);
  g_assert_cmpuint (hs_types_get (self->types, find_member (self, session, "method")->type)->size, ==, 16);
  g_assert_cmpuint (hs_types_get (self->types, find_member (self, session, "self")->type)->kind, ==, HS_TYPE_REFERENCE);
  assert_shown (self, find_member (self, session, "self")->type, "net::Session &");
  g_assert_cmpuint (hs_types_get (self->types, find_type (self, "net::State"))->size, ==, 2);
  g_assert_cmpuint (hs_types_get (self->types, find_type (self, "net::Ring<short int, 5>"))->size, ==, 24);
  find_type (self, "main::Local");
  find_type (self, "(anonymous namespace)::Hidden");
}

static void
check_cxx_names (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const NAMES[][2] = {
    { "std::map<unsigned long, std::vector<int, std::allocator<int>>, std::less<unsigned long>,"
      "std::allocator<std::pair<unsigned long const, std::vector<int, std::allocator<int>>>>>",
      "std::map<unsigned long, std::vector<int>>" },
    { "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::basic_string<char>" },
    { "net::Ring<net::Session*, 3>", "net::Ring<net::Session *, 3ul>" },
  };
  guint n;

  for (guint i = 0; i < G_N_ELEMENTS (NAMES); i++) {
    const HsTypeId *full = hs_types_by_cxx_name (self->types, NAMES[i][0], &n);
    g_assert_cmpuint (n, >=, 1);
    g_assert_true (full == hs_types_by_cxx_name (self->types, NAMES[i][1], &n));
  }
  g_assert_null (hs_types_by_cxx_name (self->types, "std::basic_string<wchar_t>", &n));
  g_assert_cmpuint (n, ==, 0);
}

static void
check_cxx_variables (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  guint64 size;

  g_assert_cmphex (find_variable (self, "net::Session::latest")->address, ==,
                   symbol (self, "_ZN3net7Session6latestE", &size));
  assert_shown (self, find_variable (self, "net::Session::latest")->type, "net::Session *");
  assert_shown (self, find_variable (self, "ring")->type, "net::Ring<net::Session*, 3>");
  assert_shown (self, find_variable (self, "(anonymous namespace)::hidden")->type, "(anonymous namespace)::Hidden");
  find_variable (self, "net::Ring<net::Session*, 3>::count::calls");
}

/* --- all of them */

static void
check_threads (Fixture *self, gconstpointer data)
{
  g_autofree char *path = victim_path (data);
  Fixture other = { 0 };

  read_with (&other, elf_modules_new (path, NULL), 1);
  GString *one = hs_types_dump (other.types), *two = hs_types_dump (self->types);
  g_assert_cmpstr (one->str, ==, two->str);
  g_string_free (one, TRUE);
  g_string_free (two, TRUE);
  tear_down (&other, NULL);
}

/* Types of two modules that are equal are one. */
static void
test_modules (void)
{
  g_autofree char *first = victim_path ("types-c4"), *second = victim_path ("types-split5");
  Fixture self = { 0 };
  guint n;

  read_with (&self, elf_modules_new (first, second, NULL), 2);
  g_assert_cmpuint (self.types->n_read, ==, 2);
  find_type (&self, "holder");
  find_type (&self, "conn_t");
  hs_types_by_name (self.types, "twin", &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (self.types->variables[self.types->n_variables - 1].module, ==, 1);
  tear_down (&self, NULL);
}

static void
test_nothing (void)
{
  g_autofree char *path = victim_path ("types-c4");
  Fixture self = { .modules = elf_modules_new (path, NULL), .diag = hs_diag_new () };

  ((HsModule *)self.modules->modules->pdata[0])->debug = NULL;
  self.types = hs_types_new (self.modules, NULL, self.diag);
  g_assert_cmpuint (self.types->n_types, ==, 1);
  g_assert_cmpuint (self.types->n_read, ==, 0);
  assert_shown (&self, 0, "void");
  tear_down (&self, NULL);
}

typedef void (*Check) (Fixture *, gconstpointer);

static void
add (const char *name, const char *victim, Check check)
{
  g_autofree char *path = g_strdup_printf ("/types/%s/%s", name, victim);

  g_test_add (path, Fixture, victim, set_up, check, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (C_VICTIMS); i++) {
    add ("layout", C_VICTIMS[i], check_layout);
    add ("bits", C_VICTIMS[i], check_bits);
    add ("kinds", C_VICTIMS[i], check_kinds);
    add ("identity", C_VICTIMS[i], check_identity);
    add ("variables", C_VICTIMS[i], check_variables);
    add ("locals", C_VICTIMS[i], check_locals);
    add ("first-parameter", C_VICTIMS[i], check_first_parameter);
    add ("takes", C_VICTIMS[i], check_takes);
    add ("takes-plain", C_VICTIMS[i], check_takes_plain);
    add ("threads", C_VICTIMS[i], check_threads);
  }
  for (guint i = 0; i < G_N_ELEMENTS (CXX_VICTIMS); i++) {
    add ("layout", CXX_VICTIMS[i], check_cxx_layout);
    add ("names", CXX_VICTIMS[i], check_cxx_names);
    add ("variables", CXX_VICTIMS[i], check_cxx_variables);
    add ("threads", CXX_VICTIMS[i], check_threads);
  }
  g_test_add_func ("/types/modules", test_modules);
  g_test_add_func ("/types/nothing", test_nothing);
  return g_test_run ();
}
