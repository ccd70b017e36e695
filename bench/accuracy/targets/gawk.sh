#!/bin/bash
# Stopped while it reads from a FIFO, in the midst of its work.  States: 1 a report of a long log: arrays with string keys, and arrays in
# these; 2 matrices, sparse and dense arrays with integer keys; 3 both, smaller, most of it deleted and some made anew; 4 a large
# program, generated: functions, rules, regexps of all kinds, deep in a recursion; 5 many files and commands open, a sort with a
# comparison of its own under way, keys of several parts, wide characters
. "$TRUTH/target-lib.sh"
export TRUTH_COMM=gawk LC_ALL=C.UTF-8 TZ=UTC AWKPATH=$HERE
mkfifo in; exec 9<> in
run() { start "$SRC/gawk" "$@" 9>&- > out.txt 2> err.txt & S=$!; keep $S; until_ok 60 grep -q ready out.txt || exit 1; sleep .3; dumped $S; }
data() { python3 "$HERE/pop-gawk.py" "$@" > "$1"; }
case ${TRUTH_STATE:-1} in
1) data log 60000; run -f pop-gawk.awk -e 'function main() { report() }' log;;
2) run -f pop-gawk.awk -e 'function main() { matrices(400, 300, 40000) }';;
3) data log 9000; run -f pop-gawk.awk -e 'function main() { report(); matrices(100, 150, 12000); drop(); again() }' log;;
4) data program 90; data log 800; run -f ./program -v depth=400 log;;
5) data table 5000; mkdir files; run -f pop-gawk.awk -e 'function main() { sorting(120) }' table;;
esac
