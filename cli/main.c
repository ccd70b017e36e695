/* main.c - the table of subcommands. */
#include "cli/cli.h"
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const CliCommand *const commands[] = { &cli_snapshot, &cli_summary, &cli_diff, &cli_objects, &cli_explain };

static void
print_overview (FILE *out)
{
  fputs ("Usage: heapsum COMMAND [OPTION...] ARGUMENT...\n\n"
         "Says which types fill the heap of a native program, and what grew. An argument\n"
         "is a process id, a core, or a snapshot that \"heapsum snapshot -o\" wrote.\n\nCommands:\n", out);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
  fputs ("\n\"heapsum COMMAND --help\" says more, and so does heapsum(1).\n", out);
}

/* A file that is mapped may shrink while it is read: say so instead of dying with a signal. */
static void
on_bus_error (int number)
{
  static const char message[] = "heapsum: a file shrank while it was read\n";

  (void)!write (STDERR_FILENO, message, sizeof message - 1);
  _exit (EXIT_TARGET);
}

int
main (int argc, char **argv)
{
  const struct sigaction action = { .sa_handler = on_bus_error };

  setlocale (LC_ALL, "");
  sigaction (SIGBUS, &action, NULL);
  if (argc < 2) {
    print_overview (stderr);
    return EXIT_USAGE;
  }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0) {
    print_overview (stdout);
    return 0;
  }
  if (strcmp (argv[1], "--version") == 0) {
    printf ("heapsum %s\n", PACKAGE_VERSION);
    return 0;
  }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i]->name) == 0)
      return commands[i]->run (argc - 1, argv + 1);
  fprintf (stderr, "heapsum: there is no command '%s'; \"heapsum --help\" lists them\n", argv[1]);
  return EXIT_USAGE;
}
