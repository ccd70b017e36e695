noinst_LTLIBRARIES += libhs-target.la
libhs_target_la_SOURCES = \
  profiler/target/addr.h \
  profiler/target/diag.c \
  profiler/target/diag.h \
  profiler/target/error.h \
  profiler/target/image.c \
  profiler/target/image.h \
  profiler/target/target.h
libhs_target_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
