noinst_LTLIBRARIES += libhs-types.la
libhs_types_la_SOURCES = \
  profiler/types/assemble.c \
  profiler/types/assemble.h \
  profiler/types/attr.c \
  profiler/types/attr.h \
  profiler/types/cache.c \
  profiler/types/cache.h \
  profiler/types/check.c \
  profiler/types/check.h \
  profiler/types/debug-files.c \
  profiler/types/debug-files.h \
  profiler/types/dump.c \
  profiler/types/dump.h \
  profiler/types/dwarf-file.c \
  profiler/types/dwarf-file.h \
  profiler/types/dwarf-lib.h \
  profiler/types/functions.c \
  profiler/types/functions.h \
  profiler/types/graph.c \
  profiler/types/graph.h \
  profiler/types/line.c \
  profiler/types/line.h \
  profiler/types/locals.c \
  profiler/types/merge.c \
  profiler/types/model.c \
  profiler/types/model.h \
  profiler/types/names.c \
  profiler/types/parameters.c \
  profiler/types/ranges.c \
  profiler/types/ranges.h \
  profiler/types/raw.h \
  profiler/types/reader.c \
  profiler/types/reader.h \
  profiler/types/strings.c \
  profiler/types/strings.h \
  profiler/types/table.c \
  profiler/types/table.h \
  profiler/types/types.h \
  profiler/types/walk.c \
  profiler/types/walk.h \
  profiler/types/walk-type.c
libhs_types_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS) $(LIBDWARF_CFLAGS)
libhs_types_la_LIBADD = $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(GLIB_LIBS)
