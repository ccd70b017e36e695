#!/usr/bin/env python3
"""table.py RUN... - the figures of many runs of score.sh as one table, for accuracy.sh

Each RUN holds about and score.json.  named and right are those of score.py: blocks whose true type is not char[]; right
is of the named.  A, B, C: named blocks of that level in percent of the known, and after the slash how many of them are
right.  D: guesses, which do not count as named.  A mean is over programs, each the mean of its states, so that a program
with large heaps or many states does not weigh more than others.
"""
import collections, json, os, sys

def read(run):
    about = dict(l.strip().split('=', 1) for l in open(run + '/about'))
    try: score = json.load(open(run + '/score.json'))
    except OSError: score = None
    return about, score

def percent(a, b): return 100.0 * a / b if b else None
def show(x, width=6): return ' ' * (width - 1) + '-' if x is None else f'{x:{width}.1f}'
def mean(xs):
    xs = [x for x in xs if x is not None]
    return sum(xs) / len(xs) if xs else None

def figures(s):
    t = s['typed']
    f = dict(named=t['named_pct'], right=t['right_pct'], D=(t['guessed_pct'][0], t['guessed_right_pct'][0]))
    for level, x in t['levels'].items():
        f[level] = percent(x['named'][0], t['known'][0]), percent(x['right'][0], x['named'][0])
    return f

COLUMNS = f"{'program':12} {'state':>5} {'blocks':>7} {'miss':>5} {'extra':>5}  {'named':>6} {'right':>6}  {'namedB':>6} {'rightB':>6}  " + \
          '  '.join(f'{l + "/right":>13}' for l in 'ABCD') + f"  {'wall s':>6}"

def line(first, second, blocks, miss, extra, f, wall):
    print(f"{first:12} {second:>5} {blocks:>7} {miss:>5} {extra:>5}  {show(f['named'][0])} {show(f['right'][0])}  {show(f['named'][1])} {show(f['right'][1])}  "
          + '  '.join(f"{show(f[l][0])}/{show(f[l][1])}" for l in 'ABCD') + f'  {wall:>6}')

def average(fs):
    return {k: tuple(mean([f[k][i] for f in fs]) for i in (0, 1)) for k in ('named', 'right', 'A', 'B', 'C', 'D')}

def report(title, runs):
    print(f'{title}: named and right in percent of blocks, namedB and rightB of bytes')
    print(COLUMNS)
    programs = collections.defaultdict(list)
    for about, s in sorted(runs, key=lambda r: (r[0]['program'], int(r[0]['state']))):
        if s is None:
            print(f"{about['program']:12} {about['state']:>5} could not be measured"); continue
        f = figures(s)
        programs[about['program']].append((about['state'], f))
        line(about['program'], about['state'], s['blocks'], s['missing'], s['extra'], f, s['wall'] or '')
    if not programs: return
    means = {n: average([f for _, f in states]) for n, states in programs.items()}
    for n, f in means.items(): line(n, 'mean', '', '', '', f, '')
    line('all programs', 'mean', '', '', '', average(list(means.values())), '')
    print(f'\nworst state of each program\n{"program":12}  {"named":>6} in state  {"right":>6} in state')
    for n, states in programs.items():
        cells = []
        for key in ('named', 'right'):
            known = [(f[key][0], st) for st, f in states if f[key][0] is not None]
            cells.append('%s %8s' % (show(min(known)[0]), min(known)[1]) if known else ' ' * 14 + '-')
        print(f'{n:12}  ' + '  '.join(cells))

def worst(title, key, runs, rows=25):
    seen = collections.Counter(); size = collections.Counter()
    for about, s in runs:
        for what, blocks, byte_count in (s[key] if s else []):
            seen[about['program'], what] += blocks; size[about['program'], what] += byte_count
    print(f'\n{title}\n{"blocks":>8} {"bytes":>11}  program       what')
    for (program, what), blocks in seen.most_common(rows): print(f'{blocks:8} {size[program, what]:11}  {program:12}  {what}')

runs = [read(os.path.normpath(r)) for r in sys.argv[1:]]
open_runs = [r for r in runs if r[0].get('held_out') != 'yes']
held = [r for r in runs if r[0].get('held_out') == 'yes']
if open_runs:
    report('development set', open_runs)
    worst('worst confusions over all states (true type -> answer)', 'confusions', open_runs)
    worst('most frequent types without a name', 'unnamed', open_runs)
    if held: print()
if held: report('held-out set', held)
