/* sampler.c - the one way through the house: target, modules, types, roots, arenas, inference, snapshot. */
#include "profiler/arenas/arenas.h"
#include "profiler/explain.h"
#include "profiler/inference/inference.h"
#include "profiler/modules/modules.h"
#include "profiler/options-private.h"
#include "profiler/roots/roots.h"
#include "profiler/target/target.h"
#include "profiler/types/types.h"
#include "summary/snapshot-private.h"

/* A process without threads takes no lock in malloc: a stop in the middle of it shows in the walk only. */
#define TRIES 3

typedef struct {
  const HeapsumOptions *options;
  HsDiag *diag;
  HsTarget *target;
  HsHeap *heap;
  HsModules *modules;
  HsTypes *types;
  HsRoots *roots;
  HsInference *inference;
} Sampler;

static void
sampler_clear (Sampler *self)
{
  g_clear_pointer (&self->inference, hs_inference_free);
  g_clear_pointer (&self->roots, hs_roots_unref);
  g_clear_pointer (&self->types, hs_types_unref);
  g_clear_pointer (&self->modules, hs_modules_unref);
  g_clear_pointer (&self->heap, hs_heap_unref);
  g_clear_pointer (&self->target, hs_target_unref);
  g_clear_pointer (&self->diag, hs_diag_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sampler, sampler_clear)

/* --- progress --- */

static void
progress (const HeapsumOptions *options, const char *stage, guint64 done, guint64 total)
{
  if (options != NULL && options->progress != NULL)
    options->progress (stage, done, total, options->progress_data);
}

static void
copy_progress (gpointer data, guint64 done, guint64 total)
{
  progress (data, "copying memory", done, total);
}

static void
types_progress (gpointer data, guint64 done, guint64 total)
{
  progress (data, "reading debug info", done, total);
}

/* --- taking --- */

static gboolean
open_pid (Sampler *self, pid_t pid, GError **error)
{
  for (guint try = 1; ; try++) {
    g_autoptr (HsHeapQuiet) quiet = hs_heap_quiet_new ();
    HsTargetOptions options = { .quiet = hs_heap_quiet_hooks (quiet), .progress = copy_progress,
                                .progress_data = (gpointer)self->options };
    g_clear_pointer (&self->heap, hs_heap_unref);
    g_clear_pointer (&self->target, hs_target_unref);
    g_clear_pointer (&self->diag, hs_diag_unref);
    self->diag = hs_diag_new ();
    self->target = hs_target_open_live (pid, &options, self->diag, error);
    if (self->target == NULL)
      return FALSE;
    progress (self->options, "walking the heap", 0, 0);
    self->heap = hs_heap_new (self->target, self->diag, error);
    if (self->heap == NULL || self->heap->damage == 0 || try == TRIES)
      return self->heap != NULL;
  }
}

static gboolean
open_core (Sampler *self, const char *path, GError **error)
{
  HsTargetOptions options = { .sysroot = self->options != NULL ? self->options->sysroot : NULL,
                              .progress = copy_progress, .progress_data = (gpointer)self->options };

  self->diag = hs_diag_new ();
  self->target = hs_target_open_core (path, &options, self->diag, error);
  if (self->target == NULL)
    return FALSE;
  progress (self->options, "walking the heap", 0, 0);
  self->heap = hs_heap_new (self->target, self->diag, error);
  return self->heap != NULL;
}

/* Another malloc than glibc's may be in place; what it keeps to itself is not seen. */
static void
look_for_other_malloc (const Sampler *self)
{
  for (guint i = 0; i < self->modules->modules->len; i++) {
    HsModule *module = hs_modules_get (self->modules, i);
    gboolean is_libc = g_str_has_prefix (module->name, "libc.") || g_str_has_prefix (module->name, "libc-")
                       || g_str_has_prefix (module->name, "ld-") || g_str_has_prefix (module->name, "ld.");
    if (!is_libc && hs_module_symbol (module, "malloc") != 0 && hs_module_symbol (module, "__libc_malloc") == 0)
      hs_diag_add (self->diag, "heap", "malloc is that of %s: blocks it does not get from glibc's are not seen", module->name);
  }
}

static void
analyse (Sampler *self)
{
  const HeapsumOptions *options = self->options;
  HsModuleOptions module_options = { .debuginfod = options == NULL || options->debuginfod };
  HsTypesOptions types_options = { .no_cache = options != NULL && !options->cache,
                                   .n_threads = options != NULL ? options->n_threads : 0,
                                   .progress = types_progress, .progress_data = (gpointer)options };
  g_autoptr (GPtrArray) dirs = g_ptr_array_new ();

  for (guint i = 0; options != NULL && i < options->debug_dirs->len; i++)
    g_ptr_array_add (dirs, options->debug_dirs->pdata[i]);
  g_ptr_array_add (dirs, NULL);
  module_options.debug_dirs = (const char *const *)dirs->pdata;
  self->modules = hs_modules_new (self->target, &module_options, self->diag);
  look_for_other_malloc (self);
  self->types = hs_types_new (self->modules, &types_options, self->diag);
  progress (options, "reading variables", 0, 0);
  self->roots = hs_roots_new (self->modules, self->types, self->diag);
  progress (options, "naming blocks", 0, 0);
  self->inference = hs_inference_new_without (self->target, self->heap, self->modules, self->types, self->roots, self->diag,
                                              options != NULL ? options->without : 0);
}

/* --- result --- */

static void
add_target_facts (const Sampler *self, HsSnapshotBuilder *builder)
{
  const HsTarget *target = self->target;
  gboolean live = target->kind == HS_TARGET_LIVE;

  hs_snapshot_builder_fact (builder, "kind", g_variant_new_string (live ? "process" : "core"));
  hs_snapshot_builder_fact (builder, "pid", g_variant_new_int64 (target->pid));
  if (target->comm != NULL)
    hs_snapshot_builder_fact (builder, "command", g_variant_new_take_string (g_utf8_make_valid (target->comm, -1)));
  if (target->executable != NULL)
    hs_snapshot_builder_fact (builder, "executable",
                              g_variant_new_take_string (g_utf8_make_valid (target->executable, -1)));
  hs_snapshot_builder_fact (builder, "taken", g_variant_new_int64 (g_get_real_time () / G_USEC_PER_SEC));
  hs_snapshot_builder_fact (builder, "threads", g_variant_new_int64 (target->threads->len));
  hs_snapshot_builder_fact (builder, "image-bytes", g_variant_new_uint64 (target->image->n_bytes));
  if (live) {
    hs_snapshot_builder_fact (builder, "pause-us", g_variant_new_int64 (target->pause_us));
    hs_snapshot_builder_fact (builder, "stops", g_variant_new_int64 (target->stops));
  } else
    hs_snapshot_builder_fact (builder, "truncated", g_variant_new_boolean (target->truncated));
}

static void
add_heap_facts (const Sampler *self, HsSnapshotBuilder *builder)
{
  guint64 damage = self->heap->damage;

  hs_snapshot_builder_fact (builder, "allocator", g_variant_new_string (self->heap->version));
  hs_snapshot_builder_fact (builder, "arenas",
                            g_variant_new_int64 (self->heap->arenas->len - (self->heap->arenas->len > 0)));
  hs_snapshot_builder_fact (builder, "heap-damage", g_variant_new_uint64 (damage));
}

/* How much of the code has debug info: the share that names can be expected for. */
static void
add_module_facts (const Sampler *self, HsSnapshotBuilder *builder)
{
  guint64 with = 0, all = 0;
  guint n_with = 0;

  for (guint i = 0; i < self->modules->modules->len; i++) {
    const HsModule *module = hs_modules_get (self->modules, i);
    all += module->text_bytes;
    with += module->debug != NULL ? module->text_bytes : 0;
    n_with += module->debug != NULL;
    if (module->is_main && module->build_id != NULL)
      hs_snapshot_builder_fact (builder, "build-id", g_variant_new_string (module->build_id));
  }
  hs_snapshot_builder_fact (builder, "modules", g_variant_new_int64 (self->modules->modules->len));
  hs_snapshot_builder_fact (builder, "modules-with-debug-info", g_variant_new_int64 (n_with));
  hs_snapshot_builder_fact (builder, "code-with-debug-info-percent",
                            g_variant_new_int64 (all != 0 ? 100 * with / all : 0));
}

/* Label -> number of its name in the snapshot, so that a name is made once and not for every block. */
typedef struct {
  const HsInference *inference;
  HsSnapshotBuilder *builder;
  GHashTable *types;
  guint32 *reasons;
} Names;

static guint32
type_number (Names *self, HsLabel label)
{
  HsForm form = hs_label_form (label) == HS_FORM_ARRAY ? HS_FORM_ARRAY : HS_FORM_WHOLE;
  HsLabel key = hs_label (hs_label_type (label), form, 1, 0);
  gpointer number = g_hash_table_lookup (self->types, GUINT_TO_POINTER (key));

  if (number == NULL) {
    g_autofree char *name = hs_inference_name (self->inference, key);
    number = GUINT_TO_POINTER (hs_snapshot_builder_type (self->builder, name));
    g_hash_table_insert (self->types, GUINT_TO_POINTER (key), number);
  }
  return GPOINTER_TO_UINT (number);
}

static guint32
reason_number (Names *self, guint32 reason)
{
  if (self->reasons[reason] == 0 && reason != 0) {
    g_autofree char *how = hs_inference_how (self->inference, reason);
    self->reasons[reason] = hs_snapshot_builder_reason (self->builder, how);
  }
  return self->reasons[reason];
}

static void
add_blocks (const Sampler *self, HsSnapshotBuilder *builder)
{
  const HsInference *inference = self->inference;
  const HsBlocks *blocks = self->heap->blocks;
  g_autoptr (GHashTable) types = g_hash_table_new (NULL, NULL);
  g_autofree guint32 *reasons = g_new0 (guint32, hs_reasons_count (inference->reasons));
  Names names = { inference, builder, types, reasons };

  for (guint32 i = 0; i < blocks->n; i++) {
    HsLabel label = inference->label[i];
    /* HsLevel and HeapsumLevel have the same order. */
    guint32 type = hs_label_level (label) != HS_LEVEL_NONE ? type_number (&names, label) : 0;
    hs_snapshot_builder_add (builder, blocks->address[i], hs_blocks_size (blocks, i), type,
                             type != 0 ? (HeapsumLevel)hs_label_level (label) : HEAPSUM_LEVEL_NONE,
                             reason_number (&names, inference->reason[i]));
  }
}

static HeapsumSnapshot *
finish (Sampler *self)
{
  HsSnapshotBuilder *builder = hs_snapshot_builder_new (self->heap->blocks->n);

  add_target_facts (self, builder);
  add_heap_facts (self, builder);
  add_module_facts (self, builder);
  add_blocks (self, builder);
  if (self->inference->n_conflicts > 0)
    hs_diag_add (self->diag, "types", "equally good evidence disagrees: blocks shown as guesses for that: %" G_GUINT64_FORMAT,
                 self->inference->n_conflicts);
  if (self->inference->n_refuted > 0)
    hs_diag_add (self->diag, "types", "blocks whose contents speak against a pointer to them: %" G_GUINT64_FORMAT,
                 self->inference->n_refuted);
  g_auto (GStrv) lines = hs_diag_lines (self->diag);
  for (guint i = 0; lines[i] != NULL; i++)
    hs_snapshot_builder_diagnostic (builder, lines[i]);
  return hs_snapshot_builder_end (builder);
}

HeapsumSnapshot *
heapsum_snapshot_new_for_pid (pid_t pid, const HeapsumOptions *options, GError **error)
{
  g_return_val_if_fail (pid > 0, NULL);
  g_auto (Sampler) sampler = { .options = options };

  if (!open_pid (&sampler, pid, error))
    return NULL;
  analyse (&sampler);
  return finish (&sampler);
}

HeapsumSnapshot *
heapsum_snapshot_new_for_core (const char *path, const HeapsumOptions *options, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_auto (Sampler) sampler = { .options = options };

  if (!open_core (&sampler, path, error))
    return NULL;
  analyse (&sampler);
  return finish (&sampler);
}

/* --- explanations --- */

static HeapsumExplanation *
explain (Sampler *self, const char *subject, GError **error)
{
  HsEvidence evidence = { self->target, self->heap, self->modules, self->types, self->roots, self->inference };
  g_autoptr (HeapsumSnapshot) snapshot = finish (self);
  g_auto (HsSubject) what = { 0 };
  HsAddr address;

  if (!hs_subject_init (&what, snapshot, subject, error)) {
    if (hs_subject_address (subject, &address)) {
      g_autofree char *where = hs_explain_address (&evidence, address);
      g_prefix_error (error, "%s: ", where);
    }
    return NULL;
  }
  HeapsumExplanation *explanation = hs_explanation_new (snapshot, &what);
  hs_explain (&evidence, &what, explanation);
  return explanation;
}

HeapsumExplanation *
heapsum_explanation_new_for_pid (pid_t pid, const char *subject, const HeapsumOptions *options, GError **error)
{
  g_return_val_if_fail (pid > 0 && subject != NULL, NULL);
  g_auto (Sampler) sampler = { .options = options };

  if (!open_pid (&sampler, pid, error))
    return NULL;
  analyse (&sampler);
  return explain (&sampler, subject, error);
}

HeapsumExplanation *
heapsum_explanation_new_for_core (const char *path, const char *subject, const HeapsumOptions *options, GError **error)
{
  g_return_val_if_fail (path != NULL && subject != NULL, NULL);
  g_auto (Sampler) sampler = { .options = options };

  if (!open_core (&sampler, path, error))
    return NULL;
  analyse (&sampler);
  return explain (&sampler, subject, error);
}
