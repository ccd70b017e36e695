# pop-lighttpd.py config PORT   writes lighttpd's configuration and the files it serves
# pop-lighttpd.py run PORT      the backends it talks to, then its clients; what the states are stands in lighttpd.sh
import os, random, socket, struct, sys, threading, time
state, port = int(os.environ.get('TRUTH_STATE', '1')), int(sys.argv[2])
R = random.Random(state * 100 + 13)
OUT = os.getcwd()
WORDS = ('accept agent block cache core date dump etag frame heap host index key line list loop name origin page path pool '
         'queue range route sample server session signal socket stack stream table tag thread token trace tree type user value via').split()
word = lambda: R.choice(WORDS)
text = lambda n: ' '.join(word() for _ in range(n))
q = lambda s: '"%s"' % s
MODULES = ['mod_rewrite', 'mod_redirect', 'mod_alias', 'mod_access', 'mod_extforward', 'mod_auth', 'mod_authn_file', 'mod_setenv', 'mod_expire',
           'mod_evhost', 'mod_simple_vhost', 'mod_userdir', 'mod_indexfile', 'mod_status', 'mod_webdav', 'mod_cgi', 'mod_fastcgi', 'mod_scgi',
           'mod_proxy', 'mod_ssi', 'mod_dirlisting', 'mod_staticfile', 'mod_accesslog']
KINDS = ['hold', 'http', 'http-slow', 'fcgi', 'scgi']             # what listens at KIND.sock

# ---------------------------------------------------------------- configuration and files
def kv(d, indent=''):
    return '(\n' + ''.join('%s  %s => %s,\n' % (indent, q(k), v if v[:1] in '("' else q(v)) for k, v in d.items()) + indent + ')'
def sock(kind, **more):
    return '(( "socket" => %s, %s ))' % (q('%s/%s.sock' % (OUT, kind)), ', '.join('"%s" => %s' % (k.replace('_', '-'), v) for k, v in more.items()) or '"check-local" => "disable"')
def vhost(i):
    name, o = '%s%d.example.org' % (WORDS[i % len(WORDS)], i), []
    o.append('$HTTP["host"] == "%s" {' % name)
    o.append('  server.name = "%s"' % name)
    o.append('  server.document-root = "%s/docroot/site%d"' % (OUT, i % 20))
    if i % 2: o.append('  alias.url = ' + kv({'/%s%d/' % (word(), k): '%s/docroot/site%d/' % (OUT, k) for k in range(R.randint(1, 6))}, '  '))
    if i % 3: o.append('  setenv.add-response-header = ' + kv({'X-%s-%d' % (word().title(), k): text(R.randint(1, 9)) for k in range(R.randint(1, 6))}, '  '))
    if i % 3 == 0: o.append('  setenv.set-environment = ' + kv({'%s_%d' % (word().upper(), k): text(2) for k in range(R.randint(1, 4))}, '  '))
    if i % 4 == 0: o.append('  expire.url = ' + kv({'/%s%d/' % (word(), k): 'access plus %d hours' % (k + 1) for k in range(R.randint(1, 7))}, '  '))
    if i % 5 == 0: o.append('  expire.mimetypes = ' + kv({'text/%s%d' % (word(), k): 'modification plus %d days' % (k + 1) for k in range(3)}, '  '))
    if i % 5 == 1: o.append('  url.access-deny = ( %s )' % ', '.join(q('.' + word()) for _ in range(R.randint(1, 5))))
    if i % 6 == 0: o.append('  index-file.names = ( %s )' % ', '.join(q('%s%d.html' % (word(), k)) for k in range(R.randint(2, 5))))
    if i % 7 == 0: o.append('  mimetype.assign = ' + kv({'.%s%d' % (word()[:3], k): 'application/x-' + word() for k in range(R.randint(2, 20))}, '  '))
    if i % 8 == 0: o.append('  auth.require = ' + kv({'/%s%d' % (word(), k): '( "method" => "basic", "realm" => "%s", "require" => "user=%s|user=%s" )' % (text(2), word(), word()) for k in range(2)}, '  '))
    if i % 9 == 0: o.append('  evhost.path-pattern = "%s/docroot/%%3/%%2.%%1/%%0/"' % OUT)
    if i % 10 == 0: o.append('  fastcgi.server = ' + kv({'.%s' % e: sock('fcgi', check_local='"disable"', idle_timeout=300) for e in ('php', 'py')}, '  '))
    if i % 10 == 3: o.append('  proxy.server = ( "/app-%s" => %s )' % (word(), sock('hold')))
    if i % 10 == 3: o.append('  proxy.header = ( "map-urlpath" => %s )' % kv({'/%s%d/' % (word(), k): '/%s/' % word() for k in range(3)}, '  '))
    if i % 10 == 3: o.append('  proxy.forwarded = ( "for" => 1, "proto" => 1, "host" => 1 )')
    if i % 10 == 6: o.append('  scgi.server = ( "/call-%s" => %s )' % (word(), sock('scgi', check_local='"disable"')))
    if i % 10 == 8: o.append('  cgi.assign = ' + kv({'.' + e: '/usr/bin/' + e for e in ('perl', 'ruby', 'lua')}, '  '))
    if i % 11 == 0: o.append('  userdir.path = "public_html"\n  userdir.exclude-user = ( %s )' % ', '.join(q(word()) for _ in range(4)))
    if i % 12 == 0: o.append('  accesslog.format = "%%h %%V %%u %%t \\"%%r\\" %%>s %%b \\"%%{%s}i\\" \\"%%{User-Agent}i\\""' % word().title())
    if i % 13 == 0 and state != 3:       # this and inotify: lighttpd 1.4.69 ends at once
        o.append('  dir-listing.activate = "enable"\n  dir-listing.cache = ( "max-age" => 30, "path" => "%s/tmp" )' % OUT)
    if i % 15 == 0: o.append('  url.redirect = ( "^/%s/(.*)$" => "/%s/$1", "^/old%d(/.*)?" => "https://%s/$1" )' % (word(), word(), i, name))
    if i % 40 == 0: o.append('  url.rewrite-once = ( "^/r%d/(.*)$" => "/index.html?q=$1" )' % i)
    for k in range(i % 4):
        o.append('  $HTTP["url"] =^ "/%s%d/" {' % (word(), k))
        o.append('    setenv.add-request-header = ( "X-Depth" => "%d" )' % k)
        if k == 1: o.append('    server.max-request-size = %d' % R.randint(100, 9999))
        if k == 2: o.append('    $HTTP["remote-ip"] == "10.%d.0.0/16" { url.access-deny = ( "" ) }\n    else $HTTP["referer"] == "" { server.dir-listing = "enable" }' % (i % 250))
        o.append('  }')
    o.append('}')
    return '\n'.join(o)
def config():
    c = ['server.modules = ( %s )' % ', '.join(map(q, MODULES)),
         'server.port = %d\nserver.bind = "127.0.0.1"' % port,
         'server.document-root = "%s/docroot"' % OUT, 'server.errorlog = "%s/error.log"' % OUT, 'accesslog.filename = "%s/access.log"' % OUT,
         'server.upload-dirs = ( "%s/tmp" )' % OUT, 'server.max-fds = 8192\nserver.max-connections = 4000',
         'server.max-keep-alive-idle = 3000\nserver.max-read-idle = 3000\nserver.max-write-idle = 3000\nserver.max-keep-alive-requests = 100000',
         'server.max-request-field-size = 32768',
         'server.stat-cache-engine = "%s"' % ('inotify' if state == 3 else 'simple'),
         'server.tag = "lighttpd"', 'index-file.names = ( "index.html" )', 'status.status-url = "/status"\nstatus.statistics-url = "/counters"\nstatus.config-url = "/config"',
         'extforward.forwarder = ( "127.0.0.1" => "trust", "10.0.0.0/8" => "trust", "192.0.2.7" => "trust" )\nextforward.headers = ( "Forwarded", "X-Forwarded-For" )',
         'auth.backend = "plain"\nauth.backend.plain.userfile = "%s/users"\nauth.cache = ( "max-age" => "3000" )' % OUT,
         'ssi.extension = ( ".shtml" )', 'static-file.exclude-extensions = ( ".cgi", ".php", ".fcgi", ".scgi" )',
         'cgi.assign = ( ".cgi" => "" )',
         'setenv.add-response-header = ( "X-Served" => "here" )\nsetenv.add-environment = ( "WHERE" => "there" )',
         'auth.require = ( "/private" => ( "method" => "basic", "realm" => "private", "require" => "valid-user" ) )',
         'mimetype.assign = ' + kv(dict([('.html', 'text/html'), ('.txt', 'text/plain'), ('.png', 'image/png'), ('.bin', 'application/octet-stream')]
                                        + [('.%s%d' % (w[:4], k), 'application/x-%s-%d' % (w, k)) for k in range(16 if state == 1 else 2) for w in WORDS])),
         '$HTTP["url"] =^ "/dav/" {\n  webdav.activate = "enable"\n}', '$HTTP["url"] =^ "/big" {\n  dir-listing.activate = "enable"\n}',
         'fastcgi.server = ( "/fcgi" => %s )' % sock('fcgi', check_local='"disable"'),
         'scgi.server = ( "/scgi" => %s )' % sock('scgi', check_local='"disable"'),
         'proxy.server = ( "/hold" => %s, "/http" => %s, "/slow" => %s )' % (sock('hold'), sock('http'), sock('http-slow'))]
    for kind in ('http', 'fcgi', 'scgi', 'slow'): c.append('$HTTP["url"] =^ "/%s/now" {\n  server.stream-response-body = 1\n  server.stream-request-body = 1\n}' % kind)
    c.append('$HTTP["url"] =^ "/cgi/" {\n  server.stream-response-body = 2\n  server.stream-request-body = 2\n}')
    if state == 1: c += [vhost(i) for i in range(600)]
    elif state == 3:
        c.append('simple-vhost.server-root = "%s/vhosts/"\nsimple-vhost.default-host = "a0.example.org"\nsimple-vhost.document-root = "pages"' % OUT)
        c += [vhost(i) for i in range(20)]
    else: c += [vhost(i) for i in range(30)]
    open('lighttpd.conf', 'w').write('\n'.join(c) + '\n')
def put(path, data, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f: f.write(data if isinstance(data, bytes) else data.encode())
    os.chmod(path, mode)
def files():
    os.makedirs('tmp', exist_ok=True)
    open('users', 'w').write(''.join('user%d:pass%d\n' % (i, i) for i in range(500)))
    put('docroot/ping.txt', 'pong\n')
    put('docroot/private/x.txt', 'secret\n')
    put('docroot/page.shtml', '<html><!--#set var="a" value="b" --><!--#echo var="a" --><!--#echo var="REQUEST_URI" --></html>\n')
    put('docroot/cgi/cat.cgi', "#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\nX-Cgi: yes\\r\\n\\r\\n'\nexec cat\n", 0o755)
    for i in range(20):
        put('docroot/site%d/index.html' % i, '<p>%s</p>\n' % text(20 + i))
        for k in range(8): put('docroot/site%d/%s%d.txt' % (i, WORDS[k], k), text(30) + '\n')
    if state == 3:
        for d in range(250):
            for k in range(20): put('vhosts/%s%d.example.org/pages/%s/%s-%d.%s' % ('ab'[d % 2], d // 2, WORDS[d % len(WORDS)], WORDS[k], k, ('txt', 'html', 'png')[k % 3]), text(k + 2))
    if state >= 4:
        for k in range(40): put('docroot/files/f%d.bin' % k, R.randbytes(1500000 + k * 1000))
    if state == 5:
        for k in range(200): put('docroot/dav/%s/%s%d.txt' % (WORDS[k % 5], word(), k), text(20))
        for d in range(4):
            for k in range(6000): put('docroot/big%d/%s-%s-%d.txt' % (d, WORDS[k % 31], WORDS[k % 37], k), '')
if sys.argv[1] == 'config': config(); files(); sys.exit()

# ---------------------------------------------------------------- backends
seen = {k: 0 for k in KINDS}
lock = threading.Lock()
keep, clients = [], []
def fcgi(kind, data): return struct.pack('>BBHHBB', 1, kind, 1, len(data), 0, 0) + data
def answer(kind, c):
    try:
        got = b''
        while len(got) < 60 and (b := c.recv(65536)): got += b
        with lock: seen[kind] += 1
        n = seen[kind]
        S = ''.join('X-Backend-%s: %s\r\n' % (WORDS[k], WORDS[(k * 7 + n) % len(WORDS)] * 3) for k in range(6))
        if kind == 'http': c.sendall(('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5000000\r\n' + S + '\r\n').encode() + b'h' * 700000)
        elif kind == 'http-slow': c.sendall(('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n' + S + '\r\n').encode() + b''.join(b'3e8\r\n' + b's' * 1000 + b'\r\n' for _ in range(30)))
        elif kind == 'fcgi': c.sendall(fcgi(6, ('Status: 200\r\nContent-Type: text/plain\r\n' + S + '\r\n').encode()) + b''.join(fcgi(6, b'f' * 6000) for _ in range(9)))
        elif kind == 'scgi': c.sendall(('Status: 200\r\nContent-Type: text/plain\r\n' + S + '\r\n').encode() + b'g' * 50000)
        while c.recv(65536): pass
    except OSError: pass
def listener(kind):
    s = socket.socket(socket.AF_UNIX); s.bind(kind + '.sock'); s.listen(2000)
    while True:
        c, _ = s.accept(); keep.append(c)
        threading.Thread(target=answer, args=(kind, c), daemon=True).start()
threading.stack_size(256 * 1024)
for k in KINDS: threading.Thread(target=listener, args=(k,), daemon=True).start()
while not all(os.path.exists(k + '.sock') for k in KINDS): time.sleep(.05)
print('backends', flush=True)
def wait(what, n=None, seconds=60):
    end = time.time() + seconds
    while seen[what] < n:
        if time.time() > end: sys.exit('only %d of %d requests reached %s' % (seen[what], n, what))
        time.sleep(.05)

# ---------------------------------------------------------------- clients
def connect(rcvbuf=None):
    end = time.time() + 30
    while True:
        s = socket.socket()
        if rcvbuf: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        s.settimeout(60)
        try: s.connect(('127.0.0.1', port)); clients.append(s); return s
        except ConnectionRefusedError:
            if time.time() > end: raise
            time.sleep(.1)
def head(method, path, host='localhost', n=0, more=''):
    h = '%s %s HTTP/1.1\r\nHost: %s\r\n' % (method, path, host)
    if n: h += 'User-Agent: client/%d.%d\r\nAccept: text/%s\r\n' % (n, R.randint(0, 99), word())
    for k in range(max(n - 2, 0)): h += 'X-%s-%d: %s\r\n' % (word().title(), k, text(R.randint(1, 8)))
    return (h + more + '\r\n').encode()
def response(s):                    # reads one response of known length
    b = b''
    while b'\r\n\r\n' not in b:
        d = s.recv(65536)
        if not d: raise SystemExit('closed: %r' % b[:200])
        b += d
    h, _, rest = b.partition(b'\r\n\r\n')
    l = [x for x in h.lower().split(b'\r\n') if x.startswith(b'content-length:')]
    if l:
        n = int(l[0].split(b':')[1])
        while len(rest) < n: rest += s.recv(65536)
    elif b'chunked' in h.lower():
        while not rest.endswith(b'0\r\n\r\n'): rest += s.recv(65536)
    return h
def get(s, path, host='localhost', n=0, more='', method='GET', body=b''):
    s.sendall(head(method, path, host, n, more) + body)
    return response(s)
def quiet():                        # what was sent has been read: it is ready for another request, and waits
    time.sleep(.5)
    s = connect(); get(s, '/ping.txt'); s.close(); time.sleep(1)

def traffic(n):
    import base64
    s = connect()
    for i in range(n):
        k = R.randrange(600)
        get(s, R.choice(['/', '/%s%d.txt' % (WORDS[i % 8], i % 8), '/nowhere', '/page.shtml', '/ping.txt']), R.choice(['%s%d.example.org' % (WORDS[k % len(WORDS)], k), 'localhost']), R.randint(0, 12),
            'X-Forwarded-For: 10.%d.%d.1\r\n' % (i % 200, i % 7) if i % 3 == 0 else '')
        if i % 5 == 0: get(s, '/private/x.txt', more='Authorization: Basic %s\r\n' % base64.b64encode(b'user%d:pass%d' % (i, i)).decode())
    for p in ('/status', '/counters', '/config', '/status?json'): get(s, p)
    s.close()
def requests(scale):                # half-sent requests of several kinds
    for i in range(250 * scale // 100): connect().sendall(head('GET', '/site%d/' % (i % 20), 'localhost', R.randint(5, 25))[:-2])
    n = 400 * scale // 100
    for i in range(n): connect().sendall(head('POST', '/fcgi/%s?%s=%d' % (word(), word(), i), R.choice(['a.example.org', 'localhost']), R.randint(12, 26), 'Content-Length: 5000\r\nCookie: %s=%d\r\n' % (word(), i)) + b'b' * 1500)
    for i in range(250 * scale // 100):
        s = connect(); get(s, '/site%d/' % (i % 20), n=R.randint(2, 20), more='X-Forwarded-For: 10.1.%d.%d\r\n' % (i // 200, i % 200) if i % 2 else '')
    m = 150 * scale // 100
    for i in range(m): connect().sendall(head('GET', '/hold/%s/%d' % (word(), i), n=R.randint(8, 24)))
    wait('hold', m)
    quiet()
def stat_cache():
    s = connect(); t = time.time()
    for d in range(250):
        host = '%s%d.example.org' % ('ab'[d % 2], d // 2)
        b = b''.join(head('GET', '/%s/%s-%d.%s' % (WORDS[d % len(WORDS)], WORDS[k], k, ('txt', 'html', 'png')[k % 3]), host) for k in range(20))
        s.sendall(b)
        r = b''
        while r.count(b'HTTP/1.1 200') < 20: r += s.recv(1 << 20)
    print('stat cache filled in %.1f s' % (time.time() - t), flush=True)
def transfers():
    for i in range(80): connect(4096).sendall(head('GET', '/files/f%d.bin' % (i % 40), n=R.randint(0, 8)))
    n = {'http': 40, 'http-slow': 30, 'fcgi': 50, 'scgi': 40}
    for kind in n:
        for i in range(n[kind]):
            p = '/%s/%s%s/%d' % (kind.replace('http-slow', 'slow'), 'now' if i % 2 else '', word(), i)
            body = b'u' * 20000 if i % 4 == 0 else b''
            connect(4096).sendall(head('POST' if body else 'GET', p, n=R.randint(3, 16), more='Content-Length: %d\r\n' % len(body) if body else '') + body)
    for i in range(24): connect(4096).sendall(head('POST', '/cgi/cat.cgi?%d' % i, n=6, more='Content-Length: 400000\r\n') + b'c' * (1000 + i * 700))
    for i in range(40): connect(4096).sendall(head('POST', '/fcgi/up%d' % i, n=9, more='Content-Length: 900000\r\n') + b'p' * (2000 + i * 1500))
    for i in range(30): connect(4096).sendall(head('POST', '/http/up%d' % i, n=5, more='Transfer-Encoding: chunked\r\n') + (b'1000\r\n' + b'q' * 4096 + b'\r\n') * (1 + i % 9) + b'800\r\nhalf')
    for k in n: wait(k, n[k])
    time.sleep(2); quiet()
def h2():
    I = lambda n: bytes([n]) if n < 127 else bytes([127, n - 127])
    lit = lambda k, v, add: (b'\x40' if add else b'\x00') + I(len(k)) + k.encode() + I(len(v)) + v.encode()
    frame = lambda t, f, i, d: struct.pack('>I', len(d))[1:] + bytes([t, f]) + struct.pack('>I', i) + d
    held = 0
    for c in range(90):
        s = connect(4096)
        o = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + frame(4, 0, 0, b'')
        for k in range(1, 1 + R.randint(3, 8)):
            i, kind = 2 * k - 1, (c + k) % 6
            path = ['/hold/%d/%d', '/files/f%d.bin?%d', '/fcgi/now%d/%d', '/slow/%d/%d', '/ping.txt?%d%d', '/hold/up%d/%d'][kind] % (c % 40, k)
            held += kind in (0,)
            h = b''.join(lit(a, b, False) for a, b in ((':method', 'POST' if kind == 5 else 'GET'), (':scheme', 'http'), (':authority', 'localhost'), (':path', path)))
            h += b''.join(lit('x-%s-%d' % (word(), j), text(R.randint(1, 9)), j % 3 != 0) for j in range(R.randint(4, 14)))
            if kind == 5: h += lit('content-length', '9000', False)
            o += frame(1, 4 if kind == 5 else 5, i, h)
            if kind == 5: o += frame(0, 0, i, b'd' * 3000)
        s.sendall(o)
    wait('hold', held)
    s = connect()
    for i in range(60):
        get(s, '/dav/new%d.txt' % i, method='PUT', more='Content-Length: 200\r\n', body=b'w' * 200)
        get(s, '/dav/%s/' % WORDS[i % 5], method='PROPFIND', more='Depth: 1\r\n')
    quiet()
    print('before the listings', flush=True)
    for d in range(4): connect().sendall(head('GET', '/big%d/' % d, n=8))
    time.sleep(100)
if state == 1: traffic(200)
elif state == 2: traffic(30); requests(100)
elif state == 3:
    traffic(40); requests(60)
    for s in clients: s.close()
    time.sleep(2); stat_cache()
elif state == 4: traffic(20); transfers()
elif state == 5: traffic(20); h2()
print('ready', flush=True)
time.sleep(100000)
