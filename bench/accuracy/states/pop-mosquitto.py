# Speaks MQTT by hand.  2: many clients with many filters, hardly a message.  3: a deep tree of kept messages, a third of
# them taken back.  4: exchanges of quality 2 left half done, readers that went away.  5: MQTT 5: properties, shared
# subscriptions, aliases, wills with a delay, and access lists.
import socket, struct, sys, time
state, port = int(sys.argv[1]), int(sys.argv[2])
def text(s): b = s.encode(); return struct.pack('>H', len(b)) + b
def number(n):
    out = b''
    while True:
        d = n % 128; n //= 128
        out += bytes([d | (128 if n else 0)])
        if not n: return out
def packet(kind, body): return bytes([kind]) + number(len(body)) + body
def props(b): return number(len(b)) + b if state == 5 else b''
def pair(k, v): return b'\x26' + text(k) + text(v)
def connect(name, clean=True, will=None):
    s = socket.create_connection(('127.0.0.1', port))
    body = text('MQTT') + bytes([5 if state == 5 else 4, (2 if clean else 0) | (4 if will else 0)]) + struct.pack('>H', 600)
    body += props(b'\x11' + struct.pack('>I', 4000) + b'\x22' + struct.pack('>H', 20) + pair('from', name)) + text(name)
    if will: body += props(b'\x18' + struct.pack('>I', 900) + b'\x03' + text('text/plain')) + text(will) + text('gone ' * 5)
    s.sendall(packet(0x10, body)); s.recv(4)
    return s
def publish(s, topic, payload, qos=0, retain=False, mid=1, extra=b''):
    s.sendall(packet(0x30 | qos << 1 | retain, text(topic) + (struct.pack('>H', mid) if qos else b'') + props(extra) + payload))
def subscribe(s, topics, mid=1):
    s.sendall(packet(0x82, struct.pack('>H', mid) + props(b'\x0b' + number(mid)) + b''.join(text(t) + bytes([q]) for t, q in topics)))
def unsubscribe(s, topics, mid=9): s.sendall(packet(0xa2, struct.pack('>H', mid) + props(b'') + b''.join(text(t) for t in topics)))
clients = []
if state == 2:
    for i in range(450):
        s = connect('many-%d' % i, will='wills/%d' % i if i % 4 == 0 else None); clients.append(s)
        subscribe(s, [('site/%d/line/%d/+/%d' % (k, i, k % 7), k % 3) for k in range(20)], 1); subscribe(s, [('site/+/line/#', 1), ('$SYS/broker/load/#', 0)], 2)
    for i in range(0, 450, 3): unsubscribe(clients[i], ['site/%d/line/%d/+/%d' % (k, i, k % 7) for k in range(0, 20, 2)])
elif state == 3:
    p = connect('publisher')
    for i in range(9000): publish(p, '/'.join('n%d' % (i // 7 ** d % 7) for d in range(i % 6 + 1)) + '/leaf%d' % i, b'kept %d ' % i * (i % 30 + 1), retain=True)
    for i in range(0, 9000, 3): publish(p, '/'.join('n%d' % (i // 7 ** d % 7) for d in range(i % 6 + 1)) + '/leaf%d' % i, b'', retain=True)
    clients = [connect('reader-%d' % i) for i in range(5)]
elif state == 4:
    for i in range(60):
        s = connect('slow-%d' % i, clean=False); clients.append(s); subscribe(s, [('jobs/%d/#' % (i % 20), 2), ('all', 1)])
    p = [connect('source-%d' % i) for i in range(10)]
    for i in range(30): clients[i].close()
    time.sleep(.5)
    for i in range(4000): publish(p[i % 10], 'jobs/%d/part/%d' % (i % 25, i), b'job %d ' % i * (i % 20 + 1), qos=2 if i % 10 < 8 else 1, mid=i // 10 + 1)
    for i in range(0, 400, 2):
        for s in p: s.sendall(packet(0x62, struct.pack('>H', i + 1)))
else:
    for i in range(220):
        s = connect('five-%d' % i, clean=False, will='last/%d' % i if i % 2 else None); clients.append(s)
        subscribe(s, [('$share/group%d/work/#' % (i % 12), 1), ('home/%d/+' % i, 2), ('news/%d' % (i % 40), 0)], i + 1)
    p = connect('publisher', will='last/publisher')
    for i in range(2500):
        publish(p, 'work/%d' % i, b'work %d ' % i * (i % 6 + 1), qos=1, mid=i + 1, extra=pair('n', str(i)) + b'\x08' + text('answer/%d' % i) + b'\x09' + text('id%d' % i))
        publish(p, 'news/%d' % (i % 40), b'news %d' % i, retain=True, extra=b'\x02' + struct.pack('>I', 5000) + pair('kind', 'news'))
    for i in range(0, 220, 5): clients[i].close()
time.sleep(1.5)
print('ready', flush=True)
time.sleep(100000)
