# tap.sh - TAP for tests that are shell scripts: source it, call ok/not_ok/skip, end with tap_end.
#
# shellcheck shell=sh
tap_count=0

# ok TEXT
ok () {
  tap_count=$((tap_count + 1))
  echo "ok $tap_count - $1"
}

# not_ok TEXT [FILE]: with the beginning of FILE as a comment
not_ok () {
  tap_count=$((tap_count + 1))
  echo "not ok $tap_count - $1"
  if [ -n "${2:-}" ]; then
    sed -n '1,40s/^/# /p' "$2"
  fi
}

# skip TEXT REASON
skip () {
  tap_count=$((tap_count + 1))
  echo "ok $tap_count - $1 # SKIP $2"
}

# check TEXT COMMAND...: passes when the command does
check () {
  tap_text=$1
  shift
  if "$@" > "$tap_dir/out" 2>&1; then
    ok "$tap_text"
  else
    not_ok "$tap_text" "$tap_dir/out"
  fi
}

tap_end () {
  echo "1..$tap_count"
}

# A directory that goes away with the test.
tap_dir=$(mktemp -d)
trap 'rm -rf "$tap_dir"' EXIT
trap 'exit 1' INT TERM
