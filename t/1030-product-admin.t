#!/bin/sh
# SPDX-License-Identifier: MIT
# Admins make products, change them, take them off sale, and fill the stock.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
promote 1

create() { post /v1/products "$@"; }
change() {
	change_id=$1
	change_body=$2
	shift 2
	user PATCH "/v1/products/$change_id" \
	    -H 'Content-Type: application/json' --data-binary "$change_body" "$@"
}
restock() {
	restock_id=$1
	restock_body=$2
	shift 2
	post "/v1/products/$restock_id/restock" "$restock_body" "$@"
}
# refused STATUS CODE TEXT: and the tables are as they were.
refused() {
	is_problem "$1" "$2" "$3"
	is "$(tables)" "$digest" "$3: nothing changed"
}
pointers() { json '[.errors[].pointer]'; }

# ---- Made

as 1
create '{"name": "한지 \"등\" \\ 👘 ", "price": 12000, "stock": 5, "description": " two  ", "imageUrl": "https://img.example/1?a=\"b\""}' \
    -H 'Idempotency-Key: c1'
made='{"id":25,"name":"한지 \"등\" \\ 👘 ","description":" two  ","price":12000,"stock":5,"imageUrl":"https://img.example/1?a=\"b\"","version":1,"onSale":true}'
is "$status $body" "201 $made" 'a product is made, byte for byte'
is "$(header Location) $(header Cache-Control)" '/v1/products/25 no-store' \
    'and where it is told'
sql 'UPDATE products SET stock = stock - 1, sold = sold + 1 WHERE id = 25'
create '{"stock": 5, "name": "한지 \"등\" \\ 👘 ", "price": 12e3, "description": " two  ", "imageUrl": "https://img.example/1?a=\"b\""}' \
    -H 'Idempotency-Key: c1'
is "$status $body $(header Idempotency-Replayed) $(header Location)" \
    "201 $made true /v1/products/25" 'again: the first answer'
sql 'UPDATE products SET stock = stock + 1, sold = sold - 1 WHERE id = 25'
is "$(sql 'SELECT COUNT(*) FROM products')" 25 'and one product'
digest=$(tables)
create '{"name": "x", "price": 1, "stock": 1}' -H 'Idempotency-Key: c1'
refused 422 idempotency_key_reused 'the key with another body'
create '{"name": "n", "price": 9007199254740991, "stock": 0, "imageUrl": null}'
is "$status $body" '201 {"id":26,"name":"n","description":"","price":9007199254740991,"stock":0,"imageUrl":null,"version":1,"onSale":true}' \
    'the least that it takes, and the most that it may cost'
create '{"name": "/", "price": 1, "stock": 9007199254740991, "imageUrl": "/a.png"}'
is "$status $(json '[.stock, .imageUrl]')" '201 [9007199254740991,"/a.png"]' \
    'a picture of this host, and the largest stock'

digest=$(tables)
create '{}'
refused 422 validation_failed 'nothing'
is "$(pointers)" '["/name","/price","/stock"]' 'each that is missing is told'
create '{"name": "", "price": 0, "stock": -1, "description": null, "imageUrl": "ftp://x", "id": 1, "onSale": true}'
refused 422 validation_failed 'nothing that is right'
is "$(json '[.errors[].pointer] | sort')" \
    '["/description","/id","/imageUrl","/name","/onSale","/price","/stock"]' \
    'each that is wrong is told'
for url in '""' '"https://"' '"http://x"' '"x"' '"javascript:0"' '" /"' 1 \
    "\"/$(head -c 500 /dev/zero | tr '\0' a)\""; do
	create "{\"name\": \"n\", \"price\": 1, \"stock\": 1, \"imageUrl\": $url}"
	is_problem 422 validation_failed "no picture: $(echo "$url" | cut -c 1-20)"
	is "$(pointers)" '["/imageUrl"]' 'is told'
done
for name in 'a\u0001' 'a\u007f' 'a\n' "$(printf '한%.0s' $(seq 101))"; do
	create "{\"name\": \"$name\", \"price\": 1, \"stock\": 1}"
	is_problem 422 validation_failed "no name: $(echo "$name" | cut -c 1-8)"
done
is "$(tables)" "$digest" 'nothing changed'

# ---- Shown to whom

request GET /v1/products/25
is "$status $(json '[has("onSale"), .version, .imageUrl]')" \
    '200 [false,1,"https://img.example/1?a=\"b\""]' 'anybody sees it'
is "$(header Vary) $(header Cache-Control)" 'Authorization no-cache' \
    'and a cache may keep that for who has no token'
tag=$(header ETag)
user GET /v1/products/25 -H "If-None-Match: $tag"
is "$status $(json .onSale)" '200 true' 'an admin is told whether it is on sale'
is "$(header Vary) $(header Cache-Control) $(header ETag)" \
    'Authorization no-store ' 'and no cache'
as 2
user GET /v1/products/25
is "$status $(json 'has("onSale")') $(header Cache-Control)" '200 false no-store' \
    'a customer is not'
as 99
user GET /v1/products/25
is_problem 401 unknown_user 'a token of nobody'
request GET /v1/products/25 -H 'Authorization: Bearer x'
is_problem 401 invalid_token 'a token that is none'
request GET /v1/products/25 -H 'Authorization: Basic x'
is_problem 401 missing_token 'another scheme'

# ---- Changed

as 1
change 25 '{"version": 1, "name": "Lamp", "price": 13000}'
is "$status $(json '[.name, .description, .price, .imageUrl, .version, .onSale, .stock]')" \
    '200 ["Lamp"," two  ",13000,"https://img.example/1?a=\"b\"",2,true,5]' \
    'what is sent is changed, and nothing else'
change 25 '{"version": 2, "imageUrl": null, "description": ""}'
is "$(json '[.imageUrl, .description, .version]')" '[null,"",3]' 'taken away'
digest=$(tables)
change 25 '{"version": 2, "name": "Other"}'
refused 409 edit_conflict 'another version'
is "$(json .version)" 3 'the one of now is told'
change 25 '{"version": 4, "name": "Other"}'
refused 409 edit_conflict 'a version to come'
change 25 '{"version": 3}'
refused 422 validation_failed 'nothing to change'
is "$(json '.errors | map([.pointer, .code])')" '[["","missing"]]' 'is told'
change 25 '{"name": "Other"}'
refused 422 validation_failed 'no version'
is "$(pointers)" '["/version"]' 'is told'
change 25 '{"version": 3, "name": null, "price": 0, "onSale": 1, "stock": 3, "imageUrl": "x"}'
refused 422 validation_failed 'nothing that is right'
is "$(json '[.errors[].pointer] | sort')" \
    '["/imageUrl","/name","/onSale","/price","/stock"]' 'is told'
change 99 '{"version": 1, "name": "Other"}'
refused 404 product_not_found 'one that is not there'
change 25 '{"version": 3, "name": "Lamp"}'
is "$status $(json .version)" '200 4' 'the same value raises the version'

# ---- Two at once

edit() {
	shot "$n" PATCH /v1/products/25 -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' \
	    --data-binary "{\"version\": 4, \"name\": \"Lamp $n\"}"
}
parallel 10 edit
is "$(shots)" '1 200, 9 409' 'of ten edits of one version one is done'

# ---- Stock

restock 25 '{"quantity": 50, "reason": "입고 "}' -H 'Idempotency-Key: r1'
is "$status $(json '[.stock, .version]')" '200 [55,5]' 'more, and no other version'
restock 25 '{"quantity": 50, "reason": "입고 "}' -H 'Idempotency-Key: r1'
is "$(json .stock) $(header Idempotency-Replayed)" '55 true' 'once a key'
restock 25 '{"quantity": -55}'
is "$status $(json .stock)" '200 0' 'less, down to nothing'
is "$(sql 'SELECT GROUP_CONCAT(CONCAT(type, quantity, COALESCE(reason, "-")) ORDER BY id SEPARATOR "|") FROM stock_movements WHERE product_id = 25')" \
    'opening5-|restock50입고 |restock-55-' 'each a movement with its reason'
digest=$(tables)
restock 25 '{"quantity": -1}'
refused 409 insufficient_stock 'less than nothing'
is "$(json '.errors[0] | [.pointer, .code, .productId, .requested, .available]')" \
    '["/quantity","insufficient",25,1,0]' 'is told'
restock 27 '{"quantity": 1}'
refused 422 validation_failed 'more than 2^53-1'
is "$(pointers)" '["/quantity"]' 'is told'
for quantity in 0 1000001 -1000001 1.5 '"1"' null; do
	restock 25 "{\"quantity\": $quantity}"
	refused 422 validation_failed "a quantity of $quantity"
	is "$(pointers)" '["/quantity"]' 'is told'
done
for reason in '""' null '"\u0001"' "\"$(printf '한%.0s' $(seq 101))\""; do
	restock 25 "{\"quantity\": 1, \"reason\": $reason}"
	is_problem 422 validation_failed "a reason of $(echo "$reason" | cut -c 1-8)"
done
restock 99 '{"quantity": 1}'
refused 404 product_not_found 'of what is not there'
restock 25 '{"quantity": 1000000}'
is "$(json .stock)" 1000000 'a million'
restock 25 '{"quantity": -1000000}'
is "$(json .stock)" 0 'and back'
more() { shot_post "$n" /v1/products/26/restock '{"quantity": 3}'; }
parallel 10 more
is "$(shots) $(stock 26)" '10 200 30' 'ten at once, and none is lost'

# ---- Off sale

as 6
post /v1/orders '{"items": [{"productId": 3, "quantity": 9}, {"productId": 4, "quantity": 2}]}'
id=$(json .id)
mc_flush
request GET /v1/products/top
is "$(json '[.items[].productId]')" '[3,4]' 'two are ranked'
as 1
change 3 '{"version": 1, "onSale": false, "name": "Gone", "price": 1}'
is "$status $(json '[.onSale, .name]')" '200 [false,"Gone"]' 'taken off sale'
mc_flush
request GET /v1/products/top
is "$(json '[.items[].productId]')" '[4]' 'it is not ranked'
request GET /v1/products/3
is_problem 404 product_not_found 'and there for nobody'
user GET /v1/products/3
is "$status $(json .onSale)" '200 false' 'but for an admin'
restock 3 '{"quantity": 1}'
is "$status" 200 'who may fill its stock'
as 6
user GET /v1/products/3
is_problem 404 product_not_found 'not for a customer'
order 3
is_problem 404 product_not_found 'who can not order it'
post /v1/cart/items '{"productId": 3, "quantity": 1}'
is_problem 404 product_not_found 'nor put it into the cart'
user GET "/v1/orders/$id"
is "$(json '.items[0] | [.name, .price]')" '["전주 한지 노트 A5",9800]' \
    'what was ordered keeps its name and price'
sql 'UPDATE sales_marks SET hour = hour - INTERVAL 1 HOUR'
sql 'UPDATE sales_marks SET hour = hour + INTERVAL 1 HOUR'
as 1
change 3 '{"version": 2, "onSale": true}'
request GET /v1/products/3
is "$status $(json .name)" '200 "Gone"' 'on sale again'

# ---- Admins alone

for who in 2 99; do
	as $who
	code=$([ $who = 2 ] && echo '403 forbidden' || echo '401 unknown_user')
	digest=$(tables)
	create '{"name": "n", "price": 1, "stock": 1}'
	refused $code "user $who makes none"
	change 25 '{"version": 5, "name": "n"}'
	refused $code "user $who changes none"
	restock 25 '{"quantity": 1}'
	refused $code "user $who fills none"
done
request POST /v1/products -H 'Content-Type: application/json' -d '{}'
is_problem 401 missing_token 'nobody does'
as 1
for id in 0 abc 01; do
	change $id '{"version": 1, "name": "n"}'
	is_problem 400 invalid_parameter "product $id is none to change"
	restock $id '{"quantity": 1}'
	is_problem 400 invalid_parameter "product $id is none to fill"
done
finish
