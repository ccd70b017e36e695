/* test-roots.c - the variables of a victim, against what it says of them: of optimised code too, live and as a core. */
#include "profiler/roots/roots.h"
#include "tests/support/victim.h"

#include <stdlib.h>

typedef struct {
  HsTarget *target;
  HsModules *modules;
  HsTypes *types;
  HsRoots *roots;
  HsDiag *diag;
} Reading;

static void
reading_clear (Reading *self)
{
  g_clear_pointer (&self->roots, hs_roots_unref);
  g_clear_pointer (&self->types, hs_types_unref);
  g_clear_pointer (&self->modules, hs_modules_unref);
  g_clear_pointer (&self->target, hs_target_unref);
  g_clear_pointer (&self->diag, hs_diag_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

/* Of the process, or of the core @path. */
static void
read_roots (Reading *self, const Victim *victim, const char *path)
{
  const HsTypesOptions options = { .no_cache = TRUE };
  g_autoptr (GError) error = NULL;

  self->diag = hs_diag_new ();
  self->target = path != NULL ? hs_target_open_core (path, NULL, self->diag, &error)
                              : hs_target_open_live (victim->pid, NULL, self->diag, &error);
  if (self->target == NULL) {
    g_printerr ("cannot trace here: %s\n", error->message);
    exit (77);
  }
  self->modules = hs_modules_new (self->target, NULL, self->diag);
  self->types = hs_types_new (self->modules, &options, self->diag);
  self->roots = hs_roots_new (self->modules, self->types, self->diag);
}

typedef struct {
  const char *kind, *function, *name;
  pid_t tid;
  guint64 value;
} Truth;

/* Whether @root is the variable that the victim told about, as it told. */
static gboolean
is_told (const Reading *self, const HsRoot *root, const Truth *truth)
{
  guint64 value = root->value;

  if (strcmp (root->name, truth->name) != 0 || (truth->tid != 0 && root->tid != truth->tid)
      || g_strcmp0 (root->function, truth->function) != 0)
    return FALSE;
  if (strcmp (truth->kind, "static") == 0)
    return root->kind == HS_ROOT_STATIC && root->address == truth->value;
  if (strcmp (truth->kind, "tls") == 0)
    return root->kind == HS_ROOT_TLS && root->address == truth->value;
  if (strcmp (truth->kind, "frame") == 0)
    return root->kind == HS_ROOT_STACK && root->address == truth->value;
  if (root->kind == HS_ROOT_STACK)
    return hs_image_word (self->target->image, root->address, &value) && value == truth->value;
  return root->kind == HS_ROOT_REGISTER && value == truth->value;
}

static gboolean
is_found (const Reading *self, const Truth *truth)
{
  for (guint i = 0; i < self->roots->roots->len; i++)
    if (is_told (self, &g_array_index (self->roots->roots, HsRoot, i), truth))
      return TRUE;
  return FALSE;
}

/* A line of the truth: kind, for frames the function, the name, for threads the tid; see victim-roots.c. */
static void
check_line (const Reading *self, const char *key, guint64 value)
{
  g_auto (GStrv) words = g_strsplit (key, ":", 2), rest = NULL;
  Truth truth = { .kind = words[0], .name = words[1], .value = value };

  if (strcmp (words[0], "static") != 0) {
    rest = g_strsplit (words[1], ":", 3);
    gboolean is_frame = strcmp (words[0], "tls") != 0;
    truth.function = is_frame ? rest[0] : NULL;
    truth.name = rest[is_frame ? 1 : 0];
    truth.tid = atoi (rest[is_frame ? 2 : 1]);
  }
  if (!is_found (self, &truth))
    g_test_message ("not found: %s = 0x%" G_GINT64_MODIFIER "x", key, value);
  g_assert_true (is_found (self, &truth));
}

static void
check_truth (const Reading *self, const Victim *victim)
{
  GHashTableIter iter;
  gpointer key, words;

  g_hash_table_iter_init (&iter, victim->truth);
  while (g_hash_table_iter_next (&iter, &key, &words))
    check_line (self, key, g_ascii_strtoull (((char **)words)[1], NULL, 0));
}

/* Every stack leads to its thread's first function. */
static void
check_stacks (const Reading *self)
{
  g_auto (GStrv) lines = hs_diag_lines (self->diag);

  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_false (g_str_has_prefix (lines[i], "stacks:"));
  g_assert_cmpuint (self->roots->stacks->len, ==, self->target->threads->len);
  for (guint i = 1; i < self->roots->stacks->len; i++)
    g_assert_cmpuint (((HsStack *)self->roots->stacks->pdata[i])->frames->len, >=, 4);
}

static void
test_live (gconstpointer name)
{
  g_autoptr (Victim) victim = victim_start (name, NULL);
  g_auto (Reading) reading = { 0 };

  read_roots (&reading, victim, NULL);
  check_truth (&reading, victim);
  check_stacks (&reading);
}

static void
check_same (const HsRoot *a, const HsRoot *b)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_cmpuint (a->module, ==, b->module);
  g_assert_cmphex (a->address, ==, b->address);
  g_assert_cmphex (a->value, ==, b->value);
  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_cmpstr (a->function, ==, b->function);
  g_assert_cmpint (a->tid, ==, b->tid);
  g_assert_cmpuint (a->frame, ==, b->frame);
}

static void
test_core (gconstpointer name)
{
  g_autoptr (Victim) victim = victim_start (name, NULL);
  g_auto (Reading) live = { 0 }, core = { 0 };
  char *path = victim_core (victim);

  if (path == NULL) {
    g_test_skip ("there is no gcore");
    return;
  }
  read_roots (&live, victim, NULL);
  read_roots (&core, victim, path);
  victim_remove_core (path);
  check_truth (&core, victim);
  check_stacks (&core);
  g_assert_cmpuint (live.roots->roots->len, ==, core.roots->roots->len);
  for (guint i = 0; i < live.roots->roots->len; i++)
    check_same (&g_array_index (live.roots->roots, HsRoot, i), &g_array_index (core.roots->roots, HsRoot, i));
}

/* Whether any thread stands in the vdso. */
static gboolean
in_vdso (const Reading *self)
{
  for (guint i = 0; i < self->roots->stacks->len; i++) {
    const HsStack *stack = self->roots->stacks->pdata[i];
    const HsFrame *frame = &g_array_index (stack->frames, HsFrame, 0);
    if (frame->module >= 0 && strcmp (hs_modules_get (self->modules, (guint)frame->module)->path, "[vdso]") == 0)
      return TRUE;
  }
  return FALSE;
}

/* A thread that runs is caught anywhere: in the vdso, in a prologue, between two instructions of libc. */
static void
test_running (gconstpointer name)
{
  g_autoptr (Victim) victim = victim_start (name, "spin", NULL);
  guint n = 0;

  for (guint i = 0; i < 10; i++) {
    g_auto (Reading) reading = { 0 };
    read_roots (&reading, victim, NULL);
    check_truth (&reading, victim);
    n += in_vdso (&reading);
  }
  g_test_message ("in the vdso %u times of 10", n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/roots/live", "victim-roots", test_live);
  g_test_add_data_func ("/roots/live-optimised", "victim-roots-opt", test_live);
  g_test_add_data_func ("/roots/core", "victim-roots", test_core);
  g_test_add_data_func ("/roots/core-optimised", "victim-roots-opt", test_core);
  g_test_add_data_func ("/roots/running", "victim-roots-opt", test_running);
  return g_test_run ();
}
