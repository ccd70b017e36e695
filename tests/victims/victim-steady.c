/* victim-steady.c - counts in two threads while its first answers: "count" with the sum, anything else with "pong". Has
 * enough memory that copying it takes a while. */
#include "truth.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define BLOCKS 800
#define BLOCK_SIZE 20000

static unsigned long counters[2];
static void *blocks[BLOCKS];

static void *
count (void *counter)
{
  const struct timespec moment = { .tv_nsec = 20000 };

  for (;;) {
    __atomic_add_fetch ((unsigned long *)counter, 1, __ATOMIC_SEQ_CST);
    nanosleep (&moment, NULL);
  }
  return NULL;
}

static unsigned long
sum (void)
{
  return __atomic_load_n (&counters[0], __ATOMIC_SEQ_CST) + __atomic_load_n (&counters[1], __ATOMIC_SEQ_CST);
}

int
main (void)
{
  pthread_t thread;
  char line[64];

  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = malloc (BLOCK_SIZE);
    if (blocks[i] == NULL)
      abort ();
    memset (blocks[i], 'b', BLOCK_SIZE);
  }
  for (int i = 0; i < 2; i++)
    if (pthread_create (&thread, NULL, count, &counters[i]) != 0)
      abort ();
  truth_ready ();
  while (fgets (line, sizeof line, stdin) != NULL) {
    if (strcmp (line, "count\n") == 0)
      printf ("%lu\n", sum ());
    else
      puts ("pong");
    fflush (stdout);
  }
  return 0;
}
