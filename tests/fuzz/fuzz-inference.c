/* fuzz-inference.c - type graphs, heaps and roots that no compiler and no program would make.
 *
 * A small type graph comes from the input: pointers to anything, arrays of any length, unions of structs of unions.
 * Then blocks whose words are numbers, text, pointers to blocks and into them, and roots of any type. The inference
 * has to come to an end soon, to say nothing that makes no sense, and to say the same again. */
#include "profiler/inference/inference.h"
#include "tests/fuzz/input.h"
#include "tests/support/fake-target.h"
#include "tests/support/fake-types.h"

#define HEAP G_GUINT64_CONSTANT (0x555500000000)
#define DATA G_GUINT64_CONSTANT (0x555400000000)
#define HEAP_SIZE 0x20000
#define DATA_SIZE 0x1000

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  HsTarget *target;
  HsHeap *heap;
  HsModules *modules;
  HsTypes *types;
  HsRoots *roots;
  HsDiag *diag;
  guint8 *heap_bytes, *data_bytes;
} Fake;

static guint64
some_size (Input *input)
{
  guint8 how = input_byte (input);

  return how < 200 ? 8 * (guint64)(how & 31) : how < 250 ? how : input_take (input, 8);
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
      fake_member (types, id, i % 2 ? "a" : "b", type, how & 0x20 ? 0 : offset + 8 * k);
  }
}

static void
add_type (FakeTypes *types, guint n_types, Input *input)
{
  static const HsTypeKind kinds[] = { HS_TYPE_BASE, HS_TYPE_POINTER, HS_TYPE_STRUCT, HS_TYPE_STRUCT, HS_TYPE_UNION,
                                      HS_TYPE_CLASS, HS_TYPE_ARRAY, HS_TYPE_TYPEDEF, HS_TYPE_FUNCTION, HS_TYPE_OPAQUE,
                                      HS_TYPE_REFERENCE, HS_TYPE_ENUM };
  HsTypeKind kind = kinds[input_byte (input) % G_N_ELEMENTS (kinds)];
  HsTypeId id = fake_type (types, kind, "t", 0, 0);
  HsModelType *type = hs_table_type (types->table, id);

  switch (kind) {
  case HS_TYPE_BASE: case HS_TYPE_ENUM:
    type->size = 1u << (input_byte (input) & 3);
    type->encoding = input_byte (input) & 15;
    break;
  case HS_TYPE_STRUCT: case HS_TYPE_CLASS: case HS_TYPE_UNION:
    type->size = some_size (input);
    add_members (types, id, n_types, input);
    break;
  default:
    type->size = kind == HS_TYPE_POINTER || kind == HS_TYPE_REFERENCE ? 8 : 0;
    type->target = input_byte (input) % n_types;
    type->count = kind == HS_TYPE_ARRAY ? some_size (input) : 0;
    break;
  }
}

static void
add_types (Fake *self, Input *input)
{
  FakeTypes *types = fake_types_new ();
  guint n = 1 + (input_byte (input) & 63);

  for (guint i = 1; i < n; i++)
    add_type (types, n, input);
  self->types = fake_types_finish (types, self->modules);
}

static void
add_blocks (Fake *self, Input *input)
{
  HsExtent extent = { HEAP, HEAP + HEAP_SIZE };
  HsAddr at = HEAP + 16;
  guint n = input_byte (input);

  for (guint i = 0; i < n; i++) {
    guint8 how = input_byte (input);
    guint64 size = 24 + 16 * (guint64)(how & 15) + (how > 250 ? 0x1000 : 0);
    if (at + size + 8 > extent.end || !hs_blocks_add (self->heap->blocks, at, size))
      break;
    at += size + 8;
  }
  g_array_append_val (self->heap->extents, extent);
}

static guint64
some_word (const Fake *self, Input *input)
{
  const HsBlocks *blocks = self->heap->blocks;
  guint8 how = input_byte (input), which = input_byte (input);
  guint32 block = blocks->n > 0 ? which % blocks->n : 0;

  if (how < 150 && blocks->n > 0)
    return blocks->address[block] + (how < 100 ? 0 : 8 * (guint64)(how & 15));
  return how < 170 ? DATA + 8 * (guint64)which : how < 200 ? which : how < 230 ? 0x4141414141414141 : input_take (input, 8);
}

/* The words repeat, so that a short input fills all blocks. */
static void
fill (Fake *self, Input *input)
{
  guint64 words[61];
  guint n = 1 + input_byte (input) % G_N_ELEMENTS (words);

  for (guint i = 0; i < n; i++)
    words[i] = some_word (self, input);
  for (gsize i = 0; i < HEAP_SIZE / 8; i++)
    memcpy (self->heap_bytes + 8 * i, &words[i % n], 8);
  for (gsize i = 0; i < DATA_SIZE / 8; i++)
    memcpy (self->data_bytes + 8 * i, &words[(i * 7) % n], 8);
}

static void
add_roots (Fake *self, Input *input)
{
  guint n = input_byte (input) & 15;

  for (guint i = 0; i < n; i++) {
    HsRootKind kind = input_byte (input) & 3;
    HsTypeId type = input_byte (input) % self->types->n_types;
    fake_root (self->roots, kind, type, kind == HS_ROOT_REGISTER ? some_word (self, input)
                                                                 : DATA + 8 * (guint64)input_byte (input), "root");
  }
}

static void
check_block (const HsInference *inference, guint32 i)
{
  HsLabel label = inference->label[i];

  g_assert_cmpuint (hs_label_level (label), <=, HS_LEVEL_A);
  if (hs_label_level (label) == HS_LEVEL_NONE)
    return;
  g_assert_cmpuint (hs_label_form (label), <=, HS_FORM_TRUNCATED);
  g_assert_cmpuint (hs_label_type (label), >, 0);
  g_assert_cmpuint (hs_label_type (label), <, inference->types->n_types + inference->names->len);
  g_assert_cmpuint (inference->reason[i], >, 0);
  g_assert_cmpuint (inference->reason[i], <=, hs_reasons_count (inference->reasons));
  g_assert_true (inference->parent[i] == HS_NO_BLOCK || inference->parent[i] < inference->n);
  g_autofree char *name = hs_inference_name (inference, label), *how = hs_inference_how (inference, inference->reason[i]);
  g_assert_true (g_utf8_validate (name, -1, NULL) && g_utf8_validate (how, -1, NULL));
}

static void
infer (Fake *self)
{
  HsInference *once, *again;

  once = hs_inference_new (self->target, self->heap, self->modules, self->types, self->roots, self->diag);
  again = hs_inference_new (self->target, self->heap, self->modules, self->types, self->roots, self->diag);
  for (guint32 i = 0; i < once->n; i++)
    check_block (once, i);
  g_assert_cmpmem (once->label, once->n * sizeof *once->label, again->label, again->n * sizeof *again->label);
  g_assert_cmpmem (once->reason, once->n * sizeof *once->reason, again->reason, again->n * sizeof *again->reason);
  g_assert_cmpmem (once->parent, once->n * sizeof *once->parent, again->parent, again->n * sizeof *again->parent);
  hs_inference_free (again);
  hs_inference_free (once);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input input = { data, size };
  Fake self = { .target = fake_target_new (), .heap = hs_heap_new_empty ("fake"), .roots = fake_roots_new (),
                .diag = hs_diag_new () };

  self.heap_bytes = fake_memory (self.target, HEAP, HEAP_SIZE, FAKE_RW, HS_MAPPING_HEAP);
  self.data_bytes = fake_memory (self.target, DATA, DATA_SIZE, FAKE_RW, HS_MAPPING_ANON);
  fake_target_seal (self.target);
  self.modules = hs_modules_new (self.target, NULL, self.diag);
  add_types (&self, &input);
  add_blocks (&self, &input);
  fill (&self, &input);
  add_roots (&self, &input);
  infer (&self);
  hs_roots_unref (self.roots);
  hs_types_unref (self.types);
  hs_modules_unref (self.modules);
  hs_heap_unref (self.heap);
  hs_target_unref (self.target);
  hs_diag_unref (self.diag);
  return 0;
}
