# held-out: yes
PKG=lighttpd DEPS="libpcre2-dev pkg-config libtool"
BIN="src/lighttpd"
for m in "${SRC:-}"/src/.libs/mod_*.so; do       # what there is, once it is built
    [ ! -e "$m" ] || BIN="$BIN ${m#"$SRC"/}"
done
build() {
    ./configure --disable-static --with-pcre2 --without-zlib --without-bzip2 --without-brotli --without-zstd --without-libdeflate \
        --without-openssl --without-lua --without-webdav-props --without-webdav-locks --disable-dependency-tracking CFLAGS="$TFLAGS"
    bear --output compile_commands.json -- make -j$JOBS -C src
}
