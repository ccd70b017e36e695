# pop-unbound.py conf ZONES RECORDS EXTRA OUTDIR PORT AUTHPORT   write a configuration (EXTRA: also views, RPZ, zones from files)
# pop-unbound.py authority PORT           answer whatever is asked, except for names with "slow"
# pop-unbound.py ask PORT COUNT KIND      ask COUNT names and wait for the answers; KIND cache, local, slow (waits for none)
import random, select, socket, struct, sys, time
def wire(name): return b''.join(bytes([len(l)]) + l.encode() for l in name.split('.') if l) + b'\0'
TYPES = dict(A=1, NS=2, CNAME=5, SOA=6, MX=15, TXT=16, AAAA=28, SRV=33)
def read_name(b, i):
    o = []
    while b[i]:
        o.append(b[i + 1:i + 1 + b[i]].decode('latin1').lower()); i += 1 + b[i]
    return '.'.join(o), i + 1
def rr(name, t, data, ttl=86400): return wire(name) + struct.pack('>HHIH', TYPES[t], 1, ttl, len(data)) + data
def answer(q):
    name, i = read_name(q, 12); t, = struct.unpack_from('>H', q, i); question = q[12:i + 4]
    h = sum(name.encode()) + len(name); r = random.Random(name); zone = '.'.join(('x.' + name).split('.')[-2:])
    ip = lambda: bytes(r.randint(1, 250) for _ in range(4))
    an, ns, ad, rcode = [], [], [], 0
    soa = rr(zone, 'SOA', wire('ns1.' + zone) + wire('host.' + zone) + struct.pack('>5I', 1, 2, 3, 4, 3600))
    if name.startswith('no'): rcode = 3; ns = [soa]
    elif name.startswith('al') and t != 5:
        an = [rr(name, 'CNAME', wire('w%d.%s' % (h % 50, zone)))]
        if t == 1: an.append(rr('w%d.%s' % (h % 50, zone), 'A', ip()))
    elif t == 1: an = [rr(name, 'A', ip()) for _ in range(h % 4 + 1)]
    elif t == 28: an = [rr(name, 'AAAA', ip() * 4) for _ in range(h % 2 + 1)] if h % 3 else []
    elif t == 15: an = [rr(name, 'MX', struct.pack('>H', k) + wire('mx%d.%s' % (k, zone))) for k in range(1 + h % 3)]
    elif t == 16: an = [rr(name, 'TXT', bytes([60]) + b'v=%-58d' % h) for k in range(1 + h % 2)]
    elif t == 33: an = [rr(name, 'SRV', struct.pack('>HHH', 1, 2, 443) + wire('srv.' + zone))]
    elif t == 2 and '.' not in name: an = [rr(name, 'NS', wire('ns%d.%s' % (k, name))) for k in (1, 2)]
    elif t == 6: an = [soa]
    if not an and not ns: ns = [soa]
    if an and t != 2:
        top = zone.split('.')[1]        # no deeper delegation: it would lead to port 53
        ns = [rr(top, 'NS', wire('ns%d.%s' % (k, top))) for k in (1, 2)]
        ad = [rr('ns%d.%s' % (k, top), 'A', bytes([127, 0, 0, 1])) for k in (1, 2)]
    return struct.pack('>HHHHHH', struct.unpack_from('>H', q)[0], 0x8400 | rcode, 1, len(an), len(ns), len(ad)) + question + b''.join(an + ns + ad)
def conf(zones, records, extra, out, port, auth):
    random.seed(7); p = print
    p('server:\n  interface: 127.0.0.1\n  port: %s\n  num-threads: 4\n  username: ""\n  chroot: ""\n  directory: "%s"\n  pidfile: ""\n  use-syslog: no' % (port, out))
    p('  do-not-query-localhost: no\n  do-ip6: no\n  outgoing-range: 150\n  num-queries-per-thread: 600\n  jostle-timeout: 60000\n  qname-minimisation: no')
    p('  module-config: "respip validator iterator"\n  domain-insecure: "test"\n  local-zone: "test." nodefault\n  msg-cache-slabs: 4\n  rrset-cache-slabs: 4\n  prefetch: yes\n  define-tag: "red green blue"')
    p('  minimal-responses: no\n  extended-statistics: yes\n  so-reuseport: yes\n  access-control-tag: 127.0.0.0/8 "red"\n  unknown-server-time-limit: 60000')
    for z in range(zones):
        n = 'z%d.%s.' % (z, random.choice(('lan', 'corp', 'example', 'home.arpa')))
        kind = random.choice(('static', 'transparent', 'redirect', 'typetransparent', 'refuse', 'deny', 'inform'))
        p('  local-zone: "%s" %s' % (n, kind))
        if z % 5 == 0: p('  local-zone-tag: "%s" "%s"' % (n, random.choice(('red', 'green', 'blue green'))))
        if z % 25 == 0: p('  local-zone-override: "%s" 127.0.0.0/8 static' % n)
        for k in range(random.randint(0, 2 * records)):
            h = n if kind == 'redirect' else 'h%d.%s' % (k, n)
            p('  local-data: "%s %d IN %s"' % (h, 300 + k, random.choice(('A 10.%d.%d.1' % (z % 250, k % 250), 'AAAA fd00::%x:%x' % (z % 9999, k), 'TXT \'text %d of %d\'' % (k, z), 'MX 10 mail.%s' % n, 'SRV 0 0 %d h.%s' % (k + 1, n)))))
    for i in range(zones // 10): p('  local-data-ptr: "10.9.%d.%d h%d.lan"' % (i // 250 % 250, i % 250, i))
    for i in range(min(zones, 300)): p('  access-control: 10.%d.%d.0/24 allow' % (i // 200, i % 200))
    if extra:
        for v in range(40):
            p('  access-control-view: 172.16.%d.0/24 view%d' % (v, v))
        for v in range(40):
            p('view:\n  name: "view%d"\n  view-first: yes' % v)
            for k in range(20): p('  local-zone: "v%d.view." static\n  local-data: "a.v%d.view. IN A 10.1.%d.%d"' % (k, k, v, k))
        with open(out + '/rpz.zone', 'w') as f:
            f.write('$ORIGIN rpz.\n@ 3600 SOA ns. host. 1 2 3 4 5\n@ NS localhost.\n')
            for i in range(1500):
                f.write(random.choice(('bad%d.test CNAME .\n', '*.ads%d.test CNAME *.\n', 'walled%d.test A 10.0.0.1\n', '24.0.%d.9.10.rpz-ip CNAME .\n', 'pass%d.test CNAME rpz-passthru.\n')) % (i if i > 250 else i % 250))
        p('rpz:\n  name: "rpz."\n  zonefile: "rpz.zone"')
        for z in range(12):
            with open(out + '/auth%d.zone' % z, 'w') as f:
                f.write('$ORIGIN auth%d.zone.\n@ 3600 SOA ns host 1 2 3 4 5\n@ NS ns\nns A 127.0.0.1\n' % z)
                for i in range(300): f.write('h%d %s\n' % (i, random.choice(('A 10.3.%d.%d' % (z, i % 250), 'TXT "text %d"' % i, 'CNAME h%d' % (i + 1), 'MX 5 h%d' % (i // 2), 'A 10.4.1.1\nh%d A 10.4.1.2' % i))))
            p('auth-zone:\n  name: "auth%d.zone."\n  zonefile: "auth%d.zone"\n  for-downstream: yes' % (z, z))
    for i in range(20): p('forward-zone:\n  name: "fwd%d.zone."\n  forward-addr: 127.0.0.1@%s' % (i, auth))
    p('stub-zone:\n  name: "test."\n  stub-addr: 127.0.0.1@%s\nremote-control:\n  control-enable: yes\n  control-interface: "%s/ctl"\n  control-use-cert: no' % (auth, out))
def ask(port, count, kind):
    random.seed(count); socks = []
    for _ in range(16):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('127.0.0.1', port)); socks.append(s)
    todo = {}; t = ('A', 'A', 'A', 'AAAA', 'MX', 'TXT', 'SRV', 'NS')
    for i in range(count):
        if kind == 'local': n = 'h%d.z%d.%s' % (i % 3, random.randint(0, 500), random.choice(('lan', 'corp', 'example')))
        elif kind == 'slow': n = 'slow%d.zone%d.test' % (i, i % 100) if i % 10 else 'slow%d.fwd%d.zone' % (i, i % 20)
        else: n = '%s%d.zone%d.%s' % (random.choice(('w', 'w', 'host', 'al', 'no')), i, i % 200, 'test' if i % 20 else 'fwd%d.zone' % (i % 20))
        ty = 'A' if kind == 'slow' else random.choice(t)
        if ty == 'NS' and kind == 'cache': n = 'test'
        todo[i] = struct.pack('>HHHHHH', i, 0x0100, 1, 0, 0, 0) + wire(n) + struct.pack('>HH', TYPES[ty], 1)
    if kind == 'slow':
        for i, q in todo.items(): socks[i % 16].send(q); time.sleep(0.0005)
        return
    for _ in range(1 if kind == 'local' else 40):       # at most 60 are under way at a time; what is lost is asked again
        keys = list(todo)
        for a in range(0, len(keys), 60):
            for i in keys[a:a + 60]:
                if i in todo: socks[i % 16].send(todo[i])
            wait = set(keys[a:a + 60]) & set(todo); end = time.time() + (.05 if kind == 'local' else 1)
            while wait and time.time() < end:
                for s in select.select(socks, [], [], max(0, end - time.time()))[0]:
                    i, = struct.unpack('>H', s.recv(4096)[:2]); wait.discard(i); todo.pop(i, None)
        if not todo: return
    if kind != 'local': sys.exit('%d unanswered: %s' % (len(todo), list(todo.values())[:3]))       # some local zones are silent by intent
if sys.argv[1] == 'conf': conf(int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:8])
elif sys.argv[1] == 'ask': ask(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
else:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', int(sys.argv[2])))
    while True:
        q, a = s.recvfrom(4096)
        if b'slow' not in q: s.sendto(answer(q), a)
