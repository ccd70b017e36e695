#!/bin/bash
# jq, stopped in mid-run: 2 paths of a nested document, 3 one that goes through text and back, 4 values made by the
# program itself, 5 in the parser
. "$TRUTH/target-lib.sh"
[ -f "$FIX/nested.json" ] || python3 - "$FIX/nested.json" <<'P'
import json, random, sys
random.seed(5)
def tree(depth):
    if depth == 0: return random.choice([None, True, random.random(), 'leaf %d' % random.randrange(10 ** 6), [], {}])
    if random.random() < .5: return [tree(depth - 1) for _ in range(random.randint(1, 5))]
    return {'key%d' % random.randrange(400): tree(depth - 1) for _ in range(random.randint(1, 5))}
json.dump([tree(6) for i in range(700)], open(sys.argv[1], 'w'))
P
[ -f "$FIX/log.json" ] || python3 - "$FIX/log.json" <<'P'
import json, random, sys
random.seed(6)
with open(sys.argv[1], 'w') as o:
    for i in range(60000):
        print(json.dumps({'t': 1600000000 + i, 'level': random.choice(['info', 'warn', 'error']), 'msg': 'request %d took %d ms' % (i, random.randrange(900)),
                          'ctx': {'user': random.choice([None, 'u%d' % (i % 300)]), 'ids': list(range(i % 4))}}), file=o)
P
go () { export TRUTH_AT_BLOCKS=$1; shift; start "$SRC/jq" "$@" > out.txt 2> err.txt & keep $!; dumped; }
case $TRUTH_STATE in
2) go 60000 '[paths(scalars)] | group_by(length)' "$FIX/nested.json";;
3) go 120000 -n '[inputs | tojson | ascii_downcase | fromjson | to_entries | map({(.key | ascii_upcase): .value}) | add]' "$FIX/log.json";;
4) go 260000 -n 'def fib: if . < 2 then . else (. - 1 | fib) + (. - 2 | fib) end;
    reduce range(150000) as $i ({}; .["n\($i % 7000)"] += [{$i, half: ($i / 2), text: "\($i) is \(if $i % 2 == 0 then "even" else "odd" end)", f: ($i % 5 | fib)}])';;
5) go 400000 -s 'sort_by(.msg)' "$FIX/log.json";;
esac
