#!/bin/bash
# States: 1 large files in buffers, windows and folds, with syntax highlighting and undo history; 2 Vim script values: lists, dicts, blobs,
# partials, user functions; 3 as 2 and some buffers, most of it removed; 4 compiled Vim9 script with classes, autocommands, mappings,
# menus, signs, text properties, popups, jobs and terminal windows; 5 spell files, tags, quickfix and diffs, stopped within a substitution
. "$TRUTH/target-lib.sh"
export TRUTH_COMM=vim TERM=xterm-256color LC_ALL=C.UTF-8 HOME=$OUT TMPDIR=$OUT VIM=$SRC VIMRUNTIME=$SRC/runtime POP=$HERE
unset LINES COLUMNS
cat > run.sh <<R
stty rows 50 cols 160
exec $SRC/src/vim -u NONE -i NONE -N --cmd 'set t_RV= t_u7= t_RF= t_RB= directory=$OUT nomore' -S $HERE/pop-vim.vim
R
mkfifo in; exec 8<> in
case ${TRUTH_STATE:-1} in
2|3) start "$SRC/src/vim" -u NONE -i NONE -N -n -es -S "$HERE/pop-vim.vim" > out.txt 2>&1 <&8 & keep $!;;
*) start script -qfc "sh run.sh" /dev/null > out.txt 2>&1 <&8 & keep $!;;
esac
until_ok 240 test -s pid || { echo "vim is not ready" >&2; cat messages >&2; exit 1; }
V=$(cat pid); keep "$V"; sleep 1; dumped "$V"
