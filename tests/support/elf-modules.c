/* elf-modules.c - see elf-modules.h. */
#include "tests/support/elf-modules.h"

#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

static char *
note_build_id (Elf_Data *data)
{
  size_t offset = 0, name, descriptor;
  GElf_Nhdr note;

  while ((offset = gelf_getnote (data, offset, &note, &name, &descriptor)) > 0)
    if (note.n_type == NT_GNU_BUILD_ID) {
      GString *hex = g_string_new (NULL);
      for (guint i = 0; i < note.n_descsz; i++)
        g_string_append_printf (hex, "%02x", ((const guint8 *)data->d_buf)[descriptor + i]);
      return g_string_free (hex, FALSE);
    }
  return NULL;
}

static char *
find_build_id (Elf *elf)
{
  char *result = NULL;

  for (Elf_Scn *section = elf_nextscn (elf, NULL); section != NULL; section = elf_nextscn (elf, section)) {
    GElf_Shdr header;
    if (result == NULL && gelf_getshdr (section, &header) != NULL && header.sh_type == SHT_NOTE)
      result = note_build_id (elf_getdata (section, NULL));
  }
  return result;
}

static void
read_tls (HsModule *self)
{
  size_t n = 0;
  GElf_Phdr header;

  elf_getphdrnum (self->elf, &n);
  for (size_t i = 0; i < n; i++)
    if (gelf_getphdr (self->elf, (int)i, &header) != NULL && header.p_type == PT_TLS) {
      self->tls_vaddr = header.p_vaddr;
      self->tls_filesz = header.p_filesz;
      self->tls_memsz = header.p_memsz;
      self->tls_align = header.p_align;
    }
}

static HsModule *
open_module (const char *path, guint index)
{
  HsModule *self = g_new0 (HsModule, 1);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  elf_version (EV_CURRENT);
  self->elf = self->debug = elf_begin (fd, ELF_C_READ_MMAP, NULL);
  g_assert_nonnull (self->elf);
  g_assert_cmpint (elf_cntl (self->elf, ELF_C_FDREAD), ==, 0);
  close (fd);
  self->name = g_path_get_basename (path);
  self->path = g_strdup (path);
  self->debug_path = g_strdup (path);
  self->build_id = find_build_id (self->elf);
  self->index = index;
  read_tls (self);
  self->bias = 0x10000000 * (guint64)index;
  return self;
}

HsModules *
elf_modules_new (const char *path, ...)
{
  HsModules *self = g_new0 (HsModules, 1);
  va_list paths;

  g_atomic_ref_count_init (&self->refs);
  self->modules = g_ptr_array_new ();
  va_start (paths, path);
  for (; path != NULL; path = va_arg (paths, const char *))
    g_ptr_array_add (self->modules, open_module (path, self->modules->len));
  va_end (paths);
  return self;
}

void
elf_modules_free (HsModules *self)
{
  for (guint i = 0; i < self->modules->len; i++) {
    HsModule *module = self->modules->pdata[i];
    elf_end (module->elf);
    g_free (module->name);
    g_free (module->path);
    g_free (module->debug_path);
    g_free (module->build_id);
    g_free (module);
  }
  g_ptr_array_unref (self->modules);
  g_free (self);
}
