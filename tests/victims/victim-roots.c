/* victim-roots.c - typed variables everywhere: statics, thread-local ones of the program and of two libraries, and those
 * of nested frames, of a signal handler on a stack of its own, and of what it interrupted. Lines of its truth:
 *   static:NAME ADDRESS          tls:NAME:TID ADDRESS
 *   frame:FUNCTION:NAME:TID ADDRESS       a variable in memory
 *   value:FUNCTION:NAME:TID VALUE         a pointer, wherever the compiler keeps it
 * With the argument "spin" one more thread asks for the time without a pause, mostly in the vdso. */
/* Whatever CFLAGS say, which come last on the command line. */
#ifdef PLAIN
#pragma GCC optimize ("O0")
#else
#pragma GCC optimize ("O2")
#endif

#include "victim-roots.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define N_WORKERS 2
#define DEPTH 20
#define STACK 65536

struct node *global_list;
static struct node *static_list;
static _Thread_local long padding;
_Thread_local struct node *program_tls;

static volatile int finished; /* never is, but the compiler does not know */
static pthread_barrier_t begun;
static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;
static struct node **(*find_loaded) (void);

static int
tid (void)
{
  return (int)syscall (SYS_gettid);
}

static void
tell (const char *kind, const char *name, const volatile void *value)
{
  pthread_mutex_lock (&telling);
  printf ("%s:%s:%d 0x%zx\n", kind, name, tid (), (size_t)value);
  pthread_mutex_unlock (&telling);
}

static struct node *
new_node (void)
{
  struct node *node = calloc (1, sizeof *node);

  if (node == NULL)
    abort ();
  return node;
}

static void
stop_here (void)
{
  pthread_barrier_wait (&begun);
  while (!finished)
    pause ();
}

static void
tell_thread_locals (void)
{
  padding = 1;
  program_tls = new_node ();
  *linked_place () = new_node ();
  *find_loaded () = new_node ();
  tell ("tls", "program_tls", &program_tls);
  tell ("tls", "linked_tls", linked_place ());
  tell ("tls", "loaded_tls", find_loaded ());
}

static void __attribute__ ((noinline))
innermost (struct node *given)
{
  struct node *table[3] = { given, NULL, given };

  tell ("frame", "innermost:table", table);
  keep (table);
  stop_here ();
  keep (table);
}

static void __attribute__ ((noinline))
deeper (struct node *given, int depth)
{
  struct node *held = new_node ();

  if (depth == DEPTH)
    tell ("value", "deeper:held", held);
  held->next = given;
  if (depth > 0)
    deeper (held, depth - 1);
  else
    innermost (held);
  keep (held);
}

static void *
work (void *unused)
{
  struct node *first = new_node ();

  tell_thread_locals ();
  tell ("value", "work:first", first);
  deeper (first, DEPTH);
  keep (first);
  return unused;
}

static void
on_signal (int number)
{
  struct node *in_handler = new_node ();
  struct node *both[2] = { in_handler, NULL };

  keep (both);
  tell ("value", "on_signal:in_handler", in_handler);
  tell ("frame", "on_signal:both", both);
  stop_here ();
  keep (in_handler);
  keep (&number);
}

static void __attribute__ ((noinline))
interrupted (struct node *before)
{
  struct node *place[2] = { before, before };

  keep (place);
  tell ("frame", "interrupted:place", place);
  tell ("value", "interrupted:before", before);
  raise (SIGUSR1);
  keep (place);
  keep (before);
}

static void *
be_interrupted (void *unused)
{
  stack_t stack = { .ss_sp = malloc (STACK), .ss_size = STACK };

  sigaltstack (&stack, NULL);
  interrupted (new_node ());
  return unused;
}

static void __attribute__ ((noinline))
spin (struct node *busy)
{
  struct node *place[2] = { busy, busy };
  struct timespec now;

  keep (place);
  tell ("frame", "spin:place", place);
  pthread_barrier_wait (&begun);
  while (!finished)
    clock_gettime (CLOCK_MONOTONIC, &now);
  keep (place);
}

static void *
be_busy (void *unused)
{
  spin (new_node ());
  return unused;
}

static void
load (const char *program)
{
  char path[4096];
  void *library;

  snprintf (path, sizeof path, "%.*s/libroots-loaded.so", (int)(strrchr (program, '/') - program), program);
  library = dlopen (path, RTLD_NOW);
  if (library == NULL) {
    snprintf (path, sizeof path, "%.*s/.libs/libroots-loaded.so", (int)(strrchr (program, '/') - program), program);
    library = dlopen (path, RTLD_NOW);
  }
  if (library == NULL)
    abort ();
  find_loaded = (struct node **(*)(void))dlsym (library, "loaded_place");
}

static struct node **
static_of_function (void)
{
  static struct node *inside;

  return &inside;
}

static void
tell_statics (void)
{
  global_list = new_node ();
  static_list = new_node ();
  *static_of_function () = new_node ();
  printf ("static:global_list 0x%zx\n", (size_t)&global_list);
  printf ("static:static_list 0x%zx\n", (size_t)&static_list);
  printf ("static:static_of_function::inside 0x%zx\n", (size_t)static_of_function ());
  printf ("static:linked_list 0x%zx\n", (size_t)&linked_list);
}

int
main (int argc, char **argv)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
  unsigned n = N_WORKERS + 1 + (argc > 1);
  pthread_t thread;
  char self[4096] = "";

  if (readlink ("/proc/self/exe", self, sizeof self - 1) < 0)
    abort ();
  load (self);
  (void)argv;
  sigaction (SIGUSR1, &action, NULL);
  pthread_barrier_init (&begun, NULL, n + 1);
  tell_statics ();
  tell_thread_locals ();
  for (int i = 0; i < N_WORKERS; i++)
    pthread_create (&thread, NULL, work, NULL);
  pthread_create (&thread, NULL, be_interrupted, NULL);
  if (argc > 1)
    pthread_create (&thread, NULL, be_busy, NULL);
  pthread_barrier_wait (&begun);
  truth_ready ();
  truth_answer ();
  exit (0);
}
