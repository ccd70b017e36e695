/* stages.c - what each stage of a snapshot costs: stages PID|CORE [memory]
 *
 * Prints a line a stage: its name, CPU seconds of all threads, and CPU nanoseconds a block. With "memory" also how many bytes
 * a block the inference takes at its peak, beyond what there was before; a thread that looks every millisecond sees it. */
#include "profiler/arenas/arenas.h"
#include "profiler/inference/inference.h"
#include "profiler/modules/modules.h"
#include "profiler/roots/roots.h"
#include "profiler/target/target.h"
#include "profiler/types/types.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double
cpu_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* Anonymous memory that is resident, bytes. */
static gint64
memory_now (void)
{
  g_autofree char *text = NULL;
  gint64 resident, shared;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) || sscanf (text, "%*d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, &resident, &shared) != 2)
    return 0;
  return (resident - shared) * 4096;
}

typedef struct {
  GThread *thread; /* NULL: nobody asked */
  int stop;
  gint64 before, most;
} Watch;

static gpointer
watch_run (gpointer data)
{
  Watch *self = data;

  for (; !g_atomic_int_get (&self->stop); g_usleep (1000))
    self->most = MAX (self->most, memory_now ());
  return NULL;
}

static void
watch_start (Watch *self)
{
  self->before = self->most = memory_now ();
  self->thread = g_thread_new ("watch", watch_run, self);
}

static void
watch_stop (Watch *self)
{
  g_atomic_int_set (&self->stop, 1);
  g_thread_join (self->thread);
}

typedef struct {
  const char *name;
  double cpu;
} Stage;

int
main (int argc, char **argv)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HsHeapQuiet) quiet = hs_heap_quiet_new ();
  HsTargetOptions options = { .quiet = hs_heap_quiet_hooks (quiet) };
  HsModuleOptions module_options = { 0 };
  HsTypesOptions types_options = { 0 };
  Stage stages[8];
  guint n = 0;
  double t = cpu_now ();

  Watch watch = { NULL, 0, 0, 0 };

  if (argc != 2 && argc != 3)
    return 2;
#define DONE(stage) stages[n++] = (Stage){ stage, cpu_now () - t }; t = cpu_now ()
  g_autoptr (HsTarget) target = g_ascii_isdigit (argv[1][0]) ? hs_target_open_live (atoi (argv[1]), &options, diag, &error)
                                                             : hs_target_open_core (argv[1], &options, diag, &error);
  if (target == NULL) {
    fprintf (stderr, "stages: %s\n", error->message);
    return 4;
  }
  DONE ("copy");
  g_autoptr (HsHeap) heap = hs_heap_new (target, diag, &error);
  if (heap == NULL) {
    fprintf (stderr, "stages: %s\n", error->message);
    return 4;
  }
  DONE ("walk");
  g_autoptr (HsHeap) again = hs_heap_new (target, diag, &error);
  DONE ("walk-again"); /* with the memory in its place: what the walk itself costs */
  g_autoptr (HsModules) modules = hs_modules_new (target, &module_options, diag);
  DONE ("modules");
  g_autoptr (HsTypes) types = hs_types_new (modules, &types_options, diag);
  DONE ("types");
  g_autoptr (HsRoots) roots = hs_roots_new (modules, types, diag);
  DONE ("roots");
  if (argc == 3)
    watch_start (&watch);
  g_autoptr (HsInference) inference = hs_inference_new (target, heap, modules, types, roots, diag);
  if (watch.thread != NULL)
    watch_stop (&watch);
  DONE ("inference");
  for (guint i = 0; i < n; i++)
    printf ("%s %.6f %.1f\n", stages[i].name, stages[i].cpu, stages[i].cpu * 1e9 / MAX (1, heap->blocks->n));
  printf ("blocks %u\npause-us %" G_GINT64_FORMAT "\nimage-bytes %" G_GUINT64_FORMAT "\nmodules-cached %u of %u\n",
          heap->blocks->n, target->pause_us, target->image->n_bytes, types->n_cached, types->n_read);
  if (watch.thread != NULL)
    printf ("inference-memory %.1f\n", (double)(watch.most - watch.before) / MAX (1, heap->blocks->n));
  return 0;
}
