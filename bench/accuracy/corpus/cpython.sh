# development set
PKG=python3.11 DEPS="zlib1g-dev libffi-dev"
M=build/lib.linux-x86_64-3.11
BIN="python"
for m in _json _datetime _struct math _random _pickle array _bisect _heapq select _posixsubprocess binascii; do
    BIN="$BIN $M/$m.cpython-311-x86_64-linux-gnu.so"
done
build() {
    ./configure --without-ensurepip --with-pymalloc OPT="-DNDEBUG -fwrapv -Wall $TFLAGS" CFLAGS= LDFLAGS=
    bear --output compile_commands.json -- nice make -j$JOBS python sharedmods
}
