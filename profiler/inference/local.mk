noinst_LTLIBRARIES += libhs-inference.la
libhs_inference_la_SOURCES = \
  profiler/inference/class-members.c \
  profiler/inference/classes.c \
  profiler/inference/classes.h \
  profiler/inference/containers.c \
  profiler/inference/containers.h \
  profiler/inference/content.c \
  profiler/inference/alike.c \
  profiler/inference/alike.h \
  profiler/inference/contexts.c \
  profiler/inference/contexts.h \
  profiler/inference/decisions.c \
  profiler/inference/decisions.h \
  profiler/inference/engine.c \
  profiler/inference/engine.h \
  profiler/inference/fit.c \
  profiler/inference/follow.c \
  profiler/inference/groups.c \
  profiler/inference/groups.h \
  profiler/inference/inference.c \
  profiler/inference/inference.h \
  profiler/inference/labels.h \
  profiler/inference/layout.c \
  profiler/inference/layout.h \
  profiler/inference/matrix.c \
  profiler/inference/matrix.h \
  profiler/inference/reasons.c \
  profiler/inference/reasons.h \
  profiler/inference/score.c \
  profiler/inference/score.h \
  profiler/inference/solve.c \
  profiler/inference/source-array.c \
  profiler/inference/source-class.c \
  profiler/inference/source-embed.c \
  profiler/inference/source-group.c \
  profiler/inference/source-gtype.c \
  profiler/inference/source-header.c \
  profiler/inference/source-length.c \
  profiler/inference/source-roots.c \
  profiler/inference/source-signature.c \
  profiler/inference/source-text.c \
  profiler/inference/source-values.c \
  profiler/inference/source-vtable.c \
  profiler/inference/sources.c \
  profiler/inference/words.c \
  profiler/inference/words.h
libhs_inference_la_CFLAGS = $(AM_CFLAGS) $(LIBELF_CFLAGS)
