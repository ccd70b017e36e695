/* fuzz-cfi.c - feeds bytes as call frame information and as a stack to the unwinder, and as DWARF expressions.
 *
 * The first byte chooses: an expression with known registers and memory, or a library with that .eh_frame in which a
 * thread stands, on a stack of bytes that come from the input too. */
#include "profiler/roots/expression.h"
#include "profiler/roots/roots.h"
#include "tests/fuzz/input.h"
#include "tests/support/fake-elf.h"
#include "tests/support/fake-target.h"
#include "tests/support/fake-types.h"

#define STACK G_GUINT64_CONSTANT (0x7ffd00000000)
#define STACK_SIZE 4096
#define LIBRARY G_GUINT64_CONSTANT (0x7f1200000000)
#define SECTION 0x1000

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fill_registers (Input *input, guint64 *regs)
{
  for (guint i = 0; i < HS_N_REGS; i++)
    regs[i] = STACK + 8 * (guint64)input_byte (input);
}

static void
evaluate (Input *input, HsTarget *target)
{
  HsRegisters registers = { .known = (guint32)input_take (input, 4) };
  HsPlaceContext context = { .image = target->image, .registers = &registers, .bias = LIBRARY, .cfa = STACK + 64,
                             .frame_base = STACK + 128, .tls_block = STACK, .start_with_cfa = input_byte (input) & 1 };
  HsPlace place;

  fill_registers (input, registers.value);
  /* A copy of its own, so that a byte read too far is seen. */
  g_autofree guint8 *bytes = g_memdup2 (input->data, input->size);
  hs_expression_evaluate (bytes, input->size, &context, &place);
}

static void
add_library (Input *input, HsTarget *target)
{
  const Elf64_Phdr program = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = 0x10000, .p_memsz = 0x10000 };
  const FakeSection section = { ".eh_frame", SHT_PROGBITS, 0, SECTION, input->data, input->size };
  g_autoptr (GByteArray) file = fake_elf (&program, 1, &section, 1);

  fake_map (target, fake_file (target, "/nonexistent/lib.so", file->data, file->len), 0, LIBRARY, 0x10000,
            PROT_READ | PROT_EXEC);
}

static void
unwind (HsTarget *target)
{
  HsDiag *diag = hs_diag_new ();
  HsModules *modules = hs_modules_new (target, NULL, diag);
  HsTypes *types = fake_types_finish (fake_types_new (), modules);
  HsRoots *roots = hs_roots_new (modules, types, diag);

  for (guint i = 0; i < roots->stacks->len; i++) {
    const HsStack *stack = roots->stacks->pdata[i];
    g_assert_cmpuint (stack->frames->len, <=, HS_FRAMES_MAX);
  }
  hs_roots_unref (roots);
  hs_types_unref (types);
  hs_modules_unref (modules);
  hs_diag_unref (diag);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input input = { data, size };
  gboolean expression = input_byte (&input) & 1;
  HsTarget *target = fake_target_new ();
  guint8 *stack = fake_memory (target, STACK, STACK_SIZE, FAKE_RW, HS_MAPPING_STACK);
  HsThread thread = { .tid = 1, .has_regs = TRUE };

  fill_registers (&input, thread.regs);
  thread.regs[HS_REG_RIP] = LIBRARY + input_take (&input, 2);
  for (guint i = 0; i < 64; i++)
    fake_put (stack, 0, i * 8, i % 2 == 0 ? LIBRARY + input_take (&input, 2) : STACK + 8 * (guint64)input_byte (&input));
  g_array_append_val (target->threads, thread);
  if (!expression)
    add_library (&input, target);
  fake_target_seal (target);
  if (expression)
    evaluate (&input, target);
  else
    unwind (target);
  hs_target_unref (target);
  return 0;
}
