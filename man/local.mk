dist_man_MANS += \
  man/heapsum.1 \
  man/heapsum-diff.1 \
  man/heapsum-explain.1 \
  man/heapsum-objects.1 \
  man/heapsum-snapshot.1 \
  man/heapsum-summary.1 \
  man/heapsum.3
