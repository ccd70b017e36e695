/* test-vtable.c - C++ objects say themselves what they are: by RTTI, or where there is none by the vtable's symbol. */
#include "profiler/inference/inference.h"
#include "tests/support/victim.h"

#include <stdlib.h>

static HsTarget *
open_live (pid_t pid, HsDiag *diag)
{
  g_autoptr (GError) error = NULL;
  HsTarget *target = hs_target_open_live (pid, NULL, diag, &error);

  if (target == NULL) {
    g_printerr ("cannot trace here: %s\n", error->message);
    exit (77);
  }
  return target;
}

static void
check_object (const HsInference *inference, const HsHeap *heap, const char *class, HsAddr address)
{
  guint32 block = hs_blocks_at (heap->blocks, address);

  g_assert_cmpuint (block, !=, HS_NO_BLOCK);
  g_autofree char *name = hs_inference_name (inference, inference->label[block]);
  g_assert_cmpstr (name, ==, class);
  g_assert_cmpuint (hs_label_level (inference->label[block]), ==, HS_LEVEL_A);
  g_assert_cmpuint (hs_label_form (inference->label[block]), ==, HS_FORM_WHOLE);
}

static void
test_vtable (gconstpointer name)
{
  const HsTypesOptions options = { .no_cache = TRUE };
  g_autoptr (Victim) victim = victim_start (name, NULL);
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (HsTarget) target = open_live (victim->pid, diag);
  g_autoptr (HsModules) modules = hs_modules_new (target, NULL, diag);
  g_autoptr (HsTypes) types = hs_types_new (modules, &options, diag);
  g_autoptr (HsRoots) roots = hs_roots_new (modules, types, diag);
  g_autoptr (HsHeap) heap = hs_heap_new (target, diag, NULL);
  GHashTableIter iter;
  gpointer class;

  g_assert_nonnull (heap);
  HsInference *inference = hs_inference_new (target, heap, modules, types, roots, diag);
  g_assert_cmpuint (g_hash_table_size (victim->truth), ==, 3);
  g_hash_table_iter_init (&iter, victim->truth);
  while (g_hash_table_iter_next (&iter, &class, NULL))
    check_object (inference, heap, class, victim_truth (victim, class, 0));
  hs_inference_free (inference);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/vtable/rtti", "victim-vtable", test_vtable);
  g_test_add_data_func ("/vtable/symbols", "victim-vtable-plain", test_vtable);
  return g_test_run ();
}
