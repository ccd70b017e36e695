/* copies.c - copy relocations (System V ABI, AMD64 supplement, 4.4.1: R_X86_64_COPY).
 *
 * An executable that names a library's variable directly gets a copy of it, which the library then uses too: what the
 * library's debug info says of its address leads to the initial value, which nobody changes. The executable's
 * relocations tell the copies, by symbol; the libraries' dynamic symbols tell where the variable was before. Several
 * names may stand for one variable (environ, __environ), of which one has the copy. Not handled: variables of the
 * executable that stand for a library's without a copy, as the library's debug info then has a variable that nobody
 * uses. */
#include "profiler/roots/copies.h"

#include <elf.h>
#include <string.h>

#define MAX_COPIES 65536
#define LONGEST_NAME 4096

struct _HsCopies {
  GHashTable *by_name;    /* symbol -> address of the copy in the target, as HsAddr * */
  GHashTable *by_address; /* of the variable in its library -> the same */
};

typedef struct {
  HsSection symbols, strings;
  gsize n;
} Dynamic;

static gboolean
open_dynamic (Dynamic *self, HsModule *module)
{
  if (!hs_module_section (module, ".dynsym", &self->symbols) || !hs_module_section (module, ".dynstr", &self->strings))
    return FALSE;
  self->n = self->symbols.size / sizeof (Elf64_Sym);
  return TRUE;
}

/* The name of symbol @index, or NULL. */
static const char *
read_symbol (const Dynamic *self, gsize index, Elf64_Sym *symbol)
{
  if (index >= self->n)
    return NULL;
  memcpy (symbol, self->symbols.data + index * sizeof *symbol, sizeof *symbol);
  gsize left = symbol->st_name < self->strings.size ? self->strings.size - symbol->st_name : 0;
  const char *name = (const char *)self->strings.data + symbol->st_name;
  return left > 0 && *name != 0 && memchr (name, 0, MIN (left, LONGEST_NAME)) != NULL ? name : NULL;
}

/* The copies in the executable. */
static void
read_copies (HsCopies *self, HsModule *module)
{
  HsSection relocations;
  Elf64_Rela relocation;
  Elf64_Sym symbol;
  Dynamic dynamic;

  if (!hs_module_section (module, ".rela.dyn", &relocations) || !open_dynamic (&dynamic, module))
    return;
  for (gsize i = 0; i < relocations.size / sizeof relocation && g_hash_table_size (self->by_name) < MAX_COPIES; i++) {
    memcpy (&relocation, relocations.data + i * sizeof relocation, sizeof relocation);
    if (ELF64_R_TYPE (relocation.r_info) != R_X86_64_COPY)
      continue;
    const char *name = read_symbol (&dynamic, ELF64_R_SYM (relocation.r_info), &symbol);
    HsAddr address = relocation.r_offset + module->bias;
    if (name != NULL)
      g_hash_table_replace (self->by_name, g_strdup (name), g_memdup2 (&address, sizeof address));
  }
}

/* Where a library has the variables that were copied. */
static void
find_originals (HsCopies *self, HsModule *module)
{
  Elf64_Sym symbol;
  Dynamic dynamic;

  if (!open_dynamic (&dynamic, module))
    return;
  for (gsize i = 0; i < dynamic.n; i++) {
    const char *name = read_symbol (&dynamic, i, &symbol);
    if (name == NULL || symbol.st_shndx == SHN_UNDEF || ELF64_ST_TYPE (symbol.st_info) != STT_OBJECT)
      continue;
    const HsAddr *copy = g_hash_table_lookup (self->by_name, name);
    HsAddr address = symbol.st_value + module->bias;
    if (copy != NULL)
      g_hash_table_replace (self->by_address, g_memdup2 (&address, sizeof address), g_memdup2 (copy, sizeof *copy));
  }
}

HsCopies *
hs_copies_new (HsModules *modules)
{
  HsCopies *self = g_new0 (HsCopies, 1);

  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->by_address = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  if (modules->modules->len > 0 && hs_modules_get (modules, 0)->is_main)
    read_copies (self, hs_modules_get (modules, 0));
  for (guint i = 1; i < modules->modules->len && g_hash_table_size (self->by_name) > 0; i++)
    find_originals (self, hs_modules_get (modules, i));
  return self;
}

void
hs_copies_free (HsCopies *self)
{
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->by_address);
  g_free (self);
}

HsAddr
hs_copies_resolve (const HsCopies *self, HsAddr address)
{
  const HsAddr *copy = g_hash_table_lookup (self->by_address, &address);

  return copy != NULL ? *copy : address;
}
