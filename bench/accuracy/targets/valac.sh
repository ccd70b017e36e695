#!/bin/bash
# valac, stopped in mid-run.  1: a library of containers, being turned into C.  2: a small program, in the parser.  3: the
# library again, still parsed.  4: its own code generator, being checked.  5: hardly more than bindings.
. "$TRUTH/target-lib.sh"
export G_SLICE=always-malloc LD_LIBRARY_PATH=$SRC/glib/b/glib:$SRC/glib/b/gobject:$SRC/glib/b/gmodule:$SRC/inst/lib:$SRC/inst/lib/vala-0.56
cd "$SRC" || exit 1
go () {                 # go BLOCKS ARGS...
    export TRUTH_AT_BLOCKS=$1; shift
    start "$SRC/inst/bin/valac-0.56" -C -d "$OUT/c" "$@" > "$OUT/out.txt" 2>&1 & keep $!
    cd "$OUT" || exit 1
    dumped
}
own="--vapidir=vapi --vapidir=gee --vapidir=vala --vapidir=ccode --pkg=config --pkg=gmodule-2.0 --pkg=gee"
case ${TRUTH_STATE:-1} in
1) go 230000 gee/*.vala;;
2) go 25000 tests/objects/classes.vala;;
3) go 110000 gee/*.vala;;
4) go 700000 $own --pkg=gobject-2.0 --pkg=ccode --pkg=vala codegen/*.vala;;
*) go 150000 --pkg=gio-2.0 --pkg=posix --pkg=linux --pkg=gstreamer-1.0 tests/objects/interfaces.vala;;
esac
