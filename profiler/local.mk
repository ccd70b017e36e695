lib_LTLIBRARIES += libheapsum.la
libheapsum_la_SOURCES = \
  profiler/explain-names.c \
  profiler/explain-path.c \
  profiler/explain-private.h \
  profiler/explain.c \
  profiler/explain.h \
  profiler/options-private.h \
  profiler/options.c \
  profiler/sampler.c \
  profiler/self.c
libheapsum_la_CPPFLAGS = $(AM_CPPFLAGS) -DHELPER_DIR=\"$(pkglibexecdir)\"
libheapsum_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
libheapsum_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined -Wl,--version-script=$(srcdir)/libheapsum.map
EXTRA_libheapsum_la_DEPENDENCIES = libheapsum.map
libheapsum_la_LIBADD = \
  libhs-formatters.la \
  libhs-summary.la \
  libhs-inference.la \
  libhs-roots.la \
  libhs-types.la \
  libhs-modules.la \
  libhs-arenas.la \
  libhs-target.la \
  $(GLIB_LIBS) $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(DEMANGLE_LIBS)
EXTRA_DIST += libheapsum.map

# What a process that snapshots itself starts.
pkglibexec_PROGRAMS += profiler/heapsum-helper
profiler_heapsum_helper_SOURCES = profiler/helper.c
profiler_heapsum_helper_LDADD = libheapsum.la $(GLIB_LIBS)

pkginclude_HEADERS = \
  heapsum/heapsum.h \
  heapsum/heapsum-condition.h \
  heapsum/heapsum-diff.h \
  heapsum/heapsum-error.h \
  heapsum/heapsum-explain.h \
  heapsum/heapsum-format.h \
  heapsum/heapsum-macros.h \
  heapsum/heapsum-options.h \
  heapsum/heapsum-snapshot.h \
  heapsum/heapsum-summary.h

pkgconfig_DATA = heapsum.pc
