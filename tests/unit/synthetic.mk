# Tests on targets made by hand: no process is started for them.
SYNTHETIC_TESTS = \
  tests/unit/test-blocks \
  tests/unit/test-forms \
  tests/unit/test-inside \
  tests/unit/test-shapes \
  tests/unit/test-tail \
  tests/unit/test-glibc-walk \
  tests/unit/test-groups \
  tests/unit/test-inference \
  tests/unit/test-sections
check_PROGRAMS += $(SYNTHETIC_TESTS) tests/unit/test-hostile
TESTS += $(SYNTHETIC_TESTS) tests/unit/test-hostile
VALGRIND_TESTS += $(SYNTHETIC_TESTS)

FAKE_SUPPORT = \
  tests/support/fake-elf.c tests/support/fake-elf.h \
  tests/support/fake-target.c tests/support/fake-target.h

tests_unit_test_blocks_SOURCES = tests/unit/test-blocks.c
tests_unit_test_blocks_LDADD = libhs-arenas.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

tests_unit_test_glibc_walk_SOURCES = tests/unit/test-glibc-walk.c tests/support/fake-heap.c tests/support/fake-heap.h \
  $(FAKE_SUPPORT)
tests_unit_test_glibc_walk_LDADD = libhs-arenas.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

FAKE_PROGRAM = tests/support/fake-program.c tests/support/fake-program.h tests/support/fake-types.c tests/support/fake-types.h \
  $(FAKE_SUPPORT)
FAKE_PROGRAM_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS) $(LIBDWARF_CFLAGS)
FAKE_PROGRAM_LIBS = libhs-inference.la libhs-roots.la libhs-types.la libhs-modules.la libhs-arenas.la libhs-target.la \
  $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(DEMANGLE_LIBS) $(GLIB_LIBS)

tests_unit_test_inside_SOURCES = tests/unit/test-inside.c $(FAKE_PROGRAM)
tests_unit_test_inside_CFLAGS = $(FAKE_PROGRAM_CFLAGS)
tests_unit_test_inside_LDADD = $(FAKE_PROGRAM_LIBS)
tests_unit_test_shapes_SOURCES = tests/unit/test-shapes.c $(FAKE_PROGRAM)
tests_unit_test_shapes_CFLAGS = $(FAKE_PROGRAM_CFLAGS)
tests_unit_test_shapes_LDADD = $(FAKE_PROGRAM_LIBS)
tests_unit_test_tail_SOURCES = tests/unit/test-tail.c $(FAKE_PROGRAM)
tests_unit_test_tail_CFLAGS = $(FAKE_PROGRAM_CFLAGS)
tests_unit_test_tail_LDADD = $(FAKE_PROGRAM_LIBS)
tests_unit_test_forms_SOURCES = tests/unit/test-forms.c $(FAKE_PROGRAM)
tests_unit_test_forms_CFLAGS = $(FAKE_PROGRAM_CFLAGS)
tests_unit_test_forms_LDADD = $(FAKE_PROGRAM_LIBS)

tests_unit_test_groups_SOURCES = tests/unit/test-groups.c $(FAKE_PROGRAM)
tests_unit_test_groups_CFLAGS = $(FAKE_PROGRAM_CFLAGS)
tests_unit_test_groups_LDADD = $(FAKE_PROGRAM_LIBS)

# It measures time: not under Valgrind.
tests_unit_test_hostile_SOURCES = tests/unit/test-hostile.c $(FAKE_PROGRAM)
tests_unit_test_hostile_CFLAGS = $(FAKE_PROGRAM_CFLAGS)
tests_unit_test_hostile_LDADD = $(FAKE_PROGRAM_LIBS)

tests_unit_test_inference_SOURCES = tests/unit/test-inference.c $(FAKE_PROGRAM)
tests_unit_test_inference_CFLAGS = $(FAKE_PROGRAM_CFLAGS)
tests_unit_test_inference_LDADD = $(FAKE_PROGRAM_LIBS)

tests_unit_test_sections_SOURCES = tests/unit/test-sections.c $(FAKE_SUPPORT)
tests_unit_test_sections_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_sections_LDADD = libhs-modules.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)
