/* explain.c - heapsum explain: why a block has its type. */
#include "cli/cli.h"

static int
print_explanation (const CliCommon *common, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status = 0;
  g_autoptr (HeapsumExplanation) explanation = cli_explain_it (common, argv[1], argv[2], &status);

  if (explanation == NULL)
    return status;
  return heapsum_print_explanation (explanation, &common->print, stdout, &error) ? 0 : cli_fail (error);
}

static int
run (int argc, char **argv)
{
  CliCommon common;
  int status = cli_parse (&cli_explain, CLI_TAKES_TARGET | CLI_FORMATS, NULL, 0, &common, &argc, &argv);

  if (status < 0)
    status = argc == 3 ? print_explanation (&common, argv)
                       : cli_usage (&cli_explain, argc < 3 ? "an argument is missing" : "there are too many arguments");
  cli_common_clear (&common);
  return status;
}

const CliCommand cli_explain = {
  "explain", "FILE|PID|CORE ADDRESS|TYPE", "Print why a block, or all blocks of a type, have that type.", run,
};
