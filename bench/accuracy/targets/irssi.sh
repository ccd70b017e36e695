#!/bin/bash
# irssi in a terminal, with servers that pop-irssi.py plays on 127.0.0.1.
# States: 1 one server, forty channels full of people who talk; 2 the same, after nearly all have left and most windows are
# closed; 3 hardly any talk but a large configuration: aliases, ignores, highlights, keys, windows, logs, friends to watch;
# 4 five servers, many private talks, long scrollback of long lines, a split screen; 5 stopped in mid-run while the servers
# split and offer files, with logs and ignores
. "$TRUTH/target-lib.sh"
export TRUTH_STATE=${TRUTH_STATE:-1} TRUTH_COMM=irssi TRUTH_OUT=$OUT/dump
[ "$TRUTH_STATE" != 5 ] || export TRUTH_AT_BLOCKS=90000
G=$SRC/glib/b LC_ALL=C.UTF-8 TZ=UTC setsid python3 "$HERE/pop-irssi.py" > pop.txt 2>&1 & P=$!; keep $P
unset TRUTH_AT_BLOCKS
until_ok 20 grep -q '^pid' pop.txt || { cat pop.txt >&2; exit 1; }
S=$(sed -n 's/^pid //p' pop.txt); keep "$S"
if [ "$TRUTH_STATE" = 5 ]; then dumped; else until_ok 120 grep -q '^ready' pop.txt || { cat pop.txt >&2; exit 1; }; dumped "$S"; fi
