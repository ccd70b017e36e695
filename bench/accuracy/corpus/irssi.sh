# development set
. "${BASH_SOURCE[0]%/*}/../glib.sh"
PKG=irssi DEPS="$GLIB_DEPS libncurses-dev libssl-dev"
BIN="b/src/fe-text/irssi $GLIB_BIN"
# Upstream's 1.4.5 as bookworm-backports has it: an archive may no longer hold bookworm's own 1.4.3, or Debian's part of either.
# apt checks the tarball against the signed list; what the list says of it stands in for the .dsc.
[ "$(type -t lib_fetch_src)" ] || eval "lib_$(declare -f fetch_src)"
fetch_src () {
    [ "$1" = irssi ] || { lib_fetch_src "$@"; return; }
    local dl=$CACHE/dl/irssi a=$CACHE/apt/backports v=irssi=1.4.5-1~bpo12+1
    mkdir -p "$dl" "$a/lists/partial" "$a/cache/archives/partial"
    local o=(-q -o Dir::Etc::sourcelist="$a/src.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::Lists="$a/lists" -o Dir::Cache="$a/cache" -o APT::Sandbox::User=)
    # the mirror that this machine has Debian itself from
    echo "deb-src $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -1) bookworm-backports main" > "$a/src.list"
    if [ ! -e "$dl/irssi_1.4.5.dsc" ]; then
        apt-get "${o[@]}" update
        (cd "$dl" && apt-get "${o[@]}" source --download-only --tar-only "$v")
        apt-cache "${o[@]}" showsrc --only-source "${v%=*}" > "$dl/irssi_1.4.5.dsc"
    fi
    rm -rf "$2"; mkdir -p "$2"
    tar -xJf "$dl/irssi_1.4.5.orig.tar.xz" -C "$2" --strip-components=1
}
build() {
    build_glib
    CFLAGS="$TFLAGS" meson setup b --buildtype=plain -Dwith-perl=no -Dwith-otr=no -Dwith-proxy=no -Ddisable-utf8proc=yes
    ninja -j "$JOBS" -C b
    merge_commands b/compile_commands.json glib/b/compile_commands.json
}
