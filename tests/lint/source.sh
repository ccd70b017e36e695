#!/bin/sh
# What a glance at the source shows: the length of files and lines, opening comments, no goto.
set -u
. "$TOP_SRCDIR/tests/support/tap.sh"
cd "$TOP_SRCDIR" || exit 99
files=$(find heapsum profiler summary formatters cli samples tests bench -name '*.[ch]' 2> /dev/null | sort)

# none TEXT: passes if nothing was found
none () {
  if [ -s "$tap_dir/found" ]; then not_ok "$1" "$tap_dir/found"; else ok "$1"; fi
}

for file in $files; do
  lines=$(wc -l < "$file")
  [ "$lines" -le 600 ] || echo "$file: $lines lines"
done > "$tap_dir/found"
none 'no file has more than 600 lines'

for file in $files; do
  head -n 1 "$file" | grep -q "^/\* ${file##*/} - " || echo "$file"
done > "$tap_dir/found"
none 'every file begins with its name and what it is for'

for file in $files; do
  LC_ALL=C.UTF-8 awk -v file="$file" 'length ($0) > 160 { print file ":" FNR ": " length ($0) " columns" }' "$file"
done > "$tap_dir/found"
none 'no line is far beyond 120 columns'

grep -nE '\bgoto\b' $(echo "$files" | grep -v ^tests/) < /dev/null | grep -v '^[^:]*:[0-9]*: *[/ ]\*' > "$tap_dir/found"
none 'no goto'
grep -n '[[:space:]]$' $files < /dev/null > "$tap_dir/found"
none 'no trailing spaces'
grep -n '	' $files < /dev/null | grep -v 'tests/' > "$tap_dir/found"
none 'no tabs'
tap_end
