#!/bin/bash
# dump.sh NAME STATE DIR   put a program into one of its states and keep a core of it with the truth, to measure offline
#
# Builds the program if need be, starts it, stops it, and leaves in DIR: core, truth.tsv, sites.tsv (type layouts and
# typedefs), oracle.txt (how much of the truth is known), accept.tsv where the program has one, and about (program=,
# state=, threads=, held_out=).  The core refers to the built program by path: build again and it is worthless.
#
# HEAPSUM_TRUTH   the folder of the truth scripts (logger, oracle, score; see README.md)
#
# State 1 is what targets/NAME.sh does.  Others come from the same script if it reads TRUTH_STATE, else from
# states/NAME.sh, which is for the programs whose target lies with the truth scripts.
set -euo pipefail
ACCURACY=$(cd "$(dirname "$0")" && pwd)
HERE=$(cd "${HEAPSUM_TRUTH:?the folder of the truth scripts}" && pwd)
export HEAPSUM_TRUTH_MORE=${HEAPSUM_TRUTH_MORE:-$ACCURACY}
. "$HERE/lib.sh"
[ $# = 3 ] || die "usage: dump.sh NAME STATE DIR"
export NAME=$1 TRUTH_STATE=$2
DIR=$(realpath -m -- "$3") OUT=$CACHE/run/$NAME-$TRUTH_STATE
TARGET=$(part "targets/$NAME.sh") || die "no target for $NAME (names: $(names | xargs))"
if [ "$TRUTH_STATE" != 1 ] && ! grep -q TRUTH_STATE "$TARGET"; then
    TARGET=$ACCURACY/states/$NAME.sh
    [ -e "$TARGET" ] || die "$NAME has no other states than 1"
fi

end () {        # only what the target started: pid and start time must both match
    local p b
    [ -f "$OUT/pids" ] || return 0
    while read -r p b; do [ -n "$b" ] && [ "$(born "$p")" = "$b" ] && kill -9 "$p" 2> /dev/null; done < "$OUT/pids"
    rm -f "$OUT/pids"
    return 0
}
mkdir -p "$CACHE/run"
exec 9> "$OUT.lock"; flock -n 9 || die "$NAME in state $TRUTH_STATE is being dumped already"
"$HERE/corpus.sh" "$NAME" 9>&-
SRC=$CACHE/src/$NAME SITES=$CACHE/sites/$NAME.tsv
trap end EXIT
end; rm -rf "$OUT"; mkdir -p "$OUT"
TRUTH=$HERE SRC=$SRC OUT=$OUT FIX=$CACHE/fix/$NAME LOGGER=$CACHE/tools/logger.so \
    bash "$TARGET" > "$OUT/target.log" 2>&1 < /dev/null 9>&- || { cat "$OUT/target.log" >&2; die "$NAME: could not be populated"; }
read -r _ PID _ DUMP < <(tail -1 "$OUT/target.log")
BIN= CC= PKG= DEPS= ALIASES= THROUGH=; . "$(part "corpus/$NAME.sh")"
H=$(part "hints/$NAME.tsv") || H=
# ALIASES: where the reader of the sources sees a call to A, the optimized program may call B instead
awk -F'\t' -v OFS='\t' -v pairs="$ALIASES" 'BEGIN { n = split(pairs, p, " "); for (i = 1; i <= n; i++) { split(p[i], q, ":"); also[q[1]] = q[2] } }
    $1 == "S" && ($6 in also) { $6 = also[$6]; print }' "$SITES" > "$OUT/alias.tsv"
# THROUGH: FILE:FUNC:CALLEE, where what CALLEE allocates is FUNC's caller's, though the call yields no pointer
for t in $THROUGH; do
    IFS=: read -r f fn c <<< "$t"
    printf 'S\t%s\t0\t0\t%s\t%s\tvoid|0\t-\tvar:p\t1\t-\t-\t-\t0\n' "$(realpath "$SRC/$f")" "$fn" "$c"
done >> "$OUT/alias.tsv"
(cd "$SRC" && python3 "$HERE/oracle.py" -v --sites "$SITES" --sites "$OUT/alias.tsv" ${H:+--hints "$H"} -o "$OUT/truth.tsv" "$DUMP" $BIN) 2> "$OUT/oracle.txt" \
    || { cat "$OUT/oracle.txt" >&2; die "oracle failed"; }

# Where several allocations share a line and the oracle could not tell them by size: CANDIDATES<TAB>TYPE
if B=$(part "hints/$NAME.ambig"); then
    awk -F'\t' -v OFS='\t' 'NR == FNR { if ($0 !~ /^#/) t["ambig:" $1] = $2; next } ($5 in t) && $3 == "?" { $3 = t[$5] } { print }' "$B" "$OUT/truth.tsv" > "$OUT/truth.new"
    mv "$OUT/truth.new" "$OUT/truth.tsv"
fi

rm -rf "$DIR"; mkdir -p "$DIR"
gcore -o "$DIR/core" "$PID" > "$OUT/gcore.log" 2>&1 < /dev/null 9>&- && mv "$DIR/core.$PID" "$DIR/core" || { cat "$OUT/gcore.log" >&2; die "$NAME: no core"; }
fallocate --dig-holes "$DIR/core" || true       # the logger maps far more than it uses
cp "$OUT/truth.tsv" "$OUT/oracle.txt" "$DIR"
cp "$SITES" "$DIR/sites.tsv"
A=$(part "accept/$NAME.tsv") && cp "$A" "$DIR/accept.tsv"
chmod -R u+w "$DIR"
HELD=no; ! grep -q '^# held-out: yes' "$(part "corpus/$NAME.sh")" || HELD=yes
printf 'program=%s\nstate=%s\nthreads=%s\nheld_out=%s\n' "$NAME" "$TRUTH_STATE" "$(ls "/proc/$PID/task" | wc -l)" "$HELD" > "$DIR/about"
awk -F'\t' -v n="$NAME-$TRUTH_STATE" '!/^#/ { b += $2; c++; if ($3 != "?") { kb += $2; k++ } }
    END { printf "%s: %d blocks, %d bytes; known %.2f%% and %.2f%%\n", n, c, b, 100 * k / c, 100 * kb / b }' "$DIR/truth.tsv"
