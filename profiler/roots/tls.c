/* tls.c - thread-local storage of x86-64 (variant II of "ELF Handling For Thread-Local Storage", 2005).
 *
 * The executable's block ends at the thread pointer. A library's is found through the thread's vector (DTV), whose
 * address is the second word of the thread control block: its entry for a module is a pointer to the block, or ~0 as
 * long as the thread did not need it. Modules are numbered in the order in which they were loaded, those without TLS left
 * out; the dynamic linker's list, to which DT_DEBUG of the executable leads, has that order. A library loaded in place of
 * one that was unloaded gets that one's number, which the list does not show: a block must therefore lie in writable
 * memory and be aligned, and the executable's entry must agree, or nothing is said. */
#include "profiler/roots/tls.h"

#include <elf.h>
#include <sys/mman.h>

#define MAX_LIST 4096

struct _HsTls {
  HsModules *modules;
  guint *numbers; /* by module index; 0: not known */
};

/* Address in the target of the dynamic section's entry @tag, or its value; 0: there is none. */
static guint64
dynamic_value (const HsImage *image, HsAddr dynamic, gint64 tag)
{
  Elf64_Dyn entry;

  for (guint i = 0; i < MAX_LIST && hs_image_read (image, dynamic + i * sizeof entry, &entry, sizeof entry); i++) {
    if (entry.d_tag == DT_NULL)
      break;
    if (entry.d_tag == tag)
      return entry.d_un.d_val;
  }
  return 0;
}

/* The executable's dynamic section, through the program headers that the kernel told it about. */
static HsAddr
find_dynamic (const HsTls *self)
{
  const HsTarget *target = self->modules->target;
  guint64 bias = 0;
  HsAddr dynamic = 0;
  Elf64_Phdr header;

  for (guint i = 0; i < 64 && target->phdr != 0; i++) {
    if (!hs_image_read (target->image, target->phdr + i * sizeof header, &header, sizeof header) || header.p_type > PT_HIPROC)
      break;
    if (header.p_type == PT_PHDR)
      bias = target->phdr - header.p_vaddr;
    if (header.p_type == PT_DYNAMIC) {
      dynamic = bias + header.p_vaddr;
      break;
    }
  }
  return dynamic;
}

/* struct link_map: l_addr, l_name, l_ld, l_next; struct r_debug: r_version, r_map (<link.h>). */
static void
number_modules (HsTls *self)
{
  const HsImage *image = self->modules->target->image;
  HsAddr dynamic = find_dynamic (self);
  HsAddr debug = dynamic != 0 ? dynamic_value (image, dynamic, DT_DEBUG) : 0;
  guint64 entry = 0, words[4];
  guint number = 0;

  if (debug == 0 || !hs_image_word (image, debug + 8, &entry))
    return;
  for (guint i = 0; i < MAX_LIST && entry != 0 && hs_image_read (image, entry, words, sizeof words); i++) {
    HsModule *module = hs_modules_find (self->modules, words[2]);
    if (module != NULL && module->tls_memsz > 0 && self->numbers[module->index] == 0)
      self->numbers[module->index] = ++number;
    entry = words[3];
  }
}

HsTls *
hs_tls_new (HsModules *modules)
{
  HsTls *self = g_new0 (HsTls, 1);

  self->modules = modules;
  self->numbers = g_new0 (guint, modules->modules->len + 1);
  number_modules (self);
  return self;
}

void
hs_tls_free (HsTls *self)
{
  g_free (self->numbers);
  g_free (self);
}

static HsAddr
main_block (const HsModule *module, const HsThread *thread)
{
  guint64 align = MAX (1, module->tls_align);

  if (module->tls_memsz > G_MAXUINT32 || align > G_MAXUINT32)
    return 0;
  return thread->fs_base - (module->tls_memsz + align - 1) / align * align;
}

static HsAddr
dtv_block (const HsTls *self, guint number, const HsModule *module, const HsThread *thread)
{
  const HsImage *image = self->modules->target->image;
  guint64 vector, count, block;

  /* dtv[-1] holds how many entries there are, dtv[0] a generation; an entry is 16 bytes. */
  if (!hs_image_word (image, thread->fs_base + 8, &vector) || !hs_image_word (image, vector - 16, &count) || number > count
      || !hs_image_word (image, vector + 16 * (guint64)number, &block))
    return 0;
  const HsMapping *mapping = hs_mapping_find (self->modules->target->mappings, block);
  if (mapping == NULL || !(mapping->prot & PROT_WRITE) || block % MAX (1, module->tls_align) != 0
      || mapping->end - block < module->tls_memsz)
    return 0;
  return block;
}

HsAddr
hs_tls_block (const HsTls *self, const HsModule *module, const HsThread *thread)
{
  guint number = self->numbers[module->index];

  if (!thread->has_regs || thread->fs_base == 0 || module->tls_memsz == 0)
    return 0;
  if (module->is_main)
    return main_block (module, thread);
  return number != 0 ? dtv_block (self, number, module, thread) : 0;
}
