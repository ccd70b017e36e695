noinst_LTLIBRARIES += libhs-roots.la
libhs_roots_la_SOURCES = \
  profiler/roots/roots.c \
  profiler/roots/roots.h
libhs_roots_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
