#!/bin/bash
# States: 1 a queue of paused downloads with options, clients of the RPC; 2 in the middle of 24 downloads in segments; 3 thousands done,
# failed and removed, one third of the results forgotten, 15 more under way; 4 torrents of many files and pieces, peers, the DHT; 5 a metalink of many
# files and mirrors, with cookies, passwords and statistics of servers
. "$TRUTH/target-lib.sh"
T=${TRUTH_STATE:-1} G="python3 $HERE/pop-aria2.py" P=$(free_port)
A="$SRC/src/aria2c --no-conf --enable-rpc --rpc-listen-port=$P --dir=dl --file-allocation=none --summary-interval=0 --console-log-level=warn --timeout=600
   --bt-stop-timeout=0 --disable-ipv6 --rpc-max-request-size=20M --enable-dht=false --no-netrc --interface=127.0.0.1"
run() { start $A "$@" > out.txt 2>&1 & S=$!; keep $S; }
fill() { $G rpc "$P" "$B" "$1" > rpc.txt 2>&1 & keep $!; until_ok 170 test -s ready || { cat rpc.txt >&2; exit 1; }; dumped $S; }
web() { $G serve port > web.txt 2>&1 & keep $!; until_ok 20 test -s port; B=http://127.0.0.1:$(cat port); }
export HOME=$OUT
case $T in
1)  web; $G list 6000 "$B" > list; run -i list --pause=true; fill queue;;
2)  web; for i in {0..29}; do printf '%s\t' "$B/big/$i" "$B/big/$i?m=2"; echo; echo "  out=big-$i"; done > list
    run -i list -j24 -s12 -x6 -k1M --disk-cache=64M; fill big;;
3)  web; { $G list 2200 "$B"; for i in {0..300}; do echo "$B/gone/$i"; echo "$B/redir/$i"; echo " out=redir-$i"; done; } > list
    run -i list -j30 --max-download-result=100000 --max-tries=1 --keep-unfinished-download-result=true; fill done;;
4)  web; $G torrent alpha 3000 16384 "$B/announce" http://127.0.0.1:9/announce http://127.0.0.1:9/b/announce
    $G torrent beta 700 65536 "$B/announce"; $G torrent gamma 40 32768 "$B/announce"; $G dht dht.dat 900 20000
    $G swarm 45 alpha.torrent beta.torrent gamma.torrent > swarm.txt 2>&1 & keep $!; until_ok 20 test -s peers
    run --enable-dht=true --dht-file-path=dht.dat --dht-listen-addr=127.0.0.1 --dht-listen-port="$(free_port)" --listen-port="$(free_port)" \
        --bt-max-peers=60 --enable-peer-exchange=true --check-integrity=false --dht-message-timeout=30 -j3 alpha.torrent beta.torrent gamma.torrent; fill torrent;;
5)  web; $G metalink 900 "$B" > m.meta4; $G cookies 2500 > cookies.txt; $G netrc 1500 > netrc; chmod 600 netrc; $G stats 2000 > stats.txt
    run --load-cookies=cookies.txt --no-netrc=false --netrc-path=netrc --server-stat-if=stats.txt --pause=true m.meta4; fill meta;;
esac
