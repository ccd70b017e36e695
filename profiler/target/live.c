/* live.c - hs_target_open_live: see target.h.
 *
 * Everything that can be done while the process runs is done before the stop (files are opened, memory for the copy is
 * made present) or after it (files fill up what was not written); in the stop there are the registers, the mappings
 * once more, and the reading of pages. It all happens in a thread of its own: ptrace binds a stopped process to one
 * thread, and when that ends the kernel detaches whatever is left, on any path. */
#include "profiler/target/target.h"

#include "profiler/target/auxv.h"
#include "profiler/target/copy.h"
#include "profiler/target/error.h"
#include "profiler/target/files.h"
#include "profiler/target/freeze.h"
#include "profiler/target/maps.h"
#include "profiler/target/proc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define DEFAULT_TRIES 50
#define LONGEST_WAIT_US 10000

typedef struct {
  HsPeek peek;
  pid_t tid;
} LivePeek;

typedef struct {
  pid_t pid;
  const HsTargetOptions *options;
  HsDiag *diag;
  HsTarget *target;
  pid_t tid; /* a thread that has the memory: the leader unless it is a zombie */
  HsFiles files;
  HsPages *pages;
  HsFreeze *freeze;
  HsPlan *plan;
  HsCopy *copy;
  LivePeek peek;
  GError *error;
  gboolean done;
} Live;

static gboolean
peek_read (HsPeek *peek, HsAddr addr, void *buffer, gsize length)
{
  const LivePeek *self = (const LivePeek *)peek;
  struct iovec local = { buffer, length }, remote = { GSIZE_TO_POINTER (addr), length };

  return process_vm_readv (self->tid, &local, 1, &remote, 1, 0) == (ssize_t)length;
}

static gboolean
unsupported (const Live *self, const char *what, GError **error)
{
  g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_UNSUPPORTED, "process %d %s", (int)self->pid, what);
  return FALSE;
}

/* Finds out whom we have before us; a thread's number stands for its process. */
static gboolean
identify (Live *self, GError **error)
{
  g_autofree char *size = NULL;
  gint64 leader = self->pid > 0 ? hs_proc_number (self->pid, "Tgid") : -1;

  if (leader <= 0) {
    if (self->pid > 0 && kill (self->pid, 0) != 0 && errno != ESRCH)
      return hs_proc_set_denied (self->pid, error);
    return hs_proc_set_gone (self->pid, error);
  }
  self->pid = (pid_t)leader;
  if (self->pid == getpid ())
    return unsupported (self, "is heapsum itself: use heapsum_snapshot_new_self", error);
  self->tid = hs_proc_alive (self->pid);
  if (self->tid == 0)
    return hs_proc_set_gone (self->pid, error);
  size = hs_proc_status (self->tid, "VmSize");
  if (size == NULL)
    return hs_proc_alive (self->pid) != 0 ? unsupported (self, "is a kernel thread: it has no heap", error)
                                          : hs_proc_set_gone (self->pid, error);
  if (hs_proc_number (self->tid, "TracerPid") > 0)
    return hs_proc_set_denied (self->pid, error);
  return TRUE;
}

static gboolean
check_class (Live *self, GError **error)
{
  g_autofree char *path = hs_proc_path (self->tid, "exe");
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  Elf64_Ehdr header;
  ssize_t n;

  if (fd < 0 && (errno == EACCES || errno == EPERM))
    return hs_proc_set_denied (self->pid, error);
  if (fd < 0)
    return TRUE;
  n = pread (fd, &header, sizeof header, 0);
  close (fd);
  if (n < (ssize_t)sizeof header || memcmp (header.e_ident, ELFMAG, SELFMAG) != 0)
    return TRUE;
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64)
    return unsupported (self, "is not a 64-bit x86-64 program: heapsum reads no others", error);
  return TRUE;
}

/* "" or the way through /proc to the root directory of the process. (transfer full) */
static char *
find_root (pid_t tid)
{
  g_autofree char *root = hs_proc_path (tid, "root"), *namespace = hs_proc_path (tid, "ns/mnt");
  struct stat ours, theirs;

  if (stat ("/", &ours) == 0 && stat (root, &theirs) == 0
      && (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino))
    return g_steal_pointer (&root);
  if (stat ("/proc/self/ns/mnt", &ours) == 0 && stat (namespace, &theirs) == 0 && ours.st_ino != theirs.st_ino)
    return g_steal_pointer (&root);
  return g_strdup ("");
}

static void
read_auxv (Live *self)
{
  gsize length = 0;
  g_autofree char *data = hs_proc_read (self->tid, "auxv", &length, NULL);

  if (data != NULL)
    hs_target_take_auxv (self->target, (const guint8 *)data, length);
}

static void
read_names (Live *self)
{
  HsTarget *target = self->target;
  g_autofree char *exe = hs_proc_path (self->tid, "exe");
  char *comm = hs_proc_read (self->tid, "comm", NULL, NULL);

  if (comm != NULL) {
    g_free (target->comm);
    target->comm = g_strchomp (comm);
  }
  target->executable = g_file_read_link (exe, NULL);
  if (target->executable != NULL && g_str_has_suffix (target->executable, " (deleted)"))
    target->executable[strlen (target->executable) - strlen (" (deleted)")] = 0;
  g_free (target->root);
  target->root = find_root (self->tid);
}

static gboolean
read_maps (Live *self, GError **error)
{
  g_autofree char *text = hs_proc_read (self->tid, "maps", NULL, error);

  if (text == NULL)
    return FALSE;
  g_array_set_size (self->target->mappings, 0);
  hs_maps_parse (text, &self->files, self->target->mappings);
  if (self->target->mappings->len > 0)
    return TRUE;
  return hs_proc_alive (self->pid) == 0 ? hs_proc_set_gone (self->pid, error) : hs_proc_set_denied (self->pid, error);
}

static void
make_plan (Live *self, HsDiag *diag)
{
  g_clear_pointer (&self->plan, hs_plan_free);
  self->plan = hs_plan_new (self->target->mappings, self->target->files, self->target->vdso, self->pages, diag);
}

static void
prepare_quiet (Live *self)
{
  const HsQuiet *quiet = self->options->quiet;

  self->peek.peek.read = peek_read;
  self->peek.peek.mappings = self->target->mappings;
  self->peek.peek.files = self->target->files;
  self->peek.tid = self->tid;
  if (quiet != NULL && quiet->prepare != NULL)
    quiet->prepare (&self->peek.peek, quiet->user_data);
}

static gboolean
prepare (Live *self, GError **error)
{
  HsTarget *target = self->target;

  if (!identify (self, error) || !check_class (self, error))
    return FALSE;
  target->pid = self->pid;
  read_names (self);
  read_auxv (self);
  if (!read_maps (self, error))
    return FALSE;
  hs_files_load_live (target->files, self->tid, target->root, target->image);
  self->pages = hs_pages_new (self->tid);
  make_plan (self, NULL);
  self->copy = hs_copy_new (self->plan);
  prepare_quiet (self);
  return TRUE;
}

static gboolean
is_quiet (Live *self)
{
  const HsQuiet *quiet = self->options->quiet;

  return quiet == NULL || quiet->is_quiet == NULL || quiet->is_quiet (&self->peek.peek, quiet->user_data);
}

/* Stops the process, again and again until it is quiet. */
static gboolean
stop (Live *self, GError **error)
{
  guint tries = self->options->quiet_tries != 0 ? self->options->quiet_tries : DEFAULT_TRIES;
  gulong wait_us = 1000;

  while (TRUE) {
    if (!hs_freeze_stop (self->freeze, error))
      return FALSE;
    self->target->stops++;
    if (is_quiet (self))
      return TRUE;
    if (self->target->stops >= tries)
      break;
    hs_freeze_release (self->freeze);
    g_usleep (wait_us);
    wait_us = MIN (wait_us + wait_us / 4, LONGEST_WAIT_US);
  }
  hs_diag_add (self->diag, "stop", "the process was in the middle of an allocation at each of %u stops: its heap may "
               "be inconsistent in places", tries);
  return TRUE;
}

static gboolean
copy_stopped (Live *self, GError **error)
{
  HsProgress progress = { self->options->progress, self->options->progress_data };

  if (!hs_freeze_threads (self->freeze, self->target->threads, error) || !read_maps (self, error))
    return FALSE;
  make_plan (self, self->diag);
  return hs_copy_run (self->copy, self->plan, self->tid, &progress, error);
}

static gboolean
run (Live *self, GError **error)
{
  gboolean copied;

  if (!prepare (self, error))
    return FALSE;
  self->freeze = hs_freeze_new (self->pid, self->diag);
  copied = stop (self, error) && copy_stopped (self, error);
  hs_freeze_release (self->freeze);
  if (!copied)
    return FALSE;
  self->target->pause_us = hs_freeze_pause_us (self->freeze);
  hs_files_load_live (self->target->files, self->tid, self->target->root, self->target->image);
  hs_copy_finish (g_steal_pointer (&self->copy), self->plan, self->target->image, self->diag);
  hs_image_seal (self->target->image);
  return TRUE;
}

/* Signals to our process are for its other threads: none shall interrupt the stop. */
static gpointer
tracer (gpointer data)
{
  Live *self = data;
  sigset_t all;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, NULL);
  self->done = run (self, &self->error);
  g_clear_pointer (&self->freeze, hs_freeze_free);
  return NULL;
}

static void
live_clear (Live *self)
{
  g_clear_pointer (&self->pages, hs_pages_free);
  g_clear_pointer (&self->plan, hs_plan_free);
  g_clear_pointer (&self->copy, hs_copy_free);
  hs_files_clear (&self->files);
  g_clear_pointer (&self->target, hs_target_unref);
}

HsTarget *
hs_target_open_live (pid_t pid, const HsTargetOptions *options, HsDiag *diag, GError **error)
{
  const HsTargetOptions none = { 0 };
  Live self = { .pid = pid, .options = options != NULL ? options : &none, .diag = diag };
  HsTarget *target = NULL;
  GThread *thread;

  self.target = hs_target_new (HS_TARGET_LIVE);
  hs_files_init (&self.files, self.target->files);
  thread = g_thread_try_new ("heapsum-tracer", tracer, &self, NULL);
  if (thread != NULL)
    g_thread_join (thread);
  else
    g_set_error_literal (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "cannot create a thread");
  if (self.error != NULL)
    g_propagate_error (error, self.error);
  if (self.done)
    target = g_steal_pointer (&self.target);
  live_clear (&self);
  return target;
}
