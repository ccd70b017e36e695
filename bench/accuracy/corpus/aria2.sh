# development set
PKG=aria2 DEPS="pkg-config libexpat1-dev"
BIN="src/aria2c"
build() {
    ./configure --without-gnutls --without-openssl --without-libnettle --without-libgmp --without-libgcrypt --without-libssh2 \
        --without-libxml2 --with-libexpat --without-sqlite3 --without-libcares --without-libz --without-libuv --without-appletls \
        --disable-nls --disable-shared CFLAGS="$TFLAGS" CXXFLAGS="$TFLAGS"
    bear --output compile_commands.json -- make -j$JOBS -C deps
    bear --append --output compile_commands.json -- make -j$JOBS -C src aria2c
}
