/* cache.c - see cache.h.
 *
 * One file a module, $XDG_CACHE_HOME/heapsum/BUILDID-SIZE.VERSION.model: a header, then the parts of the model, each at a
 * multiple of 8. SIZE is that of the debug file, so that a build-id with other debug info (first without, later with it
 * installed) has another file. The file is written aside and renamed, so a reader sees all or nothing; a file that does
 * not add up is ignored and written anew. The folder is the user's own (0700), and still nothing in a file is believed
 * before it was checked. */
#include "profiler/types/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "hs-model"
#define VERSION 3 /* raise it with any change of model.h or of what is read from the DWARF */
#define MAX_FILE (G_GUINT64_CONSTANT (1) << 36)

typedef struct {
  char magic[8];
  guint32 version;
  guint32 n_parts;
  guint64 sizes[HS_MODEL_N_PARTS];
  guint64 stamp;    /* what else the model depends on, see stamp_of */
  guint64 checksum; /* of the parts and, with this 0, of the header */
} Header;

static guint64
file_size (Elf *elf)
{
  size_t size = 0;

  if (elf != NULL)
    elf_rawfile (elf, &size);
  return size;
}

static guint64
stamp_of (const HsModule *module)
{
  return file_size (module->debug) * 31 + file_size (module->alt);
}

static gboolean
has_place (const HsModule *module)
{
  gsize length = module->build_id != NULL ? strlen (module->build_id) : 0;

  return length >= 4 && length <= 128 && strspn (module->build_id, "0123456789abcdef") == length;
}

static char *
folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "heapsum", NULL);
}

static char *
file_name (const HsModule *module)
{
  g_autofree char *directory = folder ();
  g_autofree char *name
      = g_strdup_printf ("%s-%" G_GUINT64_FORMAT ".%d.model", module->build_id, file_size (module->debug), VERSION);

  return g_build_filename (directory, name, NULL);
}

/* Four lanes, so that it runs at the speed of memory. */
static guint64
checksum_add (guint64 sum, gconstpointer data, gsize size)
{
  const guint8 *bytes = data;
  guint64 lanes[4] = { sum, sum + 1, sum + 2, sum + 3 }, word;
  gsize i = 0;

  for (; size - i >= 32; i += 32)
    for (guint j = 0; j < 4; j++) {
      memcpy (&word, bytes + i + 8 * j, 8);
      lanes[j] = (lanes[j] ^ word) * G_GUINT64_CONSTANT (0x9fb21c651e98df25);
      lanes[j] ^= lanes[j] >> 29;
    }
  for (; i < size; i++)
    lanes[0] = (lanes[0] ^ bytes[i]) * G_GUINT64_CONSTANT (0x100000001b3);
  for (guint j = 1; j < 4; j++)
    lanes[0] = (lanes[0] ^ lanes[j]) * G_GUINT64_CONSTANT (0x9fb21c651e98df25) + (lanes[0] >> 31);
  return lanes[0] ^ size;
}

static guint64
align8 (guint64 size)
{
  return (size + 7) & ~G_GUINT64_CONSTANT (7);
}

/* --- reading */

static gboolean
header_adds_up (Header *header, gsize length, const HsModule *module)
{
  guint64 sum = sizeof *header;

  if (memcmp (header->magic, MAGIC, sizeof header->magic) != 0 || header->version != VERSION
      || header->n_parts != HS_MODEL_N_PARTS || header->stamp != stamp_of (module))
    return FALSE;
  for (guint i = 0; i < HS_MODEL_N_PARTS; i++) {
    if (header->sizes[i] > MAX_FILE || header->sizes[i] % hs_model_part_size (i) != 0
        || header->sizes[i] / hs_model_part_size (i) > G_MAXUINT32)
      return FALSE;
    sum += align8 (header->sizes[i]);
  }
  return sum == length;
}

static HsModel *
load_bytes (GBytes *bytes, const HsModule *module)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  GBytes *parts[HS_MODEL_N_PARTS];
  guint64 offset = sizeof (Header);
  Header header;

  if (length < sizeof header)
    return NULL;
  memcpy (&header, data, sizeof header);
  if (!header_adds_up (&header, length, module))
    return NULL;
  guint64 checksum = header.checksum;
  header.checksum = 0;
  if (checksum_add (checksum_add (0, &header, sizeof header), data + offset, length - offset) != checksum)
    return NULL;
  for (guint i = 0; i < HS_MODEL_N_PARTS; i++) {
    parts[i] = g_bytes_new_from_bytes (bytes, offset, header.sizes[i]);
    offset += align8 (header.sizes[i]);
  }
  return hs_model_new (parts);
}

HsModel *
hs_cache_load (const HsModule *module, HsDiag *diag)
{
  if (!has_place (module))
    return NULL;
  g_autofree char *path = file_name (module);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat status;
  if (fd < 0)
    return NULL;
  /* Only a file of our own: another's could be changed under the mapping. */
  gboolean ours = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == geteuid ();
  GMappedFile *file = ours ? g_mapped_file_new_from_fd (fd, FALSE, NULL) : NULL;
  close (fd);
  if (file == NULL)
    return NULL;
  g_autoptr (GBytes) bytes = g_mapped_file_get_bytes (file);
  g_mapped_file_unref (file);
  HsModel *model = load_bytes (bytes, module);
  if (model == NULL)
    hs_diag_add (diag, module->name, "the cached types in %s are damaged: reading them anew",
                 path);
  return model;
}

/* --- writing */

static gboolean
write_all (int fd, gconstpointer data, gsize size)
{
  const guint8 *bytes = data;

  while (size > 0) {
    gssize n = write (fd, bytes, MIN (size, 1u << 30));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    bytes += n;
    size -= (gsize)n;
  }
  return TRUE;
}

static GByteArray *
serialise (const HsModule *module, const HsModel *model)
{
  GByteArray *bytes = g_byte_array_new ();
  Header header = { .version = VERSION, .n_parts = HS_MODEL_N_PARTS, .stamp = stamp_of (module) };
  static const guint8 zeros[8];

  memcpy (header.magic, MAGIC, sizeof header.magic);
  g_byte_array_append (bytes, (const guint8 *)&header, sizeof header);
  for (guint i = 0; i < HS_MODEL_N_PARTS; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (model->parts[i], &size);
    header.sizes[i] = size;
    if (size > G_MAXINT32 || bytes->len + size > G_MAXINT32) {
      g_byte_array_unref (bytes);
      return NULL;
    }
    g_byte_array_append (bytes, data, (guint)size);
    g_byte_array_append (bytes, zeros, (guint)(align8 (size) - size));
  }
  header.checksum = checksum_add (checksum_add (0, &header, sizeof header), bytes->data + sizeof header,
                                  bytes->len - sizeof header);
  memcpy (bytes->data, &header, sizeof header);
  return bytes;
}

static gboolean
write_aside (const char *path, const GByteArray *bytes)
{
  g_autofree char *aside = g_strconcat (path, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (aside, O_WRONLY | O_CLOEXEC, 0600);

  if (fd < 0)
    return FALSE;
  gboolean good = write_all (fd, bytes->data, bytes->len);
  good = close (fd) == 0 && good;
  good = good && g_rename (aside, path) == 0;
  if (!good) {
    int saved = errno;
    g_unlink (aside);
    errno = saved;
  }
  return good;
}

void
hs_cache_store (const HsModule *module, const HsModel *model, HsDiag *diag)
{
  if (!has_place (module))
    return;
  g_autofree char *directory = folder ();
  g_autofree char *path = file_name (module);
  g_autoptr (GByteArray) bytes = serialise (module, model);

  if (bytes == NULL)
    return;
  if (g_mkdir_with_parents (directory, 0700) != 0 || !write_aside (path, bytes))
    hs_diag_add (diag, module->name, "the types cannot be cached in %s: %s", directory, g_strerror (errno));
}
