/* modules.h - the ELF files a target consists of: the executable, its shared libraries and the vdso, each with its load
 * bias, build-id, sections, symbols and the file that holds its debug info. */
#pragma once

#include "profiler/target/target.h"

#include <libelf.h>

typedef struct _HsModule HsModule;
struct _HsModule {
  char *name;        /* last part of the path: "libc.so.6" */
  char *path;        /* as the target names it */
  guint index;       /* in HsModules.modules */
  gboolean is_main;  /* the executable */
  HsAddr start, end; /* what its mappings span */
  guint64 bias;      /* address in the target = address in the file + bias */
  char *build_id;    /* lower-case hex, or NULL */
  Elf *elf;          /* of the mapped file; NULL where its bytes cannot be had */
  Elf *debug;        /* where .debug_info is: elf itself, a separate file, or NULL */
  Elf *alt;          /* the .gnu_debugaltlink file, or NULL */
  char *debug_path;  /* of the file behind debug, for messages and to find .dwo files beside it; or NULL */
  char *no_debug;    /* why debug is NULL, for the diagnostics: "no debug info", "its build-id differs from ...", ... */
  guint64 text_bytes; /* executable bytes: the share of code without debug info is reported by it */
  guint64 tls_vaddr, tls_filesz, tls_memsz, tls_align; /* PT_TLS; memsz 0: none */
  gpointer priv;
};

typedef struct {
  gatomicrefcount refs;
  HsTarget *target;   /* (owned) */
  GPtrArray *modules; /* HsModule: the executable first, then by path, so that the order does not depend on ASLR */
  GPtrArray *by_address; /* the same modules, sorted by start */
} HsModules;

typedef struct {
  const char *const *debug_dirs; /* searched before /usr/lib/debug; NULL-terminated, or NULL */
  gboolean debuginfod;           /* ask debuginfod-find, when it is installed and DEBUGINFOD_URLS is set */
} HsModuleOptions;

/* hs_modules_new: (transfer full): never fails; what cannot be had is said in @diag. No file is trusted. */
HsModules *hs_modules_new (HsTarget *target, const HsModuleOptions *options, HsDiag *diag);
HsModules *hs_modules_ref (HsModules *self);
void hs_modules_unref (HsModules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsModules, hs_modules_unref)

static inline HsModule *
hs_modules_get (const HsModules *self, guint i)
{
  return self->modules->pdata[i];
}

/* hs_modules_find: the module whose mappings hold @addr, or NULL. */
HsModule *hs_modules_find (const HsModules *self, HsAddr addr);

typedef struct {
  const guint8 *data; /* as it stands in the file, decompressed (zlib, zstd where libelf can) */
  gsize size;
  guint64 vaddr;      /* address in the file; add the bias */
} HsSection;

/* hs_module_section: a section of the mapped file (not of the debug file) by name; FALSE if there is none. */
gboolean hs_module_section (HsModule *self, const char *name, HsSection *section);

/* hs_module_symbol_at: the name of the function or object that @addr (an address in the target) lies in, from .symtab
 * of the debug file or the file, else .dynsym; @offset gets the distance from its start. NULL: no symbol there.
 * (transfer none), valid as long as the module. The index behind it is built at the first call, safely from any thread. */
const char *hs_module_symbol_at (HsModule *self, HsAddr addr, guint64 *offset);

/* hs_module_symbol: address in the target of the defined symbol @name, or 0. */
HsAddr hs_module_symbol (HsModule *self, const char *name);
