# pop-sqlite.sh STATE   the statements for states/sqlite.sh
rows () { echo "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x<$1) "; }
case $1 in
2)  echo "PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"
    for d in 1 2 3 4 5; do
        echo "ATTACH ':memory:' AS side$d;"
        i=0; while [ $i -lt 60 ]; do i=$((i+1))
            echo "CREATE TABLE side$d.p$i(id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE, twice INT GENERATED ALWAYS AS (id * 2) STORED, CHECK (length(name) > 0 AND id <> -$i));
                  CREATE TABLE side$d.c$i(pid INT REFERENCES p$i(id) ON DELETE CASCADE, k TEXT, w REAL DEFAULT (random()), PRIMARY KEY(k, pid)) WITHOUT ROWID;
                  CREATE INDEX side$d.pi$i ON p$i(lower(name), twice DESC); INSERT INTO side$d.p$i(name) VALUES('one'), ('two'), ('three');"
        done
    done
    i=0; while [ $i -lt 150 ]; do i=$((i+1))
        echo "CREATE TEMP TABLE tt$i AS SELECT * FROM side1.p1; CREATE TEMP VIEW tv$i AS WITH q AS (SELECT id, name FROM tt$i WHERE id IN (1, 2, 3)) SELECT q.name, sum(id) OVER (PARTITION BY name) FROM q;
              CREATE TEMP TRIGGER tg$i INSTEAD OF INSERT ON tv$i BEGIN INSERT INTO tt$i(name) SELECT new.name WHERE new.name LIKE 'a%'; DELETE FROM tt$i WHERE id < old.id; END;"
    done | sed 's/ WHERE id < old.id//'
    echo "CREATE VIRTUAL TABLE ft USING fts3(title, body); $(rows 3000) INSERT INTO ft SELECT 'title ' || x, 'body with words ' || (x % 71) || ' and ' || x FROM c;"
    echo "CREATE VIRTUAL TABLE rt USING rtree(id, x0, x1, y0, y1); $(rows 2000) INSERT INTO rt SELECT x, x, x + 1, -x, 1 - x FROM c;"
    echo "SELECT * FROM tv1; SELECT 'ready', count(*) FROM side1.p1;";;
3)  echo "PRAGMA cache_size=-200000; PRAGMA page_size=1024; VACUUM; CREATE TABLE blobs(id INTEGER PRIMARY KEY, kind TEXT, data BLOB); CREATE INDEX kinds ON blobs(kind, length(data));"
    echo "$(rows 9000) INSERT INTO blobs SELECT x, 'kind ' || (x % 13), zeroblob(x * 7 % 5000) FROM c; $(rows 60000) INSERT INTO blobs(kind, data) SELECT 'text', 'some text ' || x FROM c;"
    echo "BEGIN; SAVEPOINT one; UPDATE blobs SET kind = 'x' WHERE id % 5 = 0; SAVEPOINT two; DELETE FROM blobs WHERE id % 11 = 0;"
    echo "SELECT 'ready';";;
4)  echo "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=3000; CREATE TABLE m(id INTEGER PRIMARY KEY, g TEXT, v REAL); CREATE TABLE n(mid INT, note TEXT);"
    echo "$(rows 80000) INSERT INTO m SELECT x, 'group ' || (x % 900), x * 0.25 FROM c; $(rows 80000) INSERT INTO n SELECT x, 'note for ' || x FROM c;"
    i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo "CREATE TABLE e$i(a INT, b TEXT, FOREIGN KEY(a) REFERENCES m(id)); CREATE INDEX ei$i ON e$i(a) WHERE b IS NOT NULL;"; done
    echo "SELECT g, v, group_concat(note, '; ') OVER (PARTITION BY g ORDER BY v ROWS BETWEEN 50 PRECEDING AND CURRENT ROW), rank() OVER (PARTITION BY g ORDER BY note DESC) FROM m JOIN n ON n.mid = m.id
          WHERE g IN (SELECT g FROM m GROUP BY g HAVING count(*) > 3) AND EXISTS (SELECT 1 FROM e1 WHERE a = m.id UNION SELECT 1) ORDER BY random();";;
5)  echo "PRAGMA synchronous=OFF;"
    i=0; while [ $i -lt 900 ]; do i=$((i+1)); echo "CREATE TABLE d$i(id INTEGER PRIMARY KEY, a TEXT, b REAL CHECK(b > 0 OR b IS NULL), c BLOB DEFAULT x'00ff'); CREATE INDEX di$i ON d$i(a, b); CREATE TRIGGER dt$i AFTER DELETE ON d$i BEGIN INSERT INTO d$i(a) VALUES(old.a); END;"; done
    echo "$(rows 20000) INSERT INTO d1(a, b) SELECT 'row ' || x, x FROM c; $(rows 20000) INSERT INTO d7(a, b) SELECT json_object('x', x, 'y', json_array(x, x + 1)), x FROM c;"
    i=0; while [ $i -lt 900 ]; do i=$((i+1)); [ $((i % 10)) = 7 ] || echo "DROP TABLE d$i;"; done
    echo "CREATE TABLE late(x INT, y TEXT); SELECT 'ready', count(*) FROM d7 WHERE json_extract(a, '\$.x') > 100;";;
esac
