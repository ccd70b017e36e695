# Fuzz drivers. Each feeds bytes to one part of the profiler; `make check` replays what lies in corpus/, `make fuzz`
# builds them with clang's libFuzzer in ./fuzzing and lets each search for $(FUZZ_SECONDS).
FUZZERS = \
  tests/fuzz/fuzz-cfi \
  tests/fuzz/fuzz-core \
  tests/fuzz/fuzz-dwarf \
  tests/fuzz/fuzz-heap \
  tests/fuzz/fuzz-inference \
  tests/fuzz/fuzz-snapshot
check_PROGRAMS += $(FUZZERS)
check_LTLIBRARIES += tests/fuzz/libreplay.la
TESTS += tests/fuzz/test-replay.sh
EXTRA_DIST += tests/fuzz/test-replay.sh tests/fuzz/run-fuzzers.sh tests/fuzz/corpus

tests_fuzz_libreplay_la_SOURCES = tests/fuzz/driver.c
FUZZ_ENGINE = tests/fuzz/libreplay.la
LINK_FUZZ =
FUZZ_FAKES = tests/fuzz/input.h $(FAKE_SUPPORT)
FUZZ_TYPES = tests/support/fake-types.c tests/support/fake-types.h
CFLAGS_FUZZ = $(AM_CFLAGS) $(LIBELF_CFLAGS) $(LIBDWARF_CFLAGS)
FUZZ_LIBS = libhs-inference.la libhs-roots.la libhs-types.la libhs-modules.la libhs-arenas.la libhs-target.la \
  $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(DEMANGLE_LIBS) $(GLIB_LIBS)

tests_fuzz_fuzz_cfi_SOURCES = tests/fuzz/fuzz-cfi.c $(FUZZ_FAKES) $(FUZZ_TYPES)
tests_fuzz_fuzz_cfi_CFLAGS = $(CFLAGS_FUZZ)
tests_fuzz_fuzz_cfi_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_cfi_LDADD = $(FUZZ_ENGINE) $(FUZZ_LIBS)
tests_fuzz_fuzz_core_SOURCES = tests/fuzz/fuzz-core.c $(FUZZ_TYPES)
tests_fuzz_fuzz_core_CFLAGS = $(CFLAGS_FUZZ)
tests_fuzz_fuzz_core_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_core_LDADD = $(FUZZ_ENGINE) $(FUZZ_LIBS)
tests_fuzz_fuzz_dwarf_SOURCES = tests/fuzz/fuzz-dwarf.c
tests_fuzz_fuzz_dwarf_CFLAGS = $(CFLAGS_FUZZ)
tests_fuzz_fuzz_dwarf_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_dwarf_LDADD = $(FUZZ_ENGINE) $(FUZZ_LIBS)
tests_fuzz_fuzz_heap_SOURCES = tests/fuzz/fuzz-heap.c $(FUZZ_FAKES)
tests_fuzz_fuzz_heap_CFLAGS = $(CFLAGS_FUZZ)
tests_fuzz_fuzz_heap_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_heap_LDADD = $(FUZZ_ENGINE) $(FUZZ_LIBS)
tests_fuzz_fuzz_inference_SOURCES = tests/fuzz/fuzz-inference.c $(FUZZ_FAKES) $(FUZZ_TYPES)
tests_fuzz_fuzz_inference_CFLAGS = $(CFLAGS_FUZZ)
tests_fuzz_fuzz_inference_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_inference_LDADD = $(FUZZ_ENGINE) $(FUZZ_LIBS)
tests_fuzz_fuzz_snapshot_SOURCES = tests/fuzz/fuzz-snapshot.c profiler/target/error.c
tests_fuzz_fuzz_snapshot_CFLAGS = $(CFLAGS_FUZZ)
tests_fuzz_fuzz_snapshot_LDFLAGS = $(AM_LDFLAGS) $(LINK_FUZZ)
tests_fuzz_fuzz_snapshot_LDADD = $(FUZZ_ENGINE) libhs-formatters.la libhs-summary.la $(GLIB_LIBS)

FUZZ_SECONDS = 60
FUZZ_CC = clang
FUZZ_SANITIZE = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
fuzzing/config.status:
	$(MKDIR_P) fuzzing
	cd fuzzing && $(abs_top_srcdir)/configure CC='$(FUZZ_CC)' CXX='$(FUZZ_CC)++' CFLAGS='-g -O1 $(FUZZ_SANITIZE)' \
	  CXXFLAGS='-g -O1 $(FUZZ_SANITIZE)'
fuzz: fuzzing/config.status
	cd fuzzing && $(MAKE) FUZZ_ENGINE= LINK_FUZZ=-fsanitize=fuzzer $(FUZZERS)
	$(SHELL) $(srcdir)/tests/fuzz/run-fuzzers.sh fuzzing $(srcdir)/tests/fuzz/corpus $(FUZZ_SECONDS)
.PHONY: fuzz
