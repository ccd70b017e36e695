/* helper.c - heapsum-helper PID FD [OPTION...]: snapshots a process into a file that is already open.
 *
 * heapsum_snapshot_new_self() starts it as the parent of the process it is to look at, which is a frozen copy of the
 * caller: nothing is analysed in the caller's address space. What comes out is a snapshot file, or, where none could be
 * taken, a line "CODE MESSAGE" with the number of a HeapsumError. The copy is ended in any case. */
#include <heapsum/heapsum.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean
parse_options (HeapsumOptions *options, int argc, char **argv)
{
  for (int i = 3; i < argc; i++) {
    if (strcmp (argv[i], "--no-cache") == 0)
      heapsum_options_set_cache (options, FALSE);
    else if (strcmp (argv[i], "--no-debuginfod") == 0)
      heapsum_options_set_debuginfod (options, FALSE);
    else if (strcmp (argv[i], "--debug-dir") == 0 && i + 1 < argc)
      heapsum_options_add_debug_dir (options, argv[++i]);
    else
      return FALSE;
  }
  return TRUE;
}

static gboolean
take (pid_t pid, int fd, const HeapsumOptions *options, GError **error)
{
  g_autoptr (HeapsumSnapshot) snapshot = heapsum_snapshot_new_for_pid (pid, options, error);

  return snapshot != NULL && heapsum_snapshot_save_to_fd (snapshot, fd, error);
}

static int
report (int fd, const GError *error)
{
  int code = error->domain == HEAPSUM_ERROR ? error->code : HEAPSUM_ERROR_FAILED;

  /* What was written until now is no snapshot. */
  if (ftruncate (fd, 0) == 0 && lseek (fd, 0, SEEK_SET) == 0)
    dprintf (fd, "%d %s\n", code, error->message);
  return 1;
}

int
main (int argc, char **argv)
{
  g_autoptr (HeapsumOptions) options = heapsum_options_new ();
  g_autoptr (GError) error = NULL;
  guint64 pid, fd;

  if (argc < 3 || !g_ascii_string_to_unsigned (argv[1], 10, 1, G_MAXINT, &pid, NULL)
      || !g_ascii_string_to_unsigned (argv[2], 10, 0, G_MAXINT, &fd, NULL) || !parse_options (options, argc, argv)) {
    fputs ("Usage: heapsum-helper PID FD [--no-cache] [--no-debuginfod] [--debug-dir DIR]...\n"
           "Snapshots its child PID into the open file FD; libheapsum starts it.\n", stderr);
    return 2;
  }
  gboolean taken = take (pid, fd, options, &error);
  siginfo_t info;
  /* Only a child of ours can be the copy. */
  if (waitid (P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
    kill (pid, SIGKILL);
  return taken ? 0 : report (fd, error);
}
