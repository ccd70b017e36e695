# Tests of the layers target and modules, and the victims they start.
check_PROGRAMS += \
  tests/unit/test-image \
  tests/unit/test-kill \
  tests/unit/test-modules \
  tests/unit/test-target \
  tests/victims/victim-blocked \
  tests/victims/victim-churn \
  tests/victims/victim-memory \
  tests/victims/victim-steady
TESTS += \
  tests/unit/test-image \
  tests/unit/test-kill \
  tests/unit/test-modules \
  tests/unit/test-target

tests_unit_test_image_SOURCES = tests/unit/test-image.c
tests_unit_test_image_LDADD = libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

tests_unit_test_kill_SOURCES = tests/unit/test-kill.c tests/support/victim.c tests/support/victim.h
tests_unit_test_kill_LDADD = libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

tests_unit_test_modules_SOURCES = tests/unit/test-modules.c tests/support/victim.c tests/support/victim.h
tests_unit_test_modules_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_modules_LDADD = libhs-modules.la libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

tests_unit_test_target_SOURCES = tests/unit/test-target.c tests/support/victim.c tests/support/victim.h
tests_unit_test_target_LDADD = libhs-target.la $(LIBELF_LIBS) $(GLIB_LIBS)

# Victims are plain C programs with debug info, whatever the rest is built with.
tests_victims_victim_blocked_SOURCES = tests/victims/victim-blocked.c tests/victims/truth.h
tests_victims_victim_blocked_CFLAGS = -std=gnu11 -g -pthread $(WARN_CFLAGS)
tests_victims_victim_blocked_LDFLAGS = -pthread
tests_victims_victim_churn_SOURCES = tests/victims/victim-churn.c tests/victims/truth.h
tests_victims_victim_churn_CFLAGS = -std=gnu11 -g -pthread $(WARN_CFLAGS)
tests_victims_victim_churn_LDFLAGS = -pthread
tests_victims_victim_memory_SOURCES = tests/victims/victim-memory.c tests/victims/truth.h
tests_victims_victim_memory_CFLAGS = -std=gnu11 -g $(WARN_CFLAGS)
tests_victims_victim_memory_LDFLAGS =
tests_victims_victim_steady_SOURCES = tests/victims/victim-steady.c tests/victims/truth.h
tests_victims_victim_steady_CFLAGS = -std=gnu11 -g -pthread $(WARN_CFLAGS)
tests_victims_victim_steady_LDFLAGS = -pthread
