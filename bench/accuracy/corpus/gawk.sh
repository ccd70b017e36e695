# development set
PKG=gawk DEPS="libreadline-dev libsigsegv-dev"
BIN="gawk"
build() {
    ./configure --disable-nls --disable-mpfr --disable-extensions CFLAGS="$TFLAGS"
    bear --output compile_commands.json -- make -j$JOBS SUBDIRS="support ."
}
