/* debug-files.c - see debug-files.h. */
#include "profiler/types/debug-files.h"

#include "profiler/types/raw.h"

static void
clear_file (gpointer data)
{
  HsDebugFile *file = data;

  hs_dwarf_file_free (file->file);
  g_free (file->path);
}

HsDebugFiles *
hs_debug_files_new (const HsModule *module, HsDiag *diag)
{
  if (module->debug == NULL)
    return NULL;
  HsDwarfFile *main_file = hs_dwarf_file_new (module->debug, module->name, diag);
  if (main_file == NULL)
    return NULL;

  HsDebugFiles *self = g_new0 (HsDebugFiles, 1);
  HsDebugFile files[HS_FILE_FIRST_SPLIT] = { 0 };
  self->files = g_array_new (FALSE, TRUE, sizeof (HsDebugFile));
  g_array_set_clear_func (self->files, clear_file);
  self->topic = g_strdup (module->name);
  self->directory = module->debug_path != NULL ? g_path_get_dirname (module->debug_path) : NULL;
  files[HS_FILE_MAIN].file = main_file;
  if (module->alt != NULL)
    files[HS_FILE_ALT].file = hs_dwarf_file_new (module->alt, module->name, diag);
  g_array_append_vals (self->files, files, HS_FILE_FIRST_SPLIT);
  return self;
}

void
hs_debug_files_free (HsDebugFiles *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->files);
  g_free (self->topic);
  g_free (self->directory);
  g_free (self);
}

/* Where a .dwo file may be: where it was written, or beside the binary. */
static char *
find_split (const HsDebugFiles *self, const char *name, const char *comp_dir)
{
  g_autofree char *written = g_path_is_absolute (name) || comp_dir == NULL ? g_strdup (name)
                                                                           : g_build_filename (comp_dir, name, NULL);
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *beside = self->directory != NULL ? g_build_filename (self->directory, base, NULL) : NULL;

  if (g_path_is_absolute (written) && g_file_test (written, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&written);
  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&beside);
  return NULL;
}

gboolean
hs_debug_files_add_split (HsDebugFiles *self, const char *name, const char *comp_dir, guint64 skeleton, HsDiag *diag)
{
  HsDebugFile file = { .skeleton = skeleton };

  if (self->files->len >= HS_MAX_FILES)
    return FALSE;
  file.path = find_split (self, name, comp_dir);
  if (file.path != NULL)
    file.file = hs_dwarf_file_open (file.path, self->topic, diag);
  if (file.file == NULL || !file.file->split) {
    hs_diag_add (diag, self->topic, "the split debug info %s is not there, neither in %s nor beside the binary", name,
                 comp_dir != NULL ? comp_dir : "its folder");
    clear_file (&file);
    self->incomplete = TRUE;
    return FALSE;
  }
  g_array_append_val (self->files, file);
  return TRUE;
}

void
hs_debug_files_add_model (HsDebugFiles *self, const HsModel *model)
{
  for (guint i = 0; i < model->n_files; i++) {
    HsDebugFile file = { .path = g_strdup (model->strings + model->files[i].path) };
    file.skeleton = model->files[i].skeleton;
    g_array_append_val (self->files, file);
  }
}

const HsDwarfFile *
hs_debug_files_get (HsDebugFiles *self, guint index, HsDiag *diag)
{
  if (index >= self->files->len)
    return NULL;
  HsDebugFile *file = hs_debug_file (self, index);
  if (file->file == NULL && file->path != NULL) {
    file->file = hs_dwarf_file_open (file->path, self->topic, diag);
    if (file->file == NULL)
      g_clear_pointer (&file->path, g_free);
  }
  return file->file;
}
