#!/bin/sh
# SPDX-License-Identifier: MIT
# What lists and searches cost among 100 000 products, as a multiple of one
# product's read in the same run: CPU of nginx, the workers and the database.
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
ANALYZE TABLE products, product_suffixes;
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
	head -n 50 "$dir/urls" | curl -gs --unix-socket "$dir/http.sock" -K - >/dev/null
	before=$(cpu)
	curl -gs --unix-socket "$dir/http.sock" -K "$dir/urls" >/dev/null
	us=$((($(cpu) - before) * 10000 / requests))
	[ -n "${one:-}" ] || one=$us
	request GET "$2"
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

cost 'one product' /v1/products/1
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
