/* proc.c - see proc.h.
 *
 * The kernel refuses with EPERM alone, whichever of its rules it was. hs_proc_set_denied goes through the same rules
 * (__ptrace_may_access and yama_ptrace_access_check) in their order and names the first that fits. */
#include "profiler/target/proc.h"

#include "profiler/target/error.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAP_SYS_PTRACE_BIT 19

char *
hs_proc_path (pid_t pid, const char *name)
{
  return g_strdup_printf ("/proc/%d/%s", (int)pid, name);
}

gboolean
hs_proc_set_gone (pid_t pid, GError **error)
{
  g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_GONE, "there is no process %d, or it has ended", (int)pid);
  return FALSE;
}

char *
hs_proc_read (pid_t pid, const char *name, gsize *length, GError **error)
{
  g_autofree char *path = hs_proc_path (pid, name);
  g_autoptr (GError) local = NULL;
  char *text = NULL;

  if (g_file_get_contents (path, &text, length, &local))
    return text;
  if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT)
      || g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_FAILED))
    hs_proc_set_gone (pid, error); /* ESRCH has no code of its own in G_FILE_ERROR */
  else if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_ACCES)
           || g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_PERM))
    hs_proc_set_denied (pid, error);
  else
    g_set_error_literal (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, local->message);
  return NULL;
}

char *
hs_proc_status (pid_t pid, const char *key)
{
  g_autofree char *text = hs_proc_read (pid, "status", NULL, NULL);
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);
  gsize length = strlen (key);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], key, length) == 0 && lines[i][length] == ':')
      return g_strstrip (g_strdup (lines[i] + length + 1));
  return NULL;
}

gint64
hs_proc_number (pid_t pid, const char *key)
{
  g_autofree char *value = hs_proc_status (pid, key);

  return value != NULL ? g_ascii_strtoll (value, NULL, 10) : -1;
}

char
hs_proc_state (pid_t pid, pid_t tid)
{
  g_autofree char *name = g_strdup_printf ("task/%d/stat", (int)tid);
  g_autofree char *text = hs_proc_read (pid, name, NULL, NULL);
  const char *end = text != NULL ? strrchr (text, ')') : NULL;

  return end != NULL && end[1] == ' ' ? end[2] : 0;
}

GArray *
hs_proc_tasks (pid_t pid)
{
  g_autofree char *path = hs_proc_path (pid, "task");
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  GArray *tasks = g_array_new (FALSE, FALSE, sizeof (pid_t));
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    pid_t tid = (pid_t)g_ascii_strtoll (name, NULL, 10);
    if (tid > 0)
      g_array_append_val (tasks, tid);
  }
  return tasks;
}

static gboolean
is_alive (pid_t pid, pid_t tid)
{
  char state = hs_proc_state (pid, tid);

  return state != 0 && state != 'Z' && state != 'X' && state != 'x';
}

pid_t
hs_proc_alive (pid_t pid)
{
  g_autoptr (GArray) tasks = NULL;

  if (is_alive (pid, pid))
    return pid;
  tasks = hs_proc_tasks (pid);
  for (guint i = 0; i < tasks->len; i++)
    if (is_alive (pid, g_array_index (tasks, pid_t, i)))
      return g_array_index (tasks, pid_t, i);
  return 0;
}

static gboolean
we_have_ptrace_capability (void)
{
  g_autofree char *text = hs_proc_status (getpid (), "CapEff");

  return text != NULL && (g_ascii_strtoull (text, NULL, 16) >> CAP_SYS_PTRACE_BIT & 1) != 0;
}

static gboolean
same_user (pid_t pid)
{
  g_autofree char *text = hs_proc_status (pid, "Uid");
  g_auto (GStrv) ids = g_strsplit (text != NULL ? text : "", "\t", -1);

  for (guint i = 0; i < 3 && i < g_strv_length (ids); i++)
    if (g_ascii_strtoull (ids[i], NULL, 10) != getuid ())
      return FALSE;
  return ids[0] != NULL;
}

/* /proc/PID belongs to root where the process is not dumpable (proc(5)). */
static gboolean
is_dumpable (pid_t pid)
{
  g_autofree char *path = hs_proc_path (pid, "mem");
  struct stat status;

  return stat (path, &status) != 0 || status.st_uid == getuid ();
}

static int
yama_scope (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/yama/ptrace_scope", &text, NULL, NULL))
    return 0;
  return atoi (text);
}

static char *
yama_rule (int scope)
{
  if (scope >= 3)
    return g_strdup ("kernel.yama.ptrace_scope is 3, which forbids it to everybody until the system is restarted");
  if (scope == 2)
    return g_strdup ("kernel.yama.ptrace_scope is 2: run heapsum as root (CAP_SYS_PTRACE)");
  return g_strdup ("kernel.yama.ptrace_scope is 1, so that only its ancestors may look at it: run heapsum as root, "
                   "or start the process from heapsum, or have root run 'sysctl kernel.yama.ptrace_scope=0'");
}

/* Which rule forbids to trace @pid. (transfer full) */
static char *
denying_rule (pid_t pid)
{
  gint64 tracer = hs_proc_number (pid, "TracerPid");
  gboolean capable = we_have_ptrace_capability ();
  int scope = yama_scope ();

  if (tracer > 0) {
    g_autofree char *comm = hs_proc_read ((pid_t)tracer, "comm", NULL, NULL);
    return g_strdup_printf ("it is already traced by process %d (%s): end that first", (int)tracer,
                            comm != NULL ? g_strstrip (comm) : "?");
  }
  if (!capable && !same_user (pid))
    return g_strdup ("it belongs to another user: run heapsum as that user or as root (CAP_SYS_PTRACE)");
  if (!capable && !is_dumpable (pid))
    return g_strdup ("it is not dumpable (set-user-ID, file capabilities or prctl): run heapsum as root");
  if (scope >= 3 || (scope > 0 && !capable))
    return yama_rule (scope);
  return g_strdup ("a security module, a seccomp filter or the container forbids it: a container needs "
                   "--cap-add=SYS_PTRACE, and heapsum has to run in the process's user namespace or above");
}

gboolean
hs_proc_set_denied (pid_t pid, GError **error)
{
  g_autofree char *rule = NULL;

  if (hs_proc_alive (pid) == 0)
    return hs_proc_set_gone (pid, error);
  rule = denying_rule (pid);
  g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_PERMISSION, "process %d may not be looked at: %s", (int)pid, rule);
  return FALSE;
}
