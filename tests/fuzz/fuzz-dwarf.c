/* fuzz-dwarf.c - feeds bytes as an ELF file to the types layer: its DWARF is read, merged, shown and asked about functions. */
#include "profiler/types/dump.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
ask_functions (HsTypes *types, const HsModule *module)
{
  for (HsAddr pc = 0x1000; pc < 0x8000; pc += 0x155) {
    GArray *locals = hs_types_locals (types, module, pc);
    GArray *takes = hs_types_takes (types, module, pc);
    if (locals != NULL)
      g_array_unref (locals);
    if (takes != NULL)
      g_array_unref (takes);
  }
}

static void
read_types (Elf *elf)
{
  HsModule module = { .name = (char *)"fuzz", .path = (char *)"/fuzz", .elf = elf, .debug = elf, .alt = elf };
  HsModules modules = { .modules = g_ptr_array_new () };
  HsTypesOptions options = { .no_cache = TRUE, .n_threads = 1 };
  HsDiag *diag = hs_diag_new ();
  guint n;

  /* One more than anybody gives back: these modules are not to be freed. */
  g_atomic_ref_count_init (&modules.refs);
  g_atomic_ref_count_inc (&modules.refs);
  g_ptr_array_add (modules.modules, &module);
  HsTypes *types = hs_types_new (&modules, &options, diag);
  GString *text = hs_types_dump (types);
  ask_functions (types, &module);
  hs_types_by_cxx_name (types, "std::vector<int>", &n);
  g_string_free (text, TRUE);
  hs_types_unref (types);
  hs_diag_unref (diag);
  g_ptr_array_unref (modules.modules);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);

  elf_version (EV_CURRENT);
  Elf *elf = elf_memory ((char *)copy, size);
  if (elf != NULL && elf_kind (elf) == ELF_K_ELF)
    read_types (elf);
  elf_end (elf);
  return 0;
}
