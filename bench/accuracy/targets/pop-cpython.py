# Fills an interpreter.  1: of everything some.  2: instances, slots, weak references and cycles, after most were given up.
# 3: text, numbers and the large containers of plain data.  4: code: modules, functions, closures, generators and coroutines
# halted half way, threads that wait.  5: parsed documents and patterns, stopped deep in a recursion.
import array, collections, datetime, functools, gc, heapq, json, random, re, sys, threading, time, types, weakref
state = int(sys.argv[1])
random.seed(3)
keep = []
def stop():
    print('ready', flush=True)
    sys.stdin.readline()

class Point:
    def __init__(self, x, y): self.x = x; self.y = y
class Named(Point):
    def __init__(self, n): super().__init__(n, n * 1.5); self.name = 'name %d' % n; self.tags = [n, str(n)]
    def __eq__(self, o): return self.name == o.name
    def __hash__(self): return hash(self.name)
    @property
    def size(self): return len(self.tags)
class Slotted:
    __slots__ = ('left', 'right', 'value')
    def __init__(self, v): self.left = self.right = None; self.value = v
class Words(dict): pass
class Broken(Exception): pass
Pair = collections.namedtuple('Pair', 'first second')

def instances(n):
    keep.append([Named(i) for i in range(n)])
    keep.append([Point(i, None) for i in range(n)])
    keep.append([Slotted(i) for i in range(n)])
    keep.append([Pair(i, 'second %d' % i) for i in range(n // 2)])
    odd = []
    for i in range(n // 4):
        p = Point(i, odd); setattr(p, 'extra%d' % (i % 50), i * 1.25); odd.append(p)
        w = Words(a=i); w.note = 'n%d' % i; odd.append(w); odd.append(Broken('broken', i))
    keep.append(odd)
    live = [Named(i) for i in range(n // 4)]
    keep.append((live, [weakref.ref(o) for o in live], weakref.WeakValueDictionary((o.name, o) for o in live), weakref.WeakKeyDictionary((o, [o.name]) for o in live)))
    keep.append([o.__hash__ for o in live])
def containers(n):
    keep.append([[i, i + 1000, [i]] for i in range(n)])
    keep.append([{'id': i, 'v': i * .5, 'k%d' % (i % 9): (i, str(i))} for i in range(n)])
    keep.append({i: {i, i * 7 % 1009, 'in set'} for i in range(n // 2)})
    keep.append([frozenset((i, -i)) for i in range(n // 4)])
    keep.append(collections.deque((i, 'd%d' % i) for i in range(n)))
    keep.append([collections.deque([i] * (i % 5), maxlen=8) for i in range(n // 8)])
    keep.append(collections.OrderedDict(('o%d' % i, i) for i in range(n // 2)))
    d = collections.defaultdict(list)
    for i in range(n): d[i % 211].append(complex(i, 1))
    keep.append(d); keep.append(collections.Counter('w%d' % (i % 501) for i in range(n)))
    h = []
    for i in range(n // 4): heapq.heappush(h, (random.random(), i))
    keep.append(h); keep.append([array.array('d', range(i % 30)) for i in range(n // 8)])
    keep.append([iter(x) for x in keep[-8][:n // 8]] if isinstance(keep[-8], list) else []); keep.append([range(i, i * 2) for i in range(n // 8)]); keep.append([slice(i, None) for i in range(n // 8)])
def plain(n):
    keep.append(['some text %d' % i * (i % 5 + 1) for i in range(n)]); keep.append(['größe %d' % i for i in range(n // 4)]); keep.append(['\u6587\u5b57 %d \U0001f600' % i for i in range(n // 4)])
    keep.append([b'bytes %d' % i * (i % 7) for i in range(n // 2)]); keep.append([bytearray(i % 99) for i in range(n // 4)]); keep.append([memoryview(b) for b in keep[-1][:n // 16]])
    keep.append([i ** 1.5 for i in range(n)]); keep.append([7 ** (i % 300) for i in range(n // 2)]); keep.append([i + (1 << 40) for i in range(n)])
    day = datetime.datetime(2020, 1, 1)
    keep.append([day + datetime.timedelta(hours=i) for i in range(n // 2)]); keep.append([datetime.date(2000 + i % 20, 1 + i % 12, 1) for i in range(n // 4)])
    keep.append([datetime.timezone(datetime.timedelta(minutes=i)) for i in range(200)])
def code(n):
    def closure(i):
        seen = [i]
        def inner(x=i): seen.append(x); return seen, x
        return inner
    keep.append([closure(i) for i in range(n)]); keep.append([functools.partial(closure, i) for i in range(n // 4)]); keep.append([(lambda a, b=i: a + b) for i in range(n // 2)])
    def walk(a):
        for x in a: yield x, len(a)
    g = [walk(list(range(i % 6 + 2))) for i in range(n)]
    for x in g[::2]: next(x)
    keep.append(g)
    async def wait(a): await other(a); return a
    @types.coroutine
    def other(a): yield a
    c = [wait(i) for i in range(n // 4)]
    for x in c: x.send(None)
    keep.append(c)
    for i in range(n // 40):
        m = types.ModuleType('module%d' % i, 'made up')
        exec('''
import collections
LIMIT = %d
class Base:
    """text of the class"""
    kind = 'base'
    def __init__(self, a, *, b=LIMIT): self.a = a; self.b = b
    def method(self, x):
        try: return [y * LIMIT for y in range(x) if y %% 3]
        except ValueError as e: raise RuntimeError('no') from e
    @staticmethod
    def still(): return 'still %d'
    @classmethod
    def make(cls, **k): return cls(**k)
class Derived(Base):
    def method(self, x): return super().method(x) or {k: v for k, v in vars(self).items()}
def run(n: int, name: str = 'x') -> list: return [Derived(i).method(n) for i in range(n)]
one = Derived(1)
''' % (i, i), m.__dict__)
        keep.append(m)
    keep.append([map(str, range(i)) for i in range(n // 8)]); keep.append([zip(x, x) for x in keep[-1]]); keep.append([enumerate([i]) for i in range(n // 8)])
def parsed(n):
    doc = json.dumps([{'id': i, 'name': 'user %d' % i, 'score': i * .75, 'tags': ['t%d' % (j % 30) for j in range(i % 6)], 'nested': {'ok': True, 'none': None, 'deep': [[i], {}]}} for i in range(n)])
    keep.append(json.loads(doc))
    keep.append([re.compile(r'(?P<k%d>\w+)\s*[=:]\s*(?:"([^"]*)"|%d+|[a-z%s])' % (i, i, chr(0x3b1 + i % 20))) for i in range(n // 50)])
    keep.append([re.match(r'(\w+) (\d+)', 'user %d' % i) for i in range(n // 2)])
if state == 1:
    instances(1500); containers(1800); plain(2500); code(900); parsed(1200)
elif state == 2:
    instances(9000)
    def tree(d):
        t = Slotted(d)
        if d: t.left = tree(d - 1); t.right = tree(d - 1); t.left.value = t
        return t
    keep.append(tree(13)); ring = [Point(i, None) for i in range(3000)]
    for a, b in zip(ring, ring[1:]): a.y = b; b.back = a
    for x in keep:
        if isinstance(x, list): del x[len(x) // 7:]
    del x
elif state == 3:
    containers(7000); plain(9000)
elif state == 4:
    code(5000)
    lock = threading.Lock(); lock.acquire()
    def work(i):
        mine = {j: [i, j] for j in range(60)}; local.mine = mine
        with threading.Condition(): lock.acquire(timeout=100000)
    local = threading.local()
    for i in range(12): threading.Thread(target=work, args=(i,), daemon=True).start()
    time.sleep(.5)
else:
    parsed(6000)
    import ast, decimal, fractions, argparse, collections.abc, difflib, textwrap, unittest, logging
    keep.append([ast.parse(open(m.__file__).read()) for m in (heapq, textwrap, fractions)])
    keep.append([fractions.Fraction(i, 7) for i in range(1500)]); keep.append([decimal.Decimal(i) / 7 for i in range(1500)])
    def deep(n, held):
        if n == 0: stop(); return held
        return deep(n - 1, [held, {'n': n}, 'level %d' % n])
    sys.setrecursionlimit(3000); deep(900, None); sys.exit()
stop()
