# development set
PKG=bison DEPS="m4"
BIN="src/bison"
build() {
    ./configure --disable-nls --disable-rpath CFLAGS="$TFLAGS"
    printf 'headers: $(filter lib/%%,$(BUILT_SOURCES))\n' | make -f Makefile -f - headers        # "all" would make these first
    bear --output compile_commands.json -- make -j$JOBS MAKEINFO=true HELP2MAN=true src/bison
}
