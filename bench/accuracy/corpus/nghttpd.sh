PKG=nghttp2 DEPS="autoconf automake libtool pkg-config libev-dev libssl-dev libc-ares-dev zlib1g-dev"
BIN="src/nghttpd"
build() {
    autoreconf -i
    ./configure --enable-app --disable-shared --disable-python-bindings --disable-examples --without-jemalloc --without-libxml2 \
        --without-systemd CFLAGS="$TFLAGS" CXXFLAGS="$TFLAGS"
    bear --output compile_commands.json -- make -j$JOBS -C lib; make -j$JOBS -C third-party
    bear --append --output compile_commands.json -- make -j$JOBS -C src nghttpd h2load
}
