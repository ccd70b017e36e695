#!/bin/bash
# nghttpd: 2 few clients and large files, eight threads, 3 one thread with a thousand idle clients, 4 after nearly all clients
# left, 5 pushes and long headers
. "$TRUTH/target-lib.sh"
P=$(free_port)
mkdir -p www; for i in $(seq 120); do head -c $((i * 997)) /dev/zero | tr '\0' "$((i % 10))" > www/f$i; echo "http://127.0.0.1:$P/f$i"; done > urls
case $TRUTH_STATE in 2) O="-n8 -w 20 -W 20";; 3) O=-n1;; 4) O="-n3 -m 50";; *) O="-n2 -p/f1=/f2,/f3,/f4 --trailer=checksum:none --echo-upload";; esac
start "$SRC/src/nghttpd" --no-tls $O -d www "$P" > out.txt 2>&1 & S=$!; keep $S
until_ok 20 grep -q listen out.txt || sleep 1
load () { setsid "$SRC/src/h2load" "$@" > load.txt 2>&1 & keep $!; }
case $TRUTH_STATE in
2) load -c 40 -m 8 -w 10 -W 12 -D 600 -i urls;;
3) load -c 1000 -m 1 -D 600 --rps=0.05 -i urls;;
4) "$SRC/src/h2load" -c 400 -m 30 -n 20000 -i urls > first.txt 2>&1; load -c 9 -m 40 -w 9 -W 9 -D 600 -i urls;;
*) H=(); for i in $(seq 30); do H+=(-H "x-header-number-$i: some value of header $i, and more of it"); done
   load -c 60 -m 10 -w 10 -W 10 -D 600 "${H[@]}" -i urls;;
esac
sleep 4; dumped $S
