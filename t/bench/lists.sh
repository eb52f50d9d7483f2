#!/bin/sh
# SPDX-License-Identifier: MIT
# What lists and searches cost among 100 000 products, and those of a user with
# 100 000 orders, as a multiple of one product's read in the same run: CPU of nginx, the workers and the database.
#	top_srcdir=. top_builddir=build sh t/bench/lists.sh [REQUESTS]
. "${top_srcdir:-.}/t/lib.sh"
shop_start
requests=${1:-600}

cat >"$dir/many.sql" <<'END'
INSERT INTO products (name, price, stock, created_at)
  SELECT CONCAT(ELT(1 + seq % 4, 'Wireless Mouse ', '무선 마우스 ', 'Lamp ', 'Desk '),
    seq, IF(seq % 53 = 0, ' rare', '')), 1 + seq * 7919 % 5000, 0, NOW(3) FROM seq_1_to_100000;
INSERT INTO product_suffixes (suffix, product_id, price)
  SELECT CAST(SUBSTRING(CONVERT(name_key USING utf8mb4), n.seq) AS BINARY), id, price
  FROM products JOIN seq_1_to_100 n ON n.seq <= CHAR_LENGTH(name)
  WHERE stock = 0;
INSERT INTO orders (id, user_id, total_price, balance_after, created_at, status, cancelled_at)
  SELECT 1000 + seq, 6, 1, 1, NOW(3), IF(seq % 100 = 0, 'cancelled', 'paid'),
    IF(seq % 100 = 0, NOW(3), NULL) FROM seq_1_to_100000;
INSERT INTO order_items (order_id, line, product_id, name, quantity, price)
  SELECT 1000 + seq, 0, 1, 'One', 1, 1 FROM seq_1_to_100000;
INSERT INTO points_ledger (user_id, type, amount, balance_after, idem, fingerprint, order_id, created_at)
  SELECT 6, 'payment', -1, 1, UNHEX(LPAD(HEX(seq), 32, '0')), '', 1000 + seq, NOW(3)
  FROM seq_1_to_100000;
ANALYZE TABLE products, product_suffixes, orders, order_items, points_ledger;
END
sql_file "$dir/many.sql" >/dev/null

# cpu: hundredths of a second that all of them have used so far.
cpu() {
	for pid in $(cat "$dir/db.pid") $(pool_workers) $nginx_pid $(cat \
	    "/proc/$nginx_pid/task/$nginx_pid/children"); do
		cut -d ')' -f 2 "/proc/$pid/stat" 2>/dev/null
	done | awk '{ n += $12 + $13 } END { print n + 0 }'
}
# cost NAME TARGET: of one request, in microseconds and reads of a product.
cost() {
	n=$requests
	while [ $n -gt 0 ]; do
		echo "url = \"http://shop$2\""
		n=$((n - 1))
	done >"$dir/urls"
	ask() { curl -gs -H "Authorization: Bearer $bearer" --unix-socket "$dir/http.sock" -K -; }
	head -n 50 "$dir/urls" | ask >/dev/null
	before=$(cpu)
	ask <"$dir/urls" >/dev/null
	us=$((($(cpu) - before) * 10000 / requests))
	[ -n "${one:-}" ] || one=$us
	user GET "$2"
	reads=$(awk "BEGIN { printf \"%.1f\", $us / ($one > 0 ? $one : 1) }")
	[ "$status" = 200 ] && awk "BEGIN { exit $reads > 5 }"
	ok "$1: $us us, $reads reads"
}
# late SORT [&q=Q]: the cursor of page 1000.
late() {
	cursor=
	n=0
	while [ $n -lt 200 ]; do
		n=$((n + 1))
		request GET "/v1/products?limit=100&sort=$1$cursor"
		cursor="&cursor=$(json .nextCursor | tr -d '"')"
	done
	echo "/v1/products?sort=$1$cursor"
}

# late_of TARGET: its page 1000.
late_of() {
	cursor=
	n=0
	while [ $n -lt 200 ]; do
		n=$((n + 1))
		user GET "$1?limit=100$cursor"
		cursor="&cursor=$(json .nextCursor | tr -d '"')"
	done
	echo "$1?limit=20$cursor"
}

as 6
cost 'one product' /v1/products/1
for list in /v1/orders /v1/points/transactions; do
	cost "$list" "$list"
	cost "page 1000 of $list" "$(late_of $list)"
done
cost 'orders of one status' '/v1/orders?status=cancelled'
promote 6
cost 'orders of everybody' '/v1/orders?scope=all'
for sort in id -id price -price; do
	cost "page 1 by $sort" "/v1/products?sort=$sort"
	cost "page 1000 by $sort" "$(late $sort)"
done
for sort in id -price; do
	for q in mouse 무선 rare 'rare&limit=1' 99 nothing; do
		cost "$q by $sort" "/v1/products?sort=$sort&q=$(printf %s "$q" | sed 's/무선/%EB%AC%B4%EC%84%A0/')"
	done
done
cost '20 ids' "/v1/products?ids=$(seq -s , 5000 5019)"
echo "1..$tap_count"
[ $tap_failures -eq 0 ]
