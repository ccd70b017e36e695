#!/bin/sh
# What the library exports is what its map says, what its headers declare, what they document, and what heapsum(3) names.
set -u
. "$TOP_SRCDIR/tests/support/tap.sh"

sed -n 's/^  \(heapsum_[a-z_0-9]*\);$/\1/p' "$TOP_SRCDIR/libheapsum.map" | sort > "$tap_dir/map"
cat "$TOP_SRCDIR"/heapsum/*.h | tr '\n' ' ' | grep -o 'HEAPSUM_API [^;]*;' | grep -o 'heapsum_[a-z_0-9]* (' | sed 's/ (//' | sort > "$tap_dir/declared"
cat "$TOP_SRCDIR"/heapsum/*.h | sed -n '/^\/\*\*$/{n;s/^ \* \(heapsum_[a-z_0-9]*\):$/\1/p;}' | sort > "$tap_dir/documented"
nm -D --defined-only "$TOP_BUILDDIR/.libs/libheapsum.so" | sed -n 's/.* T \([^@]*\).*/\1/p' | sort > "$tap_dir/exported"

# same TEXT A B
same () {
  diff "$tap_dir/$2" "$tap_dir/$3" > "$tap_dir/found"
  if [ -s "$tap_dir/found" ]; then not_ok "$1" "$tap_dir/found"; else ok "$1"; fi
}

[ -s "$tap_dir/map" ] && ok 'there is a map' || not_ok 'there is a map'
same 'the map is what is declared' map declared
same 'the map is what is documented' map documented
case ${SANITIZE_CFLAGS:-} in
  '') same 'the map is what is exported' map exported ;;
  *) skip 'the map is what is exported' 'the sanitizers export too' ;;
esac
sort -cu "$tap_dir/map" 2> /dev/null && ok 'nothing is exported twice' || not_ok 'nothing is exported twice'
tr -c 'a-z_0-9' '\n' < "$TOP_SRCDIR/man/heapsum.3" | grep '^heapsum_' | sort -u > "$tap_dir/named"
comm -23 "$tap_dir/map" "$tap_dir/named" > "$tap_dir/found"
if [ -s "$tap_dir/found" ]; then not_ok 'heapsum(3) names every function' "$tap_dir/found"; else ok 'heapsum(3) names every function'; fi
tap_end
