noinst_LTLIBRARIES += libhs-modules.la
libhs_modules_la_SOURCES = \
  profiler/modules/modules.h
libhs_modules_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
