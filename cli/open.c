/* open.c - an argument becomes a snapshot, and stderr says what happened. */
#include "cli/cli.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- errors --- */

int
cli_fail (const GError *error)
{
  fprintf (stderr, "heapsum: %s\n", error->message);
  if (g_error_matches (error, HEAPSUM_ERROR, HEAPSUM_ERROR_PERMISSION))
    return EXIT_PERMISSION;
  return EXIT_TARGET;
}

int
cli_usage (const CliCommand *command, const char *format, ...)
{
  va_list args;

  fprintf (stderr, "heapsum %s: ", command->name);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fprintf (stderr, "\nUsage: heapsum %s [OPTION...] %s\n\"heapsum %s --help\" says more.\n", command->name,
           command->arguments, command->name);
  return EXIT_USAGE;
}

/* --- progress --- */

typedef struct {
  gint64 started;
  gint64 shown;
  gboolean visible;
} Bar;

#define FIRST_SHOWN (G_USEC_PER_SEC) /* shorter work needs no bar */
#define BETWEEN (G_USEC_PER_SEC / 10)

static void
show_progress (const char *stage, guint64 done, guint64 total, gpointer data)
{
  Bar *bar = data;
  gint64 now = g_get_monotonic_time ();

  if (now - bar->started < FIRST_SHOWN || now - bar->shown < BETWEEN)
    return;
  bar->shown = now;
  bar->visible = TRUE;
  if (total > 0)
    fprintf (stderr, "\r\033[Kheapsum: %s, %d %%", stage, (int)(100.0 * done / total));
  else
    fprintf (stderr, "\r\033[Kheapsum: %s", stage);
  fflush (stderr);
}

static void
hide_progress (Bar *bar)
{
  if (bar->visible)
    fputs ("\r\033[K", stderr);
}

/* --- report --- */

static gint64
integer_fact (GVariant *facts, const char *key)
{
  gint64 value = 0;

  g_variant_lookup (facts, key, "x", &value);
  return value;
}

static void
report_target (GVariant *facts, HeapsumSummary *summary)
{
  const HeapsumRow *total = heapsum_summary_get_total (summary);
  const char *command = "?", *allocator = "?", *kind = "";

  g_variant_lookup (facts, "command", "&s", &command);
  g_variant_lookup (facts, "allocator", "&s", &allocator);
  g_variant_lookup (facts, "kind", "&s", &kind);
  fprintf (stderr, "heapsum: %s", command);
  if (strcmp (kind, "process") == 0)
    fprintf (stderr, " (pid %" G_GINT64_FORMAT "), stopped for %.1f ms", integer_fact (facts, "pid"),
             integer_fact (facts, "pause-us") / 1e3);
  g_autofree char *size = g_format_size_full (total->bytes, G_FORMAT_SIZE_IEC_UNITS);
  fprintf (stderr, ", %s, %" G_GINT64_FORMAT " %s, %" G_GUINT64_FORMAT " %s, %s\n", allocator,
           integer_fact (facts, "threads"), integer_fact (facts, "threads") == 1 ? "thread" : "threads", total->count,
           total->count == 1 ? "block" : "blocks", size);
}

static void
report_names (GVariant *facts, HeapsumSummary *summary)
{
  const HeapsumRow *total = heapsum_summary_get_total (summary);
  const HeapsumRow *untyped = heapsum_summary_get_untyped (summary);
  double all = MAX (1, total->count) / 100.0;

  fprintf (stderr, "heapsum: named %.1f %% of the blocks (A %.1f, B %.1f, C %.1f), guessed %.1f, untyped %.1f; "
           "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " modules have debug info, "
           "%" G_GINT64_FORMAT " %% of the code\n",
           (total->count - untyped->count - total->levels[HEAPSUM_LEVEL_D]) / all, total->levels[HEAPSUM_LEVEL_A] / all,
           total->levels[HEAPSUM_LEVEL_B] / all, total->levels[HEAPSUM_LEVEL_C] / all,
           total->levels[HEAPSUM_LEVEL_D] / all, untyped->count / all, integer_fact (facts, "modules-with-debug-info"),
           integer_fact (facts, "modules"), integer_fact (facts, "code-with-debug-info-percent"));
}

static void
report (HeapsumSnapshot *snapshot)
{
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, NULL);
  GVariant *facts = heapsum_snapshot_get_facts (snapshot);

  report_target (facts, summary);
  report_names (facts, summary);
  for (const char *const *line = heapsum_snapshot_get_diagnostics (snapshot); *line != NULL; line++)
    fprintf (stderr, "heapsum: %s\n", *line);
}

/* --- opening --- */

typedef enum { IS_SNAPSHOT, IS_CORE, IS_UNREADABLE } FileKind;

/* A snapshot begins with text, a core does not, nor does a compressed one: the reader of cores knows what to advise. */
static gboolean
is_text (const char *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isprint (bytes[i]) && !g_ascii_isspace (bytes[i]))
      return FALSE;
  return TRUE;
}

static FileKind
look_at_file (const char *path, GError **error)
{
  char magic[4];
  struct stat status;

  /* Before it is opened: that would wait for the writer of a pipe. */
  if (stat (path, &status) == 0 && !S_ISREG (status.st_mode)) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA,
                 "%s: is not a file; give a process id, a core or a snapshot", path);
    return IS_UNREADABLE;
  }
  FILE *file = fopen (path, "re");
  int cause = errno;
  if (file == NULL) {
    gboolean forbidden = cause == EACCES || cause == EPERM;
    g_set_error (error, HEAPSUM_ERROR, forbidden ? HEAPSUM_ERROR_PERMISSION : HEAPSUM_ERROR_GONE,
                 "%s: %s; give a process id, a core or a snapshot", path, g_strerror (cause));
    return IS_UNREADABLE;
  }
  gsize n = fread (magic, 1, sizeof magic, file);
  fclose (file);
  return is_text (magic, n) ? IS_SNAPSHOT : IS_CORE;
}

typedef enum { IS_PROCESS, IS_FILE, IS_CORE_FILE, IS_NOTHING } Kind;

static Kind
kind_of (const char *argument, guint64 *pid, GError **error)
{
  if (g_ascii_string_to_unsigned (argument, 10, 1, G_MAXINT, pid, NULL))
    return IS_PROCESS;
  switch (look_at_file (argument, error)) {
  case IS_CORE: return IS_CORE_FILE;
  case IS_SNAPSHOT: return IS_FILE;
  default: return IS_NOTHING;
  }
}

static HeapsumSnapshot *
open_any (const CliCommon *common, const char *argument, Kind *kind, GError **error)
{
  guint64 pid;

  *kind = kind_of (argument, &pid, error);
  switch (*kind) {
  case IS_PROCESS: return heapsum_snapshot_new_for_pid (pid, common->options, error);
  case IS_CORE_FILE: return heapsum_snapshot_new_for_core (argument, common->options, error);
  case IS_FILE: return heapsum_snapshot_load (argument, error);
  default: return NULL;
  }
}

static HeapsumExplanation *
explain_any (const CliCommon *common, const char *argument, const char *subject, Kind *kind, GError **error)
{
  guint64 pid;

  *kind = kind_of (argument, &pid, error);
  if (*kind == IS_PROCESS)
    return heapsum_explanation_new_for_pid (pid, subject, common->options, error);
  if (*kind == IS_CORE_FILE)
    return heapsum_explanation_new_for_core (argument, subject, common->options, error);
  g_autoptr (HeapsumSnapshot) snapshot = *kind == IS_FILE ? heapsum_snapshot_load (argument, error) : NULL;
  return snapshot != NULL ? heapsum_explanation_new (snapshot, subject, error) : NULL;
}

static void
begin (const CliCommon *common, Bar *bar)
{
  *bar = (Bar){ .started = g_get_monotonic_time () };
  if (isatty (STDERR_FILENO) && !common->quiet)
    heapsum_options_set_progress (common->options, show_progress, bar);
}

static void
end (const CliCommon *common, Bar *bar)
{
  heapsum_options_set_progress (common->options, NULL, NULL);
  hide_progress (bar);
}

HeapsumSnapshot *
cli_open (const CliCommon *common, const char *argument, int *status)
{
  g_autoptr (GError) error = NULL;
  Bar bar;
  Kind kind;

  begin (common, &bar);
  HeapsumSnapshot *snapshot = open_any (common, argument, &kind, &error);
  end (common, &bar);
  if (snapshot == NULL)
    *status = cli_fail (error);
  else if (kind != IS_FILE && !common->quiet)
    report (snapshot);
  return snapshot;
}

HeapsumExplanation *
cli_explain_it (const CliCommon *common, const char *argument, const char *subject, int *status)
{
  g_autoptr (GError) error = NULL;
  Bar bar;
  Kind kind;

  begin (common, &bar);
  HeapsumExplanation *explanation = explain_any (common, argument, subject, &kind, &error);
  end (common, &bar);
  if (explanation == NULL)
    *status = cli_fail (error);
  return explanation;
}
