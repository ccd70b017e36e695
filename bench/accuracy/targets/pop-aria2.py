#!/usr/bin/env python3
"""pop-aria2.py serve PORTFILE | list N BASE | torrent NAME FILES PIECELEN TRACKER | dht FILE NODES PORT | metalink N BASE
                | cookies N | netrc N | stats N | rpc PORT BASE KIND | swarm N TORRENT...

What aria2 is filled from: a server for its downloads and announces that serves so much of each and then holds still, files to
read, calls by RPC, peers of a torrent.  All on 127.0.0.1, all the same each time.
"""
import base64, hashlib, json, os, random, socket, struct, sys, threading, time, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
R = random.Random(1)
SIZE = 48 << 20
WORDS = 'north river stone cloud amber field maple light cedar ocean tiger spark wheel paper frost lemon'.split()


def name(i):
    return f'{WORDS[i % 16]}/{WORDS[i * 7 // 16 % 16]}-{i:05d}' + ('.tar.gz' if i % 3 else '.txt')


def small(i):
    return (f'{WORDS[i % 16]} {i} ' * (20 + i % 400)).encode()


class H(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *a): pass

    def answer(self, body, code=200, more=()):
        self.send_response(code)
        for k, v in (('Content-Length', str(len(body))), ('Content-Type', 'application/octet-stream'), *more): self.send_header(k, v)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        p = self.path.split('?')[0].strip('/').split('/')
        if p[0] == 'small':
            i = int(p[1])
            return self.answer(small(i), 200, [('Set-Cookie', f'c{i % 97}={"x" * (i % 40)}; Path=/small/{i % 11}')] if i % 5 == 0 else ())
        if p[0] == 'redir': return self.answer(b'', 302, [('Location', f'/small/{p[1]}')])
        if p[0] == 'announce':
            peers = open('peers', 'rb').read()
            return self.answer(b'd8:completei5e10:incompletei9e8:intervali1800e5:peers%d:%se' % (len(peers), peers))
        if p[0] == 'big':       # so much of what was asked for, then nothing more, the connection kept
            lo, hi = 0, SIZE - 1
            r = self.headers.get('Range')
            if r:
                a, b = r.split('=')[1].split('-'); lo = int(a); hi = int(b) if b else hi
            self.send_response(206 if r else 200)
            self.send_header('Content-Length', str(hi - lo + 1)); self.send_header('Accept-Ranges', 'bytes')
            self.send_header('Last-Modified', 'Mon, 01 Jan 2024 00:00:00 GMT')
            if r: self.send_header('Content-Range', f'bytes {lo}-{hi}/{SIZE}')
            self.end_headers()
            self.wfile.write(b'\x5a' * min(hi - lo, 700000 + int(p[1]) % 7 * 90000)); self.wfile.flush()
            time.sleep(100000)
        self.answer(b'no such\n', 404)


class S(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, *a): pass


def serve(portfile):
    s = S(('127.0.0.1', 0), H)
    open(portfile + '.new', 'w').write(str(s.server_address[1])); os.rename(portfile + '.new', portfile)
    s.serve_forever()


def lst(n, base):
    for i in range(int(n)):
        k = i % 4
        print('\t'.join(f'{base}/small/{i}?mirror={m}' for m in range(1 + i % 5)))
        print(f'  out={name(i)}')
        if k == 1: print(f'  header=X-Token: {WORDS[i % 16] * 3}\n  header=Accept-Language: de\n  split={1 + i % 9}')
        if k == 2: print(f'  user-agent=agent/{i}\n  referer={base}/from/{WORDS[i % 16]}/{i}\n  http-user=user{i}\n  http-passwd=pw{i * 31}')
        if k == 3: print(f'  checksum=sha-1={hashlib.sha1(small(i)).hexdigest()}\n  gid={i + 1:016x}')


def benc(x):
    if isinstance(x, int): return b'i%de' % x
    if isinstance(x, str): x = x.encode()
    if isinstance(x, bytes): return b'%d:%s' % (len(x), x)
    if isinstance(x, list): return b'l' + b''.join(map(benc, x)) + b'e'
    return b'd' + b''.join(benc(k) + benc(x[k]) for k in sorted(x)) + b'e'


def torrent(nm, files, plen, *trackers):
    files, plen = int(files), int(plen)
    f = [{'length': 3000 + i * 37 % 90000, 'path': ['collection', *name(i).split('/')]} for i in range(files)]
    total = sum(x['length'] for x in f)
    n = (total + plen - 1) // plen
    info = {'name': nm, 'piece length': plen, 'pieces': R.randbytes(20 * n)} | ({'files': f} if files > 1 else {'length': f[0]['length']})
    t = {'announce': trackers[0], 'announce-list': [[x] for x in trackers], 'info': info, 'creation date': 1700000000, 'comment': 'a collection of ' + nm,
         'nodes': [['127.0.0.1', 9 + i] for i in range(6)]}
    if files < 100: t['url-list'] = [trackers[0].rsplit('/', 1)[0] + '/web/']
    open(nm + '.torrent', 'wb').write(benc(t))


def dht(path, nodes, port):
    me = R.randbytes(20); ids = []
    for i in range(int(nodes)):         # the nearer to oneself, the deeper the tree of buckets
        d = int.from_bytes(R.randbytes(20), 'big') >> (i % 40) | 1
        ids.append((int.from_bytes(me, 'big') ^ d).to_bytes(20, 'big'))
    b = bytes([0xa1, 0xa2, 2, 0, 0, 0, 0, 3]) + struct.pack('>Q', int(time.time())) + bytes(8) + me + bytes(4) + struct.pack('>I', len(ids)) + bytes(4)
    for i, x in enumerate(ids):
        b += bytes([6]) + bytes(7) + socket.inet_aton('127.0.0.1') + struct.pack('>H', int(port) + i) + bytes(18) + x + bytes(4)
    open(path, 'wb').write(b)


def metalink(n, base):
    print('<?xml version="1.0" encoding="utf-8"?>\n<metalink xmlns="urn:ietf:params:xml:ns:metalink"><generator>pop</generator>')
    for i in range(int(n)):
        size = 40000 + i % 17 * 4096; k = 4096; nm = name(i)
        print(f'<file name="{nm}"><identity>{WORDS[i % 16]}</identity><version>{i % 9}.{i}</version><language>en</language><os>linux</os><size>{size}</size>')
        print(f'<hash type="sha-1">{hashlib.sha1(nm.encode()).hexdigest()}</hash><hash type="md5">{hashlib.md5(nm.encode()).hexdigest()}</hash>')
        if i % 3 == 0:
            print(f'<pieces length="{k}" type="sha-1">' + ''.join(f'<hash>{hashlib.sha1(b"%d %d" % (i, j)).hexdigest()}</hash>' for j in range((size + k - 1) // k)) + '</pieces>')
        if i % 7 == 0: print(f'<signature mediatype="application/pgp-signature">-----BEGIN {i * 999999937}-----</signature>')
        for m in range(1 + i % 6): print(f'<url location="{["de", "us", "jp"][m % 3]}" priority="{m + 1}">{base}/small/{i}?m={m}</url>')
        print('</file>')
    print('</metalink>')


def cookies(n):
    for i in range(int(n)):
        print(f'.{WORDS[i % 16]}{i % 700}.example.{["com", "org", "net"][i % 3]}\tTRUE\t/{WORDS[i // 16 % 16]}/{i % 5}\tFALSE\t{4000000000 if i % 4 else 0}\tname{i}\t{"v" * (i % 50)}')


def netrc(n):
    for i in range(int(n)): print(f'machine {WORDS[i % 16]}.host{i}.example.com login user{i}' + (f' password {i * 7919}-{WORDS[i % 16]}' if i % 4 else '') + (' account acc' if i % 9 == 0 else ''))
    print('default login anonymous password nobody@')


def stats(n):
    for i in range(int(n)):
        print(f'host={WORDS[i % 16]}{i}.mirror.example.org, protocol={["http", "ftp", "https"][i % 3]}, dl_speed={i * 977 % 90000}, sc_avg_speed={i * 7}, '
              f'mc_avg_speed={i * 5}, last_updated={int(time.time())}, counter={i % 9}, status={"ERROR" if i % 5 == 0 else "OK"}')


def call(port, method, *params):
    q = json.dumps({'jsonrpc': '2.0', 'id': 'q', 'method': method, 'params': params}).encode()
    try: return json.load(urllib.request.urlopen(urllib.request.Request(f'http://127.0.0.1:{port}/jsonrpc', q), timeout=100))['result']
    except urllib.error.HTTPError as e: return json.load(e)


def until(f, t=150):
    for _ in range(t * 5):
        try:
            if f(): return
        except OSError: pass
        time.sleep(.2)
    sys.exit('did not come to rest')


def ws(port):           # a client of the RPC by websocket, that has asked once
    s = socket.create_connection(('127.0.0.1', port))
    s.sendall(f'GET /jsonrpc HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {base64.b64encode(b"k" * 16).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n'.encode())
    s.recv(4096)
    q = json.dumps({'jsonrpc': '2.0', 'id': 'w', 'method': 'aria2.tellWaiting', 'params': [0, 50, ['gid', 'status', 'totalLength', 'files', 'dir', 'numPieces']]}).encode()
    s.sendall(bytes([0x81, 0xfe]) + struct.pack('>H', len(q)) + bytes(4) + q)
    s.recv(65536)
    return s


def rpc(port, base, kind):
    port = int(port); keep = []; c = lambda m, *a: call(port, 'aria2.' + m, *a)
    until(lambda: c('getVersion'))
    g = lambda: c('getGlobalStat')
    if kind == 'queue':
        for i in range(400):
            c('addUri', [f'{base}/small/{5000 + i}?r={m}' for m in range(1 + i % 7)], {'out': f'rpc-{i}.bin', 'dir': f'd/{WORDS[i % 16]}', 'pause': 'true', 'header': ['X-A: 1', f'X-B: {i}']})
        w = [x['gid'] for x in c('tellWaiting', 0, 9000, ['gid'])]
        for x in w[5::97]: c('remove', x)
        for x in w[3::89]: c('changePosition', x, 0, 'POS_SET')
        for x in w[7::83]: c('changeUri', x, 1, [], [f'{base}/more/{x}/{k}' for k in range(9)])
        keep = [ws(port) for _ in range(9)]
        for _ in range(12):     # a call half sent
            s = socket.create_connection(('127.0.0.1', port)); keep.append(s)
            s.sendall(b'POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n[{"jsonrpc":"2.0","id":"a","method":"aria2.addUri","params":[["http://127.0.0.1/a","http://127.0.0.1/b"],{"out":"x"')
        for _ in range(6):
            s = socket.create_connection(('127.0.0.1', port)); keep.append(s)
            s.sendall(b'POST /rpc HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n<?xml version="1.0"?><methodCall><methodName>aria2.addUri</methodName><params><param><value><array><data><value><string>http://127')
    if kind == 'big': until(lambda: int(g()['numActive']) == 24 and int(g()['downloadSpeed']) == 0 and c('tellActive')[-1]['completedLength'] != '0'); time.sleep(3)
    if kind == 'done':
        until(lambda: int(g()['numWaiting']) == 0 and int(g()['numActive']) <= 4)
        st = [x['gid'] for x in c('tellStopped', 0, 9000, ['gid'])]
        for x in st[::3]: c('removeDownloadResult', x)
        for i in range(60): c('addUri', [f'{base}/big/{i}'], {'out': f'late-{i}', 'pause': 'false' if i % 4 == 0 else 'true'})
        time.sleep(5)
    if kind == 'torrent': until(lambda: sum(int(x['connections']) for x in c('tellActive')) >= 60); time.sleep(8)
    if kind == 'meta': until(lambda: int(g()['numWaiting']) >= 500)
    open('ready.new', 'w').write(kind); os.rename('ready.new', 'ready')
    time.sleep(100000)


def peer(s, have, i):
    try:
        b = s.recv(68, socket.MSG_WAITALL)
        if b[1:20] != b'BitTorrent protocol': return s.close()        # it then comes again in the clear
        ih = b[28:48]; n = have[ih]
        s.sendall(b'\x13BitTorrent protocol' + bytes([0, 0, 0, 0, 0, 0x10, 0, 5]) + ih + b'-PY%04d-' % i + hashlib.sha1(b'%d' % i).hexdigest()[:12].encode())
        bits = bytearray((n + 7) // 8)
        for k in range(n):
            if (k * 7 + i * 13) % 5 < 3: bits[k >> 3] |= 0x80 >> (k & 7)
        s.sendall(struct.pack('>IB', len(bits) + 1, 5) + bytes(bits))
        ext = benc({'m': {'ut_pex': 1, 'ut_metadata': 2}, 'p': 6881 + i, 'v': 'pop 1', 'reqq': 250})
        s.sendall(struct.pack('>IBB', len(ext) + 2, 20, 0) + ext + struct.pack('>IBH', 3, 9, 7000 + i))
        if i % 4: s.sendall(struct.pack('>IB', 1, 1))                 # unchoke
        if i % 3 == 0: s.sendall(struct.pack('>IB', 1, 2))            # interested
        given = 0; buf = b''
        while d := s.recv(65536):
            buf += d
            while len(buf) >= 4 and len(buf) >= 4 + (l := struct.unpack('>I', buf[:4])[0]):
                m = buf[4:4 + l]; buf = buf[4 + l:]
                if l == 13 and m[0] == 6 and given < i % 6:           # some blocks are given, the rest not
                    a, o, z = struct.unpack('>III', m[1:]); given += 1
                    s.sendall(struct.pack('>IBII', 9 + z, 7, a, o) + bytes(z))
    except OSError: pass


def swarm(count, *torrents):
    have = {}; out = b''
    for t in torrents:
        d = open(t, 'rb').read(); k = d.index(b'4:infod') + 6
        j = d.index(b'6:pieces', k) + 8; e = d.index(b':', j); z = int(d[j:e])
        have[hashlib.sha1(d[k:e + 2 + z]).digest()] = z // 20           # pieces is the last key of info

    def accept(l, i):
        while True: threading.Thread(target=peer, args=(l.accept()[0], have, i), daemon=True).start()
    for i in range(int(count)):
        l = socket.socket(); l.bind(('127.0.0.1', 0)); l.listen(64)
        out += socket.inet_aton('127.0.0.1') + struct.pack('>H', l.getsockname()[1])
        threading.Thread(target=accept, args=(l, i), daemon=True).start()
    for i in range(120): out += socket.inet_aton('127.0.0.1') + struct.pack('>H', 2 + i)           # nobody is there
    open('peers.new', 'wb').write(out); os.rename('peers.new', 'peers')
    time.sleep(100000)


cmd, *args = sys.argv[1:]
{'serve': serve, 'list': lst, 'torrent': torrent, 'dht': dht, 'metalink': metalink, 'cookies': cookies, 'netrc': netrc, 'stats': stats, 'rpc': rpc, 'swarm': swarm}[cmd](*args)
