# Tests of the layer roots, and the victim with variables everywhere.
check_PROGRAMS += tests/unit/test-roots tests/victims/victim-roots tests/victims/victim-roots-opt
check_LTLIBRARIES += tests/victims/libroots-linked.la tests/victims/libroots-loaded.la
TESTS += tests/unit/test-roots

tests_unit_test_roots_SOURCES = tests/unit/test-roots.c tests/support/victim.c tests/support/victim.h
tests_unit_test_roots_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_roots_LDADD = libhs-roots.la libhs-types.la libhs-modules.la libhs-target.la $(LIBDWARF_LIBS) \
  $(LIBELF_LIBS) $(GLIB_LIBS)

# Shared libraries that nobody installs: libtool wants to be told where they would go.
ROOTS_VICTIM_CFLAGS = -std=gnu11 -g -pthread -fno-lto $(WARN_CFLAGS)
tests_victims_libroots_linked_la_SOURCES = tests/victims/libroots-linked.c tests/victims/victim-roots.h
tests_victims_libroots_linked_la_CFLAGS = $(ROOTS_VICTIM_CFLAGS)
tests_victims_libroots_linked_la_LDFLAGS = -avoid-version -rpath $(abs_builddir)/tests/victims
tests_victims_libroots_loaded_la_SOURCES = tests/victims/libroots-loaded.c tests/victims/victim-roots.h
tests_victims_libroots_loaded_la_CFLAGS = $(ROOTS_VICTIM_CFLAGS)
tests_victims_libroots_loaded_la_LDFLAGS = -module -avoid-version -rpath $(abs_builddir)/tests/victims

tests_victims_victim_roots_SOURCES = tests/victims/victim-roots.c tests/victims/victim-roots.h tests/victims/truth.h
tests_victims_victim_roots_CFLAGS = $(ROOTS_VICTIM_CFLAGS) -DPLAIN
tests_victims_victim_roots_LDFLAGS = -pthread
tests_victims_victim_roots_LDADD = tests/victims/libroots-linked.la -ldl
tests_victims_victim_roots_DEPENDENCIES = tests/victims/libroots-linked.la tests/victims/libroots-loaded.la
tests_victims_victim_roots_opt_SOURCES = tests/victims/victim-roots.c tests/victims/victim-roots.h tests/victims/truth.h
tests_victims_victim_roots_opt_CFLAGS = $(ROOTS_VICTIM_CFLAGS)
tests_victims_victim_roots_opt_LDFLAGS = -pthread
tests_victims_victim_roots_opt_LDADD = tests/victims/libroots-linked.la -ldl
tests_victims_victim_roots_opt_DEPENDENCIES = tests/victims/libroots-linked.la tests/victims/libroots-loaded.la

# C++ objects need the whole way, from the process to the inference.
check_PROGRAMS += tests/unit/test-vtable tests/victims/victim-vtable tests/victims/victim-vtable-plain
TESTS += tests/unit/test-vtable
tests_unit_test_vtable_SOURCES = tests/unit/test-vtable.c tests/support/victim.c tests/support/victim.h
tests_unit_test_vtable_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_vtable_LDADD = libhs-inference.la libhs-roots.la libhs-types.la libhs-modules.la libhs-arenas.la \
  libhs-target.la $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(DEMANGLE_LIBS) $(GLIB_LIBS)
tests_victims_victim_vtable_SOURCES = tests/victims/victim-vtable.cc
tests_victims_victim_vtable_CXXFLAGS = -g -frtti
tests_victims_victim_vtable_LDFLAGS =
tests_victims_victim_vtable_plain_SOURCES = tests/victims/victim-vtable.cc
tests_victims_victim_vtable_plain_CXXFLAGS = -g -fno-rtti
tests_victims_victim_vtable_plain_LDFLAGS =

# And so do objects that point to their class.
check_PROGRAMS += tests/unit/test-class tests/victims/victim-class tests/victims/victim-gtype tests/victims/victim-gtype-tables tests/victims/victim-functions
TESTS += tests/unit/test-class
tests_unit_test_class_SOURCES = tests/unit/test-class.c tests/support/victim.c tests/support/victim.h
tests_unit_test_class_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_class_LDADD = libhs-inference.la libhs-roots.la libhs-types.la libhs-modules.la libhs-arenas.la \
  libhs-target.la $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(DEMANGLE_LIBS) $(GLIB_LIBS)
tests_victims_victim_class_SOURCES = tests/victims/victim-class.c tests/victims/said.h
tests_victims_victim_class_CFLAGS = -std=gnu11 -g -O1 $(WARN_CFLAGS)
tests_victims_victim_class_LDFLAGS =
tests_victims_victim_gtype_SOURCES = tests/victims/victim-gtype.c tests/victims/said.h
tests_victims_victim_gtype_CFLAGS = -std=gnu11 -g -O1 $(WARN_CFLAGS)
tests_victims_victim_gtype_LDFLAGS =
tests_victims_victim_gtype_tables_SOURCES = $(tests_victims_victim_gtype_SOURCES)
tests_victims_victim_gtype_tables_CPPFLAGS = $(AM_CPPFLAGS) -DTABLES
tests_victims_victim_gtype_tables_CFLAGS = $(tests_victims_victim_gtype_CFLAGS)
tests_victims_victim_gtype_tables_LDFLAGS =
tests_victims_victim_functions_SOURCES = tests/victims/victim-functions.c tests/victims/said.h
tests_victims_victim_functions_CFLAGS = -std=gnu11 -g -O2 $(WARN_CFLAGS)
tests_victims_victim_functions_LDFLAGS =
