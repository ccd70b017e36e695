/* snapshot-file.c - snapshots on disk: a header of 64 bytes, then the GVariant; see docs/SNAPSHOT-FORMAT.md.
 *
 * Nothing in a file is trusted: the checksum finds what was damaged, and what a forger got right is still checked
 * number by number when the model is made. */
#include "summary/snapshot-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION 1
#define DIGEST 32

typedef struct {
  char magic[8];
  guint32 version; /* little endian, and so is everything */
  guint32 reserved;
  guint64 length;  /* of what follows the header */
  guint8 digest[DIGEST]; /* SHA-256 of it */
  guint64 padding;
} Header;

G_STATIC_ASSERT (sizeof (Header) == 64);

static const char magic[8] = "heapsum\n";

static void
digest_of (gconstpointer data, gsize length, guint8 *digest)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = DIGEST;

  g_checksum_update (checksum, data, length);
  g_checksum_get_digest (checksum, digest, &size);
}

/* Turns an error about a file into one of ours, with the path. */
static void
set_file_error (GError **error, const char *path, const char *what, const GError *cause)
{
  gint code = HEAPSUM_ERROR_FAILED;

  if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    code = HEAPSUM_ERROR_GONE;
  else if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_ACCES)
           || g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_PERM))
    code = HEAPSUM_ERROR_PERMISSION;
  g_autofree char *name = g_filename_display_name (path);
  g_set_error (error, HEAPSUM_ERROR, code, "%s: cannot be %s: %s", name, what, cause->message);
}

/* (transfer full): the whole file. */
static guint8 *
serialize (HeapsumSnapshot *snapshot, gsize *size)
{
  gsize length = g_variant_get_size (snapshot->content);
  guint8 *buffer = g_malloc (sizeof (Header) + length);
  Header header = { .version = GUINT32_TO_LE (VERSION), .length = GUINT64_TO_LE (length) };

  memcpy (header.magic, magic, sizeof magic);
  g_variant_store (snapshot->content, buffer + sizeof header);
  digest_of (buffer + sizeof header, length, header.digest);
  memcpy (buffer, &header, sizeof header);
  *size = sizeof header + length;
  return buffer;
}

gboolean
heapsum_snapshot_save_to_fd (HeapsumSnapshot *snapshot, int fd, GError **error)
{
  g_return_val_if_fail (snapshot != NULL && fd >= 0, FALSE);

  gsize size;
  g_autofree guint8 *buffer = serialize (snapshot, &size);

  for (gsize done = 0; done < size; ) {
    ssize_t n = write (fd, buffer + done, size - done);
    if (n < 0 && errno != EINTR) {
      g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_FAILED, "the snapshot cannot be written: %s",
                   g_strerror (errno));
      return FALSE;
    }
    done += MAX (n, 0);
  }
  return TRUE;
}

/* An error of save_to_fd() lacks the path. */
static gboolean
save_into (HeapsumSnapshot *snapshot, const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

  if (fd < 0) {
    g_autoptr (GError) cause = g_error_new_literal (G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));
    set_file_error (error, path, "written", cause);
    return FALSE;
  }
  gboolean done = heapsum_snapshot_save_to_fd (snapshot, fd, error);
  close (fd);
  if (!done)
    g_prefix_error (error, "%s: ", path);
  return done;
}

/* A regular file is replaced; what is a device, a pipe or the like must not be, and what a link leads to is meant by
 * the link (/dev/stdout is one). */
gboolean
heapsum_snapshot_save (HeapsumSnapshot *snapshot, const char *path, GError **error)
{
  g_return_val_if_fail (snapshot != NULL && path != NULL, FALSE);

  struct stat status;
  gboolean exists = stat (path, &status) == 0;
  if (exists && !S_ISREG (status.st_mode))
    return save_into (snapshot, path, error);
  g_autoptr (GError) cause = NULL;
  gsize size;
  g_autofree guint8 *buffer = serialize (snapshot, &size);
  char *real = exists ? realpath (path, NULL) : NULL;
  gboolean done = g_file_set_contents_full (real != NULL ? real : path, (const char *)buffer, size,
                                            G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &cause);
  free (real);
  if (!done)
    set_file_error (error, path, "written", cause);
  return done;
}

static gboolean
check_header (const Header *header, gsize size, const char *name, GError **error)
{
  if (size < sizeof *header || memcmp (header->magic, magic, sizeof magic) != 0) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA, "%s: is not a snapshot of heapsum", name);
    return FALSE;
  }
  if (GUINT32_FROM_LE (header->version) != VERSION) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_UNSUPPORTED,
                 "%s: has format %u, this heapsum reads format %u: use the heapsum that wrote it", name,
                 GUINT32_FROM_LE (header->version), VERSION);
    return FALSE;
  }
  if (GUINT64_FROM_LE (header->length) != size - sizeof *header) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA, "%s: is truncated: %" G_GUINT64_FORMAT
                 " bytes are announced, %" G_GSIZE_FORMAT " are there", name, GUINT64_FROM_LE (header->length),
                 size - sizeof *header);
    return FALSE;
  }
  return TRUE;
}

static HeapsumSnapshot *
parse (GBytes *bytes, const char *name, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint8 digest[DIGEST];
  Header header;

  memset (&header, 0, sizeof header);
  if (data != NULL)
    memcpy (&header, data, MIN (size, sizeof header));
  if (!check_header (&header, size, name, error))
    return NULL;
  digest_of (data + sizeof header, size - sizeof header, digest);
  if (memcmp (digest, header.digest, DIGEST) != 0) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA, "%s: is damaged: its checksum is wrong", name);
    return NULL;
  }
  g_autoptr (GBytes) rest = g_bytes_new_from_bytes (bytes, sizeof header, size - sizeof header);
  g_autoptr (GVariant) content = g_variant_new_from_bytes (G_VARIANT_TYPE (HS_SNAPSHOT_VARIANT), rest, FALSE);
  g_variant_ref_sink (content);
  if (!g_variant_is_normal_form (content)) {
    g_set_error (error, HEAPSUM_ERROR, HEAPSUM_ERROR_BAD_DATA, "%s: is damaged: its structure is wrong", name);
    return NULL;
  }
  HeapsumSnapshot *snapshot = hs_snapshot_new_from_variant (g_steal_pointer (&content), error);
  if (snapshot == NULL)
    g_prefix_error (error, "%s: ", name);
  return snapshot;
}

HeapsumSnapshot *
heapsum_snapshot_load (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);

  g_autoptr (GError) cause = NULL;
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &cause);
  if (file == NULL) {
    set_file_error (error, path, "read", cause);
    return NULL;
  }
  g_autoptr (GBytes) bytes = g_mapped_file_get_bytes (file);
  return parse (bytes, name, error);
}

HeapsumSnapshot *
hs_snapshot_load_fd (int fd, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (fd, FALSE, &cause);

  if (file == NULL) {
    set_file_error (error, "the snapshot", "read", cause);
    return NULL;
  }
  g_autoptr (GBytes) bytes = g_mapped_file_get_bytes (file);
  return parse (bytes, "the snapshot", error);
}
