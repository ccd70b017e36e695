# held-out: yes
PKG=weechat DEPS="cmake pkg-config gettext libcurl4-gnutls-dev libgcrypt20-dev libgnutls28-dev libzstd-dev zlib1g-dev libncurses-dev"
BIN="b/src/gui/curses/headless/weechat-headless"
CC=b/compile_commands.json
for m in "${SRC:-}"/b/plugins/*.so; do       # what there is, once it is built
    [ ! -e "$m" ] || BIN="$BIN ${m#"$SRC"/}"
done
build() {               # all plugins in one folder, as weechat looks for them; those for scripts and spelling are left out
    cmake -S . -B b -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$TFLAGS" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DCMAKE_LIBRARY_OUTPUT_DIRECTORY="$PWD/b/plugins" \
        -DENABLE_NCURSES=OFF -DENABLE_NLS=OFF -DENABLE_SCRIPTS=OFF -DENABLE_SCRIPT=OFF -DENABLE_SPELL=OFF
    cmake --build b -j "$JOBS"
}
