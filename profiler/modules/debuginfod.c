/* debuginfod.c - see debuginfod.h.
 *
 * The program and not the library: it is optional at run time, and a server that hangs is killed with it. */
#include "profiler/modules/debuginfod.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_US (60 * G_USEC_PER_SEC)
#define LONGEST_ANSWER 4096

/* Reads what comes from @fd until it ends; FALSE when that takes too long. */
static gboolean
read_all (int fd, GString *text)
{
  gint64 deadline = g_get_monotonic_time () + LIMIT_US;

  while (text->len < LONGEST_ANSWER) {
    GPollFD poll = { .fd = fd, .events = G_IO_IN | G_IO_HUP };
    gint64 left_us = deadline - g_get_monotonic_time ();
    char buffer[512];
    if (left_us <= 0)
      return FALSE;
    if (g_poll (&poll, 1, (int)(left_us / 1000) + 1) <= 0)
      continue;
    ssize_t n = read (fd, buffer, sizeof buffer);
    if (n == 0)
      return TRUE;
    if (n > 0)
      g_string_append_len (text, buffer, n);
    else if (errno != EINTR)
      return FALSE;
  }
  return TRUE;
}

static gboolean
run (char **argv, GString *text, gboolean *in_time)
{
  int fd, status = -1;
  GPid pid;

  *in_time = TRUE;
  if (!g_spawn_async_with_pipes (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                                 &pid, NULL, &fd, NULL, NULL))
    return FALSE;
  *in_time = read_all (fd, text);
  close (fd);
  if (!*in_time)
    kill (pid, SIGKILL);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

char *
hs_debuginfod_find (const char *build_id, gboolean *enabled, HsDiag *diag)
{
  g_autofree char *program = g_find_program_in_path ("debuginfod-find");
  g_autoptr (GString) text = g_string_new (NULL);
  const char *urls = g_getenv ("DEBUGINFOD_URLS");
  char *argv[] = { program, (char *)"debuginfo", (char *)build_id, NULL };
  gboolean in_time;

  if (program == NULL || urls == NULL || *urls == 0) {
    *enabled = FALSE;
    /* Who set no server did not ask for one. */
    if (urls != NULL && *urls != 0)
      hs_diag_add (diag, "debuginfod", "debuginfod-find is not installed: DEBUGINFOD_URLS alone does nothing");
    return NULL;
  }
  if (run (argv, text, &in_time) && text->len > 0)
    return g_strchomp (g_strdup (text->str));
  *enabled = in_time;
  hs_diag_add (diag, "debuginfod", in_time ? "it has no debug info for build-id %s"
                                           : "it did not answer for build-id %s and is not asked again", build_id);
  return NULL;
}
