# Tests of the layers summary and formatters, of the library as a whole and of the command line.
check_PROGRAMS += tests/unit/test-self
TESTS += tests/unit/test-self

tests_unit_test_self_SOURCES = tests/unit/test-self.c
tests_unit_test_self_CFLAGS = $(AM_CFLAGS) -g -O0
tests_unit_test_self_LDADD = libheapsum.la $(GLIB_LIBS)

check_PROGRAMS += \
  tests/unit/test-condition \
  tests/unit/test-diff \
  tests/unit/test-formats \
  tests/unit/test-snapshot-file \
  tests/unit/test-summary
SUMMARY_TESTS = \
  tests/unit/test-condition \
  tests/unit/test-diff \
  tests/unit/test-formats \
  tests/unit/test-snapshot-file \
  tests/unit/test-summary
TESTS += $(SUMMARY_TESTS) tests/unit/test-cli.sh
VALGRIND_TESTS += $(SUMMARY_TESTS)

# These layers need neither the profiler nor the library: heapsum_error_quark() is all they take from there.
SUMMARY_TEST_SUPPORT = tests/support/snapshots.c tests/support/snapshots.h profiler/target/error.c
SUMMARY_TEST_LIBS = libhs-formatters.la libhs-summary.la $(GLIB_LIBS)
tests_unit_test_condition_SOURCES = tests/unit/test-condition.c $(SUMMARY_TEST_SUPPORT)
tests_unit_test_condition_LDADD = $(SUMMARY_TEST_LIBS)
tests_unit_test_diff_SOURCES = tests/unit/test-diff.c $(SUMMARY_TEST_SUPPORT)
tests_unit_test_diff_LDADD = $(SUMMARY_TEST_LIBS)
tests_unit_test_formats_SOURCES = tests/unit/test-formats.c $(SUMMARY_TEST_SUPPORT)
tests_unit_test_formats_LDADD = $(SUMMARY_TEST_LIBS)
tests_unit_test_snapshot_file_SOURCES = tests/unit/test-snapshot-file.c $(SUMMARY_TEST_SUPPORT)
tests_unit_test_snapshot_file_LDADD = $(SUMMARY_TEST_LIBS)
tests_unit_test_summary_SOURCES = tests/unit/test-summary.c $(SUMMARY_TEST_SUPPORT)
tests_unit_test_summary_LDADD = $(SUMMARY_TEST_LIBS)

check_PROGRAMS += tests/victims/victim-zoo
tests_victims_victim_zoo_SOURCES = tests/victims/victim-zoo.c tests/victims/truth.h
tests_victims_victim_zoo_CFLAGS = -std=gnu11 -g -O1 $(WARN_CFLAGS)
tests_victims_victim_zoo_LDFLAGS =
EXTRA_DIST += tests/unit/test-cli.sh \
  tests/golden/diff.csv tests/golden/diff.json tests/golden/diff.tsv tests/golden/diff.txt \
  tests/golden/diff-wide.txt \
  tests/golden/empty.csv tests/golden/empty.json tests/golden/empty.tsv tests/golden/empty.txt \
  tests/golden/objects.csv tests/golden/objects.json tests/golden/objects.tsv tests/golden/objects.txt \
  tests/golden/one.csv tests/golden/one.json tests/golden/one.tsv tests/golden/one.txt \
  tests/golden/summary.csv tests/golden/summary.json tests/golden/summary.tsv tests/golden/summary.txt \
  tests/golden/summary-evidence.txt tests/golden/summary-raw.txt tests/golden/summary-narrow.txt \
  tests/golden/summary-colour.txt tests/golden/diff-colour.txt tests/golden/summary-limit.txt \
  tests/golden/summary-limit.json \
  tests/golden/places.txt tests/golden/places-limit.txt tests/golden/places-all.txt tests/golden/places-one.txt \
  tests/golden/places-colour.txt tests/golden/places.json tests/golden/places-limit.json tests/golden/places.csv \
  tests/golden/places-all.csv tests/golden/places-diff.txt tests/golden/places-diff.json \
  tests/golden/explain-block.txt tests/golden/explain-untyped.txt tests/golden/explain-type.txt \
  tests/golden/explain-place.txt tests/golden/explain-type.json tests/golden/explain-type.csv
