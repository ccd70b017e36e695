# Tests on targets made by hand: no process is started for them.
SYNTHETIC_TESTS = \
  tests/unit/test-blocks \
  tests/unit/test-glibc-walk \
  tests/unit/test-inference \
  tests/unit/test-sections
check_PROGRAMS += $(SYNTHETIC_TESTS)
TESTS += $(SYNTHETIC_TESTS)
VALGRIND_TESTS += $(SYNTHETIC_TESTS)

FAKE_SUPPORT = \
  tests/support/fake-elf.c tests/support/fake-elf.h \
  tests/support/fake-target.c tests/support/fake-target.h

tests_unit_test_blocks_SOURCES = tests/unit/test-blocks.c
tests_unit_test_blocks_LDADD = libhs-arenas.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

tests_unit_test_glibc_walk_SOURCES = tests/unit/test-glibc-walk.c tests/support/fake-heap.c tests/support/fake-heap.h \
  $(FAKE_SUPPORT)
tests_unit_test_glibc_walk_LDADD = libhs-arenas.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

tests_unit_test_inference_SOURCES = tests/unit/test-inference.c tests/support/fake-types.c tests/support/fake-types.h \
  $(FAKE_SUPPORT)
tests_unit_test_inference_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS) $(LIBDWARF_CFLAGS)
tests_unit_test_inference_LDADD = libhs-inference.la libhs-roots.la libhs-types.la libhs-modules.la libhs-arenas.la \
  libhs-target.la $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(DEMANGLE_LIBS) $(GLIB_LIBS)

tests_unit_test_sections_SOURCES = tests/unit/test-sections.c $(FAKE_SUPPORT)
tests_unit_test_sections_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_sections_LDADD = libhs-modules.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)
