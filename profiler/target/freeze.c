/* freeze.c - see freeze.h.
 *
 * PTRACE_SEIZE does not stop a thread and sends no signal; PTRACE_INTERRUPT then makes it trap. A running thread may
 * create others meanwhile, so the list of threads is read again until it brings nothing new. What a thread reports is
 * either our trap, a group-stop (the process is stopped by SIGSTOP: as good as our trap), or a signal that was about to
 * be delivered, which is handed back at the detach: in all three the thread stands still.
 *
 * The interrupt ends a system call as a signal would. Most are restarted by the kernel, but some (signal(7)) fail with
 * EINTR even though no handler ran, which programs may not expect. Their result is therefore turned into the kernel's
 * own -ERESTARTNOHAND, resolved on the way out: with a handler to run it gives EINTR, else it restarts the call
 * (arch_do_signal_or_restart in arch/x86/kernel/signal.c). A restarted call with a relative timeout waits it in full.
 * Holds for a pending signal too: under ptrace even an ignored signal interrupts. It is done as soon as the thread
 * stands still, so that it is done too where we are killed before the detach, which is then the kernel's.
 *
 * Not handled: a thread in uninterruptible sleep (a parent in vfork, a dead NFS server) does not trap. It is left
 * without registers; it cannot run user code without trapping first. Waits of other threads of our process for any
 * child (waitpid (-1)) can take our notifications away: the deadline then ends the wait. */
#include "profiler/target/freeze.h"

#include "profiler/target/error.h"
#include "profiler/target/proc.h"

#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#define KERNEL_ERESTARTNOHAND 514 /* linux/errno.h */
#define CODE_SEGMENT_32 0x23

#define STOP_LIMIT_US (2 * G_USEC_PER_SEC)
#define SLEEPING_LIMIT_US (100 * 1000) /* for threads in uninterruptible sleep while all others stand still */

typedef enum { TASK_SEIZED, TASK_STOPPED, TASK_STUCK, TASK_GONE } TaskState;

typedef struct {
  pid_t tid;
  TaskState state;
  int signal; /* to be delivered at the detach */
} Task;

struct _HsFreeze {
  pid_t pid;
  HsDiag *diag;
  GArray *tasks; /* Task */
  GHashTable *known; /* tid -> itself: of tasks, but for those that are gone */
  gint64 begin_us, end_us;
};

HsFreeze *
hs_freeze_new (pid_t pid, HsDiag *diag)
{
  HsFreeze *self = g_new0 (HsFreeze, 1);

  self->pid = pid;
  self->diag = hs_diag_ref (diag);
  self->tasks = g_array_new (FALSE, TRUE, sizeof (Task));
  self->known = g_hash_table_new (NULL, NULL);
  return self;
}

void
hs_freeze_free (HsFreeze *self)
{
  hs_freeze_release (self);
  hs_diag_unref (self->diag);
  g_array_unref (self->tasks);
  g_hash_table_unref (self->known);
  g_free (self);
}

static Task *
task_at (const HsFreeze *self, guint i)
{
  return &g_array_index (self->tasks, Task, i);
}

static void
mark_gone (HsFreeze *self, Task *task)
{
  task->state = TASK_GONE;
  g_hash_table_remove (self->known, GINT_TO_POINTER (task->tid));
}

/* Begins to stop a thread. TRUE as well where there is nothing to stop any more. */
static gboolean
seize (HsFreeze *self, pid_t tid, gboolean *added, GError **error)
{
  Task task = { .tid = tid, .state = TASK_SEIZED };

  if (ptrace (PTRACE_SEIZE, tid, NULL, NULL) != 0) {
    int reason = errno;
    char state = hs_proc_state (self->pid, tid);
    /* A zombie leader whose other threads run on stays in the list for as long as they do. */
    if (reason == ESRCH || state == 0 || state == 'Z' || state == 'X')
      return TRUE;
    if (reason == EPERM)
      return hs_proc_set_denied (self->pid, error);
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "cannot stop thread %d: %s", (int)tid,
                 g_strerror (reason));
    return FALSE;
  }
  ptrace (PTRACE_INTERRUPT, tid, NULL, NULL);
  g_array_append_val (self->tasks, task);
  g_hash_table_add (self->known, GINT_TO_POINTER (tid));
  *added = TRUE;
  return TRUE;
}

static gboolean
seize_new (HsFreeze *self, gboolean *added, GError **error)
{
  g_autoptr (GArray) tids = hs_proc_tasks (self->pid);

  for (guint i = 0; i < tids->len; i++) {
    pid_t tid = g_array_index (tids, pid_t, i);
    if (!g_hash_table_contains (self->known, GINT_TO_POINTER (tid)) && !seize (self, tid, added, error))
      return FALSE;
  }
  return TRUE;
}

static const long restarted_calls[] = {
  SYS_epoll_wait,   SYS_epoll_pwait,  SYS_epoll_pwait2,    SYS_semop,          SYS_semtimedop, SYS_rt_sigtimedwait,
  SYS_io_getevents, SYS_io_pgetevents, SYS_io_uring_enter, SYS_futex_waitv,    SYS_msgrcv,     SYS_msgsnd,
  SYS_read,         SYS_readv,        SYS_recvfrom,        SYS_recvmsg,        SYS_recvmmsg,   SYS_accept,
  SYS_accept4,      SYS_sendto,       SYS_sendmsg,         SYS_sendmmsg,
};

static gboolean
is_interrupted_call (const struct user_regs_struct *regs)
{
  if ((gint64)regs->orig_rax < 0 || (gint64)regs->rax != -EINTR)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (restarted_calls); i++)
    if ((gint64)regs->orig_rax == restarted_calls[i])
      return TRUE;
  return FALSE;
}

static void
restart_call (pid_t tid)
{
  struct user_regs_struct regs;

  if (ptrace (PTRACE_GETREGS, tid, NULL, &regs) != 0 || !is_interrupted_call (&regs))
    return;
  regs.rax = (guint64)-KERNEL_ERESTARTNOHAND;
  ptrace (PTRACE_SETREGS, tid, NULL, &regs);
}

static void
look_at (HsFreeze *self, Task *task)
{
  int status;
  pid_t tid = waitpid (task->tid, &status, __WALL | WNOHANG);

  if (tid == 0 || (tid < 0 && errno == EINTR))
    return;
  if (tid < 0 || !WIFSTOPPED (status)) {
    mark_gone (self, task);
    return;
  }
  task->state = TASK_STOPPED;
  restart_call (task->tid);
  task->signal = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG (status);
}

/* How many threads have not stopped yet; those that nothing will stop are given up after @waited_us. */
static guint
look_at_all (HsFreeze *self, gint64 waited_us)
{
  guint n = 0;

  for (guint i = 0; i < self->tasks->len; i++) {
    Task *task = task_at (self, i);
    if (task->state == TASK_SEIZED)
      look_at (self, task);
    if (task->state != TASK_SEIZED)
      continue;
    char state = waited_us < SLEEPING_LIMIT_US / 10 ? '?' : hs_proc_state (self->pid, task->tid);
    if (state == 0 || state == 'Z' || state == 'X')
      mark_gone (self, task);
    else if (waited_us > STOP_LIMIT_US || (state == 'D' && waited_us > SLEEPING_LIMIT_US))
      task->state = TASK_STUCK;
    else
      n++;
  }
  return n;
}

static void
wait_for_all (HsFreeze *self)
{
  gint64 begin_us = g_get_monotonic_time ();
  gint64 waited_us = 0;

  while (look_at_all (self, waited_us) > 0) {
    if (waited_us < 1000)
      sched_yield ();
    else
      g_usleep ((gulong)MIN (waited_us / 10, 2000));
    waited_us = g_get_monotonic_time () - begin_us;
  }
}

static gboolean
any_left (const HsFreeze *self)
{
  for (guint i = 0; i < self->tasks->len; i++)
    if (task_at (self, i)->state != TASK_GONE)
      return TRUE;
  return FALSE;
}

gboolean
hs_freeze_stop (HsFreeze *self, GError **error)
{
  gboolean added = TRUE;

  g_array_set_size (self->tasks, 0);
  g_hash_table_remove_all (self->known);
  self->begin_us = g_get_monotonic_time ();
  while (added) {
    added = FALSE;
    if (!seize_new (self, &added, error)) {
      wait_for_all (self);
      hs_freeze_release (self);
      return FALSE;
    }
    wait_for_all (self);
  }
  return any_left (self) || hs_proc_set_gone (self->pid, error);
}

void
hs_freeze_release (HsFreeze *self)
{
  if (self->tasks->len == 0)
    return;
  for (guint i = 0; i < self->tasks->len; i++) {
    Task *task = task_at (self, i);
    if (task->state != TASK_STOPPED)
      continue;
    ptrace (PTRACE_DETACH, task->tid, NULL, GINT_TO_POINTER (task->signal));
  }
  g_array_set_size (self->tasks, 0);
  self->end_us = g_get_monotonic_time ();
}

gint64
hs_freeze_pause_us (const HsFreeze *self)
{
  return self->end_us - self->begin_us;
}

static void
take_regs (HsThread *thread, const struct user_regs_struct *regs)
{
  const guint64 values[HS_N_REGS] = {
    [HS_REG_RAX] = regs->rax, [HS_REG_RDX] = regs->rdx, [HS_REG_RCX] = regs->rcx, [HS_REG_RBX] = regs->rbx,
    [HS_REG_RSI] = regs->rsi, [HS_REG_RDI] = regs->rdi, [HS_REG_RBP] = regs->rbp, [HS_REG_RSP] = regs->rsp,
    [HS_REG_R8] = regs->r8,   [HS_REG_R9] = regs->r9,   [HS_REG_R10] = regs->r10, [HS_REG_R11] = regs->r11,
    [HS_REG_R12] = regs->r12, [HS_REG_R13] = regs->r13, [HS_REG_R14] = regs->r14, [HS_REG_R15] = regs->r15,
    [HS_REG_RIP] = regs->rip,
  };

  memcpy (thread->regs, values, sizeof values);
  thread->fs_base = regs->fs_base;
  thread->has_regs = TRUE;
}

/* A 32-bit thread fills a shorter struct; a 64-bit program may still be in 32-bit code. */
static gboolean
read_regs (const Task *task, HsThread *thread, GError **error)
{
  struct user_regs_struct regs = { 0 };
  struct iovec iov = { &regs, sizeof regs };

  if (ptrace (PTRACE_GETREGSET, task->tid, GINT_TO_POINTER (NT_PRSTATUS), &iov) != 0)
    return TRUE; /* killed meanwhile */
  if (iov.iov_len != sizeof regs || regs.cs == CODE_SEGMENT_32) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_UNSUPPORTED,
                 "thread %d runs 32-bit code: heapsum reads 64-bit processes only", (int)task->tid);
    return FALSE;
  }
  take_regs (thread, &regs);
  return TRUE;
}

static int
compare_threads (gconstpointer a, gconstpointer b)
{
  const HsThread *x = a, *y = b;

  return x->tid < y->tid ? -1 : x->tid > y->tid;
}

gboolean
hs_freeze_threads (HsFreeze *self, GArray *threads, GError **error)
{
  for (guint i = 0; i < self->tasks->len; i++) {
    const Task *task = task_at (self, i);
    HsThread thread = { .tid = task->tid };
    if (task->state == TASK_GONE)
      continue;
    if (task->state == TASK_STOPPED && !read_regs (task, &thread, error))
      return FALSE;
    if (!thread.has_regs)
      hs_diag_add (self->diag, "threads", "thread %d could not be stopped (it waits in the kernel): its registers are "
                   "unknown", (int)task->tid);
    g_array_append_val (threads, thread);
  }
  g_array_sort (threads, compare_threads);
  return TRUE;
}
