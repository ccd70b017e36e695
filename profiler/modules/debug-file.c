/* debug-file.c - see debug-file.h.
 *
 * The order is gdb's (Separate Debug Files in its manual): by build-id below each directory, by .gnu_debuglink beside
 * the file, in .debug/ there, and below each directory, last debuginfod-find. A path of the target is tried below its
 * root and as it is. */
#include "profiler/modules/debug-file.h"

#include "profiler/modules/debuginfod.h"
#include "profiler/target/elf-id.h"

#include <errno.h>
#include <unistd.h>

void
hs_debug_search_init (HsDebugSearch *self, const HsModuleOptions *options, const char *root, HsDiag *diag)
{
  self->options = options;
  self->diag = diag;
  self->root = root;
  self->debuginfod = options->debuginfod;
  self->dirs = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; options->debug_dirs != NULL && options->debug_dirs[i] != NULL; i++)
    g_ptr_array_add (self->dirs, g_strdup (options->debug_dirs[i]));
  if (*root != 0)
    g_ptr_array_add (self->dirs, g_strconcat (root, "/usr/lib/debug", NULL));
  g_ptr_array_add (self->dirs, g_strdup ("/usr/lib/debug"));
}

void
hs_debug_search_clear (HsDebugSearch *self)
{
  g_clear_pointer (&self->dirs, g_ptr_array_unref);
}

/* The checksum of .gnu_debuglink: the CRC of IEEE 802.3, as zlib's. */
static guint32
checksum (const guint8 *data, gsize size)
{
  guint32 table[256], value = 0xffffffff;

  for (guint i = 0; i < 256; i++) {
    table[i] = i;
    for (guint bit = 0; bit < 8; bit++)
      table[i] = table[i] >> 1 ^ ((table[i] & 1) != 0 ? 0xedb88320 : 0);
  }
  for (gsize i = 0; i < size; i++)
    value = table[(value ^ data[i]) & 0xff] ^ value >> 8;
  return ~value;
}

typedef struct {
  char *name;
  guint32 crc;
} Link;

/* .gnu_debuglink: a file name, NUL, padding to 4 bytes, the checksum. */
static gboolean
read_link (Elf *elf, Link *link)
{
  gsize size = 0;
  const guint8 *data = elf != NULL ? hs_elf_section_data (hs_elf_section (elf, ".gnu_debuglink"), &size) : NULL;
  gsize length = data != NULL ? strnlen ((const char *)data, size) : 0;
  gsize offset = (length + 4) & ~(gsize)3;

  if (length == 0 || offset + 4 > size || memchr (data, '/', length) != NULL)
    return FALSE;
  link->name = g_strndup ((const char *)data, length);
  memcpy (&link->crc, data + offset, sizeof link->crc);
  return TRUE;
}

static void
say_why (char **why, const char *path, const char *text)
{
  g_free (*why);
  *why = g_strdup_printf ("%s: %s", path, text);
}

/* Opens @path if it is the debug file of @build_id or, where one of them has none, has the checksum of @link. */
static HsElfFile *
try_file (const char *path, const char *build_id, const Link *link, char **why)
{
  g_autoptr (HsElfFile) file = hs_elf_file_open (path);
  g_autofree char *its = NULL;

  if (file == NULL) {
    if (errno != ENOENT && errno != ENOTDIR)
      say_why (why, path, errno == EINVAL ? "it is no ELF file of this machine" : g_strerror (errno));
    return NULL;
  }
  its = hs_elf_file_build_id (file->elf, file->data, file->size);
  if (build_id != NULL && its != NULL) {
    if (strcmp (build_id, its) == 0)
      return g_steal_pointer (&file);
    say_why (why, path, "its build-id differs from that of the mapped file");
    return NULL;
  }
  if (link != NULL && checksum (file->data, file->size) == link->crc)
    return g_steal_pointer (&file);
  say_why (why, path, link != NULL ? "its checksum is not that of .gnu_debuglink" : "it has no build-id");
  return NULL;
}

/* The same, and only if it has debug info. */
static HsElfFile *
try_debug_file (char *path, const HsDebugWanted *wanted, const Link *link, char **found, char **why)
{
  g_autofree char *owned = path;
  g_autoptr (HsElfFile) file = try_file (path, wanted->build_id, link, why);

  if (file == NULL)
    return NULL;
  if (!hs_elf_has_debug_info (file->elf)) {
    if (file->elf != NULL && *why == NULL)
      say_why (why, path, "it has no debug info either");
    return NULL;
  }
  *found = g_steal_pointer (&owned);
  return g_steal_pointer (&file);
}

static char *
build_id_path (const char *dir, const char *build_id)
{
  if (strlen (build_id) < 3)
    return NULL;
  return g_strdup_printf ("%s/.build-id/%.2s/%s.debug", dir, build_id, build_id + 2);
}

static HsElfFile *
find_by_build_id (HsDebugSearch *self, const HsDebugWanted *wanted, char **path, char **why)
{
  HsElfFile *file = NULL;

  for (guint i = 0; wanted->build_id != NULL && file == NULL && i < self->dirs->len; i++) {
    char *candidate = build_id_path (self->dirs->pdata[i], wanted->build_id);
    if (candidate != NULL)
      file = try_debug_file (candidate, wanted, NULL, path, why);
  }
  return file;
}

static HsElfFile *
find_beside (const char *root, const HsDebugWanted *wanted, const Link *link, char **path, char **why)
{
  g_autofree char *dir = g_path_get_dirname (wanted->path);
  HsElfFile *file = try_debug_file (g_strdup_printf ("%s%s/%s", root, dir, link->name), wanted, link, path, why);

  if (file != NULL)
    return file;
  return try_debug_file (g_strdup_printf ("%s%s/.debug/%s", root, dir, link->name), wanted, link, path, why);
}

static HsElfFile *
find_by_link (HsDebugSearch *self, const HsDebugWanted *wanted, char **path, char **why)
{
  g_autofree char *name = NULL, *dir = NULL;
  Link link = { 0 };
  HsElfFile *file = NULL;

  if (!read_link (wanted->elf, &link))
    return NULL;
  name = link.name;
  dir = g_path_get_dirname (wanted->path);
  if (*self->root != 0)
    file = find_beside (self->root, wanted, &link, path, why);
  if (file == NULL)
    file = find_beside ("", wanted, &link, path, why);
  for (guint i = 0; file == NULL && i < self->dirs->len; i++)
    file = try_debug_file (g_strdup_printf ("%s%s/%s", (char *)self->dirs->pdata[i], dir, name), wanted, &link, path,
                           why);
  return file;
}

static HsElfFile *
find_by_debuginfod (HsDebugSearch *self, const HsDebugWanted *wanted, char **path, char **why)
{
  g_autofree char *answer = NULL;

  if (!self->debuginfod || wanted->build_id == NULL)
    return NULL;
  answer = hs_debuginfod_find (wanted->build_id, &self->debuginfod, self->diag);
  return answer != NULL ? try_debug_file (g_steal_pointer (&answer), wanted, NULL, path, why) : NULL;
}

HsElfFile *
hs_debug_search_find (HsDebugSearch *self, const HsDebugWanted *wanted, char **path, char **why)
{
  HsElfFile *file = find_by_build_id (self, wanted, path, why);

  if (file == NULL)
    file = find_by_link (self, wanted, path, why);
  if (file == NULL)
    file = find_by_debuginfod (self, wanted, path, why);
  if (file == NULL && *why == NULL)
    *why = wanted->build_id != NULL
               ? g_strdup_printf ("no debug info, and no debug file for build-id %s", wanted->build_id)
               : g_strdup ("no debug info, and no separate debug file");
  return file;
}

/* .gnu_debugaltlink: a file name, NUL, the build-id. */
static char *
read_alt_link (Elf *elf, const char **name)
{
  gsize size = 0;
  const guint8 *data = hs_elf_section_data (hs_elf_section (elf, ".gnu_debugaltlink"), &size);
  gsize length = data != NULL ? strnlen ((const char *)data, size) : 0;

  if (length == 0 || length + 1 >= size || size - length - 1 > 64)
    return NULL;
  *name = (const char *)data;
  return hs_hex (data + length + 1, size - length - 1);
}

/* Tries @path, which is taken over. */
static HsElfFile *
try_alt (char *path, const char *build_id, char **why)
{
  HsElfFile *file = path != NULL ? try_file (path, build_id, NULL, why) : NULL;

  g_free (path);
  return file;
}

/* Where the name leads: relative to the debug file, or absolute in the target or here; or dwz's usual folder. */
static HsElfFile *
find_alt_by_name (HsDebugSearch *self, const char *name, const char *debug_path, const char *id, char **why)
{
  g_autofree char *dir = g_path_get_dirname (debug_path), *base = g_path_get_basename (name);
  HsElfFile *file = NULL;

  if (!g_path_is_absolute (name))
    file = try_alt (g_build_filename (dir, name, NULL), id, why);
  else if ((file = try_alt (g_strconcat (self->root, name, NULL), id, why)) == NULL)
    file = try_alt (g_strdup (name), id, why);
  for (guint i = 0; file == NULL && i < self->dirs->len; i++)
    file = try_alt (g_build_filename (self->dirs->pdata[i], ".dwz", base, NULL), id, why);
  return file;
}

HsElfFile *
hs_debug_search_alt (HsDebugSearch *self, Elf *debug, const char *debug_path)
{
  const char *name = NULL;
  g_autofree char *id = read_alt_link (debug, &name), *why = NULL;
  HsElfFile *file = NULL;

  if (id == NULL)
    return NULL;
  for (guint i = 0; file == NULL && i < self->dirs->len; i++)
    file = try_alt (build_id_path (self->dirs->pdata[i], id), id, &why);
  if (file == NULL)
    file = find_alt_by_name (self, name, debug_path, id, &why);
  if (file == NULL)
    hs_diag_add (self->diag, "debug info", "the shared part (.gnu_debugaltlink) of %s is missing: %s", debug_path,
                 why != NULL ? why : name);
  return file;
}
