#!/bin/bash
# States: 1 a rebuild of a large project with a log of dependencies, its commands running; 2 a small manifest being read;
# 3 a large manifest in the middle of reading; 4 a first build half done, with pools, response files and dyndep; 5 a dry run
. "$TRUTH/target-lib.sh"
export TRUTH_COMM=ninja
T=${TRUTH_STATE:-1} N="$SRC/build/ninja" G="python3 $HERE/pop-ninja.py"
idle() { [ "$(cat gates 2>/dev/null | wc -l)" -ge 4 ]; }
case $T in
1)  [ -f "$FIX/built/done" ] || { rm -rf "$FIX/built"; mkdir "$FIX/built"; (cd "$FIX/built" && $G 1200 3 && "$N" > /dev/null && touch done) || exit 1; }
    cp -a "$FIX/built/." .; touch go; touch -d '+10 seconds' lib[01]/*.h
    start "$N" -j4 > out.txt 2>&1 & S=$!; keep $S; until_ok 100 idle; sleep .5; dumped $S;;
2)  $G 100 1; export TRUTH_AT_BLOCKS=1200; start "$N" -n > out.txt 2>&1 & keep $!; dumped;;
3)  $G 9000 5; export TRUTH_AT_BLOCKS=60000; start "$N" > out.txt 2>&1 & keep $!; dumped;;
4)  $G 900 4; touch go; start "$N" -j4 > out.txt 2>&1 & S=$!; keep $S; until_ok 100 idle; sleep .5; dumped $S;;
5)  $G 3000 4; ls src/*.f | xargs ./dd.sh; export TRUTH_AT_ALLOCS=${AT:-200000}; start "$N" -n -v -d explain > out.txt 2>&1 & keep $!; dumped;;
esac
