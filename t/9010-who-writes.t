#!/bin/sh
# SPDX-License-Identifier: MIT
# Regressions: the routines ran with root's rights, so that read_only stopped
# nothing; and where their definer was gone every write failed, while migrate,
# doctor and /readyz said that all was well.
. "${top_srcdir:-.}/t/lib.sh"
redo=64M
shop_start
as 1
sql 'UPDATE products SET stock = stock + 1000 WHERE id = 1;
    INSERT INTO stock_movements (product_id, type, quantity, created_at)
    VALUES (1, "restock", 1000, UTC_TIMESTAMP(3))'
ours=shop_definer@localhost

# writes: "201 201" when a charge and an order are.
writes() {
	post /v1/points/charge '{"amount": 50000}'
	wrote=$status
	post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
	wrote="$wrote $status"
}
# ready: sets status and detail.
ready() {
	request GET /readyz
	detail=$(json .detail | sed 's/^"//; s/"$//')
}
# well TEXT: it writes, and says so.
well() {
	ready
	is "$status $detail $(json .schema)" '200 null "current"' "$1: ready"
	writes
	is "$wrote" '201 201' 'and it writes'
	ctl doctor >"$dir/out" 2>&1
	is "$(grep '^bad' "$dir/out")" '' 'doctor finds nothing'
}
# unwell TEXT DETAIL: not ready, for this reason; doctor has a word, too.
unwell() {
	ready
	is "$status" 503 "$1: not ready"
	like "$detail" "$2" 'and why'
	ctl doctor >"$dir/out" 2>&1
	is "$?" 1 'doctor finds it'
}
# cured: what migrate does about it.
cured() {
	ctl migrate >"$dir/out" 2>&1
	is "$?" 0 'migrate is the remedy'
	[ -s "$dir/out" ]
	ok 'and tells what it did'
	well 'then'
}

well 'a fresh shop'
is "$(sql "SELECT DISTINCT definer FROM information_schema.routines
    WHERE routine_schema = 'shop'")" $ours 'the routines are one account'\''s'
like "$(sql "SHOW CREATE USER $ours")" ' ACCOUNT LOCK( |$)' 'by which nobody comes in'
is "$(sql "SHOW GRANTS FOR $ours" | sed 's/ IDENTIFIED.*//')" \
    'GRANT USAGE ON *.* TO `shop_definer`@`localhost`
GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON `shop`.* TO `shop_definer`@`localhost`' \
    'and which may write here and nowhere else'

# ---- read_only

sql_root 'SET GLOBAL read_only = 1'
is "$(sql_root 'SELECT @@GLOBAL.read_only')" 1 'the server is read only'
before=$(tables)
for key in a b; do
	post /v1/points/charge '{"amount": 7}' -H "Idempotency-Key: ro-$key"
	is_problem 503 unavailable "a charge ($key)"
	post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}' \
	    -H "Idempotency-Key: ro-$key"
	is_problem 503 unavailable 'an order'
done
is "$(tables)" "$before" 'nothing is changed, no payment has failed'
unwell 'read only' '^The database takes no writes\.$'
like "$(cat "$dir/out")" '^bad writable: read_only is ON: ' 'by its name'
user GET /v1/points/balance
is "$status" 200 'the balance is read'
request GET /v1/products/1
is "$status" 200 'and a product'
sql_root 'SET GLOBAL read_only = 0'
post /v1/points/charge '{"amount": 7}' -H 'Idempotency-Key: ro-a'
is "$status" 201 'the same key, when it takes writes again'
well 'writable'

# ---- As an earlier version left it: the routines are root's

# by DEFINER: all routines are made anew by it.
by() {
	for file in "$top_srcdir"/schema/routines/*.sql; do
		remake "$file" "$1"
	done
}
by root@localhost
is "$(sql "SELECT DISTINCT definer FROM information_schema.routines
    WHERE routine_schema = 'shop'")" root@localhost 'the routines are root'\''s'
unwell 'root'\''s routines' 'routines were changed .*: run shopctl migrate\.$'
cured

# ---- Made by an account that is gone

sql_root "CREATE USER ops@localhost IDENTIFIED BY 'x';
    GRANT ALL ON *.* TO ops@localhost WITH GRANT OPTION"
by ops@localhost
writes
is "$wrote" '201 201' 'routines of ops'
sql_root 'DROP USER ops@localhost'
writes
unlike "$wrote" 201 'of which nothing is left when ops is gone'
unwell 'a definer that is gone' 'account, .* is missing in the database: run shopctl migrate\.$'
cured
sql_root "CREATE USER ops@localhost IDENTIFIED BY 'x';
    GRANT ALL ON *.* TO ops@localhost WITH GRANT OPTION"
(umask 077; echo x >"$dir/ops.password")
SHOP_DB_ADMIN_USER=ops SHOP_DB_ADMIN_PASSWORD_FILE=$dir/ops.password \
    ctl migrate >"$dir/out" 2>&1
is "$? $(cat "$dir/out")" '0 ' 'migrate by another account changes nothing'
sql_root 'DROP USER ops@localhost'
well 'without the account that ran migrate'

# ---- Whatever else a write needs

while read -r detail_wanted statement; do
	sql "$statement" || fail "$statement"
	unwell "$(echo "$statement" | cut -c 1-50)" \
	    "$(echo "$detail_wanted" | tr _ ' ').*: run shopctl migrate\\.\$"
	cured
done <<END
is_missing DROP USER $ours
is_missing REVOKE UPDATE ON shop.* FROM $ours
is_missing REVOKE INSERT ON shop.* FROM $ours
is_missing REVOKE ALL, GRANT OPTION FROM $ours
is_missing REVOKE EXECUTE ON PROCEDURE shop_ready FROM shop_worker@localhost
workers_may_not REVOKE EXECUTE ON PROCEDURE order_place FROM shop_worker@localhost
were_changed ALTER PROCEDURE sales_mark SQL SECURITY INVOKER
were_changed DROP PROCEDURE payment_request
is_missing DROP PROCEDURE shop_ready
END
sql "DROP PROCEDURE charge_points; CREATE DEFINER = $ours PROCEDURE charge_points(IN a BIGINT,
    IN i BIGINT, IN b BINARY(16), IN c BINARY(16), IN d INT, IN e BIGINT)
    MODIFIES SQL DATA SELECT 'nonsense' AS outcome;
    GRANT EXECUTE ON PROCEDURE charge_points TO shop_worker@localhost"
post /v1/points/charge '{"amount": 5}'
is_problem 500 internal 'a routine that answers nonsense'
unwell 'which is not ours' 'were changed .*: run shopctl migrate\.$'
cured
sql "INSERT INTO schema_releases (digest, made_at) VALUES ('other', NOW());
    DELETE FROM schema_releases WHERE digest <> 'other'"
unwell 'routines of a version that it does not know' \
    'are not this program.s: run shopctl migrate'
ctl migrate >/dev/null
well 'migrate makes them its own'
sql "ALTER USER $ours ACCOUNT UNLOCK"
ctl migrate >"$dir/out" 2>&1
is "$(cat "$dir/out")" 'account shop_definer' 'a definer that can come in is locked'
sql "GRANT SUPER ON *.* TO $ours"
ctl migrate >"$dir/out" 2>&1
is "$(cat "$dir/out")" 'account shop_definer' 'one that may too much is put right'
sql "ALTER USER $ours ACCOUNT UNLOCK; GRANT SUPER ON *.* TO $ours"
ctl migrate >"$dir/out" 2>&1
is "$?" 1 'one that comes in and works elsewhere is somebody'\''s'
like "$(cat "$dir/out")" 'shop_definer.*GRANT SUPER.*--take-account' 'which is told'
ctl migrate --take-account >"$dir/out" 2>&1
is "$(cat "$dir/out")" 'account shop_definer' 'unless one says so'
well 'again'

sql "ALTER USER shop_worker@localhost ACCOUNT LOCK"
kill -KILL $(pool_workers)
eventually 10 pool_is_full
shut_out() { ready; [ "$status $detail" = \
    '503 The database does not let the workers in: see shopctl doctor.' ]; }
eventually 10 shut_out
ok 'workers that are not let in are not ready'
sql "ALTER USER shop_worker@localhost ACCOUNT UNLOCK"
let_in() { ready; [ "$status" = 200 ]; }
eventually 10 let_in
ok 'and are, when they are'
well 'then'

# ---- Beside a newer version

sql "INSERT INTO schema_releases (digest, made_at) VALUES ('newer', NOW())"
ready
is "$status $(json .schema)" '200 "newer"' 'workers that a newer version is about to replace are ready, and say so'
ctl migrate >/dev/null
well 'the older one put back'

# ---- It leaves no trace

counters() {
	sql "SELECT table_name, auto_increment FROM information_schema.tables
	    WHERE table_schema = 'shop'; SHOW ${mysql:+BINARY LOG}${mariadb:+MASTER} STATUS"
	tables
}
before=$(counters)
for n in 1 2 3 4 5 6 7 8 9 10; do request GET /readyz; done
is "$(counters)" "$before" 'asking changes nothing'
nothing_open
ok 'and leaves nothing open'
hold 10 'SELECT * FROM users FOR UPDATE'
ready
is "$status" 200 'it waits for no row'
let_go
hold 10 'FLUSH TABLES WITH READ LOCK'
ready
is "$status $detail" '503 The database does not answer in time.' \
    'where all writes wait, as for a backup, it says so'
took=$(sed -n 's/.* route=\/readyz .* us=\([0-9]*\).*/\1/p' "$dir/log/shopd.log" |
    tail -n 1)
[ "$took" -lt 3500000 ]
ok "after $took us"
request GET /v1/products/1
is "$status" 200 'reads go on'
let_go
eventually 5 let_in
ok 'and it is ready again'
finish
