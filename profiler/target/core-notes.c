/* core-notes.c - the notes of a core: see core.h.
 *
 * The kernel (fs/binfmt_elf.c, 6.1) writes one NT_PRSTATUS a thread, the one that dumped first, and before or behind it
 * NT_PRPSINFO, NT_AUXV and NT_FILE; gdb's gcore writes the same, at the end of the file. The layouts below are those of
 * struct elf_prstatus, elf_prpsinfo and of NT_FILE on x86-64. */
#include "profiler/target/core.h"

#include "profiler/target/auxv.h"
#include "profiler/target/elf-id.h"

#include <sys/user.h>

#define STATUS_SIZE 336
#define STATUS_PID 32
#define STATUS_REGS 112
#define INFO_SIZE 136
#define INFO_PID 24
#define INFO_NAME 40
#define INFO_NAME_SIZE 16

static guint32
word32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return value;
}

static guint64
word64 (const guint8 *data)
{
  guint64 value;

  memcpy (&value, data, sizeof value);
  return value;
}

/* The registers as they stand in user_regs_struct, by their DWARF numbers. */
static const guint8 order[HS_N_REGS] = {
  [HS_REG_RAX] = 10, [HS_REG_RDX] = 12, [HS_REG_RCX] = 11, [HS_REG_RBX] = 5, [HS_REG_RSI] = 13, [HS_REG_RDI] = 14,
  [HS_REG_RBP] = 4,  [HS_REG_RSP] = 19, [HS_REG_R8] = 9,   [HS_REG_R9] = 8,  [HS_REG_R10] = 7,  [HS_REG_R11] = 6,
  [HS_REG_R12] = 3,  [HS_REG_R13] = 2,  [HS_REG_R14] = 1,  [HS_REG_R15] = 0, [HS_REG_RIP] = 16,
};
#define ORDER_FS_BASE 21

static void
add_thread (HsCore *self, const HsNote *note)
{
  HsThread thread = { 0 };

  if (note->desc_size < STATUS_SIZE)
    return;
  thread.tid = (pid_t)word32 (note->desc + STATUS_PID);
  thread.has_regs = TRUE;
  for (guint i = 0; i < HS_N_REGS; i++)
    thread.regs[i] = word64 (note->desc + STATUS_REGS + 8 * order[i]);
  thread.fs_base = word64 (note->desc + STATUS_REGS + 8 * ORDER_FS_BASE);
  if (self->target->pid == 0)
    self->target->pid = thread.tid;
  g_array_append_val (self->target->threads, thread);
}

static void
take_info (HsCore *self, const HsNote *note)
{
  if (note->desc_size < INFO_SIZE)
    return;
  self->target->pid = (pid_t)word32 (note->desc + INFO_PID);
  g_free (self->target->comm);
  self->target->comm = g_strndup ((const char *)note->desc + INFO_NAME, INFO_NAME_SIZE);
}

/* Adds one mapped file and returns what follows its name. */
static const char *
add_range (HsCore *self, const guint8 *entry, guint64 page, const char *name, const char *end)
{
  const char *stop = memchr (name, 0, (gsize)(end - name));
  HsCoreFile range = { word64 (entry), word64 (entry + 8), word64 (entry + 16), -1 };
  HsMapping mapping = { .start = range.start, .end = range.end };

  if (stop == NULL)
    return NULL;
  if (range.start >= range.end || range.end > HS_ADDR_LIMIT || range.offset > G_MAXUINT64 / page)
    return stop + 1;
  range.offset *= page;
  mapping.offset = range.offset;
  range.file = hs_files_add (&self->files, name, 0, 0, &mapping);
  g_array_append_val (self->ranges, range);
  return stop + 1;
}

/* NT_FILE: count, page size, then start, end and page offset of each, then the names. */
static void
take_files (HsCore *self, const HsNote *note)
{
  guint64 count = note->desc_size >= 16 ? word64 (note->desc) : 0;
  guint64 page = note->desc_size >= 16 ? word64 (note->desc + 8) : 0;
  const char *name, *end = (const char *)note->desc + note->desc_size;

  if (count == 0 || count > (note->desc_size - 16) / 25 || page == 0) {
    hs_diag_add (self->diag, "core", "its table of mapped files (NT_FILE) is damaged");
    return;
  }
  name = (const char *)note->desc + 16 + 24 * count;
  for (guint64 i = 0; i < count && name != NULL && name < end; i++)
    name = add_range (self, note->desc + 16 + 24 * i, page, name, end);
}

static void
take_note (HsCore *self, const HsNote *note)
{
  if (hs_note_is (note, "CORE", NT_PRSTATUS))
    add_thread (self, note);
  else if (hs_note_is (note, "CORE", NT_PRPSINFO))
    take_info (self, note);
  else if (hs_note_is (note, "CORE", NT_AUXV))
    hs_target_take_auxv (self->target, note->desc, note->desc_size);
  else if (hs_note_is (note, "CORE", NT_FILE))
    take_files (self, note);
}

static int
compare_threads (gconstpointer a, gconstpointer b)
{
  const HsThread *x = a, *y = b;

  return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const HsCoreFile *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

/* Drops what overlaps: of a sound core nothing does. */
static void
sort_ranges (GArray *ranges)
{
  guint n = 0;

  g_array_sort (ranges, compare_ranges);
  for (guint i = 0; i < ranges->len; i++) {
    HsCoreFile range = g_array_index (ranges, HsCoreFile, i);
    if (n == 0 || range.start >= g_array_index (ranges, HsCoreFile, n - 1).end)
      g_array_index (ranges, HsCoreFile, n++) = range;
  }
  g_array_set_size (ranges, n);
}

void
hs_core_read_notes (HsCore *self)
{
  for (guint i = 0; i < self->notes->len; i++) {
    const Elf64_Phdr *header = &g_array_index (self->notes, Elf64_Phdr, i);
    if (header->p_offset >= self->size)
      continue;
    const guint8 *data = self->data + header->p_offset;
    gsize size = MIN (header->p_filesz, self->size - header->p_offset);
    HsNote note;
    while (hs_note_next (&data, &size, &note))
      take_note (self, &note);
  }
  g_array_sort (self->target->threads, compare_threads);
  sort_ranges (self->ranges);
  if (self->target->threads->len == 0)
    hs_diag_add (self->diag, "core", "it tells of no thread: stacks and thread-local variables are unknown");
}
