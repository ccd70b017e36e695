# How tests run: every one speaks TAP, GLib's by themselves and the scripts by tests/support/tap.sh.
#
#   make check            all of them
#   make lint             the rules of the house only
#   make check-asan       all of them, everything built with AddressSanitizer and UBSan, in ./sanitized
#   make check-valgrind   the unit tests that trace no process, under Valgrind
TEST_EXTENSIONS = .sh
TAP_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(TAP_DRIVER)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/support/run-test.sh
SH_LOG_DRIVER = $(TAP_DRIVER)
SH_LOG_COMPILER = $(SHELL)

AM_TESTS_ENVIRONMENT = \
  G_TEST_SRCDIR='$(abs_top_srcdir)/tests/unit' G_TEST_BUILDDIR='$(abs_top_builddir)/tests/unit' \
  HEAPSUM='$(abs_top_builddir)/cli/heapsum' HEAPSUM_HELPER='$(abs_top_builddir)/profiler/heapsum-helper' \
  TOP_SRCDIR='$(abs_top_srcdir)' TOP_BUILDDIR='$(abs_top_builddir)' CC='$(CC)' CXX='$(CXX)' \
  TEST_CPPFLAGS='$(GLIB_CFLAGS) $(LIBELF_CFLAGS) $(LIBDWARF_CFLAGS)' SANITIZE_CFLAGS='$(SANITIZE_CFLAGS)'; \
  export G_TEST_SRCDIR G_TEST_BUILDDIR HEAPSUM HEAPSUM_HELPER TOP_SRCDIR TOP_BUILDDIR CC CXX TEST_CPPFLAGS SANITIZE_CFLAGS;

EXTRA_DIST += tests/support/run-test.sh tests/support/tap.sh

sanitized/config.status:
	$(MKDIR_P) sanitized
	cd sanitized && $(abs_top_srcdir)/configure --enable-sanitizers CFLAGS='-g -O1' CXXFLAGS='-g -O1'
sanitized: sanitized/config.status
	cd sanitized && $(MAKE) all && $(MAKE) check TESTS=
check-asan: sanitized/config.status
	cd sanitized && $(MAKE) check

# Valgrind runs a program on a processor of its own, which ptrace does not see through.
VALGRIND_TESTS =
check-valgrind: $(check_PROGRAMS)
	HEAPSUM_TEST_WRAPPER='valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite' \
	  $(MAKE) check TESTS='$(VALGRIND_TESTS)'

clean-local:
	-test ! -d sanitized || $(MAKE) -C sanitized clean
distclean-local:
	-rm -rf sanitized fuzzing

# Everything of it, without running it.
.PHONY: sanitized check-asan check-valgrind
