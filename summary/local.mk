noinst_LTLIBRARIES += libhs-summary.la
libhs_summary_la_SOURCES = \
  summary/condition.c \
  summary/diff.c \
  summary/explanation-private.h \
  summary/explanation.c \
  summary/filter-private.h \
  summary/filter.c \
  summary/merge-private.h \
  summary/merge.c \
  summary/places-private.h \
  summary/places.c \
  summary/snapshot-file.c \
  summary/snapshot-private.h \
  summary/snapshot.c \
  summary/summary.c
