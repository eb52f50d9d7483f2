#!/bin/sh
# SPDX-License-Identifier: MIT
# Flow 2: an order that is refused, for the first reason there is, and leaves
# nothing behind.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

# refused STATUS CODE TEXT: a complete problem, and no row has changed.
refused() {
	is_problem "$1" "$2" "$3"
	is "$(tables)" "$digest" "$3: nothing changed"
}

# order "PRODUCT:QUANTITY ..."
order() {
	items=
	for line in $1; do
		items="$items,{\"productId\": ${line%:*}, \"quantity\": ${line#*:}}"
	done
	post /v1/orders "{\"items\": [${items#,}]}"
}

pointers() { json '[.errors[].pointer]'; }
told() { json '[.errors[] | [.pointer, .requested, .available]]'; }

digest=$(tables)

# ---- Points: user 4 has 8000

as 4
order 17:2
is_problem 409 insufficient_points 'too few points'
is "$(json '[.required, .available, .errors]')" '[9000,8000,null]' \
    'tells what it takes and what there is'
refused 409 insufficient_points 'too few points'
order '17:1 5:1'
is "$(json '[.code, .required, .available]')" \
    '["insufficient_points",12400,8000]' 'the lines are added up'
as 5
order 17:1
is "$(json '[.code, .required, .available]')" '["insufficient_points",4500,0]' \
    'nobody buys for nothing'
as 4
order 5:1
is "$status $(json .balanceAfter)" '201 100' 'what suffices is enough'

# ---- Stock

one=$(ctl product add --name One --price 1 --stock 1)
two=$(ctl product add --name Two --price 1 --stock 2)
three=$(ctl product add --name Three --price 1 --stock 3)
many=$(ctl product add --name Many --price 1 --stock 300)
as 6
digest=$(tables)
order "$one:2"
refused 409 insufficient_stock 'too few pieces'
is "$(json '.errors[0] | keys')" \
    '["available","code","detail","pointer","productId","requested"]' 'tells which line, and why'
is "$(told)" '[["/items/0/quantity",2,1]]' 'what was wanted and what there is'
is "$(json '[.required, .available]')" '[null,null]' 'and nothing of points'
# Neither sorted by product nor in the order of the ids.
order "$three:1000 4:1 $one:7 $two:2 $many:301"
refused 409 insufficient_stock 'three short lines of five'
is "$(json '[.errors[] | [.code, .productId]]')" \
    "[[\"insufficient\",$three],[\"insufficient\",$one],[\"insufficient\",$many]]" \
    'by their products, too'
is "$(told)" '[["/items/0/quantity",1000,3],["/items/2/quantity",7,1],["/items/4/quantity",301,300]]' \
    "every short line is told, in the client's order, and no other"
empty=$(ctl product add --name Empty --price 1 --stock 0)
digest=$(tables)
order "17:1 $empty:1"
is "$(told)" '[["/items/1/quantity",1,0]]' 'a product without any'
refused 409 insufficient_stock 'one short line of two takes the whole order'

# ---- Products

order 999:1
refused 404 product_not_found 'a product nobody sells'
is "$(json '.errors[] | [.code, .productId]')" '["not_found",999]' \
    'is told by its id'
is "$(pointers)" '["/items/0/productId"]' 'is told by its line'
order '800:1 1:1 9007199254740991:1 2:1 700:1'
refused 404 product_not_found 'three of five'
is "$(pointers)" \
    '["/items/0/productId","/items/2/productId","/items/4/productId"]' \
    "every one is told, in the client's order, and no other"

# ---- The first reason counts

as 5
order '999:1 7:1000'
refused 404 product_not_found 'no product, no points and no stock: the product'
order 7:1000
refused 409 insufficient_points 'no points and no stock: the points'
is "$(json '[.required, .available, .errors]')" '[54000000,0,null]' \
    'with the whole sum, short lines or not'
as 999
order '999:1 7:1000'
refused 401 unknown_user 'no user and no product: the user'
sql "UPDATE users SET status = 'closed' WHERE id = 6"
digest=$(tables)
as 6
order 17:1
refused 401 unknown_user 'a user who is closed'
order 999:1
refused 401 unknown_user 'who learns nothing of the products either'
sql "UPDATE users SET status = 'active' WHERE id = 6"
digest=$(tables)
as 5
order '999:1 999:1'
refused 422 validation_failed 'an order that is none comes before its products'

# ---- Two lines with one product

as 6
order '3:1 4:1 3:2'
refused 422 validation_failed 'a product on two lines'
is "$(pointers)" '["/items/2/productId"]' 'the second is at fault'
is "$(json '.errors[] | [.code, .productId]')" '["duplicate",3]' \
    'which product it is'
order '3:1 3:1 4:1 3:1 4:9'
refused 422 validation_failed 'on three, and another on two'
is "$(pointers)" '["/items/1/productId","/items/3/productId","/items/4/productId"]' \
    'each but the first is told'

# ---- Sums that no JSON reader holds

dear=$(ctl product add --name Dear --price 9007199254740991 --stock 1000)
digest=$(tables)
order "$dear:1"
refused 409 insufficient_points 'a total of 2^53-1 is a number still'
like "$body" '"required":9007199254740991,' 'every digit of it'
order "$dear:2"
refused 422 validation_failed 'a product above 2^53-1'
is "$(pointers)" '["/items"]' 'is the fault of the whole'
is "$(json '.errors[] | [.code, .min, .max]')" \
    '["out_of_range",1,9007199254740991]' 'which has a maximum'
order "$dear:1000"
refused 422 validation_failed 'the greatest product'
order "$dear:1 17:1"
refused 422 validation_failed 'a sum above 2^53-1'

# ---- Values: every fault, not the first

# faults BODY POINTERS TEXT
faults() {
	post /v1/orders "$1"
	is_problem 422 validation_failed "$3"
	is "$(pointers)" "$2" "$3: what is told"
}

faults '{}' '["/items"]' 'no items'
faults '{"items": []}' '["/items"]' 'an empty order'
for items in '{}' 7 '"1"' null; do
	faults "{\"items\": $items}" '["/items"]' "items that are $items"
done
faults '{"items": [1, "a", null, []]}' \
    '["/items/0","/items/1","/items/2","/items/3"]' 'lines that are no objects'
faults '{"items": [{}]}' '["/items/0/productId","/items/0/quantity"]' \
    'a line without members'
faults '{"items": [{"productId": 0, "quantity": 0}, {"productId": 1, "quantity": 1},
    {"productId": -1, "quantity": 1001}, {"productId": "1", "quantity": 1.5},
    {"productId": 9007199254740992, "quantity": true, "cost": 1}], "total": 0}' \
    '["/items/0/productId","/items/0/quantity","/items/2/productId","/items/2/quantity","/items/3/productId","/items/3/quantity","/items/4/productId","/items/4/quantity","/items/4/cost","/total"]' \
    'ten faults'
faults '{"items": [{"productId": 1, "quantity": 1, "PRODUCTID": 2}]}' \
    '["/items/0/PRODUCTID"]' 'a name in capitals is another'
faults '[{"productId": 1, "quantity": 1}]' '[""]' 'a list for an object'

lines() {
	for_line=
	i=0
	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		for_line="$for_line $((i + 10000)):1"
	done
	order "$for_line"
}
lines 101
is_problem 422 validation_failed '101 lines'
is "$(pointers)" '["/items"]' 'are the fault of the list'
lines 100
is_problem 404 product_not_found '100 are not'
is "$(json '.errors | length')" 100 'and each is told'
is "$(json '.errors[99].pointer')" '"/items/99/productId"' 'to the last'

is "$(tables)" "$digest" 'of all these there is no trace'
is "$(sql 'SELECT COUNT(*) FROM payments')" 1 \
    'no payment was asked for but by the order that was placed'
finish
