#!/bin/bash
# bench.sh - what a snapshot costs, as ratios: make bench
#
# Figures are CPU time on a machine that may be shared (the best of five where they are short); ratios compare two
# figures of the same run. The
# population is made by population.c; a core of it by gcore, where gdb is there.
set -euo pipefail
build=${1:-.}
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
small=${BENCH_SMALL:-1000000} large=${BENCH_LARGE:-10000000}

# start NAME BLOCKS MEAN: a population that waits; its pid goes to $work/NAME.pid
start() {
  local program=$build/bench/speed/population
  [ "$3" -lt 200 ] || program=$build/bench/speed/population300
  mkfifo "$work/$1.in"
  sleep 100000 > "$work/$1.in" &
  "$program" "$2" "$3" < "$work/$1.in" > "$work/$1.out" &
  echo $! > "$work/$1.pid"
  until grep -q ready "$work/$1.out" 2>/dev/null; do sleep .1; done
}
stop() { kill "$(cat "$work/$1.pid")" 2>/dev/null || true; }
figure() { awk -v name="$2" -v column="${3:-2}" '$1 == name { print $column }' "$1"; }
row() { printf '%-66s %10s   %s\n' "$1" "$2" "${3:-}"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'; }
stages() { "$build/bench/speed/stages" "$1" > "$work/$2"; }
best_walk() { for _ in 1 2 3 4 5; do stages "$1" walk; figure "$work/walk" walk 3; done | sort -n | head -n 1; }
best_pause() { for _ in 1 2 3 4 5; do stages "$1" pause; figure "$work/pause" pause-us; done | sort -n | head -n 1; }

best_inference() { for _ in 1 2 3; do stages "$1" inference; figure "$work/inference" inference 3; done | sort -n | head -n 1; }

row "what" "measured" "target"
start mean300 "$small" 300
pid=$(cat "$work/mean300.pid")
stages "$pid" cold
stages "$pid" s300
read -r bytes floor < <("$build/bench/speed/readv" "$pid")
row "pause / process_vm_readv of the same pages ($((bytes >> 20)) MiB)" "$(ratio "$(best_pause "$pid")" "$floor")" "at most 1.3"
row "walk and index, ns a block, $(figure "$work/s300" image-bytes | awk -v n="$(figure "$work/s300" blocks)" '{ printf "%.0f", $1 / n }') bytes a block" \
  "$(best_walk "$pid")" "at most 25"
row "debug info, second snapshot / first" "$(ratio "$(figure "$work/s300" types)" "$(figure "$work/cold" types)")" "next to nothing"
stop mean300

if command -v gcore > /dev/null; then
  # table FILE NAME: CPU seconds and peak memory of the whole table
  table() { /usr/bin/time -f '%U %S %M' -o "$work/$2" "$build/cli/heapsum" snapshot "$1" -q > "$work/$2.table"; awk '{ print $1 + $2 }' "$work/$2"; }
  for n in "$small" "$large"; do
    start "p$n" "$n" 70
    pid=$(cat "$work/p$n.pid")
    stages "$pid" s70
    row "walk and index, ns a block, $(figure "$work/s70" image-bytes | awk -v n="$n" '{ printf "%.0f", $1 / n }') bytes a block, $n blocks" \
      "$(best_walk "$pid")" "at most 10"
    /usr/bin/time -f '%U %S' -o "$work/gcore$n" gcore -o "$work/core$n" "$pid" > "$work/gcore.log" 2>&1
    stop "p$n"
    mv "$work/core$n.$pid" "$work/core$n"
    table "$work/core$n" warm > /dev/null
    best_inference "$work/core$n" > "$work/inference$n"
    row "types of the blocks, ns a block, $n blocks" "$(cat "$work/inference$n")" "at most 250"
    table "$work/core$n" "t$n" > "$work/cpu$n"
  done
  row "  cost a block / cost a block at $small" "$(ratio "$(cat "$work/inference$large")" "$(cat "$work/inference$small")")" "at most 1.3"
  "$build/bench/speed/stages" "$work/core$large" memory > "$work/memory"
  row "  memory at its peak, bytes a block" "$(figure "$work/memory" inference-memory)" "at most 24"
  core_kb=$(( $(stat -c %s "$work/core$large") / 1024 ))
  row "whole table of a core with $large blocks, CPU seconds" "$(cat "$work/cpu$large")" "at most 6"
  row "  memory beyond the mapped core, MB" "$(( ($(cut -d' ' -f3 "$work/t$large") - core_kb) / 1024 ))" "at most 1000"
  row "  named, % of the blocks" "$("$build/cli/heapsum" summary "$work/core$large" -q --format json | sed 's/.*"untyped":{"count":\([0-9]*\).*"total":{"count":\([0-9]*\).*/\1 \2/' | awk '{ printf "%.1f", 100 - 100 * $1 / $2 }')"
  row "  cost a block / cost a block at $small" "$(ratio "$(cat "$work/cpu$large")" "$(awk -v a="$(cat "$work/cpu$small")" -v r="$((large / small))" 'BEGIN { print a * r }')")" "at most 1.3"
  row "  CPU of the table / CPU of gcore" "$(ratio "$(cat "$work/cpu$large")" "$(awk '{ print $1 + $2 }' "$work/gcore$large")")"
fi
