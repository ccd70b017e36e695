#!/bin/sh
# The manual: clean for groff, and every subcommand and option that --help knows is in it; completion knows them too.
set -u
. "$TOP_SRCDIR/tests/support/tap.sh"
man=$TOP_SRCDIR/man

for page in "$man"/*.[13]; do
  name=${page##*/}
  if command -v groff > /dev/null && [ -d /usr/share/groff ] && ls /usr/share/groff/*/tmac/an.tmac > /dev/null 2>&1; then
    groff -man -ww -z -Tutf8 -K utf8 "$page" > "$tap_dir/out" 2>&1
    if [ -s "$tap_dir/out" ]; then not_ok "$name has no warnings" "$tap_dir/out"; else ok "$name has no warnings"; fi
  else
    skip "$name has no warnings" 'there is no groff with its macros'
  fi
done

# options COMMAND: the long options of its --help
options () {
  "$HEAPSUM" "$1" --help | sed -n 's/^ *\(-., \)\{0,1\}--\([a-z-]*\).*/\2/p'
}

"$HEAPSUM" --help | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p' > "$tap_dir/commands"
[ -s "$tap_dir/commands" ] && ok 'there are commands' || not_ok 'there are commands'
while read -r command; do
  page=$man/heapsum-$command.1
  [ -f "$page" ] && ok "$command has a manual page" || not_ok "$command has a manual page"
  grep -q "heapsum-$command" "$man/heapsum.1" && ok "heapsum(1) knows $command" || not_ok "heapsum(1) knows $command"
  for option in $(options "$command"); do
    escaped=$(echo "$option" | sed 's/-/\\\\-/g')
    cat "$page" "$man/heapsum.1" | grep -q -e "\\\\-\\\\-$escaped\\b" && ok "$command --$option is described" \
      || not_ok "$command --$option is described"
  done
done < "$tap_dir/commands"

if command -v bash > /dev/null; then
  # shellcheck disable=SC2016
  check 'the completion completes commands and options' env PATH="${HEAPSUM%/*}:$PATH" bash -c '
    . "$1"
    try () { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _heapsum; echo "${COMPREPLY[*]}"; }
    [ "$(try heapsum sna)" = snapshot ] || { try heapsum sna; exit 1; }
    try heapsum diff --w | grep -q -x -e --wide || { try heapsum diff --w; exit 1; }
    try heapsum summary --format "" | grep -q json || exit 1
    try heapsum summary "$$" | grep -q "$$"
  ' bash "$TOP_SRCDIR/cli/completion.bash"
else
  skip 'the completion completes commands and options' 'there is no bash'
fi
tap_end
