#!/bin/bash
# syslog-ng: what each state is stands in pop-syslog-ng.py
. "$TRUTH/target-lib.sh"
export TRUTH_STATE=${TRUTH_STATE:-1} IN=$(free_port) STUCK=$(free_port)
python3 "$HERE/pop-syslog-ng.py" conf > syslog-ng.conf
python3 "$HERE/pop-syslog-ng.py" sink > sink.txt 2>&1 & keep $!
until_ok 20 grep -q ready sink.txt
export G_SLICE=always-malloc LD_LIBRARY_PATH=$SRC/glib/b/glib:$SRC/glib/b/gobject:$SRC/glib/b/gmodule
[ "$TRUTH_STATE" != 5 ] || export TRUTH_AT_BLOCKS=60000
start "$SRC/inst/sbin/syslog-ng" -F -f "$OUT/syslog-ng.conf" -R "$OUT/persist" -p "$OUT/pid" -c "$OUT/ctl" > out.txt 2>&1 & S=$!; keep $S
unset LD_LIBRARY_PATH TRUTH_AT_BLOCKS
python3 "$HERE/pop-syslog-ng.py" send > pop.txt 2>&1 & keep $!
if [ "$TRUTH_STATE" = 5 ]; then dumped; else until_ok 60 grep -q ready pop.txt; dumped $S; fi
