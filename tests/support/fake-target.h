/* fake-target.h - targets made by hand: memory, mappings, threads and files that no process has. */
#pragma once

#include "profiler/target/target.h"

#include <sys/mman.h>

#define FAKE_RW (PROT_READ | PROT_WRITE)

/* fake_target_new: (transfer full): an empty one, as of a core; to be sealed when all is added. */
HsTarget *fake_target_new (void);
void fake_target_seal (HsTarget *self);

/* fake_memory: a mapping of @size zero bytes at @start that can be read: the bytes to fill in, owned by the target. */
guint8 *fake_memory (HsTarget *self, HsAddr start, gsize size, guint prot, HsMappingKind kind);

/* fake_thread: a thread with its fs_base and nothing else. */
void fake_thread (HsTarget *self, pid_t tid, HsAddr fs_base);

/* fake_file: the index of a new file of which @data (copied into a read-only mapping) are the bytes. */
gint fake_file (HsTarget *self, const char *path, const guint8 *data, gsize size);

/* fake_map: maps @size bytes of @file from @offset at @start, and the bytes into the image. */
void fake_map (HsTarget *self, gint file, guint64 offset, HsAddr start, gsize size, guint prot);

/* fake_put: writes the word @value at @address of the memory @bytes that begins at @start. */
static inline void
fake_put (guint8 *bytes, HsAddr start, HsAddr address, guint64 value)
{
  memcpy (bytes + (address - start), &value, sizeof value);
}
