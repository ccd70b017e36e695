/* test-kill.c - heapsum itself is killed while it is attached, at any moment: the process goes on as if nothing were.
 *
 * The command line is run on a victim, killed a random time after the kernel says that the victim is traced, a hundred
 * times. Afterwards the victim is traced by nobody, none of its threads is stopped, it answers, and its threads count. */
#include "profiler/target/target.h"
#include "tests/support/victim.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLS 100
#define TRIES 400
#define LONGEST_WAIT_US 4000 /* about as long as the stop takes */
#define PATIENCE_US (5 * G_USEC_PER_SEC)

static int
tracer_of (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int)pid), *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return atoi (strstr (text, "TracerPid:") + 10);
}

/* The command line: without libtool's wrapper where there is one, a shell script that would take most of the time. */
static char *
program_path (void)
{
  const char *top = g_getenv ("TOP_BUILDDIR");
  g_autofree char *built = top != NULL ? g_strdup (top) : g_test_build_filename (G_TEST_BUILT, "..", "..", NULL);
  g_autofree char *libraries = g_build_filename (built, ".libs", NULL);
  char *program = g_build_filename (built, "cli", ".libs", "heapsum", NULL);

  if (g_file_test (program, G_FILE_TEST_IS_EXECUTABLE)) {
    g_setenv ("LD_LIBRARY_PATH", libraries, TRUE);
    return program;
  }
  g_free (program);
  return g_build_filename (built, "cli", "heapsum", NULL);
}

/* Starts it; its output is nobody's business. */
static pid_t
start (const char *program, const Victim *victim)
{
  char *argv[] = { (char *)program, (char *)"snapshot", (char *)g_subprocess_get_identifier (victim->process), NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, argv, NULL,
                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid,
                 &error);
  g_assert_no_error (error);
  return pid;
}

/* TRUE once the victim is traced; FALSE where @pid ended before that was seen. */
static gboolean
wait_until_attached (pid_t pid, const Victim *victim)
{
  siginfo_t info = { 0 };

  while (tracer_of (victim->pid) == 0) {
    g_assert_cmpint (waitid (P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), ==, 0);
    if (info.si_pid != 0)
      return FALSE;
  }
  return TRUE;
}

/* Whether it was still attached when it was killed. */
static gboolean
kill_while_attached (const char *program, const Victim *victim)
{
  pid_t pid = start (program, victim);
  gboolean attached = wait_until_attached (pid, victim);

  if (attached) {
    gint64 until = g_get_monotonic_time () + g_test_rand_int_range (0, LONGEST_WAIT_US);
    while (g_get_monotonic_time () < until)
      ;
    attached = tracer_of (victim->pid) != 0;
  }
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  return attached;
}

static gboolean
any_stopped (pid_t pid)
{
  g_autofree char *tasks = g_strdup_printf ("/proc/%d/task", (int)pid);
  GDir *dir = g_dir_open (tasks, 0, NULL);
  gboolean stopped = FALSE;
  const char *tid;

  while ((tid = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (tasks, tid, "stat", NULL), *text = NULL;
    if (g_file_get_contents (path, &text, NULL, NULL))
      stopped |= strchr ("tT", strrchr (text, ')')[2]) != NULL;
  }
  g_dir_close (dir);
  return stopped;
}

static guint64
count (Victim *victim)
{
  g_autofree char *answer = victim_ask (victim, "count");

  g_assert_nonnull (answer);
  return g_ascii_strtoull (answer, NULL, 10);
}

static void
check_unharmed (Victim *victim)
{
  gint64 limit = g_get_monotonic_time () + PATIENCE_US;
  g_autofree char *answer = victim_ask (victim, "ping");
  guint64 before = count (victim);

  g_assert_cmpstr (answer, ==, "pong");
  g_assert_cmpint (tracer_of (victim->pid), ==, 0);
  /* The kernel has let it go, but it may not have had the processor since. */
  while (any_stopped (victim->pid) || count (victim) == before) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit);
    g_thread_yield ();
  }
}

static void
test_killed (gconstpointer data)
{
  g_autoptr (Victim) victim = victim_start ("victim-steady", NULL);
  const char *program = data;
  guint kills = 0, tries = 0;

  if (!g_file_test (program, G_FILE_TEST_IS_EXECUTABLE)) {
    g_test_skip ("the command line is not built");
    return;
  }
  for (; kills < KILLS && tries < TRIES; tries++) {
    kills += kill_while_attached (program, victim);
    check_unharmed (victim);
  }
  g_test_message ("killed while attached %u times in %u runs", kills, tries);
  g_assert_cmpuint (kills, ==, KILLS);
}

/* The program started again, which stops process @pid and then waits to be killed. */
static gboolean
hold (HsPeek *peek, gpointer data)
{
  puts ("stopped");
  fflush (stdout);
  pause ();
  return TRUE;
}

static int
hold_process (pid_t pid)
{
  const HsQuiet quiet = { .is_quiet = hold };
  const HsTargetOptions options = { .quiet = &quiet };
  g_autoptr (HsDiag) diag = hs_diag_new ();

  hs_target_open_live (pid, &options, diag, NULL);
  return 1;
}

/* No system call fails with EINTR because its stop was ended by the tracer's death. */
static void
test_blocked_calls (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-blocked", NULL);
  g_autofree char *answer = NULL;

  for (guint i = 0; i < 10; i++) {
    g_autoptr (GSubprocess) tracer
        = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "/proc/self/exe", "--hold",
                            g_subprocess_get_identifier (victim->process), NULL);
    char text[8];
    g_assert_nonnull (tracer);
    g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (tracer), text, sizeof text, NULL, NULL), ==, 8);
    g_subprocess_force_exit (tracer);
    g_assert_true (g_subprocess_wait (tracer, NULL, NULL));
    g_assert_cmpint (tracer_of (victim->pid), ==, 0);
  }
  answer = victim_ask (victim, "wake");
  g_assert_cmpstr (answer, ==, "epoll=0 poll=0 sleep=0 futex=0 semop=0 recv=0 sigwait=0 handled=0");
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--hold") == 0)
    return hold_process ((pid_t)atoi (argv[2]));
  g_test_init (&argc, &argv, NULL);
  g_autofree char *program = program_path ();
  g_test_add_func ("/kill/blocked-calls", test_blocked_calls);
  g_test_add_data_func ("/kill/command-line", program, test_killed);
  return g_test_run ();
}
