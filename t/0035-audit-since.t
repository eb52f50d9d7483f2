#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl audit --since: whatever is wrong with what was written since is
# found, by name; what was written before is not read.
. "${top_srcdir:-.}/t/lib.sh"
# No hour may end while we look.
while [ $(($(date +%s) % 3600)) -gt 3540 ]; do sleep 1; done
shop_start

# clean TEXT: the last audit found nothing; sets mark.
clean() {
	is "$code $err $(echo "$out" | sed -n '1p;3,$p')" '0  ok' "$1"
	like "$(echo "$out" | sed -n 2p)" '^mark m1(-[0-9]+){6}$' 'and a mark'
	mark=$(echo "$out" | sed -n 's/^mark //p')
}

# old HOURS: all that there is becomes so much older.
old() {
	for table in users products payments orders points_ledger \
	    stock_movements; do
		sql "UPDATE $table SET created_at = created_at - INTERVAL $1 HOUR"
	done
	sql "UPDATE sales_marks SET hour = hour - INTERVAL $1 HOUR;
	    UPDATE products SET hour = hour - INTERVAL $1 HOUR WHERE sold > 0"
}

# ---- Bad usage

for bad in '' now 1700000000 2026-11-22 '2026-11-22 19:00:00.000' \
    2026-11-22T19:00:00Z 2026-11-22T19:00:00.000 2026-11-22T19:00:00.000+00:00 \
    2026-02-29T19:00:00.000Z 2026-11-31T19:00:00.000Z 2026-11-22T24:00:00.000Z \
    2026-11-22T19:60:00.000Z "2026-11-22T19:00:00.00';" \
    m1 m1-1-2-3-4-5 m1-1-2-3-4-5-6 m1-1-2-3-4-5-0000000006- \
    m1-1-2-3-4-5-0000000006-7 m1-01-2-3-4-5-0000000006 \
    m1--1-2-3-4-5-0000000006 m2-1-2-3-4-5-0000000006 \
    'm1-1-2-3-4-5-0000000006 ' m1-1-2-3-4-x-0000000006 \
    m1-99999999999999999999-2-3-4-5-0000000006; do
	run audit --since "$bad"
	is "$code $lines $(wc -c <"$dir/out")" '2 1 0' "bad usage: --since '$bad'"
done
run audit --since
is "$code" 2 'no time'
run audit --since 2999-01-01T00:00:00.000Z
is "$code $lines $out" '1 1 ' 'a time to come: nothing was written since'
like "$err" 'ahead of the database' 'and it says so'

# ---- Nothing written, and something

run audit
clean 'the audit of everything is content'
run audit --since "$mark"
clean 'and so is one from its mark'
run audit --since 1970-01-01T00:00:00.000Z
clean 'and one of all time'

as 2
post /v1/orders '{"items": [{"productId": 3, "quantity": 1}]}'
lost=$(json .id)
post /v1/orders '{"items": [{"productId": 4, "quantity": 1}]}'
old 2
# A payment that failed, so that numbers have a gap.
sql "CALL payment_fail(2, 4, 'aborted', '00000000000000010001000')" >/dev/null
as 1
post /v1/points/charge '{"amount": 3000}'
charge=$(json .id)
post /v1/orders '{"items": [{"productId": 1, "quantity": 2}, {"productId": 2, "quantity": 1}]}'
order=$(json .id)
total=$(json .totalPrice)
user=1
as 2
post /v1/orders '{"items": [{"productId": 3, "quantity": 1}]}'
other=$(json .id)
as 1
post /v1/orders '{"items": [{"productId": 5, "quantity": 1}]}'
paid=$(sql "SELECT id FROM points_ledger WHERE order_id = $order")
hour=$(sql 'SELECT MAX(hour) FROM sales_marks')
now=$(sql "SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%s.000Z')")

run audit
clean 'orders, old and new'
run audit --since "$now"
clean 'since this hour began'
first=$mark
run audit --since "$first"
clean 'from the mark of --since'
is "$mark" "$first" 'nothing was written: the same mark'

# ---- Tampering

# found NAME BY BACK PATTERN...: by this statement; the audit since this hour
# must say so in a line like each pattern and in no other, until that one
# sets it right; the one of everything must see it too.
found() {
	found_name=$1
	found_back=$3
	sql "$2" || fail "$1: the statement"
	shift 3
	run audit --since "$now"
	is "$code $lines $(wc -l <"$dir/out")" "1 1 $#" "found: $found_name"
	unlike "$out" '^(ok$|mark )' 'no mark to go on from'
	for pattern in "$@"; do
		like "$out" "^$pattern" 'names it'
	done
	ctl audit >/dev/null 2>&1
	is "$?" 1 'by the audit of everything too'
	sql "$found_back"
}

# kept TABLE WHERE and kept_back TABLE: rows that are gone, and back.
kept() { echo "CREATE TABLE kept AS SELECT * FROM $1 WHERE $2; DELETE FROM $1 WHERE $2"; }
kept_back() { echo "INSERT INTO $1 SELECT * FROM kept; DROP TABLE kept"; }

found 'a balance' "UPDATE users SET balance = balance + 1 WHERE id = $user" \
    "UPDATE users SET balance = balance - 1 WHERE id = $user" \
    "balance_is_ledger: user $user: balance [0-9]+, ledger [0-9]+"
found 'a charge' "UPDATE points_ledger SET amount = amount + 1 WHERE id = $charge" \
    "UPDATE points_ledger SET amount = amount - 1 WHERE id = $charge" \
    "ledger_chain: ledger row $charge of user $user: balance after 53000, row before 50000, amount 3001"
found 'a running sum' \
    "UPDATE points_ledger SET balance_after = balance_after + 1 WHERE id = $charge" \
    "UPDATE points_ledger SET balance_after = balance_after - 1 WHERE id = $charge" \
    "ledger_chain: ledger row $charge " "ledger_chain: ledger row $paid "
found 'the ledger row before the first' \
    "UPDATE points_ledger SET balance_after = balance_after + 1, amount = amount + 1 WHERE user_id = $user AND id < $charge" \
    "UPDATE points_ledger SET balance_after = balance_after - 1, amount = amount - 1 WHERE user_id = $user AND id < $charge" \
    "ledger_chain: ledger row $charge "
found 'a charge that is gone' "$(kept points_ledger "id = $charge")" \
    "$(kept_back points_ledger)" "ledger_chain: ledger row $paid "
found 'a user that is gone' "$(kept users "id = $user")" "$(kept_back users)" \
    "balance_is_ledger: user $user: balance of nobody, "
found 'an order'\''s ledger row that is gone' \
    "$(kept points_ledger "id = $paid")" "$(kept_back points_ledger)" \
    "order_ledger: order $order: total $total, ledger 0 in 0 rows" \
    'ledger_chain: ledger row '
found 'a ledger row for another order' \
    "UPDATE points_ledger SET order_id = 888888 WHERE id = $paid" \
    "UPDATE points_ledger SET order_id = $order WHERE id = $paid" \
    "order_ledger: order $order: total $total, ledger 0 in 0 rows" \
    "order_ledger: order 888888: total 0, ledger $total in 1 rows"
found 'an order'\''s balance' \
    "UPDATE orders SET balance_after = balance_after + 1 WHERE id = $order" \
    "UPDATE orders SET balance_after = balance_after - 1 WHERE id = $order" \
    "order_ledger: order $order: "
found 'an order'\''s total' \
    "UPDATE orders SET total_price = total_price + 1 WHERE id = $order" \
    "UPDATE orders SET total_price = total_price - 1 WHERE id = $order" \
    "order_total: order $order: total $((total + 1)), lines $total" \
    "order_payment: order $order: total $((total + 1)), payment approved of $total" \
    "order_ledger: order $order: "
found 'an order that is gone' "$(kept orders "id = $other")" "$(kept_back orders)" \
    "item_order: line 0 of order $other: no such order" \
    "payment_order: payment $other: approved without an order" \
    "order_ledger: order $other: total 0, ledger [0-9]+ in 1 rows" \
    'marks_are_orders: product 3 at .*: marks 1, orders 0'
found 'a line that is gone' "$(kept order_items "order_id = $order AND line = 1")" \
    "$(kept_back order_items)" "order_total: order $order: " \
    "sold_is_orders: product 2: sold 1, lines 0" \
    "marks_are_orders: product 2 at $hour: marks 1, orders 0"
found 'a quantity' \
    "UPDATE order_items SET quantity = 3 WHERE order_id = $order AND line = 0" \
    "UPDATE order_items SET quantity = 2 WHERE order_id = $order AND line = 0" \
    "order_total: order $order: " \
    "sold_is_orders: product 1: sold 2, lines 3" \
    "marks_are_orders: product 1 at $hour: marks 2, orders 3"
found 'a line of no product' \
    "UPDATE order_items SET product_id = 999 WHERE order_id = $order AND line = 1" \
    "UPDATE order_items SET product_id = 2 WHERE order_id = $order AND line = 1" \
    "item_product: product 999: 1 lines, and no such product" \
    "marks_are_orders: product 2 at $hour: marks 1, orders 0" \
    "sold_is_orders: product 2: sold 1, lines 0" \
    "marks_are_orders: product 999 at $hour: marks 0, orders 1"
found 'a payment that failed after all' \
    "UPDATE payments SET status = 'failed', reason = 'x' WHERE id = $order" \
    "UPDATE payments SET status = 'approved', reason = NULL WHERE id = $order" \
    "order_payment: order $order: total $total, payment failed " \
    "payment_order: payment $order: failed with an order"
found 'a payment that is gone' "$(kept payments "id = $order")" \
    "$(kept_back payments)" \
    "order_payment: order $order: total $total, payment missing"
found 'a payment of another user' \
    "UPDATE payments SET user_id = 3 WHERE id = $order" \
    "UPDATE payments SET user_id = $user WHERE id = $order" \
    "order_payment: order $order: .* by user 3"
found 'an approved payment without an order' \
    "INSERT INTO payments VALUES (777777, 1, 1, 'approved', 1, NULL, UTC_TIMESTAMP(3))" \
    'DELETE FROM payments WHERE id = 777777' \
    'payment_order: payment 777777: approved without an order'
found 'a mark' \
    "UPDATE sales_marks SET sold_before = 1 WHERE hour = '$hour' AND product_id = 1" \
    "UPDATE sales_marks SET sold_before = 0 WHERE hour = '$hour' AND product_id = 1" \
    "marks_are_orders: product 1 at $hour: marks 1, orders 2"
found 'a mark of nothing' "INSERT INTO sales_marks (product_id, hour, sold_before) VALUES (9, '$hour', 0)" \
    "DELETE FROM sales_marks WHERE product_id = 9" \
    "product_hour: product 9: hour 1970-01-01 00:00:00, newest mark $hour"
found 'a mark that is gone' "$(kept sales_marks "hour = '$hour' AND product_id = 1")" \
    "$(kept_back sales_marks)" \
    "marks_are_orders: product 1 at $hour: marks 0, orders 2" \
    "product_hour: product 1: hour $hour, newest mark missing"
found 'a product'\''s hour' \
    "UPDATE products SET hour = hour - INTERVAL 1 HOUR WHERE id = 3" \
    "UPDATE products SET hour = hour + INTERVAL 1 HOUR WHERE id = 3" \
    "product_hour: product 3: hour .*, newest mark $hour"
found 'a stock' 'UPDATE products SET stock = stock + 1 WHERE id = 20' \
    'UPDATE products SET stock = stock - 1 WHERE id = 20' \
    'stock_is_movements: product 20: stock 51, movements 50, sold 0'
found 'what was sold' 'UPDATE products SET sold = sold + 1 WHERE id = 1' \
    'UPDATE products SET sold = sold - 1 WHERE id = 1' \
    'stock_is_movements: product 1: stock 118, movements 120, sold 3' \
    'sold_is_orders: product 1: sold 3, lines 2' \
    "marks_are_orders: product 1 at $hour: marks 3, orders 2"
found 'a movement' \
    'UPDATE stock_movements SET quantity = quantity - 1 WHERE product_id = 1' \
    'UPDATE stock_movements SET quantity = quantity + 1 WHERE product_id = 1' \
    'stock_is_movements: product 1: '
found 'all of the stock' 'UPDATE products SET stock = stock + 1' \
    'UPDATE products SET stock = stock - 1' \
    $(seq 1 24 | sed 's/.*/stock_is_movements:.product.&:/')

# ---- What is older

sql "UPDATE orders SET total_price = total_price + 1 WHERE id = $lost"
run audit --since "$now"
clean 'what is wrong with an old order is not looked for'
run audit --since 1970-01-01T00:00:00.000Z
is "$code $(grep -c "order_total: order $lost:" "$dir/out")" '1 1' \
    'since earlier it is'
sql "UPDATE orders SET total_price = total_price - 1 WHERE id = $lost;
    $(kept order_items "order_id = $lost")"
run audit --since "$now"
is "$code $out" "1 sold_is_orders: product 3: sold 2, lines 1" \
    'but for what all products have sold'
sql "$(kept_back order_items)"

# A row commits after one that is younger: ids are not quite in time's order.
sql "UPDATE orders SET created_at = '$hour' - INTERVAL 30 SECOND WHERE id = $order;
    UPDATE points_ledger SET created_at = '$hour' - INTERVAL 30 SECOND WHERE id = $paid;
    UPDATE sales_marks SET hour = '$hour' - INTERVAL 1 HOUR
    WHERE hour = '$hour' AND product_id IN (1, 2);
    UPDATE products SET hour = '$hour' - INTERVAL 1 HOUR WHERE id IN (1, 2);
    UPDATE points_ledger SET amount = amount - 1 WHERE id = $charge"
run audit --since "$now"
like "$out" "^ledger_chain: ledger row $charge " \
    'a row before one of the hour before is seen'
unlike "$out" 'order_ledger|marks_are|product_hour' 'that one is no fault'
sql "UPDATE points_ledger SET amount = amount + 1 WHERE id = $charge"
run audit --since "$now"
clean 'all set right'
run audit
clean 'for the audit of everything too'

# ---- Twice as much that is new is twice the work

# work: rows that the audit since `mark` reads.
work() {
	work_before=$(rows_read)
	ctl audit --since "$mark" >/dev/null || fail 'the audit'
	echo $(($(rows_read) - work_before))
}
# lives TIMES: of one user, orders that are cancelled.
lives() {
	for n in $(seq "$1"); do
		post /v1/points/charge '{"amount": 100000}'
		post /v1/orders '{"items": [{"productId": 7, "quantity": 1}]}'
		user POST "/v1/orders/$(json .id)/cancel"
	done
	is "$status" 200 'orders, and all of them cancelled'
}
as 4
run audit
clean 'before them'
none=$(work)
lives 50
once=$(work)
lives 50
twice=$(work)
[ $((twice - none)) -lt $(((once - none) * 5 / 2)) ]
ok "of one user, too: $none rows, $once, $twice"

conf schema_dir "$dir/none"
run audit --since "$now"
is "$code $lines $out" '1 1 ' 'without its file it can'\''t be carried out'
finish
