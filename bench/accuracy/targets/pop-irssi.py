# pop-irssi.py   writes irssi's configuration, starts it in a terminal, and is the IRC servers it talks to; what the states
# are stands in irssi.sh
import fcntl, os, pty, random, re, select, socket, struct, sys, termios, threading, time
state, src, out = int(os.environ['TRUTH_STATE']), os.environ['SRC'], os.environ['OUT']
R = random.Random(state * 100 + 7)
HOME = out + '/home'
SERVERS = {1: 1, 2: 1, 3: 1, 4: 5, 5: 3}[state]
CHANNELS = {1: 40, 2: 40, 3: 6, 4: 6, 5: 25}[state]        # of each server
PEOPLE = {1: 1500, 2: 1500, 3: 60, 4: 250, 5: 900}[state]
WORDS = ('the a new old fast slow heap block pool list tree table buffer channel window server client patch release build test '
         'kernel thread signal socket file line page cache name type value key index loop stack frame core dump truth').split()
def text(lo=3, hi=14, R=R): return ' '.join(R.choice(WORDS) for _ in range(R.randint(lo, hi)))
def q(s): return '"' + s.replace('\\', '\\\\').replace('"', '\\"') + '"'

# ------------------------------------------------------------------ configuration
def config(ports):
    own = open(src + '/irssi.conf').read()
    own = own[own.index('aliases = {'):]                    # the aliases and status bars that irssi comes with
    c = ['servers = (\n' + ',\n'.join(f'{{ address = "127.0.0.1"; chatnet = "net{i}"; port = "{p}"; autoconnect = "yes"; use_tls = "no"; }}'
         for i, p in enumerate(ports)) + '\n);']
    nets = {f'net{i}': '' for i in range(len(ports))}
    chans = [(f'#room{k}', f'net{i}', 'yes', '') for i in range(len(ports)) for k in range(CHANNELS)]
    core = {'real_name': 'A Person', 'user_name': 'person', 'nick': 'person', 'quit_message': 'away', 'recode': 'yes', 'settings_autosave': 'no'}
    fe = {'autolog': 'no', 'show_names_on_join_limit': '40', 'hilight_nick_matches': 'yes', 'window_auto_change': 'no'}
    text_fe = {'scrollback_lines': '3000', 'actlist_sort': 'refnum'}
    more = []
    if state == 3:
        nets.update({f'other{i}': f'nick = "me{i}"; alternate_nick = "me{i}_"; usermode = "+iw"; sasl_mechanism = "PLAIN"; sasl_username = "u{i}"; sasl_password = "p{i}"; autosendcmd = "/msg bot{i} auth {text(2, 4)}; wait 2000";' for i in range(120)})
        c[0] = c[0][:-3] + ',\n' + ',\n'.join(f'{{ address = "irc{k}.other{i}.example"; chatnet = "other{i}"; port = "{6660 + k}"; password = "s{i}{k}"; }}' for i in range(120) for k in range(3)) + '\n);'
        chans += [(f'#chan{k}', f'other{i}', 'no', f'autosendcmd = "/msg $C hello {k}"; password = "k{i}-{k}"; botmasks = "bot*!*@* o{k}*!*@*";') for i in range(120) for k in range(8)]
        own = re.sub(r'aliases = \{', 'aliases = {\n' + '\n'.join(f'  ALIAS{i} = {q("msg room" + str(i) + " $0 " + text(2, 9) + "; window goto " + str(i % 60))};' for i in range(500)), own, count=1)
        more.append('ignores = (\n' + ',\n'.join('{ ' + (f'mask = "*!*@host{i}.example"; ' if i % 3 else f'mask = "noisy{i}"; ') + f'level = "{R.choice(["ALL", "JOINS PARTS QUITS", "CRAP", "PUBLIC MSGS"])}";'
                    + (f' channels = ( "#chan{i % 9}", "#room{i % 6}" );' if i % 4 == 0 else '') + (f' pattern = {q(text(1, 3))};' if i % 5 == 0 else '') + (' regexp = "yes";' if i % 10 == 0 else '') + ' }' for i in range(400)) + '\n);')
        more.append('hilights = (\n' + ',\n'.join(f'{{ text = {q(text(1, 2) + str(i))}; word = "yes"; nick = "{"yes" if i % 2 else "no"}";' + (f' color = "%{R.choice("GRYBMC")}"; act_color = "%R";' if i % 3 == 0 else '')
                    + (' regexp = "yes";' if i % 7 == 0 else '') + (f' channels = ( "#room{i % 6}" ); servertag = "net0";' if i % 4 == 0 else '') + f' level = "PUBLIC MSGS"; priority = "{i % 9}"; }}' for i in range(250)) + '\n);')
        more.append('keyboard = (\n' + ',\n'.join(f'{{ key = "{k}"; id = "{d[0]}"; data = {q(d[1])}; }}' for k, d in ((f'meta-{a}-{b}', R.choice([('command', 'window goto 3'), ('multi', 'erase_line;insert_text ' + text(1, 3)), ('insert_text', text(1, 4)), ('change_window', '7')]))
                    for a in 'abcdefgh' for b in 'abcdefghijklmnopqrstuvwxyz')) + '\n);')
        more.append('notifies = {\n' + '\n'.join(f'  friend{i} = {{ away_check = "{"yes" if i % 2 else "no"}"; ' + ('ircnets = ( "net0" ); ' if i % 3 == 0 else '') + '};' for i in range(300)) + '\n};')
        more.append('completions = {\n' + '\n'.join(f'  short{i} = {{ value = {q(text(3, 8))}; auto = "{"yes" if i % 2 else "no"}"; }};' for i in range(150)) + '\n};')
        more.append('windows = {\n' + '\n'.join(f'  {i} = {{ immortal = "yes"; name = "win{i}"; level = "{R.choice(["MSGS", "CRAP", "NOTICES", "NONE"])}"; servertag = "net0"; '
                    + (f'items = ( {{ type = "CHANNEL"; chat_type = "IRC"; name = "#room{i % 6}"; tag = "net0"; }}, {{ type = "QUERY"; chat_type = "IRC"; name = "pal{i}"; tag = "net0"; }} ); ' if i > 3 else '') + '};' for i in range(1, 61)) + '\n};')
        more.append('conversions = {\n' + '\n'.join(f'  "#conv{i}" = "{R.choice(["ISO-8859-1", "CP1252", "KOI8-R"])}";' for i in range(80)) + '\n};')
    if state in (3, 5):
        more.append('logs = {\n' + '\n'.join(f'  "{HOME}/logs/room{i}-%Y.log" = {{ auto_open = "{"yes" if i < 25 else "no"}"; level = "ALL -CRAP"; items = ( {{ type = "target"; name = "#room{i}"; server = "net{i % SERVERS}"; }}, {{ type = "window"; name = "{i + 1}"; }} ); }};' for i in range(40)) + '\n};')
    if state == 5: more.append('ignores = (\n' + ',\n'.join(f'{{ mask = "*!*@h{i}.net{i % 3}.example"; level = "CTCPS INVITES"; }}' for i in range(60)) + '\n);')
    c.append('chatnets = {\n' + '\n'.join(f'  {n} = {{ type = "IRC"; cmdspeed = "10"; cmdmax = "200"; max_query_chans = "8"; max_kicks = "4"; max_msgs = "3"; max_modes = "4"; max_whois = "4"; {x} }};' for n, x in nets.items()) + '\n};')
    c.append('channels = (\n' + ',\n'.join(f'{{ name = "{n}"; chatnet = "{net}"; autojoin = "{auto}"; {x} }}' for n, net, auto, x in chans) + '\n);')
    own = own[:own.index('settings = {')] if 'settings = {' in own else own
    sect = lambda n, d: f'  {q(n)} = {{ ' + ' '.join(f'{k} = {q(v)};' for k, v in d.items()) + ' };'
    if state == 3: fe['theme'] = 'mine'
    if state == 4: text_fe['scrollback_lines'] = '0'
    if state == 5: fe['autolog_path'] = HOME + '/irclogs/$tag/$0.log'; fe['autolog'] = 'yes'
    more.append('settings = {\n' + '\n'.join((sect('core', core), sect('fe-common/core', fe), sect('fe-text', text_fe),
                sect('irc/core', {'skip_motd': 'no', 'channel_max_who_sync': '200'}), sect('irc/notifylist', {'notify_check_time': '4s'}), sect('irc/flood', {'flood_max_msgs': '100'}))) + '\n};')
    os.makedirs(HOME + '/logs')
    open(HOME + '/config', 'w').write('\n'.join(c) + '\n' + own + '\n' + '\n'.join(more) + '\n')
    if state == 3: open(HOME + '/mine.theme', 'w').write(open(src + '/themes/default.theme').read())
    s = []
    if state == 3: s += [f'/bind meta-O-{chr(65 + i)} command window last {i}' for i in range(20)] + [f'/alias typed{i} echo {text()}' for i in range(40)] + ['/format own_msg {ownmsgnick $2 {ownnick $0}} $1'] + ['/set', '/help', '/bind', '/alias']
    if state == 4: s += ['/window split', '/window split', '/set rawlog_lines 2000', '/set max_command_history 400', '/set scrollback_time 30days']
    open(HOME + '/startup', 'w').write('\n'.join(s) + '\n')

# ------------------------------------------------------------------ the servers
class Server:
    def __init__(self, i):
        self.i, self.name, self.buf, self.got, self.last, self.c = i, f'hub{i}.net{i}.example', b'', threading.Condition(), time.time(), None
        self.nick, self.pong, self.joined = 'person', -1, set()
        self.l = socket.socket(); self.l.bind(('127.0.0.1', 0)); self.l.listen(4); self.port = self.l.getsockname()[1]
        self.R = R = random.Random(state * 1000 + i)
        self.people = [(f'{R.choice("abcdefghijklmnop")}{R.choice(WORDS)}{n}', f'u{n % 70}', f'h{n % 311}.net{i}.example', text(2, 4, R)) for n in range(PEOPLE)]
        self.rooms = {f'#room{k}': sorted(R.sample(range(PEOPLE), min(PEOPLE, R.choice((12, 40, 80, 150, 240 if state < 3 else 90))))) for k in range(CHANNELS)}
        self.modes = {r: {p: R.choice('   ov') for p in ps} for r, ps in self.rooms.items()}
    def mask(self, p): n, u, h, _ = self.people[p]; return f'{n}!{u}@{h}'
    def send(self, *lines): self.c.sendall(''.join(l + '\r\n' for l in lines).encode())
    def num(self, n, rest): self.send(f':{self.name} {n} {self.nick} {rest}')
    def run(self):
        self.c, _ = self.l.accept()
        while True:
            d = self.c.recv(65536)
            if not d: return
            self.buf += d
            while b'\n' in self.buf:
                l, self.buf = self.buf.split(b'\n', 1)
                with self.got: self.last = time.time(); self.line(l.decode('utf-8', 'replace').rstrip('\r')); self.got.notify_all()
    def line(self, l):
        cmd, _, rest = l.partition(' ')
        a = rest.split(' ')
        if cmd == 'CAP':
            if a[0] == 'LS': self.send(f':{self.name} CAP * LS :multi-prefix away-notify account-notify chghost setname cap-notify' + (' extended-join' if self.i % 2 else '') + (' server-time' if state in (4, 5) else ''))
            elif a[0] == 'REQ': self.send(f':{self.name} CAP * ACK {rest[4:]}')
            elif a[0] == 'END': self.welcome()
        elif cmd == 'NICK': self.nick = rest.lstrip(':')
        elif cmd == 'PING': self.send(f':{self.name} PONG {self.name} {rest}')
        elif cmd == 'PONG': self.pong = int(re.sub(r'\D', '', rest) or 0)
        elif cmd == 'JOIN' and a[0] != ':':
            for ch in a[0].split(','): self.join(ch)
        elif cmd == 'WHO':
            for ch in a[0].split(','):
                for p in self.rooms.get(ch, ()):
                    n, u, h, r = self.people[p]
                    self.num(352, f'{ch} {u} {h} {self.name} {n} {"G" if p % 9 == 0 else "H"}{ {"o": "@", "v": "+"}.get(self.modes[ch][p], "")} :1 {r}')
                self.num(315, f'{ch} :End of /WHO list.')
        elif cmd == 'MODE' and a[0].startswith('#'):
            if len(a) > 1 and a[1].strip('+') == 'b':
                for ch in a[0].split(','):
                    for k in range(len(ch) % 4 + int(ch[-1]) % 6): self.num(367, f'{ch} *!*@bad{k}.{ch[1:]}.example {self.people[k][0]} {1700000000 + k}')
                    self.num(368, f'{ch} :End of Channel Ban List')
            else:
                for ch in a[0].split(','): self.num(324, f'{ch} +ntl 500'); self.num(329, f'{ch} 1600000000')
        elif cmd == 'ISON': self.num(303, ':' + ' '.join(x for x in rest.lstrip(':').split() if hash_of(x) % 3 == 0))
        elif cmd == 'WHOIS':
            n = a[-1].lstrip(':'); self.num(311, f'{n} u h.example * :{n} himself'); self.num(312, f'{n} {self.name} :a server'); self.num(318, f'{n} :End of /WHOIS list.')
        elif cmd == 'USERHOST': self.num(302, ':')
    def welcome(self):
        n = self.name
        self.num('001', f':Welcome to net{self.i} {self.nick}!person@127.0.0.1'); self.num('002', f':Your host is {n}'); self.num('003', ':This server was created today'); self.num('004', f'{n} fake-1 iowghraAsORTVSxNCWqBzvdHtGp lvhopsmntikrRcaqOALQbSeIKVfMCuzNTGjZ')
        self.num('005', f'NETWORK=net{self.i} CHANTYPES=# PREFIX=(ov)@+ CHANMODES=beI,k,l,imnpst MODES=4 MAXCHANNELS=200 NICKLEN=30 TOPICLEN=300 CASEMAPPING=rfc1459 STATUSMSG=@+ WALLCHOPS KICKLEN=160 :are supported by this server')
        self.num(375, f':- {n} Message of the Day -')
        for _ in range(20): self.num(372, ':- ' + text(R=self.R))
        self.num(376, ':End of /MOTD command.')
    def join(self, ch):
        if ch not in self.rooms: self.rooms[ch] = []; self.modes[ch] = {}
        self.send(f':{self.nick}!person@127.0.0.1 JOIN {ch}' + (' * :A Person' if self.i % 2 else ''))
        self.num(332, f'{ch} :{text(5, 20, self.R)}'); self.num(333, f'{ch} {self.people[0][0]} 1700000000')
        names = ['@' + self.nick if len(ch) % 2 else self.nick] + [{'o': '@', 'v': '+'}.get(self.modes[ch][p], '') + self.people[p][0] for p in self.rooms[ch]]
        for k in range(0, len(names), 25): self.num(353, f'= {ch} :' + ' '.join(names[k:k + 25]))
        self.num(366, f'{ch} :End of /NAMES list.'); self.joined.add(ch)
    def sync(self, n):
        self.send(f'PING :{n}')
        with self.got: self.got.wait_for(lambda: self.pong >= n, 60)
    def quiet(self):
        while time.time() - self.last < 1.2 or len(self.joined) < CHANNELS: time.sleep(.1)
    # what people do.  A tenth of the lines mention us, or are actions or notices
    def say(self, k, to=None, lo=3, hi=14):
        ch = to or R.choice(list(self.rooms)); ps = self.rooms.get(ch) or range(len(self.people)); p = R.choice(ps); t = text(lo, hi)
        tag = '@time=2024-05-01T%02d:%02d:%02d.000Z ' % (k // 3600 % 24, k // 60 % 60, k % 60) if state in (4, 5) and k % 2 else ''
        x = k % 30
        if x == 0: t = f'{self.nick}: {t}'
        elif x == 1: t = f'\x01ACTION {t}\x01'
        elif x == 2: t = f'\x02{t}\x02 \x0304,01{text(1, 3)}\x03 https://example.org/{k}'
        self.send(f'{tag}:{self.mask(p)} {"NOTICE" if x == 3 else "PRIVMSG"} {ch} :{t}')
    def private(self, p, lines):
        for _ in range(lines): self.send(f':{self.mask(p)} PRIVMSG {self.nick} :{text()}')
def hash_of(s): return sum(map(ord, s))

# ------------------------------------------------------------------ the terminal
S = [Server(i) for i in range(SERVERS)]
config([s.port for s in S])
for s in S: threading.Thread(target=s.run, daemon=True).start()
pid, tty = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 60, 170, 0, 0))
    e = dict(os.environ, TERM='xterm', HOME=HOME, G_SLICE='always-malloc', LD_PRELOAD=os.environ['LOGGER'],
             LD_LIBRARY_PATH=':'.join(os.environ['G'] + '/' + x for x in ('glib', 'gobject', 'gmodule')))
    os.execve(src + '/b/src/fe-text/irssi', ['irssi', '--home=' + HOME], e)
print('pid', pid, flush=True)
def screen():
    with open(out + '/screen.txt', 'wb') as f:
        while True:
            try: d = os.read(tty, 65536)
            except OSError: return
            f.write(d); f.flush()
threading.Thread(target=screen, daemon=True).start()
def type(s):                    # line by line, as a hand would: a burst is taken for pasted text
    for ch in s: os.write(tty, ch.encode()); time.sleep(.008)
    time.sleep(.03)
def enter(s): type(s + '\r')

while not all(s.c for s in S): time.sleep(.05)
for s in S: s.quiet()
if state == 1:
    s = S[0]
    for k in range(4000): s.say(k)
    for p in range(25): s.private(p * 7, 6)
    s.sync(1)
    for k in range(12): enter(f'/window goto {k * 3 + 2}'); enter(text())
    for k in range(8): enter(f'/msg {s.people[k * 7][0]} {text()}')
    type('half a line of ' + text())
elif state == 2:
    s = S[0]
    for k in range(2500): s.say(k)
    for p in range(25): s.private(p * 7, 6)
    s.sync(1)
    enter('/window goto 3'); enter('/lastlog heap'); enter('/scrollback clear')
    for p in range(PEOPLE):
        if p % 10: s.send(f':{s.mask(p)} QUIT :{text(1, 5)}')
    s.sync(2)
    for p in range(0, PEOPLE, 20): s.send(f':{s.mask(p)} NICK :renamed{p}')
    for k, ch in enumerate(s.rooms):
        if k % 5: s.send(f':{s.mask(0)} KICK {ch} {s.nick} :{text(1, 4)}' if k % 3 == 0 else f':{s.nick}!person@127.0.0.1 PART {ch} :{text(1, 3)}')
    s.sync(3)
    for k in range(10): enter(f'/query {s.people[k * 7][0]}'); enter('/window close')
    for k in range(6): enter('/window goto 5'); enter('/window close')
    s.sync(4)
elif state == 3:
    for s in S:
        for k in range(60): s.say(k)
        s.sync(1)
    for k in range(30): enter(f'/echo {text()}')
    enter('/ignore'); enter('/hilight'); enter('/bind'); enter('/network list'); enter('/channel list'); enter('/notify -list'); enter('/log list'); enter('/completion')
    time.sleep(9)               # looks for friends
    S[0].sync(2)
elif state == 4:
    for s in S:
        for p in range(40): s.private(p * 3, 4)
        for k in range(1400): s.say(k, f'#room{k % 2}', 10, 45)
        for k in range(300): s.say(k)
        s.sync(1)
    for k in range(40): enter(f'/window goto {k * 2 + 2}'); enter(text())
    for k in range(30): enter(f'/msg -net{k % 5} {S[k % 5].people[k][0]} {text()}')
    for k in range(6): enter(f'/window show {k + 9}'); enter('/scrollback home')
    for s in S: s.sync(2)
else:
    n = 0
    while True:                 # until irssi has been stopped: talk, splits and returns, offers
        for i, s in enumerate(S):
            for k in range(400): s.say(n + k)
            a, b = f'hub{i}.net{i}.example', f'leaf{n // 400 % 9}.net{i}.example'
            gone = [p for p in range(len(s.people)) if p % 13 == n // 400 % 13]
            for p in gone: s.send(f':{s.mask(p)} QUIT :{a} {b}')
            for p in gone[::3]:
                for ch, ps in s.rooms.items():
                    if p in ps: s.send(f':{s.mask(p)} JOIN {ch}' + (' acc :back' if i % 2 else ''))
            for p in gone[:6]:
                s.send(f':{s.mask(p)} PRIVMSG {s.nick} :\x01DCC SEND file{n}-{p}.txt 2130706433 {9 + p} {1000 + p}\x01', f':{s.mask(p)} PRIVMSG {s.nick} :\x01DCC CHAT chat 2130706433 {9 + p}\x01',
                       f':{s.mask(p)} INVITE {s.nick} :#new{p}', f':{s.mask(p)} PRIVMSG {s.nick} :{text()}')
            s.sync(n + 1)
        n += 400
print('ready', flush=True)
time.sleep(100000)
