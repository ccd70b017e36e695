PKG=mosquitto DEPS="libcjson-dev uthash-dev"
BIN="src/mosquitto"
build() {
    bear --output compile_commands.json -- make -j$JOBS -C src WITH_TLS=no WITH_DOCS=no WITH_SYSTEMD=no WITH_WEBSOCKETS=no WITH_SRV=no \
        WITH_SHARED_LIBRARIES=no WITH_CJSON=no WITH_STRIP=no CFLAGS="$TFLAGS -Wall"
}
