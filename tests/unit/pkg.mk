# Tests of the layers summary and formatters, of the library as a whole and of the command line.
check_PROGRAMS += tests/unit/test-self
TESTS += tests/unit/test-self

tests_unit_test_self_SOURCES = tests/unit/test-self.c
tests_unit_test_self_CFLAGS = $(AM_CFLAGS) -g -O0
tests_unit_test_self_LDADD = libheapsum.la $(GLIB_LIBS)
