noinst_LTLIBRARIES += libhs-formatters.la
libhs_formatters_la_SOURCES = \
  formatters/csv.c \
  formatters/formats.c \
  formatters/json.c \
  formatters/report.h \
  formatters/text.c
