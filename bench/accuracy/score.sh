#!/bin/bash
# score.sh [-v] [-o OUT] DIR HEAPSUM [heapsum args...]   measure one heapsum on a dump that dump.sh left; prints one line
#   -v      the whole score: levels, worst confusions, most frequent unnamed types
#   -o OUT  where objects.tsv, score.json and diff.tsv (every wrong or unnamed block) go; DIR if not given
# HEAPSUM_TRUTH   the folder of the truth scripts, for score.py, which says what each figure means
set -euo pipefail
V= OUT=
while getopts vo: o; do case $o in v) V=-v;; o) OUT=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { echo "usage: score.sh [-v] [-o OUT] DIR HEAPSUM [heapsum args...]" >&2; exit 2; }
DIR=$1 HEAPSUM=$2; shift 2
: "${HEAPSUM_TRUTH:?the folder of the truth scripts}" "${OUT:=$DIR}"
mkdir -p "$OUT"
program= state= threads=1 held_out=no; . "$DIR/about"
rc=0
/usr/bin/time -f '%e %U %M' -o "$OUT/time" timeout "${HEAPSUM_TRUTH_TIMEOUT:-900}" \
    "$HEAPSUM" objects "$DIR/core" --format tsv --limit 0 "$@" > "$OUT/objects.tsv" 2> "$OUT/heapsum.err" < /dev/null || rc=$?
[ $rc = 0 ] || { tail -5 "$OUT/heapsum.err" >&2; echo "score.sh: $program-$state: heapsum ended with $rc" >&2; exit 1; }
read -r wall user rss < <(tail -1 "$OUT/time")
accept=(); [ ! -e "$DIR/accept.tsv" ] || accept=(--accept "$DIR/accept.tsv")
python3 "$HEAPSUM_TRUTH/score.py" $V --name "$program-$state" --sites "$DIR/sites.tsv" "${accept[@]}" --threads "$threads" --wall "$wall" --user "$user" \
    --rss "$rss" --json "$OUT/score.json" --diff "$OUT/diff.tsv" "$DIR/truth.tsv" "$OUT/objects.tsv"
