#!/bin/sh
# SPDX-License-Identifier: MIT
# What the buyer was shown: a total or a price of a line that is another by now
# is told, before the points are looked at.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

place() { post /v1/orders "$1"; }

as 6
place '{"items": [{"productId": 17, "quantity": 2}], "totalPrice": 9000}'
is "$status $(json .totalPrice)" '201 9000' 'the total is as shown'
place '{"items": [{"productId": 17, "quantity": 2, "price": 4500}]}'
is "$status $(json .totalPrice)" '201 9000' 'so is the price'
place '{"items": [{"productId": 17, "quantity": 1, "price": 4500}, {"productId": 24, "quantity": 1}], "totalPrice": 11400}'
is "$status" 201 'and both, where one line tells its price'
sql 'UPDATE products SET price = 5000 WHERE id = 17; CALL product_index(17)'
digest=$(tables)
place '{"items": [{"productId": 17, "quantity": 2}], "totalPrice": 9000}'
is_problem 409 price_changed 'another total'
is "$(json '[.totalPrice, .errors]')" '[10000,null]' 'it is told'
place '{"items": [{"productId": 24, "quantity": 1, "price": 6900}, {"productId": 17, "quantity": 2, "price": 4500}]}'
is_problem 409 price_changed 'another price'
is "$(json '[.totalPrice, (.errors[] | [.pointer, .code, .productId, .price])]')" \
    '[16900,["/items/1/price","changed",17,5000]]' 'of which line, and what it is'
place '{"items": [{"productId": 24, "quantity": 1, "price": 7400}, {"productId": 17, "quantity": 1, "price": 4500}], "totalPrice": 11900}'
is "$(json '[.code, [.errors[].pointer]]')" \
    '["price_changed",["/items/0/price","/items/1/price"]]' 'although the total is right'
place '{"items": [{"productId": 17, "quantity": 1, "price": 4500}]}'
is "$(json '[.code, .totalPrice]')" '["price_changed",5000]' 'of an order of one line'
place '{"items": [{"productId": 999, "quantity": 1}, {"productId": 17, "quantity": 1}], "totalPrice": 9000}'
is_problem 404 product_not_found 'a product that is not there comes first'
as 5
place '{"items": [{"productId": 17, "quantity": 2}], "totalPrice": 9000}'
is_problem 409 price_changed 'the price comes before the points'
place '{"items": [{"productId": 17, "quantity": 2}], "totalPrice": 10000}'
is_problem 409 insufficient_points 'which come before the stock'
is "$(tables)" "$digest" 'nothing has changed'

# ---- Values that are none

as 6
for total in 0 -1 1.5 '"9000"' null 9007199254740992; do
	place "{\"items\": [{\"productId\": 17, \"quantity\": 1}], \"totalPrice\": $total}"
	is "$status $(json '[.errors[].pointer]')" '422 ["/totalPrice"]' "a total of $total"
	place "{\"items\": [{\"productId\": 17, \"quantity\": 1, \"price\": $total}]}"
	is "$status $(json '[.errors[].pointer]')" '422 ["/items/0/price"]' "a price of $total"
done

# ---- They are part of what a key means

post /v1/orders '{"items": [{"productId": 17, "quantity": 1}], "totalPrice": 5000}' -H 'Idempotency-Key: t2'
first=$body
sql 'UPDATE products SET price = 5500 WHERE id = 17; CALL product_index(17)'
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}], "totalPrice": 5000}' -H 'Idempotency-Key: t2'
is "$status $body $(header Idempotency-Replayed)" "201 $first true" \
    'a repetition is replayed, whatever it costs by now'
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}' -H 'Idempotency-Key: t2'
is_problem 422 idempotency_key_reused 'without the total it is another request'

# ---- A price that changes at the same time

buy() { shot_post "$n" /v1/orders '{"items": [{"productId": 23, "quantity": 1}], "totalPrice": 21000}'; }
reprice() {
	sql 'UPDATE products SET price = 21001 WHERE id = 23;
	    CALL product_index(23)'
}
parallel 8 buy &
shoot=$!
reprice
wait $shoot
is "$(sql 'SELECT COUNT(*) FROM order_items WHERE product_id = 23 AND price <> 21000')" 0 \
    'nobody pays what he was not shown'
shots >/dev/null
finish
