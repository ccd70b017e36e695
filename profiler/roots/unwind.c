/* unwind.c - from the innermost frame outwards.
 *
 * Each step uses the call frame information of the module the pc lies in; where there is none, as in code made at run
 * time, the frame pointer is tried once, and believed only if it leads up the stack to executable memory. A frame's CFA
 * is above that of the frame it called, so that a damaged stack ends the walk. */
#include "profiler/roots/unwind.h"

#include <sys/mman.h>

struct _HsUnwinder {
  HsModules *modules;
  GHashTable *cfis; /* module -> HsCfi; NULL where there is none */
};

static void
cfi_free (gpointer cfi)
{
  if (cfi != NULL)
    hs_cfi_free (cfi);
}

HsUnwinder *
hs_unwinder_new (HsModules *modules)
{
  HsUnwinder *self = g_new0 (HsUnwinder, 1);

  self->modules = modules;
  self->cfis = g_hash_table_new_full (NULL, NULL, NULL, cfi_free);
  return self;
}

void
hs_unwinder_free (HsUnwinder *self)
{
  g_hash_table_unref (self->cfis);
  g_free (self);
}

static HsCfi *
cfi_of (HsUnwinder *self, HsModule *module)
{
  gpointer cfi;

  if (!g_hash_table_lookup_extended (self->cfis, module, NULL, &cfi)) {
    cfi = hs_cfi_new (module);
    g_hash_table_insert (self->cfis, module, cfi);
  }
  return cfi;
}

static gboolean
is_code (const HsUnwinder *self, HsAddr addr)
{
  const HsMapping *mapping = hs_mapping_find (self->modules->target->mappings, addr);

  return mapping != NULL && (mapping->prot & PROT_EXEC) != 0;
}

/* The caller by the frame pointer: saved rbp, then the return address. */
static gboolean
step_by_frame_pointer (HsUnwinder *self, HsUnwound *at)
{
  const HsImage *image = self->modules->target->image;
  HsRegisters *registers = &at->registers;
  HsAddr base = registers->value[HS_REG_RBP];
  guint64 words[2];

  if (!hs_registers_known (registers, HS_REG_RBP) || base < registers->value[HS_REG_RSP] || base % 8 != 0
      || !hs_image_read (image, base, words, sizeof words) || !is_code (self, words[1]))
    return FALSE;
  at->frame.cfa = base + 16;
  registers->value[HS_REG_RBP] = words[0];
  registers->value[HS_REG_RSP] = base + 16;
  registers->value[HS_REG_RIP] = words[1];
  registers->known = 1u << HS_REG_RBP | 1u << HS_REG_RSP | 1u << HS_REG_RIP;
  return TRUE;
}

/* Makes @next the caller of @at, and completes @at. */
static gboolean
step (HsUnwinder *self, HsUnwound *at, HsUnwound *next, gboolean *was_signal)
{
  HsModule *module = hs_modules_find (self->modules, at->code);
  HsCfi *cfi = module != NULL ? cfi_of (self, module) : NULL;
  gboolean is_signal = FALSE;

  *next = (HsUnwound){ .registers = at->registers };
  if (cfi != NULL
      && hs_cfi_unwind (cfi, at->code - module->bias, self->modules->target->image, &next->registers, &at->frame.cfa, &is_signal))
    *was_signal = is_signal;
  else if (cfi != NULL || !step_by_frame_pointer (self, next))
    return FALSE;
  else {
    at->frame.cfa = next->frame.cfa;
    *was_signal = FALSE;
  }
  HsAddr pc = next->registers.value[HS_REG_RIP];
  /* A signal may have come on an alternate stack: its frame's CFA can be anywhere. */
  if (pc < HS_PAGE_SIZE || (!is_signal && at->frame.cfa <= at->frame.sp))
    return FALSE;
  next->frame = (HsFrame){ .pc = pc, .sp = next->registers.value[HS_REG_RSP] };
  next->code = *was_signal ? pc : pc - 1;
  return TRUE;
}

GArray *
hs_unwinder_run (HsUnwinder *self, const HsThread *thread, gboolean *complete)
{
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (HsUnwound));
  HsUnwound at = { .frame = { .pc = thread->regs[HS_REG_RIP], .sp = thread->regs[HS_REG_RSP] } };
  gboolean more = thread->has_regs, was_signal = FALSE;

  memcpy (at.registers.value, thread->regs, sizeof at.registers.value);
  at.registers.known = (1u << HS_N_REGS) - 1;
  at.code = at.frame.pc;
  while (more && frames->len < HS_FRAMES_MAX) {
    HsUnwound next;
    HsModule *module = hs_modules_find (self->modules, at.code);
    HsRegisters registers = at.registers;
    at.frame.module = module != NULL ? (gint)module->index : -1;
    more = step (self, &at, &next, &was_signal);
    at.registers = registers;
    g_array_append_val (frames, at);
    at = next;
  }
  /* The start of a thread says that it has no caller. */
  *complete = thread->has_regs && frames->len < HS_FRAMES_MAX && frames->len > 1;
  return frames;
}
