PKG=cppcheck DEPS=""
BIN="cppcheck"
build() {
    bear --output compile_commands.json -- make -j$JOBS CXXFLAGS="$TFLAGS -std=c++11" FILESDIR="$PWD" cppcheck
}
