/* options.c - the options that several subcommands have, with one meaning. */
#include "cli/cli.h"
#include "config.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Sets "'VALUE' ADVICE". */
static gboolean
fail (GError **error, const char *value, const char *advice)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "'%s' %s", value, advice);
  return FALSE;
}

static gboolean
parse_format (const char *name, const char *value, gpointer data, GError **error)
{
  CliCommon *common = data;

  if (!g_strv_contains (heapsum_format_names (), value)) {
    g_autofree char *known = g_strjoinv (", ", (char **)heapsum_format_names ());
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "there is no format '%s': use one of %s", value,
                 known);
    return FALSE;
  }
  for (const char *const *known = heapsum_format_names (); *known != NULL; known++)
    if (strcmp (*known, value) == 0)
      common->print.format = *known;
  return TRUE;
}

static gboolean
parse_sort (const char *name, const char *value, gpointer data, GError **error)
{
  static const char *const names[] = { "size", "count", "type", "abs" };
  CliCommon *common = data;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (value, names[i]) == 0) {
      common->sort = i;
      common->sort_given = TRUE;
      return TRUE;
    }
  return fail (error, value, "is nothing to sort by: use size, count, type or abs");
}

static gboolean
parse_order (const char *name, const char *value, gpointer data, GError **error)
{
  CliCommon *common = data;

  if (g_str_has_prefix ("ascending", value) && *value != 0)
    common->ascending = TRUE;
  else if (g_str_has_prefix ("descending", value) && *value != 0)
    common->ascending = FALSE;
  else
    return fail (error, value, "is no order: use ascending or descending");
  return TRUE;
}

/* A size such as 64, 1k, 8M; the end of it in @end. */
static gboolean
parse_size (const char *text, guint64 *size, const char **end)
{
  static const char units[] = "KMGT";
  char *stop;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  *size = g_ascii_strtoull (text, &stop, 10);
  const char *unit = *stop != 0 ? strchr (units, g_ascii_toupper (*stop)) : NULL;
  if (unit != NULL) {
    guint shift = 10 * (guint)(unit - units + 1);
    if (*size > G_MAXUINT64 >> shift)
      return FALSE;
    *size <<= shift;
    stop++;
  }
  *end = stop;
  return TRUE;
}

static gboolean
parse_size_range (const char *name, const char *value, gpointer data, GError **error)
{
  CliCommon *common = data;
  guint64 least = 0, most = G_MAXUINT64;
  const char *at = value;
  gboolean good = *at == '-' || parse_size (at, &least, &at);

  if (good && *at == '-')
    good = at[1] == 0 ? (at++, TRUE) : parse_size (at + 1, &most, &at);
  else
    most = least;
  if (!good || *at != 0 || least > most || strcmp (value, "-") == 0)
    return fail (error, value, "is no range of sizes: write MIN-MAX, MIN- or -MAX, such as 1k-8k");
  heapsum_filter_set_size (common->filter, least, most);
  return TRUE;
}

static gboolean
parse_type (const char *name, const char *value, gpointer data, GError **error)
{
  heapsum_filter_add_type (((CliCommon *)data)->filter, value);
  return TRUE;
}

static gboolean
parse_ignore (const char *name, const char *value, gpointer data, GError **error)
{
  heapsum_filter_add_ignore (((CliCommon *)data)->filter, value);
  return TRUE;
}

static gboolean
parse_strict (const char *name, const char *value, gpointer data, GError **error)
{
  heapsum_filter_set_level (((CliCommon *)data)->filter, HEAPSUM_LEVEL_B);
  return TRUE;
}

static gboolean
parse_untyped (const char *name, const char *value, gpointer data, GError **error)
{
  static const char *const names[] = { "one", "top", "all" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (value, names[i]) == 0) {
      ((CliCommon *)data)->print.untyped = HEAPSUM_UNTYPED_ONE + i;
      return TRUE;
    }
  return fail (error, value, "is no way to show what is untyped: use one, top or all");
}

static gboolean
parse_condition (const char *name, const char *value, gpointer data, GError **error)
{
  CliCommon *common = data;
  HeapsumCondition *condition = heapsum_condition_new (value, error);

  if (condition == NULL)
    return FALSE;
  g_ptr_array_add (common->conditions, condition);
  g_ptr_array_add (common->condition_texts, g_strdup (value));
  return TRUE;
}

static gboolean
parse_limit (const char *name, const char *value, gpointer data, GError **error)
{
  guint64 limit;

  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT - 1, &limit, NULL))
    return fail (error, value, "is no number of rows: write 0 for all");
  ((CliCommon *)data)->print.limit = limit;
  return TRUE;
}

static gboolean
parse_debug_dir (const char *name, const char *value, gpointer data, GError **error)
{
  heapsum_options_add_debug_dir (((CliCommon *)data)->options, value);
  return TRUE;
}

static gboolean
parse_sysroot (const char *name, const char *value, gpointer data, GError **error)
{
  heapsum_options_set_sysroot (((CliCommon *)data)->options, value);
  return TRUE;
}

static gboolean
parse_no_cache (const char *name, const char *value, gpointer data, GError **error)
{
  heapsum_options_set_cache (((CliCommon *)data)->options, FALSE);
  return TRUE;
}

static gboolean
parse_no_debuginfod (const char *name, const char *value, gpointer data, GError **error)
{
  heapsum_options_set_debuginfod (((CliCommon *)data)->options, FALSE);
  return TRUE;
}

static gboolean
parse_quiet (const char *name, const char *value, gpointer data, GError **error)
{
  ((CliCommon *)data)->quiet = TRUE;
  return TRUE;
}

static gboolean
parse_bytes (const char *name, const char *value, gpointer data, GError **error)
{
  ((CliCommon *)data)->print.raw = TRUE;
  return TRUE;
}

#define CALLBACK(function) G_OPTION_ARG_CALLBACK, (gpointer)(function)

static const struct {
  CliGroups group;
  GOptionEntry entry;
} entries[] = {
  { CLI_FORMATS, { "format", 'f', 0, CALLBACK (parse_format), "text, json, csv or tsv", "NAME" } },
  { CLI_PRINTS, { "limit", 'n', 0, CALLBACK (parse_limit), "rows at most; 0: all", "N" } },
  { CLI_PRINTS, { "bytes", 'b', G_OPTION_FLAG_NO_ARG, CALLBACK (parse_bytes), "sizes as integers", NULL } },
  { CLI_SORTS, { "sort", 's', 0, CALLBACK (parse_sort), "size, count, type or abs", "KEY" } },
  { CLI_SORTS, { "order", 0, 0, CALLBACK (parse_order), "ascending or descending", "ORDER" } },
  { CLI_FILTERS, { "type", 't', 0, CALLBACK (parse_type), "only types that match", "GLOB" } },
  { CLI_FILTERS, { "ignore", 'i', 0, CALLBACK (parse_ignore), "no types that match", "GLOB" } },
  { CLI_FILTERS, { "size", 0, 0, CALLBACK (parse_size_range), "only blocks of this size", "MIN-MAX" } },
  { CLI_FILTERS, { "strict", 0, G_OPTION_FLAG_NO_ARG, CALLBACK (parse_strict),
                   "types proven at level A or B only", NULL } },
  { CLI_COUNTS, { "untyped", 'u', 0, CALLBACK (parse_untyped), "by place: one, top or all", "WHICH" } },
  { CLI_FAILS, { "fail-if", 0, 0, CALLBACK (parse_condition), "end with 1 if TYPE:count>N holds", "COND" } },
  { CLI_TAKES_TARGET, { "debug-dir", 0, 0, CALLBACK (parse_debug_dir), "where debug files are", "DIR" } },
  { CLI_TAKES_TARGET, { "sysroot", 0, 0, CALLBACK (parse_sysroot), "where a core's files are", "DIR" } },
  { CLI_TAKES_TARGET, { "no-cache", 0, G_OPTION_FLAG_NO_ARG, CALLBACK (parse_no_cache),
                        "read debug info anew", NULL } },
  { CLI_TAKES_TARGET, { "no-debuginfod", 0, G_OPTION_FLAG_NO_ARG, CALLBACK (parse_no_debuginfod),
                        "no debug info from servers", NULL } },
  { CLI_TAKES_TARGET, { "quiet", 'q', G_OPTION_FLAG_NO_ARG, CALLBACK (parse_quiet), "only errors on stderr", NULL } },
};

static GOptionGroup *
common_group (CliGroups groups, CliCommon *common)
{
  GOptionGroup *group = g_option_group_new ("common", "", "", common, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    if (entries[i].group & groups) {
      const GOptionEntry one[] = { entries[i].entry, { 0 } };
      g_option_group_add_entries (group, one);
    }
  return group;
}

/* Colours and a width only where a person reads. */
static void
look_at_terminal (HeapsumPrint *print)
{
  struct winsize size;
  const char *no_colour = g_getenv ("NO_COLOR");

  if (!isatty (STDOUT_FILENO) || g_strcmp0 (g_getenv ("TERM"), "dumb") == 0)
    return;
  print->colour = no_colour == NULL || *no_colour == 0;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    print->width = size.ws_col;
}

static void
free_condition (gpointer condition)
{
  heapsum_condition_free (condition);
}

static void
common_init (CliCommon *common, CliGroups groups, guint limit)
{
  *common = (CliCommon){ .groups = groups };
  common->options = heapsum_options_new ();
  common->filter = heapsum_filter_new ();
  common->conditions = g_ptr_array_new_with_free_func (free_condition);
  common->condition_texts = g_ptr_array_new_with_free_func (g_free);
  common->print.limit = limit;
  look_at_terminal (&common->print);
}

void
cli_common_clear (CliCommon *common)
{
  g_clear_pointer (&common->options, heapsum_options_free);
  g_clear_pointer (&common->filter, heapsum_filter_free);
  g_clear_pointer (&common->conditions, g_ptr_array_unref);
  g_clear_pointer (&common->condition_texts, g_ptr_array_unref);
}

int
cli_parse (const CliCommand *command, CliGroups groups, const GOptionEntry *own, guint limit, CliCommon *common,
           int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (command->arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_strconcat ("heapsum ", command->name, NULL);
  gboolean help = FALSE;
  const GOptionEntry help_entry[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "show this help", NULL }, { 0 } };

  common_init (common, groups, limit);
  g_set_prgname (program);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_main_group (context, common_group (groups, common));
  if (own != NULL)
    g_option_context_add_main_entries (context, own, NULL);
  g_option_context_add_main_entries (context, help_entry, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    return cli_usage (command, "%s", error->message);
  if (help) {
    g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);
    fputs (text, stdout);
    return 0;
  }
  return -1;
}
