#!/bin/sh
# SPDX-License-Identifier: MIT
# mariadb-dump (mysqldump) under load; the server is lost; the dump goes into another
# one that knows nothing of the shop; shopctl restored makes it the shop's.
. "${top_srcdir:-.}/t/lib.sh"
dump_need
seeded
shop_start
as 1
keep charge /v1/points/charge '{"amount": 90000}'
keep order /v1/orders '{"items": [{"productId": 1, "quantity": 2}]}'
sql "INSERT INTO login_windows VALUES ('a', x'00270a0d5c1a80ff', 1)"

clients_start --clients 8 --think-ms 2
sleep 1
began_at=$(now_ms)
dump >"$dir/shop.sql" 2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'a dump under load'
sleep 1
keep late /v1/points/charge '{"amount": 777}'
late=$(json .id)
all_lost
[ "$(grep -cE '^(CREATE USER|GRANT|CREATE .*PROCEDURE)' "$dir/shop.sql")" = 0 ]
ok 'it has tables alone, no account and no routine'

beside_made
db_start
db_root <"$dir/shop.sql" >"$dir/out" 2>&1
is "$? $(cat "$dir/out")" '0 ' 'it is restored into another server'
journal_until "$began_at"
[ "$acknowledged" -gt 50 ]
ok "much was acknowledged before: $acknowledged writes"
[ "$seen_order" -gt "$(sql 'SELECT MAX(id) FROM payments')" ]
ok 'customers have seen orders that it lacks'

is "$(sql_root "SELECT COUNT(*) FROM mysql.user WHERE user LIKE 'shop%'")" 0 \
    'there is no account'
run restored
is "$code $err" '0 ' 'shopctl restored'
like "$out" '^numbers of payments: from 1[0-9]{6} on, the last one is [0-9]+$' \
    'tells which numbers orders get'
is "$(echo "$out" | grep -c '^account ')" 2 'makes both accounts'
is "$(echo "$out" | grep -c '^routine ')" \
    "$(ls "$top_srcdir/schema/routines" | wc -l)" 'makes all routines'
like "$out" '^done: ' 'and what is next'
run restored
is "$code $out$err" '0 done: next are shopctl audit, shopctl doctor, and the pool' \
    'again: nothing is left to do'

ctl audit >"$dir/audit"
is "$? $(head -n 1 "$dir/audit")" '0 ok' 'the audit is clean'
is "$(journal_check)" '' 'what was acknowledged before the dump is there, once'
is "$(sql 'SELECT HEX(times) FROM login_windows')" 00270A0D5C1A80FF \
    'bytes are as they were'
sells_on
kept_again charge 'a charge of before the dump, asked again: the first answer'
kept_again order 'an order: the first answer'
post /v1/points/charge '{"amount": 777}' -H 'Idempotency-Key: kept-late'
is "$status" 201 'a charge of after the dump, asked again, is made'
[ "$(json .id)" -gt "$late" ]
ok 'under another number'

# ---- In place: the server that has the accounts, and a newer database

pool_stop
sql 'CREATE TABLE newer (id INT)'
sql_root 'DROP DATABASE shop'
db_root <"$dir/shop.sql"
run restored --orders-seen "$seen_order"
is "$code $err" '0 ' 'in place: restored'
is "$(echo "$out" | grep -c '^account ')" 0 'the accounts are there'
is "$(echo "$out" | grep -c '^routine ')" \
    "$(ls "$top_srcdir/schema/routines" | wc -l)" 'the routines are made'
sells_on
finish
