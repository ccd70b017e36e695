/* test-modules.c - the modules of a victim, and debug files made here with objcopy. */
#include "profiler/modules/modules.h"
#include "tests/support/victim.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

static HsTarget *
open_live (pid_t pid)
{
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;
  HsTarget *target = hs_target_open_live (pid, NULL, diag, &error);

  if (target == NULL) {
    g_printerr ("cannot trace here: %s\n", error->message);
    exit (77);
  }
  return target;
}

static void
check_main (const HsModules *modules, const Victim *victim)
{
  HsModule *module = hs_modules_get (modules, 0);
  HsAddr main_address = victim_truth (victim, "main", 0);
  guint64 offset = 0;

  g_assert_true (module->is_main);
  g_assert_cmpstr (module->path, ==, modules->target->executable);
  g_assert_cmphex (hs_module_symbol (module, "main"), ==, main_address);
  g_assert_true (hs_modules_find (modules, main_address) == module);
  g_assert_cmpstr (hs_module_symbol_at (module, main_address + 3, &offset), ==, "main");
  g_assert_cmphex (offset, ==, 3);
  g_assert_cmphex (hs_module_symbol (module, "no such symbol"), ==, 0);
  g_assert_true (hs_modules_find (modules, victim_truth (victim, "bss", 0)) == module);
  g_assert_cmpuint (module->tls_memsz, >=, 64);
  g_assert_cmpuint (module->text_bytes, >, 0);
}

static void
check_sections (HsModule *module)
{
  HsSection section;
  guint64 word, expected;

  g_assert_true (hs_module_section (module, ".eh_frame", &section));
  g_assert_cmpuint (section.size, >, 0);
  memcpy (&expected, section.data, sizeof expected);
  g_assert_false (hs_module_section (module, ".bss", &section));
  g_assert_false (hs_module_section (module, ".no-such-section", &section));
  g_assert_true (hs_module_section (module, ".eh_frame", &section));
  memcpy (&word, section.data, sizeof word);
  g_assert_cmphex (word, ==, expected);
}

/* The section's bytes are at its address plus the bias in the image. */
static void
check_bias (const HsModules *modules, HsModule *module)
{
  HsSection section;
  g_autofree guint8 *bytes = NULL;

  if (!hs_module_section (module, ".dynsym", &section))
    return;
  bytes = g_malloc (section.size);
  g_assert_true (hs_image_read (modules->target->image, section.vaddr + module->bias, bytes, section.size));
  g_assert_cmpmem (bytes, section.size, section.data, section.size);
}

static void
check_modules (const HsModules *modules, const Victim *victim)
{
  gboolean libc = FALSE, vdso = FALSE;

  check_main (modules, victim);
  check_sections (hs_modules_get (modules, 0));
  for (guint i = 0; i < modules->modules->len; i++) {
    HsModule *module = hs_modules_get (modules, i);
    g_assert_cmpuint (module->index, ==, i);
    g_assert_true (i < 2 || strcmp (hs_modules_get (modules, i - 1)->path, module->path) <= 0);
    g_assert_true ((module->debug == NULL) == (module->no_debug != NULL));
    g_assert_true (module->is_main == (i == 0));
    check_bias (modules, module);
    if (strcmp (module->name, "libc.so.6") == 0)
      libc = hs_module_symbol (module, "malloc") != 0;
    if (strcmp (module->path, "[vdso]") == 0)
      vdso = hs_module_symbol (module, "__vdso_clock_gettime") != 0 && module->start == modules->target->vdso;
  }
  g_assert_true (libc);
  g_assert_true (vdso);
  g_assert_null (hs_modules_find (modules, 8));
  g_assert_null (hs_modules_find (modules, G_MAXUINT64));
}

static void
test_live (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  g_autoptr (HsTarget) target = open_live (victim->pid);
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (HsModules) modules = hs_modules_new (target, NULL, diag);

  check_modules (modules, victim);
}

static void
test_core (void)
{
  g_autoptr (Victim) victim = victim_start ("victim-memory", NULL);
  g_autoptr (HsDiag) diag = hs_diag_new ();
  char *path = victim_core (victim);
  HsTarget *target;
  HsModules *modules;

  if (path == NULL) {
    g_test_skip ("there is no gcore");
    return;
  }
  target = hs_target_open_core (path, NULL, diag, NULL);
  g_assert_nonnull (target);
  modules = hs_modules_new (target, NULL, diag);
  check_modules (modules, victim);
  hs_modules_unref (modules);
  hs_target_unref (target);
  victim_remove_core (path);
}

/* A folder with a stripped copy of the victim, its debug file, and the process of the copy. */
typedef struct {
  char *dir, *program, *debug;
  GSubprocess *process;
} Stripped;

static gboolean
run (const char *const *argv)
{
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);

  return process != NULL && g_subprocess_wait_check (process, NULL, NULL);
}

static gboolean
make_files (Stripped *self, const char *original)
{
  g_autofree char *link = g_strconcat ("--add-gnu-debuglink=", self->debug, NULL);
  const char *const keep[] = { "objcopy", "--only-keep-debug", original, self->debug, NULL };
  const char *const strip[] = { "objcopy", "--strip-all", link, original, self->program, NULL };

  return run (keep) && run (strip);
}

/* The program has begun when it has told something. */
static void
start (Stripped *self)
{
  char byte;

  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL,
                                    self->program, NULL);
  g_assert_nonnull (self->process);
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (self->process), &byte, 1, NULL, NULL), ==, 1);
}

static void
stripped_clear (Stripped *self)
{
  if (self->process != NULL) {
    g_subprocess_force_exit (self->process);
    g_subprocess_wait (self->process, NULL, NULL);
  }
  g_clear_object (&self->process);
  g_unlink (self->program);
  g_unlink (self->debug);
  g_rmdir (self->dir);
  g_free (self->program);
  g_free (self->debug);
  g_free (self->dir);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stripped, stripped_clear)

static gboolean
stripped_init (Stripped *self)
{
  g_autofree char *original = g_test_build_filename (G_TEST_BUILT, "..", "victims", "victim-memory", NULL);

  self->dir = g_dir_make_tmp ("heapsum-modules-XXXXXX", NULL);
  self->program = g_build_filename (self->dir, "program", NULL);
  self->debug = g_build_filename (self->dir, "program.debug", NULL);
  if (!make_files (self, original)) {
    g_test_skip ("there is no objcopy");
    return FALSE;
  }
  start (self);
  return TRUE;
}

static HsModules *
modules_of (const Stripped *self, const HsModuleOptions *options, HsDiag *diag)
{
  g_autoptr (HsTarget) target = open_live ((pid_t)atoi (g_subprocess_get_identifier (self->process)));

  return hs_modules_new (target, options, diag);
}

static void
test_debug_link (void)
{
  g_auto (Stripped) files = { 0 };
  g_autoptr (HsDiag) diag = hs_diag_new ();

  if (!stripped_init (&files))
    return;
  g_autoptr (HsModules) modules = modules_of (&files, NULL, diag);
  HsModule *module = hs_modules_get (modules, 0);
  g_assert_nonnull (module->debug);
  g_assert_true (module->debug != module->elf);
  g_assert_cmpstr (module->debug_path, ==, files.debug);
  g_assert_cmphex (hs_module_symbol (module, "main"), !=, 0);
}

static void
test_debug_missing (void)
{
  g_auto (Stripped) files = { 0 };
  g_autoptr (HsDiag) diag = hs_diag_new ();

  if (!stripped_init (&files))
    return;
  g_unlink (files.debug);
  g_autoptr (HsModules) modules = modules_of (&files, NULL, diag);
  HsModule *module = hs_modules_get (modules, 0);
  g_assert_null (module->debug);
  g_assert_nonnull (strstr (module->no_debug, "no debug info"));
  g_assert_cmphex (hs_module_symbol (module, "main"), ==, 0);
}

/* Another program's debug file under the name that the link tells. */
static void
test_debug_foreign (void)
{
  g_auto (Stripped) files = { 0 };
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autofree char *other = g_test_build_filename (G_TEST_BUILT, "..", "victims", "victim-churn", NULL);

  if (!stripped_init (&files))
    return;
  const char *const replace[] = { "objcopy", "--only-keep-debug", other, files.debug, NULL };
  g_assert_true (run (replace));
  g_autoptr (HsModules) modules = modules_of (&files, NULL, diag);
  HsModule *module = hs_modules_get (modules, 0);
  g_assert_null (module->debug);
  g_assert_nonnull (strstr (module->no_debug, module->build_id != NULL ? "build-id differs" : "checksum"));
}

static void
test_debug_dir (void)
{
  g_auto (Stripped) files = { 0 };
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autofree char *dir = NULL, *inner = NULL, *name = NULL;
  const char *id;

  if (!stripped_init (&files))
    return;
  g_autoptr (HsModules) before = modules_of (&files, NULL, diag);
  id = hs_modules_get (before, 0)->build_id;
  if (id == NULL) {
    g_test_skip ("the linker makes no build-id");
    return;
  }
  dir = g_build_filename (files.dir, ".build-id", NULL);
  inner = g_strdup_printf ("%s/%.2s", dir, id);
  name = g_strdup_printf ("%s/%s.debug", inner, id + 2);
  g_assert_cmpint (g_mkdir_with_parents (inner, 0700), ==, 0);
  g_assert_cmpint (g_rename (files.debug, name), ==, 0);
  const char *const dirs[] = { "/nonexistent", files.dir, NULL };
  g_autoptr (HsModules) modules = modules_of (&files, &(HsModuleOptions){ .debug_dirs = dirs }, diag);
  g_assert_cmpstr (hs_modules_get (modules, 0)->debug_path, ==, name);
  g_unlink (name);
  g_rmdir (inner);
  g_rmdir (dir);
}

/* A program whose file was replaced is either found all the same (/proc/PID/map_files) or said to be missing. */
static void
test_replaced (void)
{
  g_auto (Stripped) files = { 0 };
  g_autoptr (HsDiag) diag = hs_diag_new ();

  if (!stripped_init (&files))
    return;
  g_unlink (files.program);
  g_assert_true (g_file_set_contents (files.program, "something else", -1, NULL));
  g_autoptr (HsModules) modules = modules_of (&files, NULL, diag);
  HsModule *module = hs_modules_get (modules, 0);
  g_assert_true (module->is_main);
  g_assert_nonnull (module->build_id);
  g_assert_cmpstr (module->path, ==, files.program);
  if (module->elf == NULL)
    g_assert_nonnull (strstr (module->no_debug, "deleted or replaced"));
  else
    g_assert_nonnull (module->debug);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/modules/live", test_live);
  g_test_add_func ("/modules/core", test_core);
  g_test_add_func ("/modules/debug-link", test_debug_link);
  g_test_add_func ("/modules/debug-missing", test_debug_missing);
  g_test_add_func ("/modules/debug-foreign", test_debug_foreign);
  g_test_add_func ("/modules/debug-dir", test_debug_dir);
  g_test_add_func ("/modules/replaced", test_replaced);
  return g_test_run ();
}
