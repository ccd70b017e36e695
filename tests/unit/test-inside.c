/* test-inside.c - what stands inside of blocks: in pools that the program divides itself, in tables of anything, in the unused
 * end of arrays. */
#include "tests/support/fake-program.h"

#define MANY 32

/* Objects of two types in one large block, each of which a variable leads to, and an array of pointers at its start with
 * numbers behind: all that they point to is known. */
static void
test_pool (Program *self, gconstpointer size)
{
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf), cursor, to_cursor = program_record (self, "cursor", 32, &cursor);
  HsTypeId statement, to_statement = program_record (self, "statement", 48, &statement);
  HsAddr pool = program_block (self, 4000), of_cursor[MANY], of_statement[MANY], of_array[5];

  fake_member (self->fake, cursor, "at", to_leaf, 0);
  fake_member (self->fake, cursor, "row", self->number, 8);
  fake_member (self->fake, statement, "rows", self->number, 0);
  fake_member (self->fake, statement, "first", to_leaf, 8);
  for (guint i = 0; i < 5; i++)
    program_store (self, pool + 8 * i, of_array[i] = program_leaf (self));
  for (guint i = 0; i < 6; i++)
    program_store (self, pool + 40 + 8 * i, PROGRAM_NOWHERE + i);
  for (guint i = 0; i < MANY; i++) {
    HsAddr at = pool + 256 + 112 * i;
    program_store (self, at, of_cursor[i] = program_leaf (self));
    program_store (self, at + 8, i);
    program_store (self, at + 48, 7 + i);
    program_store (self, at + 56, of_statement[i] = program_leaf (self));
    program_variable (self, to_cursor, at);
    program_variable (self, to_statement, at + 48);
  }
  program_variable (self, fake_pointer (self->fake, to_leaf), pool);
  program_infer (self);
  for (guint i = 0; i < MANY; i++) {
    program_check (self, of_cursor[i], "struct leaf", HS_LEVEL_C);
    program_check (self, of_statement[i], "struct leaf", HS_LEVEL_C);
  }
  for (guint i = 0; i < 5; i++)
    program_check (self, of_array[i], "struct leaf", HS_LEVEL_C);
  program_infer_again (self);
}

/* Tables behind a void *: the large one can be nothing but an array of pointers, and so the small ones are. @numbers: they
 * hold something else as well. */
static void
tables (Program *self, gboolean numbers)
{
  HsTypeId table, to_table = program_record (self, "table", 24, &table);
  HsAddr array[MANY], last = 0;

  fake_member (self->fake, table, "next", to_table, 0);
  fake_member (self->fake, table, "keys", self->any, 8);
  fake_member (self->fake, table, "n", self->number, 16);
  for (guint i = 0; i < MANY; i++) {
    HsAddr owner = program_block (self, 24);
    guint n = 8u << i % 5;
    array[i] = program_block (self, 8 * n);
    for (guint k = 0; k < n; k++)
      program_store (self, array[i] + 8 * k, k % 3 == 0 ? program_block (self, 24) : numbers && k % 3 == 1 ? PROGRAM_NOWHERE + k : 0);
    program_store (self, owner, last);
    program_store (self, owner + 8, array[i]);
    program_store (self, owner + 16, n);
    last = owner;
  }
  program_variable (self, to_table, last);
  program_infer (self);
  for (guint i = 0; i < MANY; i++)
    program_check (self, array[i], numbers ? NULL : "void *[]", numbers ? HS_LEVEL_NONE : HS_LEVEL_C);
}

static void
test_table (Program *self, gconstpointer size)
{
  tables (self, FALSE);
}

static void
test_no_table (Program *self, gconstpointer size)
{
  tables (self, TRUE);
}

enum { EARLY = 20 }; /* records from which is learnt which number counts the elements */

/* Records with a number of elements in use, and of those there is room for. What is behind is left from before, and leads to
 * blocks that are something else by now: @told, it is left alone. */
static void
used_elements (Program *self, gboolean told)
{
  HsTypeId leaf, to_leaf = program_leaf_type (self, &leaf), list, to_list = program_record (self, "list", 16, &list);
  HsAddr in_use[2 * MANY], stale[2 * MANY], last = 0;

  fake_member (self->fake, list, "next", to_list, 0);
  fake_member (self->fake, list, "used", self->word, 8);
  fake_member (self->fake, list, "room", self->word, 12);
  fake_member (self->fake, list, "item", fake_array (self->fake, to_leaf, 0), 16);
  for (guint i = 0; i < 2 * MANY; i++) {
    guint room = 6 + 2 * (i % 4), used = told ? 1 + i % 5 : 77;
    HsAddr block = program_block (self, 16 + 8 * room);
    for (guint k = 0; k < 5; k++)
      program_store (self, block + 16 + 8 * k, k < used ? in_use[i] = program_leaf (self) : 0);
    program_store (self, block + 16 + 40, stale[i] = i < 2 * MANY - EARLY ? program_block (self, 40) : 0);
    program_store (self, block, last);
    program_store32 (self, block + 8, used);
    program_store32 (self, block + 12, room);
    last = block;
  }
  program_variable (self, to_list, last); /* the last is looked at first */
  program_infer (self);
  for (guint i = 0; i < 2 * MANY; i++) {
    program_check (self, in_use[i], "struct leaf", HS_LEVEL_B);
    if (stale[i] != 0)
      program_check (self, stale[i], told ? NULL : "struct leaf", told ? HS_LEVEL_NONE : HS_LEVEL_B);
  }
}

static void
test_used (Program *self, gconstpointer size)
{
  used_elements (self, TRUE);
}

static void
test_all_used (Program *self, gconstpointer size)
{
  used_elements (self, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program_add ("/inside/pool", test_pool, 0);
  program_add ("/inside/table", test_table, 0);
  program_add ("/inside/no-table", test_no_table, 0);
  program_add ("/inside/used", test_used, 0);
  program_add ("/inside/all-used", test_all_used, 0);
  return g_test_run ();
}
