#!/bin/sh
# run-fuzzers.sh BUILD CORPUS SECONDS - lets each fuzzer of BUILD search, one after the other, within 1 GB. New inputs are
# kept in BUILD/found; one that does harm is left there as crash-*, oom-* or timeout-*, to be fixed and added to CORPUS.
set -eu
build=$1 corpus=$2 seconds=$3
status=0
for fuzzer in "$build"/tests/fuzz/fuzz-*; do
  case $fuzzer in *.*|*-fuzz_*) continue;; esac
  test -x "$fuzzer" || continue
  name=${fuzzer##*/fuzz-}
  found=$build/found/$name
  mkdir -p "$found"
  echo "fuzz-$name: $seconds seconds"
  "$fuzzer" -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=10 -max_len=16384 -print_final_stats=1 \
    -artifact_prefix="$found/" "$found" "$corpus/$name" || status=1
done
exit $status
