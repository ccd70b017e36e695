/* objects.c - heapsum objects: every block. */
#include "cli/cli.h"

static int
print_objects (CliCommon *common, const char *argument)
{
  g_autoptr (GError) error = NULL;
  int status = 0;
  g_autoptr (HeapsumSnapshot) snapshot = cli_open (common, argument, &status);

  if (snapshot == NULL)
    return status;
  return heapsum_print_objects (snapshot, common->filter, &common->print, stdout, &error) ? 0 : cli_fail (error);
}

/* -1, or the status to end with. */
static int
leave_out (const CliCommon *common, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, ",", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (!heapsum_options_omit_evidence (common->options, list[i]))
      return cli_usage (&cli_objects, "there is no evidence '%s' that can be left out", list[i]);
  return -1;
}

static int
run (int argc, char **argv)
{
  CliCommon common;
  g_autofree char *without = NULL;
  const GOptionEntry own[] = {
    { "without-evidence", 0, 0, G_OPTION_ARG_STRING, &without, "leave these out, to see their worth", "NAME,..." },
    { 0 },
  };
  int status = cli_parse (&cli_objects, CLI_TAKES_TARGET | CLI_FORMATS | CLI_PRINTS | CLI_FILTERS, own, G_MAXUINT, &common,
                          &argc, &argv);

  /* People read the first few, programs all. */
  if (common.print.limit == G_MAXUINT)
    common.print.limit = common.print.format == NULL || g_str_equal (common.print.format, "text") ? 15 : 0;
  if (status < 0 && without != NULL)
    status = leave_out (&common, without);
  if (status < 0)
    status = argc == 2 ? print_objects (&common, argv[1])
                       : cli_usage (&cli_objects, argc < 2 ? "an argument is missing" : "there are too many arguments");
  cli_common_clear (&common);
  return status;
}

const CliCommand cli_objects = {
  "objects", "FILE|PID|CORE", "Print every block: address, size, type, level and how it is known.", run,
};
