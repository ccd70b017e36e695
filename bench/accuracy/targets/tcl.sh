#!/bin/bash
# A script fills the interpreter and waits. States: 1 an application: records in nested dicts, parsed configuration, namespaces full of
# procedures that have run, packages (http, msgcat, clock), patterns, some classes, waiting in its event loop; 2 large values: matrices,
# lists of lists, trees, wide strings, byte arrays, large integers, arrays of lists, while a sort with a comparison of its own is under
# way; 3 both, smaller, most of it deleted, renamed and unset, and some made anew; 4 work under way: child interpreters with aliases,
# suspended coroutines, traces, timers, ensembles, lambdas, deep in a recursion; 5 objects: a deep hierarchy of classes, and many channels:
# files, pipes, sockets, reflected and transformed ones, with half read buffers, in many encodings
. "$TRUTH/target-lib.sh"
export TRUTH_STATE=${TRUTH_STATE:-1} TRUTH_COMM=tclsh LC_ALL=C.UTF-8 TZ=UTC HOME=$OUT TCL_LIBRARY=$SRC/library LD_LIBRARY_PATH=$SRC/unix
unset TCLLIBPATH
mkfifo in; exec 8<> in
start "$SRC/unix/tclsh" "$HERE/pop-tcl.tcl" "$TRUTH_STATE" <&8 8>&- > out.txt 2> err.txt & S=$!; keep $S
until_ok 120 grep -q '^ready' out.txt || { cat err.txt >&2; exit 1; }
sleep .5; dumped $S
