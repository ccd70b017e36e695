/* heapsum-options.h - how a snapshot is taken. */
#pragma once

#if !defined(HEAPSUM_INSIDE) && !defined(HEAPSUM_COMPILATION)
#error "Only <heapsum/heapsum.h> can be included directly."
#endif

#include <glib.h>
#include <heapsum/heapsum-macros.h>

G_BEGIN_DECLS

/**
 * HeapsumOptions:
 *
 * How a snapshot is taken. Every function that takes options also takes %NULL, for the defaults.
 */
typedef struct _HeapsumOptions HeapsumOptions;

/**
 * HeapsumProgressFunc:
 * @stage: (transfer none): what is being done, such as "copying memory"
 * @done: how much of it, in units of the stage
 * @total: of how much; 0 where that is not known
 * @user_data: as given to heapsum_options_set_progress()
 *
 * Called now and then from the calling thread while a snapshot is taken.
 */
typedef void (*HeapsumProgressFunc) (const char *stage, guint64 done, guint64 total, gpointer user_data);

/**
 * heapsum_options_new:
 *
 * Returns: (transfer full): the default options
 */
HEAPSUM_API HeapsumOptions *heapsum_options_new (void);

/**
 * heapsum_options_free:
 * @options: (transfer full): options
 */
HEAPSUM_API void heapsum_options_free (HeapsumOptions *options);

/**
 * heapsum_options_set_sysroot:
 * @options: options
 * @path: (nullable): directory under which a core's executables and libraries are looked for first
 */
HEAPSUM_API void heapsum_options_set_sysroot (HeapsumOptions *options, const char *path);

/**
 * heapsum_options_add_debug_dir:
 * @options: options
 * @path: directory with separate debug files, laid out as /usr/lib/debug is; searched before that
 */
HEAPSUM_API void heapsum_options_add_debug_dir (HeapsumOptions *options, const char *path);

/**
 * heapsum_options_set_debuginfod:
 * @options: options
 * @enabled: whether debuginfod-find(1) is asked for debug info that is not on this machine; it is by default where it
 *   is installed and the environment variable DEBUGINFOD_URLS is set
 */
HEAPSUM_API void heapsum_options_set_debuginfod (HeapsumOptions *options, gboolean enabled);

/**
 * heapsum_options_set_cache:
 * @options: options
 * @enabled: whether what debug info says is kept under XDG_CACHE_HOME, by build-id; it is by default
 */
HEAPSUM_API void heapsum_options_set_cache (HeapsumOptions *options, gboolean enabled);

/**
 * heapsum_options_set_threads:
 * @options: options
 * @n_threads: how many threads read debug info; 0, the default: one a processor
 */
HEAPSUM_API void heapsum_options_set_threads (HeapsumOptions *options, guint n_threads);

/**
 * heapsum_options_omit_evidence:
 * @options: options
 * @name: a source of evidence, as it begins #HeapsumBlock.how: "group"
 *
 * Leaves a source of evidence out, to measure what it is worth. Types are less well known without.
 *
 * Returns: %FALSE if there is no such source that can be left out
 */
HEAPSUM_API gboolean heapsum_options_omit_evidence (HeapsumOptions *options, const char *name);

/**
 * heapsum_options_set_progress:
 * @options: options
 * @func: (nullable): called now and then
 * @user_data: handed to @func
 */
HEAPSUM_API void heapsum_options_set_progress (HeapsumOptions *options, HeapsumProgressFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HeapsumOptions, heapsum_options_free)

G_END_DECLS
