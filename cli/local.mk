bin_PROGRAMS += cli/heapsum
cli_heapsum_SOURCES = \
  cli/cli.h \
  cli/diff.c \
  cli/main.c \
  cli/objects.c \
  cli/open.c \
  cli/options.c \
  cli/snapshot.c
cli_heapsum_LDADD = libheapsum.la $(GLIB_LIBS)
