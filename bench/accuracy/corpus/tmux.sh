PKG=tmux DEPS="libevent-dev libncurses-dev bison pkg-config autoconf automake"
BIN="tmux"
build() {
    [ -x configure ] || sh autogen.sh
    ./configure --disable-utempter CFLAGS="$TFLAGS"
    bear --output compile_commands.json -- make -j$JOBS
}
