noinst_LTLIBRARIES += libhs-summary.la
libhs_summary_la_SOURCES = \
  summary/condition.c \
  summary/diff.c \
  summary/filter-private.h \
  summary/filter.c \
  summary/snapshot-file.c \
  summary/snapshot-private.h \
  summary/snapshot.c \
  summary/summary.c
