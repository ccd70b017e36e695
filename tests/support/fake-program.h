/* fake-program.h - a program made by hand for the inference: a heap, static data, a library, types and roots.
 *
 * Types are added to fake, blocks and words to the memory; program_infer ends that and asks. */
#pragma once

#include "profiler/inference/inference.h"
#include "tests/support/fake-target.h"
#include "tests/support/fake-types.h"

#define PROGRAM_HEAP G_GUINT64_CONSTANT (0x555500000000)
#define PROGRAM_DATA G_GUINT64_CONSTANT (0x555400000000)
#define PROGRAM_DATA_SIZE 65536
#define PROGRAM_CODE G_GUINT64_CONSTANT (0x555300000000)    /* of a library: functions, */
#define PROGRAM_TABLES (PROGRAM_CODE + 0x1000)              /* and its static data, all zero */
#define PROGRAM_TABLES_SIZE 0x2000
#define PROGRAM_NOWHERE G_GUINT64_CONSTANT (0x123456789000) /* no mapping holds it */

typedef struct {
  HsTarget *target;
  HsHeap *heap;
  HsModules *modules;
  FakeTypes *fake;
  HsTypes *types; /* NULL until program_infer */
  HsRoots *roots;
  HsDiag *diag;
  HsInference *inference;
  guint8 *bytes, *data;
  gsize size;
  HsAddr at;      /* where the next block goes */
  guint n_variables;
  HsTypeId character, byte, word, number, real, any; /* char, unsigned char, int, long, double, void * */
} Program;

/* For g_test_add: @size, if any, is that of the heap in bytes. */
void program_set_up (Program *self, gconstpointer size);
void program_tear_down (Program *self, gconstpointer size);

/* program_add: a test with such a heap; 0: of 1 MiB. */
void program_add (const char *path, void (*test) (Program *self, gconstpointer size), gsize size);

/* program_record: the type of pointers to a new struct, which is @id. program_leaf_type: the same of struct leaf { struct leaf *self,
 * *home; long n, m, k; }. program_leaf: a block with one that points to itself. */
HsTypeId program_record (Program *self, const char *name, guint64 size, HsTypeId *id);
HsTypeId program_leaf_type (Program *self, HsTypeId *leaf);
HsAddr program_leaf (Program *self);

/* program_block: a block as malloc (@size) would give it, all zero. */
HsAddr program_block (Program *self, gsize size);

/* program_store: the word @value at @address, of a block or of the data. program_store32: four bytes of it. */
void program_store (Program *self, HsAddr address, guint64 value);
void program_store32 (Program *self, HsAddr address, guint32 value);
void program_text (Program *self, HsAddr address, const char *text);

/* program_variable: a static variable of @type, in the next free word of the data, that holds @value. */
void program_variable (Program *self, HsTypeId type, guint64 value);

/* program_infer: ends the types, and infers. program_infer_again: the same once more, and that it says the same. */
void program_infer (Program *self);
void program_infer_again (Program *self);

/* program_label: what is known of the block that begins at @address. */
HsLabel program_label (const Program *self, HsAddr address);

/* program_check: that the block is of that name, at that level. _type: of that type. _how: why. _below: at most guessed. */
void program_check (const Program *self, HsAddr address, const char *name, HsLevel level);
void program_check_type (const Program *self, HsAddr address, HsTypeId type, HsForm form, HsLevel level);
void program_check_how (const Program *self, HsAddr address, const char *expected);
void program_check_below (const Program *self, HsAddr address, HsLevel level);
