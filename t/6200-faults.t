#!/bin/sh
# SPDX-License-Identifier: MIT
# Whichever call of a library fails while a request is served, there is an
# answer in time, and what a write did is done once: t/fault.c makes the n-th
# call fail, for every n until there are no more.
. "${top_srcdir:-.}/t/lib.sh"
torture_start
as 2
promote 2
start_of=$(stock 21)
sql 'UPDATE products SET stock = stock + 100000 WHERE id = 17;
    INSERT INTO stock_movements (product_id, type, quantity, created_at)
    VALUES (17, "restock", 100000, UTC_TIMESTAMP(3))'
post /v1/points/charge '{"amount": 100000000}'
is "$status" 201 'there are points for many orders'

# One request of a flow; a write has the key $1.
flow() {
	case $1 in
	charge) post /v1/points/charge '{"amount": 10}' \
	    -H "Idempotency-Key: $2" ;;
	order) post /v1/orders \
	    '{"items": [{"productId": 17, "quantity": 1}]}' \
	    -H "Idempotency-Key: $2" ;;
	balance) user GET /v1/points/balance ;;
	product) request GET /v1/products/1 ;;
	top) request GET /v1/products/top ;;
	get) user GET /v1/orders/1 ;;
	list) user GET '/v1/orders?limit=2' ;;
	history) user GET '/v1/points/transactions?limit=2' ;;
	cart) user GET /v1/cart ;;
	cancel) user POST "/v1/orders/$id/cancel" -H "Idempotency-Key: $2" ;;
	add) post /v1/cart/items '{"productId": 5, "quantity": 1}' \
	    -H "Idempotency-Key: $2" ;;
	set) user PUT /v1/cart/items/17 -H 'Content-Type: application/json' \
	    -d '{"quantity": 1}' ;;
	take) user DELETE /v1/cart/items/5 ;;
	checkout) post /v1/cart/checkout '{}' -H "Idempotency-Key: $2" ;;
	products) request GET '/v1/products?sort=-price&limit=2' ;;
	search) request GET '/v1/products?q=coffee' ;;
	ids) request GET '/v1/products?ids=3,1' ;;
	private) user GET /v1/products/1 ;;
	create) post /v1/products '{"name": "Bell", "price": 7, "stock": 3}' \
	    -H "Idempotency-Key: $2" ;;
	edit) user PATCH /v1/products/20 -H 'Content-Type: application/json' \
	    -d "{\"version\": $version, \"name\": \"Pan $n\"}" ;;
	restock) post /v1/products/21/restock '{"quantity": 2}' \
	    -H "Idempotency-Key: $2" ;;
	esac
}

# What a flow needs to be there, without a fault.
ready() {
	case $1 in
	cancel)
		order 17
		id=$(json .id) ;;
	checkout)
		user DELETE /v1/cart
		post /v1/cart/items '{"productId": 17, "quantity": 1}' ;;
	edit)
		version=$(sql 'SELECT version FROM products WHERE id = 20') ;;
	esac
}

is_write() {
	case $1 in
	charge | order | cancel | add | set | take | checkout | create | \
	    restock) return 0 ;;
	esac
	return 1
}
is_keyed() { is_write "$1"; }

charged=$(balance 2)
stocked=$(stock 17)
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
is "$status" 201 'an order'
for kind in lost silent memory client; do
	for what in charge order balance product get list history cart cancel \
	    add set take checkout products search ids private create edit \
	    restock; do
		try $what $kind
	done
	mc_flush
	try top $kind
done
echo 'none 0' >"$SHOP_FAULT_FILE"
mc_flush
try top cache

charges=0
orders=1
made=0
filled=0
set -- $done_of
while [ $# -gt 0 ]; do
	case $1 in
	charge) charges=$((charges + $2)) ;;
	order | checkout) orders=$((orders + $2)) ;;
	create) made=$((made + $2)) ;;
	restock) filled=$((filled + 2 * $2)) ;;
	esac
	shift 2
done
is "$(stock 17)" $((stocked - orders)) "$orders orders took $orders pieces"
is "$(balance 2)" $((charged + charges * 10 - orders * 4500)) \
    "$charges charges and $orders orders make the balance"
is "$(sql 'SELECT COUNT(*) FROM products WHERE name = "Bell"')" $made \
    "$made products were made, each once"
is "$(stock 21)" $((start_of + filled)) "$filled pieces came"
is "$(sql "SELECT COUNT(*) FROM information_schema.innodb_trx")" 0 \
    'no transaction is left open'
finish
