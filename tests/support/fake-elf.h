/* fake-elf.h - small ELF files made in memory. */
#pragma once

#include <elf.h>
#include <glib.h>

typedef struct {
  const char *name;
  guint32 type;
  guint64 flags;
  guint64 address; /* where it lies in the file too, if there is room; 0: anywhere */
  const void *data;
  gsize size;
} FakeSection;

/* fake_elf: (transfer full): an x86-64 library with these program headers and sections (and .shstrtab). */
GByteArray *fake_elf (const Elf64_Phdr *programs, guint n_programs, const FakeSection *sections, guint n_sections);
