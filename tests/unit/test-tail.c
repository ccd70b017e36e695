/* test-tail.c - what the bytes of objects give away: pointers packed into byte tails, pointers into the object itself, chains of
 * carved blocks, numbers; and a header whose objects one type seems to fit. */
#include "tests/support/fake-program.h"

enum { TREES = 4, CHILDREN = 8, VALUES = 2 * TREES * CHILDREN };

/* struct node { unsigned is_key : 1, size : 31; unsigned char data[]; } and struct tree { struct node *head; long n; } */
typedef struct {
  HsTypeId node, tree, to_tree;
} Radix;

static Radix
radix_types (Program *self)
{
  Radix types;
  HsTypeId to_node = program_record (self, "node", 4, &types.node);

  types.to_tree = program_record (self, "tree", 16, &types.tree);
  fake_bits (self->fake, types.node, "is_key", self->word, 0, 0, 1);
  fake_bits (self->fake, types.node, "size", self->word, 0, 1, 31);
  fake_member (self->fake, types.node, "data", fake_array (self->fake, self->byte, 0), 4);
  fake_member (self->fake, types.tree, "head", to_node, 0);
  fake_member (self->fake, types.tree, "n", self->number, 8);
  fake_mentions (self->fake, types.node, 16);
  return types;
}

static HsAddr
add_tree (Program *self, const Radix *types, HsAddr head)
{
  HsAddr tree = program_block (self, 16);

  program_store (self, tree, head);
  program_store (self, tree + 8, 1);
  program_variable (self, types->to_tree, tree);
  return tree;
}

/* A node with the @n characters and pointers behind that. */
static HsAddr
add_node (Program *self, gboolean is_key, guint n)
{
  HsAddr node = program_block (self, 16 + 8 * MAX (n, 1));

  program_store32 (self, node, is_key | n << 1);
  for (guint i = 0; i < n && i < 4; i++)
    program_store32 (self, node + 4, 0x64636261);
  return node;
}

/* Trees of three levels: all their nodes are found, and at the leaves what a value is. */
static void
test_tree (Program *self, gconstpointer size)
{
  Radix types = radix_types (self);
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf);
  HsAddr child[TREES * CHILDREN], grandchild[VALUES], value[VALUES];
  guint n = 0;

  for (guint t = 0, c = 0; t < TREES; t++) {
    HsAddr head = add_node (self, FALSE, CHILDREN);
    add_tree (self, &types, head);
    for (guint i = 0; i < CHILDREN; i++, c++) {
      child[c] = add_node (self, FALSE, 2);
      program_store (self, head + 16 + 8 * i, child[c]);
      for (guint k = 0; k < 2; k++, n++) {
        grandchild[n] = add_node (self, TRUE, 0);
        value[n] = program_leaf (self);
        program_store (self, child[c] + 8 + 8 * k, grandchild[n]);
        program_store (self, grandchild[n] + 8, value[n]);
      }
    }
  }
  program_variable (self, to_leaf, program_leaf (self));
  program_infer (self);
  for (guint i = 0; i < TREES * CHILDREN; i++)
    program_check_type (self, child[i], types.node, HS_FORM_FLEXIBLE, HS_LEVEL_C);
  for (guint i = 0; i < VALUES; i++) {
    program_check (self, grandchild[i], "struct node", HS_LEVEL_C);
    program_check (self, value[i], "struct leaf", HS_LEVEL_C);
  }
  program_check_how (self, child[0], "group struct node.data[]");
  program_infer_again (self);
}

/* Bytes behind which addresses were left: they lead to what others have led to before, and that says nothing about the few that
 * do not. */
static void
test_left (Program *self, gconstpointer size)
{
  Radix types = radix_types (self);
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf);
  HsAddr unheard[TREES];

  for (guint t = 0; t < TREES; t++) {
    HsAddr head = add_node (self, FALSE, CHILDREN);
    add_tree (self, &types, head);
    for (guint i = 0; i < CHILDREN; i++) {
      HsAddr known = program_leaf (self);
      program_store (self, head + 16 + 8 * i, known);
      if (i > 1)
        program_variable (self, to_leaf, known);
    }
    unheard[t] = add_node (self, TRUE, 0);
    program_store (self, head + 16, unheard[t]);
  }
  program_infer (self);
  for (guint t = 0; t < TREES; t++)
    program_check_below (self, unheard[t], HS_LEVEL_C);
}

/* --- into itself --- */

enum { MANY = 32 };

/* Values that are kept in place, with a pointer to where: of two types that have the same words, one has a value there. */
static void
test_itself (Program *self, gconstpointer size)
{
  HsTypeId value = fake_struct (self->fake, "value", 16), closed, open, to_value = fake_pointer (self->fake, value);
  HsTypeId list, to_list = program_record (self, "list", 24, &list);
  HsAddr block[MANY], last = 0;

  closed = fake_struct (self->fake, "closed", 40);
  open = fake_struct (self->fake, "open", 40);
  fake_member (self->fake, value, "n", self->number, 0);
  fake_member (self->fake, value, "m", self->number, 8);
  fake_member (self->fake, closed, "id", self->number, 0);
  fake_member (self->fake, closed, "at", to_value, 8);
  fake_member (self->fake, closed, "value", value, 16);
  fake_member (self->fake, closed, "k", self->number, 32);
  fake_member (self->fake, open, "id", self->number, 0);
  fake_member (self->fake, open, "at", to_value, 8);
  for (guint i = 0; i < 3; i++)
    fake_member (self->fake, open, "k", self->number, 16 + 8 * i);
  fake_mentions (self->fake, closed, 4);
  fake_mentions (self->fake, open, 4);
  fake_member (self->fake, list, "next", to_list, 0);
  fake_member (self->fake, list, "data", self->any, 8);
  fake_member (self->fake, list, "n", self->number, 16);
  for (guint i = 0; i < MANY; i++) {
    HsAddr owner = program_block (self, 24);
    block[i] = program_block (self, 40);
    program_store (self, block[i], 1000 + i);
    program_store (self, block[i] + 8, block[i] + 16);
    program_store (self, block[i] + 16, 70000 + i);
    program_store (self, owner, last);
    program_store (self, owner + 8, block[i]);
    last = owner;
  }
  program_variable (self, to_list, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++)
    program_check_type (self, block[i], closed, HS_FORM_WHOLE, HS_LEVEL_C);
}

/* --- carved blocks --- */

enum { POOLS = 600, SLOTS = 8, SLOT = 48 };

/* Blocks of objects, each of which is reached by one pointer into the one before, at a distance of its own: however long the
 * chain, all are found. */
static void
test_chain (Program *self, gconstpointer size)
{
  HsTypeId object, to_object = program_record (self, "object", SLOT, &object);
  HsAddr pool[POOLS];

  fake_member (self->fake, object, "next", to_object, 0);
  for (guint i = 0; i < 5; i++)
    fake_member (self->fake, object, "n", self->number, 8 + 8 * i);
  for (guint i = 0; i < POOLS; i++) {
    pool[i] = program_block (self, SLOTS * SLOT);
    for (guint k = 0; k < SLOTS; k++)
      program_store (self, pool[i] + SLOT * k + 8, 1 + k);
    if (i > 0)
      program_store (self, pool[i - 1] + SLOT * (i % SLOTS), pool[i] + SLOT * (1 + i % (SLOTS - 1)));
  }
  program_variable (self, to_object, pool[0] + SLOT);
  program_infer (self);
  for (guint i = 0; i < POOLS; i++)
    program_check (self, pool[i], "struct object[]", HS_LEVEL_C);
}

/* --- numbers --- */

/* What pointers to numbers would lead to is known to be objects: those that hold the pointers are something else. */
static void
test_numbers (Program *self, gconstpointer size)
{
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf), list, to_list = program_record (self, "list", 24, &list), wrong;
  HsAddr block[MANY], last = 0;

  wrong = fake_struct (self->fake, "integer", 24);
  fake_member (self->fake, wrong, "used", self->word, 0);
  fake_member (self->fake, wrong, "room", self->word, 4);
  fake_member (self->fake, wrong, "sign", self->word, 8);
  fake_member (self->fake, wrong, "digits", fake_pointer (self->fake, self->number), 16);
  fake_mentions (self->fake, wrong, 200);
  fake_member (self->fake, list, "next", to_list, 0);
  fake_member (self->fake, list, "data", self->any, 8);
  fake_member (self->fake, list, "n", self->number, 16);
  for (guint i = 0; i < MANY; i++) {
    HsAddr owner = program_block (self, 24), known = program_leaf (self);
    block[i] = program_block (self, 24);
    program_store (self, block[i], 1 | G_GUINT64_CONSTANT (4) << 32);
    program_store (self, block[i] + 8, 1);
    program_store (self, block[i] + 16, known);
    program_variable (self, to_leaf, known);
    program_store (self, owner, last);
    program_store (self, owner + 8, block[i]);
    last = owner;
  }
  program_variable (self, to_list, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++)
    program_check_below (self, block[i], HS_LEVEL_C);
}

/* --- headers --- */

/* One of the types holds nothing but pointers and fits the blocks of the others, which are no more than 16 bytes longer: the tag is
 * asked all the same. */
static void
test_header_loose (Program *self, gconstpointer size)
{
  HsTypeId header, to_header = program_record (self, "header", 16, &header), type[3], leaf, to_leaf = program_leaf_type (self, &leaf);
  HsAddr block[2 * MANY];

  (void)program_record (self, "loose", 40, &type[0]);
  (void)program_record (self, "table", 56, &type[1]);
  (void)program_record (self, "proto", 120, &type[2]); /* there is none: it makes the header one */
  fake_member (self->fake, header, "next", to_header, 0);
  fake_member (self->fake, header, "tag", self->byte, 8);
  fake_member (self->fake, header, "mark", self->byte, 9);
  for (guint k = 0; k < 3; k++) {
    fake_member (self->fake, type[k], "header", header, 0);
    for (guint64 at = 16; at < (k == 0 ? 40 : k == 1 ? 56 : 120); at += 8)
      fake_member (self->fake, type[k], "leaf", to_leaf, at);
  }
  for (guint i = 0; i < 2 * MANY; i++) {
    block[i] = program_block (self, i % 3 != 0 ? 40 : 56);
    program_store (self, block[i] + 8, (i % 3 != 0 ? 5 : 7) + (8 << 8));
    for (guint64 at = 16; at < (i % 3 != 0 ? 40 : 56); at += 8)
      program_store (self, block[i] + at, program_leaf (self));
    if (i > 0)
      program_store (self, block[i - 1], block[i]);
  }
  program_variable (self, to_header, block[0]);
  program_infer (self);
  for (guint i = 0; i < 2 * MANY; i++)
    program_check_type (self, block[i], type[i % 3 == 0], HS_FORM_WHOLE, HS_LEVEL_C);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program_add ("/tail/tree", test_tree, 0);
  program_add ("/tail/left", test_left, 0);
  program_add ("/tail/itself", test_itself, 0);
  program_add ("/tail/chain", test_chain, 0);
  program_add ("/tail/numbers", test_numbers, 0);
  program_add ("/tail/header-loose", test_header_loose, 0);
  return g_test_run ();
}
