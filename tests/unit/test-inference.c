/* test-inference.c - what the inference makes of small heaps and types made by hand: one rule a test. */
#include "profiler/inference/inference.h"
#include "tests/support/fake-target.h"
#include "tests/support/fake-types.h"

#include <time.h>

#define HEAP G_GUINT64_CONSTANT (0x555500000000)
#define DATA G_GUINT64_CONSTANT (0x555400000000)
#define DATA_SIZE 4096

enum { ATE_SIGNED = 5, ATE_SIGNED_CHAR = 6 }; /* DWARF 5, section 7.8 */

typedef struct {
  HsTarget *target;
  HsHeap *heap;
  HsModules *modules;
  FakeTypes *fake;
  HsTypes *types;
  HsRoots *roots;
  HsDiag *diag;
  HsInference *inference;
  guint8 *bytes, *data;
  gsize size;
  HsAddr at; /* where the next block goes */
  HsTypeId character, number;
} Fixture;

static void
set_up (Fixture *self, gconstpointer size)
{
  HsExtent extent = { HEAP, HEAP };

  self->size = size != NULL ? GPOINTER_TO_SIZE (size) : 1 << 20;
  extent.end += self->size;
  self->target = fake_target_new ();
  self->heap = hs_heap_new_empty ("fake");
  self->roots = fake_roots_new ();
  self->diag = hs_diag_new ();
  self->bytes = fake_memory (self->target, HEAP, self->size, FAKE_RW, HS_MAPPING_HEAP);
  self->data = fake_memory (self->target, DATA, DATA_SIZE, FAKE_RW, HS_MAPPING_ANON);
  fake_target_seal (self->target);
  g_array_append_val (self->heap->extents, extent);
  self->modules = hs_modules_new (self->target, NULL, self->diag);
  self->at = HEAP + 16;
  self->fake = fake_types_new ();
  self->character = fake_base (self->fake, "char", 1, ATE_SIGNED_CHAR);
  self->number = fake_base (self->fake, "long", 8, ATE_SIGNED);
}

static void
tear_down (Fixture *self, gconstpointer size)
{
  hs_inference_free (self->inference);
  hs_roots_unref (self->roots);
  hs_types_unref (self->types);
  hs_modules_unref (self->modules);
  hs_heap_unref (self->heap);
  hs_target_unref (self->target);
  hs_diag_unref (self->diag);
}

/* A block as malloc (@size) would give it. */
static HsAddr
block (Fixture *self, gsize size)
{
  guint64 usable = MAX (24, ((size + 8 + 15) & -(gsize)16) - 8);
  HsAddr address = self->at;

  g_assert_cmphex (address + usable, <=, HEAP + self->size);
  g_assert_true (hs_blocks_add (self->heap->blocks, address, usable));
  self->at += usable + 8;
  return address;
}

/* The word @value at @address, of a block or of the data. */
static void
store (Fixture *self, HsAddr address, guint64 value)
{
  if (address >= HEAP)
    fake_put (self->bytes, HEAP, address, value);
  else
    fake_put (self->data, DATA, address, value);
}

/* A pointer to a struct of that name, with members "next" and "other", pointers to itself and to void. */
static HsTypeId
node (Fixture *self, const char *name, guint64 size, HsTypeId *record)
{
  HsTypeId pointer = fake_pointer (self->fake, 0), any = fake_pointer (self->fake, 0);

  *record = fake_struct (self->fake, name, size);
  fake_target (self->fake, pointer, *record);
  fake_member (self->fake, *record, "next", pointer, 0);
  fake_member (self->fake, *record, "other", any, 8);
  return pointer;
}

/* A static variable of @type at @offset of the data that holds @value. */
static void
variable (Fixture *self, guint offset, HsTypeId type, guint64 value)
{
  store (self, DATA + offset, value);
  fake_root (self->roots, HS_ROOT_STATIC, type, DATA + offset, "variable");
}

static void
infer (Fixture *self)
{
  self->types = fake_types_finish (self->fake, self->modules);
  self->inference
      = hs_inference_new (self->target, self->heap, self->modules, self->types, self->roots, self->diag);
}

static void
check (Fixture *self, HsAddr address, const char *name, HsLevel level)
{
  guint32 at = hs_blocks_at (self->heap->blocks, address);

  g_assert_cmpuint (at, !=, HS_NO_BLOCK);
  HsLabel label = self->inference->label[at];
  g_assert_cmpuint (hs_label_level (label), ==, level);
  if (level == HS_LEVEL_NONE)
    return;
  g_autofree char *its = hs_inference_name (self->inference, label);
  g_assert_cmpstr (its, ==, name);
}

static void
check_how (Fixture *self, HsAddr address, const char *expected)
{
  guint32 at = hs_blocks_at (self->heap->blocks, address);
  g_autofree char *how = hs_inference_how (self->inference, self->inference->reason[at]);

  g_assert_cmpstr (how, ==, expected);
}

/* --- pointers --- */

static void
test_pointer (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr first = block (self, 32), second = block (self, 32), apart = block (self, 32);

  store (self, first, second);
  store (self, apart, first);
  variable (self, 0, pointer, first);
  infer (self);
  check (self, first, "struct node", HS_LEVEL_B);
  check (self, second, "struct node", HS_LEVEL_B);
  check (self, apart, NULL, HS_LEVEL_NONE);
  check_how (self, first, "variable variable");
  check_how (self, second, "pointer struct node.next");
  g_assert_cmpuint (self->inference->parent[1], ==, 0);
  g_assert_cmpuint (self->inference->parent[0], ==, HS_NO_BLOCK);
}

/* What malloc rounds up is up to 15 bytes; a block that is longer is something else, or an array. */
static void
test_size_window (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 40, &record);
  HsAddr exact = block (self, 40), shorter = block (self, 24), longer = block (self, 1000);

  for (guint i = 0; i < 125; i++)
    store (self, longer + 8 * i, 3 + i); /* no pointers as a node has them */
  variable (self, 0, pointer, exact);
  variable (self, 8, pointer, shorter);
  variable (self, 16, pointer, longer);
  infer (self);
  check (self, exact, "struct node", HS_LEVEL_B);
  check (self, shorter, NULL, HS_LEVEL_NONE);
  check (self, longer, NULL, HS_LEVEL_NONE);
}

static void
test_array (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr array = block (self, 10 * 32), leaf = block (self, 32);

  for (guint i = 0; i < 10; i++)
    store (self, array + 32 * i, i % 2 == 0 ? leaf : 0);
  variable (self, 0, pointer, array);
  infer (self);
  check (self, array, "struct node[]", HS_LEVEL_C);
  g_assert_cmpuint (hs_label_level (self->inference->label[1]), >=, HS_LEVEL_C);
}

/* T **: a block of pointers, and what they point to. */
static void
test_pointer_array (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record), table = fake_pointer (self->fake, pointer);
  HsAddr slots = block (self, 16 * 8), leaf[8];

  for (guint i = 0; i < 8; i++) {
    leaf[i] = block (self, 32);
    store (self, slots + 16 * i, leaf[i]);
  }
  variable (self, 0, table, slots);
  infer (self);
  check (self, slots, "struct node *[]", HS_LEVEL_C);
  for (guint i = 0; i < 8; i++)
    check (self, leaf[i], "struct node", HS_LEVEL_C);
}

static void
test_flexible (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsTypeId tail = fake_array (self->fake, pointer, 0), vector = fake_struct (self->fake, "vector", 8);
  HsTypeId to_vector = fake_pointer (self->fake, vector);
  HsAddr block_of_vector = block (self, 8 + 5 * 8), leaf = block (self, 32);

  fake_member (self->fake, vector, "n", self->number, 0);
  fake_member (self->fake, vector, "items", tail, 8);
  store (self, block_of_vector, 5);
  store (self, block_of_vector + 8 + 3 * 8, leaf);
  variable (self, 0, to_vector, block_of_vector);
  infer (self);
  check (self, block_of_vector, "struct vector", HS_LEVEL_B);
  check (self, leaf, "struct node", HS_LEVEL_B);
}

/* --- embedding --- */

/* A list head inside "conn": pointers to the inside, of which "conn" is the only container. */
static void
embed (Fixture *self, gboolean twin)
{
  HsTypeId link, to_link = node (self, "link", 16, &link), conn = fake_struct (self->fake, "conn", 64);
  HsAddr first = block (self, 64), second = block (self, 64);

  fake_member (self->fake, conn, "id", self->number, 0);
  fake_member (self->fake, conn, "link", link, 16);
  if (twin) {
    HsTypeId other = fake_struct (self->fake, "twin", 64);
    fake_member (self->fake, other, "weight", self->number, 0);
    fake_member (self->fake, other, "link", link, 16);
  }
  store (self, first + 16, second + 16);
  variable (self, 0, to_link, first + 16);
  infer (self);
  check (self, first, "struct conn", twin ? HS_LEVEL_NONE : HS_LEVEL_C);
  check (self, second, "struct conn", twin ? HS_LEVEL_NONE : HS_LEVEL_C);
}

static void
test_embedding (Fixture *self, gconstpointer size)
{
  embed (self, FALSE);
}

static void
test_embedding_ambiguous (Fixture *self, gconstpointer size)
{
  embed (self, TRUE);
}

/* Several larger types begin with "header": a pointer to it does not say which of them it is. */
static void
test_header (Fixture *self, gconstpointer size)
{
  HsTypeId header, pointer = node (self, "header", 16, &header);
  const char *const names[] = { "string", "table", "closure" };
  HsAddr object = block (self, 40);

  for (guint i = 0; i < 3; i++) {
    HsTypeId type = fake_struct (self->fake, names[i], 40);
    fake_member (self->fake, type, "header", header, 0);
    fake_member (self->fake, type, "value", self->number, 16);
  }
  variable (self, 0, pointer, object);
  infer (self);
  check (self, object, NULL, HS_LEVEL_NONE);
}

/* --- contents --- */

static void
test_text (Fixture *self, gconstpointer size)
{
  HsTypeId string = fake_pointer (self->fake, self->character);
  HsAddr proven = block (self, 32), binary = block (self, 32), guessed = block (self, 32);

  memcpy (self->bytes + (proven - HEAP), "a string that is proven", 24);
  memset (self->bytes + (binary - HEAP), 0x90, 24);
  memcpy (self->bytes + (guessed - HEAP), "nobody points here, but it is", 30);
  variable (self, 0, string, proven);
  variable (self, 8, string, binary);
  infer (self);
  check (self, proven, "char[]", HS_LEVEL_C);
  check (self, binary, "char[]", HS_LEVEL_D);
  check (self, guessed, "char[]", HS_LEVEL_D);
}

/* A typed pointer to bytes that cannot be that type. */
static void
test_refuted (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr wrong = block (self, 32), good = block (self, 32);

  store (self, wrong, 12345); /* not mapped */
  variable (self, 0, pointer, wrong);
  variable (self, 8, pointer, good);
  infer (self);
  check (self, wrong, NULL, HS_LEVEL_NONE);
  check (self, good, "struct node", HS_LEVEL_B);
  g_assert_cmpuint (self->inference->n_refuted, ==, 1);
}

/* Two equally sure pointers disagree: a guess, and so is what follows from it, but nothing else. */
static void
test_conflict (Fixture *self, gconstpointer size)
{
  HsTypeId cat, to_cat = node (self, "cat", 32, &cat), dog, to_dog = node (self, "dog", 32, &dog);
  HsAddr disputed = block (self, 32), below = block (self, 32), other = block (self, 32);

  store (self, disputed, below);
  variable (self, 0, to_cat, disputed);
  variable (self, 8, to_dog, disputed);
  variable (self, 16, to_cat, other);
  infer (self);
  g_assert_cmpuint (self->inference->n_conflicts, ==, 1);
  g_assert_cmpuint (hs_label_level (self->inference->label[0]), ==, HS_LEVEL_D);
  g_assert_cmpuint (hs_label_level (self->inference->label[1]), ==, HS_LEVEL_D);
  check (self, other, "struct cat", HS_LEVEL_B);
  check (self, below, "struct cat", HS_LEVEL_D);
}

/* --- unions --- */

static void
with_union (Fixture *self, gboolean several, HsLevel level)
{
  HsTypeId cat, to_cat = node (self, "cat", 32, &cat), dog, to_dog = node (self, "dog", 48, &dog);
  HsTypeId either = fake_type (self->fake, HS_TYPE_UNION, "either", 8, 0), owner = fake_struct (self->fake, "owner", 24);
  HsTypeId to_owner = fake_pointer (self->fake, owner);
  HsAddr first = block (self, 24), animal = block (self, 32);

  fake_member (self->fake, either, "cat", to_cat, 0);
  fake_member (self->fake, either, "number", self->number, 0);
  if (several)
    fake_member (self->fake, either, "dog", to_dog, 0);
  fake_member (self->fake, owner, "what", either, 8);
  store (self, first + 8, animal);
  variable (self, 0, to_owner, first);
  infer (self);
  check (self, first, "struct owner", HS_LEVEL_B);
  check (self, animal, "struct cat", level);
}

static void
test_union_one (Fixture *self, gconstpointer size)
{
  with_union (self, FALSE, HS_LEVEL_C);
}

static void
test_union_several (Fixture *self, gconstpointer size)
{
  with_union (self, TRUE, HS_LEVEL_NONE);
}

/* --- the allocator's memory, cycles, repetition --- */

/* What once was a node in free memory is not followed. */
static void
test_free_memory (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr live = block (self, 32), freed = self->at;

  self->at += 32;
  HsAddr behind = block (self, 32);
  store (self, live, freed);
  store (self, freed, behind);
  variable (self, 0, pointer, live);
  infer (self);
  check (self, live, "struct node", HS_LEVEL_B);
  check (self, behind, NULL, HS_LEVEL_NONE);
}

/* A list outside of the heap leads into it. */
static void
test_object_outside (Fixture *self, gconstpointer size)
{
  HsTypeId record, pointer = node (self, "node", 32, &record);
  HsAddr leaf = block (self, 32);

  store (self, DATA + 64, DATA + 128);
  store (self, DATA + 128, leaf);
  variable (self, 0, pointer, DATA + 64);
  infer (self);
  check (self, leaf, "struct node", HS_LEVEL_B);
}

static void
make_list (Fixture *self, guint n)
{
  HsTypeId record, pointer = node (self, "node", 24, &record);
  HsAddr last = 0;

  for (guint i = 0; i < n; i++) {
    HsAddr next = block (self, 24);
    if (last != 0)
      store (self, last, next);
    last = next;
  }
  store (self, last, HEAP + 16); /* a ring */
  variable (self, 0, pointer, HEAP + 16);
}

#define LIST 1000000

/* As deep as there are blocks: nothing may be recursive, and the time is that of so many blocks. */
static void
test_long_list (Fixture *self, gconstpointer size)
{
  make_list (self, LIST);
  infer (self);
  for (guint i = 0; i < LIST; i++)
    g_assert_cmpuint (hs_label_level (self->inference->label[i]), ==, HS_LEVEL_B);
}

static guint64
list_us (guint n)
{
  guint64 best = G_MAXUINT64;

  for (guint i = 0; i < 3; i++) {
    Fixture self = { 0 };
    set_up (&self, GSIZE_TO_POINTER ((gsize)n * 32 + 4096));
    make_list (&self, n);
    guint64 before = (guint64)clock ();
    infer (&self);
    best = MIN (best, (guint64)clock () - before);
    tear_down (&self, NULL);
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
test_same_again (Fixture *self, gconstpointer size)
{
  make_list (self, 1000);
  infer (self);
  HsInference *again
      = hs_inference_new (self->target, self->heap, self->modules, self->types, self->roots, self->diag);
  g_assert_cmpmem (self->inference->label, 4000, again->label, again->n * sizeof (HsLabel));
  g_assert_cmpmem (self->inference->reason, 4000, again->reason, again->n * sizeof (guint32));
  g_assert_cmpmem (self->inference->parent, 4000, again->parent, again->n * sizeof (guint32));
  hs_inference_free (again);
}

/* Types that hold each other many times over: as many readings as 2 to the 60th, all without a pointer. */
static void
test_deep_types (Fixture *self, gconstpointer size)
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
  HsAddr object = block (self, 40);
  variable (self, 0, pointer, object);
  infer (self);
  check (self, object, "struct owner", HS_LEVEL_B);
}

/* A flexible array of structs that end in a flexible array of structs, a hundred thousand times. */
static void
test_nested_tails (Fixture *self, gconstpointer size)
{
  HsTypeId inner = self->number;

  for (guint i = 0; i < 100000; i++) {
    HsTypeId tail = fake_array (self->fake, inner, 0), outer = fake_struct (self->fake, "s", 8);
    fake_member (self->fake, outer, "n", self->number, 0);
    fake_member (self->fake, outer, "tail", tail, 8);
    inner = outer;
  }
  HsTypeId pointer = fake_pointer (self->fake, inner);
  HsAddr object = block (self, 8);
  variable (self, 0, pointer, object);
  infer (self);
  check (self, object, "struct s", HS_LEVEL_B);
}

static void
add (const char *path, void (*test) (Fixture *self, gconstpointer size), gsize size)
{
  g_test_add (path, Fixture, GSIZE_TO_POINTER (size), set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/inference/pointer", test_pointer, 0);
  add ("/inference/size-window", test_size_window, 0);
  add ("/inference/array", test_array, 0);
  add ("/inference/pointer-array", test_pointer_array, 0);
  add ("/inference/flexible", test_flexible, 0);
  add ("/inference/embedding", test_embedding, 0);
  add ("/inference/embedding-ambiguous", test_embedding_ambiguous, 0);
  add ("/inference/header", test_header, 0);
  add ("/inference/text", test_text, 0);
  add ("/inference/refuted", test_refuted, 0);
  add ("/inference/conflict", test_conflict, 0);
  add ("/inference/union-one-pointer", test_union_one, 0);
  add ("/inference/union-several-pointers", test_union_several, 0);
  add ("/inference/free-memory", test_free_memory, 0);
  add ("/inference/object-outside", test_object_outside, 0);
  add ("/inference/long-list", test_long_list, (gsize)LIST * 32 + 4096);
  g_test_add_func ("/inference/linear", test_linear);
  add ("/inference/same-again", test_same_again, 0);
  add ("/inference/deep-types", test_deep_types, 0);
  add ("/inference/nested-tails", test_nested_tails, 0);
  return g_test_run ();
}
