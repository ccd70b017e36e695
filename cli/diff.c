/* diff.c - heapsum diff: what grew, what shrank. */
#include "cli/cli.h"

static int
check (const CliCommon *common, HeapsumDiff *diff)
{
  int status = 0;

  for (guint i = 0; i < common->conditions->len; i++) {
    gint64 value;
    if (heapsum_condition_holds_for_diff (common->conditions->pdata[i], diff, &value)) {
      fprintf (stderr, "heapsum: %s holds: the difference is %" G_GINT64_FORMAT "\n",
               (char *)common->condition_texts->pdata[i], value);
      status = EXIT_HELD;
    }
  }
  return status;
}

static int
diff_arguments (CliCommon *common, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status = 0;
  g_autoptr (HeapsumSnapshot) before = cli_open (common, argv[1], &status);
  if (before == NULL)
    return status;
  g_autoptr (HeapsumSnapshot) after = cli_open (common, argv[2], &status);
  if (after == NULL)
    return status;
  g_autoptr (HeapsumDiff) diff = heapsum_diff_new (before, after, common->filter);
  if (common->sort_given || common->ascending)
    heapsum_diff_sort (diff, common->sort_given ? common->sort : HEAPSUM_SORT_ABS, common->ascending);
  if (!heapsum_print_diff (diff, &common->print, stdout, &error))
    return cli_fail (error);
  return check (common, diff);
}

static int
run (int argc, char **argv)
{
  CliCommon common;
  gboolean wide = FALSE;
  const GOptionEntry own[] = {
    { "wide", 'w', 0, G_OPTION_ARG_NONE, &wide, "also how many objects are new, deleted, survived", NULL },
    { 0 },
  };
  int status = cli_parse (&cli_diff, CLI_TABLE, own, 15, &common, &argc, &argv);

  common.print.wide = wide;
  if (status < 0)
    status = argc == 3 ? diff_arguments (&common, argv)
                       : cli_usage (&cli_diff, argc < 3 ? "an argument is missing" : "there are too many arguments");
  cli_common_clear (&common);
  return status;
}

const CliCommand cli_diff = {
  "diff", "BEFORE AFTER", "Print what grew and what shrank; each a FILE, PID or CORE.", run,
};
