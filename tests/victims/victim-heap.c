/* victim-heap.c - a heap with everything that is hard about glibc's.
 *
 *   victim-heap SCENARIO TRUTH
 *
 * does what the scenario says, writes its live blocks to the file TRUTH, prints "ready" and waits for the end of its
 * standard input. Scenarios: plain, threads, exited, large, foreign, forged, none. */
#include "tests/support/recorder.h"

#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOTS 4096
#define THREADS 8

static unsigned
next_random (unsigned *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* Allocates and frees at random in @slots, by all calls there are. */
static void
churn (void **slots, unsigned n, unsigned steps, unsigned seed)
{
  for (unsigned i = 0; i < steps; i++) {
    unsigned k = next_random (&seed) % n, what = next_random (&seed) % 100;
    size_t size = next_random (&seed) % 100 < 90 ? next_random (&seed) % 600 : next_random (&seed) % 40000;
    if (what < 30) {
      free (slots[k]);
      slots[k] = NULL;
    } else if (what < 50) {
      void *block = realloc (slots[k], size + 1);
      slots[k] = block;
    } else if (what < 60) {
      free (slots[k]);
      slots[k] = memalign ((size_t)16 << next_random (&seed) % 9, size + 1);
    } else if (what < 70) {
      free (slots[k]);
      slots[k] = calloc (1, size + 1);
    } else if (slots[k] == NULL)
      slots[k] = malloc (size);
    if (slots[k] != NULL && malloc_usable_size (slots[k]) >= 32)
      memset (slots[k], (int)what, 32);
  }
}

/* --- threads: each frees what its neighbour allocated --- */

static void *shared[THREADS][SLOTS];
static void *own[SLOTS]; /* the first thread's, which nobody else touches */
static pthread_barrier_t barrier;

static void *
worker (void *data)
{
  size_t number = (size_t)data;

  churn (shared[number], SLOTS, 40000, 17 + number);
  pthread_barrier_wait (&barrier);
  churn (shared[(number + 1) % THREADS], SLOTS, 40000, 99 + number);
  pthread_barrier_wait (&barrier);
  pause ();
  return NULL;
}

static void
run_threads (void)
{
  pthread_t threads[THREADS];

  pthread_barrier_init (&barrier, NULL, THREADS + 1);
  for (size_t i = 0; i < THREADS; i++)
    pthread_create (&threads[i], NULL, worker, (void *)i);
  churn (own, SLOTS, 2000, 5);
  pthread_barrier_wait (&barrier);
  pthread_barrier_wait (&barrier);
}

/* --- exited: threads that end and leave blocks in arenas nobody uses --- */

static void *
short_worker (void *data)
{
  churn (shared[(size_t)data % THREADS], SLOTS, 5000, 7 + (size_t)data);
  return NULL;
}

static void
run_exited (void)
{
  for (size_t round = 0; round < 4; round++) {
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
      pthread_create (&threads[i], NULL, short_worker, (void *)(round * THREADS + i));
    for (size_t i = 0; i < THREADS; i++)
      pthread_join (threads[i], NULL);
  }
}

/* --- large: mappings of their own, grown, shrunk, aligned --- */

static void
run_large (void)
{
  static void *blocks[64];
  unsigned seed = 3;

  for (unsigned i = 0; i < 64; i++) {
    size_t size = 140000 + next_random (&seed) % 3000000;
    blocks[i] = i % 4 == 3 ? memalign ((size_t)32 << i % 17, size) : malloc (size);
    memset (blocks[i], 1, 64);
  }
  for (unsigned i = 0; i < 64; i += 3)
    blocks[i] = realloc (blocks[i], 140000 + next_random (&seed) % 9000000);
  for (unsigned i = 0; i < 64; i += 5) {
    free (blocks[i]);
    blocks[i] = NULL;
  }
  churn (shared[0], SLOTS, 20000, 11);
}

/* --- foreign: somebody else moves the break --- */

static void
run_foreign (void)
{
  for (unsigned i = 0; i < 6; i++) {
    static const intptr_t amounts[] = { 4096, 100, 65536, 40, 8192, 1000 };
    churn (shared[i % THREADS], SLOTS, 30000, 23 + i);
    memset (sbrk (amounts[i]), 0x5a, amounts[i]);
  }
  churn (shared[6], SLOTS, 30000, 77);
}

/* --- forged: contents that look like the allocator's own --- */

static void
run_forged (void)
{
  churn (shared[0], SLOTS, 20000, 31);
  for (unsigned i = 0; i < 200; i++) {
    uint64_t *block = malloc (2000);
    for (unsigned k = 0; k + 2 < 250; k += 2) {
      block[k] = k % 32 == 0 ? 0 : 0x20;
      block[k + 1] = k % 8 == 0 ? 0x11 : 0x21; /* fenceposts and small chunks in use */
    }
    shared[1][i] = block;
  }
  /* A page that begins like an mmapped chunk, inside of one. */
  uint64_t *large = malloc (1 << 20);
  for (unsigned page = 1; page < 255; page++) {
    uint64_t *words = (uint64_t *)(((uintptr_t)large & ~(uintptr_t)4095) + page * 4096);
    words[0] = 0;
    words[1] = 4096 | 2;
  }
  shared[2][0] = large;
}

int
main (int argc, char **argv)
{
  const char *scenario = argc > 1 ? argv[1] : "";
  char byte;

  if (argc != 3)
    return 2;
  if (strcmp (scenario, "plain") == 0)
    churn (shared[0], SLOTS, 100000, 1);
  else if (strcmp (scenario, "threads") == 0)
    run_threads ();
  else if (strcmp (scenario, "exited") == 0)
    run_exited ();
  else if (strcmp (scenario, "large") == 0)
    run_large ();
  else if (strcmp (scenario, "foreign") == 0)
    run_foreign ();
  else if (strcmp (scenario, "forged") == 0)
    run_forged ();
  else if (strcmp (scenario, "none") != 0)
    return 2;
  if (recorder_dump (argv[2]) != 0 || write (STDOUT_FILENO, "ready\n", 6) != 6)
    return 1;
  while (read (STDIN_FILENO, &byte, 1) > 0)
    ;
  return 0;
}
