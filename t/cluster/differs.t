#!/bin/sh
# SPDX-License-Identifier: MIT
# What a Galera cluster does otherwise than one server, and what the shop makes of it:
# locks that are a node's own, ids in steps, DDL for all at once, and the rare moment
# in which two nodes are written to.
top_srcdir=${top_srcdir:-.}
. "$top_srcdir/t/cluster/lib.sh"
seeded
cluster_need
net_make
MIX_SECONDS=60

cluster_start

# ---- A schema from nothing, on a cluster; and by two at once

# other N COMMAND...: of another shop, whose database is second.
other() {
	SHOP_DB_NAME=second SHOP_DB_USER=second_worker
	export SHOP_DB_NAME SHOP_DB_USER
	at "$@"
	other_code=$?
	unset SHOP_DB_NAME SHOP_DB_USER
	return $other_code
}
sql_root 'CREATE DATABASE second CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'
await 10 at 2 sql_root 'USE second'
for n in 1 2; do
	other $n ctl migrate >"$dir/migrated.$n" 2>&1 &
	eval "migrate_$n=$!"
done
wait $migrate_1; first=$?
wait $migrate_2; second=$?
echo "# migrate at node 1: $first, $(tail -n 1 "$dir/migrated.1"); at node 2: $second, $(
    )$(tail -n 1 "$dir/migrated.2")"
[ $first = 0 ] || [ $second = 0 ]
ok 'of two migrates at two nodes at once one goes through, at least'
other 1 ctl migrate >"$dir/out" 2>&1
is "$? $(grep -c '^migration' "$dir/out")" '0 0' 'and another one has no migration to do'
await 30 caught_up
for n in 1 2 3; do
	is "$(other $n ctl migrate --status | grep -c '^pending')" 0 \
	    "nothing is pending at node $n"
done
second_sums() {
	sql_root "CHECKSUM TABLE $(sql_root "SELECT GROUP_CONCAT('second.', table_name
	    ORDER BY table_name) FROM information_schema.tables
	    WHERE table_schema = 'second' AND table_type = 'BASE TABLE'")"
}
for n in 1 2 3; do at $n second_sums >"$dir/second.$n"; done
cmp "$dir/second.1" "$dir/second.2" && cmp "$dir/second.1" "$dir/second.3"
ok 'and all nodes have the same'

# ---- The same key, at two nodes at once

before=$(sql 'SELECT COUNT(*) FROM points_ledger')
balance_was=$(balance 1)
# charge N KEY: prints what it says, or the number of its error.
charge() {
	at $1 sql "CALL charge_points(1, 9000000000000, UNHEX(MD5('$2')),
	    UNHEX(MD5('f')), 2, 10)" 2>&1 | sed -n 's/^ERROR \([0-9]*\).*/\1/p; /^[a-z]/p' |
	    cut -f 1
}
for key in $(seq 20); do
	charge 1 $key >"$dir/said.1" &
	charge_pid=$!
	charge 2 $key >"$dir/said.2"
	wait $charge_pid
	cat "$dir/said.1" "$dir/said.2" | sort | tr '\n' ' '
	echo
done | sort | uniq -c >"$dir/said"
sed 's/^/# /' "$dir/said"
unlike "$(cat "$dir/said")" 'ok ok|1213 1213' 'of one key at two nodes one is the first'
await 10 caught_up
is "$(sql 'SELECT COUNT(*) FROM points_ledger') $(balance 1)" \
    "$((before + 20)) $((balance_was + 200))" 'and each key had its effect once'

# ---- Ids

is "$(sql 'SELECT COUNT(DISTINCT MOD(id, 3)) FROM points_ledger
    WHERE user_id = 1 AND type = "charge" AND amount = 10')" 2 \
    'nodes have ids of their own, in steps'

# ---- A mark, and a transaction that is open at another node

at 2 ctl audit --mark "$dir/mark" >/dev/null
ok 'an audit at node 2 has a mark'
# It breaks something, and is of a lower id than what node 2 writes meanwhile.
at 1 db_root --unbuffered shop -e "BEGIN; INSERT INTO points_ledger (user_id, type, amount, balance_after, idem,
    fingerprint, created_at) VALUES (2, 'charge', 1, 1, UNHEX(MD5('open')), '',
    UTC_TIMESTAMP(3)); SELECT LAST_INSERT_ID(); DO SLEEP(4); COMMIT" >"$dir/open" &
open_pid=$!
seen 'an open transaction at node 1' [ -s "$dir/open" ]
until [ "$(sql 'SELECT MAX(id) FROM points_ledger')" -gt "$(cat "$dir/open")" ]; do
	charge 2 "ahead $(now_ms)" >/dev/null
done
at 2 ctl audit --mark "$dir/mark" >"$dir/out" 2>&1
is "$? $(grep -c '^balance' "$dir/out")" '1 1' 'what it broke is found'
wait $open_pid
sql "DELETE FROM points_ledger WHERE id = $(cat "$dir/open")"

# ---- Two writers: a pool at each of two nodes

dbs=db1
pool_make 1
dbs=db2
pool_make 2
web_start
mix_make
await 10 caught_up
mix 12 30 charge,charge,order,order,order,cancel,fulfil,add,add,set,take,checkout,list,history
echo "# 1213: $(cat "$dir"/log/shopd[12].log | grep -c 'number=1213'), other errors: $(
    cat "$dir"/log/shopd[12].log | grep db_error | grep -v 'number=1213' |
    sed 's/.*number=\([0-9]*\).*/\1/' | sort | uniq -c | tr '\n' ',')"
echo "# answered 5xx: $(cat "$dir"/log/shopd[12].log | grep -c 'status=5')"
cluster_is_well

# ---- The operator's commands, at any node

for n in 1 2 3; do
	pool_conf 0 db$n
	within db$n "$top_builddir/shopctl" --config "$dir/p0/shop.conf" doctor \
	    >"$dir/doctor.$n" 2>&1
	grep '^bad' "$dir/doctor.$n" | sed "s/^/# node $n: /"
done
for n in 1 2; do
	at $n ctl archive --before "$(date -u -d '8 days ago' +%F)" \
	    >"$dir/archived.$n" 2>&1 &
	eval "archive_$n=$!"
done
wait $archive_1; first=$?
wait $archive_2; second=$?
echo "# archive at node 1: $first; at node 2: $second, $(tail -n 1 "$dir/archived.2")"
for n in 1 2 3; do
	is "$(at $n ctl audit | head -n 1)" ok "the audit of node $n agrees"
	at $n ctl audit --mark "$dir/mark.$n" >"$dir/out" 2>&1
	is "$? $(cat "$dir/out")" '0 ' "and has a mark"
done
finish
