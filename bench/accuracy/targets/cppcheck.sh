#!/bin/bash
# It checks its own source, stopped while it does.  States: 1 the checks of a C++ file; 2 the descriptions of libraries being
# read; 3 the values of a C file, generated; 4 the checks of a larger file, late; 5 headers and templates being simplified
. "$TRUTH/target-lib.sh"
run() { export TRUTH_AT_ALLOCS=$1; shift; start "$SRC/cppcheck" --std=c++11 "$@" > out.txt 2>&1 & keep $!; dumped; }
L=$SRC/lib E=$SRC/externals
case ${TRUTH_STATE:-1} in
1) run 2000000 "$L/cppcheck.cpp";;
2) run 40000 --library=posix,gtk,qt,windows,boost "$L/path.cpp";;
3) python3 "$HERE/pop-cppcheck.py" 150 > gen.c; run 600000 --enable=all --inconclusive --std=c99 gen.c;;
4) run 8000000 --enable=all --inconclusive "$L/checkclass.cpp";;
5) run 200000 --enable=all -I"$L" -I"$E/simplecpp" -I"$E/tinyxml2" "$L/importproject.cpp";;
esac
