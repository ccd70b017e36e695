# pop-weechat.py   starts weechat-headless, is the IRC servers and relay clients it talks to, and gives it commands through
# its FIFO; what the states are stands in weechat.sh
import os, random, re, socket, subprocess, threading, time
state, src, out = int(os.environ['TRUTH_STATE']), os.environ['SRC'], os.environ['OUT']
R = random.Random(state * 100 + 11)
HOME = out + '/home'
SERVERS = {1: 2, 2: 1, 3: 1, 4: 2, 5: 3}[state]
CHANNELS = {1: 20, 2: 1, 3: 4, 4: 40, 5: 20}[state]        # of each server
PEOPLE = {1: 900, 2: 20, 3: 50, 4: 1500, 5: 800}[state]
SIZES = {1: (12, 40, 90, 160, 240), 2: (12,), 3: (20, 40), 4: (30, 90, 300, 700), 5: (20, 60, 120, 200)}[state]
WORDS = ('the a new old fast slow heap block pool list tree table buffer channel window server client patch release build test '
         'kernel thread signal socket file line page cache name type value key index loop stack frame core dump truth').split()
def text(lo=3, hi=14, R=R): return ' '.join(R.choice(WORDS) for _ in range(R.randint(lo, hi)))

# ------------------------------------------------------------------ the servers
class Server:
    def __init__(self, i):
        self.i, self.name, self.got, self.last, self.c = i, f'hub{i}.net{i}.example', threading.Condition(), time.time(), None
        self.nick, self.pong, self.ping, self.joined = 'person', -1, set(), set()
        self.l = socket.socket(); self.l.bind(('127.0.0.1', 0)); self.l.listen(4); self.port = self.l.getsockname()[1]
        self.R = R = random.Random(state * 1000 + i)
        self.people = [(f'{R.choice("abcdefghijklmnop")}{R.choice(WORDS)}{n}', f'u{n % 70}', f'h{n % 311}.net{i}.example', text(2, 4, R)) for n in range(PEOPLE)]
        self.rooms = {f'#room{k}': sorted(R.sample(range(PEOPLE), min(PEOPLE, R.choice(SIZES)))) for k in range(CHANNELS)}
        self.modes = {r: {p: R.choice('   ov') for p in ps} for r, ps in self.rooms.items()}
    def mask(self, p): n, u, h, _ = self.people[p]; return f'{n}!{u}@{h}'
    def send(self, *lines):
        try: self.c.sendall(''.join(l + '\r\n' for l in lines).encode())
        except OSError: pass
    def num(self, n, rest): self.send(f':{self.name} {n} {self.nick} {rest}')
    def run(self):
        self.c, _ = self.l.accept(); buf = b''
        while True:
            d = self.c.recv(65536)
            if not d: return
            buf += d
            while b'\n' in buf:
                l, buf = buf.split(b'\n', 1)
                with self.got: self.last = time.time(); self.line(l.decode('utf-8', 'replace').rstrip('\r')); self.got.notify_all()
    def line(self, l):
        cmd, _, rest = l.partition(' ')
        a = rest.split(' ')
        if cmd == 'CAP':
            if a[0] == 'LS': self.send(f':{self.name} CAP * LS :multi-prefix userhost-in-names away-notify account-notify chghost setname cap-notify' + (' extended-join' if self.i % 2 else '') + (' server-time message-tags' if state in (1, 5) else ''))
            elif a[0] == 'REQ': self.send(f':{self.name} CAP * ACK {rest[4:]}')
            elif a[0] == 'END': self.welcome()
        elif cmd == 'NICK': self.nick = rest.lstrip(':')
        elif cmd == 'PING':
            if rest.startswith('sync'): self.ping.add(rest)
            self.send(f':{self.name} PONG {self.name} {rest}')
        elif cmd == 'PONG': self.pong = int(re.sub(r'\D', '', rest) or 0)
        elif cmd == 'JOIN' and a[0] != ':':
            for ch in a[0].split(','): self.join(ch)
        elif cmd == 'PART': self.send(f':{self.nick}!person@127.0.0.1 PART {a[0]} :bye')
        elif cmd == 'WHO':
            for ch in a[0].split(','):
                for p in self.rooms.get(ch, ()):
                    n, u, h, r = self.people[p]
                    self.num(352, f'{ch} {u} {h} {self.name} {n} {"G" if p % 9 == 0 else "H"}{ {"o": "@", "v": "+"}.get(self.modes[ch][p], "")} :1 {r}')
                self.num(315, f'{ch} :End of /WHO list.')
        elif cmd == 'MODE' and a[0].startswith('#'):
            if len(a) > 1 and a[1].strip('+') in ('b', 'e', 'I'):
                m = a[1].strip('+'); n, e, what = {'b': (367, 368, 'Ban'), 'e': (348, 349, 'Exception'), 'I': (346, 347, 'Invite')}[m]
                for k in range(20 + int(a[0][-1]) * 5): self.num(n, f'{a[0]} *!*@bad{k}.{a[0][1:]}.example {self.people[k % PEOPLE][0]} {1700000000 + k}')
                self.num(e, f'{a[0]} :End of Channel {what} List')
            else: self.num(324, f'{a[0]} +ntl 500'); self.num(329, f'{a[0]} 1600000000')
        elif cmd == 'ISON': self.num(303, ':' + ' '.join(x for x in rest.lstrip(':').split() if sum(map(ord, x)) % 3 == 0))
        elif cmd == 'MONITOR': pass
        elif cmd == 'LIST':
            for k in range(600): self.num(322, f'#listed{k} {k} :{text(3, 9, self.R)}')
            self.num(323, ':End of /LIST')
        elif cmd == 'WHOIS':
            n = a[-1].lstrip(':'); self.num(311, f'{n} u h.example * :{n} himself'); self.num(312, f'{n} {self.name} :a server'); self.num(319, f'{n} :@#room1 #room2'); self.num(318, f'{n} :End of /WHOIS list.')
        elif cmd == 'USERHOST': self.num(302, ':')
    def welcome(self):
        n = self.name
        self.num('001', f':Welcome to net{self.i} {self.nick}!person@127.0.0.1'); self.num('002', f':Your host is {n}'); self.num('003', ':This server was created today'); self.num('004', f'{n} fake-1 iowghraAsORTVSxNCWqBzvdHtGp lvhopsmntikrRcaqOALQbSeIKVfMCuzNTGjZ')
        self.num('005', f'NETWORK=net{self.i} CHANTYPES=# PREFIX=(ov)@+ CHANMODES=beI,k,l,imnpst MODES=4 MAXCHANNELS=200 NICKLEN=30 TOPICLEN=300 CASEMAPPING=rfc1459 STATUSMSG=@+ KICKLEN=160' + (' MONITOR=300' if self.i else '') + ' :are supported by this server')
        self.num(375, f':- {n} Message of the Day -')
        for _ in range(20): self.num(372, ':- ' + text(R=self.R))
        self.num(376, ':End of /MOTD command.')
    def join(self, ch):
        if ch not in self.rooms: self.rooms[ch] = []; self.modes[ch] = {}
        self.send(f':{self.nick}!person@127.0.0.1 JOIN {ch}' + (' * :A Person' if self.i % 2 else ''))
        self.num(332, f'{ch} :{text(5, 20, self.R)}'); self.num(333, f'{ch} {self.people[0][0]} 1700000000')
        names = ['@' + self.nick if len(ch) % 2 else self.nick] + [{'o': '@', 'v': '+'}.get(self.modes[ch][p], '') + self.mask(p) for p in self.rooms[ch]]
        for k in range(0, len(names), 10): self.num(353, f'= {ch} :' + ' '.join(names[k:k + 10]))
        self.num(366, f'{ch} :End of /NAMES list.'); self.joined.add(ch)
    def sync(self, n):              # what was sent has been read
        self.send(f'PING :{n}')
        with self.got: return self.got.wait_for(lambda: self.pong >= n, 90)
    def quiet(self):
        while time.time() - self.last < 1.2 or len(self.joined) < CHANNELS: time.sleep(.1)
    def say(self, k, to=None, lo=3, hi=14):
        ch = to or R.choice(list(self.rooms)); ps = self.rooms.get(ch) or range(len(self.people)); p = R.choice(ps); t = text(lo, hi)
        tag = '@time=2024-05-01T%02d:%02d:%02d.000Z;msgid=m%d ' % (k // 3600 % 24, k // 60 % 60, k % 60, k) if state in (1, 5) and k % 2 else ''
        x = k % 30
        if x == 0: t = f'{self.nick}: {t}'
        elif x == 1: t = f'\x01ACTION {t}\x01'
        elif x == 2: t = f'\x02{t}\x02 \x0304,01{text(1, 3)}\x03 https://example.org/{k}'
        self.send(f'{tag}:{self.mask(p)} {"NOTICE" if x == 3 else "PRIVMSG"} {ch} :{t}')
    def come_and_go(self, n):
        for _ in range(n):
            ch = R.choice(list(self.rooms)); p = R.choice(self.rooms[ch]); x = R.random()
            if x < .35: self.send(f':{self.mask(p)} PART {ch} :{text(1, 3)}'); self.send(f':{self.mask(p)} JOIN {ch}' + (' acc :back' if self.i % 2 else ''))
            elif x < .6: self.send(f':{self.people[0][0]}!u0@h0.net{self.i}.example MODE {ch} {R.choice("+-")}{R.choice("ov")} {self.people[p][0]}')
            elif x < .8: self.send(f':{self.mask(p)} AWAY' + (f' :{text(1, 3)}' if x < .7 else ''))
            elif x < .9: self.send(f':{self.mask(p)} TOPIC {ch} :{text(3, 15)}')
            else: self.send(f':{self.people[0][0]}!u0@h0.net{self.i}.example MODE {ch} +b *!*@x{R.randrange(500)}.example')
    def private(self, p, lines):
        for _ in range(lines): self.send(f':{self.mask(p)} PRIVMSG {self.nick} :{text()}')

# ------------------------------------------------------------------ the program
S = [Server(i) for i in range(SERVERS)]
for s in S: threading.Thread(target=s.run, daemon=True).start()
os.makedirs(HOME)
open(HOME + '/weechat.conf', 'w').write('[network]\ngnutls_ca_system = off\n')      # or GnuTLS, which is not built here, fills the heap
open(HOME + '/fifo.conf', 'w').write(f'[file]\nenabled = on\npath = "{HOME}/fifo"\n')
env = dict(os.environ, HOME=HOME, LD_PRELOAD=os.environ['LOGGER'], WEECHAT_EXTRA_LIBDIR=src + '/b', WEECHAT_HOME=HOME)
prog = subprocess.Popen([src + '/b/src/gui/curses/headless/weechat-headless', '--dir', HOME, '--stdout'], env=env, start_new_session=True,
                        stdin=subprocess.DEVNULL, stdout=open(out + '/out.txt', 'wb'), stderr=subprocess.STDOUT)
print('pid', prog.pid, flush=True)
while not os.path.exists(HOME + '/fifo'): time.sleep(.05)
fifo = os.open(HOME + '/fifo', os.O_WRONLY)
def cmd(*lines, buf=''):
    d = ''.join(f'{buf}{" " if buf else ""}*{l}\n' for l in lines).encode()
    while d: d = d[os.write(fifo, d[:4000]):]
nsync = 0
def done():                     # all commands so far have been done, and what came of them
    global nsync; nsync += 1; t = f'sync{nsync}'
    cmd(f'/quote PING {t}', buf='irc.server.net0')
    with S[0].got: S[0].got.wait_for(lambda: t in S[0].ping, 90) or print('late', t, flush=True)
def mset(**k):
    for o, v in k.items(): cmd(f'/mute /set {o.replace("__", ".")} {v}')
cmd('/mute /set irc.server_default.anti_flood_prio_high 0', '/mute /set irc.server_default.anti_flood_prio_low 0', '/mute /set irc.server_default.nicks "person,person_,person__"',
    '/mute /set irc.look.server_buffer independent', '/mute /set weechat.look.save_config_on_exit off', '/mute /set irc.server_default.username person', '/mute /set irc.server_default.away_check 5')
for i, s in enumerate(S):
    cmd(f'/server add net{i} 127.0.0.1/{s.port}', f'/mute /set irc.server.net{i}.autojoin "' + ','.join(s.rooms) + '"', f'/mute /set irc.server.net{i}.realname "A Person"')
relays, ports = [], {}
def relay(read=True, irc=False):
    if irc not in ports:
        l = socket.socket(); l.bind(('127.0.0.1', 0)); ports[irc] = l.getsockname()[1]; l.close()
        cmd('/mute /set relay.network.ipv6 off', '/mute /set relay.network.allow_empty_password on', '/mute /set relay.network.bind_address "127.0.0.1"', f'/relay add {"irc.net0" if irc else "weechat"} {ports[irc]}')
    for _ in range(100):
        try: c = socket.create_connection(('127.0.0.1', ports[irc])); break
        except OSError: time.sleep(.1)
    c.sendall(b'NICK other\r\nUSER other 0 * :another\r\n' if irc else b'init compression=off\n(l) hdata buffer:gui_buffers(*) number,full_name,short_name,nicklist,title,local_variables\n(n) nicklist\nsync\n')
    def drain():
        try:
            while c.recv(65536): pass
        except OSError: pass
    if read: threading.Thread(target=drain, daemon=True).start()
    relays.append(c)
for i in range(SERVERS): cmd(f'/connect net{i}')
while not all(s.c for s in S): time.sleep(.05)
for s in S: s.quiet()
done()
def typed(*lines, buf=None):        # as a hand would: kept in the history
    if buf: cmd(f'/buffer {buf}')
    for l in lines: cmd('/input insert ' + l.replace('\\', '\\\\'), '/input return')
def aliases(n):
    for i in range(n): cmd(f'/mute /alias add word{i} ' + R.choice((f'/print {text(2, 9)}', f'/msg $1 {text(1, 4)};/wait 1 /print $*', f'/buffer {i % 30}', f'/command core /mute /set weechat.startup.command_after_plugins ""')))
def filters(n):
    for i in range(n): cmd(f'/mute /filter add hide{i} ' + R.choice(('*', f'irc.net0.#room{i % 9}', f'irc.*,!irc.server.*', f'core.notes{i % 30},irc.net0.*')) + ' ' + R.choice(('irc_join,irc_part', 'irc_smart_filter', f'nick_{text(1, 1)}{i}', '*')) + ' ' + ('*' if i % 4 else R.choice((text(1, 3).replace(' ', '.*') + f'{i}', f'\\t{text(1, 1)}$'))))
def keys(n):
    for i in range(n): cmd(f'/mute /key bindctxt {R.choice(("default", "default", "search", "cursor", "mouse"))} meta-{chr(97 + i % 26)}meta-{chr(97 + i // 26 % 26)}meta-{chr(97 + i // 676)} /print {text(1, 6)};/buffer {i % 40}')
def triggers(n):
    for i in range(n):
        h, a, c = R.choice((('signal', f'*,irc_in2_kick;!nosuch{i}', '${tg_signal} =~ JOIN' + f' && ${{nick}} == nobody{i}'), ('modifier', f'irc_in_invite;weechat_print{i}', '${server} == net9'), ('print', f'irc.net0.#room{i % 9};irc_privmsg', '${tg_message} =~ never' + str(i)),
                             ('command', f'trig{i};does {text(1, 4)};[-a] <b>;a: b;%(nicks)', ''), ('config', f'weechat.look.opt{i}*', ''), ('timer', '3600000', ''), ('hsignal', f'key{i}', ''), ('focus', f'chat{i}', ''), ('command_run', f'/nothing{i}', ''), ('info', f'info{i}', '')))
        x = '' if i % 3 else f'/{text(1, 2)}/${{re:0}} x{i}/tg_message /{text(1, 1)}{i}/y'
        cmd(f'/mute /trigger add mine{i} {h} "{a}" "{c}" "{x}" "/print {text(1, 5)};/mute /print {i}"')
def bars(n):
    for i in range(n):
        cmd(f'/mute /bar add bar{i} {R.choice(("root", "window"))},${{nicklist}} {R.choice(("top", "bottom", "left", "right"))} 1 {i % 2} time,[buffer_number]+:+buffer_name,custom{i},{text(1, 2).replace(" ", "+")}')
        cmd(f'/mute /item add custom{i} "${{buffer.number}}>{i % 5}" "${{buffer.name}} {text(1, 3)} ${{date:%H}}"')

if state in (1, 4):
    relay()
    aliases(30); filters(12); keys(20); triggers(10)
    cmd('/mute /set logger.file.flush_delay 0', '/mute /notify add ' + S[0].people[3][0] + ' net0')
    for i, s in enumerate(S):
        for k in range(3200 if state == 1 else 5000): s.say(k)
        s.come_and_go(900)
        for p in range(30): s.private(p * 7, 8)
        for p in range(0, 50, 5): s.send(f':{s.mask(p)} NICK new{p}')
        s.sync(1)
        for k in range(8): cmd(f'/mode #room{k} b', f'/mode #room{k} e', buf=f'irc.net{i}.#room{k}')
        done()
        for k in range(12): cmd(text(), f'/me {text(1, 4)}', buf=f'irc.net{i}.#room{k}')
        for k in range(6): cmd(f'/whois {s.people[k][0]}', f'/notice {s.people[k][0]} {text()}', buf=f'irc.net{i}.#room{k}')
    for k in range(25): typed(text(), f'/print {text(1, 3)}', buf=str(k % 12 + 3))
    cmd('/input insert half a line of ' + text()); done()
    if state == 1:
        relay(irc=True)         # each message it is given leaks its parameters in weechat: not all the talk
        for k in range(150): S[0].say(k)
        S[0].sync(9); done()
    if state == 4:
        for s in S:
            for p in range(PEOPLE):
                if p % 12: s.send(f':{s.mask(p)} QUIT :{text(1, 5)}')
            s.sync(2)
            for k, ch in enumerate(s.rooms):
                if k % 5: s.send(f':{s.mask(0)} KICK {ch} {s.nick} :{text(1, 4)}' if k % 3 == 0 else f':{s.nick}!person@127.0.0.1 PART {ch} :{text(1, 3)}')
            s.sync(3)
            for k in range(0, CHANNELS, 10): cmd('/buffer clear', buf=f'irc.net{s.i}.#room{k}')
            for k in range(CHANNELS):
                if k % 5: cmd('/close', buf=f'irc.net{s.i}.#room{k}')
            for p in range(0, 168, 7): n = f'new{p}' if p < 50 and p % 5 == 0 else s.people[p][0]; cmd('/close', buf=f'irc.net{s.i}.{n}')
        for k in range(20): cmd(f'/mute /alias del word{k}', f'/mute /key unbind meta-{chr(97 + k)}meta-ameta-a')
        for k in range(8): cmd(f'/mute /trigger del mine{k}', f'/mute /filter del hide{k}')
        cmd('/allbuf /input delete_line'); done()
        for s in S:
            for k in range(150): s.say(k, '#room5')
            for k in range(6): s.send(f':{s.mask(k)} JOIN #room{k * 5}')
            s.sync(4)
        done()
elif state == 2:
    aliases(60); filters(10); keys(30); bars(4); cmd('/mute /set exec.command.purge_delay -1')
    for i in range(150):
        cmd(f'/buffer add {"-free " if i % 9 == 8 else ""}notes{i}'); b = f'core.notes{i}'
        cmd(f'/buffer set title {text(3, 9)}', f'/buffer set localvar_set_kind {text(1, 1)}', f'/buffer set localvar_set_n{i} {text(1, 4)}', f'/buffer set highlight_words {text(1, 2).replace(" ", ",")}', f'/buffer set short_name n{i}', f'/buffer set hotlist_max_level_nicks joe{i}:2,{text(1, 1)}:0', f'/buffer set key_bind_meta-q{i} /print {i}', buf=b)
        n = R.choice((20, 60, 150, 400)) if i != 20 else 4200
        for k in range(n):
            if i % 9 == 8: cmd(f'/print -y {k} {text(2, 20)}', buf=b)
            else: cmd(f'/print -date {1700000000 + k * 60} ' + (f'-tags {R.choice(("notify_message", "notify_highlight", "no_log", "host_x"))},log{k % 7},nick_{text(1, 1)} ' if k % 3 else '') + R.choice((f'joe{k % 40}\\t', '', '-error ', f'{text(1, 1)}\\t')) + text(2, 25), buf=b)
        if i % 10 == 0: cmd(f'/exec -sh -norc -o -buffer {b} seq 1 3', buf=b)
        if i % 25 == 0: done()
    for i in range(60): typed(text(), f'/print {text(1, 3)}', f'/eval /print ${{buffer.name}} {i}', buf=f'core.notes{i % 40}')
    for i in range(3): cmd(f'/buffer core.notes{i * 20}')
    cmd('/layout store one', '/buffer core.notes20', '/layout store two', '/buffer merge 1', '/window scroll -50', '/input search_text_here', '/input insert heap')
    for i in range(40): cmd(f'/exec -sh -nosw -nl -name job{i} -hsignal none{i} seq 1 {i * 3 + 1}')
    cmd('/buffer core.notes3', '/input search_stop', '/key list', '/set weechat.look.*', '/help', '/plugin listfull', '/filter', '/alias list', '/key', '/cursor go 3,3', '/cursor stop'); time.sleep(3); done()
elif state == 3:
    aliases(500); filters(250); keys(900); triggers(160); bars(40)
    for i in range(300): cmd(f'/mute /set plugins.var.python.script{i % 30}.opt{i} "{text(1, 6)}"', f'/mute /set plugins.desc.python.script{i % 30}.opt{i} "{text(3, 9)}"')
    for i in range(60): cmd(f'/ignore add {R.choice(("re:^bad.*", "*!*@host", "spam", "re:[0-9]+"))}{i} {R.choice(("net0", "*"))} {R.choice(("#room1", "*"))}')
    for i in range(60):
        cmd(f'/server add far{i} irc{i}.example.org/6667,irc{i}.example.net/6697 -nicks=a{i},b{i}', f'/mute /set irc.server.far{i}.autojoin "#a{i},#b{i}"', f'/mute /set irc.server.far{i}.command "/msg bot {text(1, 3)}"')
    for i in range(20): cmd(f'/proxy add proxy{i} {R.choice(("http", "socks4", "socks5"))} proxy{i}.example.org {8000 + i} user{i} pass{i}')
    for i in range(60): cmd(f'/mute /palette alias {20 + i} shade{i}', f'/mute /set irc.ctcp.thing{i} "reply {text(1, 4)}"', f'/mute /set irc.msgbuffer.{400 + i} current', f'/mute /set logger.level.irc.net0.#chan{i} {i % 9}', f'/mute /set logger.mask.irc.net{i} "$plugin.$name.{i}"', f'/mute /set charset.decode.irc.net{i} iso-8859-{1 + i % 9}', f'/mute /set weechat.notify.irc.net0.#x{i} highlight')
    for i in range(60): cmd(f'/mute /secure set secret{i} {text(1, 2)}', f'/mute /notify add friend{i} net0', f'/mute /set weechat.look.highlight_regex "{text(1, 3).replace(" ", "|")}"')
    for i in range(12): relay_port = 20000 + i * 7 + os.getpid() % 5000; cmd('/mute /set relay.network.ipv6 off', '/mute /set relay.network.allow_empty_password on', '/mute /set relay.network.bind_address "127.0.0.1"', f'/relay add {"irc.far" + str(i) if i else "weechat"} {relay_port}')
    for s in S:
        for k in range(80): s.say(k)
        s.sync(1)
    for k in range(40): typed(text(), buf=str(k % 5 + 1))
    cmd('/fset *'); time.sleep(2)
    for k in range(0, 300, 3): cmd(f'/fset -go {k}', '/fset -mark 1')
    cmd('/trigger monitor', '/ignore', '/bar list', '/alias list', '/server listfull', '/buffer core.weechat'); time.sleep(6); done()
else:
    relay(); relay(read=False)
    aliases(20); filters(10); triggers(20)
    cmd('/mute /set xfer.file.auto_accept_files off', '/mute /ignore add spam * *', '/server raw')
    done(); n = 0
    while prog.poll() is None:      # until it has been stopped: talk, splits and returns, offers
        for i, s in enumerate(S):
            for k in range(400): s.say(n + k)
            s.come_and_go(60)
            a, b = f'hub{i}.net{i}.example', f'leaf{n // 400 % 9}.net{i}.example'
            gone = [p for p in range(len(s.people)) if p % 13 == n // 400 % 13]
            for p in gone: s.send(f':{s.mask(p)} QUIT :{a} {b}')
            for p in gone[::3]:
                for ch, ps in s.rooms.items():
                    if p in ps: s.send(f':{s.mask(p)} JOIN {ch}' + (' acc :back' if i % 2 else ''))
            for p in gone[:6]:
                s.send(f':{s.mask(p)} PRIVMSG {s.nick} :\x01DCC SEND file{n}-{p}.txt 2130706433 {9 + p} {1000 + p}\x01', f':{s.mask(p)} PRIVMSG {s.nick} :\x01DCC CHAT chat 2130706433 {9 + p}\x01',
                       f':{s.mask(p)} INVITE {s.nick} :#new{p}', f':{s.mask(p)} PRIVMSG {s.nick} :{text()}')
            if not s.sync(n + 1): break
        for k in range(10): cmd(text(), buf=f'irc.net{k % SERVERS}.#room{k}')
        n += 400
        if n == 1200: relay(read=False, irc=True)
        print('round', n, flush=True)
time.sleep(1.5)
print('ready', flush=True)
time.sleep(100000)
