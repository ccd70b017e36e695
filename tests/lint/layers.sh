#!/bin/sh
# Who may include whom: docs/ARCHITECTURE.md, "Layers". A line of the table names a folder and what its files may include.
set -u
. "$TOP_SRCDIR/tests/support/tap.sh"
cd "$TOP_SRCDIR" || exit 99

layers='
heapsum             heapsum
profiler/target     profiler/target heapsum/heapsum-error.h
profiler/modules    profiler/modules profiler/target
profiler/types      profiler/types profiler/modules profiler/target
profiler/roots      profiler/roots profiler/types profiler/modules profiler/target
profiler/arenas     profiler/arenas profiler/target
profiler/inference  profiler/inference profiler/arenas profiler/types profiler/roots profiler/modules profiler/target
summary             summary heapsum
formatters          formatters summary heapsum
cli                 cli heapsum config.h
'

# included FOLDER: "FILE HEADER" for each header of ours that a file there includes
included () {
  for file in "$1"/*.c "$1"/*.h; do
    [ -f "$file" ] || continue
    sed -n 's/^ *# *include *["<]\([^">]*\)[">].*/\1/p' "$file" \
      | grep -E '^(heapsum|profiler|summary|formatters|cli|tests|bench|samples)/|^config\.h$|^\.' | sed "s|^|$file |"
  done
}

# may FOLDER ALLOWED...: reports what goes beyond
may () {
  folder=$1
  shift
  included "$folder" | while read -r file header; do
    good=no
    for allowed in "$@"; do
      case $header in
        "$allowed" | "$allowed"/*) good=yes ;;
      esac
      # A folder's header is not one of the folders in it.
      case $allowed in */* | *.h) ;; *) case $header in "$allowed"/*/*) good=no ;; esac ;; esac
    done
    [ $good = yes ] || echo "$file includes $header"
  done
}

echo "$layers" > "$tap_dir/layers"
while read -r folder allowed; do
  [ -n "$folder" ] || continue
  # shellcheck disable=SC2086
  may "$folder" $allowed > "$tap_dir/found"
  if [ -s "$tap_dir/found" ]; then not_ok "$folder keeps to its layer" "$tap_dir/found"; else ok "$folder keeps to its layer"; fi
done < "$tap_dir/layers"

# Every folder of the profiler has a line above.
for folder in profiler/*/; do
  folder=${folder%/}
  ls "$folder"/*.c > /dev/null 2>&1 || continue
  if grep -q "^$folder " "$tap_dir/layers"; then ok "$folder has its place"; else not_ok "$folder has its place"; fi
done

# only TEXT PATTERN FOLDER...: a library is named in these folders only
only () {
  text=$1
  pattern=$2
  shift 2
  grep -nE "^ *# *include *[<\"]$pattern[>\"]" -r --include='*.[ch]' heapsum profiler summary formatters cli > "$tap_dir/all"
  cp "$tap_dir/all" "$tap_dir/found"
  for folder in "$@"; do
    grep -v "^$folder/" "$tap_dir/found" > "$tap_dir/rest"
    mv "$tap_dir/rest" "$tap_dir/found"
  done
  if [ -s "$tap_dir/found" ]; then not_ok "$text" "$tap_dir/found"; else ok "$text"; fi
}

only 'libdwarf is named by types and roots only' '(libdwarf/)?(libdwarf|dwarf)\.h' profiler/types profiler/roots
only 'libelf is named by target, modules and types only' '(gelf|libelf|libelf/.*)\.h' profiler/target profiler/modules profiler/types
only 'ptrace is named by the target only' 'sys/ptrace\.h' profiler/target
only 'GObject and GIO stay out of what people link' '(gio/.*|glib-object)\.h' profiler/target profiler/modules profiler/types

tap_end
