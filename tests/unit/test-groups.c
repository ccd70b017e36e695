/* test-groups.c - blocks that a void *, a union or a header leads to, many at once: what decides them, and what does not.
 *
 * A list of owners, which a static variable leads to, holds the pointers. What they lead to has rivals: types of the same
 * size, which the contents have to tell from the right one. */
#include "tests/support/fake-program.h"

#define MANY 96 /* blocks: enough for a rule */

enum { NEXT = 0, KIND = 8, FLAGS = 12, VALUE = 16 }; /* in an owner, bytes */

typedef struct {
  Program *program;
  HsTypeId record, pointer; /* struct owner and a pointer to it */
  HsTypeId item, to_item, session, to_session, to_table;
  HsAddr head;        /* the table that the list begins in; 0: it begins in a variable */
  HsAddr last, value; /* owner, and what it leads to */
} World;

/* A pointer to a struct of that name and size, which has no members yet. */
static HsTypeId
record (Program *self, const char *name, guint64 size, HsTypeId *id)
{
  *id = fake_struct (self->fake, name, size);
  return fake_pointer (self->fake, *id);
}

/* A struct of 32 bytes with four members of these types, of which nobody makes an object. */
static void
rival (Program *self, const char *name, HsTypeId a, HsTypeId b, HsTypeId c, HsTypeId d)
{
  HsTypeId id = fake_struct (self->fake, name, 32);

  fake_member (self->fake, id, "a", a, 0);
  fake_member (self->fake, id, "b", b, 8);
  fake_member (self->fake, id, "c", c, 16);
  fake_member (self->fake, id, "d", d, 24);
}

/* Types of 32 bytes: items and sessions are what there is, all others only could be. */
static void
add_types (World *self)
{
  Program *program = self->program;
  HsTypeId text = fake_pointer (program->fake, program->character), number = program->number, real = program->real;
  HsTypeId function = fake_pointer (program->fake, fake_function (program->fake));

  self->to_item = record (program, "item", 32, &self->item);
  self->to_session = record (program, "session", 32, &self->session);
  fake_member (program->fake, self->item, "next", self->to_item, 0);
  fake_member (program->fake, self->item, "name", text, 8);
  fake_member (program->fake, self->item, "count", number, 16);
  fake_member (program->fake, self->item, "home", self->pointer, 24);
  fake_member (program->fake, self->session, "started", number, 0);
  fake_member (program->fake, self->session, "home", self->pointer, 8);
  fake_member (program->fake, self->session, "user", text, 16);
  fake_member (program->fake, self->session, "peer", self->to_session, 24);
  rival (program, "sample", number, number, number, number);
  rival (program, "vector", real, real, real, real);
  rival (program, "edge", number, number, self->to_item, self->to_item);
  rival (program, "handler", function, function, number, number);
  rival (program, "names", text, text, text, text);
  rival (program, "pair", self->to_session, self->to_item, number, number);
}

/* @kind: of the member that may tell what the value is. */
static void
make_world (World *self, Program *program, HsTypeId kind, HsTypeId value)
{
  self->program = program;
  self->pointer = record (program, "owner", 24, &self->record);
  fake_member (program->fake, self->record, "next", self->pointer, NEXT);
  if (kind != 0)
    fake_member (program->fake, self->record, "kind", kind, KIND);
  fake_member (program->fake, self->record, "flags", program->word, FLAGS);
  fake_member (program->fake, self->record, "value", value, VALUE);
  add_types (self);
}

/* A new owner at the end of the list that leads to @value. */
static HsAddr
add_owner (World *self, HsAddr value)
{
  HsAddr owner = program_block (self->program, 24);

  if (self->last != 0 || self->head != 0)
    program_store (self->program, self->last != 0 ? self->last + NEXT : self->head + 8, owner);
  else
    program_variable (self->program, self->pointer, owner);
  program_store (self->program, owner + VALUE, value);
  self->value = value;
  return self->last = owner;
}

static HsAddr
add_text (Program *program, guint i)
{
  g_autofree char *text = g_strdup_printf ("the name of number %u", i);
  HsAddr address = program_block (program, strlen (text) + 1);

  program_text (program, address, text);
  return address;
}

static HsAddr
add_item (World *self, guint i, HsAddr next)
{
  HsAddr name = add_text (self->program, i), item = program_block (self->program, 32);

  program_store (self->program, item, next);
  program_store (self->program, item + 8, name);
  program_store (self->program, item + 16, 3 + i);
  program_store (self->program, item + 24, self->last);
  return item;
}

static HsAddr
add_session (World *self, guint i, HsAddr peer)
{
  HsAddr user = add_text (self->program, i), session = program_block (self->program, 32);

  program_store (self->program, session, 1700000000 + i);
  program_store (self->program, session + 8, self->last);
  program_store (self->program, session + 16, user);
  program_store (self->program, session + 24, peer);
  return session;
}

/* --- all alike --- */

static void
test_one_type (Program *program, gconstpointer size)
{
  World self = { 0 };
  HsAddr item[MANY] = { 0 };

  make_world (&self, program, 0, program->any);
  for (guint i = 0; i < MANY; i++) {
    item[i] = add_item (&self, i, i > 0 ? item[i - 1] : 0);
    add_owner (&self, item[i]);
  }
  program_infer (program);
  for (guint i = 0; i < MANY; i++)
    program_check (program, item[i], "struct item", HS_LEVEL_C);
  program_check_how (program, item[MANY - 1], "group struct owner.value");
  program_infer_again (program);
}

/* Two types that nothing in their contents tells apart. */
static void
test_twins (Program *program, gconstpointer size)
{
  World self = { 0 };
  HsAddr twin[MANY];

  make_world (&self, program, 0, program->any);
  for (guint i = 0; i < 2; i++) {
    HsTypeId id = fake_struct (program->fake, i == 0 ? "ying" : "yang", 48);
    fake_member (program->fake, id, "home", self.pointer, 0);
    fake_member (program->fake, id, "friend", self.pointer, 8);
    fake_member (program->fake, id, "weight", program->number, 16);
  }
  for (guint i = 0; i < MANY; i++) {
    twin[i] = program_block (program, 48);
    add_owner (&self, twin[i]);
    program_store (program, twin[i], self.last);
    program_store (program, twin[i] + 8, self.last);
    program_store (program, twin[i] + 16, i);
  }
  program_infer (program);
  for (guint i = 0; i < MANY; i++)
    program_check (program, twin[i], NULL, HS_LEVEL_NONE);
}

/* Numbers, small ones or any, where only one type has that size, without pointers: nothing says that it is one of them. */
static void
numbers (Program *program, gboolean small)
{
  World self = { 0 };
  HsTypeId counters;
  HsAddr data[MANY];
  guint64 value = 1;

  make_world (&self, program, 0, program->any);
  record (program, "counters", 64, &counters);
  for (guint k = 0; k < 8; k++)
    fake_member (program->fake, counters, "count", program->number, 8 * k);
  for (guint i = 0; i < MANY; i++) {
    data[i] = program_block (program, 64);
    for (guint k = 0; k < 8; k++, value = value * G_GUINT64_CONSTANT (6364136223846793005) + 1442695040888963407)
      program_store (program, data[i] + 8 * k, small ? i * 7 % 100 + k : value | 1);
    add_owner (&self, data[i]);
  }
  program_infer (program);
  for (guint i = 0; i < MANY; i++)
    program_check_below (program, data[i], HS_LEVEL_C);
}

static void
test_plain_data (Program *program, gconstpointer size)
{
  numbers (program, TRUE);
}

static void
test_noise (Program *program, gconstpointer size)
{
  numbers (program, FALSE);
}

static void
test_text (Program *program, gconstpointer size)
{
  World self = { 0 };
  HsAddr text[MANY];

  make_world (&self, program, 0, program->any);
  for (guint i = 0; i < MANY; i++) {
    text[i] = add_text (program, i);
    add_owner (&self, text[i]);
  }
  program_infer (program);
  for (guint i = 0; i < MANY; i++)
    program_check (program, text[i], "char[]", HS_LEVEL_C);
}

/* --- told apart --- */

/* Items and sessions in turn; @tag: sets what tells them apart. */
static void
mixed (World *self, void (*tag) (World *self, HsAddr owner, guint i, gboolean is_item))
{
  HsAddr block[2 * MANY] = { 0 };
  Program *program = self->program;

  for (guint i = 0; i < 2 * MANY; i++) {
    gboolean is_item = i * 7 % 10 < 5;
    HsAddr before = i >= 10 ? block[i - 10] : 0; /* of the same kind */
    block[i] = is_item ? add_item (self, i, before) : add_session (self, i, before);
    tag (self, add_owner (self, block[i]), i, is_item);
  }
  program_infer (program);
  for (guint i = 0; i < 2 * MANY; i++)
    program_check (program, block[i], i * 7 % 10 < 5 ? "struct item" : "struct session", HS_LEVEL_C);
}

static const HsDecision *
rule_of (const Program *program, HsAddr block)
{
  guint32 reason = program->inference->reason[hs_blocks_at (program->heap->blocks, block)];

  return hs_decisions_get (program->inference->decisions, hs_reasons_get (program->inference->reasons, reason)->decision);
}

/* What tells the last owner's value from others: these bits of its owner. */
static void
check_split (const World *self, guint32 offset, guint64 mask)
{
  const HsDecision *rule = rule_of (self->program, self->value);

  g_assert_cmpuint (rule->split.kind, ==, HS_SPLIT_OWNER);
  g_assert_cmpuint (rule->split.offset, ==, offset);
  g_assert_cmpuint (rule->split.size, <=, 4);
  g_assert_cmphex (rule->split.mask & (G_MAXUINT64 >> (64 - 8 * rule->split.size)), ==, mask);
}

static void
tag_enum (World *self, HsAddr owner, guint i, gboolean is_item)
{
  program_store32 (self->program, owner + KIND, is_item ? 1 : 2);
  program_store32 (self->program, owner + FLAGS, i);
}

static void
test_enum (Program *program, gconstpointer size)
{
  World self = { 0 };

  make_world (&self, program, fake_enum (program->fake, "kind", 0, 4), program->any);
  mixed (&self, tag_enum);
  check_split (&self, KIND, G_MAXUINT32);
  program_infer_again (program);
}

/* Of a byte's two halves one is the tag, the other varies. */
static void
tag_bits (World *self, HsAddr owner, guint i, gboolean is_item)
{
  program_store32 (self->program, owner + KIND, (is_item ? 3u : 9u) | i * 5 % 16 << 4 | i << 8);
}

static void
test_bits (Program *program, gconstpointer size)
{
  World self = { .program = program };

  self.pointer = record (program, "owner", 24, &self.record);
  fake_member (program->fake, self.record, "next", self.pointer, NEXT);
  fake_bits (program->fake, self.record, "kind", program->word, KIND, 0, 4);
  fake_bits (program->fake, self.record, "encoding", program->word, KIND, 4, 4);
  fake_bits (program->fake, self.record, "used", program->word, KIND + 1, 0, 24);
  fake_member (program->fake, self.record, "value", program->any, VALUE);
  add_types (&self);
  mixed (&self, tag_bits);
  check_split (&self, KIND, 0x0f);
}

/* One bit of many flags. */
static void
tag_flag (World *self, HsAddr owner, guint i, gboolean is_item)
{
  program_store32 (self->program, owner + FLAGS, (i * 2654435761u >> 20 & ~(1u << 5)) | (guint32)is_item << 5);
}

static void
test_flag (Program *program, gconstpointer size)
{
  World self = { 0 };

  make_world (&self, program, 0, program->any);
  mixed (&self, tag_flag);
  check_split (&self, FLAGS, 1 << 5);
}

/* The size tells, where nothing else does. */
static void
test_size (Program *program, gconstpointer size)
{
  World self = { 0 };
  HsTypeId large;
  HsAddr block[2 * MANY];

  make_world (&self, program, 0, program->any);
  record (program, "large", 64, &large);
  fake_member (program->fake, large, "home", self.pointer, 0);
  fake_member (program->fake, large, "first", self.to_item, 8);
  fake_member (program->fake, large, "weight", program->real, 16);
  for (guint i = 0; i < 2 * MANY; i++) {
    if (i % 3 == 0) {
      block[i] = program_block (program, 64);
      program_store (program, block[i], self.last);
      program_store (program, block[i] + 8, i > 0 ? block[i - 1] : 0);
      program_store (program, block[i] + 16, 0x3ff0000000000000 + (i << 20));
    } else
      block[i] = add_item (&self, i, i > 3 ? block[i - 3] : 0);
    add_owner (&self, block[i]);
  }
  program_infer (program);
  for (guint i = 0; i < 2 * MANY; i++)
    program_check (program, block[i], i % 3 == 0 ? "struct large" : "struct item", HS_LEVEL_C);
}

/* Begins a list in a table whose functions stand at @ops: a context of its own. */
static void
begin_table (World *self, HsAddr ops)
{
  HsTypeId function, type, to_ops, table;

  if (self->to_table == 0) {
    function = fake_pointer (self->program->fake, fake_function (self->program->fake));
    to_ops = record (self->program, "ops", 16, &type);
    self->to_table = record (self->program, "table", 16, &table);
    fake_member (self->program->fake, type, "compare", function, 0);
    fake_member (self->program->fake, type, "destroy", function, 8);
    fake_member (self->program->fake, table, "ops", to_ops, 0);
    fake_member (self->program->fake, table, "first", self->pointer, 8);
  }
  self->head = program_block (self->program, 16);
  self->last = 0;
  program_variable (self->program, self->to_table, self->head);
  program_store (self->program, self->head, ops);
}

/* One member, in two kinds of table that functions tell apart: sessions in one, text in the other. */
static void
test_contexts (Program *program, gconstpointer size)
{
  World self = { 0 };
  HsAddr session[MANY] = { 0 }, text[MANY];

  make_world (&self, program, 0, program->any);
  begin_table (&self, PROGRAM_TABLES);
  for (guint i = 0; i < MANY; i++) {
    session[i] = add_session (&self, i, i > 0 ? session[i - 1] : 0);
    add_owner (&self, session[i]);
  }
  begin_table (&self, PROGRAM_TABLES + 64);
  for (guint i = 0; i < MANY; i++) {
    text[i] = add_text (program, i);
    add_owner (&self, text[i]);
  }
  program_infer (program);
  for (guint i = 0; i < MANY; i++) {
    program_check (program, session[i], "struct session", HS_LEVEL_C);
    program_check (program, text[i], "char[]", HS_LEVEL_C);
  }
}

/* --- unions --- */

enum { TAG_ITEM = 3, TAG_SESSION = 4, TAG_NUMBER = 5 };

/* A value: a union of pointers and a number, and what it is. Types that look the same, but are none of the union's, do not
 * matter. */
static void
test_union (Program *program, gconstpointer size)
{
  World self = { .program = program };
  HsAddr block[2 * MANY] = { 0 };
  HsTypeId either = fake_type (program->fake, HS_TYPE_UNION, "either", 8, 0), value = fake_struct (program->fake, "value", 16);

  self.pointer = record (program, "owner", 24, &self.record);
  fake_member (program->fake, self.record, "next", self.pointer, 0);
  fake_member (program->fake, self.record, "value", value, 8);
  add_types (&self);
  rival (program, "decoy", self.to_item, fake_pointer (program->fake, program->character), program->number, self.pointer);
  rival (program, "bait", program->number, self.pointer, fake_pointer (program->fake, program->character), self.to_session);
  fake_member (program->fake, either, "item", self.to_item, 0);
  fake_member (program->fake, either, "session", self.to_session, 0);
  fake_member (program->fake, either, "number", program->number, 0);
  fake_member (program->fake, value, "it", either, 0);
  fake_member (program->fake, value, "tag", program->word, 8);
  for (guint i = 0; i < 2 * MANY; i++) {
    HsAddr before = i >= 3 ? block[i - 3] : 0, owner = program_block (program, 24);
    block[i] = i % 3 == 0 ? add_item (&self, i, before) : i % 3 == 1 ? add_session (&self, i, before) : 0;
    if (i > 0)
      program_store (program, self.last, owner);
    else
      program_variable (program, self.pointer, owner);
    program_store (program, owner + 8, i % 3 == 2 ? i : block[i]);
    program_store32 (program, owner + 16, i % 3 == 0 ? TAG_ITEM : i % 3 == 1 ? TAG_SESSION : TAG_NUMBER);
    self.last = owner;
  }
  program_infer (program);
  for (guint i = 0; i < 2 * MANY; i++)
    if (i % 3 != 2)
      program_check (program, block[i], i % 3 == 0 ? "struct item" : "struct session", HS_LEVEL_C);
}

/* A pointer to a union of objects that all begin alike: it is one of them. */
static void
test_union_of_objects (Program *program, gconstpointer size)
{
  static const char *const NAMES[] = { "any_event", "key_event", "button_event", "expose_event" };
  static const guint64 SIZES[] = { 24, 48, 64, 96 };
  HsTypeId either = fake_type (program->fake, HS_TYPE_UNION, "event", 96, 0), to_event = fake_pointer (program->fake, either);
  HsTypeId kind = fake_enum (program->fake, "event_kind", 0, 4), event[4];
  HsAddr block[2 * MANY];

  for (guint k = 0; k < 4; k++) {
    event[k] = fake_struct (program->fake, NAMES[k], SIZES[k]);
    fake_mentions (program->fake, event[k], 4);
    fake_member (program->fake, event[k], "kind", kind, 0);
    fake_member (program->fake, event[k], "next", to_event, 8);
    fake_member (program->fake, event[k], "serial", program->number, 16);
    if (k > 0)
      fake_member (program->fake, event[k], k == 1 ? "key" : k == 2 ? "button" : "width", program->number, 24);
  }
  for (guint k = 0; k < 4; k++)
    fake_member (program->fake, either, NAMES[k], event[k], 0);
  for (guint i = 0; i < 2 * MANY; i++) {
    guint k = 1 + i % 3;
    block[i] = program_block (program, SIZES[k]);
    program_store32 (program, block[i], k);
    program_store (program, block[i] + 16, 1000 + i);
    program_store (program, block[i] + 24, i % 100);
    if (i > 0)
      program_store (program, block[i - 1] + 8, block[i]);
  }
  program_variable (program, to_event, block[0]);
  program_infer (program);
  for (guint i = 0; i < 2 * MANY; i++)
    program_check_type (program, block[i], event[1 + i % 3], HS_FORM_WHOLE, HS_LEVEL_C);
}

/* --- headers --- */

enum { TABLE, CLOSURE, PROTO, N_TAGGED };

/* Types of the same size with the same kinds of members behind a header with a tag; a list of all. @n_known of each are
 * known by pointers of their own type as well. */
static void
make_tagged (Program *program, guint n_known, HsTypeId type[N_TAGGED], HsAddr block[N_TAGGED * MANY])
{
  static const char *const NAMES[] = { "table", "closure", "proto" };
  HsTypeId header, to_header = record (program, "header", 16, &header), pointer[N_TAGGED];

  fake_member (program->fake, header, "next", to_header, 0);
  fake_member (program->fake, header, "tag", program->byte, 8);
  fake_member (program->fake, header, "mark", program->byte, 9);
  for (guint k = 0; k < N_TAGGED; k++) {
    pointer[k] = record (program, NAMES[k], 40, &type[k]);
    fake_member (program->fake, type[k], "header", header, 0);
    fake_member (program->fake, type[k], "used", program->number, 16);
    fake_member (program->fake, type[k], "room", program->number, 24);
  }
  for (guint i = 0; i < N_TAGGED * MANY; i++) {
    block[i] = program_block (program, 40);
    program_store (program, block[i] + 8, 5 + i % N_TAGGED * 2 + (i % 2 << 8));
    program_store (program, block[i] + 16, i);
    program_store (program, block[i] + 24, 2 * i);
    if (i > 0)
      program_store (program, block[i - 1], block[i]);
    if (i < N_TAGGED * n_known)
      program_variable (program, pointer[i % N_TAGGED], block[i]);
  }
  program_variable (program, to_header, block[0]);
  program_infer (program);
}

/* Those whose types are known show what the tags mean. */
static void
test_header_votes (Program *program, gconstpointer size)
{
  HsTypeId type[N_TAGGED];
  HsAddr block[N_TAGGED * MANY];
  guint known = 4;

  make_tagged (program, known, type, block);
  for (guint i = 0; i < N_TAGGED * MANY; i++)
    program_check_type (program, block[i], type[i % N_TAGGED], HS_FORM_WHOLE, i < N_TAGGED * known ? HS_LEVEL_B : HS_LEVEL_C);
  program_check_how (program, block[N_TAGGED * MANY - 1], "header struct header.next");
  program_infer_again (program);
}

/* Nothing shows what they mean. */
static void
test_header_twins (Program *program, gconstpointer size)
{
  HsTypeId type[N_TAGGED];
  HsAddr block[N_TAGGED * MANY];

  make_tagged (program, 0, type, block);
  for (guint i = 0; i < N_TAGGED * MANY; i++)
    program_check (program, block[i], NULL, HS_LEVEL_NONE);
}

/* --- rules --- */

/* @n owners lead to items, and the home of each leads to another one. The last of those has a home, too, that the groups could
 * not see: what it leads to may be items, by size and contents, but is too few to say it itself. */
static void
later_blocks (Program *program, guint n, HsLevel level)
{
  World self = { 0 };
  HsAddr late[3], item = 0, inner = 0, hidden = 0, home = 0;

  make_world (&self, program, 0, program->any);
  begin_table (&self, PROGRAM_TABLES);
  for (guint i = 0; i < n; i++) {
    item = add_item (&self, i, item), inner = add_item (&self, i, inner), home = program_block (program, 24);
    program_store (program, home + VALUE, inner);
    program_store (program, item + 24, home);
    add_owner (&self, item);
  }
  for (guint i = 0; i < 3; i++, hidden = home) {
    late[i] = program_block (program, 32), home = program_block (program, 24);
    program_store (program, home + VALUE, late[i]);
    program_store (program, home + NEXT, hidden);
  }
  program_store (program, inner + 24, hidden);
  program_infer (program);
  program_check (program, item, "struct item", HS_LEVEL_C);
  for (guint i = 0; i < 3; i++)
    program_check (program, late[i], "struct item", level);
}

static void
test_rule (Program *program, gconstpointer size)
{
  later_blocks (program, MANY, HS_LEVEL_C);
}

static void
test_no_rule (Program *program, gconstpointer size)
{
  later_blocks (program, 24, HS_LEVEL_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program_add ("/groups/one-type", test_one_type, 0);
  program_add ("/groups/twins", test_twins, 0);
  program_add ("/groups/plain-data", test_plain_data, 0);
  program_add ("/groups/noise", test_noise, 0);
  program_add ("/groups/text", test_text, 0);
  program_add ("/groups/enum", test_enum, 0);
  program_add ("/groups/bit-field", test_bits, 0);
  program_add ("/groups/flag", test_flag, 0);
  program_add ("/groups/size", test_size, 0);
  program_add ("/groups/contexts", test_contexts, 0);
  program_add ("/groups/union", test_union, 0);
  program_add ("/groups/union-of-objects", test_union_of_objects, 0);
  program_add ("/groups/header-votes", test_header_votes, 0);
  program_add ("/groups/header-twins", test_header_twins, 0);
  program_add ("/groups/rule", test_rule, 0);
  program_add ("/groups/no-rule", test_no_rule, 0);
  return g_test_run ();
}
