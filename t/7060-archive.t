#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl archive while the shop sells, is killed again and again and run again:
# at each stage money and stock are conserved and no row is lost or twice, and
# nobody who orders, pays or cancels, an order of long ago too, notices.
. "${top_srcdir:-.}/t/lib.sh"
while [ $(($(date +%s) % 3600)) -gt 3450 ]; do sleep 1; done
seeded
conf workers 8
shop_db
sql_root 'DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4
    COLLATE utf8mb4_unicode_ci'
ctl migrate --take-account >/dev/null || bail 'migrate failed'
shop_id=$(ctl id)
db_client="$db_client" sh "$top_srcdir/t/bench/load.sh" -n "$db_sock" 6000 60 \
    >/dev/null || bail 'no history'
# One in ten was never sent.
sql 'UPDATE orders SET status = "fulfilled",
    fulfilled_at = LEAST(created_at + INTERVAL 1 HOUR, UTC_TIMESTAMP(3)) WHERE id % 10 <> 1'
mc_start
pool_start
nginx_start
mix_make
day=$(sql 'SELECT UTC_DATE() - INTERVAL 20 DAY')
last=$(sql 'SELECT MAX(id) FROM points_ledger')
last_paid=$(sql 'SELECT MAX(id) FROM payments')

# old_rows: what there is of before, in both places.
old_rows() {
	for table in "points_ledger WHERE id <= $last" \
	    "payments WHERE id <= $last_paid" "orders WHERE id <= $last_paid"; do
		sql "SELECT COUNT(*), SUM(id), COUNT(DISTINCT id), SUM(user_id)
		    FROM (SELECT id, user_id FROM $table
		    UNION ALL SELECT id, user_id FROM archive_$table) t"
	done
	sql 'SELECT COUNT(*), SUM(order_id), SUM(quantity * price) FROM (
	    SELECT * FROM order_items UNION ALL SELECT * FROM archive_order_items) t
	    WHERE order_id <= '"$last_paid"
}
before=$(old_rows)
is "$(ctl audit | head -n 1)" ok 'a shop with history'
mark=$(ctl audit | sed -n 's/^mark //p')

# ---- Clients, and somebody who looks after what was forgotten

admin_token=$(sed -n '1s/.* //p' "$dir/mix.tokens")
# ends ID...: cancels one, fulfils the next.
ends() {
	verb=cancel
	for id; do
		curl -s -o "$dir/end.body" -w "$verb %{http_code}\n" --noproxy '*' \
		    --unix-socket "$dir/http.sock" -X POST \
		    -H "Authorization: Bearer $admin_token" \
		    -H "Idempotency-Key: end-$id" "http://shop/v1/orders/$id/$verb"
		[ $verb = cancel ] && verb=fulfil || verb=cancel
	done >"$dir/ends"
}
mix_start 4 charge,order,order,cancel,fulfil,add,checkout,list,history
ends $(sql 'SELECT id FROM orders WHERE status = "paid" AND id % 10 = 1
    AND id <= '"$last_paid"' ORDER BY id LIMIT 600' |
    awk 'NR % 4 == 1') &
ends_pid=$!

# archive_begins: in the background, when the server is through with what the one
# before has left it at; archive_pid.
is_free() { [ "$(sql "SELECT IS_FREE_LOCK(CONCAT('shop.archive.',
    LEFT(SHA2('shop', 256), 32)))")" = 1 ]; }
archive_begins() {
	eventually 20 is_free
	"$top_builddir/shopctl" --config "$dir/shop.conf" archive \
	    --before "$day" >"$dir/archive.out" 2>"$dir/archive.err" &
	archive_pid=$!
}
# moves FROM: it has got further.
moved() { sql 'SELECT SUM(entries) FROM archive_totals'; }
moves() { [ "$(moved)" -gt $(($1 + 200)) ] || gone "$archive_pid"; }
kills=0 whole=0
while [ $kills -lt 12 ]; do
	archive_begins
	eventually 20 moves "$(moved)"
	random 300
	sleep_ms "$r"
	kill -9 "$archive_pid" 2>/dev/null || break
	wait "$archive_pid" 2>/dev/null
	kills=$((kills + 1))
	[ $((kills % 3)) -eq 0 ] || continue
	whole=$((whole + 1))
	run audit
	is "$code $(echo "$out" | grep -v ^mark)$err" '0 ok' "cut short ($kills): the audit is content"
	run audit --since "$mark"
	is "$code $(echo "$out" | grep -v ^mark)$err" '0 ok' 'and from the mark on'
	is "$(old_rows)" "$before" 'no row is lost, none twice'
done
[ $whole -ge 2 ]
ok "it was cut short $kills times"
archive_begins
wait "$archive_pid"
is "$? $(cat "$dir/archive.err")" '0 ' 'at last it is through'
run archive --before "$day"
is "$code $(echo "$out" | grep -v '^keys')" '0 ledger 0
orders 0
movements 0
marks 0' 'with nothing left to do'
wait $ends_pid
mix_stop
is "$(sort "$dir/ends" | sed 's/.* //' | uniq -c | tr -s ' ')" " $(wc -l <"$dir/ends") 200" \
    'each order of long ago was cancelled or fulfilled'
is "$(old_rows)" "$before" 'no row is lost, none twice'
is "$(sql "SELECT COUNT(*) FROM points_ledger WHERE created_at < '$day'")" 0 \
    'of the ledger nothing older is left'
is "$(sql "SELECT COUNT(*) FROM orders WHERE created_at < '$day' AND status = 'fulfilled'
    AND fulfilled_at < '$day'")" 0 'nor of settled orders'
[ "$(sql 'SELECT COUNT(*) FROM archive_orders')" -gt 2500 ]
ok 'which are many'
is "$(grep -cE 'status=500|bad_outcome' "$dir/log/shopd.log")" 0 'no 500'
run audit --since "$mark"
is "$code $(echo "$out" | grep -v ^mark)$err" '0 ok' 'from the mark on all is well'
mix_is_well
finish
