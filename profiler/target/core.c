/* core.c - hs_target_open_core: see target.h.
 *
 * A core is an ELF file: PT_LOAD headers give the memory, notes the rest (core-notes.c). The mappings are the union of
 * the PT_LOADs and of the ranges of NT_FILE, as gcore leaves out what the program did not write. What the core does
 * not hold of a mapped ELF file comes from that file, provided it is the same one: its build-id has to be that in the
 * page with the ELF header, which the kernel dumps (bit 4 of /proc/PID/coredump_filter); without a build-id that whole
 * page has to be the same. Other files (locales, caches) are not looked for: nothing proves that they are the same.
 * Nothing in a core is trusted: every offset is checked against the size of the file. */
#include "profiler/target/core.h"

#include "profiler/target/elf-id.h"
#include "profiler/target/error.h"

#include <errno.h>
#include <sys/mman.h>

static gboolean
fail (const HsCore *self, HeapsumError code, const char *what, GError **error)
{
  g_set_error (error, HEAPSUM_ERROR, code, "%s: %s", self->path, what);
  return FALSE;
}

static gboolean
map_core (HsCore *self, GError **error)
{
  GMappedFile *mapped = hs_file_map (self->path);

  if (mapped == NULL) {
    int reason = errno;
    if (reason == ENODATA || reason == EINVAL)
      return fail (self, HEAPSUM_ERROR_BAD_DATA, reason == EINVAL ? "is not a file" : "the file is empty", error);
    return fail (self,
                 reason == ENOENT || reason == ENOTDIR  ? HEAPSUM_ERROR_GONE
                 : reason == EACCES || reason == EPERM ? HEAPSUM_ERROR_PERMISSION
                                                       : HEAPSUM_ERROR_FAILED,
                 g_strerror (reason), error);
  }
  self->data = (const guint8 *)g_mapped_file_get_contents (mapped);
  self->size = g_mapped_file_get_length (mapped);
  hs_image_own (self->target->image, mapped, (GDestroyNotify)g_mapped_file_unref);
  return TRUE;
}

static const struct {
  const char *magic, *advice;
} compressed[] = {
  { "\x28\xb5\x2f\xfd", "it is compressed: decompress it first (zstd -d, or coredumpctl dump -o FILE)" },
  { "\x04\x22\x4d\x18", "it is compressed: decompress it first (lz4 -d, or coredumpctl dump -o FILE)" },
  { "\xfd\x37\x7a\x58", "it is compressed: decompress it first (xz -d, or coredumpctl dump -o FILE)" },
  { "\x1f\x8b", "it is compressed: decompress it first (gzip -d)" },
};

static gboolean
refuse_foreign (const HsCore *self, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (compressed); i++)
    if (self->size > 4 && memcmp (self->data, compressed[i].magic, strlen (compressed[i].magic)) == 0)
      return fail (self, HEAPSUM_ERROR_UNSUPPORTED, compressed[i].advice, error);
  if (self->size < EI_NIDENT || memcmp (self->data, ELFMAG, SELFMAG) != 0)
    return fail (self, HEAPSUM_ERROR_BAD_DATA, "it is not a core (no ELF file)", error);
  if (self->data[EI_CLASS] == ELFCLASS32)
    return fail (self, HEAPSUM_ERROR_UNSUPPORTED, "it is of a 32-bit program: heapsum reads 64-bit ones only", error);
  if (self->size < sizeof (Elf64_Ehdr))
    return fail (self, HEAPSUM_ERROR_BAD_DATA, "it ends within the ELF header", error);
  return fail (self, HEAPSUM_ERROR_UNSUPPORTED, "it is of another machine: heapsum reads x86-64 only", error);
}

/* The number of program headers: where e_phnum cannot hold it, it stands in the first section header. */
static guint64
count_headers (const HsCore *self, const Elf64_Ehdr *header)
{
  Elf64_Shdr section;

  if (header->e_phnum != PN_XNUM)
    return header->e_phnum;
  if (header->e_shoff > self->size || self->size - header->e_shoff < sizeof section)
    return header->e_phnum;
  memcpy (&section, self->data + header->e_shoff, sizeof section);
  return section.sh_info;
}

static int
compare_loads (gconstpointer a, gconstpointer b)
{
  const Elf64_Phdr *x = a, *y = b;

  return x->p_vaddr < y->p_vaddr ? -1 : x->p_vaddr > y->p_vaddr;
}

/* Sorts the PT_LOADs and drops what overlaps or is no user memory ([vsyscall]). */
static void
sort_loads (GArray *loads)
{
  HsAddr end = 0;
  guint n = 0;

  g_array_sort (loads, compare_loads);
  for (guint i = 0; i < loads->len; i++) {
    Elf64_Phdr load = g_array_index (loads, Elf64_Phdr, i);
    if (load.p_memsz == 0 || load.p_vaddr < end || load.p_vaddr >= HS_ADDR_LIMIT
        || load.p_memsz > HS_ADDR_LIMIT - load.p_vaddr)
      continue;
    load.p_filesz = MIN (load.p_filesz, load.p_memsz);
    end = load.p_vaddr + load.p_memsz;
    g_array_index (loads, Elf64_Phdr, n++) = load;
  }
  g_array_set_size (loads, n);
}

/* How much of what @header tells is in the file. */
static guint64
present (const HsCore *self, const Elf64_Phdr *header)
{
  if (header->p_offset >= self->size)
    return 0;
  return MIN (header->p_filesz, self->size - header->p_offset);
}

static gboolean
read_headers (HsCore *self, GError **error)
{
  Elf64_Ehdr header;
  guint64 n;

  if (!hs_elf_is_ours (self->data, self->size))
    return refuse_foreign (self, error);
  memcpy (&header, self->data, sizeof header);
  if (header.e_type != ET_CORE)
    return fail (self, HEAPSUM_ERROR_BAD_DATA, "it is a program or a library, not a core", error);
  n = count_headers (self, &header);
  if (n == 0 || header.e_phentsize != sizeof (Elf64_Phdr) || header.e_phoff >= self->size)
    return fail (self, HEAPSUM_ERROR_BAD_DATA, "it has no program headers", error);
  if (n > (self->size - header.e_phoff) / sizeof (Elf64_Phdr)) {
    n = (self->size - header.e_phoff) / sizeof (Elf64_Phdr);
    self->target->truncated = TRUE;
  }
  for (guint64 i = 0; i < n; i++) {
    Elf64_Phdr program;
    memcpy (&program, self->data + header.e_phoff + i * sizeof program, sizeof program);
    if (program.p_type != PT_LOAD && program.p_type != PT_NOTE)
      continue;
    self->cut += program.p_filesz - present (self, &program);
    g_array_append_val (program.p_type == PT_LOAD ? self->loads : self->notes, program);
  }
  sort_loads (self->loads);
  return TRUE;
}

static void
say_cut (HsCore *self)
{
  if (self->cut == 0 && !self->target->truncated)
    return;
  self->target->truncated = TRUE;
  hs_diag_add (self->diag, "core", "it is truncated: %" G_GUINT64_FORMAT " bytes of its contents are missing",
               self->cut);
}

static guint
protection (const Elf64_Phdr *load)
{
  return ((load->p_flags & PF_R) != 0 ? PROT_READ : 0) | ((load->p_flags & PF_W) != 0 ? PROT_WRITE : 0)
         | ((load->p_flags & PF_X) != 0 ? PROT_EXEC : 0);
}

static HsMappingKind
kind_of (const HsCore *self, gint file)
{
  g_autofree char *name = NULL;
  const HsFile *mapped = hs_target_file (self->target, file);

  if (mapped == NULL)
    return HS_MAPPING_ANON;
  name = g_strconcat (mapped->path, mapped->deleted ? " (deleted)" : "", NULL);
  return hs_path_kind (name);
}

static void
add_mapping (HsCore *self, HsAddr start, HsAddr end, guint prot, const HsCoreFile *range)
{
  HsMapping mapping = { .start = start, .end = end, .prot = prot, .file = range != NULL ? range->file : -1 };

  if (start >= end)
    return;
  mapping.offset = range != NULL ? range->offset + (start - range->start) : 0;
  mapping.kind = kind_of (self, mapping.file);
  if (mapping.kind != HS_MAPPING_FILE)
    mapping.file = -1;
  if (self->target->vdso >= start && self->target->vdso < end && mapping.file < 0)
    mapping.kind = HS_MAPPING_SPECIAL;
  g_array_append_val (self->target->mappings, mapping);
}

/* Adds [@start, @end) as mappings, cut at the borders of the file ranges; *@next is the first range that ends behind
 * @start. Outside of the ranges it is anonymous if @prot says that a PT_LOAD is there, else nothing. */
static void
add_span (HsCore *self, HsAddr start, HsAddr end, gint prot, guint *next)
{
  while (start < end) {
    const HsCoreFile *range = NULL;
    while (*next < self->ranges->len && g_array_index (self->ranges, HsCoreFile, *next).end <= start)
      ++*next;
    if (*next < self->ranges->len)
      range = &g_array_index (self->ranges, HsCoreFile, *next);
    gboolean inside = range != NULL && range->start <= start;
    HsAddr stop = range == NULL ? end : MIN (end, inside ? range->end : range->start);
    if (inside)
      add_mapping (self, start, stop, prot >= 0 ? (guint)prot : PROT_READ, range);
    else if (prot >= 0)
      add_mapping (self, start, stop, (guint)prot, NULL);
    start = stop;
  }
}

static void
add_mappings (HsCore *self)
{
  HsAddr cursor = 0;
  guint next = 0;

  for (guint i = 0; i < self->loads->len; i++) {
    const Elf64_Phdr *load = &g_array_index (self->loads, Elf64_Phdr, i);
    add_span (self, cursor, load->p_vaddr, -1, &next);
    cursor = load->p_vaddr + load->p_memsz;
    add_span (self, load->p_vaddr, cursor, (gint)protection (load), &next);
  }
  add_span (self, cursor, HS_ADDR_LIMIT, -1, &next);
}

/* [stack] has no name in a core: it is where the first thread's stack pointer is. */
static void
guess_stack (HsCore *self)
{
  for (guint i = 0; i < self->target->threads->len; i++) {
    const HsThread *thread = hs_target_thread (self->target, i);
    HsMapping *mapping = (HsMapping *)hs_mapping_find (self->target->mappings, thread->regs[HS_REG_RSP]);
    if (thread->tid == self->target->pid && mapping != NULL && mapping->kind == HS_MAPPING_ANON)
      mapping->kind = HS_MAPPING_STACK;
  }
}

/* The PT_LOAD that holds @addr, or NULL. */
static const Elf64_Phdr *
find_load (const HsCore *self, HsAddr addr)
{
  guint low = 0, high = self->loads->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    const Elf64_Phdr *load = &g_array_index (self->loads, Elf64_Phdr, middle);
    if (addr < load->p_vaddr)
      high = middle;
    else if (addr - load->p_vaddr >= load->p_memsz)
      low = middle + 1;
    else
      return load;
  }
  return NULL;
}

/* The dumped bytes at @addr and how many they are; NULL if there are none. */
static const guint8 *
dumped (const HsCore *self, HsAddr addr, gsize *length)
{
  const Elf64_Phdr *load = find_load (self, addr);
  guint64 have = load != NULL ? present (self, load) : 0;

  if (load == NULL || have <= addr - load->p_vaddr)
    return NULL;
  *length = have - (addr - load->p_vaddr);
  return self->data + load->p_offset + (addr - load->p_vaddr);
}

static gboolean
mismatch (HsTargetFile *file, const char *why)
{
  g_free (file->file.missing);
  file->file.missing = g_strdup (why);
  return FALSE;
}

/* Whether the file with the bytes @data is the one that was mapped, by what the core holds of its first page. */
static gboolean
is_the_file (const HsCore *self, HsTargetFile *file, const guint8 *data, gsize size)
{
  gsize length = 0;
  const guint8 *page = file->first.offset == 0 ? dumped (self, file->first.start, &length) : NULL;
  g_autofree char *ours = hs_elf_build_id (data, size), *theirs = NULL;

  if (!hs_elf_is_ours (data, size))
    return mismatch (file, "it is no ELF file");
  length = MIN (length, HS_PAGE_SIZE);
  if (page == NULL || length < sizeof (Elf64_Ehdr)) {
    hs_diag_add (self->diag, "core", "%s is taken to be the file that was mapped: the core does not tell",
                 file->file.path);
    return TRUE;
  }
  theirs = hs_elf_build_id (page, length);
  if (ours != NULL && theirs != NULL)
    return strcmp (ours, theirs) == 0 || mismatch (file, "its build-id differs from that in the core");
  if (memcmp (page, data, MIN (length, size)) != 0)
    return mismatch (file, "its ELF header differs from that in the core");
  return TRUE;
}

static gboolean
try_file (HsCore *self, HsTargetFile *file, const char *prefix)
{
  g_autofree char *path = g_strconcat (prefix, file->file.path, NULL);
  g_autoptr (GMappedFile) mapped = hs_file_map (path);

  if (mapped == NULL)
    return file->file.missing == NULL && mismatch (file, g_strerror (errno));
  if (!is_the_file (self, file, (const guint8 *)g_mapped_file_get_contents (mapped), g_mapped_file_get_length (mapped)))
    return FALSE;
  hs_file_take (&file->file, g_steal_pointer (&mapped), self->target->image);
  return TRUE;
}

static void
load_files (HsCore *self)
{
  for (guint i = 0; i < self->target->files->len; i++) {
    HsTargetFile *file = self->target->files->pdata[i];
    if (file->file.path[0] != '/' || g_str_has_prefix (file->file.path, "/dev/"))
      mismatch (file, "it is no file on disk");
    else if (*self->target->root == 0 || !try_file (self, file, self->target->root))
      try_file (self, file, "");
  }
}

/* Adds the bytes of @load. They are used in place, but where that would misalign the words in it. */
static void
add_dumped (HsCore *self, const Elf64_Phdr *load)
{
  guint64 length = present (self, load);
  const guint8 *data = length > 0 ? self->data + load->p_offset : NULL;

  if (length == 0)
    return;
  if (((load->p_offset ^ load->p_vaddr) & 7) != 0) {
    guint8 *aligned = g_try_malloc (length);
    if (aligned == NULL)
      return;
    memcpy (aligned, data, length);
    hs_image_own (self->target->image, aligned, g_free);
    data = aligned;
  }
  hs_image_add_segment (self->target->image, load->p_vaddr, data, length, FALSE);
}

static void
add_from_file (HsCore *self, const HsMapping *mapping)
{
  const HsFile *file = hs_target_file (self->target, mapping->file);

  if (file != NULL && file->data != NULL && mapping->offset < file->size)
    hs_image_add_segment (self->target->image, mapping->start, file->data + mapping->offset,
                          MIN (mapping->end - mapping->start, file->size - mapping->offset), TRUE);
}

/* Shared memory is left out, and what the program itself could not read, as of a process. */
static void
add_load (HsCore *self, const Elf64_Phdr *load)
{
  const HsMapping *mapping = hs_mapping_find (self->target->mappings, load->p_vaddr);

  if ((load->p_flags & PF_R) == 0 || (mapping != NULL && mapping->kind == HS_MAPPING_SHARED))
    return;
  add_dumped (self, load);
}

/* What was not dumped of a file mapping is the file's; what was dumped and is cut off is lost. A mapping lies in one
 * PT_LOAD or in none (add_mappings), and of a PT_LOAD the first bytes are dumped. */
static void
add_rest (HsCore *self, HsMapping mapping)
{
  const Elf64_Phdr *load = find_load (self, mapping.start);
  HsAddr end = load != NULL ? load->p_vaddr + load->p_filesz : 0;

  if (end > mapping.start) {
    mapping.offset += end - mapping.start;
    mapping.start = end;
  }
  if (mapping.start < mapping.end)
    add_from_file (self, &mapping);
}

/* NT_FILE does not tell the protection of what gcore left out: it is as the file wants it, as nothing was written. */
static void
guess_protection (HsCore *self, HsMapping *mapping)
{
  const HsFile *file = hs_target_file (self->target, mapping->file);
  guint flags;

  if (file == NULL || file->data == NULL || find_load (self, mapping->start) != NULL)
    return;
  flags = hs_elf_flags (file->data, file->size, mapping->offset);
  mapping->prot = PROT_READ | ((flags & PF_X) != 0 ? PROT_EXEC : 0) | ((flags & PF_W) != 0 ? PROT_WRITE : 0);
}

static void
fill_image (HsCore *self)
{
  for (guint i = 0; i < self->loads->len; i++)
    add_load (self, &g_array_index (self->loads, Elf64_Phdr, i));
  for (guint i = 0; i < self->target->mappings->len; i++) {
    HsMapping *mapping = &g_array_index (self->target->mappings, HsMapping, i);
    if (mapping->kind != HS_MAPPING_FILE)
      continue;
    guess_protection (self, mapping);
    add_rest (self, *mapping);
  }
  hs_image_seal (self->target->image);
}

static void
find_executable (HsCore *self)
{
  const HsMapping *mapping = hs_mapping_find (self->target->mappings, self->target->phdr);

  if (mapping == NULL || mapping->file < 0)
    mapping = hs_mapping_find (self->target->mappings, self->target->entry);
  if (mapping != NULL && mapping->file >= 0)
    self->target->executable = g_strdup (hs_target_file (self->target, mapping->file)->path);
}

static gboolean
open_core (HsCore *self, GError **error)
{
  if (!map_core (self, error) || !read_headers (self, error))
    return FALSE;
  say_cut (self);
  if (self->loads->len == 0)
    return fail (self, HEAPSUM_ERROR_BAD_DATA, "it holds no memory", error);
  hs_core_read_notes (self);
  add_mappings (self);
  guess_stack (self);
  find_executable (self);
  load_files (self);
  fill_image (self);
  if (self->target->image->n_bytes == 0)
    return fail (self, HEAPSUM_ERROR_BAD_DATA, "it ends before the first byte of memory", error);
  return TRUE;
}

HsTarget *
hs_target_open_core (const char *path, const HsTargetOptions *options, HsDiag *diag, GError **error)
{
  g_autoptr (HsTarget) target = hs_target_new (HS_TARGET_CORE);
  g_autoptr (GArray) loads = g_array_new (FALSE, FALSE, sizeof (Elf64_Phdr));
  g_autoptr (GArray) notes = g_array_new (FALSE, FALSE, sizeof (Elf64_Phdr));
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (HsCoreFile));
  HsCore self = { .path = path, .options = options, .diag = diag, .target = target, .loads = loads, .notes = notes,
                  .ranges = ranges };
  gboolean done;

  if (options != NULL && options->sysroot != NULL) {
    g_free (target->root);
    target->root = g_strdup (options->sysroot);
  }
  hs_files_init (&self.files, target->files);
  done = open_core (&self, error);
  hs_files_clear (&self.files);
  return done ? g_steal_pointer (&target) : NULL;
}
