#!/bin/sh
# SPDX-License-Identifier: MIT
# mariadb-backup under load: the server's files, accounts and all; the server is lost;
# another one starts on the copy, and shopctl restored looks after numbers.
. "${top_srcdir:-.}/t/lib.sh"
[ -z "$mysql" ] || skip_all 'mariadb-backup is for MariaDB'
command -v mariadb-backup >/dev/null || skip_all 'no mariadb-backup'
seeded
mkdir -p "$dir/binlog"
db_options="--log-bin=$dir/binlog/shop --server-id=1"
shop_start
as 1
keep charge /v1/points/charge '{"amount": 90000}'
keep order /v1/orders '{"items": [{"productId": 1, "quantity": 2}]}'

clients_start --clients 8 --think-ms 2
sleep 1
began_at=$(now_ms)
mariadb-backup --no-defaults --backup --user=root --socket="$db_sock" \
    --datadir="$dir/data" --target-dir="$dir/copy" >"$dir/out" 2>&1
is "$? $(grep -c 'completed OK!' "$dir/out")" '0 1' 'a copy of its files under load'
ended_at=$(now_ms)
like "$(cat "$dir/copy"/*_binlog_info)" '^shop\.[0-9]+	[0-9]+' \
    'which tells its place in the binlog'
sleep 1
all_lost
[ "$(awk -F '\t' -v from="$began_at" -v to="$ended_at" '$1 == "A" && $6 == 201 &&
    $12 > from && $12 < to' "$dir/journal" | wc -l)" -gt 10 ]
ok "meanwhile the shop sold on"

mariadb-backup --no-defaults --prepare --target-dir="$dir/copy" >"$dir/out" 2>&1
is "$? $(grep -c 'completed OK!' "$dir/out")" '0 1' 'it is made ready'
beside
db_options=
mariadb-backup --no-defaults --move-back --target-dir="$dir/copy" \
    --datadir="$db_data" >"$dir/out" 2>&1
ok 'and put where another server looks'
db_start
journal_until "$began_at"
[ "$acknowledged" -gt 50 ]
ok "much was acknowledged before: $acknowledged writes"
[ "$seen_order" -gt "$(sql 'SELECT MAX(id) FROM payments')" ]
ok 'customers have seen orders that it lacks'

run restored --orders-seen "$seen_order" --ledger-seen "$seen_ledger"
is "$code $err" '0 ' 'shopctl restored'
like "$out" "^numbers of payments: from $((seen_order + 1)) on, the last one is" \
    'raises the numbers of orders to what was seen'
like "$out" "^numbers of points_ledger: from $((seen_ledger + 1)) on, the last one is" \
    'and those of charges'
is "$(echo "$out" | grep -cE '^(account|right|routine|migration|release) ')" 0 \
    'accounts, rights and routines are in the copy'

ctl audit >"$dir/audit"
is "$? $(head -n 1 "$dir/audit")" '0 ok' 'the audit is clean'
is "$(journal_check)" '' 'what was acknowledged before the copy is there, once'
sells_on
kept_again charge 'a charge of before the copy, asked again: the first answer'
kept_again order 'an order: the first answer'
finish
