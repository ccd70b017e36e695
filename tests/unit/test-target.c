/* test-target.c - freezing and copying processes, and reading cores: what the victims say of themselves has to be what
 * was copied, and they have to notice nothing. */
#include "profiler/target/error.h"
#include "profiler/target/target.h"
#include "tests/support/victim.h"
#include "tests/victims/truth.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static HsTarget *
open_live (pid_t pid)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;
  HsTarget *target = hs_target_open_live (pid, NULL, diag, &error);

  if (g_error_matches (error, HEAPSUM_ERROR, HEAPSUM_ERROR_PERMISSION)) {
    g_printerr ("cannot trace here: %s\n", error->message);
    exit (77);
  }
  g_assert_no_error (error);
  return target;
}

static HsTarget *
open_core (const char *path)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;
  HsTarget *target = hs_target_open_core (path, NULL, diag, &error);

  g_assert_no_error (error);
  return target;
}

/* The bytes the victim calls @name are those in the image. */
static void
check_bytes (const HsTarget *target, const Victim *victim, const char *name)
{
  gsize length = victim_truth (victim, name, 1);
  g_autofree guint8 *bytes = g_malloc (length);

  g_test_message ("%s", name);
  g_assert_true (hs_image_read (target->image, victim_truth (victim, name, 0), bytes, length));
  g_assert_cmphex (truth_hash (bytes, length), ==, victim_truth (victim, name, 2));
}

static void
check_threads (const HsTarget *target, guint n)
{
  g_assert_cmpuint (target->threads->len, ==, n);
  for (guint i = 0; i < n; i++) {
    const HsThread *thread = hs_target_thread (target, i);
    const HsMapping *code = hs_mapping_find (target->mappings, thread->regs[HS_REG_RIP]);
    guint64 self;
    g_assert_true (thread->has_regs);
    g_assert_nonnull (code);
    g_assert_cmpuint (code->prot & PROT_EXEC, !=, 0);
    g_assert_nonnull (hs_image_segment (target->image, thread->regs[HS_REG_RSP]));
    /* The thread control block begins with its own address (x86-64 TLS ABI). */
    g_assert_true (hs_image_word (target->image, thread->fs_base, &self));
    g_assert_cmphex (self, ==, thread->fs_base);
    g_assert_true (i == 0 || thread[-1].tid < thread->tid);
  }
}

static void
check_mappings (const HsTarget *target)
{
  for (guint i = 0; i < target->mappings->len; i++) {
    const HsMapping *mapping = hs_target_mapping (target, i);
    g_assert_cmphex (mapping->start, <, mapping->end);
    g_assert_true (i == 0 || mapping[-1].end <= mapping->start);
    g_assert_cmpint (mapping->kind == HS_MAPPING_FILE, ==, hs_target_file (target, mapping->file) != NULL);
    g_assert_true (hs_mapping_find (target->mappings, mapping->start) == mapping);
    g_assert_true (hs_mapping_find (target->mappings, mapping->end - 1) == mapping);
  }
}

static const char *const everywhere[]
    = { "malloc", "stack", "data", "bss", "relro", "tls", "before-guard", "after-guard", "file" };

static void
check_memory (const HsTarget *target, const Victim *victim)
{
  HsAddr main_address = victim_truth (victim, "main", 0);
  const HsMapping *code = hs_mapping_find (target->mappings, main_address);
  const HsFile *file = hs_target_file (target, code->file);

  for (guint i = 0; i < G_N_ELEMENTS (everywhere); i++)
    check_bytes (target, victim, everywhere[i]);
  g_assert_cmpstr (file->path, ==, target->executable);
  g_assert_nonnull (file->data);
  g_assert_true (hs_image_segment (target->image, main_address)->from_file);
  g_assert_nonnull (hs_image_segment (target->image, target->vdso));
  g_assert_true (g_str_has_prefix ("victim-memory", target->comm));
  g_assert_cmpint (target->pid, ==, victim->pid);
  g_assert_cmphex (target->entry, !=, 0);
  g_assert_cmphex (target->phdr, !=, 0);
  check_threads (target, 1);
  check_mappings (target);
}

static void
test_live (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", "huge", NULL);
  g_autoptr (HsTarget) target = open_live (victim->pid);
  g_autofree char *answer = victim_ask (victim, "ping");

  check_memory (target, victim);
  check_bytes (target, victim, "huge-begin");
  check_bytes (target, victim, "huge-middle");
  check_bytes (target, victim, "huge-end");
  g_assert_null (hs_image_segment (target->image, victim_truth (victim, "shared", 0)));
  g_assert_null (hs_image_segment (target->image, victim_truth (victim, "guard", 0)));
  g_assert_cmpstr (target->root, ==, "");
  g_assert_cmpuint (target->stops, ==, 1);
  g_assert_cmpint (target->pause_us, >, 0);
  g_assert_cmpstr (answer, ==, "pong");
}

/* Resident pages of the victim. */
static guint64
resident (const Victim *victim)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", (int)victim->pid), *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return g_ascii_strtoull (strchr (text, ' '), NULL, 10);
}

static void
test_no_footprint (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", "huge", NULL);
  g_autofree char *first = victim_ask (victim, "ping"), *second = victim_ask (victim, "ping");
  guint64 before = resident (victim);

  g_assert_cmpstr (first, ==, second);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (HsTarget) target = open_live (victim->pid);
    g_assert_cmpuint (target->image->n_segments, >, 0);
  }
  g_assert_cmpuint (resident (victim), <=, before + 1);
}

static void
test_core (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  char *path = victim_core (victim);
  HsTarget *target;

  if (path == NULL) {
    g_test_skip ("there is no gcore");
    return;
  }
  target = open_core (path);
  check_memory (target, victim);
  g_assert_false (target->truncated);
  g_assert_cmpint (target->pause_us, ==, 0);
  hs_target_unref (target);
  victim_remove_core (path);
}

/* Every prefix of a core either opens or says what is wrong. */
static void
test_truncated_core (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  char *path = victim_core (victim);
  g_autofree char *bytes = NULL;
  guint opened = 0;
  gsize length;

  if (path == NULL) {
    g_test_skip ("there is no gcore");
    return;
  }
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (guint i = 0; i < 40; i++) {
    g_autoptr (HsDiag) diag = hs_diag_new ();
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (truncate (path, (off_t)(length * (40 - i) / 41)), ==, 0);
    g_autoptr (HsTarget) target = hs_target_open_core (path, NULL, diag, &error);
    g_auto (GStrv) lines = hs_diag_lines (diag);
    g_assert_true ((target != NULL) != g_error_matches (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA));
    g_assert_true (target == NULL || (target->truncated && strstr (lines[0], "truncated") != NULL));
    opened += target != NULL;
  }
  g_assert_cmpuint (opened, >, 10);
  victim_remove_core (path);
}

static void
refuse_core (const char *path, int code, const char *what)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HsTarget) target = hs_target_open_core (path, NULL, diag, &error);

  g_assert_null (target);
  g_assert_error (error, HEAPSUM_ERROR, code);
  g_assert_nonnull (strstr (error->message, what));
}

static void
refuse_bytes (const char *bytes, gsize length, int code, const char *what)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("heapsum-test-XXXXXX", &path, NULL);

  g_assert_cmpint (write (fd, bytes, length), ==, (gssize)length);
  close (fd);
  refuse_core (path, code, what);
  g_unlink (path);
}

static void
test_not_a_core (void)
{
  refuse_core ("/proc/self/exe", HEAPSUM_ERROR_BAD_DATA, "not a core");
  refuse_core ("/nonexistent", HEAPSUM_ERROR_GONE, "No such file");
  refuse_core ("/", HEAPSUM_ERROR_BAD_DATA, "not a file");
  refuse_bytes ("hello, world", 12, HEAPSUM_ERROR_BAD_DATA, "not a core");
  refuse_bytes ("", 0, HEAPSUM_ERROR_BAD_DATA, "empty");
  refuse_bytes ("\x28\xb5\x2f\xfd....", 8, HEAPSUM_ERROR_UNSUPPORTED, "zstd");
  refuse_bytes ("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16, HEAPSUM_ERROR_BAD_DATA, "ends within");
  refuse_bytes ("\177ELF\1\1\1\0\0\0\0\0\0\0\0\0", 16, HEAPSUM_ERROR_UNSUPPORTED, "32-bit");
}

/* Overwrites a few bytes where the headers are (gcore puts the notes at the end) and gives back what they were. */
static void
mangle (int fd, gsize length, const char *bytes, off_t *offsets, guint n)
{
  for (guint i = 0; i < n; i++) {
    char byte = (char)g_test_rand_int ();
    if (bytes == NULL)
      offsets[i] = i % 2 == 0 ? g_test_rand_int_range (16, 2000) : (gint)length - g_test_rand_int_range (1, 20000);
    g_assert_cmpint (pwrite (fd, bytes != NULL ? bytes + offsets[i] : &byte, 1, offsets[i]), ==, 1);
  }
}

/* A core whose bytes were changed at random opens or not, and does no harm. */
static void
test_mangled_core (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  char *path = victim_core (victim);
  g_autofree char *bytes = NULL;
  off_t offsets[8];
  gsize length;
  int fd;

  if (path == NULL) {
    g_test_skip ("there is no gcore");
    return;
  }
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  fd = open (path, O_WRONLY | O_CLOEXEC);
  for (guint i = 0; i < 200; i++) {
    g_autoptr (HsDiag) diag = hs_diag_new ();
    mangle (fd, length, NULL, offsets, G_N_ELEMENTS (offsets));
    g_autoptr (HsTarget) target = hs_target_open_core (path, NULL, diag, NULL);
    if (target != NULL)
      check_mappings (target);
    mangle (fd, length, bytes, offsets, G_N_ELEMENTS (offsets));
  }
  close (fd);
  victim_remove_core (path);
}

static void
refuse_pid (pid_t pid, int code)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HsTarget) target = hs_target_open_live (pid, NULL, diag, &error);

  g_assert_null (target);
  g_assert_error (error, HEAPSUM_ERROR, code);
}

static void
test_no_such_process (void)
{
  pid_t zombie = fork ();
  siginfo_t info;

  if (zombie == 0)
    _exit (0);
  refuse_pid (-1, HEAPSUM_ERROR_GONE);
  refuse_pid (0, HEAPSUM_ERROR_GONE);
  refuse_pid (G_MAXINT, HEAPSUM_ERROR_GONE);
  refuse_pid (getpid (), HEAPSUM_ERROR_UNSUPPORTED);
  g_assert_cmpint (waitid (P_PID, (id_t)zombie, &info, WEXITED | WNOWAIT), ==, 0);
  refuse_pid (zombie, HEAPSUM_ERROR_GONE);
  g_assert_cmpint (waitpid (zombie, NULL, 0), ==, zombie);
  refuse_pid (zombie, HEAPSUM_ERROR_GONE);
}

static void
test_blocked (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-blocked", NULL);
  g_autofree char *answer = NULL;

  for (guint i = 0; i < 10; i++) {
    g_autoptr (HsTarget) target = open_live (victim->pid);
    check_threads (target, (guint)victim_truth (victim, "threads", 0));
  }
  answer = victim_ask (victim, "wake");
  g_assert_cmpstr (answer, ==, "epoll=0 poll=0 sleep=0 futex=0 semop=0 recv=0 sigwait=0 handled=0");
}

static gpointer
open_repeatedly (gpointer data)
{
  const Victim *victim = data;

  for (guint i = 0; i < 100; i++)
    hs_target_unref (open_live (victim->pid));
  return NULL;
}

/* Where a handler runs, the call has to give EINTR, stopped or not: each signal is answered, none is lost. */
static void
test_signals (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-blocked", "handler", NULL);
  g_autofree char *answer = NULL;
  GThread *thread = g_thread_new ("opens", open_repeatedly, victim);

  for (guint i = 0; i < 100; i++) {
    g_assert_cmpint (kill (victim->pid, SIGUSR1), ==, 0);
    g_autofree char *line = victim_line (victim);
    g_assert_cmpstr (line, ==, "interrupted");
  }
  g_thread_join (thread);
  answer = victim_ask (victim, "wake");
  g_assert_cmpstr (answer, ==, "epoll=100 poll=0 sleep=0 futex=0 semop=0 recv=0 sigwait=0 handled=100");
}

static void
check_churn (const char *mode)
{
  g_autoptr (Victim) victim = victim_start ("victim-churn", mode, NULL);

  for (guint i = 0; i < 30; i++) {
    g_autoptr (HsTarget) target = open_live (victim->pid);
    g_autofree char *answer = victim_ask (victim, "ping");
    g_assert_cmpstr (answer, ==, "pong");
    g_assert_cmpuint (target->threads->len, >=, 2);
    for (guint n = 0; n < target->threads->len; n++)
      g_assert_true (hs_target_thread (target, n)->has_regs);
    check_bytes (target, victim, "pattern");
    check_mappings (target);
  }
}

static void
test_churn (void)
{
  check_churn (NULL);
}

static void
test_leader_gone (void)
{
  check_churn ("without its leader");
}

/* The state letter of the process, and who traces it. */
static char
state_of (pid_t pid, int *tracer)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int)pid), *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  *tracer = atoi (strstr (text, "TracerPid:") + 10);
  return strstr (text, "State:\t")[7];
}

static void
test_stopped (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  siginfo_t info;
  int tracer;

  g_assert_cmpint (kill (victim->pid, SIGSTOP), ==, 0);
  g_assert_cmpint (waitid (P_PID, (id_t)victim->pid, &info, WSTOPPED | WNOWAIT), ==, 0);
  for (guint i = 0; i < 10; i++) {
    g_autoptr (HsTarget) target = open_live (victim->pid);
    check_bytes (target, victim, "malloc");
    check_threads (target, 1);
    /* It is woken for an instant to change from the traced to the plain stop. */
    while (state_of (victim->pid, &tracer) != 'T')
      g_thread_yield ();
    g_assert_cmpint (tracer, ==, 0);
  }
  g_assert_cmpint (kill (victim->pid, SIGCONT), ==, 0);
  g_autofree char *answer = victim_ask (victim, "ping");
  g_assert_cmpstr (answer, ==, "pong");
}

typedef struct {
  guint prepared, asked, noisy;
  HsAddr addr;
} Quiet;

static void
prepare (HsPeek *peek, gpointer data)
{
  Quiet *quiet = data;

  quiet->prepared++;
  g_assert_cmpuint (quiet->asked, ==, 0);
  g_assert_nonnull (hs_mapping_find (peek->mappings, quiet->addr));
  g_assert_cmpuint (peek->files->len, >, 0);
}

static gboolean
is_quiet (HsPeek *peek, gpointer data)
{
  Quiet *quiet = data;
  char text[11];

  g_assert_true (peek->read (peek, quiet->addr, text, sizeof text));
  g_assert_cmpmem (text, 11, "initialized", 11);
  g_assert_false (peek->read (peek, 8, text, sizeof text));
  return ++quiet->asked > quiet->noisy;
}

static void
check_quiet (guint noisy, guint tries, guint stops, const char *expected)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  Quiet quiet = { .noisy = noisy, .addr = victim_truth (victim, "data", 0) };
  const HsQuiet callbacks = { prepare, is_quiet, &quiet };
  const HsTargetOptions options = { .quiet = &callbacks, .quiet_tries = tries };
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (HsTarget) target = hs_target_open_live (victim->pid, &options, diag, NULL);
  g_auto (GStrv) lines = hs_diag_lines (diag);
  g_autofree char *answer = victim_ask (victim, "ping");

  g_assert_nonnull (target);
  g_assert_cmpuint (quiet.prepared, ==, 1);
  g_assert_cmpuint (target->stops, ==, stops);
  g_assert_true (expected == NULL ? lines[0] == NULL : g_str_has_prefix (lines[0], expected));
  check_bytes (target, victim, "malloc");
  g_assert_cmpstr (answer, ==, "pong");
}

static void
test_quiet (void)
{
  check_quiet (0, 0, 1, NULL);
  check_quiet (4, 0, 5, NULL);
  check_quiet (100, 3, 3, "stop: ");
}

/* The program started again, which opens process @pid until it is killed. */
static G_GNUC_NORETURN void
trace_forever (pid_t pid)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();

  puts ("tracing");
  fflush (stdout);
  while (TRUE) {
    HsTarget *target = hs_target_open_live (pid, NULL, diag, NULL);
    if (target != NULL)
      hs_target_unref (target);
  }
}

static void
kill_tracer_of (const Victim *victim, gulong after_us)
{
  g_autoptr (GSubprocess) tracer
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "/proc/self/exe", "--trace",
                          g_subprocess_get_identifier (victim->process), NULL);
  char text[8];

  g_assert_nonnull (tracer);
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (tracer), text, sizeof text, NULL, NULL), >, 0);
  g_usleep (after_us); /* any moment will do */
  g_subprocess_force_exit (tracer);
  g_assert_true (g_subprocess_wait (tracer, NULL, NULL));
}

static void
test_killed_tracer (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  int tracer;

  for (guint i = 0; i < 20; i++) {
    kill_tracer_of (victim, 137 * i);
    g_autofree char *answer = victim_ask (victim, "ping");
    g_assert_cmpstr (answer, ==, "pong");
    state_of (victim->pid, &tracer);
    g_assert_cmpint (tracer, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--trace") == 0)
    trace_forever ((pid_t)atoi (argv[2]));
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/live", test_live);
  g_test_add_func ("/target/no-footprint", test_no_footprint);
  g_test_add_func ("/target/blocked", test_blocked);
  g_test_add_func ("/target/signals", test_signals);
  g_test_add_func ("/target/churn", test_churn);
  g_test_add_func ("/target/leader-gone", test_leader_gone);
  g_test_add_func ("/target/stopped", test_stopped);
  g_test_add_func ("/target/quiet", test_quiet);
  g_test_add_func ("/target/killed-tracer", test_killed_tracer);
  g_test_add_func ("/target/no-such-process", test_no_such_process);
  g_test_add_func ("/core/memory", test_core);
  g_test_add_func ("/core/truncated", test_truncated_core);
  g_test_add_func ("/core/mangled", test_mangled_core);
  g_test_add_func ("/core/not-a-core", test_not_a_core);
  return g_test_run ();
}
