#!/bin/sh
# SPDX-License-Identifier: MIT
# The database's clock is set: two hours back, a second, an hour ahead, a year,
# and back again.  Orders are dated by it, each hour's sales are the orders of
# that hour, audits from mark to mark cry about nothing and miss nothing.
. "${top_srcdir:-.}/t/lib.sh"
# No hour may end while we look, but by us.
while [ $(($(date +%s) % 3600)) -gt 3400 ]; do sleep 1; done
clock_make
# Each ranking is computed.
conf memcached ''
shop_start

# since TEXT: the audit from the last mark on is content; sets mark.
since() {
	run audit --since "$mark"
	is "$code $err $(echo "$out" | grep -v '^mark \|^ahead ')" '0  ok' "$1"
	mark=$(echo "$out" | sed -n 's/^mark //p')
}

ranking() {
	request GET /v1/products/top
	json '[.items[] | [.productId, .sold]]'
}

# expected: the same from the orders that are dated in the window.
expected() {
	sql "SELECT CONCAT('[', COALESCE(GROUP_CONCAT('[', r.product_id, ',',
	    r.sold, ']' ORDER BY r.sold DESC, r.product_id), ''), ']') FROM
	    (SELECT i.product_id, SUM(i.quantity) AS sold FROM orders o
	      JOIN order_items i ON i.order_id = o.id
	      WHERE DATE_FORMAT(o.created_at, '%Y-%m-%d %H') BETWEEN
	        DATE_FORMAT(UTC_TIMESTAMP() - INTERVAL 71 HOUR, '%Y-%m-%d %H')
	        AND DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H')
	        AND o.status <> 'cancelled'
	      GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5) r"
}

# off: seconds between the last answer's createdAt and the machine's clock.
off() {
	echo $(($(date -d "$(json .createdAt | tr -d '"')" +%s) - $(date +%s)))
}

# near GOT WANTED TEXT: within the time that a request may take.
near() {
	[ "$1" -ge $(($2 - 20)) ] && [ "$1" -le $(($2 + 20)) ]
	ok "$3 (off by $1 s)"
}

# found WHAT BY BACK NAME: wrong since the mark, and found from there.
found() {
	sql "$2" || fail "$1: the statement"
	run audit --since "$mark"
	is "$code $err" "1 shopctl: audit: money or stock is not conserved" \
	    "$1, at $step s: found"
	like "$out" "^$4: " 'by name'
	unlike "$out" '^(ok$|mark )' 'no mark to go on from'
	sql "$3"
}

# violations: of each kind, in what was written since the mark.
violations() {
	found 'a balance' \
	    'UPDATE users SET balance = balance + 1 WHERE id = 1' \
	    'UPDATE users SET balance = balance - 1 WHERE id = 1' \
	    balance_is_ledger
	found 'a charge' \
	    "UPDATE points_ledger SET amount = amount + 1 WHERE id = $charge" \
	    "UPDATE points_ledger SET amount = amount - 1 WHERE id = $charge" \
	    ledger_chain
	found "an order's row in the ledger" \
	    "UPDATE points_ledger SET order_id = 888888 WHERE order_id = $order" \
	    "UPDATE points_ledger SET order_id = $order WHERE order_id = 888888" \
	    order_ledger
	found 'a line' \
	    "UPDATE order_items SET quantity = 2 WHERE order_id = $order AND line = 0" \
	    "UPDATE order_items SET quantity = 1 WHERE order_id = $order AND line = 0" \
	    order_total
	found 'a piece that nobody bought' \
	    'UPDATE products SET sold = sold + 1, stock = stock - 1 WHERE id = 4' \
	    'UPDATE products SET sold = sold - 1, stock = stock + 1 WHERE id = 4' \
	    sold_is_orders
	found 'the hour of an order' \
	    "UPDATE orders SET created_at = created_at - INTERVAL 5 HOUR WHERE id = $order" \
	    "UPDATE orders SET created_at = created_at + INTERVAL 5 HOUR WHERE id = $order" \
	    marks_are_orders
	newest=$(sql 'SELECT MAX(id) FROM sales_marks')
	found 'the hour of the newest mark' \
	    "UPDATE sales_marks SET hour = hour - INTERVAL 5 HOUR WHERE id = $newest" \
	    "UPDATE sales_marks SET hour = hour + INTERVAL 5 HOUR WHERE id = $newest" \
	    'product_hour|marks_are_orders'
}

sql "INSERT INTO stock_movements (product_id, type, quantity, created_at)
    SELECT id, 'restock', 1000, UTC_TIMESTAMP(3) FROM products;
    UPDATE products SET stock = stock + 1000"
as 1
post /v1/points/charge '{"amount": 1000000}'
post /v1/points/charge '{"amount": 1000000}'
order 1 2
order 3
run audit
is "$code $(echo "$out" | sed 1q)" '0 ok' 'an audit of everything'
mark=$(echo "$out" | sed -n 's/^mark //p')

# ---- One order by a clock that is a year ahead

promote 3
order 22
cancelled=$(json .id)
order 22
fulfilled=$(json .id)
since 'two orders of this year'
clock_step 31536000
order 9
near "$(off)" 31536000 'an order of next year'
# What else is dated: a key, a cart, a cancel, what was sent, a password, a grant.
post /v1/cart/items '{"productId": 3, "quantity": 1}' -H 'Idempotency-Key: ahead'
in_cart=$body
user POST "/v1/orders/$cancelled/cancel"
sql "CALL order_fulfil(3, 9000000000000, '2222222222222222', '', 0, $fulfilled);
    INSERT INTO credentials VALUES (1, 'x', UTC_TIMESTAMP(3));
    CALL charge_granted(1, 9000000000000, '1111111111111111', '', 0, 5, 'ahead', 0)" >/dev/null
# ahead_of TABLE COLUMN...: how many of its rows are ahead.
ahead_of() {
	while read -r table column; do
		sql "SELECT CONCAT('$table.$column ', COUNT(*)) FROM $table
		    WHERE $column > UTC_TIMESTAMP() + INTERVAL ${1:-1} MINUTE"
	done <<'END'
orders cancelled_at
orders fulfilled_at
credentials changed_at
grants created_at
cart_items added_at
requests created_at
END
}
clock_step 0
is "$(ahead_of | tr '\n' ' ')" 'orders.cancelled_at 1 orders.fulfilled_at 1 credentials.changed_at 1 grants.created_at 1 cart_items.added_at 1 requests.created_at 3 ' \
    'and so is all else'
is "$(ranking)" "$(expected)" 'is not counted before its time'
unlike "$(ranking)" '\[9,' 'it is not'
run audit --since "$mark"
like "$out" '^ahead orders: 1 dated ahead of the clock, ' 'and told'
is "$code" 0 'as no loss'
order 9
near "$(off)" 0 'the next one of the same product is dated by the clock'
is "$(ranking)" "$(expected)" 'and counted'
like "$(ranking)" '\[9,1\]' 'it alone'
since 'the audit from the mark on'
for table in orders.cancelled_at orders.fulfilled_at credentials grants cart_items \
    requests; do
	like "$out" "^ahead $table: [0-9]+ dated ahead of the clock, " "so is $table"
done
run doctor
like "$out" '^bad dates: .*orders.cancelled_at: [0-9]+ dated ahead' 'for doctor as well'
run redate
is "$code $(echo "$out" | head -n 1)" '0 orders 1' 'dated anew'
is "$(ahead_of | grep -v ' 0$')" '' 'whatever it is'
is "$(sql 'SELECT COUNT(*), SUM(expires_at > UTC_TIMESTAMP() + INTERVAL 47 HOUR)
    FROM requests WHERE expires_at BETWEEN UTC_TIMESTAMP()
    AND UTC_TIMESTAMP() + INTERVAL 2881 MINUTE' | tr '\t' ' ')" '3 1' \
    'a key is kept for as long as it was to be'
post /v1/cart/items '{"productId": 3, "quantity": 1}' -H 'Idempotency-Key: ahead'
is "$body $(header Idempotency-Replayed)" "$in_cart true" 'and found'
user GET "/v1/orders/$cancelled"
like "$(json .cancelledAt)" "^\"$(date -u +%Y)-" 'the cancel is of this year'
user DELETE /v1/cart
is "$(sql 'SELECT COUNT(*), MAX(stepped_from) FROM products
    WHERE stepped_from > "1970-01-01"')" "$(printf '0\tNULL')" \
    'no step is left to reckon with'
is "$(ranking)" "$(expected)" 'it is counted'
like "$(ranking)" '\[9,2\]' 'with the other one, once'
since 'the audit from the mark on'

# ---- Any step, and back

for step in -7200 0 -1 0 3600 0 31536000 -7200 31536000 0; do
	clock_step $step
	order 1
	is "$status" 201 "the clock is off by $step s: an order"
	near "$(off)" $step 'dated by the clock'
	since 'an audit from the last mark on'
	order 2 1
	order=$(json .id)
	near "$(off)" $step 'the next one'
	post /v1/points/charge '{"amount": 1000}'
	charge=$(json .id)
	near "$(off)" $step 'a charge'
	sql "CALL payment_fail(2, 4, 'aborted', '00000000000000010001000')" \
	    >/dev/null
	order 3 $((5 + count % 20))
	violations
	since 'all set right'
	since 'and once more, of nothing'
	is "$(ranking)" "$(expected)" 'the ranking is of the orders in its hours'
	is "$(invariants)" '' 'each hour sold what was ordered in it'
done

# ---- What lies ahead

is "$(sql 'SELECT COUNT(*) > 5 FROM orders
    WHERE created_at > UTC_TIMESTAMP() + INTERVAL 1 MINUTE')" 1 \
    'orders of a year to come are there'
run audit
is "$code $err" '0 ' 'no money and no stock is lost by it'
for table in orders payments points_ledger sales_marks; do
	like "$out" "^ahead $table: [0-9]+ dated ahead of the clock, .*run shopctl redate\$" \
	    "the audit of everything names $table"
done
like "$out" '^ok$' 'and is content'
run audit --since "$mark"
like "$out" '^ahead orders: .*run shopctl redate$' \
    'so does one that has seen them long ago'
is "$code $err" '0 ' 'content, too'
run doctor
like "$out" '^bad dates: orders: [0-9]+ dated ahead .*: .*run shopctl redate$' \
    'doctor names them'
is "$code" 1 'as bad'
before=$(sql 'SELECT COUNT(*), SUM(total_price) FROM orders')
ahead=$(sql 'SELECT COUNT(*) FROM orders WHERE created_at > UTC_TIMESTAMP() + INTERVAL 1 MINUTE')

# While others order.
parallel 20 order 1 2 3 >/dev/null &
others=$!
run redate
is "$code $err $(echo "$out" | sed -n 's/^orders //p')" "0  $ahead" \
    'they are dated anew while others order'
wait $others
is "$(invariants)" '' 'and all holds'
is "$(sql "SELECT COUNT(*) FROM orders WHERE created_at > UTC_TIMESTAMP(3)")" 0 \
    'nothing is ahead'
is "$(sql "SELECT COUNT(*) FROM sales_marks WHERE hour > UTC_TIMESTAMP(3)")" 0 \
    'no mark either'
is "$(ranking)" "$(expected)" 'the ranking counts them'
since 'the audit from the mark on'
unlike "$out" '^ahead ' 'names none any more'
run audit
unlike "$out" '^ahead ' 'the audit of everything neither'
run doctor
like "$out" '^ok dates$' 'doctor is content'
run redate
is "$code $out" "0 orders 0
payments 0
ledger 0
marks 0
others 0" 'once more: there is nothing to do'

# ---- Hours passed, as they were before there were steps

sql 'UPDATE orders SET created_at = created_at - INTERVAL 3 HOUR;
    UPDATE sales_marks SET hour = hour - INTERVAL 3 HOUR ORDER BY hour;
    UPDATE products SET stepped_from = IF(stepped_from > "1970-01-02",
      stepped_from - INTERVAL 3 HOUR, stepped_from),
    hour = hour - INTERVAL 3 HOUR WHERE sold > 0'
order 1
order 2 3
is "$(ranking)" "$(expected)" 'the ranking of several hours'
is "$(invariants)" '' 'holds'
finish
