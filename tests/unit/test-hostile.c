/* test-hostile.c - types and heaps made to cost time or memory: the inference comes to an end soon, whatever they say.
 *
 * What a plain list costs a block on the same machine is the measure: each test may take so many times as much for every
 * block, type or member that it made, and a little more. The factors are generous, three times what was measured or more:
 * they are to catch what grows faster than its input. */
#include "tests/support/fake-program.h"

#include <sys/resource.h>
#include <time.h>

#define ENOUGH_US 300000 /* for anything */
#define ENOUGH_KB (256 * 1024)

static guint64 seed;

static guint64
some_number (void)
{
  seed = seed * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
  return seed >> 33;
}

static guint64
peak_kb (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (guint64)usage.ru_maxrss;
}

static guint64
measure (Program *self)
{
  guint64 before = (guint64)clock ();

  program_infer (self);
  return (guint64)clock () - before;
}

static HsTypeId
record (Program *self, const char *name, guint64 size, HsTypeId *id)
{
  *id = fake_struct (self->fake, name, size);
  return fake_pointer (self->fake, *id);
}

#define LIST 100000

/* What a list costs a block: the best of three. */
static double
measure_list (void)
{
  guint64 best = G_MAXUINT64;

  for (guint i = 0; i < 3; i++) {
    Program self = { 0 };
    HsTypeId node, to_node;
    HsAddr last = 0;
    program_set_up (&self, GSIZE_TO_POINTER (LIST * 32 + 4096));
    to_node = record (&self, "node", 24, &node);
    fake_member (self.fake, node, "next", to_node, 0);
    for (guint k = 0; k < LIST; k++) {
      HsAddr next = program_block (&self, 24);
      program_store (&self, next, last);
      last = next;
    }
    program_variable (&self, to_node, last);
    guint64 us = measure (&self);
    best = MIN (best, us);
    program_tear_down (&self, NULL);
  }
  return MAX ((double)best, 1) / LIST;
}

/* Infers, within @factor times what a list of @n takes. */
static void
infer_within (Program *self, guint64 n, guint factor)
{
  double plain_us = measure_list ();
  guint64 memory = peak_kb (), us = measure (self), grown = peak_kb () - memory;
  double times = (double)us / ((double)n * plain_us);

  g_test_message ("%" G_GUINT64_FORMAT " us for %" G_GUINT64_FORMAT ": %.1f times a list's; %" G_GUINT64_FORMAT " KB", us, n, times, grown);
  g_assert_cmpfloat ((double)us, <, factor * (double)n * plain_us + ENOUGH_US);
  g_assert_cmpuint (grown, <, ENOUGH_KB + n);
}

/* --- heaps --- */

#define BLOCKS 100000
#define HEAP_OF(bytes) ((gsize)BLOCKS * ((bytes) + 16) + (1 << 20))

/* Blocks of 64 bytes all of whose words lead to some block's start, or @inside it. */
static void
fill_at_random (Program *self, gboolean inside)
{
  HsAddr first = program_block (self, 64);

  for (guint i = 1; i < BLOCKS; i++)
    program_block (self, 64);
  for (guint i = 0; i < BLOCKS; i++)
    for (guint k = 0; k < 8; k++)
      program_store (self, first + 80 * i + 8 * k, first + 80 * (some_number () % BLOCKS) + (inside ? 8 * (some_number () % 8) : 0));
}

/* All words are pointers of one type. */
static void
test_everywhere (Program *self, gconstpointer size)
{
  HsTypeId node, to_node = record (self, "node", 64, &node);

  for (guint i = 0; i < 8; i++)
    fake_member (self->fake, node, "edge", to_node, 8 * i);
  fill_at_random (self, FALSE);
  program_variable (self, to_node, PROGRAM_HEAP + 16);
  infer_within (self, 8 * BLOCKS, 4);
  program_check_type (self, PROGRAM_HEAP + 16, node, HS_FORM_WHOLE, HS_LEVEL_B);
}

/* Types of one size that point to each other, to anything, to text, to numbers, to pointers, in unions. */
static void
add_mixed_types (Program *self, HsTypeId *pointers, guint n)
{
  HsTypeId text = fake_pointer (self->fake, self->character), numbers = fake_pointer (self->fake, self->number);
  HsTypeId table = fake_pointer (self->fake, text), *type = g_newa (HsTypeId, n), unions[4];

  for (guint i = 0; i < 4; i++)
    unions[i] = fake_type (self->fake, HS_TYPE_UNION, "either", 8, 0);
  for (guint i = 0; i < n; i++)
    pointers[i] = record (self, g_intern_string (g_strdup_printf ("mixed-%u", i)), 64, &type[i]);
  for (guint i = 0; i < 4; i++)
    for (guint k = 0; k < 3; k++)
      fake_member (self->fake, unions[i], "arm", pointers[(i + 3 * k) % n], 0);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < 8; k++) {
      HsTypeId other[] = { pointers[some_number () % n], pointers[some_number () % n], self->any, text, numbers, table,
                           unions[some_number () % 4], pointers[i] };
      fake_member (self->fake, type[i], "edge", other[some_number () % 8], 8 * k);
    }
}

/* Everything is said of every block. */
static void
contradictory (Program *self, gboolean inside, guint factor)
{
  HsTypeId pointers[32];

  add_mixed_types (self, pointers, G_N_ELEMENTS (pointers));
  fill_at_random (self, inside);
  for (guint i = 0; i < G_N_ELEMENTS (pointers); i++)
    program_variable (self, pointers[i], PROGRAM_HEAP + 16 + 80 * i);
  infer_within (self, 8 * BLOCKS, factor);
}

static void
test_contradictory (Program *self, gconstpointer size)
{
  contradictory (self, FALSE, 20);
}

static void
test_contradictory_inside (Program *self, gconstpointer size)
{
  contradictory (self, TRUE, 20);
}

/* A void * to many blocks, and thousands of types that they may be, all alike. */
static void
test_thousands_of_types (Program *self, gconstpointer size)
{
  HsTypeId owner, to_owner = record (self, "owner", 24, &owner);
  HsAddr last = 0;

  fake_member (self->fake, owner, "next", to_owner, 0);
  fake_member (self->fake, owner, "kind", self->word, 8);
  fake_member (self->fake, owner, "value", self->any, 16);
  for (guint i = 0; i < 5000; i++) {
    HsTypeId alike = fake_struct (self->fake, g_intern_string (g_strdup_printf ("alike-%u", i)), 48);
    for (guint k = 0; k < 6; k++)
      fake_member (self->fake, alike, "member", k % 2 ? to_owner : self->number, 8 * k);
  }
  for (guint i = 0; i < BLOCKS; i++) {
    HsAddr next = program_block (self, 24), value = program_block (self, 48);
    program_store (self, next, last);
    program_store32 (self, next + 8, i * 7 % 50);
    program_store (self, next + 16, value);
    for (guint k = 0; k < 6; k++)
      program_store (self, value + 8 * k, k % 2 ? last : i);
    last = next;
  }
  program_variable (self, to_owner, last);
  infer_within (self, 2 * BLOCKS, 20);
  program_check (self, PROGRAM_HEAP + 16 + 32, NULL, HS_LEVEL_NONE);
}

/* A header that thousands of types begin with, and a tag with as many values. */
static void
test_beginners (Program *self, gconstpointer size)
{
  HsTypeId header, to_header = record (self, "header", 24, &header);
  HsAddr last = 0;

  fake_member (self->fake, header, "next", to_header, 0);
  fake_member (self->fake, header, "other", to_header, 8);
  fake_member (self->fake, header, "tag", self->byte, 16);
  fake_member (self->fake, header, "mark", self->byte, 17);
  for (guint i = 0; i < 5000; i++) {
    HsTypeId type = fake_struct (self->fake, g_intern_string (g_strdup_printf ("beginner-%u", i)), 32 + i % 16 * 16);
    fake_member (self->fake, type, "header", header, 0);
    fake_member (self->fake, type, "value", i % 3 ? self->number : to_header, 24);
  }
  for (guint i = 0; i < BLOCKS; i++) {
    HsAddr next = program_block (self, 32 + some_number () % 16 * 16);
    program_store (self, next, last);
    program_store (self, next + 8, last);
    program_store (self, next + 16, some_number () & 0xffff);
    program_store (self, next + 24, last);
    last = next;
  }
  program_variable (self, to_header, last);
  infer_within (self, BLOCKS, 40);
}

#define MEMBERS 256 /* of each of the types that lead to the inside of others */

/* Each pointer leads to the inside of a block, through another member or at another distance than all others. */
static void
test_distances (Program *self, gconstpointer size)
{
  HsTypeId owner, to_owner = record (self, "owner", 8 * MEMBERS, &owner), part, to_part = record (self, "part", 16, &part);
  HsAddr last = 0;
  guint n = 0;

  fake_member (self->fake, part, "a", self->number, 0);
  fake_member (self->fake, part, "owner", to_owner, 8);
  fake_member (self->fake, owner, "next", to_owner, 0);
  for (guint k = 1; k < MEMBERS; k++)
    fake_member (self->fake, owner, g_intern_string (g_strdup_printf ("part-%u", k)), to_part, 8 * k);
  for (guint i = 0; i < 400; i++) { /* distances */
    HsAddr next = program_block (self, 8 * MEMBERS);
    program_store (self, next, last);
    for (guint k = 1; k < MEMBERS; k++, n++)
      program_store (self, next + 8 * k, program_block (self, 4 * i + 32) + 4 * i + 4);
    last = next;
  }
  program_variable (self, to_owner, last);
  infer_within (self, n, 40);
}

/* As many tables of functions: each is a context. */
static void
test_contexts (Program *self, gconstpointer size)
{
  HsTypeId function = fake_pointer (self->fake, fake_function (self->fake)), ops, to_ops = record (self, "ops", 16, &ops);
  HsTypeId owner, to_owner = record (self, "owner", 40, &owner);
  HsAddr last = 0;

  fake_member (self->fake, ops, "open", function, 0);
  fake_member (self->fake, ops, "close", function, 8);
  fake_member (self->fake, owner, "next", to_owner, 0);
  fake_member (self->fake, owner, "ops", to_ops, 8);
  for (guint k = 0; k < 3; k++)
    fake_member (self->fake, owner, "value", self->any, 16 + 8 * k);
  for (guint i = 0; i < BLOCKS / 4; i++) {
    HsAddr next = program_block (self, 40);
    program_store (self, next, last);
    program_store (self, next + 8, PROGRAM_TABLES + i % PROGRAM_TABLES_SIZE);
    for (guint k = 0; k < 3; k++)
      program_store (self, next + 16 + 8 * k, program_block (self, 32));
    last = next;
  }
  program_variable (self, to_owner, last);
  infer_within (self, BLOCKS, 20);
}

#define LINKS 300

/* Each object is found out in a round of its own, and leads to the one for the next; many others stay unknown all the while. */
static void
test_many_rounds (Program *self, gconstpointer size)
{
  HsTypeId owner, to_owner = record (self, "owner", 24, &owner), part[LINKS + 1], to_part[LINKS + 1], whole[LINKS];
  HsAddr last = 0, block[LINKS];

  fake_member (self->fake, owner, "next", to_owner, 0);
  fake_member (self->fake, owner, "value", self->any, 8);
  for (guint i = 0; i <= LINKS; i++) {
    to_part[i] = record (self, g_intern_string (g_strdup_printf ("part-%u", i)), 16, &part[i]);
    fake_member (self->fake, part[i], "owner", to_owner, 8);
  }
  for (guint i = 0; i < LINKS; i++) {
    record (self, g_intern_string (g_strdup_printf ("whole-%u", i)), 64, &whole[i]);
    fake_member (self->fake, whole[i], "next", to_part[i + 1], 0);
    fake_member (self->fake, whole[i], "part", part[i], 16);
    block[i] = program_block (self, 64);
    if (i > 0)
      program_store (self, block[i - 1], block[i] + 16);
  }
  for (guint i = 0; i < BLOCKS; i++) {
    HsAddr next = program_block (self, 24);
    program_store (self, next, last);
    program_store (self, next + 8, program_block (self, 24 + i % 16));
    last = next;
  }
  program_variable (self, to_owner, last);
  program_variable (self, to_part[0], block[0] + 16);
  infer_within (self, 2 * BLOCKS, 40);
  program_check_type (self, block[10], whole[10], HS_FORM_WHOLE, HS_LEVEL_C);
}

/* --- types --- */

/* Types that hold themselves, in all ways; only what is sound of them is left. */
static void
test_circles (Program *self, gconstpointer size)
{
  HsTypeId a, to_a = record (self, "a", 64, &a), b = fake_struct (self->fake, "b", 32), list = fake_array (self->fake, a, 4);
  HsTypeId name = fake_type (self->fake, HS_TYPE_TYPEDEF, "name", 0, 0), other = fake_type (self->fake, HS_TYPE_TYPEDEF, "other", 0, name);
  HsTypeId circle = fake_pointer (self->fake, 0), either = fake_type (self->fake, HS_TYPE_UNION, "either", 64, 0);
  HsTypeId inner = fake_array (self->fake, 0, 3);
  HsAddr block = program_block (self, 64);

  fake_target (self->fake, circle, circle);
  fake_target (self->fake, name, other);
  fake_target (self->fake, inner, inner);
  fake_member (self->fake, a, "self", a, 0);
  fake_member (self->fake, a, "pointer", to_a, 0);
  fake_member (self->fake, a, "list", list, 8);
  fake_member (self->fake, a, "name", name, 16);
  fake_member (self->fake, a, "circle", circle, 24);
  fake_member (self->fake, a, "b", b, 32);
  fake_member (self->fake, b, "either", either, 0);
  fake_base_class (self->fake, b, a, 0);
  fake_member (self->fake, b, "inner", inner, 8);
  fake_member (self->fake, either, "either", either, 0);
  fake_member (self->fake, either, "a", a, 0);
  fake_member (self->fake, either, "b", b, 0);
  for (guint k = 0; k < 8; k++)
    program_store (self, block + 8 * k, block);
  program_variable (self, to_a, block);
  program_variable (self, circle, block);
  program_variable (self, fake_pointer (self->fake, either), block);
  program_variable (self, fake_pointer (self->fake, name), block);
  infer_within (self, 100, 20);
  g_assert_cmpuint (hs_label_level (program_label (self, block)), >=, HS_LEVEL_D);
}

#define MILLION 1000000

/* A struct of a million pointers, one of a million bits, and a union of a million structs; blocks of each. */
static void
test_million_members (Program *self, gconstpointer size)
{
  HsTypeId all, to_all = record (self, "all", 8 * MILLION, &all), bits, to_bits = record (self, "bits", MILLION / 8, &bits);
  HsTypeId either = fake_type (self->fake, HS_TYPE_UNION, "either", 8, 0), to_either = fake_pointer (self->fake, either);
  HsTypeId leaf, to_leaf = record (self, "leaf", 24, &leaf), owner, to_owner = record (self, "owner", 24, &owner);
  HsAddr block = program_block (self, 8 * MILLION), set = program_block (self, MILLION / 8), last = 0;

  fake_member (self->fake, leaf, "all", to_all, 0);
  fake_member (self->fake, leaf, "bits", to_bits, 8);
  fake_member (self->fake, owner, "next", to_owner, 0);
  fake_member (self->fake, owner, "either", to_either, 8);
  fake_member (self->fake, owner, "value", self->any, 16);
  for (guint i = 0; i < MILLION; i++)
    fake_member (self->fake, all, i % 2 ? "even" : "odd", to_leaf, 8 * i);
  for (guint i = 0; i < MILLION; i++)
    fake_bits (self->fake, bits, "bit", self->word, i / 8, i % 8, 1);
  for (guint i = 0; i < MILLION; i++)
    fake_member (self->fake, either, "arm", i % 2 ? to_leaf : to_all, 0);
  for (guint i = 0; i < 100; i++) {
    HsAddr next = program_block (self, 24), object = program_block (self, 24);
    program_store (self, object, block);
    program_store (self, object + 8, set);
    program_store (self, block + 8 * i, object);
    program_store (self, next, last);
    program_store (self, next + 8, object);
    program_store (self, next + 16, i % 2 ? block : set);
    last = next;
  }
  program_variable (self, to_owner, last);
  program_variable (self, to_all, block);
  program_variable (self, to_bits, set);
  infer_within (self, 3 * MILLION, 10);
  program_check_type (self, block, all, HS_FORM_WHOLE, HS_LEVEL_B);
}

/* Types each of which repeats all members of the one before it, and adds one. */
static void
test_repeated_members (Program *self, gconstpointer size)
{
  enum { TYPES = 300, MEMBERS_EACH = 2000 };
  HsTypeId first = 0, last = 0;
  HsAddr block = program_block (self, 8 * MEMBERS_EACH);

  for (guint i = 0; i < TYPES; i++) {
    HsTypeId type;
    last = record (self, g_intern_string (g_strdup_printf ("repeating-%u", i)), 8 * (MEMBERS_EACH + i), &type);
    fake_mentions (self->fake, type, 1);
    first = i == 0 ? last : first;
    for (guint k = 0; k < MEMBERS_EACH + i; k++)
      fake_member (self->fake, type, "member", self->number, 8 * k);
  }
  program_variable (self, last, block);
  program_variable (self, first, block);
  infer_within (self, TYPES * MEMBERS_EACH, 60);
}

/* Arrays of a billion elements: of pointers, of structs with pointers, of arrays of arrays. */
static void
test_billion_elements (Program *self, gconstpointer size)
{
  const guint64 BILLION = 1000000000;
  HsTypeId item, to_item = record (self, "item", 32, &item), pool, to_pool = record (self, "pool", 8 + 32 * BILLION, &pool);
  HsTypeId cube = fake_array (self->fake, fake_array (self->fake, fake_array (self->fake, to_item, 1000), 1000), 1000);
  HsTypeId nothing = fake_struct (self->fake, "nothing", 0), room, to_room = record (self, "room", 8 * BILLION, &room);
  HsTypeId tail, to_tail = record (self, "tail", 8, &tail), holder, to_holder = record (self, "holder", 40, &holder);
  HsAddr block = program_block (self, 1 << 20), last = 0;

  fake_member (self->fake, item, "next", to_item, 0);
  fake_member (self->fake, item, "pool", to_pool, 8);
  fake_member (self->fake, pool, "n", self->number, 0);
  fake_member (self->fake, pool, "items", fake_array (self->fake, item, BILLION), 8);
  fake_member (self->fake, room, "cube", cube, 0);
  fake_member (self->fake, room, "nothing", fake_array (self->fake, nothing, BILLION), 0);
  fake_member (self->fake, tail, "n", self->number, 0);
  fake_member (self->fake, tail, "nothing", fake_array (self->fake, nothing, 0), 8);
  fake_member (self->fake, holder, "next", to_holder, 0);
  fake_member (self->fake, holder, "pool", to_pool, 8);
  fake_member (self->fake, holder, "room", to_room, 16);
  fake_member (self->fake, holder, "tail", to_tail, 24);
  fake_member (self->fake, holder, "any", self->any, 32);
  for (guint i = 0; i < (1 << 20) / 8; i++)
    program_store (self, block + 8 * i, block + 32 * (i % 1000));
  for (guint i = 0; i < 200; i++) {
    HsAddr next = program_block (self, 40);
    program_store (self, next, last);
    for (guint k = 1; k < 5; k++)
      program_store (self, next + 8 * k, (i + k) % 5 ? program_block (self, 200 * i) : block);
    last = next;
  }
  program_variable (self, to_holder, last);
  program_variable (self, to_pool, block);
  program_variable (self, cube, block); /* the array itself, of which only the beginning is mapped */
  program_variable (self, pool, block);
  infer_within (self, 1 << 20, 10);
}

/* Sizes, counts and offsets whose sums and products do not fit 64 bits. */
static void
test_overflow (Program *self, gconstpointer size)
{
  static const guint64 SIZES[] = { G_MAXUINT64, G_MAXUINT64 - 7, G_MAXINT64, (guint64)G_MAXINT64 + 1, (guint64)G_MAXUINT32 + 1, 40, 8, 1, 0 };
  HsTypeId type[G_N_ELEMENTS (SIZES)], pointer[G_N_ELEMENTS (SIZES)], list[G_N_ELEMENTS (SIZES)];
  const guint n = G_N_ELEMENTS (SIZES);
  HsAddr block[60];

  for (guint i = 0; i < n; i++)
    pointer[i] = record (self, "vast", SIZES[i], &type[i]);
  for (guint i = 0; i < n; i++)
    list[i] = fake_array (self->fake, type[i], SIZES[(i + 3) % n]);
  for (guint i = 0; i < n; i++) {
    fake_base_class (self->fake, type[i], type[(i + 1) % n], SIZES[(i + 2) % n]);
    fake_base_class (self->fake, type[i], type[(i + 5) % n], 0);
    for (guint k = 0; k < n; k++) {
      fake_member (self->fake, type[i], "pointer", pointer[k], SIZES[k] - 8 * k);
      fake_member (self->fake, type[i], "at", pointer[k], 8 * k);
      fake_bits (self->fake, type[i], "bits", self->word, SIZES[k], 7, 255);
      fake_member (self->fake, type[i], "list", list[k], SIZES[(k + 1) % n] - 8);
      fake_member (self->fake, type[i], "list", list[k], 8 * k);
    }
    fake_member (self->fake, type[i], "tail", fake_array (self->fake, i % 2 ? type[(i + 4) % n] : self->number, 0), SIZES[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (block); i++)
    block[i] = program_block (self, 24 + 16 * (i % 20));
  for (guint i = 0; i < G_N_ELEMENTS (block); i++)
    for (guint k = 0; k < 3; k++)
      program_store (self, block[i] + 8 * k, block[some_number () % 60] + 8 * (some_number () % 3));
  for (guint i = 0; i < n; i++) {
    program_variable (self, type[i], block[i]);
    for (guint k = 0; k < 6; k++)
      program_variable (self, k < 4 ? pointer[i] : fake_pointer (self->fake, list[i]), block[(6 * i + k) % G_N_ELEMENTS (block)]);
  }
  infer_within (self, 1000, 20);
}

#define SMALL_GROUP 100 /* blocks */

/* Pointers to a type that is as large as a number can say: a few bytes more, and it is small. Its members are far away. */
static void
test_vast_type (Program *self, gconstpointer size)
{
  HsTypeId vast, pointer = record (self, "vast", G_MAXUINT64 - 3, &vast);

  fake_member (self->fake, vast, "far", self->number, G_GUINT64_CONSTANT (1) << 40);
  fake_member (self->fake, vast, "next", pointer, 0);
  for (guint i = 0; i < SMALL_GROUP; i++)
    program_variable (self, pointer, program_block (self, 40));
  infer_within (self, 1000, 20);
}

/* An enum of 256 bytes, or of 16, next to a void *: no tag can be read from it at once. */
static void
test_vast_enum (Program *self, gconstpointer size)
{
  HsTypeId owner, item, pointer = record (self, "owner", 264, &owner), to_item = record (self, "item", 40, &item);

  for (guint i = 0; i < 2; i++)
    fake_member (self->fake, owner, "tag", fake_type (self->fake, HS_TYPE_ENUM, "wide", i == 0 ? 256 : 16, 0), 0);
  fake_member (self->fake, owner, "what", fake_pointer (self->fake, 0), 8);
  fake_member (self->fake, item, "next", to_item, 0);
  fake_mentions (self->fake, item, 1000);
  for (guint i = 0; i < SMALL_GROUP; i++) {
    HsAddr at = program_block (self, 264), block = program_block (self, 40);
    program_store (self, at + 8, block);
    program_store (self, block, block);
    program_variable (self, pointer, at);
  }
  infer_within (self, 1000, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program_add ("/hostile/everywhere", test_everywhere, HEAP_OF (64));
  program_add ("/hostile/contradictory", test_contradictory, HEAP_OF (64));
  program_add ("/hostile/contradictory-inside", test_contradictory_inside, HEAP_OF (64));
  program_add ("/hostile/thousands-of-types", test_thousands_of_types, HEAP_OF (96));
  program_add ("/hostile/beginners", test_beginners, HEAP_OF (288));
  program_add ("/hostile/distances", test_distances, 128u << 20);
  program_add ("/hostile/contexts", test_contexts, HEAP_OF (48));
  program_add ("/hostile/many-rounds", test_many_rounds, HEAP_OF (80));
  program_add ("/hostile/circles", test_circles, 0);
  program_add ("/hostile/million-members", test_million_members, 16u << 20);
  program_add ("/hostile/repeated-members", test_repeated_members, 0);
  program_add ("/hostile/billion-elements", test_billion_elements, 32u << 20);
  program_add ("/hostile/overflow", test_overflow, 0);
  program_add ("/hostile/vast-type", test_vast_type, 0);
  program_add ("/hostile/vast-enum", test_vast_enum, 0);
  return g_test_run ();
}
