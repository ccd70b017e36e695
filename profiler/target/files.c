/* files.c - see files.h.
 *
 * The path of a mapped file proves nothing: a package upgrade replaces it under the running process, and a container
 * sees another root. So /proc/PID/map_files comes first, which is the very file, but wants CAP_CHECKPOINT_RESTORE; then
 * the path below the process's root, then the path itself (a chrooted process's maps name the outer paths).
 * Not handled: a file that is truncated while it is mapped here raises SIGBUS, as in any program that maps files. */
#include "profiler/target/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define DELETED " (deleted)"

void
hs_file_free (gpointer data)
{
  HsFile *file = data;

  g_free (file->path);
  g_free (file->missing);
  g_free (file);
}

static guint
hash_file (gconstpointer data)
{
  const HsTargetFile *self = data;

  return g_str_hash (self->file.path) ^ (guint)self->inode ^ (guint)self->device * 31;
}

static gboolean
equal_files (gconstpointer a, gconstpointer b)
{
  const HsTargetFile *x = a, *y = b;

  return x->inode == y->inode && x->device == y->device && x->file.deleted == y->file.deleted
         && strcmp (x->file.path, y->file.path) == 0;
}

void
hs_files_init (HsFiles *self, GPtrArray *array)
{
  self->array = g_ptr_array_ref (array);
  self->index = g_hash_table_new (hash_file, equal_files);
}

void
hs_files_clear (HsFiles *self)
{
  g_clear_pointer (&self->index, g_hash_table_unref);
  g_clear_pointer (&self->array, g_ptr_array_unref);
}

gint
hs_files_add (HsFiles *self, const char *name, guint64 device, guint64 inode, const HsMapping *first)
{
  HsTargetFile *file = g_new0 (HsTargetFile, 1);
  gpointer known;

  file->file.deleted = g_str_has_suffix (name, DELETED);
  file->file.path = g_strndup (name, strlen (name) - (file->file.deleted ? strlen (DELETED) : 0));
  file->device = device;
  file->inode = inode;
  file->first = *first;
  if (g_hash_table_lookup_extended (self->index, file, NULL, &known)) {
    hs_file_free (file);
    return GPOINTER_TO_INT (known);
  }
  g_ptr_array_add (self->array, file);
  g_hash_table_insert (self->index, file, GINT_TO_POINTER ((gint)self->array->len - 1));
  return (gint)self->array->len - 1;
}

HsMappingKind
hs_path_kind (const char *name)
{
  if (*name == '[')
    return strcmp (name, "[heap]") == 0                                   ? HS_MAPPING_HEAP
           : strcmp (name, "[stack]") == 0                                ? HS_MAPPING_STACK
           : g_str_has_prefix (name, "[v") || g_str_has_prefix (name, "[uprobes") ? HS_MAPPING_SPECIAL
                                                                          : HS_MAPPING_ANON;
  /* A private mapping of /dev/zero and one with MAP_HUGETLB are anonymous memory under a file's name. */
  if (*name == 0 || strcmp (name, "/dev/zero") == 0 || g_str_has_prefix (name, "/anon_hugepage"))
    return HS_MAPPING_ANON;
  if (g_str_has_prefix (name, "/SYSV") || strcmp (name, "/dev/zero" DELETED) == 0)
    return HS_MAPPING_SHARED;
  if (g_str_has_prefix (name, "/dev/") && !g_str_has_prefix (name, "/dev/shm/"))
    return HS_MAPPING_SHARED;
  return *name == '/' ? HS_MAPPING_FILE : HS_MAPPING_SPECIAL;
}

/* Opens @path if it is a regular file and tells what it is. */
static int
open_regular (const char *path, struct stat *status)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

  if (fd < 0)
    return -1;
  if (fstat (fd, status) == 0 && S_ISREG (status->st_mode))
    return fd;
  close (fd);
  errno = EINVAL;
  return -1;
}

static GMappedFile *
map_fd (int fd)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new_from_fd (fd, FALSE, NULL);

  close (fd);
  if (mapped == NULL || g_mapped_file_get_length (mapped) == 0) {
    errno = ENODATA;
    return NULL;
  }
  return g_steal_pointer (&mapped);
}

GMappedFile *
hs_file_map (const char *path)
{
  struct stat status;
  int fd = open_regular (path, &status);

  return fd >= 0 ? map_fd (fd) : NULL;
}

void
hs_file_take (HsFile *file, GMappedFile *mapped, HsImage *image)
{
  file->data = (const guint8 *)g_mapped_file_get_contents (mapped);
  file->size = g_mapped_file_get_length (mapped);
  g_clear_pointer (&file->missing, g_free);
  hs_image_own (image, mapped, (GDestroyNotify)g_mapped_file_unref);
}

/* The bytes at the start of the first mapping, in the process and in the file @fd, are the same. */
static gboolean
same_start (const HsTargetFile *file, pid_t tid, int fd)
{
  guint8 ours[HS_PAGE_SIZE], theirs[HS_PAGE_SIZE];
  struct iovec local = { theirs, sizeof theirs };
  struct iovec remote = { GSIZE_TO_POINTER (file->first.start), sizeof theirs };
  ssize_t n = pread (fd, ours, sizeof ours, (off_t)file->first.offset);

  if (n <= 0 || process_vm_readv (tid, &local, 1, &remote, 1, 0) < n)
    return FALSE;
  return memcmp (ours, theirs, (gsize)n) == 0;
}

static gboolean
is_the_file (const HsTargetFile *file, pid_t tid, int fd, const struct stat *status)
{
  if ((guint64)status->st_ino != file->inode)
    return FALSE;
  if ((guint64)status->st_dev == file->device)
    return TRUE;
  return same_start (file, tid, fd);
}

/* Tries the file under @prefix; what is said where it fails is left for the last try to say. */
static GMappedFile *
try_path (HsTargetFile *file, pid_t tid, const char *prefix)
{
  g_autofree char *path = g_strconcat (prefix, file->file.path, NULL);
  struct stat status;
  int fd = open_regular (path, &status);

  g_free (file->file.missing);
  if (fd < 0) {
    file->file.missing = g_strdup (file->file.deleted ? "it was deleted or replaced" : g_strerror (errno));
    return NULL;
  }
  if (is_the_file (file, tid, fd, &status)) {
    file->file.missing = NULL;
    return map_fd (fd);
  }
  close (fd);
  file->file.missing = g_strdup ("it was replaced since it was mapped");
  return NULL;
}

static GMappedFile *
try_map_files (const HsTargetFile *file, pid_t tid)
{
  g_autofree char *path
      = g_strdup_printf ("/proc/%d/map_files/%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x", (int)tid,
                         file->first.start, file->first.end);

  return hs_file_map (path);
}

static void
load_live (HsTargetFile *file, pid_t tid, const char *root, HsImage *image)
{
  g_autoptr (GMappedFile) mapped = try_map_files (file, tid);
  g_autofree char *own_root = *root == 0 ? g_strdup_printf ("/proc/%d/root", (int)tid) : NULL;

  if (mapped == NULL)
    mapped = try_path (file, tid, own_root != NULL ? own_root : root);
  if (mapped == NULL)
    mapped = try_path (file, tid, "");
  if (mapped != NULL)
    hs_file_take (&file->file, g_steal_pointer (&mapped), image);
  else if (file->file.missing == NULL)
    file->file.missing = g_strdup ("it is empty");
}

void
hs_files_load_live (GPtrArray *files, pid_t tid, const char *root, HsImage *image)
{
  for (guint i = 0; i < files->len; i++) {
    HsTargetFile *file = files->pdata[i];
    if (!file->tried)
      load_live (file, tid, root, image);
    file->tried = TRUE;
  }
}
