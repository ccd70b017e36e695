# pop-tmux.sh KIND LINES MARK: what runs in a pane: writes LINES lines of KIND, leaves the file MARK, and stays
awk -v kind="$1" -v n="$2" 'BEGIN {
    for (i = 1; i <= n; i++) {
        if (kind == "plain") printf "line %d of plain text, %s\n", i, substr("abcdefghijklmnopqrstuvwxyz0123456789", 1, i % 30);
        else if (kind == "colour") printf "\033[%d;%dmword%d\033[0m \033[38;2;%d;%d;%dmtrue\033[0m \033[38;5;%dm256\033[48;5;%dmback\033[0m\n", i % 8, 30 + i % 8, i, i % 256, i * 7 % 256, i * 3 % 256, i % 256, i % 100;
        else if (kind == "wide") printf "\343\202\242\343\203\210 \303\244\303\266 e\314\201 \360\237\230\200 %d \033[4;58;5;%dmunder\033[0m\n", i, i % 256;
        else if (kind == "title") { printf "\033]2;title %d\007", i; if (i % 5 == 0) printf "\033[?1049h\033[%d;5Halt\033[2J\033[?1049l", i % 20 + 1; printf "row %d\033[%dG*\033H\n", i, i % 60 + 1; }
        if (i % 200 == 0) fflush();
    }
}'
: > "$3"
exec sleep 100000
