# development set
PKG=vim DEPS="libncurses-dev"
BIN="src/vim"
THROUGH="src/alloc.c:ga_grow:ga_grow_inner src/alloc.c:ga_grow_id:ga_grow"        # they grow an array in place, and yield OK
build() {
    ./configure --with-features=huge --disable-gui --without-x --disable-nls \
        --disable-gpm --disable-canberra --disable-libsodium --disable-acl --disable-selinux CFLAGS="$TFLAGS"
    bear --output compile_commands.json -- make -j$JOBS -C src vim
}
