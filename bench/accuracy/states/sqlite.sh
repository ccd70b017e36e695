#!/bin/bash
# sqlite3: 2 temporary tables, attached databases, full text and generated columns, 3 a database in memory with big values,
# 4 in the middle of a query that sorts and counts windows (write-ahead log), 5 most tables dropped again
. "$TRUTH/target-lib.sh"
mkfifo in; exec 9<> in
# The shell and its libraries have allocated little before the first statement: what is counted is the query.
[ "$TRUTH_STATE" != 4 ] || export TRUTH_AT_ALLOCS=260000
DB=t.db; [ "$TRUTH_STATE" != 3 ] || DB=:memory:
start "$SRC/sqlite3" "$DB" <&9 > out.txt 2>&1 & S=$!; keep $S
sh "$HERE/pop-sqlite.sh" "$TRUTH_STATE" > in
if [ "$TRUTH_STATE" = 4 ]; then dumped; else until_ok 90 grep -q ready out.txt; sleep .5; dumped $S; fi
