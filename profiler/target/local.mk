noinst_LTLIBRARIES += libhs-target.la
libhs_target_la_SOURCES = \
  profiler/target/addr.h \
  profiler/target/auxv.c \
  profiler/target/auxv.h \
  profiler/target/copy.c \
  profiler/target/copy.h \
  profiler/target/core.c \
  profiler/target/core.h \
  profiler/target/core-notes.c \
  profiler/target/diag.c \
  profiler/target/diag.h \
  profiler/target/elf-id.c \
  profiler/target/elf-id.h \
  profiler/target/error.c \
  profiler/target/error.h \
  profiler/target/files.c \
  profiler/target/files.h \
  profiler/target/freeze.c \
  profiler/target/freeze.h \
  profiler/target/image.c \
  profiler/target/image.h \
  profiler/target/live.c \
  profiler/target/maps.c \
  profiler/target/maps.h \
  profiler/target/pages.c \
  profiler/target/pages.h \
  profiler/target/plan.c \
  profiler/target/proc.c \
  profiler/target/proc.h \
  profiler/target/target.c \
  profiler/target/target.h
libhs_target_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
