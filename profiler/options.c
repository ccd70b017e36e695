/* options.c - see heapsum-options.h. */
#include "profiler/inference/inference.h"
#include "profiler/options-private.h"

HeapsumOptions *
heapsum_options_new (void)
{
  HeapsumOptions *options = g_new0 (HeapsumOptions, 1);

  options->debug_dirs = g_ptr_array_new_with_free_func (g_free);
  options->debuginfod = TRUE;
  options->cache = TRUE;
  return options;
}

void
heapsum_options_free (HeapsumOptions *options)
{
  g_return_if_fail (options != NULL);
  g_free (options->sysroot);
  g_ptr_array_unref (options->debug_dirs);
  g_free (options);
}

void
heapsum_options_set_sysroot (HeapsumOptions *options, const char *path)
{
  g_return_if_fail (options != NULL);
  g_free (options->sysroot);
  options->sysroot = g_strdup (path);
}

void
heapsum_options_add_debug_dir (HeapsumOptions *options, const char *path)
{
  g_return_if_fail (options != NULL && path != NULL);
  g_ptr_array_add (options->debug_dirs, g_strdup (path));
}

void
heapsum_options_set_debuginfod (HeapsumOptions *options, gboolean enabled)
{
  g_return_if_fail (options != NULL);
  options->debuginfod = enabled;
}

void
heapsum_options_set_cache (HeapsumOptions *options, gboolean enabled)
{
  g_return_if_fail (options != NULL);
  options->cache = enabled;
}

void
heapsum_options_set_threads (HeapsumOptions *options, guint n_threads)
{
  g_return_if_fail (options != NULL);
  options->n_threads = n_threads;
}

gboolean
heapsum_options_omit_evidence (HeapsumOptions *options, const char *name)
{
  g_return_val_if_fail (options != NULL && name != NULL, FALSE);
  guint32 source = hs_inference_source (name);

  options->without |= source;
  return source != 0;
}

void
heapsum_options_set_progress (HeapsumOptions *options, HeapsumProgressFunc func, gpointer user_data)
{
  g_return_if_fail (options != NULL);
  options->progress = func;
  options->progress_data = user_data;
}
