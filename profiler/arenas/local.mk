noinst_LTLIBRARIES += libhs-arenas.la
libhs_arenas_la_SOURCES = \
  profiler/arenas/arenas.c \
  profiler/arenas/arenas.h \
  profiler/arenas/blocks.c \
  profiler/arenas/blocks.h \
  profiler/arenas/glibc-find.c \
  profiler/arenas/glibc-lists.c \
  profiler/arenas/glibc-mmapped.c \
  profiler/arenas/glibc-orphans.c \
  profiler/arenas/glibc-private.h \
  profiler/arenas/glibc-walk.c \
  profiler/arenas/glibc.c
libhs_arenas_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
