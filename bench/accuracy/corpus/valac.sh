# development set
. "${BASH_SOURCE[0]%/*}/../glib.sh"
PKG=vala DEPS="$GLIB_DEPS flex bison"
BIN="inst/bin/valac-0.56 inst/lib/libvala-0.56.so inst/lib/vala-0.56/libvalaccodegen.so $GLIB_BIN"
build() {
    build_glib
    # the tarball has the C that the compiler made of itself, and the stamps that say so
    find . -name '*.vala.stamp' -exec touch {} +
    ./configure --prefix="$PWD/inst" --disable-valadoc --disable-static CFLAGS="$TFLAGS" VALAC=/bin/false
    bear --output bear.json -- make -j$JOBS
    make install
    merge_commands bear.json glib/b/compile_commands.json
}
