#!/bin/bash
# mosquitto: what each state is stands in pop-mosquitto.py
. "$TRUTH/target-lib.sh"
P=$(free_port)
printf 'listener %s 127.0.0.1\nallow_anonymous true\nuser root\nmax_queued_messages 20000\nmax_inflight_messages 50\n' "$P" > conf
if [ "$TRUTH_STATE" = 5 ]; then
    for i in $(seq 300); do printf 'user u%s\ntopic readwrite home/%s/#\ntopic read all/%s\n' $i $i $((i % 9)); done > acl
    printf 'acl_file acl\npersistent_client_expiration 1d\n' >> conf; chmod 700 acl
fi
start "$SRC/src/mosquitto" -c conf > out.txt 2>&1 & S=$!; keep $S
until_ok 20 grep -q "listen socket" out.txt; sleep 1
python3 "$HERE/pop-mosquitto.py" "$TRUTH_STATE" "$P" > pop.txt 2>&1 & keep $!
until_ok 60 grep -q ready pop.txt; dumped $S
