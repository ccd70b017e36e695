# Tests of the layer arenas.
check_PROGRAMS += tests/unit/test-heap tests/victims/victim-heap
TESTS += tests/unit/test-heap

tests_unit_test_heap_SOURCES = tests/unit/test-heap.c tests/support/victim.c tests/support/victim.h
tests_unit_test_heap_LDADD = libhs-arenas.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

tests_victims_victim_heap_SOURCES = tests/victims/victim-heap.c tests/support/recorder.c tests/support/recorder.h
tests_victims_victim_heap_CFLAGS = -std=gnu11 -g -O1 -fno-builtin -pthread $(WARN_CFLAGS)
tests_victims_victim_heap_LDFLAGS = -pthread

EXTRA_DIST += tests/check-glibc.sh
.PHONY: check-glibc
check-glibc: tests/unit/test-heap
	$(srcdir)/tests/check-glibc.sh .

check_PROGRAMS += tests/unit/test-hammer tests/victims/victim-hammer
TESTS += tests/unit/test-hammer
tests_unit_test_hammer_SOURCES = tests/unit/test-hammer.c tests/support/victim.c tests/support/victim.h
tests_unit_test_hammer_LDADD = libheapsum.la $(GLIB_LIBS)
tests_victims_victim_hammer_SOURCES = tests/victims/victim-hammer.c
tests_victims_victim_hammer_CFLAGS = -std=gnu11 -g -O2 -pthread $(WARN_CFLAGS)
tests_victims_victim_hammer_LDFLAGS = -pthread
