# pop-syslog-ng.py conf|sink|send   configuration, a receiver, and senders for targets/syslog-ng.sh
# 1: messages that are parsed and correlated, and queue for a receiver that reads none.  2: a large configuration, hardly a
# message.  3: thousands of patterns and contexts, few in the queue.  4: what a queue leaves when it has been emptied, many
# connections and many open files.  5: in the middle of a flood, the threads busy.
import os, random, socket, sys, threading, time
what, state = sys.argv[1], int(os.environ['TRUTH_STATE'])
IN, STUCK = int(os.environ['IN']), int(os.environ['STUCK'])
random.seed(4)
RULES = {1: 500, 2: 50, 3: 4000, 4: 100, 5: 300}[state]
def patterns(o):
    print("<?xml version='1.0' encoding='UTF-8'?>\n<patterndb version='5' pub_date='2020-01-01'>", file=o)
    for p in range(RULES // 50):
        print(f"<ruleset name='app{p}' id='set-{p}'><pattern>app{p}</pattern><rules>", file=o)
        for r in range(50):
            kind = ('@ESTRING:user: @', '@NUMBER:n@', '@IPv4:ip@', '@ANYSTRING:rest@', '@QSTRING:q:"@')[r % 5]
            context = f" context-id='c-$HOST-{r % 3}' context-timeout='3600' context-scope='host'" if r % 4 == 0 else ''
            print(f"<rule provider='corpus' id='rule-{p}-{r}' class='class{r % 7}'{context}><patterns><pattern>event {'abcdefgh'[r % 8]}{r} of {kind}</pattern>"
                  f"<pattern>other {r} {kind}</pattern></patterns><tags><tag>tag{r % 20}</tag></tags><values><value name='kind'>k{r}</value><value name='text'>$HOST did {r}</value></values>", file=o)
            if r % 8 == 0: print("<actions><action rate='1/60' trigger='timeout'><message inherit-properties='TRUE'><values><value name='MESSAGE'>over: $(context-length)</value></values></message></action></actions>", file=o)
            print('</rule>', file=o)
        print('</rules></ruleset>', file=o)
    print('</patterndb>', file=o)
def conf():
    with open('patterns.xml', 'w') as o: patterns(o)
    print(f'''@version: 3.38
options {{ threaded(yes); keep-hostname(yes); use-dns(no); dns-cache(no); stats-level({3 if state in (4, 5) else 1}); stats-freq(0); create-dirs(yes); chain-hostnames(no); time-reopen(1); }};
source s_in {{ network(transport(tcp) ip(127.0.0.1) port({IN}) max-connections(400) log-iw-size(400000)); internal(); }};
parser p_db {{ db-parser(file("patterns.xml")); }};
parser p_kv {{ kv-parser(prefix(".kv.")); }};
parser p_json {{ json-parser(prefix(".json.")); }};
parser p_csv {{ csv-parser(columns("CSV.A", "CSV.B", "CSV.C") delimiters(",") template("${{MESSAGE}}")); }};
parser p_group {{ grouping-by(key("${{HOST}}-${{PROGRAM}}") scope(global) timeout(3000) aggregate(value("MESSAGE" "$(context-length) of $HOST") tags("grouped"))); }};
filter f_json {{ message("^{{") }};
rewrite r_all {{ set("corpus", value("ORIGIN")); subst("of", "from", value("MESSAGE") condition(program("app1"))); }};
template t_out {{ template("${{ISODATE}} ${{HOST}} ${{PROGRAM}} $(format-json --scope nv-pairs --key .kv.* --key .json.*) ${{MESSAGE}}\\n"); }};
destination d_stuck {{ network("127.0.0.1" port({STUCK}) template(t_out) log-fifo-size(300000)); }};
destination d_files {{ file("logs/${{HOST}}/${{PROGRAM}}.log" template(t_out) time-reap(0) flush-lines(100)); }};''')
    if state == 2:
        for i in range(700):
            print(f'''filter f{i} {{ (program("app{i}") and not host("h{i}.*" type(glob))) or match("x{i}", value(".kv.a{i}")) or facility(mail, daemon) or level(err..emerg) or netmask("10.{i % 250}.0.0/16") }};
rewrite rw{i} {{ set("v{i}-${{HOST}}", value("n{i}")); subst("a{i}", "b", type("string"), flags("global")); unset(value("old{i}")); }};
template t{i} {{ template("$(if ('${{n{i}}}' == 'x') '${{HOST}}{i}' \\"$(echo ${{PROGRAM}} ${{MESSAGE}})\\") ${{R_YEAR}} $(format-json a{i}=${{HOST}})\\n"); }};
parser pc{i} {{ csv-parser(columns("c{i}.a", "c{i}.b") delimiters(" ") flags(strip-whitespace)); kv-parser(prefix("k{i}.")); }};
destination d{i} {{ file("logs/d{i}-${{YEAR}}.log" template(t{i})); }};''')
        for i in range(700):
            print(f'log {{ source(s_in); filter(f{i}); parser(pc{i}); rewrite(rw{i}); if (message("if{i}")) {{ destination(d{i}); }} elif {{ filter(f{(i + 1) % 700}); destination(d{(i + 7) % 700}); }} else {{ }}; flags(flow-control); }};')
    group = '' if state == 4 else 'parser(p_group); '          # its contexts keep their messages
    print('log { source(s_in); if { filter(f_json); parser(p_json); } elif { parser(p_kv); } else { }; parser(p_db); ' + group + 'rewrite(r_all); destination(d_stuck); };')
    if state in (4, 5): print('log { source(s_in); parser(p_csv); destination(d_files); };')
def sink():
    l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    l.bind(('127.0.0.1', STUCK)); l.listen(5); print('ready', flush=True)
    while True:
        c, _ = l.accept()
        if state == 4:
            def drain(c=c):
                while c.recv(65536): pass
            threading.Thread(target=drain, daemon=True).start()
        elif state == 5: threading.Thread(target=lambda c=c: [(c.recv(20000), time.sleep(.02)) for _ in range(10 ** 6)], daemon=True).start()
        else: held.append(c)
held = []
def message(i):
    kind = i % 5
    if kind == 0: m = '{"id": %d, "user": "u%d", "list": [1, 2, %d], "sub": {"ok": true, "name": "n%d"}}' % (i, i % 50, i, i)
    elif kind == 1: m = 'a=%d b="quoted %d" path=/var/%d user=u%d' % (i, i, i % 90, i % 40)
    else:
        r = i % 50
        m = 'event %s%d of %s' % ('abcdefgh'[r % 8], r, ('user%d ' % i, str(i), '10.0.%d.%d' % (i % 250, i % 7), 'all the rest %d' % i, '"quoted %d"' % i)[r % 5])
    return '<%d>%s host%d app%d[%d]: %s\n' % (8 + i % 180, 'Nov 21 10:%02d:%02d' % (i // 60 % 60, i % 60), i * 7 % (900 if state == 3 else 40), i % max(RULES // 50, 1), i, m)
def connect():
    for _ in range(150):
        try: return socket.create_connection(('127.0.0.1', IN))
        except OSError: time.sleep(.2)
    sys.exit('nobody listens')
def send():
    first = connect(); conns = [first] + [connect() for _ in range({1: 8, 2: 3, 3: 20, 4: 250, 5: 40}[state])]
    n = {1: 9000, 2: 60, 3: 2700, 4: 12000, 5: 10 ** 7}[state]
    for i in range(0, n, 20): conns[i // 20 % len(conns)].sendall(''.join(message(k) for k in range(i, i + 20)).encode())
    time.sleep(6 if state == 4 else 3)
    print('ready', flush=True); time.sleep(100000)
{'conf': conf, 'sink': sink, 'send': send}[what]()
