# development set
PKG=unbound DEPS="libssl-dev libexpat1-dev bison flex pkg-config"
BIN="unbound"
build() {
    ./configure --disable-shared --enable-static --without-libevent --with-pthreads --disable-flto --disable-pie --disable-relro-now \
        --sysconfdir=/nowhere CFLAGS="$TFLAGS"
    bear --output compile_commands.json -- make -j$JOBS unbound unbound-control
}
