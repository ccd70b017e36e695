# Writes what gawk works on.  log N: lines of a web server; table N: records; program N: a program of N functions and as many rules
import random, sys
kind, n = sys.argv[1], int(sys.argv[2]); random.seed(n); r = random.randint; pick = random.choice
words = ['alpha', 'beta', 'gamma', 'delta', 'omega', 'user', 'login', 'image', 'page', 'index', 'static', 'api', 'report', 'item', 'admin', 'search']
def log():
    ips = ['%d.%d.%d.%d' % (r(1, 220), r(0, 255), r(0, 9), r(1, 254)) for _ in range(n // 12 + 5)]
    paths = ['/' + '/'.join(pick(words) + pick(('', str(r(1, 400)))) for _ in range(r(1, 4))) for _ in range(n // 8 + 5)]
    agents = ['"Agent/%d.%d(%s)"' % (r(1, 9), r(0, 99), pick(words)) for _ in range(300)]
    for i in range(n):
        q = '' if r(0, 2) else '?' + '&'.join('%s=%s' % (pick(words), pick((str(r(1, 3000)), pick(words)))) for _ in range(r(1, 3)))
        print('%s - user%d [%02d/%s/2024:%02d:%02d:%02d +0000] "%s %s%s HTTP/1.1" %d %d "-" %s' % (pick(ips), r(1, n // 20 + 5), r(1, 28),
              pick(('Jan', 'Feb', 'Mar')), r(0, 23), r(0, 59), r(0, 59), pick(('GET', 'GET', 'POST', 'HEAD')), pick(paths), q,
              pick((200, 200, 200, 304, 404, 500)), r(0, 90000), pick(agents)))
def table():
    cities = ['Zürich', 'Genève', 'Bern', 'Łódź', 'Köln', '東京', 'Paris', 'Ny', 'São Paulo', 'Québec']
    for i in range(n):
        print('%d|%s %s|%s|%.2f|2024-%02d-%02d|%s' % (i, pick(words).title(), pick(words).title() + str(r(1, n)), pick(cities), r(1, 10 ** 7) / 100, r(1, 12), r(1, 28),
              ' '.join(pick(words + ['café', 'naïve', 'ünder', 'día']) for _ in range(r(1, 7)))))
def regexp():
    w = lambda: pick(words)
    return pick((lambda: '^%s.*%s$' % (w(), w()), lambda: '(%s|%s|%s)+[0-9]{%d,%d}' % (w(), w(), w(), r(1, 3), r(4, 9)), lambda: '[[:alpha:]_][[:alnum:]_]*%d' % r(0, 99),
                 lambda: '%s[^%s%d]+\\.%s' % (w(), pick('abcxyz'), r(0, 9), w()), lambda: '\\<%s\\>|\\y%s%d' % (w(), w(), r(0, 99)), lambda: '(a|b(c|d(e|%s)*)+)?%s' % (w(), w()),
                 lambda: '^[ \\t]*#?%s[ \\t]+(.)%s' % (w(), w()), lambda: '[é-ü]+%s|%s' % (w(), pick('äöü') + w())))()
def expr(d=0):
    k = r(0, 11 if d < 3 else 3)
    if k == 0: return str(r(0, 999))
    if k == 1: return '"%s %d"' % (pick(words), r(0, 99))
    if k == 2: return '$%d' % r(0, 9)
    if k == 3: return pick(('x', 'y', 'i', 'NF', 'NR', 'glob%d' % r(0, 150)))
    if k in (4, 5): return '(%s %s %s)' % (expr(d + 1), pick('+-*'), expr(d + 1))
    if k == 6: return '(%s " " %s)' % (expr(d + 1), expr(d + 1))
    if k == 7: return '(%s ~ /%s/ ? %s : %s)' % (expr(d + 1), regexp(), expr(d + 1), expr(d + 1))
    if k == 8: return 'tab%d[%s]' % (r(0, 40), expr(d + 1))
    if k == 9: return pick(('length(%s)', 'toupper(%s)', 'int(%s)', 'substr(%s, 2, 5)', 'sprintf("%%s-%%5d", %s, NR)', 'index(%s, "a")')) % expr(d + 1)
    if k == 10: return 'gensub(/%s/, "<\\\\0>", "g", %s)' % (regexp(), expr(d + 1))
    return '(%s, %s) in two%d' % (expr(d + 1), expr(d + 1), r(0, 9))
def stmt(d=0):
    k = r(0, 9 if d < 2 else 3); ind = '    ' * (d + 1); sub = lambda: ''.join(stmt(d + 1) for _ in range(r(1, 3)))
    if k == 0: return ind + 'glob%d = %s\n' % (r(0, 150), expr())
    if k == 1: return ind + 'tab%d[%s] = %s\n' % (r(0, 40), expr(2), expr())
    if k == 2: return ind + pick(('g', '')) + 'sub(/%s/, "%s", y)   # %s\n' % (regexp(), pick(words), pick(words))
    if k == 3: return ind + 'two%d[%s, %s]++\n' % (r(0, 9), expr(2), expr(2))
    if k in (4, 5): return ind + 'if (%s) {\n%s%s} else {\n%s%s}\n' % (expr(1), sub(), ind, sub(), ind)
    if k == 6: return ind + 'for (%s = 0; %s < %d; %s++) {\n%s%sif (%s == %d) break\n%s}\n' % ('ij'[d], 'ij'[d], r(1, 4), 'ij'[d], sub(), ind, 'ij'[d], r(1, 5), ind)
    if k == 7: return ind + 'switch (%s) {\n' % expr(2) + ''.join('%scase %s:\n%s%sbreak\n' % (ind, c, sub(), ind) for c in ('"%s"' % pick(words), str(r(0, 99)), '/%s/' % regexp())) + '%sdefault:\n%s%s}\n' % (ind, sub(), ind)
    if k == 8: return ind + 'n = split(%s, parts, /%s/); y = y n parts[1]\n' % (expr(1), regexp())
    return ind + 'if (match(%s, "%s(%d|x)" NR)) x = RSTART\n' % (expr(2), pick(words), r(0, 99))
def program():
    print('@namespace "awk"\nBEGIN { FS = "[ \\t]+|,"; for (i = 0; i < 100; i++) dyn[i] = "(" i "|w" i % 7 ")[a-f]*" i }')
    for f in range(n):
        print('# function %d: %s\nfunction f%d(x, y,   i, j, n, parts, loc%d) {\n%s    return %s\n}' % (f, pick(words), f, f, ''.join(stmt() for _ in range(r(2, 7))), expr()))
    for i in range(n):
        print(pick(('/%s/' % regexp(), '$%d ~ /%s/' % (r(1, 9), regexp()), 'NR %% %d == %d' % (r(2, 60), r(0, 3)), '/%s/, /%s/' % (regexp(), regexp()), '!/%s/ && NF > %d' % (regexp(), r(1, 9))))
              + ' {\n    x = $1; y = $NF\n' + stmt() + '    t%d = f%d(NR, $%d)\n}' % (r(0, 99), r(0, n - 1), r(1, 9)))
    print('{ for (i = 0; i < 100; i++) if ($0 ~ dyn[i]) found[i, NR] = $i; kept[NR] = $0; strong[NR % 9] = @/x[a-c]+/; how = "f" NR % ' + str(n) + '; t = @how(NR, $2) }')
    print('function down(d, stack,   mine, text) {\n    mine[d] = text = "level " d; stack[d][d % 3] = text\n    if (d < depth) return down(d + 1, stack) + length(mine)\n'
          '    print "ready"; fflush(); getline text < "in"; return d\n}\nEND { down(1, frames) }')
{'log': log, 'table': table, 'program': program}[kind]()
