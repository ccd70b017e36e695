#!/bin/sh
# test-replay.sh - every input that a fuzzer is known by, and each that once did harm, through its driver again.
. "$TOP_SRCDIR/tests/support/tap.sh"

corpus=$TOP_SRCDIR/tests/fuzz/corpus
for dir in "$corpus"/*/; do
  name=$(basename "$dir")
  check "fuzz-$name: $(find "$dir" -type f | wc -l) inputs" \
    timeout 120 "$TOP_BUILDDIR/tests/fuzz/fuzz-$name" "$dir"*
done
tap_end
