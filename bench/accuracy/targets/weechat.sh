#!/bin/bash
# weechat without a terminal, with servers and clients that pop-weechat.py plays on 127.0.0.1; commands come by its FIFO.
# States: 1 two servers with many channels full of people who talk, private talks, logs, a relay client that follows it all; 2 the
# core's own buffers: hundreds, with long scrollback and tags, local variables, two layouts, output of commands, aliases, what
# was typed; 3 hardly any talk but a large configuration: options, aliases, keys, filters, triggers, bars, bar items, ignores,
# servers, and the list of all options open; 4 as 1 and more, after nearly all have left and most buffers are closed; 5 stopped in
# mid-run while three servers flood, split and offer files, with relay clients that do not read
. "$TRUTH/target-lib.sh"
export TRUTH_STATE=${TRUTH_STATE:-1} TRUTH_COMM=weechat-headles TRUTH_OUT=$OUT/dump      # as the kernel cuts it
[ "$TRUTH_STATE" != 5 ] || export TRUTH_AT_BLOCKS=230000
LC_ALL=C.UTF-8 TZ=UTC setsid python3 "$HERE/pop-weechat.py" > pop.txt 2>&1 & P=$!; keep $P
unset TRUTH_AT_BLOCKS
until_ok 20 grep -q '^pid' pop.txt || { cat pop.txt >&2; exit 1; }
S=$(sed -n 's/^pid //p' pop.txt); keep "$S"
if [ "$TRUTH_STATE" = 5 ]; then until_ok 180 stopped; dumped; else until_ok 240 grep -q '^ready' pop.txt || { cat pop.txt >&2; exit 1; }; dumped "$S"; fi
