/* cli.h - what the subcommands share. The command line sees the public headers only: it proves that these suffice. */
#pragma once

#include <heapsum/heapsum.h>

enum { EXIT_HELD = 1, EXIT_USAGE = 2, EXIT_PERMISSION = 3, EXIT_TARGET = 4 };

typedef struct {
  const char *name;
  const char *arguments; /* for the usage line */
  const char *summary;   /* one line of the overview */
  int (*run) (int argc, char **argv);
} CliCommand;

extern const CliCommand cli_snapshot, cli_summary, cli_diff, cli_objects, cli_explain;

/* Which of the common options a subcommand has. */
typedef enum {
  CLI_TAKES_TARGET = 1 << 0, /* how a process or core is read */
  CLI_PRINTS = 1 << 1,       /* limit, sizes */
  CLI_SORTS = 1 << 2,
  CLI_FILTERS = 1 << 3,
  CLI_FAILS = 1 << 4,        /* --fail-if */
  CLI_FORMATS = 1 << 5,      /* format */
  CLI_COUNTS = 1 << 6,       /* rows are types: how untyped blocks are shown */
  CLI_TABLE = CLI_TAKES_TARGET | CLI_FORMATS | CLI_PRINTS | CLI_SORTS | CLI_FILTERS | CLI_COUNTS | CLI_FAILS,
} CliGroups;

/* The values of the common options. */
typedef struct {
  CliGroups groups;
  HeapsumOptions *options;
  HeapsumFilter *filter;
  HeapsumPrint print;
  HeapsumSort sort;
  gboolean ascending;
  gboolean sort_given;
  gboolean quiet;
  GPtrArray *conditions; /* HeapsumCondition */
  GPtrArray *condition_texts;
} CliCommon;

/* cli_parse: reads the options of @command: the common ones of @groups and @own (may be NULL), leaves other arguments
 * in @argv. Returns -1, or the exit status to end with at once. @limit: rows when --limit is not given. */
int cli_parse (const CliCommand *command, CliGroups groups, const GOptionEntry *own, guint limit, CliCommon *common,
               int *argc, char ***argv);
void cli_common_clear (CliCommon *common);

/* cli_open: (transfer full): the snapshot of a process, a core, or a file; reports on stderr. NULL: @status is set. */
HeapsumSnapshot *cli_open (const CliCommon *common, const char *argument, int *status);

/* cli_explain_it: (transfer full): why @subject, an address or a type, is what it is; reports on stderr. NULL: @status is set. */
HeapsumExplanation *cli_explain_it (const CliCommon *common, const char *argument, const char *subject, int *status);

/* cli_fail: reports @error and says with which status to end. */
int cli_fail (const GError *error);

/* cli_usage: reports a wrong use of @command; returns EXIT_USAGE. */
int cli_usage (const CliCommand *command, const char *format, ...) G_GNUC_PRINTF (2, 3);
