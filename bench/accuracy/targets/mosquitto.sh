#!/bin/bash
. "$TRUTH/target-lib.sh"
P=$(free_port)
# As root it would change to a user who may not write the dump.
printf 'listener %s 127.0.0.1\nallow_anonymous true\nuser root\nmax_queued_messages 5000\n' "$P" > conf
start "$SRC/src/mosquitto" -c conf > out.txt 2>&1 & S=$!; keep $S
until_ok 20 grep -q "listen socket" out.txt; sleep 1
python3 "$HERE/pop-mosquitto.py" "$P" > pop.txt 2>&1 & keep $!
until_ok 60 grep -q ready pop.txt; dumped $S
