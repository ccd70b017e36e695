/* fake-elf.c - see fake-elf.h. */
#include "tests/support/fake-elf.h"

#include <string.h>

static gsize
append (GByteArray *file, guint64 offset, const void *data, gsize size)
{
  gsize start = MAX (offset, (file->len + 15) & ~(gsize)15), old = file->len;

  g_byte_array_set_size (file, start + size);
  memset (file->data + old, 0, start - old);
  if (size > 0)
    memcpy (file->data + start, data, size);
  return start;
}

static guint32
add_name (GByteArray *names, const char *name)
{
  guint32 offset = names->len;

  g_byte_array_append (names, (const guint8 *)name, strlen (name) + 1);
  return offset;
}

GByteArray *
fake_elf (const Elf64_Phdr *programs, guint n_programs, const FakeSection *sections, guint n_sections)
{
  g_autoptr (GByteArray) names = g_byte_array_new ();
  g_autofree Elf64_Shdr *headers = g_new0 (Elf64_Shdr, n_sections + 2);
  GByteArray *file = g_byte_array_new ();
  Elf64_Ehdr header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                        .e_type = ET_DYN, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
                        .e_ehsize = sizeof header, .e_phoff = sizeof header, .e_phentsize = sizeof (Elf64_Phdr),
                        .e_phnum = n_programs, .e_shentsize = sizeof (Elf64_Shdr), .e_shnum = n_sections + 2,
                        .e_shstrndx = n_sections + 1 };

  append (file, 0, &header, sizeof header);
  append (file, 0, programs, n_programs * sizeof *programs);
  add_name (names, "");
  for (guint i = 0; i < n_sections; i++) {
    const FakeSection *its = &sections[i];
    headers[i + 1] = (Elf64_Shdr){ .sh_name = add_name (names, its->name), .sh_type = its->type, .sh_flags = its->flags,
                                   .sh_addr = its->address, .sh_size = its->size, .sh_addralign = 1,
                                   .sh_offset = append (file, its->address, its->data, its->size) };
  }
  headers[n_sections + 1] = (Elf64_Shdr){ .sh_name = add_name (names, ".shstrtab"), .sh_type = SHT_STRTAB };
  headers[n_sections + 1].sh_size = names->len;
  headers[n_sections + 1].sh_offset = append (file, 0, names->data, names->len);
  header.e_shoff = append (file, 0, headers, (n_sections + 2) * sizeof *headers);
  memcpy (file->data, &header, sizeof header);
  return file;
}
