/* victim-churn.c - creates and ends threads without a pause while its first thread answers. With an argument the
 * first thread ends, and the process goes on without it. */
#include "truth.h"

#include <pthread.h>
#include <stdlib.h>

static char pattern[100000];

static void *
short_lived (void *unused)
{
  char *block = malloc (100);

  if (block == NULL)
    abort ();
  memset (block, 's', 100);
  free (block);
  return unused;
}

static void *
churn (void *unused)
{
  for (;;) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
      if (pthread_create (&threads[i], NULL, short_lived, NULL) != 0)
        abort ();
    for (int i = 0; i < 4; i++)
      pthread_join (threads[i], NULL);
  }
  return unused;
}

static pthread_t first;

static void *
answer (void *unused)
{
  pthread_join (first, NULL);
  truth_ready ();
  truth_answer ();
  exit (0);
  return unused;
}

int
main (int argc, char **argv)
{
  pthread_t thread;

  (void)argv;
  memset (pattern, 'p', sizeof pattern);
  truth_bytes ("pattern", pattern, sizeof pattern);
  first = pthread_self ();
  pthread_create (&thread, NULL, churn, NULL);
  if (argc > 1) {
    pthread_create (&thread, NULL, answer, NULL);
    pthread_exit (NULL);
  }
  truth_ready ();
  truth_answer ();
  exit (0);
}
