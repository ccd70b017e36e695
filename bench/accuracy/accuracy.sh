#!/bin/bash
# accuracy.sh [-o OUT] HEAPSUM DUMPS   measure one heapsum on every dump in a folder, and print one table
#   -o OUT   keep what score.sh leaves for each dump in OUT/PROGRAM-STATE
# HEAPSUM_TRUTH   the folder of the truth scripts
# Programs whose corpus file says "held-out: yes" are listed apart: nothing is to be tuned on them, and the worst
# confusions leave them out for that reason.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
OUT=
while getopts o: o; do case $o in o) OUT=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND - 1))
[ $# = 2 ] || { echo "usage: accuracy.sh [-o OUT] HEAPSUM DUMPS" >&2; exit 2; }
: "${HEAPSUM_TRUTH:?the folder of the truth scripts}"
TEMP=; [ -n "$OUT" ] || { TEMP=$(mktemp -d); OUT=$TEMP; trap 'rm -rf "$TEMP"' EXIT; }
failed=0 runs=()
which () { stat -Lc '%i %Y %s' "$1" 2> /dev/null || true; }
before=$(which "$1")
for d in "$2"/*/; do
    [ -e "$d/about" ] || continue
    run=$OUT/$(basename "$d")
    mkdir -p "$run"; cp "$d/about" "$run"; rm -f "$run/score.json"
    "$HERE/score.sh" -o "$run" "$d" "$1" > "$run/line" || failed=$((failed + 1))
    runs+=("$run")
done
[ ${#runs[@]} -gt 0 ] || { echo "accuracy.sh: no dumps in $2 (dump.sh makes them)" >&2; exit 2; }
python3 "$HERE/table.py" "${runs[@]}"
[ "$(which "$1")" = "$before" ] || echo "accuracy.sh: $1 was built anew meanwhile: the figures are of two programs" >&2
[ $failed = 0 ] || { echo "accuracy.sh: $failed dumps could not be measured" >&2; exit 1; }
