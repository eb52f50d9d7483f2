#!/bin/sh
# SPDX-License-Identifier: MIT
# Many cancel and fulfil at once: each order comes back once, or not at all.
. "${top_srcdir:-.}/t/lib.sh"
conf workers 8
shop_start
promote 3
admin=$(token 3)
as 6
owner=$bearer

# cancel NAME ORDER BEARER [KEY], and fulfil: one of many.
change() {
	change_to=$1
	bearer=$4
	shot_post "$2" "/v1/orders/$3/$change_to" '{}' \
	    ${5:+-H "Idempotency-Key: $5"}
}
cancel() { change cancel "$@"; }
fulfil() { change fulfil "$@"; }
# buy BODY [KEY]: an order of the owner's; sets id.
buy() {
	bearer=$owner
	post /v1/orders "$1" ${2:+-H "Idempotency-Key: $2"}
	id=$(json .id)
}
# answers_of FILES: how many different ones there are in them.
answers_of() { cat "$@" | sort -u | wc -l; }
refunds() {
	sql "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM points_ledger
	    WHERE type = 'refund' AND order_id = $1" | tr '\t' ' '
}
codes() {
	cat "$dir"/shots/*.body | jq -r '.code // empty' | sort | uniq -c |
	    awk '{ print $1, $2 }'
}
# goods: stock and sold of each product that has been sold, and all balances.
goods() {
	sql 'SELECT id, stock, sold FROM products; SELECT id, balance FROM users'
}

# ---- 50 cancels of one order

# One in five with one key, two with a key each, two with none; some by an admin.
cancel_it() {
	case $((n % 5)) in
	0) key=same ;;
	1 | 2) key=own-$id-$n ;;
	*) key= ;;
	esac
	who=$owner
	[ $((n % 10)) -lt 8 ] || who=$admin
	cancel "$n" "$id" "$who" "${key:+$key-$id}"
}
before=$(goods)
for round in 1 2 3; do
	buy '{"items": [{"productId": 4, "quantity": 2}, {"productId": 17, "quantity": 3}]}'
	total=$(json .totalPrice)
	keys=$(sql 'SELECT COUNT(*) FROM requests')
	if [ $round = 1 ]; then
		meet 2 'SELECT id FROM users WHERE id = 6 FOR UPDATE' 50 cancel_it
	else
		parallel 50 cancel_it
	fi
	is "$(codes)" '' "round $round: nobody is refused"
	is "$(answers_of "$dir"/shots/*.body)" 1 'all have one answer'
	is "$(jq -c '[.id, .status, .payment.status]' "$dir/shots/1.body")" \
	    "[$id,\"cancelled\",\"refunded\"]" 'it is cancelled'
	is "$(grep -li '^idempotency-replayed: true' "$dir"/shots/*.headers |
	    sed 's/.*\///; s/\.headers//' | awk '$1 % 5' | wc -l) $(grep -li \
	    '^idempotency-replayed: true' "$dir"/shots/*.headers | wc -l)" \
	    '0 9' 'nine of the ten with one key are replays, and no other'
	is "$(shots)" '50 200' '50 cancel it'
	is "$(refunds "$id")" "1 $total" 'one refund, of all of it'
	is "$(goods)" "$before" 'points and stock are what they were'
	is "$(($(sql 'SELECT COUNT(*) FROM requests') - keys))" 41 \
	    'each key is kept once'
done

# ---- An admin, and then the owner

buy '{"items": [{"productId": 4, "quantity": 1}]}'
hold 30 "SELECT id FROM orders WHERE id = $id FOR UPDATE"
cancel admin "$id" "$admin" &
pids=$!
seen 'an admin who cancels' lock_waits_are 1
cancel owner "$id" "$owner" &
pids="$pids $!"
seen 'an owner who cancels' lock_waits_are 2
let_go
wait $pids
is "$(answers_of "$dir"/shots/*.body) $(shots) $(refunds "$id" | cut -d ' ' -f 1)" \
    '1 2 200 1' 'an admin and the owner cancel an order, once'
is "$(grep -c 'number=1213' "$dir/log/shopd.log")" 0 'and meet in no deadlock'

# ---- A key that is under way for long

buy '{"items": [{"productId": 4, "quantity": 1}]}'
hold 30 'SELECT id FROM users WHERE id = 6 FOR UPDATE'
cancel first "$id" "$owner" long &
first_pid=$!
eventually 5 key_held 6 '/v1/orders/{id}/cancel' long "$id"
ok 'a cancel is under way'
cancel second "$id" "$owner" long
shot_look second
is_problem 409 idempotency_in_progress 'another one with its key does not wait for ever'
let_go
wait $first_pid
cancel third "$id" "$owner" long
shot_look third
is "$status $(header Idempotency-Replayed)" '200 true' 'but then it is a replay'
cmp -s "$dir/shots/first.body" "$dir/shots/third.body"
ok 'of what the first was told'
rm -rf "$dir/shots"

# ---- Many orders of the same products, of three hours

# Each cancels an order of its own; lines cross.
users_from=$(sql "CALL user_add('u', 'm1@x.example', 100000)" | cut -f 2)
for n in 2 3 4 5 6 7 8 9 10 11 12; do
	echo "CALL user_add('u', 'm$n@x.example', 100000);"
done >"$dir/users.sql"
sql_file "$dir/users.sql" >/dev/null
before=$(goods)
n=0
while [ $n -lt 12 ]; do
	[ $((n % 4)) != 0 ] || [ $n = 0 ] || sql \
	    'UPDATE orders SET created_at = created_at - INTERVAL 1 HOUR;
	    UPDATE sales_marks SET hour = hour - INTERVAL 1 HOUR ORDER BY hour;
	    UPDATE products SET hour = hour - INTERVAL 1 HOUR WHERE hour > "1970-01-02"'
	as $((users_from + n))
	n=$((n + 1))
	if [ $((n % 2)) = 0 ]; then order 17 21; else order 21 17; fi
	echo "$(json .id) $bearer"
done >"$dir/orders"
is "$(invariants)" '' 'twelve orders of three hours'
cancel_mine() {
	sed -n "${n}p" "$dir/orders" | { read -r id bearer
	cancel "$n" "$id" "$bearer"; }
}
meet 8 'SELECT id FROM products WHERE id IN (17, 21) FOR UPDATE' 12 cancel_mine
is "$(codes)" '' 'nobody is refused'
is "$(shots)" '12 200' 'twelve cancel one each, at once'
is "$(goods)" "$before" 'all points and pieces are back'
is "$(sql 'SELECT MAX(sold_before) FROM sales_marks WHERE product_id IN (17, 21)')" 0 \
    'and no hour has sold any'
is "$(invariants)" '' 'each hour is as the orders have it'
is "$(grep -c 'number=1213' "$dir/log/shopd.log")" 0 'no two met in a deadlock'

# While others buy the same.
cancel_or_buy() {
	if [ $n -le 12 ]; then
		sed -n "${n}p" "$dir/orders" | { read -r id bearer
		cancel "$n" "$id" "$bearer"; }
	else
		bearer=$(sed -n "$((n - 12))p" "$dir/orders" | cut -d ' ' -f 2)
		shot_post "$n" /v1/orders '{"items": [{"productId": 21,
		    "quantity": 1}, {"productId": 17, "quantity": 2}]}'
	fi
}
n=0
while [ $n -lt 12 ]; do
	as $((users_from + n))
	n=$((n + 1))
	order 17 21
	echo "$(json .id) $bearer"
done >"$dir/orders"
meet 8 'SELECT id FROM products WHERE id IN (17, 21) FOR UPDATE' 24 cancel_or_buy
is "$(codes)" '' 'nobody is refused'
is "$(shots)" '12 200, 12 201' 'twelve cancel and twelve order the same, at once'
is "$(sql 'SELECT GROUP_CONCAT(sold ORDER BY id) FROM products WHERE id IN (17, 21)')" \
    24,12 'what was ordered is sold'
is "$(invariants)" '' 'and all holds'

# ---- A cancel and a repetition of the order

again() {
	if [ $((n % 2)) = 0 ]; then
		cancel "$n" "$id" "$owner"
	else
		bearer=$owner
		shot_post "$n" /v1/orders "$line" -H "Idempotency-Key: $key"
	fi
}
line='{"items": [{"productId": 9, "quantity": 1}]}'
before=$(goods)
for round in 1 2; do
	key=order-$round
	buy "$line" $key
	printf '%s' "$body" >"$dir/placed"
	orders=$(sql 'SELECT COUNT(*) FROM orders')
	meet 2 'SELECT id FROM users WHERE id = 6 FOR UPDATE' 20 again
	wrong=
	for n in 1 3 5 7 9 11 13 15 17 19; do
		cmp -s "$dir/placed" "$dir/shots/$n.body" || wrong="$wrong $n"
	done
	is "$wrong" '' 'each repetition is told what was told first'
	is "$(shots)" '10 200, 10 201' 'ten cancels, ten repetitions'
	is "$(sql 'SELECT COUNT(*) FROM orders') $(refunds "$id")" \
	    "$orders 1 $(jq .totalPrice "$dir/placed")" 'no other order, one refund'
done
is "$(goods)" "$before" 'points and stock are what they were'

# ---- Cancelled or fulfilled

either() {
	case $((n % 4)) in
	0) fulfil "$n" "$id" "$admin" ;;
	1) cancel "$n" "$id" "$owner" ;;
	2) fulfil "$n" "$id" "$admin" "f-$id" ;;
	3) cancel "$n" "$id" "$owner" "c-$id" ;;
	esac
}
wrong=
won=
for round in 1 2 3 4 5 6 7 8 9 10; do
	before="$(balance 6) $(stock 9)"
	buy "$line"
	paid="$(balance 6) $(stock 9)"
	if [ $round -le 3 ]; then
		meet 2 "SELECT id FROM orders WHERE id = $id FOR UPDATE" 8 either
	else
		parallel 8 either
	fi
	got="$(codes), $(shots), $(sql "SELECT status,
	    (cancelled_at IS NOT NULL) + 2 * (fulfilled_at IS NOT NULL)
	    FROM orders WHERE id = $id" | tr '\t' ' '), $(balance 6) $(stock 9)"
	case $got in
	"4 order_not_fulfillable, 4 200, 4 409, cancelled 1, $before") won=$won.c ;;
	"4 order_not_cancellable, 4 200, 4 409, fulfilled 2, $paid") won=$won.f ;;
	*) wrong="$wrong; $got" ;;
	esac
done
is "$wrong" '' "an order is cancelled or fulfilled, each time ($won)"

# One who comes first wins.
for first in cancel fulfil; do
	buy "$line"
	hold 30 "SELECT id FROM orders WHERE id = $id FOR UPDATE"
	case $first in
	cancel) second=fulfil who="$owner $admin" ;;
	fulfil) second=cancel who="$admin $owner" ;;
	esac
	$first first "$id" "${who% *}" &
	pids=$!
	seen 'the first one' lock_waits_are 1
	$second second "$id" "${who#* }" &
	pids="$pids $!"
	seen 'the second one' lock_waits_are 2
	let_go
	wait $pids
	is "$(cat "$dir/shots/first.status" "$dir/shots/second.status" | tr '\n' ' ')" \
	    '200 409 ' "a $first is first, a $second is refused"
	shots >/dev/null
done
is "$(grep -c 'number=1213' "$dir/log/shopd.log")" 0 'still no deadlock'
finish
