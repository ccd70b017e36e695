# Writes a C file of N functions: structures, unions, enums, loops, switches, pointers, allocation, literals, goto.
import random, sys
n = int(sys.argv[1]); random.seed(n); r = random.randint
print('#include <stdlib.h>\n#include <string.h>\n#define LIMIT(x) ((x) > 100 ? 100 : (x))')
for i in range(n // 4):
    print('enum kind%d { %s };' % (i, ', '.join('K%d_%d = %d' % (i, j, j * 3) for j in range(r(2, 8)))))
    print('struct item%d { int id; enum kind%d kind; char name[%d]; struct item%d *next; union { long l; double d; void *p; } u; unsigned bits : 3; };' % (i, i, r(4, 64), i))
    print('typedef struct item%d item%d_t; static const int table%d[%d] = { %s };' % (i, i, i, 8, ', '.join(str(r(0, 255)) for _ in range(8))))
for i in range(n):
    t = i % (n // 4)
    print('static int work%d(item%d_t *list, const char *text, unsigned len)\n{' % (i, t))
    print('  int sum = 0, i; char buf[%d]; item%d_t *p = NULL, *copy = malloc(sizeof(*copy));' % (r(8, 128), t))
    print('  if (!copy || !text) return -1;\n  memset(buf, 0, sizeof(buf)); copy->next = NULL; copy->id = %d;' % r(1, 99))
    for j in range(r(2, 6)):
        print(random.choice((
            '  for (p = list; p; p = p->next) if (p->id == %d && len < %du) sum += LIMIT(p->id) << %d; else sum--;' % (r(0, 9), r(9, 99), r(1, 4)),
            '  switch (list ? list->kind : K%d_0) { case K%d_1: sum = %d; break; case K%d_0: sum ^= table%d[len & 7]; /* fallthrough */ default: sum++; }' % (t, t, r(1, 50), t, t),
            '  for (i = 0; i < %d; i++) { buf[i] = text[i %% 4]; while (sum > %d) { sum /= 2; if (buf[i] == %r) break; } }' % (r(2, 8), r(50, 500), random.choice('abcxyz')),
            '  if (len > %d && strcmp(text, "literal %d of function %d") == 0) { free(copy); goto out; }' % (r(1, 40), j, i),
            '  { double d = %d.5, e = d * %d; copy->u.d = e; if (d > e) copy->u.l = (long)(e - d); else copy->u.p = &buf[%d]; }' % (r(1, 9), r(2, 7), r(0, 7)))))
    print('  sum += %s;\n  free(copy);\nout:\n  return sum;\n}' % ('work%d(NULL, buf, len + 1)' % (i - 4 * (n // 4)) if i >= 4 * (n // 4) else 'copy->id'))
print('int main(void) { return %s; }' % ' + '.join('work%d(0, "x", %d)' % (i, i) for i in range(n)))
