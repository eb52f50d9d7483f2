#!/bin/sh
# SPDX-License-Identifier: MIT
# A list of two databases, the second a replica of the first: the writer is handed
# over and back under load; and with nobody at work the workers go back to the
# better one by and by.  A full, a silent, a strange one in the list is in nobody's way.
. "${top_srcdir:-.}/t/lib.sh"
pair_need
seeded
one=$dir/db.sock
two=$dir/b.sock
pair_start
mc_start
pool_start
nginx_start

eventually 10 all_at "$one"
ok 'all workers are at the first'
is "$(ctl status --json | jq -c '.databases[] | [.name, .state]' | tr '\n' ' ')" \
    "[\"$one\",\"closed\"] [\"$two\",\"closed\"] " 'status tells both'
is "$(ctl status --json | jq -r .database.at)" "$one" 'and where it looked'
request GET /metrics
is "$(grep '^shop_database_workers' "$dir/body" | sed 's/.*=//')" \
    "\"$one\"} $(pool_size)
\"$two\"} 0" '/metrics tells how many are where'
ctl doctor >"$dir/doctor"
is "$(grep -E ' (databases|cluster)' "$dir/doctor" | tr '\n' ' ')" \
    'ok databases ok cluster ' 'doctor finds both well'
at_b sql_root 'SET GLOBAL innodb_flush_log_at_trx_commit = 2;
    SET GLOBAL rpl_semi_sync_master_enabled = 1'
run doctor
like "$(echo "$out" | grep '^bad flush')" \
    "^bad flush: $two: innodb_flush_log_at_trx_commit is 2, " \
    'and looks at the settings of each'
like "$(echo "$out" | grep '^bad cluster')" \
    "^bad cluster: $two: rpl_semi_sync_master_enabled is ON at a replica" \
    'a replica waits for nobody'
at_b sql_root 'SET GLOBAL innodb_flush_log_at_trx_commit = 1;
    SET GLOBAL rpl_semi_sync_master_enabled = 0; SET GLOBAL max_connections = 10'
run doctor
like "$(echo "$out" | grep '^bad connections')" \
    "^bad connections: $two: max_connections is 10, [^/]* need [0-9]*: raise" \
    'each must have room for all workers'
at_b sql_root 'SET GLOBAL max_connections = 200'

clients_start --clients 8 --think-ms 5 --pause-ms 100 \
    --mix charge,order,read,top

# handed FROM TO PORT SOCKET NAME: the writer is, and the workers with it.
handed() {
	from_ms=$(now_ms)
	hand_over "$1" "$2" "$3"
	lead_ms=$(now_ms)
	eventually 10 all_at "$4"
	ok "$5: all workers go there"
	eventually 5 succeeds_after "$lead_ms"
	sleep 1
	pause_ms=$(gap "$from_ms" "$(now_ms)")
	less "$pause_ms" $((lead_ms - from_ms + 2500)) \
	    "$5: the longest time without a success (ms)"
}
handed A B "$b_port" "$two" 'to the second'
request GET /metrics
is "$(grep '^shop_database_passed_over' "$dir/body" | sed 's/.*=//')" \
    "\"$one\"} 1
\"$two\"} 0" 'the first is passed over'
handed B A "$a_port" "$one" 'and back'
like "$(grep 'event=db-moved' "$dir/log/shopd.log")" \
    "level=warn .*from=$one to=$two" 'the log says so'

# The same databases in another order: what old workers and new ones say of the first
# is of two.
rolls() { grep -c 'event=roll-done' "$dir/log/shopd.log"; }
rolled() { [ "$(rolls)" -gt "$rolls_were" ] && all_at "$one"; }
roll_ms=$(now_ms)
for list in "$two, $one" "$one, $two" "$two, $one" "$one, $two"; do
	rolls_were=$(rolls)
	conf db_socket "$list"
	kill -HUP "$pool_pid"
	eventually 20 rolled || fail "no roll to $list"
	sleep_ms 500
done
is "$(answers "$roll_ms" "$(now_ms)" | grep -c '^503 ')" 0 \
    'the list is turned round, and no request is refused'

clients_stop
is "$(figure status_000)" 0 'everybody got an answer'
all_is_well 8000
eventually 10 has_all B A
is "$(at_b tables)" "$(tables)" 'both have the same'

# ---- shopctl writes where the workers do

hand_over A B "$b_port"
id=$(ctl product add --name Two --price 5 --stock 5)
is "$(at_b sql "SELECT name FROM products WHERE id = $id")" Two \
    'shopctl finds the one that takes writes'

# ---- Reads don't stay behind

eventually 10 all_at "$two"
ok 'without a write, the workers leave the one that takes none'
as 1
before=$(at_b balance 1)
post /v1/points/charge '{"amount": 1}'
user GET /v1/points/balance
is "$status $(json .balance)" "200 $((before + 1))" 'a read sees what was written'

# ---- The first is full, and takes no writes anyway

pool_stop
sql_root 'SET GLOBAL max_connections = 10'
mkfifo "$dir/keep"
keep() { (exec 8>&-; db_root <"$dir/keep" >/dev/null 2>&1) & }
for n in $(seq 12); do keep; done
exec 8>"$dir/keep"
# To look takes a place, which one of those may have lacked.
is_full() { ! sql_root 'SELECT 1' || { keep; false; }; }
seen 'a full database' is_full
pool_start 8>&-
eventually 10 all_at "$two"
ok 'a full one that takes no writes is passed over'
user GET /v1/points/balance
is "$status" 200 'and the shop is open'
id=$(ctl product add --name Full --price 5 --stock 5)
is "$(at_b sql "SELECT name FROM products WHERE id = $id")" Full 'shopctl, too'
exec 8>&-
eventually 10 sql_root 'SET GLOBAL max_connections = 200' || bail 'still full'

# ---- None takes writes for a while

fence B
none_at() { [ "$(at_place "$one") $(at_place "$two")" = '0 0' ]; }
eventually 10 none_at
ok 'where none takes writes all workers leave'
lead B
eventually 10 all_at "$two"
ok 'and come back when one does, without a request'

# ---- By and by

sql_root 'STOP SLAVE'
lead B alone
run doctor
is "$(echo "$out" | grep databases)" 'ok databases' 'one takes writes'
like "$(echo "$out" | grep '^bad cluster')" \
    "^bad cluster: $two: it takes writes, and acknowledges what no replica has" \
    'and says that it does so alone'
moved() { grep -c 'event=db-moved' "$dir/log/shopd.log"; }
before=$(moved)
lead A alone
run doctor
like "$out" '^bad databases: each takes writes by itself' \
    'doctor says so where two do'
eventually 20 all_at "$one"
ok 'the first takes writes again: the workers go back'
is "$(($(moved) - before))" "$(pool_size)" 'each once'
grep 'event=db-moved' "$dir/log/shopd.log" | tail -n "$(pool_size)" |
    sed 's/^time=[^T]*T\([0-9]*\):\([0-9]*\):\([0-9.]*\)Z.*/\1 \2 \3/' |
    awk '{ ms = int((($1 * 60 + $2) * 60 + $3) * 1000)
	if (NR > 1 && ms - last < 200) soon++
	last = ms } END { print soon + 0 }' >"$dir/soon"
is "$(cat "$dir/soon")" 0 'one by one, a few a second'
# ---- The first is silent, and the second comes back

fence B
pool_stop
workers=1
one_pool
conf workers 1
hole=$dir/hole
perl -MIO::Socket::UNIX -e 'my @s = map { IO::Socket::UNIX->new(Listen => 99,
    Local => $_) or die } @ARGV; sleep 600' "$hole"4 "$hole"3 "$hole"2 "$hole" &
hole_pid=$!
seen 'silent ones' test -S "$hole"
conf db_socket "$hole, $two, $one"
pool_start
eventually 10 all_at "$one"
ok 'the only worker is at the third'
lead B alone
eventually 20 all_at "$two"
ok 'and goes to the second, though the first is silent'
conf db_socket "$hole, ${hole}2, ${hole}3, ${hole}4, $two"
run status --json
is "$code $(echo "$out" | jq -c '[.database.state, .database.at]')" \
    "0 [\"ok\",\"$two\"]" 'status finds it behind four'
stop_pid KILL "$hole_pid"

# ---- One that is not another, or not this shop's

fence B
conf db_socket ''
conf db_host "$one, 127.0.0.1:$a_port"
conf db_tls off
run doctor
like "$out" "^bad databases: the same server as one before it: 127.0.0.1:$a_port: take it off" \
    'doctor knows one server by two names'
conf db_host "$one, $two"
at_b sql_root 'SET SESSION sql_log_bin = 0; UPDATE shop.shop_identity SET id = REVERSE(id)'
conf db_read_host "$two"
run doctor
like "$out" "^bad databases: $two has another shop than $one: " 'and another shop'
like "$out" "
bad replicas: $two: it has another shop: " 'where it is read from, too'
conf db_read_host ''
at_b db_stop
run doctor
like "$out" "^bad databases: $two: " 'doctor says so where one is away'
run status --json
is "$code" 0 'status has no fault for it'
finish
