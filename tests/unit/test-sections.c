/* test-sections.c - modules of targets made by hand: compressed and hostile sections, mapping lists of any length. */
#include "profiler/modules/modules.h"
#include "tests/support/fake-elf.h"
#include "tests/support/fake-target.h"

#include <gio/gio.h>

#define BASE G_GUINT64_CONSTANT (0x7f0000000000)

static const char text[] = "what the section holds, what the section holds, what the section holds";

/* A compressed section: its header, which may lie, and the stream. */
static GByteArray *
pack (guint32 type, guint64 size)
{
  Elf64_Chdr header = { .ch_type = type, .ch_size = size, .ch_addralign = 1 };
  g_autoptr (GZlibCompressor) zlib = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
  GByteArray *packed = g_byte_array_append (g_byte_array_new (), (const guint8 *)&header, sizeof header);
  guint8 stream[256];
  gsize read, written;

  g_assert_cmpint (g_converter_convert (G_CONVERTER (zlib), text, sizeof text, stream, sizeof stream,
                                        G_CONVERTER_INPUT_AT_END, &read, &written, NULL), ==, G_CONVERTER_FINISHED);
  return g_byte_array_append (packed, stream, written);
}

/* A target with one library of one section. */
static HsModules *
module_with (const FakeSection *section, HsDiag *diag)
{
  const Elf64_Phdr program = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = 4096, .p_memsz = 4096 };
  g_autoptr (GByteArray) file = fake_elf (&program, 1, section, 1);
  g_autoptr (HsTarget) target = fake_target_new ();

  fake_map (target, fake_file (target, "/nonexistent/lib.so", file->data, file->len), 0, BASE, 4096,
            PROT_READ | PROT_EXEC);
  fake_target_seal (target);
  return hs_modules_new (target, NULL, diag);
}

static gboolean
read_packed (GByteArray *packed, gboolean *holds)
{
  const FakeSection section = { ".packed", SHT_PROGBITS, SHF_COMPRESSED, 0, packed->data, packed->len };
  g_autoptr (HsDiag) diag = hs_diag_new ();
  g_autoptr (HsModules) modules = module_with (&section, diag);
  HsSection found, again;

  g_assert_cmpuint (modules->modules->len, ==, 1);
  gboolean there = hs_module_section (hs_modules_get (modules, 0), ".packed", &found);
  g_assert_true (hs_module_section (hs_modules_get (modules, 0), ".packed", &again) == there);
  g_assert_true (!there || (found.data == again.data && found.size == again.size));
  *holds = there && found.size == sizeof text && memcmp (found.data, text, sizeof text) == 0;
  g_byte_array_unref (packed);
  return there;
}

static void
test_compressed (void)
{
  gboolean holds;

  g_assert_true (read_packed (pack (ELFCOMPRESS_ZLIB, sizeof text), &holds));
  g_assert_true (holds);
}

/* Headers that lie about the size, the kind, and streams that end early. */
static void
test_hostile (void)
{
  const guint64 sizes[] = { 0, 1, sizeof text - 1, sizeof text + 1, 1 << 20, G_MAXINT64, G_MAXUINT64 };
  gboolean holds;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    read_packed (pack (ELFCOMPRESS_ZLIB, sizes[i]), &holds);
    g_assert_false (holds);
  }
  for (guint32 type = 0; type < 5; type++)
    if (type != ELFCOMPRESS_ZLIB)
      g_assert_false (read_packed (pack (type, sizeof text), &holds));
  for (guint length = 1; length < sizeof (Elf64_Chdr) + 30; length++)
    g_assert_false (read_packed (g_byte_array_set_size (pack (ELFCOMPRESS_ZLIB, sizeof text), length), &holds));
}

/* Two files that claim to span everything, mapped alternately in 200,000 pieces that are not executable. */
static void
test_many_mappings (void)
{
  const Elf64_Phdr program
      = { .p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = 4096, .p_memsz = G_GUINT64_CONSTANT (1) << 40 };
  g_autoptr (GByteArray) bytes = fake_elf (&program, 1, NULL, 0);
  g_autoptr (HsTarget) target = fake_target_new ();
  g_autoptr (HsDiag) diag = hs_diag_new ();

  gint only = fake_file (target, "/nonexistent/only", bytes->data, bytes->len);
  gint other = fake_file (target, "/nonexistent/other", (const guint8 *)"no ELF file", 11);
  for (guint i = 0; i < 200000; i++)
    fake_map (target, i == 100000 ? only : other, 0, BASE + i * 2 * HS_PAGE_SIZE, HS_PAGE_SIZE, PROT_READ);
  for (guint i = 0; i < 20000; i++) {
    g_autofree char *path = g_strdup_printf ("/nonexistent/%u", i);
    fake_map (target, fake_file (target, path, bytes->data, bytes->len), 0, BASE - (i + 1) * HS_PAGE_SIZE,
              HS_PAGE_SIZE, PROT_READ);
  }
  fake_target_seal (target);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (HsModules) modules = hs_modules_new (target, NULL, diag);
  g_assert_cmpuint (modules->modules->len, ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

/* A second mapping of the file inside the span makes it a module, one behind it does not. */
static void
test_data_files (void)
{
  const Elf64_Phdr program = { .p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = 8192, .p_memsz = 8192 };
  const FakeSection filler = { ".filler", SHT_PROGBITS, 0, 8000, "x", 1 };
  g_autoptr (GByteArray) bytes = fake_elf (&program, 1, &filler, 1);
  g_autoptr (HsTarget) target = fake_target_new ();
  g_autoptr (HsDiag) diag = hs_diag_new ();
  gint loaded = fake_file (target, "/nonexistent/loaded", bytes->data, bytes->len);
  gint apart = fake_file (target, "/nonexistent/data", bytes->data, bytes->len);

  fake_map (target, loaded, 0, BASE, 4096, PROT_READ);
  fake_map (target, loaded, 4096, BASE + 4096, 4096, PROT_READ);
  fake_map (target, apart, 0, BASE + 0x10000, 4096, PROT_READ);
  fake_map (target, apart, 4096, BASE + 0x20000, 4096, PROT_READ);
  fake_target_seal (target);
  g_autoptr (HsModules) modules = hs_modules_new (target, NULL, diag);
  g_assert_cmpuint (modules->modules->len, ==, 1);
  g_assert_cmpstr (hs_modules_get (modules, 0)->name, ==, "loaded");
  g_assert_cmphex (hs_modules_get (modules, 0)->bias, ==, BASE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sections/compressed", test_compressed);
  g_test_add_func ("/sections/hostile", test_hostile);
  g_test_add_func ("/modules/many-mappings", test_many_mappings);
  g_test_add_func ("/modules/data-files", test_data_files);
  return g_test_run ();
}
