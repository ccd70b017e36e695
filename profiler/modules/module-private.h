/* module-private.h - what HsModule.priv points to. */
#pragma once

#include "profiler/modules/elf-file.h"
#include "profiler/modules/modules.h"

typedef struct _HsSymbols HsSymbols;
typedef struct _HsKeptSection HsKeptSection;

typedef struct {
  const guint8 *data; /* the mapped file, or NULL */
  gsize size;
  guint8 *copy; /* the same, where it is the module's own: the vdso */
  gint file;            /* of the mapping it was found by, in HsTarget.files; -1: none */
  HsElfFile *debug_file; /* where it is separate */
  HsElfFile *alt_file;
  GMutex lock;          /* for what follows */
  Elf *own;             /* a handle for sections alone, opened at the first use */
  GHashTable *sections; /* name -> HsKeptSection */
  HsSymbols *symbols;
} HsModulePrivate;

static inline HsModulePrivate *
hs_module_private (const HsModule *self)
{
  return self->priv;
}

void hs_kept_section_free (gpointer data);

/* hs_symbols_new: the index of the symbols in the ELF files @first or else @second, which may be NULL. */
HsSymbols *hs_symbols_new (const HsElfFile *first, const HsElfFile *second);
void hs_symbols_free (HsSymbols *self);

/* hs_symbols_at: the name of the symbol that holds @vaddr, an address in the file, or NULL. */
const char *hs_symbols_at (const HsSymbols *self, guint64 vaddr, guint64 *offset);

/* hs_symbols_find: whether there is a defined symbol @name, and its address in the file. */
gboolean hs_symbols_find (const HsSymbols *self, const char *name, guint64 *vaddr);
