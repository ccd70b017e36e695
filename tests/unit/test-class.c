/* test-class.c - objects that point to their class, or that functions take; nothing else tells what they are. */
#include "profiler/inference/inference.h"
#include "tests/support/victim.h"

#include <stdlib.h>

typedef struct {
  const char *key;  /* in the victim's truth */
  const char *type;
  HsForm form;
  guint n;
} Expected;

static const Expected CLASSES[] = {
  { "number", "struct number", HS_FORM_WHOLE, 8 },
  { "text", "struct text", HS_FORM_FLEXIBLE, 8 },
  { "pair", "struct pair", HS_FORM_BEHIND, 8 },
  { "list", "struct list", HS_FORM_BEHIND, 8 },
  { "made-class", "struct class", HS_FORM_WHOLE, 1 },
  { "made-pair", "struct pair", HS_FORM_BEHIND, 8 },
  { NULL },
};

static const Expected GTYPES[] = {
  { "shape", "struct _FooShape", HS_FORM_WHOLE, 8 },
  { "circle", "struct _FooCircle", HS_FORM_BEHIND, 8 },
  { "shape-class", "struct _FooShapeClass", HS_FORM_WHOLE, 1 },
  { "circle-class", "struct _FooCircleClass", HS_FORM_WHOLE, 1 },
  { "square", "struct _FooSquare", HS_FORM_BEHIND, 8 },
  { "decoy", NULL, 0, 8 },
  { NULL },
};

static const Expected PRIVATE_POINTERS[] = {
  { "by-pointer", "struct _FooLabel", HS_FORM_WHOLE, 8 },
  { NULL },
};

static const Expected PRIVATE_NAMES[] = {
  { "by-name", "struct _FooLabel", HS_FORM_WHOLE, 8 },
  { NULL },
};

static const Expected FUNCTIONS[] = {
  { "circle", "struct circle", HS_FORM_WHOLE, 4 },
  { "square", "struct square", HS_FORM_WHOLE, 4 },
  { "memory", "struct memory", HS_FORM_WHOLE, 8 },
  { "session", "struct session", HS_FORM_WHOLE, 4 },
  { "cursor", "struct cursor", HS_FORM_WHOLE, 4 },
  { "parcel", "struct parcel", HS_FORM_WHOLE, 6 },
  { "ticket", "struct ticket", HS_FORM_WHOLE, 12 },
  { "route", "struct route", HS_FORM_WHOLE, 8 },
  { "lost", "struct circle", HS_FORM_WHOLE, 8 },
  { "plain", NULL, 0, 6 },
  { NULL },
};

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
check_object (const HsInference *inference, const HsHeap *heap, const Expected *expected, HsAddr address, HsLevel level)
{
  guint32 block = hs_blocks_at (heap->blocks, address);

  g_assert_cmpuint (block, !=, HS_NO_BLOCK);
  if (expected->type == NULL) {
    g_assert_cmpuint (hs_label_level (inference->label[block]), <, HS_LEVEL_C);
    return;
  }
  g_autofree char *name = hs_inference_name (inference, inference->label[block]);
  g_assert_cmpstr (name, ==, expected->type);
  g_assert_cmpuint (hs_label_level (inference->label[block]), ==, level);
  g_assert_cmpuint (hs_label_form (inference->label[block]), ==, expected->form);
}

static void
check (const char *name, const Expected *expected, HsLevel level)
{
  const HsTypesOptions options = { .no_cache = TRUE };
  g_autoptr (Victim) victim = victim_start (name, NULL);
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (HsTarget) target = open_live (victim->pid, diag);
  g_autoptr (HsModules) modules = hs_modules_new (target, NULL, diag);
  g_autoptr (HsTypes) types = hs_types_new (modules, &options, diag);
  g_autoptr (HsRoots) roots = hs_roots_new (modules, types, diag);
  g_autoptr (HsHeap) heap = hs_heap_new (target, diag, NULL);

  g_assert_nonnull (heap);
  HsInference *inference = hs_inference_new (target, heap, modules, types, roots, diag);
  for (; expected->key != NULL; expected++)
    for (guint i = 0; i < expected->n; i++)
      check_object (inference, heap, expected, victim_truth (victim, expected->key, i), level);
  hs_inference_free (inference);
}

static void
test_class (void)
{
  check ("victim-class", CLASSES, HS_LEVEL_A);
}

static void
test_gtype (gconstpointer victim)
{
  check (victim, GTYPES, HS_LEVEL_A);
  check (victim, PRIVATE_POINTERS, HS_LEVEL_B);
  check (victim, PRIVATE_NAMES, HS_LEVEL_C);
}

static void
test_functions (gconstpointer victim)
{
  check (victim, FUNCTIONS, HS_LEVEL_C);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/class/functions", test_class);
  g_test_add_data_func ("/class/gtype", "victim-gtype", test_gtype);
  g_test_add_data_func ("/class/gtype/tables", "victim-gtype-tables", test_gtype);
  g_test_add_data_func ("/class/casts", "victim-functions", test_functions);
  return g_test_run ();
}
