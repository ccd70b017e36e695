# Tests on targets made by hand: no process is started for them.
check_PROGRAMS += tests/unit/test-sections
TESTS += tests/unit/test-sections
VALGRIND_TESTS += tests/unit/test-sections

FAKE_SUPPORT = \
  tests/support/fake-elf.c tests/support/fake-elf.h \
  tests/support/fake-target.c tests/support/fake-target.h

tests_unit_test_sections_SOURCES = tests/unit/test-sections.c $(FAKE_SUPPORT)
tests_unit_test_sections_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_sections_LDADD = libhs-modules.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)
