#!/bin/bash
# redis: 2 after most keys were deleted, 3 many small values in their compact encodings, 4 busy clients: blocked, subscribed,
# watching, in transactions and scripts, 5 one big hash, one big sorted set
. "$TRUTH/target-lib.sh"
P=$(free_port); C="$SRC/src/redis-cli -p $P"
export TRUTH_COMM=redis-server
start "$SRC/src/redis-server" --port "$P" --bind 127.0.0.1 --save "" --appendonly no > out.txt 2>&1 & S=$!; keep $S
unset TRUTH_COMM
until_ok 30 $C ping
if [ "$TRUTH_STATE" = 2 ]; then python3 "$TRUTH/targets/pop-redis.py" | $C --pipe > pipe.txt 2>&1; fi
python3 "$HERE/pop-redis.py" "$TRUTH_STATE" "$P" > pop.txt 2>&1 & keep $!
until_ok 60 grep -q ready pop.txt; sleep 1; dumped $S
