# make bench: ratios, printed and never asserted.
EXTRA_PROGRAMS += bench/speed/population bench/speed/population300 bench/speed/readv bench/speed/stages
bench_speed_population_SOURCES = bench/speed/population.c
bench_speed_population_CFLAGS = -std=gnu11 -g -O2
bench_speed_population_LDFLAGS =
bench_speed_population300_SOURCES = bench/speed/population.c
bench_speed_population300_CFLAGS = -std=gnu11 -g -O2 -DPAD=16
bench_speed_population300_LDFLAGS =
bench_speed_readv_SOURCES = bench/speed/readv.c
bench_speed_stages_SOURCES = bench/speed/stages.c
bench_speed_stages_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
bench_speed_stages_LDADD = libhs-inference.la libhs-roots.la libhs-types.la libhs-modules.la libhs-arenas.la libhs-target.la \
  $(GLIB_LIBS) $(LIBDWARF_LIBS) $(LIBELF_LIBS) $(DEMANGLE_LIBS)
EXTRA_DIST += bench/speed/bench.sh

.PHONY: bench
bench: cli/heapsum $(EXTRA_PROGRAMS)
	$(srcdir)/bench/speed/bench.sh .
