#!/bin/bash
# lighttpd with files, backends and clients that pop-lighttpd.py plays on 127.0.0.1 and in unix sockets of the run directory.
# States: 1 a large configuration (six hundred virtual hosts, each with conditions and lists of many modules) and a few requests;
# 2 a thousand connections, most in the middle of a request with many headers, to backends that do not answer; 3 after such
# connections have closed, thousands of files in the stat cache, whose directories inotify watches; 4 uploads and downloads half done:
# files, proxy, FastCGI, SCGI, CGI, with long queues of chunks; 5 HTTP/2 connections full of streams, WebDAV, and listings of
# large directories, in the middle of which it stops
. "$TRUTH/target-lib.sh"
export TRUTH_STATE=${TRUTH_STATE:-1} TRUTH_COMM=lighttpd TZ=UTC LC_ALL=C
P=$(free_port)
ulimit -n "$(ulimit -Hn)"
python3 "$HERE/pop-lighttpd.py" config "$P" || exit 1
python3 "$HERE/pop-lighttpd.py" run "$P" > pop.txt 2>&1 & keep $!
until_ok 20 grep -q '^backends' pop.txt || { cat pop.txt >&2; exit 1; }
[ "$TRUTH_STATE" != 5 ] || export TRUTH_AT_BLOCKS=48000
# nothing but this in its environment, which CGI programs inherit a part of
start env -i LD_PRELOAD="$LOGGER" TRUTH_OUT="$OUT/dump" TRUTH_COMM="$TRUTH_COMM" ${TRUTH_AT_BLOCKS:+TRUTH_AT_BLOCKS=$TRUTH_AT_BLOCKS} TZ=UTC PATH=/usr/bin:/bin \
    "$SRC/src/lighttpd" -D -f "$OUT/lighttpd.conf" -m "$SRC/src/.libs" > out.txt 2>&1 & S=$!; keep $S
if [ "$TRUTH_STATE" = 5 ]; then dumped; else
    until_ok 120 grep -q '^ready' pop.txt || { cat pop.txt out.txt error.log >&2; exit 1; }
    dumped $S
fi
