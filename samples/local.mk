# The sample that quickstart.sh runs: a program as others write them, with debug info.
noinst_PROGRAMS += samples/shopd
samples_shopd_SOURCES = samples/shop.h samples/shopd.c samples/visitors.c
samples_shopd_CFLAGS = -std=gnu11 -g -O2 -pthread $(WARN_CFLAGS)
samples_shopd_LDFLAGS = -pthread
