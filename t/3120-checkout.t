#!/bin/sh
# SPDX-License-Identifier: MIT
# The cart becomes an order, by the very steps of one, and is empty then.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

add() { post /v1/cart/items "{\"productId\": $1, \"quantity\": $2}"; }
checkout() { post /v1/cart/checkout "${1:-{\}}"; }
lines() {
	user GET /v1/cart
	json '[.items[] | [.productId, .quantity]]'
}
refused() {
	is_problem "$1" "$2" "$3"
	is "$(tables)" "$digest" "$3: nothing changed"
}

# ---- Checked out

as 6
add 17 3
add 4 2
user POST /v1/cart/checkout
id=$(json .id)
is "$status $(header Location)" "201 /v1/orders/$id" 'an order, without a body'
is "$(json '[.status, .totalPrice, .balanceAfter, [.items[] | [.productId, .quantity, .price]]]')" \
    '["paid",65500,184500,[[17,3,4500],[4,2,26000]]]' "of the cart's lines, as they came"
order=$body
user GET "/v1/orders/$id"
is "$body" "$order" 'it is an order like others'
is "$(lines) $(balance 6) $(stock 17) $(stock 4)" '[] 184500 297 43' 'the cart is empty'
add 24 1
checkout
is "$status $(json '[.items[] | [.productId, .quantity]]')" '201 [[24,1]]' 'of one line, with {}'

# ---- Refused

digest=$(tables)
checkout
refused 409 cart_empty 'an empty cart'
add 17 2
digest=$(tables)
checkout '{"totalPrice": 8999}'
refused 409 price_changed 'another total'
is "$(json .totalPrice)" 9000 'is told'
for body_ in '[]' '{"totalPrice": 0}' '{"totalPrice": "9000"}' '{"items": []}'; do
	checkout "$body_"
	refused 422 validation_failed "$body_"
done
checkout '{'
refused 400 malformed_json 'no JSON'
user POST /v1/cart/checkout -d 'x=1'
refused 415 unsupported_media_type 'no JSON at all'
sql 'UPDATE products SET stock = 1, sold = sold + 296 WHERE id = 17'
add 1 1
digest=$(tables)
checkout
refused 409 insufficient_stock 'too few'
is "$(json '[.errors[] | [.pointer, .productId, .requested, .available]]')" \
    '[["/items/0/quantity",17,2,1]]' 'of which line, as the cart has them'
sql 'UPDATE products SET on_sale = 0 WHERE id = 1'
digest=$(tables)
checkout
refused 404 product_not_found 'one that went off sale'
is "$(json '[.errors[] | [.pointer, .productId]]')" '[["/items/1/productId",1]]' \
    'is told and not dropped'
sql 'UPDATE products SET on_sale = 1 WHERE id = 1;
    UPDATE products SET stock = 297, sold = sold - 296 WHERE id = 17'
checkout '{"totalPrice": 21000}'
is "$status $(lines)" '201 []' 'with the right total'
as 5
add 17 1
digest=$(tables)
checkout
refused 409 insufficient_points 'without points'
is "$(json '[.required, .available]')" '[4500,0]' 'how many is told'
as 99
checkout
is_problem 401 unknown_user 'by a user who never was'
request POST /v1/cart/checkout
is_problem 401 missing_token 'by nobody'

# ---- Once a key

as 2
add 3 1
post /v1/cart/checkout '{}' -H 'Idempotency-Key: k1'
first=$body
add 5 1
post /v1/cart/checkout '{}' -H 'Idempotency-Key: k1'
is "$status $body $(header Idempotency-Replayed)" "201 $first true" \
    'again: the first answer'
is "$(lines)" '[[5,1]]' 'whatever is in the cart by now'
post /v1/cart/checkout '{"totalPrice": 7900}' -H 'Idempotency-Key: k1'
is_problem 422 idempotency_key_reused 'with another body'
shop() { shot_post "$n" /v1/cart/checkout '{}' -H 'Idempotency-Key: k2'; }
parallel 10 shop
is "$(cat "$dir"/shots/*.body | sort -u | wc -l)" 1 'ten with one key: one answer'
is "$(shots)" '10 201' 'for all of them'
is "$(sql 'SELECT COUNT(*) FROM orders WHERE user_id = 2')" 2 'and one order'
add 5 1
shop() { shot_post "$n" /v1/cart/checkout '{}' -H "Idempotency-Key: m$n"; }
parallel 10 shop
is "$(shots)" '1 201, 9 409' 'ten with ten keys: one order'
is "$(lines)" '[]' 'and an empty cart'

# ---- While the cart changes

# What was ordered and what is left is what was added, piece for piece.
as 6
change() {
	case $((n % 4)) in
	0) shot_post "$n" /v1/cart/checkout '{}' ;;
	*) shot_post "$n" /v1/cart/items '{"productId": 16, "quantity": 1}' ;;
	esac
}
for round in 1 2 3; do
	parallel 16 change
	added=$((${added:-0} + $(grep -l 200 "$dir"/shots/*.status | wc -l)))
	unlike "$(cat "$dir"/shots/*.status)" '^(5|422|400)' "round $round: nothing unforeseen"
	shots >/dev/null
done
is "$(sql "SELECT COALESCE(SUM(quantity), 0) FROM (
    SELECT quantity FROM order_items WHERE product_id = 16 UNION ALL
    SELECT quantity FROM cart_items WHERE product_id = 16) q")" "$added" \
    'every piece that was added is in the cart or in an order'

# ---- A payment that fails

as 3
add 24 1
hold 12 'SELECT id FROM products WHERE id = 24 FOR UPDATE'
before=$(sql 'SELECT COUNT(*) FROM payments')
checkout
is_problem 503 payment_failed 'a stock that can not be had'
let_go
is "$(sql 'SELECT status, attempts, amount > 0 FROM payments ORDER BY id DESC LIMIT 1')" \
    "$(printf 'failed\t4\t1')" 'is a failed payment of what was asked'
is "$(sql 'SELECT COUNT(*) FROM payments') $(lines | grep -c 24)" "$((before + 1)) 1" \
    'and nothing else'
finish
