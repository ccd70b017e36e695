/* test-image.c - the memory image, on bytes made up here. */
#include "profiler/target/image.h"

static const guint8 bytes[64] = "0123456789abcdefghijklmnopqrstuvwxyz";

static void
test_read (void)
{
  g_autoptr (HsImage) image = hs_image_new ();
  char text[8] = "";
  gsize available;

  hs_image_add_segment (image, 0x2000, bytes + 32, 4, FALSE);
  hs_image_add_segment (image, 0x1000, bytes, 10, FALSE);
  hs_image_add_segment (image, 0x100a, bytes + 20, 6, TRUE);
  hs_image_seal (image);
  g_assert_cmpuint (image->n_segments, ==, 3);
  g_assert_cmpuint (image->n_bytes, ==, 14);
  g_assert_true (hs_image_read (image, 0x1008, text, 4));
  g_assert_cmpstr (text, ==, "89kl");
  g_assert_null (hs_image_at (image, 0x1008, 4));
  g_assert_true (hs_image_at (image, 0x1008, 2) == bytes + 8);
  g_assert_true (hs_image_span (image, 0x100c, &available) == bytes + 22);
  g_assert_cmpuint (available, ==, 4);
  g_assert_false (hs_image_read (image, 0x100e, text, 4));
  g_assert_null (hs_image_span (image, 0xfff, &available));
  g_assert_null (hs_image_segment (image, 0x1010));
  g_assert_null (hs_image_segment (image, G_MAXUINT64));
}

static void
test_join (void)
{
  g_autoptr (HsImage) image = hs_image_new ();

  hs_image_add_segment (image, 0x1000, bytes, 16, FALSE);
  hs_image_add_segment (image, 0x1010, bytes + 16, 16, FALSE);
  hs_image_seal (image);
  g_assert_cmpuint (image->n_segments, ==, 1);
  g_assert_true (hs_image_at (image, 0x1008, 16) == bytes + 8);
}

static void
test_overlap (void)
{
  g_autoptr (HsImage) image = hs_image_new ();
  guint8 byte;

  hs_image_add_segment (image, 0x1000, bytes, 16, FALSE);
  hs_image_add_segment (image, 0x1008, bytes + 32, 16, FALSE);
  hs_image_add_segment (image, 0x1004, bytes + 48, 4, FALSE);
  hs_image_add_segment (image, HS_ADDR_LIMIT - 4, bytes, 16, FALSE);
  hs_image_add_segment (image, G_MAXUINT64 - 4, bytes, 4, FALSE);
  hs_image_add_segment (image, 0x5000, bytes, 0, FALSE);
  hs_image_seal (image);
  g_assert_cmpuint (image->n_bytes, ==, 24);
  g_assert_true (hs_image_read (image, 0x1005, &byte, 1));
  g_assert_cmpint (byte, ==, '5');
  g_assert_true (hs_image_read (image, 0x1010, &byte, 1));
  g_assert_cmpint (byte, ==, bytes[40]);
}

static void
test_string (void)
{
  g_autoptr (HsImage) image = hs_image_new ();
  g_autofree char *whole = NULL, *across = NULL, *cut = NULL, *open = NULL;

  hs_image_add_segment (image, 0x1000, bytes + 20, 4, TRUE);
  hs_image_add_segment (image, 0x1004, bytes + 30, 10, FALSE);
  hs_image_add_segment (image, 0x2000, bytes, 4, FALSE);
  hs_image_seal (image);
  whole = hs_image_string (image, 0x1005, 100);
  across = hs_image_string (image, 0x1002, 100);
  cut = hs_image_string (image, 0x1002, 3);
  open = hs_image_string (image, 0x2000, 100);
  g_assert_cmpstr (whole, ==, "vwxyz");
  g_assert_cmpstr (across, ==, "mnuvwxyz");
  g_assert_null (cut);
  g_assert_null (open);
}

static void
destroyed (gpointer data)
{
  ++*(guint *)data;
}

static void
test_owned (void)
{
  HsImage *image = hs_image_new ();
  guint count = 0;

  hs_image_own (image, &count, destroyed);
  hs_image_unref (hs_image_ref (image));
  g_assert_cmpuint (count, ==, 0);
  hs_image_unref (image);
  g_assert_cmpuint (count, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/read", test_read);
  g_test_add_func ("/image/join", test_join);
  g_test_add_func ("/image/overlap", test_overlap);
  g_test_add_func ("/image/string", test_string);
  g_test_add_func ("/image/owned", test_owned);
  return g_test_run ();
}
