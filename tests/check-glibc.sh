#!/bin/sh
# check-glibc.sh - the walk of the heap on the glibcs of other Debians: make check-glibc [SUITES="bullseye trixie sid"]
#
# Makes a small system of each suite with debootstrap (kept under XDG_CACHE_HOME/heapsum-chroots), builds the victim in
# it, and runs tests/unit/test-heap with the victim started there. Needs root, debootstrap, the network once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-.}
cache=${HEAPSUM_CHROOTS:-${XDG_CACHE_HOME:-$HOME/.cache}/heapsum-chroots}
mirror=$(sed -n 's/^URIs: *//p; s/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
passed=0 failed=0

for suite in ${SUITES:-bullseye trixie sid}; do
  root=$cache/$suite
  if [ ! -x "$root/usr/bin/gcc" ]; then
    mkdir -p "$cache"
    debootstrap --variant=minbase --include=gcc,libc6-dev "$suite" "$root" "$mirror" > "$root.log" 2>&1 || {
      echo "check-glibc: debootstrap of $suite failed, see $root.log" >&2; exit 1; }
  fi
  rm -rf "$root/victims"
  mkdir -p "$root/victims/tests/support" "$root/victims/tests/victims"
  cp "$here"/support/recorder.[ch] "$root/victims/tests/support/"
  cp "$here"/victims/victim-heap.c "$root/victims/tests/victims/"
  chroot "$root" sh -c 'cd /victims && gcc -std=gnu11 -D_GNU_SOURCE -I. -g -O1 -fno-builtin -pthread -o victim-heap \
    tests/victims/victim-heap.c tests/support/recorder.c'
  version=$(chroot "$root" ldd --version | sed -n '1s/.* //p')
  echo "# $suite: glibc $version"
  HEAPSUM_TEST_CHROOT=$root "$build/tests/unit/test-heap" --tap -k > "$root.tap" 2>&1 || true
  p=$(grep -c '^ok' "$root.tap" || true) f=$(grep -c '^not ok\|^Bail out' "$root.tap" || true)
  grep '^not ok\|^Bail out' "$root.tap" || true
  echo "# $suite: $p passed, $f failed"
  passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
