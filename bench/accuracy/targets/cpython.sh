#!/bin/bash
# python3.11 with every object a block of malloc: what each state is stands in pop-cpython.py
. "$TRUTH/target-lib.sh"
mkfifo in; exec 9<> in
export PYTHONMALLOC=malloc PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
start "$SRC/python" -S "$HERE/pop-cpython.py" "${TRUTH_STATE:-1}" <&9 > out.txt 2>&1 & S=$!; keep $S
until_ok 60 grep -q ready out.txt; sleep .3; dumped $S
