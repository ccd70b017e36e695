/* self.c - a process takes a snapshot of itself.
 *
 * What analyses a heap allocates, and would find itself in it. So the caller is copied twice over: it clones a child,
 * and that clones a grandchild, which is the frozen image and only waits. The child becomes heapsum-helper, which as
 * its parent may trace it wherever tracing is allowed at all, and writes the snapshot into a file in memory.
 *
 * The clones are bare system calls: no handler of pthread_atfork(3) runs, no lock is taken, and between the clone and
 * execve() nothing is called that is not safe after a signal. Before the clone nothing is allocated.
 *
 * Not handled: the image has the one thread that called; what only the stacks of others point to is not found there.
 * A lock in malloc that another thread held at that moment stays held in the image: then it is tried again. */
#include "config.h"
#include "profiler/options-private.h"
#include "summary/snapshot-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIES 3
#define MAX_DIRS 32
#define NUMBER 12

/* What the child needs, all of it ready before the clone. */
typedef struct {
  const char *helper;
  int fd;
  sigset_t mask;
  char pid[NUMBER], fd_text[NUMBER];
  const char *argv[6 + 2 * MAX_DIRS];
} Plan;

/* A number in decimal; printf may lock. */
static void
put_number (char *text, guint number)
{
  char *p = text + NUMBER - 1;

  *p = 0;
  do
    *--p = '0' + number % 10;
  while ((number /= 10) != 0);
  memmove (text, p, text + NUMBER - p);
}

static void
plan_init (Plan *self, int fd, const HeapsumOptions *options)
{
  const char *helper = secure_getenv ("HEAPSUM_HELPER");
  guint n = 0, dirs = options != NULL ? MIN (options->debug_dirs->len, MAX_DIRS) : 0;

  self->helper = helper != NULL && *helper != 0 ? helper : HELPER_DIR "/heapsum-helper";
  self->fd = fd;
  put_number (self->fd_text, fd);
  self->argv[n++] = self->helper;
  self->argv[n++] = self->pid;
  self->argv[n++] = self->fd_text;
  if (options != NULL && !options->cache)
    self->argv[n++] = "--no-cache";
  if (options != NULL && !options->debuginfod)
    self->argv[n++] = "--no-debuginfod";
  for (guint i = 0; i < dirs; i++) {
    self->argv[n++] = "--debug-dir";
    self->argv[n++] = options->debug_dirs->pdata[i];
  }
  self->argv[n] = NULL;
}

/* A fork that is nothing but a fork. */
static pid_t
bare_fork (void)
{
  return syscall (SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

/* The grandchild: the image. It goes when its parent goes. */
static G_NORETURN void
be_image (pid_t parent)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  while (getppid () == parent)
    syscall (SYS_pause);
  _exit (0);
}

/* The child: starts the image and becomes the helper. */
static G_NORETURN void
be_helper (Plan *plan)
{
  pid_t self = getpid ();
  pid_t image = bare_fork ();

  if (image == 0)
    be_image (self);
  if (image > 0 && fcntl (plan->fd, F_SETFD, 0) == 0) {
    put_number (plan->pid, image);
    sigprocmask (SIG_SETMASK, &plan->mask, NULL);
    execve (plan->helper, (char *const *)plan->argv, environ);
  }
  static const char message[] = "no helper";
  (void)!write (plan->fd, message, sizeof message - 1);
  _exit (127);
}

/* No handler of the caller's may run in the copies. */
static pid_t
start (Plan *plan)
{
  sigset_t all;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &plan->mask);
  pid_t child = bare_fork ();
  if (child == 0)
    be_helper (plan);
  int cause = errno;
  pthread_sigmask (SIG_SETMASK, &plan->mask, NULL);
  errno = cause;
  return child;
}

/* Where the caller ignores SIGCHLD the kernel reaps, and waitpid() still waits until it has. */
static void
wait_for (pid_t child)
{
  while (waitpid (child, NULL, __WALL) < 0 && errno == EINTR)
    ;
}

/* What the helper said instead of a snapshot. */
static void
set_error (GError **error, const Plan *plan)
{
  char text[1024] = "";
  char *message;
  ssize_t n = pread (plan->fd, text, sizeof text - 1, 0);

  if (n > 0 && g_ascii_isdigit (*text)) {
    guint64 code = g_ascii_strtoull (text, &message, 10);
    g_set_error (error, HEAPSUM_ERROR, MIN (code, HEAPSUM_ERROR_FAILED), "%s", g_strstrip (message));
  } else
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED,
                 "%s could not take a snapshot: is heapsum installed, or HEAPSUM_HELPER set?", plan->helper);
}

static HeapsumSnapshot *
take (int fd, const HeapsumOptions *options, GError **error)
{
  Plan plan;
  char magic[8];

  plan_init (&plan, fd, options);
  pid_t child = start (&plan);
  if (child < 0) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "cannot copy the process: %s", g_strerror (errno));
    return NULL;
  }
  wait_for (child);
  if (pread (fd, magic, sizeof magic, 0) != sizeof magic || memcmp (magic, "heapsum\n", sizeof magic) != 0) {
    set_error (error, &plan);
    return NULL;
  }
  g_autoptr (HeapsumSnapshot) snapshot = hs_snapshot_load_fd (fd, error);
  return snapshot != NULL ? hs_snapshot_with_fact (snapshot, "pid", g_variant_new_int64 (getpid ())) : NULL;
}

static gboolean
is_damaged (HeapsumSnapshot *snapshot)
{
  guint64 damage = 0;

  return g_variant_lookup (heapsum_snapshot_get_facts (snapshot), "heap-damage", "t", &damage) && damage > 0;
}

HeapsumSnapshot *
heapsum_snapshot_new_self (const HeapsumOptions *options, GError **error)
{
  for (guint try = 1; ; try++) {
    int fd = memfd_create ("heapsum", MFD_CLOEXEC);
    if (fd < 0) {
      g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "cannot make a file in memory: %s", g_strerror (errno));
      return NULL;
    }
    HeapsumSnapshot *snapshot = take (fd, options, error);
    close (fd);
    if (snapshot == NULL || try == TRIES || !is_damaged (snapshot))
      return snapshot;
    heapsum_snapshot_unref (snapshot);
  }
}
