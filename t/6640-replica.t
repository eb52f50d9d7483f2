#!/bin/sh
# SPDX-License-Identifier: MIT
# A replica to read from: the catalogue is read there while it keeps up, and where it
# is written when the replica is behind, dead or frozen; points and orders never are.
. "${top_srcdir:-.}/t/lib.sh"
pair_need
seeded
one=$dir/db.sock
two=$dir/b.sock
pair_start
# Nobody waits for a replica that only answers.
lead A alone
conf db_socket "$one"
conf db_read_host "$two"
# As slow as this machine may be.
conf db_read_lag_s 600
promote 3
mc_start
pool_start
nginx_start

replica() { ctl status --json | jq -c --arg name "$1" \
    '.replicas[] | select(.name == $name) | [.state, .workers]'; }
all_near() { [ "$(replica "$1")" = "[\"closed\",$(pool_size)]" ]; }
none_near() { replica "$1" | grep -q '^\["\(open\|probing\)",0\]$'; }
# reads_at WHERE: how often, as it was counted.
reads_at() {
	request GET /metrics
	sed -n "s/^shop_catalogue_reads_total{at=\"$1\"} //p" "$dir/body"
}
# price_is PRICE: of product 1, as anybody sees it.
price_is() {
	request GET /v1/products/1
	[ "$status $(json .price)" = "200 $1" ]
}
# priced PRICE: at the writer.
priced() { ctl product price 1 --price "$1" >/dev/null || fail 'the price'; }
behind() { grep -c 'event=replica-behind' "$dir/log/shopd.log"; }

# ---- It answers

eventually 10 all_near "$two"
ok 'all workers are at the replica'
run doctor
is "$(echo "$out" | grep replicas)" 'ok replicas' 'which doctor finds well'
price=$(sql 'SELECT price FROM products WHERE id = 1')
priced $((price + 1))
eventually 5 price_is $((price + 1))
ok 'what is written comes to be seen'

# What the replica has done stays as it is from here on.
at_b sql_root 'STOP SLAVE SQL_THREAD'
writer=$(reads_at writer)
replica=$(reads_at replica)
priced 7
price_is $((price + 1))
ok 'a product is read from the replica'
is "$(reads_at replica)" $((replica + 1)) 'which is counted'
as 1
user GET /v1/products/1
is "$status $(json .price)" "200 $((price + 1))" 'with a token, too'
as 3
user GET /v1/products/1
is "$status $(json .price)" '200 7' 'but an admin sees what was changed last'
fresh=$(ctl product add --name Fresh --price 5 --stock 5)
as 1
user GET "/v1/products/$fresh"
is "$status $(json .name)" '200 "Fresh"' 'and a customer what the replica has not yet'
writer=$(reads_at writer)
replica=$(reads_at replica)
request GET '/v1/products?limit=1'
is "$status $(json '.items[0].price')" "200 $((price + 1))" 'so are lists'
request GET '/v1/products?q=a'
is "$status" 200 'and a search'
request GET /v1/products/top
is "$status $(reads_at writer)" "200 $writer" 'and the ranking'
[ "$(reads_at replica)" -ge $((replica + 3)) ]
ok 'nothing of these is read where it is written'
as 1
before=$(balance 1)
post /v1/points/charge '{"amount": 1000}'
is "$status" 201 'a charge'
user GET /v1/points/balance
is "$status $(json .balance)" "200 $((before + 1000))" 'the balance shows it at once'
user GET /v1/points/transactions
is "$(json '.items[0].amount')" 1000 'so does the history'
post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
is "$status $(json .totalPrice)" '201 7' 'an order is of the price that holds'
user GET "/v1/orders/$(json .id)"
is "$status $(json .totalPrice)" '200 7' 'and is there at once'

# ---- It is behind

pool_stop
conf db_read_lag_s 2
pool_start
eventually 10 price_is 7
ok 'what is too far behind answers no more'
eventually 5 none_near "$two"
ok 'and all workers leave it'
is "$(behind)" 1 'which the log says once'
request GET /metrics
like "$(grep '^shop_replica_' "$dir/body")" "shop_replica_passed_over\{database=\"$two\"\} 1" \
    '/metrics says so'
like "$(grep '^shop_replica_' "$dir/body")" "shop_replica_behind_seconds\{database=\"$two\"\} ([2-9]|[1-9][0-9])" \
    'and how far'
run doctor
like "$out" "^bad replicas: $two: what is written does not come within db_read_lag_s" \
    'and doctor'
at_b sql_root 'START SLAVE SQL_THREAD'
eventually 10 all_near "$two"
ok 'once it has caught up they are back'
run doctor
is "$(echo "$out" | grep replicas)" 'ok replicas' 'and doctor is content'

# It can't be asked how far it is: as one of an older schema.
at_b sql_root 'SET SESSION sql_log_bin = 0; RENAME TABLE shop.heartbeat TO shop.away'
eventually 10 none_near "$two"
ok 'one that can not tell answers for nothing'
price_is 7
ok 'and the writer does'
at_b sql_root 'SET SESSION sql_log_bin = 0; RENAME TABLE shop.away TO shop.heartbeat;
    STOP SLAVE; START SLAVE'
eventually 10 all_near "$two"
ok 'until it can'
# Nor what a statement needs.
at_b sql_root 'SET SESSION sql_log_bin = 0; RENAME TABLE shop.product_suffixes TO shop.away'
request GET '/v1/products?q=ap'
is "$status" 200 'a statement that fails there is done where it is written'
at_b sql_root 'SET SESSION sql_log_bin = 0; RENAME TABLE shop.away TO shop.product_suffixes'
eventually 10 all_near "$two"
ok 'and it is back'

# ---- It is lost, under load

# reads_well TEXT: all clients' reads were answered.
reads_well() {
	clients_stop
	is "$(answers "$lost_ms" "$(now_ms)" GET | grep -v '^200 ' | head -n 3)" '' "$1"
}
clients_start --clients 6 --think-ms 5 --pause-ms 100 --mix read,read,top,order
sleep_ms 500
lost_ms=$(now_ms)
kill -KILL "$b_pid"
eventually 5 gone "$b_pid"
eventually 5 none_near "$two"
sleep_ms 1000
reads_well 'a replica dies, and each read is answered'
at_b db_start
at_b sql_root 'START SLAVE'
eventually 20 all_near "$two"
ok 'it comes back'
clients_start --clients 6 --think-ms 5 --pause-ms 100 --mix read,read,top,order
sleep_ms 500
lost_ms=$(now_ms)
kill -STOP "$b_pid"
eventually 10 none_near "$two"
sleep_ms 1000
reads_well 'one freezes, and each read is answered'
kill -CONT "$b_pid"
eventually 20 all_near "$two"
ok 'it thaws'

# ---- The writer is lost, and what is sold can still be looked at

db_stop
later() { sleep 4; price_is 7; }
price_is 7 && later
ok 'without a writer the catalogue is read from the replica'
user GET /v1/points/balance
is_problem 503 unavailable 'and no balance'
db_start
lead A alone
# Nobody asks for what only the writer has.
at_b sql_root 'STOP SLAVE SQL_THREAD'
priced 9
eventually 20 price_is 9
ok 'the writer is back, and what is behind it answers no more'
at_b sql_root 'START SLAVE SQL_THREAD'
eventually 10 all_near "$two"
ok 'until it has caught up'

# ---- Its clock, by which it ranks, is another

at_b db_stop
clock_make
echo 7200 >"$clock_file"
at_b db_start
db_env=
at_b sql_root 'START SLAVE'
run doctor
like "$out" "^bad replicas: $two: its clock, by which it ranks, differs by (7[12][0-9]{5}) ms" \
    'doctor compares clocks'
conf db_socket "$one, $two"
run doctor
like "$out" "^bad databases: the clock of $two differs by 7[12][0-9]{5} ms" \
    'of one that may come to write, too'
conf db_socket "$one"
at_b db_stop
at_b db_start
at_b sql_root 'START SLAVE'
eventually 20 all_near "$two"
ok 'it is set right'

# ---- Several

pool_stop
conf db_read_host "$two, $one"
pool_start
spread() { [ "$(replica "$one") $(replica "$two")" = \
    "[\"closed\",$(($(pool_size) / 2))] [\"closed\",$((($(pool_size) + 1) / 2))]" ]; }
eventually 10 spread
ok "the workers spread over two: $(replica "$two") $(replica "$one")"
kill -STOP "$b_pid"
eventually 15 all_near "$one"
ok 'where one is lost they are at the other'
kill -CONT "$b_pid"
eventually 30 spread
ok 'and go back by and by'

# ---- Settings

for bad in , "$two,$two" 'a b' 'a:0'; do
	conf db_read_host "$bad"
	run status
	is "$code $lines" '1 1' "bad: db_read_host = $bad"
	like "$err" 'db_read_host' 'and it says so'
done
finish
