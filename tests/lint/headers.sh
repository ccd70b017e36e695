#!/bin/sh
# Headers stand on their own: each compiles alone, and the public ones as C11 and C++17 without a warning.
set -u
. "$TOP_SRCDIR/tests/support/tap.sh"
cd "$TOP_SRCDIR" || exit 99

for header in profiler/*.h profiler/*/*.h summary/*.h formatters/*.h cli/*.h; do
  printf '#include "%s"\n' "$header" > "$tap_dir/alone.c"
  # shellcheck disable=SC2086
  check "$header stands on its own" $CC -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror -fsyntax-only -D_GNU_SOURCE \
    -DHEAPSUM_COMPILATION -I. -I"$TOP_BUILDDIR" $TEST_CPPFLAGS "$tap_dir/alone.c"
done

cat > "$tap_dir/use.c" <<'END'
#include <heapsum/heapsum.h>
int main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HeapsumSnapshot) snapshot = heapsum_snapshot_load ("file", &error);
  return snapshot == NULL;
}
END
cp "$tap_dir/use.c" "$tap_dir/use.cc"
# shellcheck disable=SC2086
check 'public headers are C11' $CC -std=c11 -Wall -Wextra -pedantic -Werror -fsyntax-only -D_POSIX_C_SOURCE=200809L -I. $TEST_CPPFLAGS "$tap_dir/use.c"
# shellcheck disable=SC2086
check 'public headers are C++17' $CXX -std=c++17 -Wall -Wextra -pedantic -Werror -fsyntax-only -I. $TEST_CPPFLAGS "$tap_dir/use.cc"

for header in heapsum/heapsum-*.h; do
  [ "$header" != heapsum/heapsum-macros.h ] || continue
  printf '#include <%s>\n' "$header" > "$tap_dir/alone.c"
  # shellcheck disable=SC2086
  if $CC -fsyntax-only -I. $TEST_CPPFLAGS "$tap_dir/alone.c" 2> "$tap_dir/out"; then
    not_ok "$header is reached by heapsum.h only"
  else
    ok "$header is reached by heapsum.h only"
  fi
done
tap_end
