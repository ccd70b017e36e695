/* symbols.c - the symbols of a module, by address and by name; and the functions of modules.h that look there.
 *
 * An array sorted by address, in which among symbols at the same address the best name stands last: with a size before
 * without, global before local. Ends are not nested in general, so a search that finds a symbol ending too early looks
 * at a few before it. Thread-local and absolute symbols are no addresses and are left out. */
#include "profiler/modules/module-private.h"

#include <gelf.h>

#define STEPS_BACK 16

typedef struct {
  guint64 vaddr, size;
  const char *name;
  guint rank;
} Symbol;

struct _HsSymbols {
  Elf *elf; /* a handle of its own: it holds the names */
  GArray *symbols;
  GStringChunk *names; /* those that had to be changed */
  GHashTable *by_name; /* name -> number in symbols + 1 */
};

static gboolean
is_wanted (const GElf_Sym *symbol)
{
  guint type = GELF_ST_TYPE (symbol->st_info);

  return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS && symbol->st_shndx != SHN_COMMON
         && (type == STT_FUNC || type == STT_OBJECT || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

static guint
rank_of (const GElf_Sym *symbol)
{
  guint bind = GELF_ST_BIND (symbol->st_info);

  return (symbol->st_size > 0 ? 4 : 0) + (bind == STB_GLOBAL ? 2 : bind == STB_WEAK ? 1 : 0);
}

static int
compare_symbols (gconstpointer a, gconstpointer b)
{
  const Symbol *x = a, *y = b;

  if (x->vaddr != y->vaddr)
    return x->vaddr < y->vaddr ? -1 : 1;
  if (x->rank != y->rank)
    return x->rank < y->rank ? -1 : 1;
  return strcmp (x->name, y->name);
}

/* A name without its version ("memcpy@GLIBC_2.14", "memcpy@@GLIBC_2.14"), as a .symtab of linked files has it. */
static const char *
plain_name (HsSymbols *self, const char *name)
{
  const char *at = name != NULL ? strchr (name, '@') : NULL;

  if (at == NULL || at == name)
    return name;
  return g_string_chunk_insert_len (self->names, name, at - name);
}

static void
read_symbols (HsSymbols *self, Elf_Scn *section)
{
  GElf_Shdr header;
  Elf_Data *data = elf_getdata (section, NULL);
  gsize n = data != NULL ? data->d_size / sizeof (Elf64_Sym) : 0;

  if (gelf_getshdr (section, &header) == NULL)
    return;
  for (gsize i = 0; i < MIN (n, G_MAXINT); i++) {
    GElf_Sym symbol;
    if (gelf_getsym (data, (int)i, &symbol) == NULL || !is_wanted (&symbol))
      continue;
    const char *name = plain_name (self, elf_strptr (self->elf, header.sh_link, symbol.st_name));
    Symbol entry = { symbol.st_value, symbol.st_size, name, rank_of (&symbol) };
    if (entry.name != NULL && *entry.name != 0)
      g_array_append_val (self->symbols, entry);
  }
}

static void
index_names (HsSymbols *self)
{
  for (guint i = 0; i < self->symbols->len; i++) {
    const Symbol *symbol = &g_array_index (self->symbols, Symbol, i);
    guint known = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, symbol->name));
    if (known == 0 || g_array_index (self->symbols, Symbol, known - 1).rank < symbol->rank)
      g_hash_table_insert (self->by_name, (gpointer)symbol->name, GUINT_TO_POINTER (i + 1));
  }
}

/* Opens a handle on @file and finds its section of @type. */
static Elf_Scn *
open_table (HsSymbols *self, const HsElfFile *file, guint32 type)
{
  Elf_Scn *section = NULL;

  if (file == NULL || file->data == NULL)
    return NULL;
  self->elf = hs_elf_open (file->data, file->size);
  if (self->elf != NULL)
    section = hs_elf_section_of_type (self->elf, type);
  if (section == NULL)
    g_clear_pointer (&self->elf, elf_end);
  return section;
}

HsSymbols *
hs_symbols_new (const HsElfFile *first, const HsElfFile *second)
{
  HsSymbols *self = g_new0 (HsSymbols, 1);
  Elf_Scn *section = open_table (self, first, SHT_SYMTAB);

  self->symbols = g_array_new (FALSE, FALSE, sizeof (Symbol));
  self->names = g_string_chunk_new (4096);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (section == NULL)
    section = open_table (self, second, SHT_SYMTAB);
  if (section == NULL)
    section = open_table (self, second, SHT_DYNSYM);
  if (section != NULL)
    read_symbols (self, section);
  g_array_sort (self->symbols, compare_symbols);
  index_names (self);
  return self;
}

void
hs_symbols_free (HsSymbols *self)
{
  g_array_unref (self->symbols);
  g_hash_table_unref (self->by_name);
  g_string_chunk_free (self->names);
  elf_end (self->elf);
  g_free (self);
}

/* The number of symbols that start at or before @vaddr. */
static guint
count_before (const HsSymbols *self, guint64 vaddr)
{
  guint low = 0, high = self->symbols->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (g_array_index (self->symbols, Symbol, middle).vaddr <= vaddr)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The symbol that holds @vaddr: one with a size, else the nearest one without (assembler), else NULL. */
static const Symbol *
symbol_at (const HsSymbols *self, guint64 vaddr)
{
  guint n = count_before (self, vaddr);
  const Symbol *nearest = n > 0 ? &g_array_index (self->symbols, Symbol, n - 1) : NULL;

  for (guint i = n; i > 0 && n - i < STEPS_BACK; i--) {
    const Symbol *symbol = &g_array_index (self->symbols, Symbol, i - 1);
    if (vaddr - symbol->vaddr < symbol->size)
      return symbol;
  }
  return nearest != NULL && nearest->size == 0 ? nearest : NULL;
}

const char *
hs_symbols_at (const HsSymbols *self, guint64 vaddr, guint64 *offset)
{
  const Symbol *symbol = symbol_at (self, vaddr);

  if (symbol == NULL)
    return NULL;
  *offset = vaddr - symbol->vaddr;
  return symbol->name;
}

gboolean
hs_symbols_find (const HsSymbols *self, const char *name, guint64 *vaddr)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_name, name));

  if (found == 0)
    return FALSE;
  *vaddr = g_array_index (self->symbols, Symbol, found - 1).vaddr;
  return TRUE;
}

static const HsSymbols *
symbols_of (HsModule *self)
{
  HsModulePrivate *private = hs_module_private (self);
  const HsElfFile file = { .data = private->data, .size = private->size };
  const HsSymbols *symbols;

  g_mutex_lock (&private->lock);
  if (private->symbols == NULL)
    private->symbols = hs_symbols_new (private->debug_file, &file);
  symbols = private->symbols;
  g_mutex_unlock (&private->lock);
  return symbols;
}

const char *
hs_module_symbol_at (HsModule *self, HsAddr addr, guint64 *offset)
{
  return hs_symbols_at (symbols_of (self), addr - self->bias, offset);
}

HsAddr
hs_module_symbol (HsModule *self, const char *name)
{
  guint64 vaddr;

  return hs_symbols_find (symbols_of (self), name, &vaddr) ? vaddr + self->bias : 0;
}
