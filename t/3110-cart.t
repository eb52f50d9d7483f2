#!/bin/sh
# SPDX-License-Identifier: MIT
# A user's cart: added to, set, taken from, emptied; with prices and stock of now.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

add() { post /v1/cart/items "{\"productId\": $1, \"quantity\": $2}"; }
set_to() {
	user PUT "/v1/cart/items/$1" -H 'Content-Type: application/json' \
	    -d "{\"quantity\": $2}"
}
take() { user DELETE "/v1/cart/items/$1${2:+?quantity=$2}"; }
lines() { json '[.items[] | [.productId, .quantity]]'; }
# refused STATUS CODE TEXT: and the tables are as they were.
refused() {
	is_problem "$1" "$2" "$3"
	is "$(tables)" "$digest" "$3: nothing changed"
}

# ---- What it is

as 1
user GET /v1/cart
is "$status $body" '200 {"items":[],"totalPrice":0}' 'empty at first'
is "$(header Cache-Control)" no-store 'and nobody may keep it'
sql "UPDATE products SET image_url = 'https://img.example/1?a=\"b\"' WHERE id = 1"
add 1 2
is "$status $body" '200 {"items":[{"productId":1,"name":"유기농 보성 녹차 100g","imageUrl":"https://img.example/1?a=\"b\"","quantity":2,"price":12000,"stock":120,"onSale":true}],"totalPrice":24000}' \
    'what is added is answered, whole'
added=$body
user GET /v1/cart
is "$body" "$added" 'and shown'
add 17 1
add 1 3
is "$status $(lines) $(json .totalPrice)" '200 [[1,5],[17,1]] 64500' \
    'more of it, in the order in which they came'
set_to 1 2
is "$status $(lines)" '200 [[1,2],[17,1]]' 'set'
set_to 3 4
is "$(lines)" '[[1,2],[17,1],[3,4]]' 'put in'
take 1 1
is "$status $(lines)" '200 [[1,1],[17,1],[3,4]]' 'one less'
take 1 1
is "$(lines)" '[[17,1],[3,4]]' 'the last one'
take 3
is "$(lines)" '[[17,1]]' 'all of it'
take 3
is "$status $(lines)" '200 [[17,1]]' 'what is not there is nothing to do'
as 2
user GET /v1/cart
is "$body" '{"items":[],"totalPrice":0}' 'each user has a cart'
as 1
sql "UPDATE products SET price = 4600, stock = 7, on_sale = 0, image_url = NULL WHERE id = 17"
user GET /v1/cart
is "$(json '.items[0] | [.price, .stock, .onSale, .imageUrl]') $(json .totalPrice)" \
    '[4600,7,false,null] 4600' 'price, stock and sale are those of now'
sql "UPDATE products SET price = 4500, stock = 300, on_sale = 1 WHERE id = 17"
user DELETE /v1/cart
is "$status $(header Content-Length)$(header Content-Type)" '204 ' 'emptied'
user DELETE /v1/cart
is "$status" 204 'twice'
user GET /v1/cart
is "$body" '{"items":[],"totalPrice":0}' 'it is empty'

# ---- Once a key

post /v1/cart/items '{"productId": 5, "quantity": 2}' -H 'Idempotency-Key: a1'
first=$body
is "$(header Idempotency-Replayed)" '' 'a key that is new'
add 24 1
sql 'UPDATE products SET stock = stock - 1, sold = sold + 1 WHERE id = 5'
post /v1/cart/items '{"productId": 5, "quantity": 2}' -H 'Idempotency-Key: a1'
is "$status $body $(header Idempotency-Replayed)" "200 $first true" \
    'again: the first answer, byte for byte'
sql 'UPDATE products SET stock = stock + 1, sold = sold - 1 WHERE id = 5'
user GET /v1/cart
is "$(lines)" '[[5,2],[24,1]]' 'and one effect'
digest=$(tables)
post /v1/cart/items '{"productId": 5, "quantity": 3}' -H 'Idempotency-Key: a1'
refused 422 idempotency_key_reused 'another body'
user PUT /v1/cart/items/5 -H 'Content-Type: application/json' -d '{"quantity": 2}' \
    -H 'Idempotency-Key: a1'
is "$status $(lines)" '200 [[5,2],[24,1]]' 'PUT takes no key'
user PUT /v1/cart/items/5 -H 'Content-Type: application/json' -d '{"quantity": 4}' \
    -H 'Idempotency-Key: a1'
is "$status $(lines)" '200 [[5,4],[24,1]]' 'and does what it says each time'

# ---- Names as they are

odd=$(ctl product add --name '"\무선😀é</script>  ' --price 1 --stock 5)
add "$odd" 1
is "$(json '.items[2].name')" '"\"\\무선😀é</script>  "' 'every character of a name'
take "$odd"

# ---- Refused

digest=$(tables)
add 999 1
refused 404 product_not_found 'no such product'
sql 'UPDATE products SET on_sale = 0 WHERE id = 9'
digest=$(tables)
add 9 1
refused 404 product_not_found 'one that is off sale'
set_to 9 1
refused 404 product_not_found 'set, too'
sql 'UPDATE products SET on_sale = 1 WHERE id = 9'
digest=$(tables)
add 13 16
refused 409 insufficient_stock 'more than there are'
is "$(json '.errors[0] | [.pointer, .code, .productId, .requested, .available]')" \
    '["/quantity","insufficient",13,16,15]' 'is told'
add 13 10
digest=$(tables)
add 13 6
refused 409 insufficient_stock 'more than there are, with what the cart has'
is "$(json '.errors[0].requested')" 16 'the sum is told'
set_to 13 16
refused 409 insufficient_stock 'set, too'
take 13 11
refused 409 insufficient_cart_quantity 'more than the cart has'
is "$(json '.errors[0] | [.requested, .available]')" '[11,10]' 'is told'
take 12 1
refused 409 insufficient_cart_quantity 'a quantity of what is not there'
big=$(ctl product add --name Big --price 9007199254740991 --stock 5000)
pins=$(ctl product add --name Pins --price 1 --stock 5000)
digest=$(tables)
add "$big" 1
refused 422 validation_failed 'a total over 2^53-1'
is "$(json '.errors[0] | [.pointer, .max]')" '["/quantity",9007199254740991]' 'is told'
add "$pins" 900
digest=$(tables)
add "$pins" 101
refused 422 validation_failed 'more than a thousand'
is "$(json '.errors[0] | [.pointer, .max]')" '["/quantity",100]' 'there is room for so many'
for quantity in 0 -1 1001 1.5 '"1"' null; do
	add 1 "$quantity"
	refused 422 validation_failed "a quantity of $quantity"
	set_to 1 "$quantity"
	is_problem 422 validation_failed "set to $quantity"
done
for quantity in 0 -1 1001 1.5 x ''; do
	user DELETE "/v1/cart/items/1?quantity=$quantity"
	refused 400 invalid_parameter "$quantity taken away"
	is "$(json '.errors[0].parameter')" '"quantity"' 'is told'
done
user DELETE '/v1/cart/items/13?quantity=1&quantity=1'
refused 400 invalid_parameter 'a quantity twice'
for id in 0 abc 01 1.5 9007199254740992; do
	take $id
	is_problem 400 invalid_parameter "product $id"
	is "$(json '.errors[0].parameter')" '"productId"' 'is told'
done
post /v1/cart/items '{"productId": 1}'
is "$(json '[.errors[].pointer]')" '["/quantity"]' 'no quantity'
post /v1/cart/items '{"productId": 1, "quantity": 1, "price": 1}'
is "$(json '[.errors[].pointer]')" '["/price"]' 'and no price'
as 99
for method in GET DELETE; do
	user $method /v1/cart
	is_problem 401 unknown_user "$method by nobody who is there"
done
add 1 1
is_problem 401 unknown_user 'nor does that one add'
set_to 1 1
is_problem 401 unknown_user 'or set'
take 1
is_problem 401 unknown_user 'or take'
request GET /v1/cart
is_problem 401 missing_token 'without a token'

# ---- A hundred lines

as 3
seq 1 101 | sed 's/.*/CALL product_add("many &", "", 1, 10);/' >"$dir/many.sql"
sql_file "$dir/many.sql" >/dev/null
first=$(sql "SELECT MIN(id) FROM products WHERE name LIKE 'many %'")
sql "INSERT INTO cart_items (user_id, product_id, quantity, added_at)
    SELECT 3, id, 1, UTC_TIMESTAMP(3) FROM products WHERE name LIKE 'many %' AND id < $first + 99"
add $((first + 99)) 1
is "$status $(json '.items | length')" '200 100' 'a hundred lines'
digest=$(tables)
add $((first + 100)) 1
refused 409 cart_full 'and no more'
is_example cart_full cart_full
set_to $((first + 100)) 1
refused 409 cart_full 'set, too'
add $((first + 5)) 1
is "$status" 200 'but more of what is there'

# ---- Many at once

as 4
more() { shot_post "$n" /v1/cart/items '{"productId": 21, "quantity": 1}'; }
parallel 20 more
is "$(shots)" '20 200' 'twenty add one'
user GET /v1/cart
is "$(lines)" '[[21,20]]' 'and there are twenty'
once() { shot_post "$n" /v1/cart/items '{"productId": 22, "quantity": 1}' -H 'Idempotency-Key: p1'; }
parallel 10 once
is "$(shots)" '10 200' 'ten with one key'
user GET /v1/cart
is "$(lines)" '[[21,20],[22,1]]' 'add one'
finish
