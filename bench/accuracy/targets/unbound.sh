#!/bin/bash
# States: 1 local data and a filled cache; 2 hardly anything; 3 much local data, views, RPZ and zones from files; 4 a cache
# filled, partly flushed and filled anew; 5 busy, thousands of questions waiting for a server that is silent
. "$TRUTH/target-lib.sh"
P=$(free_port) Q=$(free_port) G="python3 $HERE/pop-unbound.py"
T=${TRUTH_STATE:-1}
set -- 1000 2 0; case $T in 2) set -- 5 1 0;; 3) set -- 6000 3 1;; 4) set -- 50 1 0;; 5) set -- 200 2 1;; esac
$G conf "$1" "$2" "$3" "$OUT" "$P" "$Q" > conf || exit 1
setsid $G authority "$Q" > auth.txt 2>&1 & keep $!
start "$SRC/unbound" -d -c conf > out.txt 2>&1 & S=$!; keep $S
control() { "$SRC/unbound-control" -c conf "$@" >> control.txt 2>&1; }
until_ok 30 control status || exit 1
case $T in
1) $G ask "$P" 9000 cache; $G ask "$P" 500 local;;
2) $G ask "$P" 20 cache;;
3) $G ask "$P" 300 cache; $G ask "$P" 2000 local;;
4) $G ask "$P" 12000 cache
   for i in $(seq 0 2 198); do control flush_zone "zone$i.test"; done; control flush_negative
   for i in $(seq 200); do control local_data "added$i.lan A 10.7.7.7"; [ $((i % 2)) = 0 ] || control local_data_remove "added$((i - 1)).lan"; done
   $G ask "$P" 2500 cache;;
5) $G ask "$P" 2000 cache; $G ask "$P" 3000 slow;;
esac || exit 1
sleep .3; dumped $S
