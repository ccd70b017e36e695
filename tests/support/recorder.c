/* recorder.c - the truth about a victim's heap: every live block, from inside.
 *
 * Linked into a victim it takes the place of malloc and its family, calls glibc's own, and keeps address and size of what
 * is live (the size that malloc_usable_size says) in a table of its own, outside of the heap. One lock is held across allocator and table, so that both agree
 * whenever no thread is inside. recorder_dump() writes "address size" lines, sorted by nothing. */
#include "tests/support/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc (size_t);
extern void *__libc_calloc (size_t, size_t);
extern void *__libc_realloc (void *, size_t);
extern void *__libc_memalign (size_t, size_t);
extern void __libc_free (void *);

typedef struct {
  uintptr_t address; /* 0: never used, 1: used before */
  size_t size;
} Entry;

#define CAPACITY ((size_t)1 << 22)

static Entry *table;
static volatile int lock;

static void
acquire (void)
{
  while (__sync_lock_test_and_set (&lock, 1))
    sched_yield ();
  if (table == NULL)
    table = mmap (NULL, CAPACITY * sizeof *table, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static void
release (void)
{
  __sync_lock_release (&lock);
}

static size_t
place_of (uintptr_t address)
{
  uint64_t hash = (address >> 4) * UINT64_C (0x9e3779b97f4a7c15);

  return hash >> (64 - 22);
}

static void
record (void *block)
{
  size_t i = place_of ((uintptr_t)block);

  if (block == NULL)
    return;
  while (table[i].address > 1)
    i = (i + 1) & (CAPACITY - 1);
  table[i] = (Entry){ (uintptr_t)block, malloc_usable_size (block) };
}

static void
forget (void *block)
{
  size_t i = place_of ((uintptr_t)block);

  for (; table[i].address != 0; i = (i + 1) & (CAPACITY - 1))
    if (table[i].address == (uintptr_t)block) {
      table[i].address = 1;
      return;
    }
}

void *
malloc (size_t size)
{
  acquire ();
  void *block = __libc_malloc (size);
  record (block);
  release ();
  return block;
}

void *
calloc (size_t n, size_t size)
{
  acquire ();
  void *block = __libc_calloc (n, size);
  record (block);
  release ();
  return block;
}

void *
realloc (void *old, size_t size)
{
  acquire ();
  void *block = __libc_realloc (old, size);
  if (old != NULL && (block != NULL || size == 0))
    forget (old);
  record (block);
  release ();
  return block;
}

void
free (void *block)
{
  if (block == NULL)
    return;
  acquire ();
  forget (block);
  __libc_free (block);
  release ();
}

void *
memalign (size_t alignment, size_t size)
{
  acquire ();
  void *block = __libc_memalign (alignment, size);
  record (block);
  release ();
  return block;
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  return memalign (alignment, size);
}

int
posix_memalign (void **block, size_t alignment, size_t size)
{
  void *got = memalign (alignment, size);

  if (got == NULL)
    return ENOMEM;
  *block = got;
  return 0;
}

int
recorder_dump (const char *path)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  char line[64];
  int result = fd < 0 ? -1 : 0;

  acquire ();
  for (size_t i = 0; fd >= 0 && i < CAPACITY; i++)
    if (table[i].address > 1) {
      int n = snprintf (line, sizeof line, "%lx %zu\n", (unsigned long)table[i].address, table[i].size);
      if (write (fd, line, n) != n)
        result = -1;
    }
  release ();
  if (fd >= 0)
    close (fd);
  return result;
}
