noinst_LTLIBRARIES += libhs-arenas.la
libhs_arenas_la_SOURCES = \
  profiler/arenas/arenas.h
libhs_arenas_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
