# What gawk is filled with but for state 4: see gawk.sh.  Rules by the file's name, and a function main() in the command line
function ready(   line) { print "ready"; fflush(); return (getline line < "in") }
FNR == 1 { kind = FILENAME; sub(/.*\//, "", kind) }

# ---- a log: 10.1.2.3 - user7 [07/Mar/2024:10:00:01 +0000] "GET /a/b?c=1 HTTP/1.1" 200 4711 "-" "agent"
kind == "log" {
    match($0, /"([A-Z]+) ([^ ?"]*)(\?([^ "]*))? HTTP\/([0-9.]+)" ([0-9]+) ([0-9]+)/, part)
    hits[$1]++; bytes[$3] += part[7]; status[part[6]][part[1]]++
    paths[part[2]]["hits"]++; paths[part[2]]["bytes"] += part[7]; paths[part[2]]["last"] = substr($4, 2)
    seen[$1][part[2]] = NR
    n = split(part[4], pairs, /&/)
    for (i = 1; i <= n; i++) { eq = index(pairs[i], "="); query[substr(pairs[i], 1, eq - 1)][substr(pairs[i], eq + 1)]++ }
    day[substr($4, 2, 11)]++
    if (part[6] >= 400) bad[++nbad] = $0
    agents[$NF] = agents[$NF] (length(agents[$NF]) < 60 ? " " FNR : "")
    word[tolower($2) SUBSEP $3] = $0 ~ /(admin|login|[0-9]{5,})/ ? "yes" : "no"
}
function report(   k, v) {
    for (k in paths) top[paths[k]["hits"]][k] = paths[k]["bytes"] / paths[k]["hits"]
    for (k in hits) net[gensub(/\.[0-9]+$/, ".0/24", 1, k)][k] = sprintf("%d hits, %.2f%%", hits[k], 100 * hits[k] / NR)
    return 0
}
# ---- numbers
function matrices(n, m, k,   i, j, x) {
    srand(7)
    for (i = 1; i <= n; i++) for (j = 1; j <= m; j += (i % 3) + 1) a[i][j] = i * j
    for (i = 0; i < k; i++) { dense[i] = i * i; sparse[int(rand() * 1e12)] = i; if (i % 2) below[-i * 3] = rand() }
    for (i = 1; i <= n; i++) for (j = i; j < i + 20; j++) { graph[i][int(rand() * 4e4)] = j; if (j % 4 == 0) graph[i]["name"] = "node" i }
    for (i = 1; i < n / 4; i++) { cube[i][i % 7][i % 5] = i; cube[i][i % 7][-1] = "x" i; cube[i]["z"] = i / 3 }
    for (i = 2; i < k / 2; i++) if (!(i in sieve)) { primes[++np] = i; for (j = i * i; j < k / 2; j += i) sieve[j] }
    for (i = 1; i <= k / 10; i++) { x = i; while (x > 1 && !(x in collatz)) { collatz[x] = x % 2 ? 3 * x + 1 : x / 2; x = collatz[x] } }
    return 0
}
function drop(   k, n) {
    for (k in seen) if (n++ % 10) delete seen[k]
    for (k in paths) if (paths[k]["hits"] < 4) delete paths[k]
    for (k in a) if (k % 8) delete a[k]; else for (n = 1; n < 100; n++) delete a[k][n]
    for (k in sparse) if (k % 16) delete sparse[k]
    for (k = 0; k < 11000; k++) delete dense[k]
    for (k in graph) if (k % 3) delete graph[k]
    delete query; delete collatz; delete sieve; delete bad; delete top
}
function again(   i, k) {
    for (i = 0; i < 3000; i++) { late["key " i] = i; tree[i % 50][i % 60]["leaf" i] = i }
    for (k in hits) later[length(k)][k] = hits[k] ":" k
    return 0
}
# ---- records of a table: id|name|city|amount|day|note, sorted in the end by a comparison that waits
kind == "table" {
    if (FNR == 1) { FS = "|"; $0 = $0 }
    name[$2, $3] = $1; sum[$3, substr($5, 1, 7)] += $4; note[$1] = $6; rec[$1]["amount"] = $4 + 0; rec[$1]["name"] = $2; rec[$1]["note"] = toupper(substr($6, 2, 5))
    if (length($6) > 30) wide[$2 " – " $3] = index($6, "é") ":" length($6)
}
function compare(i1, v1, i2, v2) {
    if (++compared == 20000) ready()
    return v1["amount"] < v2["amount"] ? -1 : v1["amount"] > v2["amount"] ? 1 : i1 - i2
}
function sorting(n,   i, line, cmd) {
    PROCINFO["NONFATAL"] = 1
    for (i = 0; i < n; i++) {
        print i, "written" > ("files/out" i)
        if (i % 3 == 0) { print i >> ("files/log" i); fflush("files/log" i); while ((getline line < ("files/log" i)) > 0) lines[i] = line }
        if (i % 12 == 0) { cmd = "echo " i; cmd | getline line; got[cmd] = line }
        if (i % 20 == 0) { cmd = "cat; : " i; print "to " i |& cmd; cmd |& getline line; got[cmd] = line }
        if (i % 30 == 0) print i | ("cat > /dev/null; : " i)
    }
    asorti(name, byname); asort(sum, bysum, "@val_num_desc")
    asort(rec, sorted, "compare")
}
END { main(); ready() }
