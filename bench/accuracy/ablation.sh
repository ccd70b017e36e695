#!/bin/bash
# ablation.sh [-s STATES] [-d FILE] HEAPSUM DUMPS   what each source of evidence is worth: all dumps of the development set
#     measured with all sources, and without each of them; prints a table in Markdown
#   -s STATES   of each program, such as "1 3"; 1 if not given
#   -d FILE     puts the table into FILE, between the lines "<!-- ablation -->" and "<!-- /ablation -->"
# HEAPSUM_TRUTH   the folder of the truth scripts
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
STATES=1 FILE=
while getopts s:d: o; do case $o in s) STATES=$OPTARG;; d) FILE=$OPTARG;; *) exit 2;; esac; done
shift $((OPTIND - 1))
[ $# = 2 ] || { echo "usage: ablation.sh [-s STATES] [-d FILE] HEAPSUM DUMPS" >&2; exit 2; }
: "${HEAPSUM_TRUTH:?the folder of the truth scripts}"
heapsum=$1 dumps=$(cd "$2" && pwd)
temp=$(mktemp -d); trap 'rm -rf "$temp"' EXIT
mkdir "$temp/dumps"
for d in "$dumps"/*/; do
    [ -e "$d/about" ] || continue
    program= state= held_out=no; . "$d/about"
    [ "$held_out" != yes ] || continue
    case " $STATES " in *" $state "*) ln -s "${d%/}" "$temp/dumps/" ;; esac
done
# The sources that can be left out: those with a function.
sources=$(sed -n 's/.*{ "\([a-z]*\)", HS_PHASE_[A-Z]*, hs_source.*/\1/p' "$HERE/../../profiler/inference/sources.c")
for source in all $sources; do
    args=(); [ "$source" = all ] || args=(--without-evidence "$source")
    echo "ablation.sh: $source" >&2
    "$HERE/accuracy.sh" -o "$temp/$source" "$heapsum" "$temp/dumps" "${args[@]}" > "$temp/$source.txt"
done
python3 - "$temp" "$STATES" $sources > "$temp/table.md" <<'END'
import collections, glob, json, os, sys
temp, states, sources = sys.argv[1], sys.argv[2], sys.argv[3:]
def measure(source):
    sums = collections.defaultdict(list)
    for path in glob.glob(f'{temp}/{source}/*/score.json'):
        about = dict(l.strip().split('=', 1) for l in open(os.path.dirname(path) + '/about'))
        t = json.load(open(path))['typed']
        sums[about['program']].append((t['named_pct'][0], t['right_pct'][0]))
    mean = lambda xs: sum(x for x in xs if x is not None) / max(1, sum(x is not None for x in xs))
    return {p: tuple(mean([x[i] for x in v]) for i in (0, 1)) for p, v in sums.items()}
whole = measure('all')
programs = sorted(whole)
cell = lambda x: f'{x[0]:.1f} ({x[1]:.1f})'
print('| without | ' + ' | '.join(programs) + ' |')
print('|---' * (len(programs) + 1) + '|')
print('| nothing | ' + ' | '.join(cell(whole[p]) for p in programs) + ' |')
for source in sources:
    part = measure(source)
    same = lambda p: all(abs(part[p][i] - whole[p][i]) < 0.05 for i in (0, 1))
    print(f'| `{source}` | ' + ' | '.join('=' if p in part and same(p) else cell(part[p]) if p in part else '-' for p in programs) + ' |')
print(f'\nState {states.replace(" ", ", ")} of each program.')
END
if [ -n "$FILE" ]; then
    awk -v table="$temp/table.md" '
        /^<!-- ablation -->$/ { print; while ((getline line < table) > 0) print line; skip = 1; found = 1 }
        /^<!-- \/ablation -->$/ { skip = 0 }
        !skip { print }
        END { exit !found }' "$FILE" > "$temp/file" || { echo "ablation.sh: $FILE has no place for the table" >&2; exit 1; }
    cat "$temp/file" > "$FILE"
else
    cat "$temp/table.md"
fi
