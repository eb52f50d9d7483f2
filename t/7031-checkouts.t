#!/bin/sh
# SPDX-License-Identifier: MIT
# Carts that are checked out while they are changed, and while others order the
# same: one order of a cart, of what was in it at one moment.
. "${top_srcdir:-.}/t/lib.sh"
conf workers 8
shop_start

the_user='SELECT id FROM users WHERE id = 6 FOR UPDATE'
codes() {
	cat "$dir"/shots/*.body | jq -r '.code // empty' | sort | uniq -c |
	    awk '{ print $1, $2 }'
}
orders() { sql 'SELECT COUNT(*) FROM orders WHERE user_id = 6'; }
in_cart() {
	sql "SELECT COALESCE(SUM(quantity), 0) FROM cart_items WHERE user_id = 6
	    ${1:+AND product_id = $1}"
}
checkout() { shot_post "${2:-$n}" /v1/cart/checkout '{}' -H "Idempotency-Key: $1"; }
# deadlocks: none was met so far.
deadlocks() { grep -c 'number=1213' "$dir/log/shopd.log"; }

as 6
post /v1/points/charge '{"amount": 100000000}'
sql "INSERT INTO stock_movements (product_id, type, quantity, created_at)
    SELECT id, 'restock', 1000, UTC_TIMESTAMP(3) FROM products;
    UPDATE products SET stock = stock + 1000"

# ---- Twice at once

two() { checkout "two-$round-$n"; }
one() { checkout "one-$round"; }
wrong=
for round in 1 2 3 4 5; do
	post /v1/cart/items '{"productId": 17, "quantity": 3}'
	post /v1/cart/items '{"productId": 21, "quantity": 1}'
	before=$(orders)
	if [ $round -le 3 ]; then meet 2 "$the_user" 2 two; else parallel 2 two; fi
	got="$(codes), $(shots), $(($(orders) - before)) $(in_cart)"
	[ "$got" = '1 cart_empty, 1 201, 1 409, 1 0' ] || wrong="$wrong; $got"
done
is "$wrong" '' 'two checkouts by two keys: one order, and an empty cart'
for round in 1 2 3 4 5; do
	post /v1/cart/items '{"productId": 17, "quantity": 3}'
	before=$(orders)
	if [ $round -le 3 ]; then meet 1 "$the_user" 6 one; else parallel 6 one; fi
	got="$(cat "$dir"/shots/*.body | sort -u | wc -l) $(grep -li \
	    '^idempotency-replayed: true' "$dir"/shots/*.headers |
	    wc -l), $(shots), $(($(orders) - before)) $(in_cart)"
	[ "$got" = '1 5, 6 201, 1 0' ] || wrong="$wrong; $got"
done
is "$wrong" '' 'six by one key: one order, one answer, five replays'

# ---- What came into the cart is in it or was ordered

# adds and takes of three products, checkouts in between.
change() {
	random_by_n=$(((n * 7 + round * 3) % 10))
	product=$((n % 3 + 1))
	case $random_by_n in
	0 | 1) checkout "c-$round-$n" "checkout-$n" ;;
	2 | 3) shot "take-$n-$product" DELETE "/v1/cart/items/$product?quantity=1" \
	    -H "Authorization: Bearer $bearer" ;;
	*) shot_post "add-$n-$product" /v1/cart/items \
	    "{\"productId\": $product, \"quantity\": 2}" ;;
	esac
}
# count GLOB STATUS
count() { cat "$dir"/shots/$1.status 2>/dev/null | grep -c "$2"; }
before=$(sql 'SELECT COALESCE(MAX(id), 0) FROM orders')
came_1=0 came_2=0 came_3=0
for round in 1 2 3 4 5; do
	if [ $round = 1 ]; then meet 8 "$the_user" 30 change; else parallel 30 change; fi
	for product in 1 2 3; do
		came=$((2 * $(count "add-*-$product" 200) - $(count "take-*-$product" 200)))
		eval "came_$product=\$((came_$product + came))"
	done
	codes >>"$dir/codes"
	cat "$dir"/shots/*.status >>"$dir/statuses"
	rm -rf "$dir/shots"
done
is "$(awk '{ print $2 }' "$dir/codes" | grep -v \
    '^cart_empty$\|^insufficient_cart_quantity$')" '' 'nobody is refused for another reason'
is "$(grep -v '^20[01]$\|^409$' "$dir/statuses")" '' 'or fails'
[ "$(grep -c 201 "$dir/statuses")" -ge 5 ]
ok "several were checked out ($(sort "$dir/statuses" | uniq -c | tr -s ' \n' ' '))"
is "$(for product in 1 2 3; do
	echo $(($(in_cart $product) + $(sql "SELECT COALESCE(SUM(quantity), 0)
	    FROM order_items WHERE order_id > $before AND product_id = $product")))
    done | tr '\n' ' ')" "$came_1 $came_2 $came_3 " \
    'every piece that came is in the cart or in one order'

# ---- An order is of the cart as it was at one moment

# Each change answers with the cart that it has left; what was checked out is
# one of these, whole.
set_or_shop() {
	case $((n % 5)) in
	0) checkout "s-$round-$n" "checkout-$n" ;;
	4) shot "cart-$n" DELETE "/v1/cart/items/$((n % 4 + 1))" \
	    -H "Authorization: Bearer $bearer" ;;
	*) shot "cart-$n" PUT "/v1/cart/items/$((n % 4 + 1))" \
	    -H "Authorization: Bearer $bearer" -H 'Content-Type: application/json' \
	    -d "{\"quantity\": $((n + round))}" ;;
	esac
}
lines_of() { jq -c 'select(.items).items | map([.productId, .quantity])' "$@"; }
wrong=
ordered=0
user DELETE /v1/cart
for round in 1 2 3 4 5; do
	user GET /v1/cart
	mkdir -p "$dir/shots"
	printf '%s\n' "$body" >"$dir/shots/cart-0.body"
	if [ $((round % 2)) = 1 ]; then
		meet 8 "$the_user" 25 set_or_shop
	else
		parallel 25 set_or_shop
	fi
	lines_of "$dir"/shots/cart-*.body | sort -u >"$dir/carts"
	lines_of "$dir"/shots/checkout-*.body | sort >"$dir/bought"
	ordered=$((ordered + $(wc -l <"$dir/bought")))
	wrong="$wrong$(sort -u "$dir/bought" | comm -13 "$dir/carts" -)"
	wrong="$wrong$(cat "$dir"/shots/*.status | grep -v '^20[01]$\|^409$')"
	rm -rf "$dir/shots"
done
is "$wrong" '' 'what is ordered is a cart that there was'
[ $ordered -ge 5 ]
ok "in each of several orders ($ordered)"

# ---- The last piece, by a checkout and an order

wrong=
won=
token_2=$(token 2)
user DELETE /v1/cart
buy_last() {
	if [ "$n" = 1 ]; then
		checkout "last-$round" checkout
	else
		bearer=$token_2
		shot_post order /v1/orders \
		    "{\"items\": [{\"productId\": 17, \"quantity\": 1},
		    {\"productId\": $last, \"quantity\": 1}]}"
	fi
}
for round in 1 2 3 4 5 6 7 8; do
	last=$(ctl product add --name Last --price 10 --stock 1)
	post /v1/cart/items '{"productId": 17, "quantity": 2}'
	post /v1/cart/items "{\"productId\": $last, \"quantity\": 1}"
	before=$(stock 17)
	if [ $round -le 4 ]; then
		meet 2 "SELECT id FROM products WHERE id = $last FOR UPDATE" 2 buy_last
	else
		parallel 2 buy_last
	fi
	by=$(cat "$dir/shots/checkout.status" "$dir/shots/order.status" | tr '\n' ' ')
	got="$(codes) $(stock "$last") $((before - $(stock 17))) $(in_cart)"
	case $by$got in
	'201 409 1 insufficient_stock 0 2 0') won=$won.checkout ;;
	'409 201 1 insufficient_stock 0 1 3') won=$won.order ;;
	*) wrong="$wrong; $by$got" ;;
	esac
	rm -rf "$dir/shots"
	user DELETE /v1/cart
done
is "$wrong" '' "one of them gets it, and who does not keeps the cart ($won)"

# Ten carts with the same, five pieces of it.
few=$(ctl product add --name Few --price 10 --stock 5)
awk 'BEGIN { for (i = 1; i <= 10; i++)
	printf "CALL user_add(\"u\", \"u%d@x.example\", 1000);\n", i }' \
    >"$dir/users.sql"
sql_file "$dir/users.sql" | cut -f 2 >"$dir/users"
sql "INSERT INTO cart_items (user_id, product_id, quantity, added_at)
    SELECT id, $few, 1, UTC_TIMESTAMP(3) FROM users WHERE email LIKE 'u%@x.example'"
while read -r id; do token "$id"; done <"$dir/users" >"$dir/tokens"
each() {
	bearer=$(sed -n "${n}p" "$dir/tokens")
	checkout each
}
meet 8 "SELECT id FROM products WHERE id = $few FOR UPDATE" 10 each
is "$(codes), $(shots)" '5 insufficient_stock, 5 201, 5 409' \
    'ten carts that want one of five pieces: five get it'
is "$(stock "$few") $(sql "SELECT COUNT(*) FROM cart_items WHERE product_id = $few")" \
    '0 5' 'and the others still have their carts'
is "$(deadlocks)" 0 'no two met in a deadlock'
finish
