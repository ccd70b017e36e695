/* test-inference.c - what the inference makes of small heaps and types made by hand: one rule a test. */
#include "tests/support/fake-program.h"

#include <time.h>

/* A pointer to a struct of that name, with members "next" and "other", pointers to itself and to void. */
static HsTypeId
node (Program *self, const char *name, guint64 size, HsTypeId *record)
{
  HsTypeId pointer = fake_pointer (self->fake, 0), any = fake_pointer (self->fake, 0);

  *record = fake_struct (self->fake, name, size);
  fake_target (self->fake, pointer, *record);
  fake_member (self->fake, *record, "next", pointer, 0);
  fake_member (self->fake, *record, "other", any, 8);
  return pointer;
}

/* --- pointers --- */

static void
test_pointer (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr first = program_block (self, 32), second = program_block (self, 32), apart = program_block (self, 32);

  program_store (self, first, second);
  program_store (self, apart, first);
  program_variable (self, pointer, first);
  program_infer (self);
  program_check (self, first, "struct node", HS_LEVEL_B);
  program_check (self, second, "struct node", HS_LEVEL_B);
  program_check (self, apart, NULL, HS_LEVEL_NONE);
  program_check_how (self, first, "variable variable");
  program_check_how (self, second, "pointer struct node.next");
  g_assert_cmpuint (self->inference->parent[1], ==, 0);
  g_assert_cmpuint (self->inference->parent[0], ==, HS_NO_BLOCK);
}

/* What malloc rounds up is up to 15 bytes; a block that is longer is something else, or an array. */
static void
test_size_window (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 40, &record);
  HsAddr exact = program_block (self, 40), shorter = program_block (self, 24), longer = program_block (self, 1000);

  for (guint i = 0; i < 125; i++)
    program_store (self, longer + 8 * i, 3 + i); /* no pointers as a node has them */
  program_variable (self, pointer, exact);
  program_variable (self, pointer, shorter);
  program_variable (self, pointer, longer);
  program_infer (self);
  program_check (self, exact, "struct node", HS_LEVEL_B);
  program_check (self, shorter, NULL, HS_LEVEL_NONE);
  program_check (self, longer, NULL, HS_LEVEL_NONE);
}

static void
test_array (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr array = program_block (self, 10 * 32), leaf = program_block (self, 32);

  for (guint i = 0; i < 10; i++)
    program_store (self, array + 32 * i, i % 2 == 0 ? leaf : 0);
  program_variable (self, pointer, array);
  program_infer (self);
  program_check (self, array, "struct node[]", HS_LEVEL_C);
  g_assert_cmpuint (hs_label_level (self->inference->label[1]), >=, HS_LEVEL_C);
}

/* T **: a block of pointers, and what they point to. */
static void
test_pointer_array (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record), table = fake_pointer (self->fake, pointer);
  HsAddr slots = program_block (self, 16 * 8), leaf[8];

  for (guint i = 0; i < 8; i++) {
    leaf[i] = program_block (self, 32);
    program_store (self, slots + 16 * i, leaf[i]);
  }
  program_variable (self, table, slots);
  program_infer (self);
  program_check (self, slots, "struct node *[]", HS_LEVEL_C);
  for (guint i = 0; i < 8; i++)
    program_check (self, leaf[i], "struct node", HS_LEVEL_C);
}

static void
test_flexible (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsTypeId tail = fake_array (self->fake, pointer, 0), vector = fake_struct (self->fake, "vector", 8);
  HsTypeId to_vector = fake_pointer (self->fake, vector);
  HsAddr block_of_vector = program_block (self, 8 + 5 * 8), leaf = program_block (self, 32);

  fake_member (self->fake, vector, "n", self->number, 0);
  fake_member (self->fake, vector, "items", tail, 8);
  program_store (self, block_of_vector, 5);
  program_store (self, block_of_vector + 8 + 3 * 8, leaf);
  program_variable (self, to_vector, block_of_vector);
  program_infer (self);
  program_check (self, block_of_vector, "struct vector", HS_LEVEL_B);
  program_check (self, leaf, "struct node", HS_LEVEL_B);
}

/* --- embedding --- */

/* A list head inside "conn": pointers to the inside, of which "conn" is the only container. */
static void
embed (Program *self, gboolean twin)
{
  HsTypeId link, to_link = node (self, "link", 16, &link), conn = fake_struct (self->fake, "conn", 64);
  HsAddr first = program_block (self, 64), second = program_block (self, 64);

  fake_member (self->fake, conn, "id", self->number, 0);
  fake_member (self->fake, conn, "link", link, 16);
  if (twin) {
    HsTypeId other = fake_struct (self->fake, "twin", 64);
    fake_member (self->fake, other, "weight", self->number, 0);
    fake_member (self->fake, other, "link", link, 16);
  }
  program_store (self, first + 16, second + 16);
  program_variable (self, to_link, first + 16);
  program_infer (self);
  program_check (self, first, "struct conn", twin ? HS_LEVEL_NONE : HS_LEVEL_C);
  program_check (self, second, "struct conn", twin ? HS_LEVEL_NONE : HS_LEVEL_C);
}

static void
test_embedding (Program *self, gconstpointer size)
{
  embed (self, FALSE);
}

static void
test_embedding_ambiguous (Program *self, gconstpointer size)
{
  embed (self, TRUE);
}

/* Several larger types begin with "header": a pointer to it does not say which of them it is. */
static void
test_header (Program *self, gconstpointer size)
{
  HsTypeId header, pointer = node (self, "header", 16, &header);
  const char *const names[] = { "string", "table", "closure" };
  HsAddr object = program_block (self, 40);

  for (guint i = 0; i < 3; i++) {
    HsTypeId type = fake_struct (self->fake, names[i], 40);
    fake_member (self->fake, type, "header", header, 0);
    fake_member (self->fake, type, "value", self->number, 16);
  }
  program_variable (self, pointer, object);
  program_infer (self);
  program_check (self, object, NULL, HS_LEVEL_NONE);
}

/* --- contents --- */

static void
test_text (Program *self, gconstpointer size)
{
  HsTypeId string = fake_pointer (self->fake, self->character);
  HsAddr proven = program_block (self, 32), binary = program_block (self, 32), guessed = program_block (self, 32);

  memcpy (self->bytes + (proven - PROGRAM_HEAP), "a string that is proven", 24);
  memset (self->bytes + (binary - PROGRAM_HEAP), 0x90, 24);
  memcpy (self->bytes + (guessed - PROGRAM_HEAP), "nobody points here, but it is", 30);
  program_variable (self, string, proven);
  program_variable (self, string, binary);
  program_infer (self);
  program_check (self, proven, "char[]", HS_LEVEL_C);
  program_check (self, binary, "char[]", HS_LEVEL_D);
  program_check (self, guessed, "char[]", HS_LEVEL_D);
}

/* A typed pointer to bytes that cannot be that type. */
static void
test_refuted (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr wrong = program_block (self, 32), good = program_block (self, 32);

  program_store (self, wrong, 12345); /* not mapped */
  program_variable (self, pointer, wrong);
  program_variable (self, pointer, good);
  program_infer (self);
  program_check (self, wrong, NULL, HS_LEVEL_NONE);
  program_check (self, good, "struct node", HS_LEVEL_B);
  g_assert_cmpuint (self->inference->n_refuted, ==, 1);
}

/* Two equally sure pointers disagree: a guess, and so is what follows from it, but nothing else. */
static void
test_conflict (Program *self, gconstpointer size)
{
  HsTypeId cat, to_cat = node (self, "cat", 32, &cat), dog, to_dog = node (self, "dog", 32, &dog);
  HsAddr disputed = program_block (self, 32), below = program_block (self, 32), other = program_block (self, 32);

  program_store (self, disputed, below);
  program_variable (self, to_cat, disputed);
  program_variable (self, to_dog, disputed);
  program_variable (self, to_cat, other);
  program_infer (self);
  g_assert_cmpuint (self->inference->n_conflicts, ==, 1);
  g_assert_cmpuint (hs_label_level (self->inference->label[0]), ==, HS_LEVEL_D);
  g_assert_cmpuint (hs_label_level (self->inference->label[1]), ==, HS_LEVEL_D);
  program_check (self, other, "struct cat", HS_LEVEL_B);
  program_check (self, below, "struct cat", HS_LEVEL_D);
}

/* --- unions --- */

static void
with_union (Program *self, gboolean several, HsLevel level)
{
  HsTypeId cat, to_cat = node (self, "cat", 32, &cat), dog, to_dog = node (self, "dog", 48, &dog);
  HsTypeId either = fake_type (self->fake, HS_TYPE_UNION, "either", 8, 0), owner = fake_struct (self->fake, "owner", 24);
  HsTypeId to_owner = fake_pointer (self->fake, owner);
  HsAddr first = program_block (self, 24), animal = program_block (self, 32);

  fake_member (self->fake, either, "cat", to_cat, 0);
  fake_member (self->fake, either, "number", self->number, 0);
  if (several)
    fake_member (self->fake, either, "dog", to_dog, 0);
  fake_member (self->fake, owner, "what", either, 8);
  program_store (self, first + 8, animal);
  program_variable (self, to_owner, first);
  program_infer (self);
  program_check (self, first, "struct owner", HS_LEVEL_B);
  program_check (self, animal, "struct cat", level);
}

static void
test_union_one (Program *self, gconstpointer size)
{
  with_union (self, FALSE, HS_LEVEL_C);
}

static void
test_union_several (Program *self, gconstpointer size)
{
  with_union (self, TRUE, HS_LEVEL_NONE);
}

/* --- the allocator's memory, cycles, repetition --- */

/* What once was a node in free memory is not followed. */
static void
test_free_memory (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr live = program_block (self, 32), freed = self->at;

  self->at += 32;
  HsAddr behind = program_block (self, 32);
  program_store (self, live, freed);
  program_store (self, freed, behind);
  program_variable (self, pointer, live);
  program_infer (self);
  program_check (self, live, "struct node", HS_LEVEL_B);
  program_check (self, behind, NULL, HS_LEVEL_NONE);
}

/* A list outside of the heap leads into it. */
static void
test_object_outside (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr leaf = program_block (self, 32);

  program_store (self, PROGRAM_DATA + 4096 + 64, PROGRAM_DATA + 4096 + 128);
  program_store (self, PROGRAM_DATA + 4096 + 128, leaf);
  program_variable (self, pointer, PROGRAM_DATA + 4096 + 64);
  program_infer (self);
  program_check (self, leaf, "struct node", HS_LEVEL_B);
}

/* A pointer to the inside of a block, so near to its end that no node has room there: what follows is another block's. */
static void
test_object_at_end (Program *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 48, &record), large, to_large;
  HsAddr first = program_block (self, 120), second = program_block (self, 72), leaf = program_block (self, 48);

  to_large = fake_pointer (self->fake, large = fake_struct (self->fake, "large", 64));
  fake_member (self->fake, large, "number", self->number, 0);
  fake_member (self->fake, large, "node", pointer, 32);
  program_store (self, first + 104 + 32, leaf); /* in the second */
  program_store (self, second, 17);
  program_variable (self, to_large, first + 104);
  program_infer (self);
  program_check (self, leaf, NULL, HS_LEVEL_NONE);
}

static void
make_list (Program *self, guint n)
{
  HsTypeId record, pointer = node (self, "node", 24, &record);
  HsAddr last = 0;

  for (guint i = 0; i < n; i++) {
    HsAddr next = program_block (self, 24);
    if (last != 0)
      program_store (self, last, next);
    last = next;
  }
  program_store (self, last, PROGRAM_HEAP + 16); /* a ring */
  program_variable (self, pointer, PROGRAM_HEAP + 16);
}

#define LIST 1000000

/* As deep as there are blocks: nothing may be recursive, and the time is that of so many blocks. */
static void
test_long_list (Program *self, gconstpointer size)
{
  make_list (self, LIST);
  program_infer (self);
  for (guint i = 0; i < LIST; i++)
    g_assert_cmpuint (hs_label_level (self->inference->label[i]), ==, HS_LEVEL_B);
}

static guint64
list_us (guint n)
{
  guint64 best = G_MAXUINT64;

  for (guint i = 0; i < 3; i++) {
    Program self = { 0 };
    program_set_up (&self, GSIZE_TO_POINTER ((gsize)n * 32 + 4096));
    make_list (&self, n);
    guint64 before = (guint64)clock ();
    program_infer (&self);
    best = MIN (best, (guint64)clock () - before);
    program_tear_down (&self, NULL);
  }
  return best;
}

/* Eight times the blocks take eight times as long, or a little more as caches are missed: not sixty-four times. */
static void
test_linear (void)
{
  guint64 few = list_us (LIST / 8), many = list_us (LIST);

  g_test_message ("%u blocks %" G_GUINT64_FORMAT " us, %u blocks %" G_GUINT64_FORMAT " us", LIST / 8, few, LIST, many);
  g_assert_cmpuint (many, <, 24 * few + 50000);
}

static void
test_same_again (Program *self, gconstpointer size)
{
  make_list (self, 1000);
  program_infer (self);
  program_infer_again (self);
}

/* Types that hold each other many times over: as many readings as 2 to the 60th, all without a pointer. */
static void
test_deep_types (Program *self, gconstpointer size)
{
  HsTypeId inner = self->number;

  for (guint i = 0; i < 60; i++) {
    HsTypeId outer = fake_type (self->fake, HS_TYPE_UNION, "u", 8, 0);
    for (guint k = 0; k < 4; k++)
      fake_member (self->fake, outer, "m", inner, 0);
    inner = outer;
  }
  HsTypeId owner = fake_struct (self->fake, "owner", 40), pointer = fake_pointer (self->fake, owner);
  fake_member (self->fake, owner, "u", inner, 0);
  HsAddr object = program_block (self, 40);
  program_variable (self, pointer, object);
  program_infer (self);
  program_check (self, object, "struct owner", HS_LEVEL_B);
}

/* A flexible array of structs that end in a flexible array of structs, a hundred thousand times. */
static void
test_nested_tails (Program *self, gconstpointer size)
{
  HsTypeId inner = self->number;

  for (guint i = 0; i < 100000; i++) {
    HsTypeId tail = fake_array (self->fake, inner, 0), outer = fake_struct (self->fake, "s", 8);
    fake_member (self->fake, outer, "n", self->number, 0);
    fake_member (self->fake, outer, "tail", tail, 8);
    inner = outer;
  }
  HsTypeId pointer = fake_pointer (self->fake, inner);
  HsAddr object = program_block (self, 8);
  program_variable (self, pointer, object);
  program_infer (self);
  program_check (self, object, "struct s", HS_LEVEL_B);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program_add ("/inference/pointer", test_pointer, 0);
  program_add ("/inference/size-window", test_size_window, 0);
  program_add ("/inference/array", test_array, 0);
  program_add ("/inference/pointer-array", test_pointer_array, 0);
  program_add ("/inference/flexible", test_flexible, 0);
  program_add ("/inference/embedding", test_embedding, 0);
  program_add ("/inference/embedding-ambiguous", test_embedding_ambiguous, 0);
  program_add ("/inference/header", test_header, 0);
  program_add ("/inference/text", test_text, 0);
  program_add ("/inference/refuted", test_refuted, 0);
  program_add ("/inference/conflict", test_conflict, 0);
  program_add ("/inference/union-one-pointer", test_union_one, 0);
  program_add ("/inference/union-several-pointers", test_union_several, 0);
  program_add ("/inference/free-memory", test_free_memory, 0);
  program_add ("/inference/object-outside", test_object_outside, 0);
  program_add ("/inference/object-at-end", test_object_at_end, 0);
  program_add ("/inference/long-list", test_long_list, (gsize)LIST * 32 + 4096);
  g_test_add_func ("/inference/linear", test_linear);
  program_add ("/inference/same-again", test_same_again, 0);
  program_add ("/inference/deep-types", test_deep_types, 0);
  program_add ("/inference/nested-tails", test_nested_tails, 0);
  return g_test_run ();
}
