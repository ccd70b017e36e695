#!/bin/bash
# accuracy.sh [-o OUT] HEAPSUM DUMPS [heapsum args...]   measure one heapsum on every dump in a folder, and print one table
#   -o OUT   keep what score.sh leaves for each dump in OUT/PROGRAM-STATE
# HEAPSUM_TRUTH   the folder of the truth scripts
# Programs whose corpus file says "held-out: yes" are listed apart: nothing is to be tuned on them, and the worst
# confusions leave them out for that reason.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
OUT=
while getopts o: o; do case $o in o) OUT=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { echo "usage: accuracy.sh [-o OUT] HEAPSUM DUMPS [heapsum args...]" >&2; exit 2; }
: "${HEAPSUM_TRUTH:?the folder of the truth scripts}"
TEMP=; [ -n "$OUT" ] || { TEMP=$(mktemp -d); OUT=$TEMP; trap 'rm -rf "$TEMP"' EXIT; }
heapsum=$1 dumps=$2; shift 2
failed=0 runs=()
which () { stat -Lc '%i %Y %s' "$1" 2> /dev/null || true; }
before=$(which "$heapsum")
for d in "$dumps"/*/; do
    [ -e "$d/about" ] || continue
    run=$OUT/$(basename "$d")
    mkdir -p "$run"; cp "$d/about" "$run"; rm -f "$run/score.json"
    "$HERE/score.sh" -o "$run" "$d" "$heapsum" "$@" > "$run/line" || failed=$((failed + 1))
    runs+=("$run")
done
[ ${#runs[@]} -gt 0 ] || { echo "accuracy.sh: no dumps in $dumps (dump.sh makes them)" >&2; exit 2; }
python3 "$HERE/table.py" "${runs[@]}"
[ "$(which "$heapsum")" = "$before" ] || echo "accuracy.sh: $heapsum was built anew meanwhile: the figures are of two programs" >&2
[ $failed = 0 ] || { echo "accuracy.sh: $failed dumps could not be measured" >&2; exit 1; }
