#!/bin/sh
# SPDX-License-Identifier: MIT
# An order that is cancelled: points and stock come back, once, and the ranking
# forgets it.  And one that is fulfilled, which can't be.
. "${top_srcdir:-.}/t/lib.sh"
conf rank_fresh_s 1
conf memcached ''
shop_start
promote 3
admin=$(token 3)

sold() { sql "SELECT CONCAT(stock, ' ', sold) FROM products WHERE id = $1"; }
top() {
	request GET /v1/products/top
	json '[.items[] | [.productId, .sold]]'
}
cancel() { user POST "/v1/orders/$1/cancel"; }

# ---- Cancelled

as 6
post /v1/orders '{"items": [{"productId": 4, "quantity": 2},
    {"productId": 17, "quantity": 3}]}'
id=$(json .id)
is "$status $(json '[.balanceAfter, .cancelledAt, .fulfilledAt]')" \
    '201 [184500,null,null]' 'an order, neither cancelled nor fulfilled'
placed=$body
is "$(top)" '[[17,3],[4,2]]' 'is in the ranking'
cancel "$id"
is "$status $(json '[.id, .status, .totalPrice, .balanceAfter, .payment.status, .fulfilledAt]')" \
    "200 [$id,\"cancelled\",65500,184500,\"refunded\",null]" 'it is cancelled'
like "$(json .cancelledAt)" '^"20[0-9-]*T[0-9:]*\.[0-9]{3}Z"$' 'and tells when'
is "$(json '.items | length')" 2 'with all its lines'
is "$(header Location)$(header Idempotency-Replayed)" '' 'it is not made, nor replayed'
cancelled=$body
is "$(balance 6) $(sold 4) $(sold 17)" '250000 45 0 300 0' \
    'points and stock are what they were'
is "$(top)" '[]' 'and the ranking has forgotten it'
is "$(sql "SELECT type, amount, balance_after, order_id = $id FROM points_ledger
    WHERE user_id = 6 ORDER BY id DESC LIMIT 1")" \
    "$(printf 'refund\t65500\t250000\t1')" 'the ledger has the refund'
is "$(sql "SELECT status FROM payments WHERE id = $id")" approved \
    'what was paid was approved'
user GET "/v1/orders/$id"
is "$status $body" "200 $cancelled" 'it is shown as it was cancelled'

# ---- Again

digest=$(sql 'SELECT * FROM users; SELECT * FROM points_ledger; SELECT * FROM orders' |
    sha256sum)
cancel "$id"
is "$status $body" "200 $cancelled" 'twice: the same answer'
post "/v1/orders/$id/cancel" '{}' -H 'Idempotency-Key: c1'
is "$status $body" "200 $cancelled" 'with a key, and a body of nothing'
is "$(header Idempotency-Replayed)" '' 'which is new'
post "/v1/orders/$id/cancel" '{}' -H 'Idempotency-Key: c1'
is "$status $body $(header Idempotency-Replayed)" "200 $cancelled true" \
    'and then replayed'
is "$(sql 'SELECT * FROM users; SELECT * FROM points_ledger; SELECT * FROM orders' |
    sha256sum)" "$digest" 'one effect'
post "/v1/orders/$id/cancel" '{"reason": "x"}'
is_problem 422 validation_failed 'a member that it does not know'
post "/v1/orders/$id/cancel" '[]'
is_problem 422 validation_failed 'no object'

# ---- The order's own key

as 6
post /v1/orders '{"items": [{"productId": 9, "quantity": 1}]}' -H 'Idempotency-Key: o1'
id=$(json .id)
first=$body
cancel "$id"
post /v1/orders '{"items": [{"productId": 9, "quantity": 1}]}' -H 'Idempotency-Key: o1'
is "$status $body $(header Idempotency-Replayed)" "201 $first true" \
    'an order that was cancelled is replayed as it was placed'
is "$(balance 6) $(sold 9)" '250000 60 0' 'and not placed again'

# ---- Another's

as 6
order 12
id=$(json .id)
digest=$(tables)
as 2
cancel "$id"
is_problem 404 order_not_found "another user's"
cancel 999999
is_problem 404 order_not_found 'none at all'
like "$(json .detail)" 999999 'told by its number'
cancel abc
is_problem 400 invalid_parameter 'a number that is none'
is "$(json '.errors[0].parameter')" '"id"' 'is the id'
user POST "/v1/orders/$id/fulfil"
is_problem 403 forbidden 'a customer fulfils nothing'
request POST "/v1/orders/$id/cancel"
is_problem 401 missing_token 'nor does nobody cancel'
as 99
cancel "$id"
is_problem 401 unknown_user 'nor a user who never was'
is "$(tables)" "$digest" 'and nothing has changed'
bearer=$admin
user GET "/v1/orders/$id"
is "$status $(json .id)" "200 $id" "an admin sees anybody's"
cancel "$id"
is "$status $(json .status)" '200 "cancelled"' 'and may cancel it'
is "$(balance 6) $(balance 3)" '250000 30000' 'the points are those of its owner'

# ---- Fulfilled

as 6
order 13
id=$(json .id)
bearer=$admin
user POST "/v1/orders/$id/fulfil" -H 'Idempotency-Key: f1'
is "$status $(json '[.status, .cancelledAt]')" '200 ["fulfilled",null]' 'an order is fulfilled'
like "$(json .fulfilledAt)" '^"20[0-9-]*T[0-9:]*\.[0-9]{3}Z"$' 'and tells when'
done=$body
user POST "/v1/orders/$id/fulfil"
is "$status $body $(header Idempotency-Replayed)" "200 $done " 'again: the same'
user POST "/v1/orders/$id/fulfil" -H 'Idempotency-Key: f1'
is "$status $body $(header Idempotency-Replayed)" "200 $done true" 'by its key: replayed'
digest=$(tables)
as 6
cancel "$id"
is_problem 409 order_not_cancellable 'it is on its way'
bearer=$admin
cancel "$id"
is_problem 409 order_not_cancellable 'for an admin, too'
user POST /v1/orders/999999/fulfil
is_problem 404 order_not_found 'there must be one'
is "$(tables)" "$digest" 'nothing has changed'
as 6
order 13
id=$(json .id)
cancel "$id"
bearer=$admin
user POST "/v1/orders/$id/fulfil"
is_problem 409 order_not_fulfillable 'a cancelled one is not fulfilled'

# ---- A refund is never refused

max=9007199254740991
rich=$(ctl user add --name Rich --email rich@example.com --balance $max)
as "$rich"
order 17
id=$(json .id)
post /v1/points/charge '{"amount": 4500}'
is "$status $(json .balanceAfter)" "201 $max" 'a balance that is full again'
cancel "$id"
is "$status $(json .status)" '200 "cancelled"' 'takes the refund'
user GET /v1/points/balance
is "$body" "{\"userId\":$rich,\"balance\":9007199254745491}" 'every digit of it'
post /v1/points/charge '{"amount": 1}'
is_problem 422 validation_failed 'and no charge'
is "$(json '.errors[0] | [.pointer, .min, .max]')" '["/amount",1,0]' 'for which there is no room'
order 17
is "$status $(json .balanceAfter)" '201 9007199254740991' 'it can be spent'

# ---- In the hours of before, with marks behind it

as 6
post /v1/orders '{"items": [{"productId": 24, "quantity": 2}]}'
old=$(json .id)
post /v1/orders '{"items": [{"productId": 24, "quantity": 3}]}'
rest=$(json .id)
sql "UPDATE orders SET created_at = created_at - INTERVAL 5 HOUR WHERE id IN ($old, $rest);
    UPDATE sales_marks SET hour = hour - INTERVAL 5 HOUR WHERE product_id = 24;
    UPDATE products SET hour = hour - INTERVAL 5 HOUR WHERE id = 24"
as 2
post /v1/orders '{"items": [{"productId": 24, "quantity": 1}]}'
is "$(sql 'SELECT sold_before FROM sales_marks WHERE product_id = 24 ORDER BY id' | tr '\n' ' ')" \
    '0 5 ' 'two hours in which it sold'
as 6
cancel "$old"
is "$(sql 'SELECT sold_before FROM sales_marks WHERE product_id = 24 ORDER BY id' | tr '\n' ' ')$(sold 24)" \
    '0 3 246 4' 'the mark behind the order is lower by as much'
cancel "$rest"
is "$(sql 'SELECT sold_before FROM sales_marks WHERE product_id = 24 ORDER BY id' | tr '\n' ' ')$(sold 24)" \
    '0 0 249 1' 'and nothing is left before it'

# ---- Where the clock was set back there are two marks of an hour

as 6
for n in 3 2 4; do
	post /v1/orders "{\"items\": [{\"productId\": 22, \"quantity\": $n}]}"
	eval "made_$n=$(json .id)"
done
# 3 and 2 were sold by the first mark, 4 by another one of the same hour, after
# one of an hour ahead that sold nothing.
sql "INSERT INTO sales_marks (product_id, hour, sold_before)
      SELECT id, hour + INTERVAL 1 HOUR, 5 FROM products WHERE id = 22;
    INSERT INTO sales_marks (product_id, hour, sold_before)
      SELECT id, hour, 5 FROM products WHERE id = 22;
    UPDATE products SET stepped_from = hour + INTERVAL 1 HOUR WHERE id = 22"
is "$(invariants)" '' 'the clock was set back'
cancel "$made_3"
cancel "$made_4"
is "$(sql 'SELECT sold_before FROM sales_marks WHERE product_id = 22 ORDER BY id' | tr '\n' ' ')$(sold 22)" \
    '0 2 2 63 2' 'an hour loses what it sold, by whichever of its marks'
is "$(invariants)" '' 'and is as the orders have it'
finish
