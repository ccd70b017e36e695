/* unpack.c - see unpack.h.
 *
 * elf_compress would do it, but it changes the section header in place, which is in a read-only mapping of the file. So
 * zlib is undone here, by GLib's converter. What it cannot undo is given to elf_compress as a section of a small ELF
 * file made for it: a header, the section, and nothing else.
 * A section that claims to become more than MAX_RATIO times as large is taken for a bomb. */
#include "profiler/modules/unpack.h"

#include <elf.h>
#include <gio/gio.h>
#include <string.h>

#define MAX_SIZE (G_GUINT64_CONSTANT (1) << 34)
#define MAX_RATIO 4096

static gboolean
is_plausible (guint64 unpacked, guint64 packed)
{
  return unpacked > 0 && unpacked <= MAX_SIZE && unpacked / MAX_RATIO <= packed;
}

static GBytes *
inflate (const guint8 *packed, gsize packed_size, gsize size)
{
  g_autoptr (GZlibDecompressor) zlib = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  g_autofree guint8 *bytes = g_try_malloc (size);
  gsize in = 0, out = 0, read, written;

  while (bytes != NULL && out < size) {
    GConverterResult result = g_converter_convert (G_CONVERTER (zlib), packed + in, packed_size - in, bytes + out,
                                                   size - out, G_CONVERTER_NO_FLAGS, &read, &written, NULL);
    if (result == G_CONVERTER_ERROR)
      return NULL;
    in += read;
    out += written;
    if (result == G_CONVERTER_FINISHED || (read == 0 && written == 0))
      break;
  }
  return bytes != NULL && out == size ? g_bytes_new_take (g_steal_pointer (&bytes), size) : NULL;
}

/* A file of one section: ELF header, contents, two section headers. */
static guint8 *
make_file (const guint8 *packed, gsize packed_size, gsize *size)
{
  gsize contents = sizeof (Elf64_Ehdr), headers = (contents + packed_size + 7) & ~(gsize)7;
  Elf64_Ehdr file = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                      .e_type = ET_REL,
                      .e_machine = EM_X86_64,
                      .e_version = EV_CURRENT,
                      .e_shoff = headers,
                      .e_ehsize = sizeof (Elf64_Ehdr),
                      .e_shentsize = sizeof (Elf64_Shdr),
                      .e_shnum = 2 };
  Elf64_Shdr section = { .sh_type = SHT_PROGBITS,
                         .sh_flags = SHF_COMPRESSED,
                         .sh_offset = contents,
                         .sh_size = packed_size,
                         .sh_addralign = 8 };

  *size = headers + 2 * sizeof (Elf64_Shdr);
  guint8 *bytes = g_try_malloc0 (*size);
  if (bytes == NULL)
    return NULL;
  memcpy (bytes, &file, sizeof file);
  memcpy (bytes + contents, packed, packed_size);
  memcpy (bytes + headers + sizeof section, &section, sizeof section);
  return bytes;
}

static GBytes *
unpack_by_libelf (const guint8 *packed, gsize packed_size)
{
  gsize size;
  g_autofree guint8 *bytes = make_file (packed, packed_size, &size);
  Elf *elf = bytes != NULL ? elf_memory ((char *)bytes, size) : NULL;
  Elf_Scn *section = elf != NULL ? elf_getscn (elf, 1) : NULL;
  GBytes *result = NULL;

  if (section != NULL && elf_compress (section, 0, 0) >= 0) {
    const Elf_Data *data = elf_getdata (section, NULL);
    if (data != NULL && data->d_buf != NULL)
      result = g_bytes_new (data->d_buf, data->d_size);
  }
  elf_end (elf);
  return result;
}

static GBytes *
unpack_gnu (const guint8 *packed, gsize packed_size)
{
  guint64 size = 0;

  if (packed_size < 12 || memcmp (packed, "ZLIB", 4) != 0)
    return NULL;
  for (guint i = 4; i < 12; i++)
    size = size << 8 | packed[i];
  return is_plausible (size, packed_size) ? inflate (packed + 12, packed_size - 12, size) : NULL;
}

static GBytes *
unpack_elf (const guint8 *packed, gsize packed_size, const char **why)
{
  Elf64_Chdr header;

  if (packed_size < sizeof header)
    return NULL;
  memcpy (&header, packed, sizeof header);
  if (!is_plausible (header.ch_size, packed_size))
    return NULL;
  if (header.ch_type == ELFCOMPRESS_ZLIB)
    return inflate (packed + sizeof header, packed_size - sizeof header, header.ch_size);
  *why = "libelf cannot decompress it (zstd needs elfutils 0.189); objcopy --decompress-debug-sections helps";
  return unpack_by_libelf (packed, packed_size);
}

GBytes *
hs_unpack (Elf_Scn *section, gboolean gnu, const char **why)
{
  Elf_Data *data = elf_rawdata (section, NULL);

  *why = "it is damaged";
  if (data == NULL || data->d_buf == NULL)
    return NULL;
  return gnu ? unpack_gnu (data->d_buf, data->d_size) : unpack_elf (data->d_buf, data->d_size, why);
}
