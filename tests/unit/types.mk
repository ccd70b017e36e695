# Tests of the layer types, and the programs whose DWARF they read: the same source in several of its forms.
check_PROGRAMS += \
  tests/unit/test-types \
  tests/unit/test-types-cache \
  tests/unit/test-types-table \
  tests/victims/types-c4 \
  tests/victims/types-c5 \
  tests/victims/types-opt \
  tests/victims/types-gz \
  tests/victims/types-split4 \
  tests/victims/types-split5 \
  tests/victims/types-cxx4 \
  tests/victims/types-cxx5 \
  tests/victims/types-cxx-units
TESTS += \
  tests/unit/test-types \
  tests/unit/test-types-cache \
  tests/unit/test-types-table

TYPES_TEST_LIBS = libhs-types.la libhs-modules.la libhs-target.la $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(GLIB_LIBS)
TYPES_TEST_SUPPORT = tests/support/elf-modules.c tests/support/elf-modules.h

tests_unit_test_types_SOURCES = tests/unit/test-types.c tests/victims/types-shared.h $(TYPES_TEST_SUPPORT)
tests_unit_test_types_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_types_LDADD = $(TYPES_TEST_LIBS)
tests_unit_test_types_cache_SOURCES = tests/unit/test-types-cache.c $(TYPES_TEST_SUPPORT)
tests_unit_test_types_cache_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_types_cache_LDADD = $(TYPES_TEST_LIBS)
tests_unit_test_types_table_SOURCES = tests/unit/test-types-table.c
tests_unit_test_types_table_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
tests_unit_test_types_table_LDADD = $(TYPES_TEST_LIBS)

TYPES_VICTIM_SOURCES = tests/victims/types-c.c tests/victims/types-c2.c tests/victims/types-shared.h
TYPES_VICTIM_CFLAGS = -std=gnu11 -O0 -fno-lto $(WARN_CFLAGS)
tests_victims_types_c4_SOURCES = $(TYPES_VICTIM_SOURCES)
tests_victims_types_c4_CFLAGS = $(TYPES_VICTIM_CFLAGS) -gdwarf-4
tests_victims_types_c4_LDFLAGS = -Wl,--build-id
tests_victims_types_c5_SOURCES = $(TYPES_VICTIM_SOURCES)
tests_victims_types_c5_CFLAGS = $(TYPES_VICTIM_CFLAGS) -gdwarf-5
tests_victims_types_c5_LDFLAGS = -Wl,--build-id
tests_victims_types_opt_SOURCES = $(TYPES_VICTIM_SOURCES)
tests_victims_types_opt_CFLAGS = $(TYPES_VICTIM_CFLAGS) -gdwarf-5 -O2
tests_victims_types_opt_LDFLAGS = -Wl,--build-id
tests_victims_types_gz_SOURCES = $(TYPES_VICTIM_SOURCES)
tests_victims_types_gz_CFLAGS = $(TYPES_VICTIM_CFLAGS) -gdwarf-5
tests_victims_types_gz_LDFLAGS = -Wl,--compress-debug-sections=zlib
tests_victims_types_split4_SOURCES = $(TYPES_VICTIM_SOURCES)
tests_victims_types_split4_CFLAGS = $(TYPES_VICTIM_CFLAGS) -gdwarf-4 -gsplit-dwarf
tests_victims_types_split4_LDFLAGS =
tests_victims_types_split5_SOURCES = $(TYPES_VICTIM_SOURCES)
tests_victims_types_split5_CFLAGS = $(TYPES_VICTIM_CFLAGS) -gdwarf-5 -gsplit-dwarf
tests_victims_types_split5_LDFLAGS =
tests_victims_types_cxx4_SOURCES = tests/victims/types-cxx.cc
tests_victims_types_cxx4_CXXFLAGS = -O0 -fno-lto -gdwarf-4
tests_victims_types_cxx4_LDFLAGS =
tests_victims_types_cxx5_SOURCES = tests/victims/types-cxx.cc
tests_victims_types_cxx5_CXXFLAGS = -O0 -fno-lto -gdwarf-5
tests_victims_types_cxx5_LDFLAGS =
tests_victims_types_cxx_units_SOURCES = tests/victims/types-cxx.cc
tests_victims_types_cxx_units_CXXFLAGS = -O0 -fno-lto -gdwarf-5 -fdebug-types-section
tests_victims_types_cxx_units_LDFLAGS =
CLEANFILES += tests/victims/*.dwo
