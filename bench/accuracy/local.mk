# make accuracy DUMPS=DIR HEAPSUM_TRUTH=DIR    how many blocks of real programs are named, and how many names are right
# make ablation DUMPS=DIR HEAPSUM_TRUTH=DIR    what each source of evidence is worth, into docs/INFERENCE.md
#
# DUMPS is what bench/accuracy/dump.sh left, HEAPSUM_TRUTH the folder of the scripts that know the truth.
EXTRA_DIST += \
  bench/accuracy/README.md \
  bench/accuracy/ablation.sh \
  bench/accuracy/accept \
  bench/accuracy/accuracy.sh \
  bench/accuracy/corpus \
  bench/accuracy/dump.sh \
  bench/accuracy/glib.sh \
  bench/accuracy/hints \
  bench/accuracy/score.sh \
  bench/accuracy/states \
  bench/accuracy/table.py \
  bench/accuracy/targets

accuracy_needs = { test -d '$(DUMPS)' && test -e '$(HEAPSUM_TRUTH)/score.py'; } || { \
  echo 'Say where the dumps and the scripts of the truth are: make $@ DUMPS=DIR HEAPSUM_TRUTH=DIR' >&2; \
  echo 'bench/accuracy/README.md says what these are and how they are made.' >&2; exit 2; }

.PHONY: accuracy ablation
accuracy: cli/heapsum
	@$(accuracy_needs)
	HEAPSUM_TRUTH='$(HEAPSUM_TRUTH)' $(srcdir)/bench/accuracy/accuracy.sh cli/heapsum '$(DUMPS)'
ablation: cli/heapsum
	@$(accuracy_needs)
	HEAPSUM_TRUTH='$(HEAPSUM_TRUTH)' $(srcdir)/bench/accuracy/ablation.sh -d $(srcdir)/docs/INFERENCE.md cli/heapsum '$(DUMPS)'
