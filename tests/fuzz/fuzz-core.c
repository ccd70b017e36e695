/* fuzz-core.c - feeds bytes as a core through all that reads one: target, heap, modules, roots. */
#include "profiler/arenas/arenas.h"
#include "profiler/roots/roots.h"
#include "tests/support/fake-types.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Two variables of the first module, so that statics and thread-local storage are looked for. */
static HsTypes *
make_types (HsModules *modules)
{
  FakeTypes *fake = fake_types_new ();
  HsTypeId record = fake_struct (fake, "record", 16);
  HsTypeId pointer = fake_pointer (fake, record);

  fake_member (fake, record, "next", pointer, 0);
  HsTypes *types = fake_types_finish (fake, modules);
  types->n_variables = modules->modules->len > 0 ? 2 : 0;
  types->variables = g_new0 (HsVariable, 2);
  types->variables[0] = (HsVariable){ .name = "first", .type = pointer, .address = 0x1000 };
  types->variables[1] = (HsVariable){ .name = "second", .type = pointer, .tls = TRUE, .address = 8 };
  return types;
}

static void
read_roots (HsTarget *target, HsDiag *diag)
{
  const HsModuleOptions options = { 0 };
  HsModules *modules = hs_modules_new (target, &options, diag);
  HsTypes *types = make_types (modules);
  HsRoots *roots = hs_roots_new (modules, types, diag);

  for (guint i = 0; i < modules->modules->len; i++) {
    guint64 offset;
    hs_module_symbol_at (hs_modules_get (modules, i), hs_modules_get (modules, i)->start + 64, &offset);
  }
  hs_roots_unref (roots);
  hs_types_unref (types);
  hs_modules_unref (modules);
}

static void
read_core (const char *path)
{
  const HsTargetOptions options = { .sysroot = "/nonexistent" };
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HsTarget) target = hs_target_open_core (path, &options, diag, &error);

  g_assert_true ((target == NULL) == (error != NULL));
  if (target == NULL)
    return;
  HsHeap *heap = hs_heap_new (target, diag, NULL);
  if (heap != NULL)
    hs_heap_unref (heap);
  read_roots (target, diag);
  g_strfreev (hs_diag_lines (diag));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  int fd = memfd_create ("core", MFD_CLOEXEC);
  char path[64];

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize)size);
  snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  read_core (path);
  close (fd);
  return 0;
}
