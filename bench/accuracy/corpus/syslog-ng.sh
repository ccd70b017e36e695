# development set
. "${BASH_SOURCE[0]%/*}/../glib.sh"
PKG=syslog-ng DEPS="$GLIB_DEPS automake autoconf autoconf-archive libtool flex bison xsltproc libivykis-dev libssl-dev libjson-c-dev libpcre3-dev"
BIN="inst/sbin/syslog-ng inst/lib/libsyslog-ng.so inst/lib/libevtlog.so $GLIB_BIN"
for m in "${SRC:-}"/inst/lib/syslog-ng/*.so "${SRC:-}"/inst/lib/libsyslog-ng-*.so; do       # what there is, once it is built
    [ ! -e "$m" ] || BIN="$BIN ${m#"$SRC"/}"
done
build() {
    build_glib
    skip_submodules=1 ./autogen.sh
    ./configure --prefix="$PWD/inst" --enable-dynamic-linking --with-ivykis=system --disable-java --disable-java-modules --disable-python --disable-sql \
        --disable-mongodb --disable-amqp --disable-stomp --disable-redis --disable-riemann --disable-smtp --disable-http --disable-snmp-dest --disable-kafka \
        --disable-geoip2 --disable-systemd --disable-pacct --disable-spoof-source --disable-tcp-wrapper --disable-linux-caps --disable-manpages \
        --disable-mqtt --disable-cloud-auth --enable-json=yes --with-jsonc=system CFLAGS="$TFLAGS"
    bear --output bear.json -- make -j$JOBS
    make install
    merge_commands bear.json glib/b/compile_commands.json
}
