/* fake-target.c - see fake-target.h. */
#include "tests/support/fake-target.h"

#include <stdlib.h>

HsTarget *
fake_target_new (void)
{
  HsTarget *self = hs_target_new (HS_TARGET_CORE);

  self->pid = 1;
  if (self->comm == NULL)
    self->comm = g_strdup ("fake");
  if (self->root == NULL)
    self->root = g_strdup ("");
  return self;
}

static int
compare_mappings (gconstpointer a, gconstpointer b)
{
  const HsMapping *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

void
fake_target_seal (HsTarget *self)
{
  g_array_sort (self->mappings, compare_mappings);
  hs_image_seal (self->image);
}

guint8 *
fake_memory (HsTarget *self, HsAddr start, gsize size, guint prot, HsMappingKind kind)
{
  HsMapping mapping = { .start = start, .end = start + size, .prot = prot, .kind = kind, .file = -1 };
  guint8 *bytes = g_malloc0 (size);

  hs_image_own (self->image, bytes, g_free);
  hs_image_add_segment (self->image, start, bytes, size, FALSE);
  g_array_append_val (self->mappings, mapping);
  return bytes;
}

void
fake_thread (HsTarget *self, pid_t tid, HsAddr fs_base)
{
  HsThread thread = { .tid = tid, .fs_base = fs_base };

  g_array_append_val (self->threads, thread);
}

typedef struct {
  gpointer bytes;
  gsize size;
} Mapped;

static void
unmap (gpointer data)
{
  Mapped *self = data;

  munmap (self->bytes, self->size);
  g_free (self);
}

gint
fake_file (HsTarget *self, const char *path, const guint8 *data, gsize size)
{
  HsFile *file = g_new0 (HsFile, 1);
  Mapped *mapped = g_new (Mapped, 1);

  mapped->size = size;
  mapped->bytes = mmap (NULL, MAX (1, size), FAKE_RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (mapped->bytes != MAP_FAILED);
  memcpy (mapped->bytes, data, size);
  mprotect (mapped->bytes, MAX (1, size), PROT_READ);
  hs_image_own (self->image, mapped, unmap);
  file->path = g_strdup (path);
  file->data = mapped->bytes;
  file->size = size;
  g_ptr_array_add (self->files, file);
  return (gint)self->files->len - 1;
}

void
fake_map (HsTarget *self, gint index, guint64 offset, HsAddr start, gsize size, guint prot)
{
  HsMapping mapping = { .start = start, .end = start + size, .offset = offset, .prot = prot,
                        .kind = HS_MAPPING_FILE, .file = index };
  const HsFile *file = hs_target_file (self, index);

  g_array_append_val (self->mappings, mapping);
  if (offset < file->size)
    hs_image_add_segment (self->image, start, file->data + offset, MIN (size, file->size - offset), TRUE);
}
