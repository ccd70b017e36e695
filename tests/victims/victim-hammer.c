/* victim-hammer.c - a process that is in malloc most of the time.
 *
 *   victim-hammer THREADS
 *
 * prints its lasting blocks ("block ADDRESS USABLE"), then "ready", and then allocates and frees without end in that many
 * threads besides the first, or in the first alone with 0, where malloc takes no locks. Ends when it is killed, or after
 * two minutes. */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LASTING 500

static void *
hammer (void *data)
{
  void *blocks[64] = { NULL };
  unsigned seed = (unsigned)(size_t)data + 1;

  for (;;) {
    seed = seed * 1664525u + 1013904223u;
    unsigned k = seed >> 8 & 63;
    size_t size = (seed >> 16) % ((seed & 15) == 0 ? 200000 : 3000);
    if (seed >> 30 == 0)
      blocks[k] = realloc (blocks[k], size + 1);
    else {
      free (blocks[k]);
      blocks[k] = malloc (size);
    }
  }
  return NULL;
}

int
main (int argc, char **argv)
{
  int n = argc > 1 ? atoi (argv[1]) : 0;
  pthread_t thread;

  alarm (120);
  setvbuf (stdout, malloc (1 << 16), _IOFBF, 1 << 16);
  for (int i = 0; i < LASTING; i++) {
    void *block = malloc (i * 37 % 5000);
    free (malloc (100 + i));
    printf ("block%d %p %zu\n", i, block, malloc_usable_size (block));
  }
  puts ("ready");
  fflush (stdout);
  for (int i = 0; i < n; i++)
    pthread_create (&thread, NULL, hammer, (void *)(size_t)i);
  if (n == 0)
    hammer (NULL);
  pthread_join (thread, NULL);
  return 0;
}
