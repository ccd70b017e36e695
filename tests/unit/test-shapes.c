/* test-shapes.c - how programs keep things: deques, maps in maps, tagged unions with arrays in them, an allocator's words before
 * each object, keys at the end of a table's entries, names. */
#include "profiler/inference/naming.h"
#include "tests/support/fake-program.h"

#define MANY 32

/* --- C++ --- */

#define DEQUE "std::_Deque_base<leaf*, std::allocator<leaf*> >"

/* A deque of three nodes of 64 pointers; in the first the elements from @first on are in use, in the third those before @last.
 * What is before, behind, and in the unused places of the map was left there. */
static void
make_deque (Program *self, HsAddr node[3], HsAddr used[4], HsAddr stale[4], guint64 first, guint64 last, guint n_nodes)
{
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf), to_elements = fake_pointer (self->fake, to_leaf);
  HsTypeId base = fake_struct (self->fake, DEQUE, 80), outer, to_outer = program_record (self, "queue", 96, &outer);
  HsAddr queue = program_block (self, 96), map = program_block (self, 64);
  static const char *const MEMBERS[] = { "_M_start._M_cur", "_M_start._M_first", "_M_start._M_last", "_M_start._M_node",
                                         "_M_finish._M_cur", "_M_finish._M_first", "_M_finish._M_last", "_M_finish._M_node" };

  fake_member (self->fake, base, "_M_map", fake_pointer (self->fake, to_elements), 0);
  fake_member (self->fake, base, "_M_map_size", self->number, 8);
  for (guint i = 0; i < 8; i++)
    fake_member (self->fake, base, MEMBERS[i], i % 4 == 3 ? fake_pointer (self->fake, to_elements) : to_elements, 16 + 8 * i);
  fake_member (self->fake, outer, "n", self->number, 0);
  fake_member (self->fake, outer, "deque", base, 8);
  program_store (self, queue + 8, map);
  program_store (self, queue + 16, 8);
  program_store (self, map, PROGRAM_NOWHERE);
  program_store (self, map + 56, PROGRAM_NOWHERE + 8);
  for (guint i = 0; i < 3; i++) {
    program_store (self, map + 16 + 8 * i, node[i] = program_block (self, 512));
    program_store (self, node[i] + 520, PROGRAM_NOWHERE); /* behind the block */
  }
  for (guint i = 0; i < 4; i++) {
    program_store (self, node[0] + 8 * (60 + i), used[i] = program_leaf (self));
    program_store (self, node[0] + 8 * i, stale[i] = program_block (self, 40));
    program_store (self, node[2] + 8 * (10 + i), stale[i]);
  }
  for (guint i = 0; i < 2; i++) {
    HsAddr iterator = queue + 24 + 32 * i, of = node[i * (n_nodes - 1)];
    program_store (self, iterator, of + 8 * (i == 0 ? first : last));
    program_store (self, iterator + 8, of);
    program_store (self, iterator + 16, of + 512);
    program_store (self, iterator + 24, map + 16 + 8 * i * (n_nodes - 1));
  }
  program_variable (self, to_outer, queue);
  program_infer (self);
  program_check (self, map, "struct leaf **[]", HS_LEVEL_B);
  program_infer_again (self);
}

static void
test_deque (Program *self, gconstpointer size)
{
  HsAddr node[3], used[4], stale[4];

  make_deque (self, node, used, stale, 60, 4, 3);
  for (guint i = 0; i < 3; i++)
    program_check (self, node[i], "struct leaf *[]", HS_LEVEL_B);
  for (guint i = 0; i < 4; i++) {
    program_check (self, used[i], "struct leaf", HS_LEVEL_B);
    program_check_below (self, stale[i], HS_LEVEL_C);
  }
}

/* It ends before it begins, and begins behind its node: nothing is in use, and nothing outside of the block is read. */
static void
test_deque_backwards (Program *self, gconstpointer size)
{
  HsAddr node[3], used[4], stale[4];

  make_deque (self, node, used, stale, 1 << 20, 0, 1);
  program_check (self, node[0], "struct leaf *[]", HS_LEVEL_B);
  for (guint i = 0; i < 4; i++) {
    program_check_below (self, used[i], HS_LEVEL_C);
    program_check_below (self, stale[i], HS_LEVEL_C);
  }
}

/* A map whose values hold maps: the innermost class around a pointer says whose nodes it leads to. */
static void
test_nested_map (Program *self, gconstpointer size)
{
  HsTypeId base, to_base = program_record (self, "std::_Rb_tree_node_base", 32, &base), node, inner_node;
  HsTypeId value = fake_struct (self->fake, "std::pair<int const, Outer>", 64), inner = fake_struct (self->fake, "std::pair<int const, long>", 16);
  HsTypeId tree = fake_struct (self->fake, "std::_Rb_tree<int, std::pair<int const, long>, std::less<int> >", 48);
  HsTypeId outer_tree = fake_struct (self->fake, "std::_Rb_tree<int, std::pair<int const, Outer>, std::less<int> >", 48);
  HsAddr map = program_block (self, 48), outer = program_block (self, 96), block[3];

  node = fake_struct (self->fake, "std::_Rb_tree_node<std::pair<int const, Outer> >", 96);
  inner_node = fake_struct (self->fake, "std::_Rb_tree_node<std::pair<int const, long> >", 48);
  fake_member (self->fake, base, "_M_color", self->word, 0);
  fake_member (self->fake, base, "_M_parent", to_base, 8);
  fake_member (self->fake, base, "_M_left", to_base, 16);
  fake_member (self->fake, base, "_M_right", to_base, 24);
  fake_member (self->fake, inner, "first", self->word, 0);
  fake_member (self->fake, inner, "second", self->number, 8);
  fake_member (self->fake, tree, "_M_header", base, 8);
  fake_member (self->fake, tree, "_M_node_count", self->number, 40);
  fake_member (self->fake, outer_tree, "_M_header", base, 8);
  fake_member (self->fake, outer_tree, "_M_node_count", self->number, 40);
  fake_member (self->fake, value, "first", self->word, 0);
  fake_member (self->fake, value, "second", tree, 16);
  fake_base_class (self->fake, node, base, 0);
  fake_member (self->fake, node, "_M_value", value, 32);
  fake_base_class (self->fake, inner_node, base, 0);
  fake_member (self->fake, inner_node, "_M_value", inner, 32);
  for (guint i = 0; i < 3; i++)
    block[i] = program_block (self, 48);
  program_store (self, map + 16, outer);
  program_store (self, map + 40, 1);
  program_store (self, outer + 8, map + 8);
  for (guint i = 0; i < 3; i++)
    program_store (self, outer + 64 + 8 * i, block[i]);
  program_variable (self, fake_pointer (self->fake, outer_tree), map);
  program_infer (self);
  program_check_type (self, outer, node, HS_FORM_WHOLE, HS_LEVEL_B);
  for (guint i = 0; i < 3; i++)
    program_check_type (self, block[i], inner_node, HS_FORM_WHOLE, HS_LEVEL_B);
}

/* --- unions --- */

enum { TEXT, LEAVES, WIDE, EMPTY, KINDS };

/* Values that are text, an array of pointers to leaves, wide text, or an array of which nothing is set, by a tag. */
static void
test_union (Program *self, gconstpointer size)
{
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf), other, to_other = program_record (self, "other", 56, &other);
  HsTypeId value, to_value = program_record (self, "value", 24, &value), tags = fake_enum (self->fake, "tag", 0, KINDS);
  HsTypeId any = fake_type (self->fake, HS_TYPE_UNION, "any", 8, 0);
  HsAddr block[KINDS][MANY], last = 0;

  fake_member (self->fake, other, "to", to_other, 0);
  fake_member (self->fake, other, "a", self->real, 8);
  fake_member (self->fake, other, "b", self->real, 16);
  fake_member (self->fake, any, "text", fake_pointer (self->fake, self->character), 0);
  fake_member (self->fake, any, "leaves", fake_pointer (self->fake, to_leaf), 0);
  fake_member (self->fake, any, "others", fake_pointer (self->fake, to_other), 0);
  fake_member (self->fake, any, "wide", fake_pointer (self->fake, self->word), 0);
  fake_member (self->fake, value, "next", to_value, 0);
  fake_member (self->fake, value, "tag", tags, 8);
  fake_member (self->fake, value, "any", any, 16);
  for (guint i = 0; i < KINDS * MANY; i++) {
    HsAddr owner = program_block (self, 24), to = block[i % KINDS][i / KINDS] = program_block (self, 64);
    for (guint k = 0; k < 6 && i % KINDS == LEAVES; k++)
      program_store (self, to + 8 * k, program_leaf (self));
    for (guint k = 0; k < 12 && i % KINDS == WIDE; k++)
      program_store32 (self, to + 4 * k, 'a' + k);
    if (i % KINDS == TEXT)
      program_text (self, to, "what it says");
    program_store (self, owner, last);
    program_store32 (self, owner + 8, i % KINDS);
    program_store (self, owner + 16, to);
    last = owner;
  }
  program_variable (self, to_value, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++) {
    program_check (self, block[TEXT][i], "char[]", HS_LEVEL_C);
    program_check (self, block[LEAVES][i], "struct leaf *[]", HS_LEVEL_C);
    program_check (self, block[WIDE][i], "int[]", HS_LEVEL_C);
    program_check_below (self, block[EMPTY][i], HS_LEVEL_C);
  }
  program_infer_again (self);
}

/* --- behind what an allocator keeps --- */

enum { PREFIXED = 80 };

/* What a list leads to is behind a link to what was made before it, of whatever kind: objects, typed and not, numbers, pointers,
 * text. */
static void
test_prefix (Program *self, gconstpointer size)
{
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf), list, to_list = program_record (self, "list", 56, &list);
  HsTypeId name, to_name = program_record (self, "name", 8, &name);
  HsAddr of_leaf[PREFIXED], of_any[PREFIXED], of_numbers[PREFIXED], of_pointers[PREFIXED], of_text[PREFIXED], last = 0, link = 0;

  fake_mentions (self->fake, leaf, 16);
  fake_member (self->fake, name, "next", to_name, 0); /* a name would fit the text as well */
  fake_member (self->fake, name, "text", fake_array (self->fake, self->character, 0), 8);
  fake_member (self->fake, list, "next", to_list, 0);
  fake_member (self->fake, list, "leaf", to_leaf, 8);
  fake_member (self->fake, list, "data", self->any, 16);
  fake_member (self->fake, list, "numbers", fake_pointer (self->fake, self->number), 24);
  fake_member (self->fake, list, "leaves", fake_pointer (self->fake, to_leaf), 32);
  fake_member (self->fake, list, "text", fake_pointer (self->fake, self->character), 40);
  fake_member (self->fake, list, "n", self->number, 48);
  for (guint i = 0; i < PREFIXED; i++) {
    HsAddr owner = program_block (self, 56);
    HsAddr *all[] = { &of_leaf[i], &of_any[i], &of_numbers[i], &of_pointers[i], &of_text[i] };
    gsize bytes[] = { 40, 40, 32, 64, 24 };
    for (guint k = 0; k < G_N_ELEMENTS (all); k++) {
      *all[k] = program_block (self, 8 + bytes[k]);
      program_store (self, *all[k], link);
      program_store (self, owner + 8 + 8 * k, *all[k] + 8);
      link = *all[k];
    }
    for (guint k = 0; k < 2; k++) {
      program_store (self, *all[k] + 8, *all[k] + 8);
      program_store (self, *all[k] + 16, of_leaf[i] + 8);
      program_store (self, *all[k] + 24, i);
    }
    program_store (self, of_numbers[i] + 8, 1000 + i);
    program_store (self, of_pointers[i] + 8, of_leaf[i] + 8);
    program_store (self, of_pointers[i] + 16, of_leaf[i / 2] + 8);
    program_text (self, of_text[i] + 8, "some text");
    program_store (self, of_text[i], i > 0 ? of_text[i - 1] : 0); /* like a name's */
    program_store (self, owner, last);
    program_store (self, owner + 48, i);
    last = owner;
  }
  program_variable (self, to_list, last);
  program_infer (self);
  for (guint i = 0; i < PREFIXED; i++) {
    program_check_type (self, of_leaf[i], leaf, HS_FORM_BEHIND, HS_LEVEL_C);
    program_check_type (self, of_any[i], leaf, HS_FORM_BEHIND, HS_LEVEL_C);
    program_check (self, of_numbers[i], "long[]", HS_LEVEL_C);
    program_check (self, of_pointers[i], "struct leaf *[]", HS_LEVEL_C);
    program_check (self, of_text[i], "char[]", HS_LEVEL_C);
  }
}

/* --- text --- */

/* A table whose keys stand at the end of its entries, and strings behind two pointers of which the program says nothing. */
static void
test_key (Program *self, gconstpointer size)
{
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf), entry, to_entry = program_record (self, "entry", 24, &entry);
  HsTypeId place, to_place = program_record (self, "place", 24, &place);
  HsAddr of_entry[MANY], of_leaf[MANY], odd[MANY], last = 0;

  fake_member (self->fake, entry, "leaf", to_leaf, 0);
  fake_member (self->fake, entry, "n", self->number, 8);
  fake_member (self->fake, entry, "flags", self->byte, 16);
  fake_member (self->fake, entry, "key", fake_array (self->fake, self->character, 1), 17);
  fake_member (self->fake, place, "next", to_place, 0);
  fake_member (self->fake, place, "key", fake_pointer (self->fake, self->character), 8);
  fake_member (self->fake, place, "odd", fake_pointer (self->fake, self->character), 16);
  (void)to_entry;
  for (guint i = 0; i < MANY; i++) {
    HsAddr owner = program_block (self, 24);
    of_entry[i] = program_block (self, 24 + 8 * (i % 4));
    odd[i] = program_block (self, 40);
    program_store (self, of_entry[i], of_leaf[i] = program_leaf (self));
    program_store (self, of_entry[i] + 8, i);
    program_text (self, of_entry[i] + 17, "key");
    program_store (self, odd[i], of_leaf[i]);
    program_store (self, odd[i] + 8, owner);
    program_text (self, odd[i] + 16, "odd text");
    program_store (self, owner, last);
    program_store (self, owner + 8, of_entry[i] + 17);
    program_store (self, owner + 16, odd[i] + 16);
    last = owner;
  }
  program_variable (self, to_place, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++) {
    program_check (self, of_entry[i], "struct entry", HS_LEVEL_C);
    program_check (self, of_leaf[i], "struct leaf", HS_LEVEL_C);
    program_check_below (self, odd[i], HS_LEVEL_C);
  }
}

/* --- names --- */

static void
check_share (const char *type, const char *name, const char *owner, double share)
{
  guint longest = 0;

  g_assert_cmpfloat_with_epsilon (hs_naming_share (type, name, owner, &longest), share, 0.01);
}

static void
test_names (void)
{
  check_share ("_CHANNEL_SETUP_REC", "setupchannels", NULL, 1);
  check_share ("Signal", "signals", NULL, 1);
  check_share ("HISTORY_REC", "histories", NULL, 1);
  check_share ("LogTemplateElem", "elems", NULL, 4.0 / 15);
  check_share ("COMMAND_MODULE_REC", "modules", "COMMAND_REC", 1); /* the owner's words say nothing */
  check_share ("LogTemplate", "compiled_template", "_LogTemplate", 0);
  check_share ("app::Session<int>", "sessions", NULL, 1);
  check_share ("BAN_REC", "urban", NULL, 0); /* a short word has to begin one */
  check_share ("BAN_REC", "banlist", NULL, 1);
  check_share ("DATA_REC", "data", NULL, 0); /* so is everything */
  check_share ("", "", NULL, 0);
  g_autofree char *name = g_strnfill (100000, 'a'); /* the target's to choose */
  check_share (name, name, NULL, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program_add ("/shapes/deque", test_deque, 0);
  program_add ("/shapes/deque-backwards", test_deque_backwards, 0);
  program_add ("/shapes/nested-map", test_nested_map, 0);
  program_add ("/shapes/union", test_union, 0);
  program_add ("/shapes/prefix", test_prefix, 0);
  program_add ("/shapes/key", test_key, 0);
  g_test_add_func ("/shapes/names", test_names);
  return g_test_run ();
}
