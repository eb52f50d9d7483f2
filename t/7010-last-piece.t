#!/bin/sh
# SPDX-License-Identifier: MIT
# Many want what is short: pieces, points, the same two products.
. "${top_srcdir:-.}/t/lib.sh"
conf workers 8
shop_start

# users N BALANCE: makes them, with a token each in $dir/tokens, a line each.
users() {
	awk -v n="$1" -v balance="$2" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "CALL user_add(\"u\", \"u%d-%d@x.example\", %d);\n",
			    balance, i, balance }' >"$dir/users.sql"
	sql_file "$dir/users.sql" | cut -f 2 | while read -r id; do
		token "$id"
	done >"$dir/tokens"
	[ "$(sort -u "$dir/tokens" | wc -l)" = "$1" ]
	ok "$1 users with $2 points"
}

# products N PRICE STOCK: makes them, their ids in $dir/products.
products() {
	awk -v n="$1" -v price="$2" -v stock="$3" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "CALL product_add(\"p\", \"\", %d, %d);\n",
			    price, stock }' >"$dir/products.sql"
	sql_file "$dir/products.sql" | cut -f 2 >"$dir/products"
}

# buy PRODUCT...: one of each, by the user whose line in $dir/tokens is $n.
buy() {
	bearer=$(sed -n "${n}p" "$dir/tokens")
	items=
	for product in "$@"; do
		items="$items${items:+,}{\"productId\": $product, \"quantity\": 1}"
	done
	shot_post "$n" /v1/orders "{\"items\": [$items]}"
}

# gather PRODUCT N COMMAND...: N at once.  As many as there are workers come to
# wait for the product's row, with all earlier steps done; then it is released.
gather() {
	if [ "$2" -lt 8 ]; then waiting=$2; else waiting=8; fi
	gathered_for="SELECT id FROM products WHERE id = $1 FOR UPDATE"
	shift
	meet $waiting "$gathered_for" "$@"
}

# problems: the codes of all refusals, each once.
problems() {
	cat "$dir"/shots/*.body | jq -r '.code // empty' | sort -u |
	    tr '\n' ' '
}

# ---- Few products, or none, as far as the server knows.

sql_root "SET GLOBAL innodb_stats_auto_recalc = 0;
    UPDATE mysql.innodb_table_stats SET n_rows = 1, clustered_index_size = 1
    WHERE table_name = 'products'; FLUSH TABLES $(sql 'SELECT DATABASE()').products;
    SET GLOBAL innodb_stats_auto_recalc = 1"
hold 30 'SELECT id FROM products WHERE id = 1 FOR UPDATE'
as 6
order 21 17
is "$status" 201 'an order waits for its own products alone'
let_go

# ---- Two buyers, one piece.

users 2 1000
products 20 10 1
bad=
rounds=0
for product in $(cat "$dir/products"); do
	rounds=$((rounds + 1))
	# At first they surely meet, then as it comes.
	if [ $rounds -le 3 ]; then
		gather "$product" 2 buy "$product"
	else
		parallel 2 buy "$product"
	fi
	codes=$(problems)
	got="$(shots), $codes$(stock "$product")"
	[ "$got" = '1 201, 1 409, insufficient_stock 0' ] || bad="$bad; $got"
done
is "$rounds$bad" 20 'two buyers of the last piece: one gets it, each time'

# ---- Two buyers, one piece among others, of which there are many.

products 2 10 1000
plenty=$(tr '\n' ' ' <"$dir/products")
products 6 10 1
bad=
rounds=0
for product in $(cat "$dir/products"); do
	rounds=$((rounds + 1))
	if [ $rounds -le 3 ]; then
		gather "$product" 2 buy $plenty "$product"
	else
		parallel 2 buy $plenty "$product"
	fi
	codes=$(problems)
	got="$(shots), $codes$(stock "$product")"
	[ "$got" = '1 201, 1 409, insufficient_stock 0' ] || bad="$bad; $got"
done
is "$rounds$bad" 6 'two orders that need the last piece: one is all there, each time'
is "$(for other in $plenty; do stock "$other"; done | tr '\n' ' ')" '994 994 ' \
    'and of the other nothing was taken'

# ---- 64 buyers, 10 pieces.

users 64 500
products 1 500 10
many=$(cat "$dir/products")
gather "$many" 64 buy "$many"
is "$(cat "$dir"/shots/*.body | jq -c 'select(.code).errors |
    [length, .[0].pointer, .[0].requested, .[0].available]' | sort -u)" \
    '[1,"/items/0/quantity",1,0]' 'who is late is told that nothing is left'
is "$(problems)" 'insufficient_stock ' 'and gets no other refusal'
is "$(shots)" '10 201, 54 409' '64 buyers of 10 pieces: 10 get one'
is "$(stock "$many")" 0 'nothing is left'
is "$(sql "SELECT COUNT(DISTINCT o.user_id), SUM(i.quantity), SUM(o.total_price)
    FROM orders o JOIN order_items i ON i.order_id = o.id
    WHERE i.product_id = $many" | tr '\t' ' ')" '10 10 5000' \
    'ten users paid for one each'
is "$(sql "SELECT GROUP_CONCAT(DISTINCT balance ORDER BY balance) FROM users
    WHERE email LIKE 'u500-%'")" 0,500 'the others paid nothing'
is "$(ctl audit | head -n 1)" ok 'the audit is content'

# ---- One user, 10 orders, points for 3.

users 1 350
products 1 100 1000
many=$(cat "$dir/products")
bearer=$(cat "$dir/tokens")
for n in 2 3 4 5 6 7 8 9 10; do
	echo "$bearer"
done >>"$dir/tokens"
gather "$many" 10 buy "$many"
is "$(problems)" 'insufficient_points ' 'points are what is short'
is "$(shots)" '3 201, 7 409' 'one user with points for 3 of 10 orders'
is "$(sql "SELECT balance FROM users WHERE email LIKE 'u350-%'") $(stock "$many")" \
    '50 997' 'three were paid and taken'

# ---- Crosswise.

users 20 3000000
crosswise() {
	if [ $((n % 2)) = 0 ]; then
		buy "$1" "$2"
	else
		buy "$2" "$1"
	fi
}
stock_1=$(stock 1)
stock_2=$(stock 2)
for round in 1 2 3; do
	parallel 20 crosswise 1 2
	is "$(shots)" '20 201' "orders of {1, 2} and {2, 1}, round $round"
done
is "$(stock 1) $(stock 2)" "$((stock_1 - 60)) $((stock_2 - 60))" \
    'each took both'

# ---- Crosswise, and the first orders of an hour.

# No hour may end while we look.
while [ $(($(date +%s) % 3600)) -gt 3570 ]; do sleep 1; done
products 2 10 1000
two=$(paste -s -d ' ' "$dir/products")
for round in 1 2 3; do
	sql 'UPDATE orders SET created_at = created_at - INTERVAL 1 HOUR;
	    UPDATE sales_marks SET hour = hour - INTERVAL 1 HOUR;
	    UPDATE products SET hour = hour - INTERVAL 1 HOUR WHERE sold > 0'
	gather "${two% *}" 20 crosswise $two
	is "$(shots)" '20 201' "the first of an hour, round $round"
	is "$(sql "SELECT GROUP_CONCAT(sold_before ORDER BY hour, product_id)
	    FROM sales_marks WHERE product_id IN ($(echo $two | tr ' ' ,))")" \
	    "$(echo 0,0 20,20 40,40 | cut -d ' ' -f "-$round" | tr ' ' ,)" \
	    'a mark each, of what was sold before'
	is "$(invariants)" '' 'and all was sold after it'
done
is "$(grep -c 'number=1213' "$dir/log/shopd.log")" 0 \
    'no two of them met in a deadlock'
finish
