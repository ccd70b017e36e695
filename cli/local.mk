bin_PROGRAMS += cli/heapsum
cli_heapsum_SOURCES = \
  cli/cli.h \
  cli/diff.c \
  cli/explain.c \
  cli/main.c \
  cli/objects.c \
  cli/open.c \
  cli/options.c \
  cli/snapshot.c
cli_heapsum_LDADD = libheapsum.la $(GLIB_LIBS)

EXTRA_DIST += cli/completion.bash
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashcompletiondir)'
	$(INSTALL_DATA) $(srcdir)/cli/completion.bash '$(DESTDIR)$(bashcompletiondir)/heapsum'
uninstall-local:
	-rm -f '$(DESTDIR)$(bashcompletiondir)/heapsum'
