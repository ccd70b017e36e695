# held-out: yes
PKG=ninja-build DEPS="cmake re2c"
BIN="build/ninja" CC=build/compile_commands.json
build() {
    cmake -B build -DBUILD_TESTING=OFF -DCMAKE_BUILD_TYPE=None -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_CXX_FLAGS="$TFLAGS"
    make -j$JOBS -C build ninja
}
