#!/bin/sh
# From a checkout on Debian 12 to a table of a program's heap.
#
#   ./quickstart.sh                 build, and show what heapsum says of a server with a leak
#   ./quickstart.sh build           build only: leaves cli/heapsum
#   ./quickstart.sh check [--asan]  build with warnings as errors and run all tests
#                                   (--asan: once more with AddressSanitizer and UBSan)
#
# The build lies in ./build, that of the tests in ./build/check. A tree that was configured in itself is used as it is.
set -eu
cd "$(dirname "$0")"
top=$(pwd)

packages='autoconf automake libtool make gcc g++ pkg-config libglib2.0-dev libelf-dev libdwarf-dev zlib1g-dev'
check_packages='gdb man-db groff procps'

say () {
  echo "quickstart: $*"
}

fail () {
  echo "quickstart: $*" >&2
  exit 1
}

# --- what is needed ---

is_installed () {
  dpkg-query -W -f '${db:Status-Status}\n' "$1" 2> /dev/null | grep -qx installed
}

# Other distributions have other names: there, configure says what is missing.
install_missing () {
  missing=
  if ! command -v dpkg-query > /dev/null; then
    return 0
  fi
  for package in "$@"; do
    is_installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing:$missing"
  command -v apt-get > /dev/null || fail "there is no apt-get here: install$missing, then start me again"
  as_root=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null || fail "there is no sudo here: run 'apt-get install$missing' as root, then start me again"
    as_root=sudo
    say "sudo may ask for your password"
  fi
  $as_root apt-get update < /dev/null || say "going on with the package lists that are here"
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing < /dev/null \
    || fail "apt-get could not install$missing"
}

# --- building ---

# logged NAME COMMAND...: runs the command with its output in $build/NAME.log, the end of which is shown if it fails.
logged () {
  log=$top/$build/$1.log
  shift
  "$@" > "$log" 2>&1 || {
    tail -n 60 "$log" >&2
    fail "that failed; all it said is in $log"
  }
}

jobs=$(nproc 2> /dev/null || echo 2)

# configure_in DIR OPTION...
configure_in () {
  build=$1
  shift
  mkdir -p "$build"
  if [ ! -x configure ] || [ ! -f Makefile.in ] || [ configure.ac -nt configure ]; then
    say "making configure"
    logged autogen ./autogen.sh
  fi
  if [ ! -f "$build/config.status" ]; then
    say "configuring in $build"
    (cd "$build" && logged configure "$top/configure" "$@")
  fi
}

make_in () {
  say "building in $build"
  logged make make -C "$build" -j"$jobs" "$@"
}

# What is built lies in $build; people look for it in cli/. The wrapper's time is long ago, so that make, which also
# looks for its targets in the source tree, never takes it for one.
link_binary () {
  [ "$build" != . ] || return 0
  printf '#!/bin/sh\n# Made by quickstart.sh.\nexec "%s/cli/heapsum" "$@"\n' "$top/$build" > cli/heapsum
  chmod 755 cli/heapsum
  touch -t 200001010000 cli/heapsum
}

build_all () {
  install_missing $packages
  if [ -f config.status ]; then
    build=.
  else
    configure_in build
  fi
  make_in
  link_binary
  # Libtool finishes an uninstalled program when it is first started.
  cli/heapsum --version > /dev/null || fail "cli/heapsum does not run"
}

# --- the sample ---

sample=

stop_sample () {
  [ -z "$sample" ] || kill "$sample" 2> /dev/null || true
  sample=
}

start_sample () {
  "$build/samples/shopd" --seconds 120 > "$demo/ready" &
  sample=$!
  trap stop_sample EXIT
  trap 'exit 1' INT TERM HUP
  waited=0
  until grep -q ready "$demo/ready"; do
    kill -0 "$sample" 2> /dev/null || fail "the sample server ended by itself"
    waited=$((waited + 1))
    [ "$waited" -lt 300 ] || fail "the sample server does not get ready"
    sleep 0.1
  done
}

# Where the system lets nobody but root look at processes, root has to.
prefix=
snapshot () {
  status=0
  $prefix cli/heapsum snapshot -o "$1" "$sample" || status=$?
  if [ "$status" = 3 ] && [ -z "$prefix" ] && [ "$(id -u)" != 0 ] && command -v sudo > /dev/null; then
    say "looking at another process needs root here: trying with sudo"
    prefix=sudo
    snapshot "$1"
  elif [ "$status" != 0 ]; then
    fail "no snapshot could be taken"
  fi
}

# shown COMMAND...: says what it runs
shown () {
  echo
  echo "\$ $*"
  "$@"
}

show_sample () {
  demo=$build/demo
  mkdir -p "$demo"
  say "starting samples/shopd, a small web shop with a leak"
  start_sample
  say "taking two snapshots of process $sample, three seconds apart"
  snapshot "$demo/before.hsum"
  sleep 3
  snapshot "$demo/after.hsum"
  [ -z "$prefix" ] || sudo chown "$(id -u)" "$demo/before.hsum" "$demo/after.hsum"
  stop_sample
  shown cli/heapsum summary "$demo/before.hsum"
  shown cli/heapsum diff "$demo/before.hsum" "$demo/after.hsum"
  leaked=0
  cli/heapsum diff --fail-if 'struct session:count>10' "$demo/before.hsum" "$demo/after.hsum" > /dev/null 2>&1 || leaked=$?
  echo
  [ "$leaked" = 1 ] || fail "the leak does not show in the diff"
  say "what to see: 'struct session' and its carts only ever grow, though 4 visitors at most are there at a time:"
  say "request_abandon () in samples/shopd.c forgets the session of a request that times out."
}

# --- tests ---

# results DIR: "passed failed skipped" of all tests under it
results () {
  find "$1" -name '*.trs' -exec cat {} + | awk '
    /^:test-result: (PASS|XFAIL)/ { passed++ }
    /^:test-result: (FAIL|ERROR|XPASS)/ { failed++ }
    /^:test-result: SKIP/ { skipped++ }
    END { print passed + 0, failed + 0, skipped + 0 }'
}

# run_tests TARGET: the tests of $build; what went wrong is shown
run_tests () {
  say "running make $1 in $build"
  find "$build" -name '*.trs' -exec rm -f {} +
  status=0
  make -C "$build" -k "$1" < /dev/null > "$build/$1.log" 2>&1 || status=$?
  grep -E '^(ERROR|FAIL|XPASS):|: error:|^make.*\*\*\*' "$build/$1.log" || true
  if [ "$status" != 0 ]; then
    failed_make=1
    say "make $1 failed; all it said is in $build/$1.log, what a test said in the .log file beside it"
    find "$build" -name test-suite.log -size +0 -exec tail -n 150 {} \;
  fi
}

check_all () {
  install_missing $packages $check_packages
  build=build/check
  failed_make=0
  if [ -f config.status ]; then
    build=.
  else
    configure_in build/check --enable-werror
  fi
  make_in
  # The tests are built by all processors and then run one after the other: some measure.
  logged make-tests make -C "$build" -j"$jobs" check TESTS=
  run_tests check
  # shellcheck disable=SC2046
  set -- "$@" $(results "$build")
  asan=$1
  passed=$2 failed=$3 skipped=$4
  if [ "$asan" = --asan ]; then
    make -C "$build" -j"$jobs" sanitized > "$build/sanitized.log" 2>&1 || true
    run_tests check-asan
    # shellcheck disable=SC2046
    set -- $(results "$build/sanitized")
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
  fi
  # A build that broke is a failure that no test counts.
  [ "$failed_make" = 0 ] || [ "$failed" != 0 ] || failed=1
  [ "$passed" != 0 ] || [ "$failed" != 0 ] || failed=1
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}

case "${1:-demo} ${2:-}" in
  'demo ') build_all; show_sample ;;
  'build ') build_all; say "built: cli/heapsum --help says how to use it" ;;
  'check ') check_all plain ;;
  'check --asan') check_all --asan ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
