/* fake-program.c - see fake-program.h. */
#include "tests/support/fake-program.h"

#include "tests/support/fake-elf.h"

enum { ATE_FLOAT = 4, ATE_SIGNED = 5, ATE_SIGNED_CHAR = 6, ATE_UNSIGNED = 7 }; /* DWARF 5, section 7.8 */

/* One page of code, and pages of data behind it. */
static void
add_library (Program *self)
{
  const gsize size = PROGRAM_TABLES + PROGRAM_TABLES_SIZE - PROGRAM_CODE;
  const Elf64_Phdr program = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = size, .p_memsz = size };
  g_autofree guint8 *zeros = g_malloc0 (size);
  const FakeSection filler = { ".data", SHT_PROGBITS, 0, 0, zeros, size };
  g_autoptr (GByteArray) file = fake_elf (&program, 1, &filler, 1);
  gint index;

  memset (file->data + 0x1000, 0, PROGRAM_TABLES_SIZE);
  index = fake_file (self->target, "/nonexistent/libfake.so", file->data, file->len);
  fake_map (self->target, index, 0, PROGRAM_CODE, 0x1000, PROT_READ | PROT_EXEC);
  fake_map (self->target, index, 0x1000, PROGRAM_TABLES, PROGRAM_TABLES_SIZE, FAKE_RW);
}

static void
add_types (Program *self)
{
  self->fake = fake_types_new ();
  self->character = fake_base (self->fake, "char", 1, ATE_SIGNED_CHAR);
  self->byte = fake_base (self->fake, "octet", 1, ATE_UNSIGNED);
  self->word = fake_base (self->fake, "int", 4, ATE_SIGNED);
  self->number = fake_base (self->fake, "long", 8, ATE_SIGNED);
  self->real = fake_base (self->fake, "double", 8, ATE_FLOAT);
  self->any = fake_pointer (self->fake, 0);
}

void
program_set_up (Program *self, gconstpointer size)
{
  HsExtent extent = { PROGRAM_HEAP, PROGRAM_HEAP };

  self->size = size != NULL ? GPOINTER_TO_SIZE (size) : 1 << 20;
  extent.end += self->size;
  self->target = fake_target_new ();
  self->heap = hs_heap_new_empty ("fake");
  self->roots = fake_roots_new ();
  self->diag = hs_diag_new ();
  self->bytes = fake_memory (self->target, PROGRAM_HEAP, self->size, FAKE_RW, HS_MAPPING_HEAP);
  self->data = fake_memory (self->target, PROGRAM_DATA, PROGRAM_DATA_SIZE, FAKE_RW, HS_MAPPING_ANON);
  add_library (self);
  fake_target_seal (self->target);
  g_array_append_val (self->heap->extents, extent);
  self->modules = hs_modules_new (self->target, NULL, self->diag);
  g_assert_nonnull (hs_modules_find (self->modules, PROGRAM_TABLES));
  self->at = PROGRAM_HEAP + 16;
  add_types (self);
}

void
program_tear_down (Program *self, gconstpointer size)
{
  hs_inference_free (self->inference);
  hs_roots_unref (self->roots);
  hs_types_unref (self->types);
  hs_modules_unref (self->modules);
  hs_heap_unref (self->heap);
  hs_target_unref (self->target);
  hs_diag_unref (self->diag);
}

void
program_add (const char *path, void (*test) (Program *self, gconstpointer size), gsize size)
{
  g_test_add (path, Program, GSIZE_TO_POINTER (size), program_set_up, test, program_tear_down);
}

HsAddr
program_block (Program *self, gsize size)
{
  guint64 usable = MAX (24, ((size + 8 + 15) & -(gsize)16) - 8);
  HsAddr address = self->at;

  g_assert_cmphex (address + usable, <=, PROGRAM_HEAP + self->size);
  g_assert_true (hs_blocks_add (self->heap->blocks, address, usable));
  self->at += usable + 8;
  return address;
}

static guint8 *
bytes_at (Program *self, HsAddr address)
{
  return address >= PROGRAM_HEAP ? self->bytes + (address - PROGRAM_HEAP) : self->data + (address - PROGRAM_DATA);
}

void
program_store (Program *self, HsAddr address, guint64 value)
{
  memcpy (bytes_at (self, address), &value, sizeof value);
}

void
program_store32 (Program *self, HsAddr address, guint32 value)
{
  memcpy (bytes_at (self, address), &value, sizeof value);
}

void
program_text (Program *self, HsAddr address, const char *text)
{
  memcpy (bytes_at (self, address), text, strlen (text) + 1);
}

void
program_variable (Program *self, HsTypeId type, guint64 value)
{
  HsAddr address = PROGRAM_DATA + 8 * (guint64)self->n_variables++;

  g_assert_cmphex (address, <, PROGRAM_DATA + PROGRAM_DATA_SIZE);
  program_store (self, address, value);
  fake_root (self->roots, HS_ROOT_STATIC, type, address, "variable");
}

static HsInference *
run (Program *self)
{
  return hs_inference_new (self->target, self->heap, self->modules, self->types, self->roots, self->diag);
}

void
program_infer (Program *self)
{
  self->types = fake_types_finish (g_steal_pointer (&self->fake), self->modules);
  self->inference = run (self);
}

void
program_infer_again (Program *self)
{
  HsInference *once = self->inference, *again = run (self);

  g_assert_cmpmem (once->label, once->n * sizeof (HsLabel), again->label, again->n * sizeof (HsLabel));
  g_assert_cmpmem (once->reason, once->n * sizeof (guint32), again->reason, again->n * sizeof (guint32));
  g_assert_cmpmem (once->parent, once->n * sizeof (guint32), again->parent, again->n * sizeof (guint32));
  g_assert_cmpmem (once->at, once->n * sizeof (guint32), again->at, again->n * sizeof (guint32));
  hs_inference_free (again);
}

static guint32
index_of (const Program *self, HsAddr address)
{
  guint32 at = hs_blocks_at (self->heap->blocks, address);

  g_assert_cmpuint (at, !=, HS_NO_BLOCK);
  return at;
}

HsLabel
program_label (const Program *self, HsAddr address)
{
  return self->inference->label[index_of (self, address)];
}

/* What is known of the block, for the one who reads why a test failed. */
static void
fail (const Program *self, HsAddr address, const char *expected)
{
  guint32 at = index_of (self, address);
  HsLabel label = self->inference->label[at];
  g_autofree char *name = hs_label_type (label) != 0 ? hs_inference_name (self->inference, label) : NULL;
  g_autofree char *how = self->inference->reason[at] != 0 ? hs_inference_how (self->inference, self->inference->reason[at]) : NULL;

  g_error ("block %u is %s, level %u, form or hint %u, by %s; not %s", at, name, hs_label_level (label), hs_label_form (label), how,
           expected != NULL ? expected : "untyped");
}

void
program_check (const Program *self, HsAddr address, const char *name, HsLevel level)
{
  HsLabel label = program_label (self, address);
  g_autofree char *its = level != HS_LEVEL_NONE && hs_label_level (label) == level ? hs_inference_name (self->inference, label) : NULL;

  if (hs_label_level (label) != level || (level != HS_LEVEL_NONE && strcmp (its, name) != 0))
    fail (self, address, name);
}

void
program_check_type (const Program *self, HsAddr address, HsTypeId type, HsForm form, HsLevel level)
{
  HsLabel label = program_label (self, address);

  if (hs_label_level (label) != level || hs_label_type (label) != type || hs_label_form (label) != (guint)form)
    fail (self, address, hs_types_get (self->types, type)->name);
}

void
program_check_how (const Program *self, HsAddr address, const char *expected)
{
  g_autofree char *how = hs_inference_how (self->inference, self->inference->reason[index_of (self, address)]);

  g_assert_cmpstr (how, ==, expected);
}

void
program_check_below (const Program *self, HsAddr address, HsLevel level)
{
  if (hs_label_level (program_label (self, address)) >= level)
    fail (self, address, "a guess at most");
}

HsTypeId
program_record (Program *self, const char *name, guint64 size, HsTypeId *id)
{
  *id = fake_struct (self->fake, name, size);
  return fake_pointer (self->fake, *id);
}

HsTypeId
program_leaf_type (Program *self, HsTypeId *leaf)
{
  HsTypeId to_leaf = program_record (self, "leaf", 40, leaf);

  fake_member (self->fake, *leaf, "self", to_leaf, 0);
  fake_member (self->fake, *leaf, "home", to_leaf, 8);
  fake_member (self->fake, *leaf, "n", self->number, 16);
  fake_member (self->fake, *leaf, "m", self->number, 24);
  fake_member (self->fake, *leaf, "k", self->number, 32);
  return to_leaf;
}

HsAddr
program_leaf (Program *self)
{
  HsAddr leaf = program_block (self, 40);

  program_store (self, leaf, leaf);
  return leaf;
}
