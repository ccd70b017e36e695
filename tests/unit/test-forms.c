/* test-forms.c - objects that are not simply one T in a block: behind a prefix, cut short, with a payload, not wholly
 * initialised, in arrays that are not full, nodes of C++ containers; and what happens where pointers disagree. */
#include "tests/support/fake-program.h"

#define MANY 96

/* A pointer to a struct of that name and size, which has no members yet. */
static HsTypeId
record (Program *self, const char *name, guint64 size, HsTypeId *id)
{
  *id = fake_struct (self->fake, name, size);
  return fake_pointer (self->fake, *id);
}

/* struct item: a list; 40 bytes. */
static HsTypeId
add_item_type (Program *self, HsTypeId *item)
{
  HsTypeId to_item = record (self, "item", 40, item);

  fake_member (self->fake, *item, "next", to_item, 0);
  fake_member (self->fake, *item, "name", fake_pointer (self->fake, self->character), 8);
  fake_member (self->fake, *item, "count", self->number, 16);
  fake_member (self->fake, *item, "peer", to_item, 24);
  fake_member (self->fake, *item, "weight", self->number, 32);
  return to_item;
}

static HsAddr
add_text (Program *self, guint i)
{
  g_autofree char *text = g_strdup_printf ("the name of number %u", i);
  HsAddr address = program_block (self, strlen (text) + 1);

  program_text (self, address, text);
  return address;
}

/* struct owner: a list of what leads to a @value. */
static HsTypeId
add_owner_type (Program *self, HsTypeId value, HsTypeId *owner)
{
  HsTypeId to_owner = record (self, "owner", 16, owner);

  fake_member (self->fake, *owner, "next", to_owner, 0);
  fake_member (self->fake, *owner, "value", value, 8);
  return to_owner;
}

static HsAddr
add_owner (Program *self, HsAddr next, HsAddr value)
{
  HsAddr owner = program_block (self, 16);

  program_store (self, owner, next);
  program_store (self, owner + 8, value);
  return owner;
}

static guint32
index_of (const Program *self, HsAddr address)
{
  return hs_blocks_at (self->heap->blocks, address);
}

/* --- behind a prefix --- */

/* The program's own allocator keeps the size in front of every object. */
static void
test_behind (Program *self, gconstpointer size)
{
  HsTypeId item, to_item = add_item_type (self, &item), owner, to_owner = add_owner_type (self, to_item, &owner);
  HsAddr block[MANY], last = 0;

  for (guint i = 0; i < MANY; i++) {
    HsAddr name = add_text (self, i);
    block[i] = program_block (self, 8 + 40);
    last = add_owner (self, last, block[i] + 8);
    program_store (self, block[i], 40);
    program_store (self, block[i] + 8, i > 0 ? block[i - 1] + 8 : 0);
    program_store (self, block[i] + 16, name);
    program_store (self, block[i] + 24, i);
    program_store (self, block[i] + 32, i > 5 ? block[i - 5] + 8 : 0);
  }
  program_variable (self, to_owner, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++)
    program_check_type (self, block[i], item, HS_FORM_BEHIND, HS_LEVEL_C);
  g_assert_cmpuint (hs_reasons_get (self->inference->reasons, self->inference->reason[index_of (self, block[9])])->distance, ==, 8);
  program_infer_again (self);
}

/* --- lengths --- */

/* Nodes of which only what is in use was asked for: the type says more. Once some have shown it, it holds for all. */
static void
test_cut_short (Program *self, gconstpointer size)
{
  HsTypeId node, to_node = record (self, "node", 96, &node);
  HsAddr block[MANY];

  fake_member (self->fake, node, "level", self->number, 0);
  for (guint i = 0; i < 11; i++)
    fake_member (self->fake, node, "forward", to_node, 8 + 8 * i);
  for (guint i = 0; i < MANY; i++) {
    guint levels = 5 + i % 3; /* usable are 56 or 72 bytes */
    block[i] = program_block (self, 8 + 8 * levels);
    program_store (self, block[i], levels);
    for (guint k = 0; k < levels; k++)
      program_store (self, block[i] + 8 + 8 * k, i > k ? block[i - k - 1] : 0);
  }
  for (guint i = 0; i < 6; i++)
    program_variable (self, to_node, block[MANY - 1 - i]);
  program_infer (self);
  for (guint i = 0; i < MANY; i++)
    program_check_type (self, block[i], node, HS_FORM_TRUNCATED, HS_LEVEL_C);
}

/* A header, and as many bytes behind it as one of its members says; a void * leads to them, so that a size is needed. */
static void
test_payload (Program *self, gconstpointer size)
{
  HsTypeId message, to_message = record (self, "message", 24, &message);
  HsAddr block[MANY];

  fake_member (self->fake, message, "next", to_message, 0);
  fake_member (self->fake, message, "length", self->number, 8);
  fake_member (self->fake, message, "sent", self->number, 16);
  for (guint i = 0; i < MANY; i++) {
    guint length = 24 + i * 37 % 200;
    block[i] = program_block (self, 24 + length);
    program_store (self, block[i], i > 0 ? block[i - 1] : 0);
    program_store (self, block[i] + 8, length);
    memset (self->bytes + (block[i] + 24 - PROGRAM_HEAP), 0x90 + i, length);
  }
  program_variable (self, to_message, block[MANY - 1]);
  program_infer (self);
  for (guint i = 0; i < MANY; i++)
    program_check_type (self, block[i], message, HS_FORM_TAIL, HS_LEVEL_C);
}

/* An array of objects, of which the owner says how many are in use; what is behind them was left there by others. */
static void
test_counted_objects (Program *self, gconstpointer size)
{
  HsTypeId item, to_item = add_item_type (self, &item), vector, to_vector = record (self, "vector", 24, &vector);
  HsAddr array[MANY], last = 0;

  fake_member (self->fake, vector, "next", to_vector, 0);
  fake_member (self->fake, vector, "items", to_item, 8);
  fake_member (self->fake, vector, "used", self->word, 16);
  for (guint i = 0; i < MANY; i++) {
    HsAddr owner = program_block (self, 24);
    guint used = 5 + i % 3;
    array[i] = program_block (self, 8 * 40);
    for (guint k = 0; k < used; k++)
      program_store (self, array[i] + 40 * k, i > 0 ? array[i - 1] : 0);
    memset (self->bytes + (array[i] + 40 * used - PROGRAM_HEAP), 0x5b, 40 * (8 - used));
    program_store (self, owner, last);
    program_store (self, owner + 8, array[i]);
    program_store32 (self, owner + 16, used);
    last = owner;
  }
  program_variable (self, to_vector, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++)
    program_check_type (self, array[i], item, HS_FORM_ARRAY, HS_LEVEL_C);
}

/* The same with an array of pointers. @told: the owner says how many there are. */
static void
counted_pointers (Program *self, gboolean told)
{
  HsTypeId item, to_item = add_item_type (self, &item), to_items = fake_pointer (self->fake, to_item);
  HsTypeId vector, to_vector = record (self, "vector", 24, &vector);
  HsAddr array[MANY], leaf[MANY], last = 0;

  fake_member (self->fake, vector, "next", to_vector, 0);
  fake_member (self->fake, vector, "items", to_items, 8);
  fake_member (self->fake, vector, "used", self->word, 16);
  fake_member (self->fake, vector, "room", self->word, 20);
  for (guint i = 0; i < MANY; i++) {
    HsAddr owner = program_block (self, 24);
    guint used = 2 + i % 5;
    array[i] = program_block (self, 16 * 8);
    leaf[i] = program_block (self, 40);
    for (guint k = 0; k < 16; k++)
      program_store (self, array[i] + 8 * k, k < used ? leaf[k % 2 ? i : 0] : PROGRAM_NOWHERE + 8 * k);
    program_store (self, owner, last);
    program_store (self, owner + 8, array[i]);
    program_store32 (self, owner + 16, told ? used : 77);
    last = owner;
  }
  program_variable (self, to_vector, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++) {
    program_check (self, array[i], told ? "struct item *[]" : NULL, told ? HS_LEVEL_C : HS_LEVEL_NONE);
    program_check (self, leaf[i], "struct item", HS_LEVEL_C); /* without it the array at least begins with them */
  }
}

static void
test_counted_pointers (Program *self, gconstpointer size)
{
  counted_pointers (self, TRUE);
}

static void
test_uncounted_pointers (Program *self, gconstpointer size)
{
  counted_pointers (self, FALSE);
}

/* --- members that nobody sets --- */

/* A void * to objects in which one pointer was never set in many. */
static void
test_weak_member (Program *self, gconstpointer size)
{
  HsTypeId owner, to_owner = record (self, "owner", 24, &owner), conn, to_conn = record (self, "conn", 64, &conn), scratch;
  HsAddr block[2 * MANY], last = 0;

  fake_member (self->fake, owner, "next", to_owner, 0);
  fake_member (self->fake, owner, "value", self->any, 16);
  fake_member (self->fake, conn, "home", to_owner, 0);
  fake_member (self->fake, conn, "peer", to_conn, 8);
  fake_member (self->fake, conn, "name", fake_pointer (self->fake, self->character), 16);
  fake_member (self->fake, conn, "scratch", record (self, "scratch", 72, &scratch), 24);
  fake_member (self->fake, conn, "count", self->number, 32);
  for (guint i = 0; i < 2 * MANY; i++) {
    HsAddr name = add_text (self, i), home = program_block (self, 24);
    block[i] = program_block (self, 64);
    program_store (self, home, last);
    program_store (self, home + 16, block[i]);
    program_store (self, block[i], home);
    program_store (self, block[i] + 8, block[i / 3 * 3]);
    program_store (self, block[i] + 16, name);
    program_store (self, block[i] + 24, i % 3 != 0 ? PROGRAM_NOWHERE + i : 0);
    program_store (self, block[i] + 32, i);
    last = home;
  }
  program_variable (self, to_owner, last);
  program_infer (self);
  for (guint i = 0; i < 2 * MANY; i++)
    program_check_type (self, block[i], conn, HS_FORM_WHOLE, HS_LEVEL_C);
}

/* --- C++ --- */

/* std::map: the map's header and all nodes know of _Rb_tree_node_base alone. */
static void
test_map (Program *self, gconstpointer size)
{
  static const char BASE[] = "std::_Rb_tree_node_base", VALUE[] = "std::pair<int const, long>";
  HsTypeId base, to_base = record (self, BASE, 32, &base), node, value = fake_struct (self->fake, VALUE, 16);
  HsTypeId tree = fake_struct (self->fake, "std::_Rb_tree<int, std::pair<int const, long>, std::_Select1st<std::pair<int const, "
                                           "long> >, std::less<int>, std::allocator<std::pair<int const, long> > >", 48);
  HsAddr block[MANY], map = program_block (self, 48);

  node = fake_struct (self->fake, "std::_Rb_tree_node<std::pair<int const, long> >", 48);
  fake_member (self->fake, base, "_M_color", self->word, 0);
  fake_member (self->fake, base, "_M_parent", to_base, 8);
  fake_member (self->fake, base, "_M_left", to_base, 16);
  fake_member (self->fake, base, "_M_right", to_base, 24);
  fake_member (self->fake, value, "first", self->word, 0);
  fake_member (self->fake, value, "second", self->number, 8);
  fake_base_class (self->fake, node, base, 0);
  fake_member (self->fake, node, "_M_value", value, 32);
  fake_member (self->fake, tree, "_M_header", base, 8);
  fake_member (self->fake, tree, "_M_node_count", self->number, 40);
  for (guint i = 0; i < MANY; i++)
    block[i] = program_block (self, 48);
  for (guint i = 0; i < MANY; i++) {
    program_store32 (self, block[i], i % 2);
    program_store (self, block[i] + 8, i == 0 ? map + 8 : block[(i - 1) / 2]);
    program_store (self, block[i] + 16, 2 * i + 1 < MANY ? block[2 * i + 1] : 0);
    program_store (self, block[i] + 24, 2 * i + 2 < MANY ? block[2 * i + 2] : 0);
    program_store32 (self, block[i] + 32, i);
  }
  program_store (self, map + 16, block[0]);
  program_store (self, map + 24, block[MANY / 2]);
  program_store (self, map + 32, block[MANY - 1]);
  program_store (self, map + 40, MANY);
  program_variable (self, fake_pointer (self->fake, tree), map);
  program_infer (self);
  program_check_type (self, map, tree, HS_FORM_WHOLE, HS_LEVEL_B);
  for (guint i = 0; i < MANY; i++)
    program_check_type (self, block[i], node, HS_FORM_WHOLE, HS_LEVEL_B);
}

#define HASHTABLE "std::_Hashtable<int, std::pair<int const, long>, std::allocator<std::pair<int const, long> >, " \
  "std::__detail::_Select1st, std::equal_to<int>, std::hash<int>, std::__detail::_Mod_range_hashing, " \
  "std::__detail::_Default_ranged_hash, std::__detail::_Prime_rehash_policy, std::__detail::_Hashtable_traits<false, false, true> >"

/* std::unordered_map: an array of pointers to bases of nodes. */
static void
test_unordered_map (Program *self, gconstpointer size)
{
  HsTypeId base, to_base = record (self, "std::__detail::_Hash_node_base", 8, &base), table = fake_struct (self->fake, HASHTABLE, 56);
  HsTypeId node = fake_struct (self->fake, "std::__detail::_Hash_node<std::pair<int const, long>, false>", 24);
  HsAddr map = program_block (self, 56), buckets = program_block (self, 8 * MANY), block[MANY];

  fake_member (self->fake, base, "_M_nxt", to_base, 0);
  fake_base_class (self->fake, node, base, 0);
  fake_member (self->fake, node, "key", self->word, 8);
  fake_member (self->fake, node, "value", self->number, 16);
  fake_member (self->fake, table, "_M_buckets", fake_pointer (self->fake, to_base), 0);
  fake_member (self->fake, table, "_M_bucket_count", self->number, 8);
  fake_member (self->fake, table, "_M_before_begin", base, 16);
  fake_member (self->fake, table, "_M_element_count", self->number, 24);
  for (guint i = 0; i < MANY; i++) {
    block[i] = program_block (self, 24);
    program_store32 (self, block[i] + 8, i);
    if (i % 2)
      program_store (self, block[i - 1], block[i]); /* pairs, which the buckets alone lead to */
    program_store (self, buckets + 8 * (i * 7 % MANY), block[i / 2 * 2]);
  }
  program_store (self, map, buckets);
  program_store (self, map + 8, MANY);
  program_store (self, map + 24, MANY);
  program_variable (self, fake_pointer (self->fake, table), map);
  program_infer (self);
  program_check_type (self, map, table, HS_FORM_WHOLE, HS_LEVEL_B);
  program_check_type (self, buckets, to_base, HS_FORM_ARRAY, HS_LEVEL_C);
  for (guint i = 0; i < MANY; i++)
    program_check_type (self, block[i], node, HS_FORM_WHOLE, HS_LEVEL_C);
}

/* --- conflicts --- */

typedef struct {
  HsTypeId owner, to_owner, cat, to_cat, dog, to_dog, kitten, to_kitten;
} Animals;

/* A cat and a dog are as large; at 8 a cat has its prey, a dog its owner; at 16 a cat has a kitten, a dog bytes. */
static void
add_animals (Program *self, Animals *types)
{
  HsTypeId prey, to_prey = record (self, "prey", 48, &prey), bytes = fake_array (self->fake, self->character, 16);

  types->to_owner = record (self, "owner", 48, &types->owner);
  types->to_kitten = record (self, "kitten", 24, &types->kitten);
  types->to_cat = record (self, "cat", 32, &types->cat);
  types->to_dog = record (self, "dog", 32, &types->dog);
  fake_member (self->fake, prey, "weight", self->real, 0);
  fake_member (self->fake, prey, "speed", self->real, 8);
  fake_member (self->fake, prey, "colour", fake_enum (self->fake, "colour", 1, 3), 16);
  fake_member (self->fake, types->owner, "next", types->to_owner, 0);
  fake_member (self->fake, types->owner, "name", fake_pointer (self->fake, self->character), 8);
  fake_member (self->fake, types->owner, "spouse", types->to_owner, 16);
  fake_member (self->fake, types->kitten, "age", self->number, 0);
  fake_member (self->fake, types->kitten, "mother", types->to_cat, 8);
  fake_member (self->fake, types->cat, "next", types->to_cat, 0);
  fake_member (self->fake, types->cat, "prey", to_prey, 8);
  fake_member (self->fake, types->cat, "kitten", types->to_kitten, 16);
  fake_member (self->fake, types->dog, "next", types->to_dog, 0);
  fake_member (self->fake, types->dog, "owner", types->to_owner, 8);
  fake_member (self->fake, types->dog, "notes", bytes, 16);
}

/* A pointer that was left behind says cat, and is followed before the live one says dog. The contents say dog: it and its
 * followers become dogs, and what only a cat would have led to is nothing. */
static void
test_settled_by_contents (Program *self, gconstpointer size)
{
  Animals types;
  HsAddr owner = program_block (self, 48), spouse = program_block (self, 48), dog[4], leftover = program_block (self, 24);

  add_animals (self, &types);
  program_store (self, owner, spouse);
  program_store (self, owner + 8, add_text (self, 0));
  program_store (self, owner + 16, spouse);
  program_store (self, spouse + 8, add_text (self, 1));
  program_store (self, spouse + 16, owner);
  program_store (self, leftover, 5);
  for (guint i = 0; i < 4; i++) {
    dog[i] = program_block (self, 32);
    program_store (self, dog[i] + 8, i % 2 ? owner : spouse);
    if (i > 0)
      program_store (self, dog[i - 1], dog[i]);
  }
  program_store (self, dog[2] + 16, leftover);
  program_variable (self, types.to_owner, owner);
  program_variable (self, types.to_cat, dog[0]);
  program_variable (self, types.to_dog, dog[0]);
  program_infer (self);
  g_assert_cmpuint (self->inference->n_conflicts, >, 0);
  program_check (self, owner, "struct owner", HS_LEVEL_B);
  program_check (self, spouse, "struct owner", HS_LEVEL_B);
  for (guint i = 0; i < 4; i++)
    program_check (self, dog[i], "struct dog", HS_LEVEL_C);
  program_check_below (self, leftover, HS_LEVEL_D);
  program_infer_again (self);
}

/* The other way round: what came first is right, and stays as sure as it was. */
static void
test_confirmed_by_contents (Program *self, gconstpointer size)
{
  Animals types;
  HsAddr owner = program_block (self, 48), dog = program_block (self, 32);

  add_animals (self, &types);
  program_store (self, owner, owner);
  program_store (self, owner + 8, add_text (self, 0));
  program_store (self, owner + 16, owner);
  program_store (self, dog + 8, owner);
  program_variable (self, types.to_owner, owner);
  program_variable (self, types.to_dog, dog);
  program_variable (self, types.to_cat, dog);
  program_infer (self);
  g_assert_cmpuint (self->inference->n_conflicts, ==, 1);
  program_check (self, owner, "struct owner", HS_LEVEL_B);
  program_check (self, dog, "struct dog", HS_LEVEL_B);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program_add ("/forms/behind", test_behind, 0);
  program_add ("/forms/cut-short", test_cut_short, 0);
  program_add ("/forms/payload", test_payload, 0);
  program_add ("/forms/counted-objects", test_counted_objects, 0);
  program_add ("/forms/counted-pointers", test_counted_pointers, 0);
  program_add ("/forms/uncounted-pointers", test_uncounted_pointers, 0);
  program_add ("/forms/weak-member", test_weak_member, 0);
  program_add ("/forms/map", test_map, 0);
  program_add ("/forms/unordered-map", test_unordered_map, 0);
  program_add ("/forms/settled-by-contents", test_settled_by_contents, 0);
  program_add ("/forms/confirmed-by-contents", test_confirmed_by_contents, 0);
  return g_test_run ();
}
