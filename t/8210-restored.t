#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl restored by itself: numbers, tokens, ids, what it refuses.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
as 1
next() { sql "SELECT auto_increment FROM information_schema.tables
    WHERE table_schema = 'shop' AND table_name = '$1'"; }
last() { sql "SELECT COALESCE(MAX(id), 0) FROM $1"; }
next_ids() { for table in users products payments points_ledger stock_movements sales_marks; do
	echo "$table $(next $table)"
done; }
[ -z "$mysql" ] || sql_root 'SET GLOBAL information_schema_stats_expiry = 0'
everything() { tables; next_ids; sql 'SELECT * FROM shop_identity'; }
done='done: next are shopctl audit, shopctl doctor, and the pool'
order 1
is "$status" 201 'an order'

# ---- Refused, without a trace

before=$(everything)
sql_root 'SET GLOBAL read_only = ON'
run restored --revoke --new-id
sql_root 'SET GLOBAL read_only = OFF'
is "$code $out" '1 ' 'a server that takes no writes is refused'
like "$err" '^shopctl: restored: the server takes no writes, read_only is ON: SET GLOBAL read_only = OFF, where .*; nothing was changed$' \
    'and what to do is said'
sql "INSERT INTO schema_migrations VALUES ('0099')"
run restored --revoke --new-id
sql "DELETE FROM schema_migrations WHERE version = '0099'"
like "$code $err" '^1 shopctl: restored: the schema is newer' 'a newer schema is refused'
sql 'RENAME TABLE order_items TO gone'
run restored --revoke --new-id
sql 'RENAME TABLE gone TO order_items'
like "$code $err" '^1 shopctl: restored: the database has no whole shop in it: restore' \
    'half a shop is refused'
mv "$dir/db.password" "$dir/db.password.kept"
(umask 077; echo Another1! >"$dir/db.password")
run restored --revoke --new-id
like "$code $err" '^1 .*--take-account' 'so is an account of another password'
mv "$dir/db.password.kept" "$dir/db.password"
is "$(everything)" "$before" 'and none of it left a trace'
for bad in '--orders-seen x' '--orders-seen -1' '--orders-seen 1000000000001' '--margin' '--seen 1'; do
	run restored $bad
	is "$code $lines" '2 1' "bad usage: $bad"
done

# ---- Numbers

run restored --margin 5000 --orders-seen 700
is "$code $err" '0 ' 'restored'
is "$(next payments)" 701 'orders go on above what was seen'
is "$(next users) $(next points_ledger)" \
    "$(($(last users) + 5001)) $(($(last points_ledger) + 5001))" \
    'all else by the margin above the last one'
like "$out" '^workers [0-9]+ connected: ' 'that the pool runs is told'
is "$(echo "$out" | grep -c '^numbers of ')" 6 'a line for each'
was=$(next_ids)
run restored --margin 5000 --orders-seen 700
is "$(echo "$out" | grep -v ^workers) $(next_ids)" "$done $was" 'again: nothing'
run restored --margin 0 --orders-seen 3
is "$(echo "$out" | grep -v ^workers) $(next_ids)" "$done $was" 'no number ever falls'
order 1
is "$status $(json .id)" '201 701' 'an order gets the first one'
user=$(ctl user add --name New --email new@shop.example)
[ "$user" -gt 5000 ]
ok "no token of a user that was lost is a new one's ($user)"
run restored
is "$(next payments)" 1000702 'without a word it is a million'

# ---- Tokens, ids, dates

user GET /v1/points/balance
is "$status" 200 'a token'
is "$(ctl id)" "$shop_id" 'the id is the same'
run restored --revoke
is "$(echo "$out" | grep ^tokens)" "tokens of $(sql 'SELECT COUNT(*) FROM users') users revoked" \
    'all tokens are revoked'
user GET /v1/points/balance
is_problem 401 invalid_token 'one of before is refused'
# Tokens know seconds.
fresh() { as 1; user GET /v1/points/balance; [ "$status" = 200 ]; }
eventually 5 fresh
ok 'one of after is taken'
run restored --new-id
like "$out" "^id $(ctl id): this is another shop" 'a copy gets an id of its own'
[ "$(ctl id)" != "$shop_id" ]
ok 'which is another one'

# As if the backup came from a server whose clock was ahead.
sql "UPDATE users SET created_at = UTC_TIMESTAMP(3) + INTERVAL 1 DAY WHERE id = 2"
run restored
like "$out" '^dates of users: 1 dated ahead of the clock, .*shopctl redate$' \
    'dates ahead of this clock are told'
ctl redate >/dev/null

# ---- A backup of an older version, without accounts or routines

pool_stop
for file in $(ls -r "$top_srcdir/schema/migrations"/000[4-9]*.sql \
    "$top_srcdir/schema/migrations"/001*.sql); do
	number=${file##*/}
	sed '1,/^-- migrate:down/d' "$file" >"$dir/down.sql"
	sql_file "$dir/down.sql" || fail "down: $file"
	sql "DELETE FROM schema_migrations WHERE version = '${number%%_*}'"
done
for name in $(ls "$top_srcdir/schema/routines"); do
	sql "DROP PROCEDURE IF EXISTS ${name%.sql}"
done
sql_root 'DROP USER shop_worker@localhost, shop_definer@localhost'
run restored --revoke
is "$code $err" '0 ' 'a backup of an older schema'
is "$(echo "$out" | grep -c '^migration')" \
    "$(ls "$top_srcdir/schema/migrations" | sed 1,3d | wc -l)" 'is brought to this version'
like "$out" '^numbers of sales_marks: from 1[0-9]+ on' \
    'also the numbers that it did not have'
run migrate --status
is "$code" 0 'and migrate has nothing left to do'
pool_start
eventually 5 fresh
order 1
is "$status" 201 'it sells'

# ---- What was archived was seen, too

last_paid=$(last payments)
sql "UPDATE orders SET id = 3000000 WHERE id = $last_paid;
    UPDATE payments SET id = 3000000 WHERE id = $last_paid;
    UPDATE order_items SET order_id = 3000000 WHERE order_id = $last_paid;
    UPDATE points_ledger SET order_id = 3000000 WHERE order_id = $last_paid;
    UPDATE products SET hour = hour - INTERVAL 60 DAY WHERE hour > 19700102;
    UPDATE sales_marks SET hour = hour - INTERVAL 60 DAY"
for table in users products payments orders points_ledger stock_movements; do
	sql "UPDATE $table SET created_at = created_at - INTERVAL 60 DAY"
done
ctl archive --before "$(sql 'SELECT UTC_DATE() - INTERVAL 30 DAY')" --paid >/dev/null
is "$? $(last payments) $(last archive_payments)" '0 0 3000000' 'everything is archived'
run restored
is "$code $(next payments)" '0 4000001' 'numbers go on above what is in the archive'
order 1
is "$status $(json .id)" '201 4000001' 'an order gets the first one'
finish
