#!/bin/bash
# Stopped in mid-run.  States: 1 the automaton of a large grammar; 2 bison's own grammar; 3 IELR tables; 4 a search for
# counterexamples of an ambiguous grammar; 5 canonical LR tables
. "$TRUTH/target-lib.sh"
export TRUTH_COMM=bison BISON_PKGDATADIR=$SRC/data
gen() { python3 "$HERE/pop-bison.py" "$@" > gen.y; }
run() { export TRUTH_AT_ALLOCS=$1; shift; start "$SRC/src/bison" -o gen.c "$@" > out.txt 2>&1 & keep $!; dumped; }
case ${TRUTH_STATE:-1} in
1) gen 150; run 120000 gen.y;;
2) run 4000 "$SRC/src/parse-gram.y";;
3) gen 150; run 200000 -Dlr.type=ielr gen.y;;
4) gen 40 ambiguous; run 200000 -Wcounterexamples gen.y;;
5) gen 60; run 60000 -Dlr.type=canonical-lr gen.y;;
esac
