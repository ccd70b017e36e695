noinst_LTLIBRARIES += libhs-roots.la
libhs_roots_la_SOURCES = \
  profiler/roots/cfi.c \
  profiler/roots/cfi.h \
  profiler/roots/copies.c \
  profiler/roots/copies.h \
  profiler/roots/expression.c \
  profiler/roots/expression.h \
  profiler/roots/roots.c \
  profiler/roots/roots.h \
  profiler/roots/tls.c \
  profiler/roots/tls.h \
  profiler/roots/unwind.c \
  profiler/roots/unwind.h
libhs_roots_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
