/* snapshot.c - heapsum snapshot: takes one; prints it or keeps it. */
#include "cli/cli.h"

static int
check (const CliCommon *common, HeapsumSummary *summary)
{
  int status = 0;

  for (guint i = 0; i < common->conditions->len; i++) {
    gint64 value;
    if (heapsum_condition_holds_for_summary (common->conditions->pdata[i], summary, &value)) {
      fprintf (stderr, "heapsum: %s holds: it is %" G_GINT64_FORMAT "\n",
               (char *)common->condition_texts->pdata[i], value);
      status = EXIT_HELD;
    }
  }
  return status;
}

/* Keeps or prints it, then holds the conditions against it. */
static int
show (const CliCommon *common, HeapsumSnapshot *snapshot, const char *output)
{
  g_autoptr (HeapsumSummary) summary = heapsum_snapshot_summarize (snapshot, common->filter);
  g_autoptr (GError) error = NULL;
  gboolean done;

  heapsum_summary_sort (summary, common->sort, common->ascending);
  if (output != NULL)
    done = heapsum_snapshot_save (snapshot, output, &error);
  else
    done = heapsum_print_summary (summary, &common->print, stdout, &error);
  return done ? check (common, summary) : cli_fail (error);
}

static int
run_summary (const CliCommand *command, char **output, int argc, char **argv)
{
  CliCommon common;
  gboolean evidence = FALSE;
  const GOptionEntry own[] = {
    { "evidence", 'e', 0, G_OPTION_ARG_NONE, &evidence, "also how sure the types are, by level", NULL },
    { output != NULL ? "output" : NULL, 'o', 0, G_OPTION_ARG_FILENAME, output,
      "keep the snapshot, do not print it", "FILE" },
    { 0 },
  };
  int status = cli_parse (command, CLI_TABLE, own, 15, &common, &argc, &argv);

  common.print.evidence = evidence;

  if (status < 0 && argc != 2)
    status = cli_usage (command, argc < 2 ? "an argument is missing" : "there are too many arguments");
  if (status < 0) {
    g_autoptr (HeapsumSnapshot) snapshot = cli_open (&common, argv[1], &status);
    if (snapshot != NULL)
      status = show (&common, snapshot, output != NULL ? *output : NULL);
  }
  cli_common_clear (&common);
  return status;
}

static int
run_snapshot_command (int argc, char **argv)
{
  g_autofree char *output = NULL;

  return run_summary (&cli_snapshot, &output, argc, argv);
}

static int
run_summary_command (int argc, char **argv)
{
  return run_summary (&cli_summary, NULL, argc, argv);
}

const CliCommand cli_snapshot = {
  "snapshot", "PID|CORE", "Take a snapshot: print which types fill the heap, or keep it.", run_snapshot_command,
};
const CliCommand cli_summary = {
  "summary", "FILE|PID|CORE", "Print which types fill the heap.", run_summary_command,
};
