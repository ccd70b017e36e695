/* victim-memory.c - memory of all kinds: what of it is where, and its hash. A guard page in the middle of a writable
 * mapping, relocated constants, a private mapping of a file of which one page is changed, mappings that must not be
 * read; with the argument "huge" a mapping of 32 GiB of which three pages are in use (not for cores: gcore would
 * write it out). */
#include "truth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
/* Beyond 64 GiB kernels before 6.7 cannot tell its pages in reasonable time (profiler/target/pages.c). */
#define HUGE_SIZE ((size_t)1 << 35)

static char initialized[] = "initialized data of the program";
static char zeroed[3 * PAGE];
static const char *const relocated[] = { "one", "two", "three" };
_Thread_local char local[64] = "thread local";

static char *
map (size_t size, int prot, int flags)
{
  char *data = mmap (NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

  if (data == MAP_FAILED)
    abort ();
  return data;
}

static void
guarded (void)
{
  char *data = map (9 * PAGE, PROT_READ | PROT_WRITE, 0);

  memset (data, 'g', 9 * PAGE);
  mprotect (data + 4 * PAGE, PAGE, PROT_NONE);
  truth_bytes ("before-guard", data, 4 * PAGE);
  truth_bytes ("after-guard", data + 5 * PAGE, 4 * PAGE);
  printf ("guard 0x%zx\n", (size_t)data + 4 * PAGE);
}

static void
huge (void)
{
  char *data = map (HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_NORESERVE);

  madvise (data, HUGE_SIZE, MADV_DONTDUMP);
  memset (data + 5 * PAGE, 'a', 100);
  memset (data + HUGE_SIZE / 2, 'b', 100);
  memset (data + HUGE_SIZE - PAGE, 'c', PAGE);
  truth_bytes ("huge-begin", data + 5 * PAGE, PAGE);
  truth_bytes ("huge-middle", data + HUGE_SIZE / 2, PAGE);
  truth_bytes ("huge-end", data + HUGE_SIZE - PAGE, PAGE);
  printf ("huge 0x%zx %zu\n", (size_t)data, HUGE_SIZE);
}

static void
file (void)
{
  int fd = open ("/proc/self/exe", O_RDONLY);
  char *data = mmap (NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

  close (fd);
  if (data == MAP_FAILED)
    abort ();
  memset (data + PAGE, 'f', 10);
  truth_bytes ("file", data, 3 * PAGE);
}

int
main (int argc, char **argv)
{
  char *block = malloc (3000000), stack[256];

  for (size_t i = 0; i < 3000000; i++)
    block[i] = (char)(i * 7 + i / 4096);
  memset (stack, 's', sizeof stack);
  memset (zeroed + PAGE, 'z', 5);
  local[0] = 'T';
  truth_bytes ("malloc", block, 3000000);
  truth_bytes ("stack", stack, sizeof stack);
  truth_bytes ("data", initialized, sizeof initialized);
  truth_bytes ("bss", zeroed, sizeof zeroed);
  truth_bytes ("relro", relocated, sizeof relocated);
  truth_bytes ("tls", local, sizeof local);
  printf ("main 0x%zx\n", (size_t)main);
  printf ("shared 0x%zx\n", (size_t)mmap (NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  guarded ();
  if (argc > 1 && strcmp (argv[1], "huge") == 0)
    huge ();
  file ();
  truth_ready ();
  truth_answer ();
  return 0;
}
