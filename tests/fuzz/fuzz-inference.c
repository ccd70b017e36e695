/* fuzz-inference.c - type graphs, heaps and roots that no compiler and no program would make.
 *
 * A small type graph comes from the input: pointers to anything, arrays of any length, unions of structs of unions, headers
 * and what begins with them, bit-fields, enums, tables of functions, values with a tag; some with names that mean something.
 * Then runs of blocks, each filled after a pattern of its own, so that many are alike, as those that a program made by one
 * line of its source: with numbers, text, tags, pointers to blocks of other runs and into them. A library has tables and
 * static variables. The inference has to come to an end soon, to say nothing that makes no sense, and to say the same again. */
#include "profiler/inference/inference.h"
#include "tests/fuzz/input.h"
#include "tests/support/fake-elf.h"
#include "tests/support/fake-target.h"
#include "tests/support/fake-types.h"

#define HEAP G_GUINT64_CONSTANT (0x555500000000)
#define DATA G_GUINT64_CONSTANT (0x555400000000)
#define CODE G_GUINT64_CONSTANT (0x555300000000)
#define TABLES (CODE + 0x1000)
#define HEAP_SIZE 0x80000
#define DATA_SIZE 0x1000
#define TABLES_SIZE 0x1000
#define MAX_RUNS 8
#define MAX_PATTERN 16

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  guint8 kind, a, b;
  guint64 constant;
} Word;

typedef struct {
  guint32 first, n; /* blocks */
  guint n_words;
  Word words[MAX_PATTERN];
} Run;

typedef struct {
  HsTarget *target;
  HsHeap *heap;
  HsModules *modules;
  HsTypes *types;
  HsRoots *roots;
  HsDiag *diag;
  guint8 *heap_bytes, *data_bytes;
  Run runs[MAX_RUNS];
  guint n_runs;
  guint32 without;
} Fake;

/* --- types --- */

/* Types that are always there: ids 1 to N_GIVEN. */
enum { CHAR = 1, BYTE, INT, LONG, DOUBLE, ANY, TEXT, FUNCTION, TO_FUNCTION, N_GIVEN = TO_FUNCTION };

static const char *const NAMES[] = {
  "a", "b", "c", "d", "char", "", "std::_Rb_tree_node_base", "std::_Rb_tree_node<a>", "std::_Rb_tree<b, a>",
  "__gnu_cxx::__aligned_membuf<a>", "std::__detail::_List_node_base", "std::_List_node<b>", "std::__cxx11::_List_base<b>",
  "std::__detail::_Hash_node_base", "std::__detail::_Hash_node<a, false>", "std::_Hashtable<b, a>", "std::_Fwd_list_node<a>",
  "_GTypeInstance", "_GTypeClass", "_GTypeInterface", "_GObject", "_GObjectClass", "_TypeNode", "qname", "supers",
};

static const char *const VARIABLES[] = {
  "a", "b", "quarks", "static_fundamental_type_nodes", "a_get_type::id", "g_object_get_type::id",
};

static const char *
some_name (Input *input)
{
  guint8 how = input_byte (input);

  return NAMES[how < 128 ? how % 4 : how % G_N_ELEMENTS (NAMES)];
}

static guint64
some_size (Input *input)
{
  guint8 how = input_byte (input);

  return how < 200 ? 8 * (guint64)(how & 31) : how < 250 ? how : input_take (input, 8);
}

static void
add_given (FakeTypes *types)
{
  fake_base (types, "char", 1, 6);
  fake_base (types, "octet", 1, 7);
  fake_base (types, "int", 4, 5);
  fake_base (types, "long", 8, 5);
  fake_base (types, "double", 8, 4);
  fake_pointer (types, 0);
  fake_pointer (types, CHAR);
  fake_function (types);
  g_assert_cmpuint (fake_pointer (types, FUNCTION), ==, N_GIVEN);
}

static void
add_members (FakeTypes *types, HsTypeId id, guint n_types, Input *input)
{
  guint8 how = input_byte (input);
  guint repeat = how & 0x80 ? 64 : 1; /* many that are alike */

  for (guint i = 0; i < (how & 7u); i++) {
    HsTypeId type = input_byte (input) % n_types;
    guint64 offset = how & 0x40 ? some_size (input) : 8 * (guint64)i;
    for (guint k = 0; k < repeat; k++)
      fake_member (types, id, NAMES[i % 4], type, how & 0x20 ? 0 : offset + 8 * k);
  }
}

static void
add_bits (FakeTypes *types, HsTypeId id, Input *input)
{
  guint bit = 0;

  for (guint n = input_byte (input) & 7; n > 0; n--) {
    guint8 width = input_byte (input);
    fake_bits (types, id, "bits", width & 0x80 ? BYTE : INT, bit / 8, bit % 8, width & 0x7f);
    bit += width & 0x7f;
  }
}

/* Members as those of another type, and others behind them. */
static void
add_beginning (FakeTypes *types, HsTypeId id, HsTypeId header, guint n_types, Input *input)
{
  guint8 how = input_byte (input);
  guint n = hs_table_type (types->table, header)->n_members;
  guint64 size = hs_table_type (types->table, header)->size;

  if (how & 1 || !hs_kind_is_aggregate (hs_table_type (types->table, header)->kind)) {
    if (how & 2)
      fake_base_class (types, id, header, 0);
    else
      fake_member (types, id, "header", header, 0);
    n = 0;
  }
  for (guint i = 0; i < MIN (n, 64); i++) {
    HsModelMember member = *hs_table_member (types->table, hs_table_type (types->table, header)->first_member + i);
    if (member.bit_size != 0)
      fake_bits (types, id, "bits", member.type, member.offset, member.bit_offset, member.bit_size);
    else
      fake_member (types, id, hs_strings_get (types->strings, member.name), member.type, member.offset);
  }
  for (guint i = 0; i < (how >> 2 & 3u); i++)
    fake_member (types, id, NAMES[i], input_byte (input) % n_types, size + 8 * i);
  hs_table_type (types->table, id)->size = size + 8 * (how >> 2 & 3u) + (how & 0x80 ? 8 : 0);
}

static void
add_record (FakeTypes *types, HsTypeId id, guint how, guint n_types, Input *input)
{
  HsTypeId known = input_byte (input) % id;

  hs_table_type (types->table, id)->size = some_size (input);
  switch (how) {
  case 0:
    add_bits (types, id, input);
    fake_member (types, id, "a", ANY, 8);
    fake_member (types, id, "b", known, 16);
    break;
  case 1:
    add_beginning (types, id, known, n_types, input);
    break;
  case 2: /* a table of functions */
    for (guint i = input_byte (input) & 7; i > 0; i--)
      fake_member (types, id, NAMES[i % 4], TO_FUNCTION, 8 * i);
    break;
  case 3: /* a value and its tag */
    fake_member (types, id, "value", known, 0);
    fake_member (types, id, "tag", input_byte (input) & 1 ? BYTE : INT, 8);
    break;
  default:
    add_members (types, id, n_types, input);
    break;
  }
}

static void
add_type (FakeTypes *types, guint n_types, Input *input)
{
  static const HsTypeKind kinds[] = {
    HS_TYPE_STRUCT, HS_TYPE_POINTER, HS_TYPE_STRUCT, HS_TYPE_UNION, HS_TYPE_STRUCT, HS_TYPE_POINTER, HS_TYPE_CLASS, HS_TYPE_ARRAY,
    HS_TYPE_STRUCT, HS_TYPE_ENUM, HS_TYPE_TYPEDEF, HS_TYPE_BASE, HS_TYPE_FUNCTION, HS_TYPE_OPAQUE, HS_TYPE_REFERENCE,
    HS_TYPE_MEMBER_POINTER,
  };
  guint8 how = input_byte (input);
  HsTypeKind kind = kinds[how & 15];
  HsTypeId id;

  if (kind == HS_TYPE_ENUM) {
    fake_enum (types, some_name (input), (gint8)input_byte (input), input_byte (input) & 15);
    return;
  }
  id = fake_type (types, kind, some_name (input), 0, 0);
  if (kind == HS_TYPE_BASE) {
    hs_table_type (types->table, id)->size = 1u << (input_byte (input) & 3);
    hs_table_type (types->table, id)->encoding = input_byte (input) & 15;
  } else if (hs_kind_is_aggregate (kind)) {
    fake_mentions (types, id, input_byte (input));
    fake_flags (types, id, input_byte (input) & (HS_TYPE_FLAG_ANONYMOUS | HS_TYPE_FLAG_SYSTEM | HS_TYPE_FLAG_CXX));
    add_record (types, id, how >> 4 & 7, n_types, input);
  } else {
    hs_table_type (types->table, id)->size = kind == HS_TYPE_POINTER || kind == HS_TYPE_REFERENCE ? 8 : 0;
    fake_target (types, id, input_byte (input) % n_types);
    hs_table_type (types->table, id)->count = kind == HS_TYPE_ARRAY && how < 128 ? some_size (input) : 0;
    fake_flags (types, id, kind == HS_TYPE_ARRAY && how >= 128 ? HS_TYPE_FLAG_UNBOUNDED : 0);
  }
}

static void
add_types (Fake *self, Input *input)
{
  FakeTypes *types = fake_types_new ();
  guint n = 1 + (input_byte (input) & 63), n_types = 1 + N_GIVEN + n;
  HsAddr at = TABLES;

  add_given (types);
  for (guint i = 0; i < n; i++)
    add_type (types, n_types, input);
  for (guint i = input_byte (input) & 15; i > 0; i--) {
    guint8 which = input_byte (input);
    fake_static (types, VARIABLES[which % G_N_ELEMENTS (VARIABLES)], input_byte (input) % n_types, at);
    at += 16 * (guint64)(which & 15);
  }
  self->types = fake_types_finish (types, self->modules);
}

/* --- memory --- */

static void
read_run (Fake *self, HsAddr *at, Input *input)
{
  Run *run = &self->runs[self->n_runs++];
  guint n = input_byte (input);
  guint8 how = input_byte (input);
  guint64 usable = 24 + 16 * (guint64)(how & 15) + (how > 250 ? 0x1000 : 0);

  run->first = self->heap->blocks->n;
  for (guint i = 0; i < n; i++, run->n++) {
    guint64 size = usable + (how & 0x10 ? 16 * (guint64)(i % 5) : 0); /* of different sizes */
    if (*at + size + 8 > HEAP + HEAP_SIZE || !hs_blocks_add (self->heap->blocks, *at, size))
      break;
    *at += size + 8;
  }
  run->n_words = 1 + input_byte (input) % MAX_PATTERN;
  for (guint i = 0; i < run->n_words; i++) {
    Word *word = &run->words[i];
    word->kind = input_byte (input);
    word->a = input_byte (input);
    word->b = input_byte (input);
    word->constant = word->kind >= 250 ? input_take (input, 8) : 0;
  }
}

static HsAddr
block_of (const Fake *self, guint8 which, guint32 i)
{
  const Run *run = &self->runs[which % MAX (1, self->n_runs)];

  return run->n > 0 ? self->heap->blocks->address[run->first + i % run->n] : 0;
}

/* What @word says for the object @i of those that are alike. */
static guint64
value_of (const Fake *self, const Word *word, guint32 i)
{
  if (word->kind >= 250)
    return word->constant;
  switch (word->kind % 16) {
  case 0:
    return i % 2 ? word->a : 0;
  case 1:
    return i % MAX (1, word->a) + word->b;
  case 2: case 3: case 4:
    return block_of (self, word->a, i + word->b % 4);
  case 5:
    return block_of (self, word->a, i * 2654435761u >> 7);
  case 6:
    return block_of (self, word->a, i) + 8 * (guint64)(word->b & 7);
  case 7: /* one of two kinds */
    return block_of (self, i % 2 ? word->a : word->b, i);
  case 8:
    return i % 3 == 0 ? word->b : block_of (self, word->a, i);
  case 9: /* a tag, and something else */
    return i % 2 | (guint64)word->a << 8 | (guint64)i << 32;
  case 10:
    return 0x4141414141414141 >> 8 * (word->a & 7);
  case 11:
    return DATA + 8 * (guint64)word->a;
  case 12:
    return TABLES + 8 * (guint64)(word->a + i % 2 * word->b);
  case 13:
    return CODE + word->a;
  case 14:
    return G_GUINT64_CONSTANT (0x123456789000) + i;
  default:
    return (i + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + word->a;
  }
}

static void
fill (Fake *self)
{
  for (guint r = 0; r < self->n_runs; r++) {
    const Run *run = &self->runs[r];
    for (guint32 i = 0; i < run->n; i++) {
      HsAddr address = self->heap->blocks->address[run->first + i];
      guint64 size = hs_blocks_size (self->heap->blocks, run->first + i);
      for (guint64 w = 0; w < MIN (size / 8, 64); w++)
        fake_put (self->heap_bytes, HEAP, address + 8 * w, value_of (self, &run->words[w % run->n_words], i));
    }
  }
}

/* A library: a page of code, and one of tables, which is filled like a run of one object, with names of C++ classes. */
static void
add_library (Fake *self)
{
  const gsize size = 0x1000 + TABLES_SIZE;
  const Elf64_Phdr program = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = size, .p_memsz = size };
  g_autofree guint8 *zeros = g_malloc0 (size);
  const FakeSection filler = { ".data", SHT_PROGBITS, 0, 0, zeros, size };
  g_autoptr (GByteArray) file = fake_elf (&program, 1, &filler, 1);
  const Run *run = &self->runs[0];
  gint index;

  for (guint w = 0; self->n_runs > 0 && w < TABLES_SIZE / 8; w++)
    fake_put (file->data + 0x1000, TABLES, TABLES + 8 * w, value_of (self, &run->words[w * 5 % run->n_words], w));
  memcpy (file->data + 0x1000 + 0x400, "1a", 3);
  index = fake_file (self->target, "/nonexistent/libstdc++.so", file->data, file->len);
  fake_map (self->target, index, 0, CODE, 0x1000, PROT_READ | PROT_EXEC);
  fake_map (self->target, index, 0x1000, TABLES, TABLES_SIZE, FAKE_RW);
}

static void
add_memory (Fake *self, Input *input)
{
  HsExtent extent = { HEAP, HEAP + HEAP_SIZE };
  HsAddr at = HEAP + 16;

  for (guint n = input_byte (input) % (MAX_RUNS + 1); n > 0; n--)
    read_run (self, &at, input);
  g_array_append_val (self->heap->extents, extent);
  self->heap_bytes = fake_memory (self->target, HEAP, HEAP_SIZE, FAKE_RW, HS_MAPPING_HEAP);
  self->data_bytes = fake_memory (self->target, DATA, DATA_SIZE, FAKE_RW, HS_MAPPING_ANON);
  add_library (self);
  fake_target_seal (self->target);
  fill (self);
  self->modules = hs_modules_new (self->target, NULL, self->diag);
}

static void
add_roots (Fake *self, Input *input)
{
  guint n = input_byte (input) & 31;

  for (guint i = 0; i < n; i++) {
    HsRootKind kind = input_byte (input) & 3;
    HsTypeId type = input_byte (input) % self->types->n_types;
    Word word = { .kind = input_byte (input), .a = input_byte (input), .b = input_byte (input) };
    guint64 value = value_of (self, &word, i);
    fake_put (self->data_bytes, DATA, DATA + 8 * i, value);
    fake_root (self->roots, kind, type, kind == HS_ROOT_REGISTER ? value : DATA + 8 * i, "root");
  }
}

/* --- what has to hold --- */

static void
check_block (const Fake *self, const HsInference *inference, guint32 i)
{
  HsLabel label = inference->label[i];
  guint32 parent = inference->parent[i];

  g_assert_cmpuint (hs_label_level (label), <=, HS_LEVEL_A);
  if (hs_label_level (label) == HS_LEVEL_NONE)
    return;
  g_assert_cmpuint (hs_label_form (label), <=, HS_FORM_BEHIND);
  g_assert_cmpuint (hs_label_type (label), >, 0);
  g_assert_cmpuint (hs_label_type (label), <, inference->types->n_types + inference->names->len);
  g_assert_cmpuint (inference->reason[i], >, 0);
  g_assert_cmpuint (inference->reason[i], <=, hs_reasons_count (inference->reasons));
  g_assert_true (parent == HS_NO_BLOCK || parent < inference->n);
  if (parent != HS_NO_BLOCK && inference->at[i] != HS_NOWHERE)
    g_assert_cmpuint (8 * (guint64)inference->at[i] + 8, <=, hs_blocks_size (self->heap->blocks, parent));
  if (hs_label_form (label) == HS_FORM_BEHIND)
    g_assert_cmpuint (hs_reasons_get (inference->reasons, inference->reason[i])->distance, <,
                      hs_blocks_size (self->heap->blocks, i));
  g_autofree char *name = hs_inference_name (inference, label), *how = hs_inference_how (inference, inference->reason[i]);
  g_assert_true (g_utf8_validate (name, -1, NULL) && g_utf8_validate (how, -1, NULL));
}

static void
check_decision (const HsInference *inference, guint32 number)
{
  const HsDecision *decision = hs_decisions_get (inference->decisions, number);

  g_assert_cmpuint (decision->reason, <=, hs_reasons_count (inference->reasons));
  g_assert_cmpuint (decision->header, <, inference->types->n_types);
  g_assert_cmpuint (decision->previous, <, number);
  g_assert_cmpuint (decision->split.size, <=, 8);
  for (guint32 i = 0; i < decision->n_verdicts; i++) {
    const HsVerdict *verdict = &decision->verdicts[i];
    g_assert_cmpuint (verdict->type, <, inference->types->n_types + inference->names->len);
    g_assert_true (verdict->level == HS_LEVEL_C || verdict->level == HS_LEVEL_D);
    g_assert_true (i == 0 || decision->verdicts[i - 1].value < verdict->value);
  }
}

static HsInference *
infer (Fake *self)
{
  return hs_inference_new_without (self->target, self->heap, self->modules, self->types, self->roots, self->diag, self->without);
}

static void
check (Fake *self)
{
  HsInference *once = infer (self), *again = infer (self);

  for (guint32 i = 0; i < once->n; i++)
    check_block (self, once, i);
  for (guint32 i = 1; i < hs_decisions_count (once->decisions); i++)
    check_decision (once, i);
  g_assert_cmpmem (once->label, once->n * sizeof *once->label, again->label, again->n * sizeof *again->label);
  g_assert_cmpmem (once->reason, once->n * sizeof *once->reason, again->reason, again->n * sizeof *again->reason);
  g_assert_cmpmem (once->parent, once->n * sizeof *once->parent, again->parent, again->n * sizeof *again->parent);
  g_assert_cmpmem (once->at, once->n * sizeof *once->at, again->at, again->n * sizeof *again->at);
  hs_inference_free (again);
  hs_inference_free (once);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input input = { data, size };
  Fake self = { .target = fake_target_new (), .heap = hs_heap_new_empty ("fake"), .roots = fake_roots_new (),
                .diag = hs_diag_new () };

  self.without = input_byte (&input) < 224 ? 0 : (guint32)input_take (&input, 4);
  add_memory (&self, &input);
  add_types (&self, &input);
  add_roots (&self, &input);
  check (&self);
  hs_roots_unref (self.roots);
  hs_types_unref (self.types);
  hs_modules_unref (self.modules);
  hs_heap_unref (self.heap);
  hs_target_unref (self.target);
  hs_diag_unref (self.diag);
  return 0;
}
