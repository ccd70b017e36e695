#!/bin/bash
# States: 1 sixty panes in many sessions, with history; 2 one window; 3 six panes with much history, coloured and wide; 4 much made,
# much killed; 5 clients attached, in modes, with output going on
. "$TRUTH/target-lib.sh"
export TRUTH_COMM=tmux LC_ALL=C.UTF-8 TERM=screen
t() { LD_PRELOAD= "$SRC/tmux" -S sock "$@"; }
printf 'set -g history-limit 50000\nset -g remain-on-exit on\nset -s exit-empty off\nset -g default-shell /bin/sh\nset -g default-command "sleep 100000"\nset -g status-interval 0\nset -g automatic-rename off\n' > conf
for i in $(seq 80); do echo "bind -T table$((i % 7)) C-M-F$((i % 12 + 1)) if-shell -F '#{==:#{x},$i}' { display 'yes $i' ; send-keys a } { set -g @opt$i 'value $i' }"; echo "set -g @user$i 'text of option $i'"; echo "setenv -g VAR$i value$i"; done >> conf
start "$SRC/tmux" -D -S sock -f conf > out.txt 2>&1 & S=$!; keep $S
until_ok 30 test -S sock || exit 1
sleep 1; mkdir -p marks; N=0
pane() { N=$((N + 1)); echo "sh $HERE/pop-tmux.sh $1 $2 marks/$N"; }         # a command for a pane
new() { t new-session -d -s "$1" -x 120 -y 40 "${@:2}"; }
all_done() { [ "$(ls marks | wc -l)" -ge $N ]; }
kinds=(plain colour wide title)
fill() {            # fill SESSIONS WINDOWS LINES: each window with two panes
    local s w
    for ((s = 0; s < $1; s++)); do
        N=$((N + 1)); new "s$s" "sh $HERE/pop-tmux.sh ${kinds[s % 4]} $3 marks/$N"
        for ((w = 1; w < $2; w++)); do N=$((N + 1)); t new-window -d -t "s$s:" -n "win$w" "sh $HERE/pop-tmux.sh ${kinds[w % 4]} $3 marks/$N"; done
        N=$((N + 1)); t split-window -d -t "s$s:0" "sh $HERE/pop-tmux.sh plain $3 marks/$N"
        t set -t "s$s" @mine "session $s" \; setenv -t "s$s" SESSION "$s" \; set-hook -t "s$s" window-renamed "display renamed"
    done
}
case ${TRUTH_STATE:-1} in
1) fill 12 4 250; for i in $(seq 40); do t set-buffer -b "buf$i" "paste buffer $i $(seq -s, "$i")"; done;;
2) fill 1 1 20;;
3) fill 1 5 8000;;
4) fill 20 3 300; until_ok 60 all_done; for i in $(seq 1 2 19); do t kill-session -t "s$i"; done; for i in $(seq 0 4 18); do t kill-window -t "s$i:1" \; clear-history -t "s$i:0.0"; done
   for i in $(seq 60); do t bind -T late "M-F$((i % 12 + 1))" display "late $i" \; set -u "@user$i"; done;;
5) fill 4 3 1500; until_ok 60 all_done
   mkfifo in; exec 8<> in
   for s in 0 1 2 3; do setsid script -qfc "stty rows 40 cols 120; exec $SRC/tmux -S $OUT/sock attach -t s$s" /dev/null > "client$s.txt" 2>&1 <&8 & keep $!; done
   sleep 1.5; t copy-mode -t s0:0.0 \; send-keys -t s0:0.0 -X search-backward line
   t choose-tree -t s1:0.0 \; choose-buffer -t s2:0.0 \; clock-mode -t s3:0.0 \; display-popup -c "$(t list-clients -F '#{client_name}' | head -1)" -E 'sleep 100000' &
   keep $!; sleep 1; t respawn-pane -k -t s2:1 "sh $HERE/pop-tmux.sh colour 100000000 marks/never";;
esac
until_ok 60 all_done; sleep 1; dumped $S
