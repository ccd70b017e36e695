/* victim.c - see victim.h. */
#include "tests/support/victim.h"

#include <glib/gstdio.h>

char *
victim_line (Victim *self)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line_utf8 (self->out, NULL, NULL, &error);

  g_assert_no_error (error);
  return line;
}

static void
read_truth (Victim *self)
{
  while (TRUE) {
    g_autofree char *line = victim_line (self);
    if (line == NULL)
      g_error ("the victim ended before it said that it is ready");
    if (strcmp (line, "ready") == 0)
      return;
    char **words = g_strsplit (line, " ", -1);
    g_hash_table_replace (self->truth, g_strdup (words[0]), words);
  }
}

/* For the next victims: setting the variable in this process would race with the threads of GLib. */
static const char *tunables;

void
victim_set_tunables (const char *value)
{
  tunables = value;
}

Victim *
victim_start (const char *name, ...)
{
  Victim *self = g_new0 (Victim, 1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, "..", "victims", name, NULL);
  g_autoptr (GError) error = NULL;
  const char *arg;
  va_list args;

  const char *root = g_getenv ("HEAPSUM_TEST_CHROOT");
  if (root != NULL) {
    g_free (path);
    path = g_build_filename ("/victims", name, NULL);
    g_ptr_array_add (argv, (gpointer)"chroot");
    g_ptr_array_add (argv, (gpointer)root);
  }
  g_ptr_array_add (argv, path);
  va_start (args, name);
  while ((arg = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer)arg);
  va_end (args);
  g_ptr_array_add (argv, NULL);
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  if (tunables != NULL)
    g_subprocess_launcher_setenv (launcher, "GLIBC_TUNABLES", tunables, TRUE);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *)argv->pdata, &error);
  g_assert_no_error (error);
  self->pid = (pid_t)atoi (g_subprocess_get_identifier (self->process));
  self->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  self->in = g_subprocess_get_stdin_pipe (self->process);
  self->truth = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
  read_truth (self);
  return self;
}

void
victim_free (Victim *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->out);
  g_object_unref (self->process);
  g_hash_table_unref (self->truth);
  g_free (self);
}

guint64
victim_truth (const Victim *self, const char *name, guint i)
{
  char **words = g_hash_table_lookup (self->truth, name);

  g_assert_nonnull (words);
  g_assert_cmpuint (i + 1, <, g_strv_length (words));
  return g_ascii_strtoull (words[i + 1], NULL, 0);
}

void
victim_tell (Victim *self, const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (self->in, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_flush (self->in, NULL, &error);
  g_assert_no_error (error);
}

char *
victim_ask (Victim *self, const char *line)
{
  victim_tell (self, line);
  return victim_line (self);
}

char *
victim_core (Victim *self)
{
  g_autofree char *dir = g_dir_make_tmp ("heapsum-core-XXXXXX", NULL), *base = g_build_filename (dir, "core", NULL);
  g_autofree char *program = g_find_program_in_path ("gcore"), *gdb = g_find_program_in_path ("gdb");
  g_autoptr (GSubprocess) gcore = NULL;
  char *path = g_strdup_printf ("%s.%d", base, (int)self->pid);

  if (program != NULL && gdb != NULL)
    gcore = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, program,
                              "-o", base, g_subprocess_get_identifier (self->process), NULL);
  if (gcore != NULL && g_subprocess_wait_check (gcore, NULL, NULL) && g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_rmdir (dir);
  g_free (path);
  return NULL;
}

void
victim_remove_core (char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (dir);
  g_free (path);
}
