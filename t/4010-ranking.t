#!/bin/sh
# SPDX-License-Identifier: MIT
# Flow 3: the five products sold most in 72 hours, and the cache before them.
. "${top_srcdir:-.}/t/lib.sh"

# sold HOURS PRODUCT QUANTITY: an order from so many hours before this one,
# with all that belongs to it.
sold() {
	sql "CALL test_sold('$hour' - INTERVAL $1 HOUR, $2, $3)"
}

top() { request GET /v1/products/top; }
cached() { header Cache-Status; }
ranks() { json '[.items[] | [.rank, .productId, .sold]]'; }

# mc LINE...: commands for memcached; prints what it says.
mc() { printf '%s\r\n' "$@" | mc_say; }

# plant SECONDS: the list as it stands in memcached, with a mark, as if it
# were so old; $old is its body.
old='{"from":"2000-01-01T00:00:00.000Z","to":"2000-01-03T23:59:59.999Z","items":[{"rank":1,"productId":1,"name":"old","price":1,"sold":1}]}'
plant() {
	head="shop1 $(($(date +%s%3N) - $1 * 1000)) ${#old} "
	sum=$(printf '%s%s' "$head" "$old" | sha256sum | cut -c 1-16)
	printf '%s%s\n%s' "$head" "$sum" "$old" >"$dir/planted"
	mc_put "shop:$shop_id:rank" "$dir/planted"
}

# Each request may find another worker, each with its own word on memcached.
is_hit() { top; [ "$(cached)" = 'ranking; hit' ]; }

# No hour may end while we look.
while [ $(($(date +%s) % 3600)) -gt 3570 ]; do sleep 1; done
# A busy machine may be slow to run memcached; that is not what is tested.
conf cache_timeout_ms 100
shop_start
hour=$(sql "SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:00:00')")
rich=$(ctl user add --name R --email r@example.com --balance 1000000000)
cat >"$dir/sold.sql" <<END
DELIMITER //
CREATE PROCEDURE test_sold(p_time DATETIME(3), p_product BIGINT, p_quantity INT)
BEGIN
  DECLARE v_total, v_balance, v_id BIGINT;
  SELECT price * p_quantity INTO v_total FROM products WHERE id = p_product;
  UPDATE users SET balance = balance - v_total WHERE id = $rich;
  SELECT balance INTO v_balance FROM users WHERE id = $rich;
  UPDATE products SET stock = stock - p_quantity, sold = sold + p_quantity
    WHERE id = p_product;
  INSERT INTO payments (user_id, amount, status, attempts, created_at)
    VALUES ($rich, v_total, 'approved', 1, p_time);
  SET v_id = LAST_INSERT_ID();
  INSERT INTO orders (id, user_id, total_price, balance_after, created_at)
    VALUES (v_id, $rich, v_total, v_balance, p_time);
  INSERT INTO order_items (order_id, line, product_id, name, quantity, price)
    SELECT v_id, 0, id, name, p_quantity, price FROM products
    WHERE id = p_product;
  INSERT INTO points_ledger (user_id, type, amount, balance_after, order_id,
      idem, fingerprint, created_at)
    VALUES ($rich, 'payment', -v_total, v_balance, v_id,
      UNHEX(LEFT(SHA2(v_id, 256), 32)), '', p_time);
  DELETE FROM sales_marks WHERE product_id = p_product;
  INSERT INTO sales_marks (product_id, hour, sold_before)
    SELECT p_product, h.hour, SUM(h.sold) OVER (ORDER BY h.hour) - h.sold
    FROM (SELECT DATE_FORMAT(o.created_at, '%Y-%m-%d %H:00:00') AS hour,
	SUM(i.quantity) AS sold
      FROM orders o JOIN order_items i ON i.order_id = o.id
      WHERE i.product_id = p_product GROUP BY 1) h
    ORDER BY h.hour;
  UPDATE products SET hour = (SELECT MAX(hour) FROM sales_marks
      WHERE product_id = p_product)
    WHERE id = p_product;
END //
END
sql_file "$dir/sold.sql"

# ---- Nothing sold

top
is "$status $(json '[keys_unsorted, .items]')" \
    '200 [["from","to","items"],[]]' 'no sales, an empty list'
is "$(json .from)" "$(sql "SELECT DATE_FORMAT('$hour' - INTERVAL 71 HOUR,
    '\"%Y-%m-%dT%H:%i:%s.000Z\"')")" 'from is where the hour 71 before this one began'
like "$(json .to)" '^"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z"$' \
    'to is a time'
to=$(json .to | tr -d '"Z' | tr T ' ')
is "$(sql "SELECT TIMESTAMPDIFF(SECOND, '$to', UTC_TIMESTAMP(3)) BETWEEN 0 AND 30")" \
    1 'of just now'
is "$(cached)" 'ranking; fwd=miss; stored' 'the first request is a miss'
is "$(header Content-Type)" application/json 'its answer JSON'
first=$body
top
is "$(cached) $body" "ranking; hit $first" 'the second a hit, byte for byte'
request HEAD /v1/products/top
is "$status $(cached)" '200 ranking; hit' 'HEAD is answered alike'

# ---- Which five are listed

# By an order of today: 9 twice makes it 5, as many as 12 has.
as 6
post /v1/orders '{"items": [{"productId": 9, "quantity": 2}, {"productId": 17, "quantity": 9}]}'
top
is "$(json .items)" '[]' 'a list is good for some seconds, whatever is sold'
sold 0 9 3
sold 1 12 5
sold 70 5 30
sold 30 5 12
sold 40 20 6
# The last hour that counts, and the one before it.
sold 71 2 4
sold 71 8 4
sold 71 1 4
sql "CALL test_sold('$hour' - INTERVAL 71 HOUR - INTERVAL 1 SECOND, 2, 50)"
sold 72 24 60
sold 80 24 60

mc_flush
eventually 5 is_hit
is "$(ranks)" '[[1,5,42],[2,17,9],[3,20,6],[4,9,5],[5,12,5]]' \
    'the five that sold most of eight; of equals the smaller id first'
is "$(json '.items[0]')" \
    '{"rank":1,"productId":5,"name":"제주 감귤 마멀레이드","price":7900,"sold":42}' \
    'each with its members'
is "$(json '[.items[] | keys_unsorted] | unique')" \
    '[["rank","productId","name","price","sold"]]' 'no more'

sold 0 1 16
mc "delete shop:$shop_id:rank" >"$dir/out"
top
is "$(ranks)" '[[1,5,42],[2,1,20],[3,17,9],[4,20,6],[5,9,5]]' \
    'the hour 71 before this one counts; of equals the greater id is the one that goes'
sold 0 2 1
sold 0 8 1
mc "delete shop:$shop_id:rank" >"$dir/out"
top
is "$(json '[.items[].productId]')" '[5,1,17,20,2]' \
    'the hour before it does not: 2 has 5, and is before 8, 9 and 12'
sql "UPDATE products SET price = 7777, name = 'New' WHERE id = 5;
    CALL product_index(5)"
mc "delete shop:$shop_id:rank" >"$dir/out"
top
is "$(json '.items[0] | [.name, .price]')" '["New",7777]' \
    'name and price are those of today'
right=$(json .items)

# An order that failed was not sold.
post /v1/orders '{"items": [{"productId": 13, "quantity": 16}]}'
mc "delete shop:$shop_id:rank" >"$dir/out"
top
is "$(json .items)" "$right" 'what was refused is not counted'

# ---- Clients that have it already

top
tag=$(header ETag)
like "$tag" '^W/"[0-9a-f]{16}"$' 'a list has a tag, a weak one'
computed=$(json .to)
mc "delete shop:$shop_id:rank" >"$dir/out"
top
unlike "$(json .to)" "^$computed\$" 'made anew it is of another time'
is "$(header ETag) $(cached)" "$tag ranking; fwd=miss; stored" \
    'but the same list, by the same tag'
for known in "$tag" "${tag#W/}" "\"x\", $tag" '*'; do
	request GET /v1/products/top -H "If-None-Match: $known"
	is "$status $(header ETag) $(header Content-Length)" "304 $tag " \
	    "who has $known is not sent it"
	like "$(header Cache-Control)" '^public, max-age=' 'but told how long it is good'
done
mc "delete shop:$shop_id:rank" >"$dir/out"
request GET /v1/products/top -H "If-None-Match: $tag"
is "$status $(cached)" '304 ranking; fwd=miss; stored' 'made anew for it, too'
request HEAD /v1/products/top -H "If-None-Match: $tag"
is "$status" 304 'HEAD as well'
request GET /v1/products/top -H 'If-None-Match: "x"'
is "$status" 200 'who has another is'
sold 0 1 1
mc "delete shop:$shop_id:rank" >"$dir/out"
request GET /v1/products/top -H "If-None-Match: $tag"
is "$status $(ranks)" '200 [[1,5,42],[2,1,21],[3,17,9],[4,20,6],[5,2,5]]' \
    'one that has been sold since makes another list'
unlike "$(header ETag)" "^$tag\$" 'with another tag'
right=$(json .items)

# ---- What memcached holds but we did not put there

printf '' >"$dir/g-empty"
printf '\n' >"$dir/g-newline"
printf 'END' >"$dir/g-word"
printf '%s' "$old" >"$dir/g-headless"
printf 'shop1 1 99999999999999999999999 0123456789abcdef\n' >"$dir/g-huge"
printf 'shop1 %d 0 0123456789abcdef\n' "$(date +%s%3N)" >"$dir/g-sum"
printf 'shop1 %0500d\n{}' 1 >"$dir/g-long"
head -c 300000 /dev/urandom >"$dir/g-noise"
plant 0
head -c 100 "$dir/planted" >"$dir/g-short"
{ cat "$dir/planted"; printf ' '; } >"$dir/g-longer"
sed 's/"old"/"0ld"/' "$dir/planted" >"$dir/g-changed"
sed 's/^shop1 1/shop1 2/' "$dir/planted" >"$dir/g-redated"
sed 's/^shop1/shop2/' "$dir/planted" >"$dir/g-version"
plant -100
cp "$dir/planted" "$dir/g-future"
plant 61
cp "$dir/planted" "$dir/g-minute"
for garbage in empty newline word headless huge sum long noise short longer \
    changed redated version future minute; do
	mc_put "shop:$shop_id:rank" "$dir/g-$garbage" || bail "$garbage: not put"
	top
	is "$status $(cached) $(json .items)" \
	    "200 ranking; fwd=miss; stored $right" "a value that is $garbage is a miss"
done

# ---- Past its freshness

plant 9
top
is "$(cached) $body" "ranking; hit $old" 'a list of 9 s is fresh'
mc "delete shop:$shop_id:refresh" >"$dir/out"
plant 12
top
is "$(cached) $(json .items)" "ranking; fwd=miss; stored $right" \
    'one of 12 s is computed anew'
top
is "$(cached) $(json .items)" "ranking; hit $right" 'for all'

mc "set shop:$shop_id:refresh 0 60 1" 1 >"$dir/out"
plant 12
top
like "$(cached)" '^ranking; hit; ttl=-[345]$' \
    'while another computes, it is served, and its age told'
is "$status $body" "200 $old" 'byte for byte'
plant 55
top
like "$(cached) $body" '^ranking; hit; ttl=-4[678] .*"old"' 'up to a minute'
plant 61
top
is "$(cached) $(json .items)" "ranking; fwd=miss; stored $right" \
    'but never longer, whoever computes'

# All at once, while the database is slow: one computes, nobody waits for it.
mc "delete shop:$shop_id:refresh" >"$dir/out"
plant 12
hold 8 'LOCK TABLES sales_marks WRITE'
one_of_many() {
	curl -s --max-time 10 --unix-socket "$dir/http.sock" -o "$dir/body.$n" \
	    -D "$dir/headers.$n" -w '%{http_code}\n' \
	    http://shop/v1/products/top >"$dir/status.$n"
}
all_but_one() { [ "$(cat "$dir"/status.* | wc -l)" -ge 15 ]; }
parallel 16 one_of_many &
herd=$!
eventually 4 all_but_one
let_go
wait "$herd"
is "$(cat "$dir"/status.* | uniq -c | tr -s ' ')" ' 16 200' \
    'sixteen at once, and all are answered'
is "$(cat "$dir"/headers.* | grep -ci '^Cache-Status: ranking; fwd=miss; stored')" 1 \
    'exactly one of them computes'
is "$(cat "$dir"/headers.* | grep -ci '^Cache-Status: ranking; hit; ttl=-')" 15 \
    'the others are served the old one meanwhile'
is "$(grep -l '"old"' "$dir"/body.* | wc -l)" 15 'and that it was'

# ---- Without memcached

# without TEXT: the answer is right and soon there, three times.
without() {
	for try in 1 2 3; do
		took=$(curl -s --max-time 10 --unix-socket "$dir/http.sock" \
		    -o "$dir/body" -D "$dir/headers" -w '%{time_total}' \
		    http://shop/v1/products/top)
		status=$(sed -n '1s/.* \([0-9]*\) .*/\1/p' "$dir/headers")
		body=$(cat "$dir/body")
		headers=$(tr -d '\r' <"$dir/headers")
		is "$status $(cached) $(json .items)" \
		    "200 ranking; fwd=miss $right" "$1: right, $try"
		is "$(echo "$took" | awk '{ print ($1 < 1) }')" 1 \
		    "$1: soon, $try"
	done
}
mc_stop
without 'memcached stopped'
mc_start
eventually 8 is_hit
ok 'it is used again when it is back'
mc_freeze
without 'memcached frozen'
mc_thaw
eventually 8 is_hit
ok 'and again when it is thawed'

# ---- By the clock, and by the settings

# New workers, none of which has given memcached up.
conf rank_fresh_s 1
kill -HUP "$pool_pid"
eventually 10 grep -q event=roll-done "$dir/log/shopd.log" ||
    bail 'no new workers'
mc "delete shop:$shop_id:rank" >"$dir/out"
top
computed=$(json .to)
sleep 1.1
top
is "$(cached) $(json .items)" "ranking; fwd=miss; stored $right" \
    'a list that may be 1 s old is computed anew after 1.1 s'
unlike "$(json .to)" "^$computed\$" 'and says so'

# ---- Without the database

plant 12
mc "delete shop:$shop_id:refresh" >"$dir/out"
db_stop
top
like "$status $(cached) $body" '^200 ranking; hit; ttl=-.*"old"' \
    'with the database away the old list will do'
plant 61
top
is_problem 503 unavailable 'too old a list will not'
is "$(header Retry-After) $(cached)" '1 ' 'come back, it says'
db_start
is_back() { top; [ "$status $(json .items)" = "200 $right" ]; }
eventually 5 is_back
ok 'with the database back the answer is right again'

sql 'DROP PROCEDURE test_sold'
finish
