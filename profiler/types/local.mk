noinst_LTLIBRARIES += libhs-types.la
libhs_types_la_SOURCES = \
  profiler/types/types.h
libhs_types_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
