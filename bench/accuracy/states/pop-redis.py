import random, socket, sys, time
state, port = int(sys.argv[1]), int(sys.argv[2])
random.seed(11)
def text(*a):
    a = [x if isinstance(x, bytes) else str(x).encode() for x in a]
    return b'*%d\r\n' % len(a) + b''.join(b'$%d\r\n%s\r\n' % (len(x), x) for x in a)
class Client:
    def __init__(self): self.s = socket.create_connection(('127.0.0.1', port)); self.out = b''
    def __call__(self, *a):
        self.out += text(*a)
        if len(self.out) > 30000: self.flush()
    def flush(self):            # sends, and reads whatever answers are there: nobody looks at them
        self.s.sendall(self.out); self.out = b''
        self.s.setblocking(False)
        try:
            while self.s.recv(1 << 16): pass
        except BlockingIOError: pass
        self.s.setblocking(True)
    def done(self):
        self('ECHO', 'all-done'); self.s.sendall(self.out); self.out = b''; got = b''
        while b'all-done' not in got: got = got[-20:] + self.s.recv(1 << 16)
c = Client(); held = []
if state == 2:
    for kind, n in (('str', 20000), ('exp', 5000), ('list', 600), ('hash', 600), ('set', 600), ('iset', 600), ('zset', 600), ('bighash', 60), ('bigz', 60),
                    ('bigset', 60), ('biglist', 60), ('stream', 60), ('hll', 60), ('geo', 60)):
        for i in range(n):
            if random.random() < .9: c('DEL', f'{kind}:{i}')
elif state == 3:
    for i in range(3500):
        c('HSET', f'h:{i}', *sum([[f'f{j}', random.randrange(1000)] for j in range(i % 9 + 1)], []))
        c('ZADD', f'z:{i}', *sum([[j, f'm{j}'] for j in range(i % 11 + 1)], []))
        c('SADD', f's:{i}', *range(i % 40 + 1)); c('RPUSH', f'l:{i}', *range(i % 30 + 1)); c('XADD', f'x:{i}', '*', 'k', i)
        c('SET', f'n:{i}', i * 100); c('SETBIT', f'b:{i}', i, 1); c('APPEND', f'a:{i}', 'text' * (i % 20))
        if i % 4 == 0: c('EXPIRE', f'h:{i}', 100000 + i)
    for db in range(1, 9):
        c('SELECT', db)
        for i in range(60 * db): c('SET', f'db{db}:{i}', 'x' * db)
elif state == 4:
    for i in range(8000): c('SET', f'k:{i}', 'v' * (i % 50), *(('PX', 10 ** 8 + i) if i % 2 else ()))
    for i in range(300):
        c('EVAL', f'local t = {{}} for i = 1, 30 do t[i] = {{id = i, s = "x" .. i}} end g{i} = nil return #t + {i}', 0)
        c('XADD', 'jobs', '*', 'n', i)
    c('XGROUP', 'CREATE', 'jobs', 'workers', '0'); c('CONFIG', 'SET', 'notify-keyspace-events', 'KEA'); c.done()
    for i in range(120):
        d = Client(); held.append(d); d('CLIENT', 'SETNAME', f'client-{i}')
        if i % 8 == 0: d('BLPOP', *[f'wait:{i}:{j}' for j in range(i % 5 + 1)], 0)
        elif i % 8 == 1: d('SUBSCRIBE', *[f'ch{j}' for j in range(i % 9 + 1)])
        elif i % 8 == 2: d('PSUBSCRIBE', f'pat{i}*', '__key*__:*')
        elif i % 8 == 3: d('WATCH', f'k:{i}', f'k:{i + 1}'); d('MULTI'); [d('INCRBY', f'count:{j}', j) for j in range(20)]
        elif i % 8 == 4: d('XREADGROUP', 'GROUP', 'workers', f'w{i}', 'COUNT', '5', 'STREAMS', 'jobs', '>'); d('XREADGROUP', 'GROUP', 'workers', f'w{i}', 'BLOCK', '0', 'STREAMS', f'jobs', f'none', '>', '$')
        elif i % 8 == 5: d('HELLO', '3'); d('CLIENT', 'TRACKING', 'on'); [d('GET', f'k:{j}') for j in range(i, i + 60)]
        elif i % 8 == 6: d('BZPOPMIN', f'zwait:{i}', 0)
        else: d('SSUBSCRIBE', f'shard{i}')
        d.flush()
    for i in range(30): c('PUBLISH', f'ch{i % 9}', 'message %d' % i)
else:
    for i in range(0, 60000, 50): c('HSET', 'big', *sum([[f'field:{j}', 'value %d' % (j * 7)] for j in range(i, i + 50)], []))
    for i in range(0, 15000, 50): c('ZADD', 'ranks', *sum([[random.random() * 1000, f'player:{j}'] for j in range(i, i + 50)], []))
c.done()
print('ready', flush=True)
time.sleep(100000)
