noinst_LTLIBRARIES += libhs-inference.la
libhs_inference_la_SOURCES = \
  profiler/inference/content.c \
  profiler/inference/engine.c \
  profiler/inference/engine.h \
  profiler/inference/fit.c \
  profiler/inference/inference.c \
  profiler/inference/inference.h \
  profiler/inference/labels.h \
  profiler/inference/layout.c \
  profiler/inference/layout.h \
  profiler/inference/reasons.c \
  profiler/inference/reasons.h \
  profiler/inference/source-hints.c \
  profiler/inference/source-roots.c \
  profiler/inference/source-text.c \
  profiler/inference/source-vtable.c \
  profiler/inference/sources.c
libhs_inference_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
