/* modules.c - see modules.h: which modules there are.
 *
 * A module is a file of which the loader mapped the segments: so one with an executable mapping, or with several
 * mappings (a program may map an ELF file as data too). The load bias follows from the first mapping and the PT_LOAD
 * that begins in its page of the file; where it holds the file's other mappings, they belong to the same module, else
 * the file is loaded a second time (dlmopen). Where the file cannot be had, the program headers come from the image. */
#include "profiler/modules/modules.h"

#include "profiler/modules/debug-file.h"
#include "profiler/modules/module-private.h"
#include "profiler/target/elf-id.h"

#include <sys/mman.h>

#define PAGE_MASK (HS_PAGE_SIZE - 1)
#define LARGEST_VDSO (G_GUINT64_CONSTANT (64) << 10)

static void
module_free (gpointer data)
{
  HsModule *self = data;
  HsModulePrivate *private = hs_module_private (self);

  g_clear_pointer (&private->symbols, hs_symbols_free);
  g_hash_table_unref (private->sections);
  elf_end (private->own);
  elf_end (self->elf);
  g_clear_pointer (&private->debug_file, hs_elf_file_free);
  g_clear_pointer (&private->alt_file, hs_elf_file_free);
  g_mutex_clear (&private->lock);
  g_free (private->copy);
  g_free (private);
  g_free (self->name);
  g_free (self->path);
  g_free (self->build_id);
  g_free (self->debug_path);
  g_free (self->no_debug);
  g_free (self);
}

static HsModule *
module_new (const char *path, const char *name)
{
  HsModule *self = g_new0 (HsModule, 1);
  HsModulePrivate *private = g_new0 (HsModulePrivate, 1);

  self->path = g_strdup (path);
  self->name = name != NULL ? g_strdup (name) : g_path_get_basename (path);
  self->priv = private;
  private->file = -1;
  g_mutex_init (&private->lock);
  private->sections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, hs_kept_section_free);
  return self;
}

/* Sets what the program headers tell; @bias is known already. */
static void
read_program_headers (HsModule *self, const guint8 *data, gsize size)
{
  guint64 first = G_MAXUINT64, last = 0;
  Elf64_Phdr program;

  for (guint i = 0; hs_elf_program_header (data, size, i, &program); i++) {
    if (program.p_type == PT_TLS) {
      self->tls_vaddr = program.p_vaddr;
      self->tls_filesz = program.p_filesz;
      self->tls_memsz = program.p_memsz;
      self->tls_align = program.p_align;
    }
    if (program.p_type != PT_LOAD || program.p_memsz > HS_ADDR_LIMIT || program.p_vaddr > HS_ADDR_LIMIT)
      continue;
    first = MIN (first, program.p_vaddr & ~PAGE_MASK);
    last = MAX (last, program.p_vaddr + program.p_memsz);
    if ((program.p_flags & PF_X) != 0)
      self->text_bytes += program.p_filesz;
  }
  if (first < last) {
    self->start = self->bias + first;
    self->end = self->bias + ((last + PAGE_MASK) & ~PAGE_MASK);
  }
}

/* The bias by @mapping: that of the PT_LOAD which begins in its first page and, as two can share a page of the file,
 * has its protection too where one does. */
static gboolean
find_bias (const HsMapping *mapping, const guint8 *data, gsize size, guint64 *bias)
{
  guint best = 0;
  Elf64_Phdr program;

  for (guint i = 0; hs_elf_program_header (data, size, i, &program); i++) {
    if (program.p_type != PT_LOAD || (program.p_offset & ~PAGE_MASK) != mapping->offset)
      continue;
    guint score = 1 + (((program.p_flags & PF_W) != 0) == ((mapping->prot & PROT_WRITE) != 0))
                  + (((program.p_flags & PF_X) != 0) == ((mapping->prot & PROT_EXEC) != 0));
    if (score <= best)
      continue;
    best = score;
    *bias = mapping->start - (program.p_vaddr & ~PAGE_MASK);
  }
  return best > 0;
}

/* The bytes of the file of @mapping: the file's own or, where that is missing, the first piece the image has. */
static const guint8 *
bytes_of (const HsTarget *target, const HsMapping *mapping, gsize *size)
{
  const HsFile *file = hs_target_file (target, mapping->file);

  if (file == NULL)
    return NULL;
  *size = file->size;
  if (file->data != NULL || mapping->offset != 0)
    return file->data;
  return hs_image_span (target->image, mapping->start, size);
}

/* For each mapping the next one of the same file, 0 for the last: a module is told from a file mapped as data by two
 * mappings, and looking for the second among all those behind would be quadratic where there are many. */
static guint *
link_mappings (const HsTarget *target)
{
  guint *next = g_new0 (guint, MAX (1, target->mappings->len));
  g_autofree guint *seen = g_new0 (guint, MAX (1, target->files->len));

  for (guint i = target->mappings->len; i-- > 0;) {
    gint file = hs_target_mapping (target, i)->file;
    if (hs_target_file (target, file) == NULL)
      continue;
    next[i] = seen[file];
    seen[file] = i;
  }
  return next;
}

/* Whether the loader mapped it: its first mapping @first is executable, or the file's @next one lies in its span. */
static gboolean
is_loaded (const HsModule *self, const HsTarget *target, guint first, guint next)
{
  const HsMapping *mapping = hs_target_mapping (target, first);

  if (mapping->start < self->start || mapping->start >= self->end)
    return FALSE;
  return (mapping->prot & PROT_EXEC) != 0 || (next != 0 && hs_target_mapping (target, next)->start < self->end);
}

/* Opens the file of the module. */
static void
open_file (HsModule *self, const HsFile *file)
{
  HsModulePrivate *private = hs_module_private (self);

  if (file->data == NULL)
    return;
  self->elf = hs_elf_open (file->data, file->size);
  if (self->elf == NULL)
    return;
  private->data = file->data;
  private->size = file->size;
  g_free (self->build_id);
  self->build_id = hs_elf_file_build_id (self->elf, file->data, file->size);
}

/* The module that begins with mapping @i, or NULL; @next is the file's next mapping. */
static HsModule *
module_at (const HsTarget *target, guint i, guint next)
{
  const HsMapping *mapping = hs_target_mapping (target, i);
  gsize size = 0;
  const guint8 *data = bytes_of (target, mapping, &size);
  guint64 bias;
  HsModule *self;

  if (data == NULL || !find_bias (mapping, data, size, &bias))
    return NULL;
  self = module_new (hs_target_file (target, mapping->file)->path, NULL);
  self->bias = bias;
  self->build_id = hs_elf_build_id (data, size);
  read_program_headers (self, data, size);
  hs_module_private (self)->file = mapping->file;
  if (!is_loaded (self, target, i, next)) {
    module_free (self);
    return NULL;
  }
  open_file (self, hs_target_file (target, mapping->file));
  self->is_main = (target->phdr != 0 && target->phdr >= self->start && target->phdr < self->end)
                  || (target->phdr == 0 && g_strcmp0 (target->executable, self->path) == 0);
  return self;
}

static void
add_mapped (HsModules *self)
{
  const HsTarget *target = self->target;
  g_autofree HsAddr *ends = g_new0 (HsAddr, MAX (1, target->files->len)); /* of the last module of each file */
  g_autofree guint *next = link_mappings (target);

  for (guint i = 0; i < target->mappings->len; i++) {
    const HsMapping *mapping = hs_target_mapping (target, i);
    if (hs_target_file (target, mapping->file) == NULL || mapping->start < ends[mapping->file])
      continue;
    HsModule *module = module_at (target, i, next[i]);
    if (module == NULL)
      continue;
    ends[mapping->file] = module->end;
    g_ptr_array_add (self->modules, module);
  }
}

/* The vdso is an ELF file without a file: its bytes are in the image. */
static void
add_vdso (HsModules *self)
{
  const HsTarget *target = self->target;
  const HsMapping *mapping = target->vdso != 0 ? hs_mapping_find (target->mappings, target->vdso) : NULL;
  gsize size = mapping != NULL ? MIN (mapping->end - target->vdso, LARGEST_VDSO) : 0;
  const guint8 *data = size > 0 ? hs_image_at (target->image, target->vdso, size) : NULL;
  HsModule *module;

  if (data == NULL || !hs_elf_is_ours (data, size))
    return;
  module = module_new ("[vdso]", "linux-vdso.so.1");
  data = hs_module_private (module)->copy = g_memdup2 (data, size);
  find_bias (&(HsMapping){ .start = target->vdso, .prot = PROT_READ | PROT_EXEC }, data, size, &module->bias);
  read_program_headers (module, data, size);
  open_file (module, &(HsFile){ .data = data, .size = size });
  g_ptr_array_add (self->modules, module);
}

static int
compare_modules (gconstpointer a, gconstpointer b)
{
  const HsModule *x = *(HsModule *const *)a, *y = *(HsModule *const *)b;
  int order = strcmp (x->path, y->path);

  if (x->is_main != y->is_main)
    return x->is_main ? -1 : 1;
  return order != 0 ? order : x->start < y->start ? -1 : x->start > y->start;
}

static int
compare_addresses (gconstpointer a, gconstpointer b)
{
  const HsModule *x = *(HsModule *const *)a, *y = *(HsModule *const *)b;

  return x->start < y->start ? -1 : x->start > y->start;
}

static void
sort (HsModules *self)
{
  g_ptr_array_sort (self->modules, compare_modules);
  for (guint i = 0; i < self->modules->len; i++) {
    hs_modules_get (self, i)->index = i;
    g_ptr_array_add (self->by_address, self->modules->pdata[i]);
  }
  g_ptr_array_sort (self->by_address, compare_addresses);
}

static void
find_separate (HsModule *module, const HsTarget *target, HsDebugSearch *search)
{
  HsModulePrivate *private = hs_module_private (module);
  HsDebugWanted wanted = { module->path, module->build_id, module->elf };
  const HsFile *file = module->elf == NULL ? hs_target_file (target, private->file) : NULL;

  private->debug_file = hs_debug_search_find (search, &wanted, &module->debug_path, &module->no_debug);
  if (private->debug_file != NULL) {
    module->debug = private->debug_file->elf;
    g_clear_pointer (&module->no_debug, g_free);
  } else if (file != NULL && file->missing != NULL) {
    g_free (module->no_debug);
    module->no_debug = g_strdup_printf ("the file cannot be had: %s", file->missing);
  }
}

static void
find_debug (HsModule *module, const HsTarget *target, HsDebugSearch *search)
{
  HsModulePrivate *private = hs_module_private (module);

  if (module->path[0] != '/') {
    module->no_debug = g_strdup ("no debug info");
    return;
  }
  if (module->elf != NULL && hs_elf_has_debug_info (module->elf)) {
    module->debug = module->elf;
    module->debug_path = g_strconcat (target->root, module->path, NULL);
    if (*target->root != 0 && !g_file_test (module->debug_path, G_FILE_TEST_EXISTS)) {
      g_free (module->debug_path);
      module->debug_path = g_strdup (module->path);
    }
  } else {
    find_separate (module, target, search);
  }
  if (module->debug == NULL)
    return;
  private->alt_file = hs_debug_search_alt (search, module->debug, module->debug_path);
  module->alt = private->alt_file != NULL ? private->alt_file->elf : NULL;
}

static void
say_what_is_missing (const HsModules *self, HsDiag *diag)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < self->modules->len; i++) {
    const HsModule *module = hs_modules_get (self, i);
    if (module->debug != NULL || module->path[0] != '/')
      continue;
    if (module->is_main || module->elf == NULL)
      hs_diag_add (diag, "debug info", "%s: %s", module->name, module->no_debug);
    if (n++ < 5)
      g_string_append_printf (names, "%s%s", n > 1 ? ", " : "", module->name);
  }
  if (n > 0)
    hs_diag_add (diag, "debug info", "%u of %u modules have none: %s%s", n, self->modules->len, names->str,
                 n > 5 ? ", ..." : "");
}

HsModules *
hs_modules_new (HsTarget *target, const HsModuleOptions *options, HsDiag *diag)
{
  const HsModuleOptions none = { 0 };
  HsModules *self = g_new0 (HsModules, 1);
  g_auto (HsDebugSearch) search = { 0 };

  g_atomic_ref_count_init (&self->refs);
  self->target = hs_target_ref (target);
  self->modules = g_ptr_array_new_with_free_func (module_free);
  self->by_address = g_ptr_array_new ();
  add_mapped (self);
  add_vdso (self);
  sort (self);
  hs_debug_search_init (&search, options != NULL ? options : &none, target->root, diag);
  for (guint i = 0; i < self->modules->len; i++)
    find_debug (hs_modules_get (self, i), target, &search);
  say_what_is_missing (self, diag);
  return self;
}

HsModules *
hs_modules_ref (HsModules *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_modules_unref (HsModules *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->by_address);
  g_ptr_array_unref (self->modules);
  hs_target_unref (self->target);
  g_free (self);
}

HsModule *
hs_modules_find (const HsModules *self, HsAddr addr)
{
  guint low = 0, high = self->by_address->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;
    if (((HsModule *)self->by_address->pdata[middle])->start <= addr)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0 || addr >= ((HsModule *)self->by_address->pdata[low - 1])->end)
    return NULL;
  return self->by_address->pdata[low - 1];
}
