# glib.sh - for recipes of programs on GLib: builds GLib in the program's tree with the same flags, so that what it allocates
# is known too.  The program itself is built against Debian's GLib, which is the same version; its target sets
# LD_LIBRARY_PATH to these (and G_SLICE=always-malloc: GLib before 2.76 has pools of its own).
GLIB_DEPS="meson ninja-build pkg-config libglib2.0-dev libffi-dev libpcre2-dev zlib1g-dev libselinux1-dev libmount-dev"
GLIB_BIN="glib/b/glib/libglib-2.0.so.0 glib/b/gobject/libgobject-2.0.so.0 glib/b/gmodule/libgmodule-2.0.so.0"
# g_new and g_slice_new0 with a size known to the compiler; dump.sh says what these are
ALIASES="g_malloc_n:g_malloc g_malloc0_n:g_malloc0 g_realloc_n:g_realloc g_try_malloc_n:g_try_malloc g_slice_alloc0:g_slice_alloc"
build_glib () {         # in the program's tree
    fetch_src glib2.0 "$PWD/glib"
    rm -f glib_*.orig.tar.* glib2.0_*.orig.tar.*
    ( cd glib; CFLAGS="$TFLAGS" meson setup b --buildtype=plain -Dtests=false -Dselinux=disabled -Dlibmount=disabled -Dman=false
      ninja -j "$JOBS" -C b $(ninja -C b -t targets all | sed -n 's,^\(\(glib\|gobject\|gmodule\)/lib[a-z]*-2.0\.so\.[0-9.]*\):.*,\1,p') )
}
# merge_commands FILE...: one compile_commands.json of what was really built.  -O0 for the reader of the sources only:
# g_new and its like are one plain cast then.
merge_commands () {
    python3 - "$@" << 'P'
import json, os, sys
out = []
for f in sys.argv[1:]:
    for e in json.load(open(f)):
        o = e.get('output')
        if o and not os.path.exists(os.path.join(e['directory'], o)): continue
        if 'command' in e: e['command'] = e['command'].replace(' -O2 ', ' -O0 ')
        if 'arguments' in e: e['arguments'] = ['-O0' if x == '-O2' else x for x in e['arguments']]
        out.append(e)
json.dump(out, open('compile_commands.json', 'w'), indent=1)
P
}
