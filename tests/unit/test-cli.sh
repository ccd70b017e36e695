#!/bin/sh
# The command line: exit statuses and messages of every way to fail, and the verbs on a live process and its core.
set -u
. "$TOP_SRCDIR/tests/support/tap.sh"
heapsum=$HEAPSUM
XDG_CACHE_HOME=$tap_dir/cache
export XDG_CACHE_HOME
cd "$tap_dir" || exit 99
chmod 755 "$tap_dir"

# says STATUS PATTERN ARGUMENT...: heapsum ends with STATUS, says PATTERN on stderr and nothing on stdout
says () {
  wanted=$1
  pattern=$2
  shift 2
  status=0
  "$heapsum" "$@" > said.out 2> said.err || status=$?
  if [ "$status" = "$wanted" ] && grep -q -e "$pattern" said.err && [ ! -s said.out ]; then
    ok "heapsum $* ends with $wanted"
  else
    { echo "status $status, not $wanted; stdout:"; cat said.out; echo "stderr:"; cat said.err; } > said.all
    not_ok "heapsum $* ends with $wanted" said.all
  fi
}

# gives TEXT STATUS COMMAND...: the status, whatever is said; what it prints is in given
gives () {
  text=$1
  wanted=$2
  shift 2
  status=0
  "$@" > given 2> given.err || status=$?
  if [ "$status" = "$wanted" ]; then
    ok "$text"
  else
    { echo "status $status, not $wanted"; cat given given.err; } > said.all
    not_ok "$text" said.all
  fi
}

holds () {
  if grep -q -e "$2" "$3"; then ok "$1"; else not_ok "$1" "$3"; fi
}

# --- usage ---
says 2 'Usage: heapsum COMMAND'
says 2 "no command 'frobnicate'" frobnicate
says 2 'argument is missing' snapshot
says 2 'argument is missing' summary
says 2 'argument is missing' diff only-one
says 2 'argument is missing' objects
says 2 'argument is missing' explain
says 2 'argument is missing' explain only-one
says 2 'too many arguments' snapshot 1 2
says 2 'too many arguments' diff 1 2 3
says 2 'too many arguments' objects 1 2
says 2 'too many arguments' explain 1 2 3
says 2 'is no way to show what is untyped' summary --untyped some 1
says 2 'Unknown option --nonsense' summary --nonsense 1
says 2 "no format 'xml'" summary --format xml 1
says 2 'nothing to sort by' summary --sort weight 1
says 2 'is no order' summary --order sideways 1
says 2 'is no range of sizes' summary --size 9-3 1
says 2 'is no range of sizes' summary --size - 1
says 2 'is no number of rows' summary --limit -1 1
says 2 'is no number of rows' summary --limit many 1
says 2 'is no condition' summary --fail-if conn 1
says 2 'is no condition' diff --fail-if 'conn:count=>1' 1 2
says 2 'Missing argument' summary 1 --type
says 2 "no evidence 'magic'" objects --without-evidence variable,magic 1
says 2 "no evidence 'pointer'" objects --without-evidence pointer 1

for command in '' snapshot summary diff objects explain; do
  # shellcheck disable=SC2086
  gives "heapsum $command --help ends with 0" 0 "$heapsum" $command --help
  [ -s given ] && [ ! -s given.err ] && ok "heapsum $command --help goes to stdout" || not_ok "heapsum $command --help goes to stdout" given.err
  LC_ALL=C.UTF-8 awk 'length ($0) > 80 { wide = 1 } END { exit wide }' given \
    && ok "heapsum $command --help fits 80 columns" || not_ok "heapsum $command --help fits 80 columns" given
done
gives 'heapsum --version' 0 "$heapsum" --version
holds 'heapsum --version says its version' '^heapsum [0-9]' given

# --- targets that are none ---
echo text > text
: > empty
printf '\177ELF\002\001\001' > stump
mkdir directory
says 4 'No such file or directory' summary missing.hsum
says 4 'is not a snapshot' summary text
says 4 'is not a snapshot' summary empty
says 4 'stump' summary stump
printf '\037\213\010\000\000' > core.gz
says 4 'compressed' summary core.gz
mkfifo pipe
says 4 'is not a file' summary pipe
says 4 '.' summary directory
says 4 '.' summary "$heapsum.c"
says 4 'no such process\|no process\|No such process' summary 2147483646
says 4 '.' diff text missing
dead=$(sh -c 'echo $$')
says 4 "$dead" summary "$dead"
says 4 '.' summary /bin/true

# --- a live process ---
mkfifo to from
"$TOP_BUILDDIR/tests/victims/victim-zoo" 300 < to > from 2> /dev/null &
victim=$!
exec 3> to 4< from
trap 'kill $victim 2> /dev/null; rm -rf "$tap_dir"' EXIT
while read -r line <&4 && [ "$line" != ready ]; do :; done

# tell LINE: and wait until it is done
tell () {
  echo "$1" >&3
  read -r answer <&4
}

gives 'snapshot PID prints a table' 0 "$heapsum" snapshot $victim
holds 'the table counts the animals' '^ *struct animal |         300 |' given
holds 'the table has a total' '^ *Total |' given
holds 'the table has the untyped blocks' '^ *<untyped> |' given
holds 'stderr says how long the process was stopped' 'stopped for [0-9.]* ms' given.err
holds 'stderr says what share was named' 'named [0-9.]* %' given.err
gives 'snapshot --quiet' 0 "$heapsum" snapshot --quiet $victim
[ ! -s given.err ] && ok '--quiet says nothing' || not_ok '--quiet says nothing' given.err
gives 'snapshot -o' 0 "$heapsum" snapshot -o a.hsum $victim
[ ! -s given ] && ok 'snapshot -o prints nothing' || not_ok 'snapshot -o prints nothing' given
[ "$(stat -c %a a.hsum)" = 600 ] && ok 'the file is for its owner only' || not_ok 'the file is for its owner only'
says 4 'cannot be written' snapshot -q -o nowhere/a.hsum $victim
tell 'grow 50'
gives 'a second snapshot' 0 "$heapsum" snapshot -q -o b.hsum $victim
tell 'shrink 120'
gives 'a third snapshot' 0 "$heapsum" snapshot -q -o c.hsum $victim
kill -0 $victim && ok 'the process runs on' || not_ok 'the process runs on'

gives 'summary of a file' 0 "$heapsum" summary a.hsum
holds 'the summary counts the animals' '^ *struct animal |         300 |' given
gives 'summary twice' 0 "$heapsum" summary a.hsum
cp given first
gives 'summary once more' 0 "$heapsum" summary a.hsum
cmp -s first given && ok 'printing is repeatable' || not_ok 'printing is repeatable' given
gives 'summary --type' 0 "$heapsum" summary --type animal --format csv a.hsum
holds 'only the animals are left' '^struct animal,300,' given
holds 'the total is theirs' '^Total,300,' given
gives 'summary --ignore' 0 "$heapsum" summary --ignore '*animal' --format csv a.hsum
grep -q animal given && not_ok '--ignore leaves them out' given || ok '--ignore leaves them out'
gives 'summary --format json' 0 "$heapsum" summary --format json --limit 0 a.hsum
holds 'JSON has its schema' '^{"schema":1,"target":{' given

gives 'diff of two files' 0 "$heapsum" diff a.hsum b.hsum
holds 'the diff shows growth' '^ *struct animal |          50 |' given
gives 'diff the other way' 0 "$heapsum" diff --format tsv b.hsum c.hsum
holds 'the diff shows shrinkage' "^struct animal	-120	-" given
gives 'diff --wide' 0 "$heapsum" diff --wide --format tsv a.hsum c.hsum
holds '--wide tells new from survived' "^struct animal	-70	-[0-9]*	0	70	230	0" given
gives 'diff of a file and a process' 0 "$heapsum" diff -q c.hsum $victim
gives 'diff of a file with itself' 0 "$heapsum" diff --format csv a.hsum a.hsum
[ "$(wc -l < given)" = 3 ] && ok 'nothing but the untyped and the total' || not_ok 'nothing but the untyped and the total' given

gives 'a condition that holds ends with 1' 1 "$heapsum" diff --fail-if 'struct animal:count>10' a.hsum b.hsum
holds 'and says so' 'struct animal:count>10 holds: the difference is 50' given.err
gives 'a condition that does not hold ends with 0' 0 "$heapsum" diff --fail-if 'struct animal:count>50' a.hsum b.hsum
gives 'one of two that holds' 1 "$heapsum" diff --fail-if 'animal:count>50' --fail-if 'Total:bytes>1K' a.hsum b.hsum
gives 'a condition on a summary' 1 "$heapsum" summary --fail-if 'animal:count>=300' a.hsum
gives 'a condition on a snapshot that is kept' 1 "$heapsum" snapshot -q --fail-if 'animal:count>1' -o d.hsum $victim
[ -s d.hsum ] && ok 'and the snapshot is kept' || not_ok 'and the snapshot is kept'

gives 'objects --format tsv' 0 "$heapsum" objects --format tsv a.hsum
[ "$(head -n 1 given)" = "address	size	type	level	how" ] && ok 'objects have their header line' || not_ok 'objects have their header line' given
[ "$(grep -c "^0x[0-9a-f]*	[0-9]*	struct animal	B	." given)" = 300 ] && ok 'an object is a line' || not_ok 'an object is a line' given
awk -F '\t' 'NF != 5 { bad = 1 } END { exit bad }' given && ok 'each line has five fields' || not_ok 'each line has five fields' given
gives 'objects for people' 0 "$heapsum" objects a.hsum
[ "$(wc -l < given)" = 16 ] && ok 'fifteen objects unless asked for more' || not_ok 'fifteen objects unless asked for more' given
gives 'objects --limit' 0 "$heapsum" objects --limit 3 --format csv --type animal a.hsum
[ "$(grep -c 'struct animal' given)" = 3 ] && ok 'objects --limit 3' || not_ok 'objects --limit 3' given
gives 'summary --strict' 0 "$heapsum" summary --strict --format csv a.hsum
holds 'strict counts what is proven' '^struct animal,300,' given
gives 'summary --strict --evidence' 0 "$heapsum" summary --strict --evidence --format csv a.hsum
awk -F , 'NR > 1 && $6 + $7 != 0 { bad = 1 } END { exit bad }' given && ok 'strict leaves nothing at C and D' || not_ok 'strict leaves nothing at C and D' given

# --- why ---
"$heapsum" objects --format tsv --type animal a.hsum | sed -n '2s/	.*//p' > address
address=$(cat address)
gives 'explain a block of a process' 0 "$heapsum" explain $victim "$address"
holds 'it says the type' '^type  *struct animal$' given
holds 'and the level' '^level  *B: ' given
holds 'and what led there' '^reached  *[a-z]' given
holds 'from a variable' '^step  *[a-z_]*, a variable of victim-zoo' given
gives 'explain an address inside a block' 0 "$heapsum" explain $victim "$(printf '0x%x' $((address + 3)))"
holds 'it says which byte' ' is its byte 3$' given
holds 'and the type' '^type  *struct animal$' given
gives 'explain a type' 0 "$heapsum" explain $victim animal
holds 'it counts the blocks' '^type  *struct animal: [0-9]* blocks' given
[ "$(grep -c '0x[0-9a-f]*  ' given)" -ge 3 ] && ok 'it gives examples' || not_ok 'it gives examples' given
gives 'explain a block of a file' 0 "$heapsum" explain a.hsum "$address"
holds 'it says the type' '^type  *struct animal$' given
holds 'and what a file does not keep' '^note  *a snapshot keeps' given
gives 'explain a type of a file' 0 "$heapsum" explain --format json a.hsum animal
holds 'as JSON' '"lines":\[{"part":"type","type":"struct animal","count":300,' given
says 4 'no live block holds 0x8; ' explain a.hsum 0x8
says 4 'no live block holds' explain -q $victim 0x8
says 4 "no block is of type 'unicorn'" explain -q $victim unicorn

gives 'objects --without-evidence' 0 "$heapsum" objects --without-evidence variable,stack --format tsv $victim
grep -q 'struct animal' given && not_ok 'nothing is found without variables' given || ok 'nothing is found without variables'

# --- what is untyped ---
gives 'summary --untyped all' 0 "$heapsum" summary --untyped all --limit 0 --format tsv a.hsum
awk -F '\t' '/^<untyped / { part += $2; bytes += $3 } /^<untyped>/ { all = $2; of = $3 } END { exit !(part == all && bytes == of) }' given \
  && ok 'the places are the untyped blocks' || not_ok 'the places are the untyped blocks' given
gives 'objects without a type' 0 "$heapsum" objects --type '<untyped>' --format tsv a.hsum
awk -F '\t' 'NR > 1 && $3 != "" { bad = 1 } END { exit bad }' given && ok 'a filter for untyped blocks' || not_ok 'a filter for untyped blocks' given
gives 'diff --untyped all' 0 "$heapsum" diff --untyped all --limit 0 --format tsv b.hsum c.hsum
head -c 200 a.hsum > cut.hsum
says 4 'truncated' summary cut.hsum
if [ -w /dev/full ]; then
  "$heapsum" summary a.hsum > /dev/full 2> given.err
  [ $? = 4 ] && ok 'a full disk is an error' || not_ok 'a full disk is an error' given.err
fi

# --- its core ---
if command -v gcore > /dev/null && gcore -o core $victim > gcore.log 2>&1; then
  gives 'snapshot of a core' 0 "$heapsum" snapshot --format csv core.$victim
  cp given core.csv
  gives 'and of the process' 0 "$heapsum" snapshot --format csv $victim
  cmp -s given core.csv && ok 'process and core give the same table' || not_ok 'process and core give the same table' given
  gives 'objects of a core' 0 "$heapsum" objects --no-cache --format tsv core.$victim
  cp given first
  gives 'objects of a core again' 0 "$heapsum" objects --format tsv core.$victim
  cmp -s first given && ok 'two runs on a core are the same, with and without the cache' || not_ok 'two runs on a core are the same, with and without the cache'
  head -c 20000 core.$victim > cut.core
  "$heapsum" summary cut.core > given 2> given.err
  status=$?
  [ $status = 0 ] || [ $status = 4 ] && ok 'a core that was cut is no crash' || not_ok 'a core that was cut is no crash' given.err
else
  skip 'snapshot of a core' 'there is no gcore'
fi

# --- what others own ---
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
  "$heapsum" --version > /dev/null
  if $nobody "$heapsum" --version > /dev/null 2>&1; then
    chmod 644 text
    XDG_CACHE_HOME=/nonexistent
    gives "another user's process ends with 3" 3 $nobody "$heapsum" summary $victim
    [ -s given.err ] && ok 'and says why' || not_ok 'and says why'
    cat given.err | sed 's/^/# /'
    gives "another user's file ends with 3" 3 $nobody "$heapsum" summary a.hsum
  else
    skip "another user's process ends with 3" 'nobody cannot run what was built here'
  fi
else
  skip "another user's process ends with 3" 'needs root and setpriv'
fi

exec 3>&- 4<&-
wait $victim
[ $? = 0 ] && ok 'the process ended well' || not_ok 'the process ended well'
says 4 "$victim" summary $victim
tap_end
