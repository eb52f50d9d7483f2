#!/bin/sh
# SPDX-License-Identifier: MIT
# A dump and the binlog from there on, to a point in time: nothing that was acknowledged
# before that point is lost, and nothing of after it is there.  And to its end: a server
# that died under load loses nothing at all.
. "${top_srcdir:-.}/t/lib.sh"
dump_need
seeded
mkdir -p "$dir/binlog"
db_options="--log-bin=$dir/binlog/shop --server-id=1 --sync-binlog=1"
[ -z "$mysql" ] || db_own=$(echo "$db_own" | sed 's/--skip-log-bin//')
shop_start
# Somebody of whom the clients' journal does not know.
keeper=$(ctl user add --name Keeper --email keeper@shop.example)
as "$keeper"

clients_start --clients 8 --think-ms 2
sleep 1
dump $db_position >"$dir/shop.sql" 2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'a dump under load, with its place in the binlog'
position=$(sed -n "s/^-- CHANGE .*_LOG_FILE='\([^']*\)', .*_LOG_POS=\([0-9]*\);/\1 \2/p" \
    "$dir/shop.sql")
like "$position" '^shop\.[0-9]+ [0-9]+$' 'it tells the place'
sleep 1
keep charge /v1/points/charge '{"amount": 90000}'
keep order /v1/orders '{"items": [{"productId": 1, "quantity": 2}]}'
sleep 1
point=$(date -u '+%Y-%m-%d %H:%M:%S')
point_ms=$(($(date +%s) * 1000))
sleep 2
keep late /v1/points/charge '{"amount": 31}'
late=$(json .id)
all_lost

# replay NAME [OPTION...]: dump and binlog into a server of its own.
replay() {
	beside_made
	db_start
	db_root <"$dir/shop.sql" >"$dir/out" 2>&1
	is "$? $(cat "$dir/out")" '0 ' "$1: the dump is restored"
	shift
	# The file of the dump's place, and those behind it.
	logs=$(ls "$dir"/binlog/shop.[0-9]* |
	    awk -v file="$dir/binlog/${position% *}" '$0 >= file')
	TZ=UTC $db_binlog --disable-log-bin --database=shop \
	    --start-position="${position#* }" "$@" $logs >"$dir/binlog.sql" \
	    2>"$dir/err" && db_root --binary-mode <"$dir/binlog.sql" >"$dir/out" 2>&1
	is "$? $(cat "$dir/err" "$dir/out")" '0 ' 'and the binlog from there on'
	run restored
	is "$code $err" '0 ' 'shopctl restored'
	ctl audit >"$dir/audit"
	is "$? $(head -n 1 "$dir/audit")" '0 ok' 'the audit is clean'
}
# nothing_lost TEXT: by the clients' journal; the keeper's rows are not in it.
nothing_lost() {
	[ "$acknowledged" -gt 50 ]
	ok "much was acknowledged: $acknowledged writes"
	is "$(journal_check | grep -vE "^phantom	[0-9]+	(charge|payment)	$keeper	")" '' "$1"
}
db_options=
cp "$dir/journal" "$dir/journal.all"

replay 'to a point in time' --stop-datetime="$point"
journal_until "$point_ms"
nothing_lost 'what was acknowledged before that point is there, once'
is "$(sql "SELECT COUNT(*) FROM points_ledger WHERE created_at >= '$point'")" 0 \
    'nothing of after it is there'
sells_on
kept_again charge 'a charge of before that point, asked again: the first answer'
kept_again order 'an order: the first answer'
post /v1/points/charge '{"amount": 31}' -H 'Idempotency-Key: kept-late'
is "$status" 201 'one of after it is made'
[ "$(json .id)" -gt "$late" ]
ok 'under another number'
pool_stop
db_stop

rm -rf "$db_data"
mv "$dir/journal.all" "$dir/journal"
replay 'to the end'
journal_until "$(now_ms)"
nothing_lost 'a server that died under load: all that was acknowledged is there, once'
[ "$(sql 'SELECT MAX(order_id) FROM points_ledger')" -ge "$seen_order" ]
ok 'up to the last order that anybody was told'
sells_on
kept_again late 'the last charge, asked again: the first answer'
finish
