#!/bin/sh
# SPDX-License-Identifier: MIT
# Flow 2: an order that is paid.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

# ---- One order

as 6
digest=$(tables)
post /v1/orders '{"items": [{"productId": 4, "quantity": 2},
    {"productId": 17, "quantity": 3}, {"productId": 3, "quantity": 1}]}'
is "$status" 201 'an order of three lines is created'
id=$(json .id)
is "$(header Location)" "/v1/orders/$id" 'Location says where it is'
is "$(json keys_unsorted)" \
    '["id","status","totalPrice","items","payment","balanceAfter","createdAt","cancelledAt","fulfilledAt"]' \
    'it has its members, no more'
is "$(json '[.status, .totalPrice, .balanceAfter]')" '["paid",75300,174700]' \
    'it is paid, from the balance'
is "$(json .items)" '[{"productId":4,"name":"Ceramic Pour-over Dripper","quantity":2,"price":26000},{"productId":17,"name":"강릉 순두부 과자","quantity":3,"price":4500},{"productId":3,"name":"전주 한지 노트 A5","quantity":1,"price":9800}]' \
    "its lines stand in the client's order"
is "$(json '.payment | [keys, (.id | type), .status, .amount, .attempts]')" \
    '[["amount","attempts","id","status"],"number","approved",75300,1]' \
    'its payment was approved at the first attempt'
is "$(header Cache-Control)" no-store 'nobody may store it'
unlike "$headers" '^Idempotency-Replayed' 'it is no replay'
unlike "$(tables)" "^$digest\$" 'the digest of the tables sees an order'
placed=$body
length=$(wc -c <"$dir/body")
created=$(json .createdAt)

# ---- What it left

is "$(sql "SELECT id, user_id, amount, status, attempts, reason IS NULL FROM payments")" \
    "$(printf '%s\t6\t75300\tapproved\t1\t1' "$(json .payment.id)")" \
    'one payment, as it was told'
is "$(sql "SELECT user_id, status, total_price, balance_after,
    DATE_FORMAT(created_at, '\"%Y-%m-%dT%H:%i:%s.') = LEFT('$created', 21),
    ABS(TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP())) < 60
    FROM orders WHERE id = $id")" \
    "$(printf '6\tpaid\t75300\t174700\t1\t1')" 'the order, of this moment in UTC'
is "$(sql "SELECT type, amount, balance_after FROM points_ledger
    WHERE order_id = $id AND user_id = 6")" \
    "$(printf 'payment\t-75300\t174700')" "the ledger's row"
is "$(balance 6)" 174700 'the balance'
is "$(stock 4) $(stock 17) $(stock 3) $(stock 1)" '43 297 199 120' \
    'the stock of its products, and of no others'
is "$(sql "SELECT p.id, p.sold, m.sold_before, m.hour = p.hour
      AND m.hour = DATE_FORMAT(o.created_at, '%Y-%m-%d %H:00:00')
    FROM sales_marks m JOIN products p ON p.id = m.product_id JOIN orders o
    ORDER BY p.id" | tr '\t\n' ': ')" \
    '3:1:0:1 4:2:0:1 17:3:0:1 ' 'and what the ranking is made of'

# ---- Shown again

user GET "/v1/orders/$id"
is "$status" 200 'the order is shown'
is "$body" "$placed" 'as it was created, byte for byte'
is "$(header Cache-Control)" no-store 'to nobody else'
is "$(header Location)" '' 'without a Location'
user HEAD "/v1/orders/$id"
is "$status $(header Content-Length)" "200 $length" 'HEAD has its length'

as 1
user GET "/v1/orders/$id"
is_problem 404 order_not_found "another user's order is not there"
user HEAD "/v1/orders/$id"
is "$status" 404 'by HEAD neither'
as 6
user GET /v1/orders/999999
is_problem 404 order_not_found 'nor is none'
user GET /v1/orders/9007199254740991
is_problem 404 order_not_found 'nor the last there can be'
for bad in abc 0 -1 01 1.5 9007199254740992 9223372036854775808; do
	user GET "/v1/orders/$bad"
	is_problem 400 invalid_parameter "an order's id is not $bad"
done
request GET "/v1/orders/$id"
is_problem 401 missing_token 'nobody sees an order'
as 999
user GET "/v1/orders/$id"
is_problem 401 unknown_user 'nor does a user who does not exist'
as 6
sql "UPDATE users SET status = 'closed' WHERE id = 6"
user GET "/v1/orders/$id"
is_problem 401 unknown_user 'nor who is closed, be it the own'
sql "UPDATE users SET status = 'active' WHERE id = 6"

# ---- The order keeps what was agreed

sql "UPDATE products SET price = 1, name = 'Something else' WHERE id IN (3, 4);
    CALL product_index(3); CALL product_index(4)"
user GET "/v1/orders/$id"
is "$body" "$placed" 'a new price and name change no order'
post /v1/orders '{"items": [{"productId": 4, "quantity": 1}]}'
is "$(json '[.totalPrice, .items[0].price, .items[0].name]')" \
    '[1,1,"Something else"]' 'but the next one has them'
user GET "/v1/orders/$id"
is "$body" "$placed" 'which leaves the first as it is'

# ---- To the last piece and the last point

last=$(ctl product add --name Last --price 300 --stock 1000)
spender=$(ctl user add --name S --email s@example.com --balance 300000)
as "$spender"
post /v1/orders "{\"items\": [{\"productId\": $last, \"quantity\": 1000}]}"
is "$status $(json .balanceAfter)" '201 0' 'an order may take the last point'
is "$(stock "$last") $(balance "$spender")" '0 0' 'and the last piece, a thousand of them'
post /v1/points/charge '{"amount": 300}'
post /v1/orders "{\"items\": [{\"productId\": $last, \"quantity\": 1}]}"
is_problem 409 insufficient_stock 'then there is none left'

# The greatest total there is, of two lines.
dear=$(ctl product add --name Dear --price 9007199254740990 --stock 1)
penny=$(ctl product add --name Penny --price 1 --stock 1)
as "$(ctl user add --name R --email r@example.com --balance 9007199254740991)"
post /v1/orders "{\"items\": [{\"productId\": $dear, \"quantity\": 1},
    {\"productId\": $penny, \"quantity\": 1}]}"
like "$status $body" \
    '^201 .*"totalPrice":9007199254740991,.*"amount":9007199254740991,' \
    'a total of 2^53-1 is one, every digit'

# ---- A hundred lines, from the last product to the first

sql "$(i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	echo "CALL product_add('P$i', '', $i, 10);"
done)" >"$dir/added"
first=$(head -n 1 "$dir/added" | cut -f 2)
items=
i=100
while [ $i -gt 0 ]; do
	i=$((i - 1))
	items="$items,{\"productId\": $((first + i)), \"quantity\": 2}"
done
as 6
post /v1/orders "{\"items\": [${items#,}]}"
is "$status $(json '[.totalPrice, (.items | length)]')" '201 [10100,100]' \
    'a hundred lines are an order'
is "$(json '[.items[].productId] == [range('$((first + 99))'; '$((first - 1))'; -1)]')" true \
    'in the order they were sent'
id=$(json .id)
hundred=$body
user GET "/v1/orders/$id"
is "$body" "$hundred" 'and are shown so'
is "$(sql "SELECT MIN(stock), MAX(stock) FROM products
    WHERE id BETWEEN $first AND $((first + 99))")" "$(printf '8\t8')" \
    'each has lost its two pieces'

# ---- Another hour

# marks PRODUCT: what had been sold before each of its marks.
marks() {
	sql "SELECT GROUP_CONCAT(sold_before ORDER BY id) FROM sales_marks
	    WHERE product_id = $1"
}
sold() { sql "SELECT sold FROM products WHERE id = $1"; }

# hours_pass N: all that was sold becomes so much older.
hours_pass() {
	sql "UPDATE orders SET created_at = created_at - INTERVAL $1 HOUR;
	    UPDATE sales_marks SET hour = hour - INTERVAL $1 HOUR;
	    UPDATE products SET hour = hour - INTERVAL $1 HOUR WHERE sold > 0"
}

# No hour may end while we look, but by us.
while [ $(($(date +%s) % 3600)) -gt 3570 ]; do sleep 1; done
as 6
hours_pass 1
before_3=$(marks 3)
before_4=$(marks 4)
want_17=$(marks 17),$(sold 17)
order 17
order 17
is "$status $(marks 17)" "201 $want_17" 'the first order of an hour makes a mark'
want_3=$before_3,$(sold 3)
order 17 3
is "$status $(marks 3) $(marks 4) $(marks 17)" "201 $want_3 $before_4 $want_17" \
    'one of two products makes that of the one that has none'
hours_pass 2
want="$want_3,$(sold 3) $before_4,$(sold 4) $want_17,$(sold 17)"
order 17 3 4
order 4 3 17
is "$status $(marks 3) $(marks 4) $(marks 17)" "201 $want" \
    'one of three makes three'
hours_pass 1
digest=$(tables)
post /v1/orders '{"items": [{"productId": 4, "quantity": 1}, {"productId": 17, "quantity": 999}]}'
is "$status $(tables)" "409 $digest" 'one that is refused makes none'
is "$(invariants)" '' 'what was sold from mark to mark is what was ordered'

# hour_begins PRODUCT...: while others look, and want them; by a clock that is
# an hour ahead.
hour_begins() {
	rm -f "$dir/begun"
	for product in "$@"; do
		echo "UPDATE products SET hour = DATE_FORMAT(UTC_TIMESTAMP()
		    + INTERVAL 1 HOUR, '%Y-%m-%d %H:00:00') WHERE id = $product;
		    INSERT INTO sales_marks (product_id, hour, sold_before)
		    SELECT id, hour, sold FROM products
		    WHERE id = $product;"
	done >"$dir/begins.sql"
	$db_client -S "$db_sock" -u root -N -B --unbuffered shop \
	    -e "BEGIN; $(cat "$dir/begins.sql") SELECT 'begun';
	    SELECT SLEEP(0.5); COMMIT" >"$dir/begun" &
	begins_pid=$!
	eventually 5 grep -q begun "$dir/begun"
}
by_the_clock() {
	sql "SELECT COUNT(*) FROM orders WHERE id = $(json .id) AND
	    created_at BETWEEN UTC_TIMESTAMP(3) - INTERVAL 20 SECOND
	    AND UTC_TIMESTAMP(3)"
}
order 17 3 4
hour_begins 17
order 17
wait "$begins_pid"
is "$status $(by_the_clock)" '201 1' \
    'another hour begins meanwhile: an order is of the one of the clock'
is "$(invariants)" '' 'and counted there'
hour_begins 3 4
order 4 3
wait "$begins_pid"
is "$status $(by_the_clock)" '201 1' 'and one of two lines'
is "$(invariants)" '' 'they are, too'
want="$(marks 3),$(sold 3)"
hour_begins 3
wait "$begins_pid"
order 8 3
is "$status $(by_the_clock) $(marks 3),$(sold 3)" \
    "201 1 $want,${want##*,},$((${want##*,} + 1))" \
    'a clock that was set back: the order is of its hour again, by a new mark'
is "$(invariants)" '' 'of as many as are sold after it'
finish
