#!/bin/sh
# SPDX-License-Identifier: MIT
# Two shops in one nginx, each with its own pool, names and ranking: both serve,
# one is set anew and taken away, and the other never hears of it.
. "${top_srcdir:-.}/t/lib.sh"

# The first is this test's shop; the other has a pool of its own before the same
# database, and one memcached serves both.
shop_db
mc_start
pool_start
sed -e "s|^listen = .*|listen = unix:$dir/other.sock|; /^listen_read/d" \
    -e "s|^pool_pidfile = .*|pool_pidfile = $dir/other.pid|" \
    "$dir/shop.conf" >"$dir/other.conf"
"$top_builddir/shopd" --config "$dir/other.conf" >"$dir/log/other.log" 2>&1 &
other_pid=$!
eventually 15 grep -q event=ready "$dir/log/other.log" || bail 'no other pool'

# site NAME HOST OPTION...: prints that of one, whose ranking is NAME:top.
site() {
	site_name=$1
	site_host=$2
	shift 2
	SHOP_RANK_BY_NGINX=on nginx_site --name "$site_name" --host "$site_host" \
	    --access-log "$dir/log/$site_name.log" "$@" |
	    sed "s/shop:$shop_id:top/$site_name:top/"
}
# other [OPTION...]: the other one's, with its own pool.
other() {
	(upstream=unix:$dir/other.sock
	site staging_2 'two.test www.two.test' "$@") >"$dir/other.site"
	mv "$dir/other.site" "$dir/sites/2.conf"
}
mkdir "$dir/sites"
nginx_conf
site shop one.test >"$dir/sites/1.conf" 2>"$dir/err" && other 2>>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'two sites are made'
# Two shops have more names than nginx makes room for by itself.
sed -i "s|include .*/shop.conf\";|variables_hash_max_size 2048; $(
    )include \"$dir/sites/*.conf\";|" "$dir/nginx/nginx.conf"
nginx -t -q -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx-t.err" \
    2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'nginx -t is content with both'
nginx_run
as 1

# at HOST METHOD PATH [curl's arguments]
at() {
	at_host=$1
	shift
	request "$@" -H "Host: $at_host"
}
heard() { grep -c ' method=' "$dir/log/$1.log"; }

# ---- Each its own

for host in one.test two.test www.two.test; do
	at $host GET /v1/products/1
	is "$status $(json .id)" '200 1' "$host shows a product"
	at $host POST /v1/points/charge -d '{"amount": 5}' \
	    -H "Authorization: Bearer $bearer" -H 'Content-Type: application/json'
	is "$status" 201 "$host charges"
	at $host POST / -H 'X-Request-Id: mine'
	is_problem 405 method_not_allowed "$host has problems of its own"
	is "$(header X-Request-Id) $(header Allow)" 'mine GET, HEAD' 'complete'
done
is "$(heard shopd) $(heard other)" '2 4' 'each pool heard of its own requests'
logged() { [ "$(wc -l <"$dir/log/staging_2.log")" = 6 ]; }
eventually 5 logged
is "$(wc -l <"$dir/log/shop.log") $(wc -l <"$dir/log/staging_2.log")" '3 6' \
    'and so did each log'

for name in one two; do
	printf '{"from": "%s", "to": "%s", "items": [%s"name": "%s"}]}' \
	    2000-01-01T00:00:00.000Z 2000-01-03T23:59:59.999Z \
	    '{"rank": 1, "productId": 1, "price": 1, "sold": 1, ' $name \
	    >"$dir/$name.json"
done
mc_put shop:top "$dir/one.json" && mc_put staging_2:top "$dir/two.json"
ok 'each has a ranking in memcached'
for host in one two; do
	at $host.test GET /v1/products/top
	is "$status $(json '.items[0].name') $(header Cache-Status)" \
	    "200 \"$host\" ranking; hit" "$host.test shows its own"
done

# ---- Limits: each counts for itself

other --limit-reads 1,3,400
kill -HUP "$nginx_pid"
is_limited() { at two.test GET /; [ "$status" = 429 ]; }
eventually 10 is_limited
is_problem 429 too_many_requests 'limits of one bite'
at one.test GET /
is "$status" 200 'and are none of the other'"'"'s'
other
kill -HUP "$nginx_pid"
is_free() {
	for again in 1 2 3 4 5 6 7 8; do
		! is_limited || return 1
	done
}
eventually 10 is_free

# ---- Both serve while one is set anew, and taken away

# ask HOST: reads until the file is gone; each status, a line.
ask() {
	while [ -e "$dir/on" ]; do
		curl -s --max-time 10 --unix-socket "$dir/http.sock" -o /dev/null \
		    -w '%{http_code}\n' "http://$1/v1/products/[1-3]"
	done >"$dir/asked.$1"
}
: >"$dir/on"
ask one.test &
first=$!
ask two.test &
second=$!
asked() { [ "$(wc -l <"$dir/asked.$1" 2>/dev/null || echo 0)" -ge "$2" ]; }
eventually 20 asked two.test 30
is $? 0 'both are asked'
for n in 1 2 3; do
	other
	kill -HUP "$nginx_pid"
	eventually 20 asked one.test $((n * 40))
done
rm "$dir/on"
wait "$second" "$first"
is "$(sort "$dir/asked.one.test" | uniq -c | awk '{ print $2 }')" 200 \
    'the first serves through each reload'
is "$(sort "$dir/asked.two.test" | uniq -c | awk '{ print $2 }')" 200 \
    'and so does the one that is set anew'

: >"$dir/on"
ask one.test &
first=$!
rm "$dir/sites/2.conf"
kill -HUP "$nginx_pid"
# Whatever name is nobody's goes to the only site that is left.
is_gone() {
	at two.test GET /v1/products/1 -H "X-Request-Id: gone"
	grep -q '"gone"' "$dir/log/shop.log"
}
eventually 10 is_gone
ok 'the other is taken away'
kill "$other_pid"
eventually 20 asked one.test 100
rm "$dir/on"
wait "$first"
is "$(sort "$dir/asked.one.test" | uniq -c | awk '{ print $2 }')" 200 \
    'and the first never heard of it'
nginx -t -q -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx-t.err" \
    2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'nginx -t is content with what is left'

# ---- The longest name

(upstream=unix:$dir/other.sock
site eighteen_character x) >"$dir/sites/2.conf"
nginx -t -q -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx-t.err" \
    2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'nginx can have it'
finish
