#!/bin/bash
. "$TRUTH/target-lib.sh"
P=$(free_port)
mkdir -p www; for i in $(seq 200); do head -c 20000 /dev/zero | tr '\0' "$((i % 10))" > www/f$i; echo "http://127.0.0.1:$P/f$i"; done > urls
start "$SRC/src/nghttpd" --no-tls -n4 -d www "$P" > out.txt 2>&1 & S=$!; keep $S
until_ok 20 grep -q listen out.txt || sleep 1
setsid "$SRC/src/h2load" -c 300 -m 20 -w 10 -W 10 -D 600 -i urls > load.txt 2>&1 & keep $!
sleep 4; dumped $S
