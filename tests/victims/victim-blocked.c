/* victim-blocked.c - threads that wait in system calls which a stop interrupts. On the first line of input they are
 * woken and each tells how often it saw EINTR. With an argument SIGUSR1 has a handler in the epoll thread, which tells
 * each EINTR at once by the line "interrupted", as then it is due. */
#include "truth.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { EPOLL, POLL, SLEEP, FUTEX, SEMAPHORE, RECEIVE, SIGWAIT, N };

static const char *const names[N] = { "epoll", "poll", "sleep", "futex", "semop", "recv", "sigwait" };
static unsigned interrupted[N];
static int event, semaphores, sockets[2];
static uint32_t word;
static volatile sig_atomic_t handled;
static int with_handler;
static pthread_barrier_t begun;

static void
on_signal (int number)
{
  (void)number;
  handled++;
}

/* With a handler the signal is let in during the call alone, so that each is due to give EINTR. */
static int
wait_once (int fd, struct epoll_event *what)
{
  sigset_t set;

  pthread_sigmask (SIG_BLOCK, NULL, &set);
  sigdelset (&set, SIGUSR1);
  return with_handler ? epoll_pwait (fd, what, 1, -1, &set) : epoll_wait (fd, what, 1, -1);
}

static void
epoll_once (int fd)
{
  struct epoll_event what;

  while (wait_once (fd, &what) < 0 && errno == EINTR) {
    interrupted[EPOLL]++;
    if (with_handler) {
      puts ("interrupted");
      fflush (stdout);
    }
  }
}

static void
wait_epoll (void)
{
  struct epoll_event what = { .events = EPOLLIN };
  int fd = epoll_create1 (0);

  epoll_ctl (fd, EPOLL_CTL_ADD, event, &what);
  epoll_once (fd);
}

static void
wait_poll (void)
{
  struct pollfd what = { .fd = event, .events = POLLIN };

  while (poll (&what, 1, -1) < 0 && errno == EINTR)
    interrupted[POLL]++;
}

/* Sleeps, if nothing interrupts it, for longer than the test lasts: nobody waits for this thread. */
static void
wait_sleep (void)
{
  struct timespec time = { .tv_sec = 1000 };

  while (nanosleep (&time, &time) < 0 && errno == EINTR)
    __atomic_add_fetch (&interrupted[SLEEP], 1, __ATOMIC_SEQ_CST);
}

static void
wait_futex (void)
{
  while (__atomic_load_n (&word, __ATOMIC_SEQ_CST) == 0)
    if (syscall (SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0) < 0 && errno == EINTR)
      interrupted[FUTEX]++;
}

static void
wait_semaphore (void)
{
  struct sembuf what = { .sem_op = -1 };

  while (semop (semaphores, &what, 1) < 0 && errno == EINTR)
    interrupted[SEMAPHORE]++;
}

/* A socket with a timeout: its reads are not restarted by the kernel. */
static void
wait_receive (void)
{
  struct timeval limit = { .tv_sec = 1000 };
  char byte;

  setsockopt (sockets[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  while (recv (sockets[0], &byte, 1, 0) < 0 && errno == EINTR)
    interrupted[RECEIVE]++;
}

static void
wait_signal (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGUSR2);
  while (sigwaitinfo (&set, NULL) < 0 && errno == EINTR)
    interrupted[SIGWAIT]++;
}

static void (*const waits[N]) (void)
    = { wait_epoll, wait_poll, wait_sleep, wait_futex, wait_semaphore, wait_receive, wait_signal };

static void *
thread (void *number)
{
  pthread_barrier_wait (&begun);
  waits[(intptr_t)number]();
  return NULL;
}

static void
wake (void)
{
  const uint64_t one = 1;
  struct sembuf up = { .sem_op = 1 };

  if (write (event, &one, sizeof one) < 0 || semop (semaphores, &up, 1) < 0 || send (sockets[1], "x", 1, 0) < 0)
    abort ();
  __atomic_store_n (&word, 1, __ATOMIC_SEQ_CST);
  syscall (SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
  kill (getpid (), SIGUSR2);
}

/* Whether every thread but this one waits in a system call, by the state the kernel tells. */
static int
all_asleep (const pid_t *tids)
{
  for (int i = 0; i < N; i++) {
    char path[64], line[512], *end;
    snprintf (path, sizeof path, "/proc/self/task/%d/stat", (int)tids[i]);
    FILE *file = fopen (path, "r");
    if (file == NULL || fgets (line, sizeof line, file) == NULL)
      abort ();
    fclose (file);
    end = strrchr (line, ')');
    if (end == NULL || end[2] != 'S')
      return 0;
  }
  return 1;
}

static pid_t tids[N];

static void *
begin (void *number)
{
  tids[(intptr_t)number] = (pid_t)syscall (SYS_gettid);
  return thread (number);
}

int
main (int argc, char **argv)
{
  struct sigaction action = { .sa_handler = on_signal };
  pthread_t threads[N];
  sigset_t set;
  char line[64];

  (void)argv;
  with_handler = argc > 1;
  sigaction (SIGUSR1, &action, NULL);
  sigemptyset (&set);
  sigaddset (&set, SIGUSR1);
  sigaddset (&set, SIGUSR2);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  event = eventfd (0, 0);
  semaphores = semget (IPC_PRIVATE, 1, 0600);
  if (socketpair (AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
    abort ();
  pthread_barrier_init (&begun, NULL, N + 1);
  for (intptr_t i = 0; i < N; i++)
    pthread_create (&threads[i], NULL, begin, (void *)i);
  pthread_barrier_wait (&begun);
  while (!all_asleep (tids))
    sched_yield ();
  printf ("threads %d\n", N + 1);
  truth_ready ();
  if (fgets (line, sizeof line, stdin) != NULL)
    wake ();
  for (int i = 0; i < N; i++)
    if (i != SLEEP)
      pthread_join (threads[i], NULL);
  semctl (semaphores, 0, IPC_RMID);
  for (int i = 0; i < N; i++)
    printf ("%s=%u ", names[i], __atomic_load_n (&interrupted[i], __ATOMIC_SEQ_CST));
  printf ("handled=%d\n", (int)handled);
  fflush (stdout);
  return 0;
}
