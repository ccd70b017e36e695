noinst_LTLIBRARIES += libhs-modules.la
libhs_modules_la_SOURCES = \
  profiler/modules/debug-file.c \
  profiler/modules/debug-file.h \
  profiler/modules/debuginfod.c \
  profiler/modules/debuginfod.h \
  profiler/modules/elf-file.c \
  profiler/modules/elf-file.h \
  profiler/modules/module-private.h \
  profiler/modules/modules.c \
  profiler/modules/modules.h \
  profiler/modules/sections.c \
  profiler/modules/symbols.c \
  profiler/modules/unpack.c \
  profiler/modules/unpack.h
libhs_modules_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
