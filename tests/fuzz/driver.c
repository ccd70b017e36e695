/* driver.c - replays files through a fuzzer's entry point, where there is no fuzzing engine. */
#include <glib.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    g_autofree char *data = NULL;
    gsize size;
    if (!g_file_get_contents (argv[i], &data, &size, NULL)) {
      fprintf (stderr, "%s: cannot be read\n", argv[i]);
      return 99;
    }
    LLVMFuzzerTestOneInput ((const guint8 *)data, size);
  }
  return 0;
}
