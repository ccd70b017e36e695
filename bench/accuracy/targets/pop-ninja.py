# Writes a project of N units in K libraries: manifests that include others, pools, response files, order-only inputs,
# validations, dyndep; the "compiler" is a shell script that writes what a compiler would write.
import os, random, sys
n, k = int(sys.argv[1]), int(sys.argv[2]); random.seed(n * 10 + k)
def put(name, text, mode=0o644):
    os.makedirs(os.path.dirname(name) or '.', exist_ok=True)
    with open(name, 'w') as f: f.write(text)
    os.chmod(name, mode)
# A gate waits for ever once the file `go` is there: with -j4, four of them stop the build at a known place.
put('cc.sh', '''#!/bin/sh
out=$1 in=$2; shift 2
case $out in *gate*) [ ! -f go ] || { echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" >> pids; echo . >> gates; exec sleep 100000; };; esac
{ echo "$out: $in \\\\"; for i; do echo "  $i \\\\"; done; echo; } > "$out.d"; : > "$out"
''', 0o755)
rules = '''ninja_required_version = 1.7
builddir = out
cflags = -O2 -Wall -Iinclude
pool link_pool
  depth = 2
rule cc
  command = ./cc.sh $out $in $headers
  depfile = $out.d
  deps = gcc
  description = CC $out
rule keepdep
  command = ./cc.sh $out $in $headers
  depfile = $out.d
  description = CC $out (depfile kept)
rule ar
  command = cat $out.rsp > $out
  rspfile = $out.rsp
  rspfile_content = $in
  description = AR $out
rule link
  command = cat $in > $out
  pool = link_pool
rule dd
  command = ./dd.sh $in
rule mod
  command = : > $out && : > $out.mod
  restat = 1
rule check
  command = : > $out
'''
top = rules
allout = []
for l in range(k):
    hs = ['lib%d/%s_%d.h' % (l, random.choice(('alpha', 'beta', 'long_header_name', 'x')), i) for i in range(max(8, n // k // 12))]
    for h in hs: put(h, '')
    put('lib%d/gen.in' % l, '')
    t = 'lib = lib%d\ncflags = $cflags -DLIB=%d\n' % (l, l)
    t += 'rule gen%d\n  command = : > $out\n  generator = 1\nbuild lib%d/gen.h: gen%d lib%d/gen.in\n' % (l, l, l, l)
    objs = []
    for i in range(n // k):
        gate = (l == k // 2 and n // k // 2 <= i < n // k // 2 + 6)
        src = 'lib%d/%s%d.c' % (l, 'gate' if gate else 'unit', i); put(src, '')
        o = 'out/' + src[:-2] + '.o'; objs.append(o)
        use = random.sample(hs, random.randint(1, min(20, len(hs))))
        t += 'build %s: %s %s || lib%d/gen.h\n' % (o, 'keepdep' if i % 17 == 5 else 'cc', src, l)
        if l == 0 or i % 3 == 0 or gate: t += '  cflags = $cflags -DUNIT=%d\n' % i
        t += '  headers = %s\n' % ' '.join(use)
    t += 'build out/check%d.ok: check lib%d/gen.h\n' % (l, l)
    for a in range(0, len(objs), 40):
        name = 'out/lib%d_%d.a' % (l, a); allout.append(name)
        t += 'build %s | %s.map: ar %s |@ out/check%d.ok\n' % (name, name, ' '.join(objs[a:a + 40]), l)
    put('lib%d/build.ninja' % l, t); top += '%s lib%d/build.ninja\n' % ('subninja', l)
if k > 1:
    mods = ['out/m%d' % i for i in range(n // 20)]
    for m in mods: put('src/' + m[4:] + '.f', '')
    top += 'build dyn.dd: dd %s\n' % ' '.join('src/' + m[4:] + '.f' for m in mods)
    put('dd.sh', '#!/bin/sh\n{ echo "ninja_dyndep_version = 1"; for i; do b=${i##*/}; b=${b%.f}; echo "build out/$b | out/$b.mod: dyndep"; done; } > dyn.dd\n', 0o755)
    for i, m in enumerate(mods): top += 'build %s: mod src/%s.f || dyn.dd\n  dyndep = dyn.dd\n' % (m, m[4:])
    top += 'build mods: phony %s\n' % ' '.join(mods)
top += 'build app: link %s\nbuild all: phony app%s\ndefault all\n' % (' '.join(allout), ' mods' if k > 1 else '')
put('build.ninja', top)
