#!/bin/bash
# lua: what each state is stands in pop-lua.lua
. "$TRUTH/target-lib.sh"
mkfifo in; exec 9<> in
start "$SRC/src/lua" "$HERE/pop-lua.lua" "$TRUTH_STATE" <&9 > out.txt 2>&1 & keep $!
until_ok 60 grep -q ready out.txt; dumped $!
