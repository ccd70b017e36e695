# Speaks MQTT 3.1.1 by hand: clients that stay connected, with subscriptions, retained and queued messages.
import socket, struct, sys, time
port = int(sys.argv[1])
def text(s): b = s.encode(); return struct.pack('>H', len(b)) + b
def packet(kind, body):
    n, out = len(body), b''
    while True:
        d = n % 128; n //= 128
        out += bytes([d | (128 if n else 0)])
        if not n: break
    return bytes([kind]) + out + body
def connect(name, clean=True, will=False):
    s = socket.create_connection(('127.0.0.1', port))
    body = text('MQTT') + bytes([4, (2 if clean else 0) | (4 if will else 0)]) + struct.pack('>H', 600) + text(name)
    if will: body += text('will/' + name) + text('gone ' * 5)
    s.sendall(packet(0x10, body)); s.recv(4)
    return s
def publish(s, topic, payload, qos=0, retain=False, mid=1):
    s.sendall(packet(0x30 | qos << 1 | retain, text(topic) + (struct.pack('>H', mid) if qos else b'') + payload))
clients = []
for i in range(150):
    s = connect('client-%d' % i, clean=i % 3 != 0, will=i % 2 == 0); clients.append(s)
    for k in range(6): s.sendall(packet(0x82, struct.pack('>H', k + 1) + text('room/%d/%s' % ((i * 7 + k) % 90, 'abcdefgh'[k]) if k < 5 else 'all/#') + bytes([k % 3])))
for i in range(0, 60, 3): clients[i].close()
p = connect('publisher')
for i in range(2500): publish(p, 'kept/%d/%d' % (i % 120, i), b'retained %d ' % i * (i % 9 + 1), retain=True)
for i in range(1500): publish(p, 'room/%d/%s' % (i % 90, 'abcde'[i % 5]), b'message %d ' % i * (i % 5 + 1), qos=1, mid=i % 60000 + 1)
time.sleep(1)
print('ready', flush=True)
time.sleep(100000)
