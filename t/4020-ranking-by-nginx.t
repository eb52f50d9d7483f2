#!/bin/sh
# SPDX-License-Identifier: MIT
# The ranking where nginx answers from memcached, and only asks a worker when
# there is nothing.
. "${top_srcdir:-.}/t/lib.sh"
conf rank_by_nginx on
# A busy machine may be slow to run memcached; that is not what is tested.
conf cache_timeout_ms 100
shop_start

top() { request GET /v1/products/top "$@"; }
cached() { header Cache-Status; }

# workers_asked: how often a worker has been asked for the ranking.
workers_asked() {
	grep -c 'event=request .*route=/v1/products/top ' "$dir/log/shopd.log"
}

# by_nginx: the last answer was nginx's, and right in all that is told of it.
is_by_nginx() {
	top
	asked=$(workers_asked)
	top
	[ "$(workers_asked)" = "$asked" ] && [ "$(cached)" = 'ranking; hit' ]
}
mc() { printf '%s\r\n' "$@" | mc_say; }

# ---- Miss, and hit

top
is "$status $(cached)" '200 ranking; fwd=miss; stored' 'a miss is stored'
miss=$body
told=$headers
like "$(header Cache-Control)" '^public, max-age=(9|10)$' \
    'anybody may keep it for as long as it is fresh'
eventually 5 is_by_nginx
ok 'a hit is answered by nginx, and no worker hears of it'
is "$status $(header Content-Type) $body" "200 application/json $miss" \
    'with the same list'
is "$(header Cache-Control)" 'public, max-age=5' \
    'for the half that its copy has not used up'
like "$(header X-Request-Id)" '^[0-9a-f]{32}$' 'with a request id'
for name in X-Content-Type-Options Referrer-Policy Content-Security-Policy; do
	is "$(header $name)" \
	    "$(printf '%s\n' "$told" | sed -n "s/^$name: //Ip")" \
	    "with $name as the application has it"
done
top -H 'X-Request-Id: mine'
is "$(header X-Request-Id)" mine "with the client's"
request HEAD /v1/products/top
is "$status $(header Content-Length) $(cached)" "200 ${#miss} ranking; hit" \
    'HEAD as well'
request GET '/v1/products/top?x=y' -H 'Authorization: Bearer nonsense' -d body
is "$status $(cached)" '200 ranking; hit' \
    'whatever query, token and body there are'

# nginx's copy has no tag to compare with; a worker has the list's.
is "$(header ETag)" '' 'the copy has no tag'
tag=$(printf '%s\n' "$told" | sed -n 's/^ETag: //Ip')
for known in "$tag" '*' "\"x\", $tag"; do
	top -H "If-None-Match: $known"
	is "$status $(cached)" '304 ranking; hit' "who has $known has it still"
	top
	is "$status $(cached)" '200 ranking; hit' 'who says nothing gets the copy'
done
top -H 'If-None-Match: "x"'
is "$status $(header ETag) $body" "200 $tag $miss" 'who has another gets this'

# What is no other spelling of it for a worker is none for nginx.
for path in /v1//products/top /v1/./products/top /v1/x/../products/top \
    /v1/products/top/ /v1/products/Top; do
	request GET "$path"
	like "$status" '^40[04]$' "$path is something else"
done
request GET /v1/products/t%6fp
is "$status" 200 'an escape that is needless is none'
for method in POST PUT DELETE; do
	request $method /v1/products/top
	is_problem 405 method_not_allowed "$method"
	is "$(header Allow)" 'GET, HEAD' 'is told what is allowed'
done

# ---- How long

# The copy goes after half of what is fresh at the latest.
like "$(mc "mg shop:$shop_id:top t")" '^HD t[1-5]' 'the copy has at most 5 s'
like "$(mc "mg shop:$shop_id:rank t")" '^HD t(5[0-9]|60)' \
    'the list that a worker checks has its 60 s'
as 1
post /v1/orders '{"items": [{"productId": 3, "quantity": 2}]}'
shows_it() { top; [ "$(json '.items[0].productId')" = 3 ]; }
shows_it
is $? 1 'an order is not in a list that was made before it'
ordered=$(now_ms)
eventually 15 shows_it
ok 'but it comes to be'
less $(($(now_ms) - ordered)) 10500 'within 10 s (ms)'

# One request computes it anew: the others get the stale copy.
mc "delete shop:$shop_id:top" "delete shop:$shop_id:rank" >/dev/null
top
mc "delete shop:$shop_id:top" >/dev/null
shot_top() { shot "$n" GET /v1/products/top; }
parallel 12 shot_top
is "$(grep -lx 'Cache-Status: ranking; hit.*' "$dir"/shots/*.headers | wc -l)" 12 \
    'without its copy a worker answers from the list it checks'
is "$(shots)" '12 200' 'each of them'

# ---- memcached away, frozen, full of what is none of ours

mc_kill
top
is "$status $(cached)" '200 ranking; fwd=miss' 'memcached is away: the database'
is "$(json '.items[0].productId')" 3 'and the list is right'
mc_start
eventually 5 is_by_nginx
ok 'it is back, and nginx answers again'

mc_freeze
for n in 1 2 3 4 5 6; do
	shot "f$n" GET /v1/products/top
	shot_look "f$n"
	is "$status $(json '.items[0].productId')" '200 3' "memcached hangs: $n"
done
# 50 ms for nginx, and here four times 100 ms for a worker.
less "$(cat "$dir"/shots/f?.time | awk '{ ms = $1 * 1000 }
    ms > max { max = ms } END { print int(max) }')" 1000 'and the answer does not (ms)'
rm -rf "$dir/shots"
mc_thaw
eventually 5 is_by_nginx
ok 'and thawed it is asked again'

# nginx can't check a copy; what a worker reads is checked as ever.
eventually 5 is_by_nginx
seeded
mc_garbage
mc "delete shop:$shop_id:top" >/dev/null
top
is "$status $(json '.items[0].productId')" '200 3' \
    'garbage where a worker looks is a miss'

# ---- The pool away

lasts() { is_by_nginx && mc "mg shop:$shop_id:top t" | grep -q '^HD t[3-5]'; }
eventually 15 lasts
ok 'nginx answers, and will for some seconds'
pool_stop
top
is "$status $(cached)" '200 ranking; hit' 'without a pool as well'
mc "delete shop:$shop_id:top" >/dev/null
top
is_problem 503 unavailable 'until there is neither'
is "$(header Retry-After)" 1 'and says when to come again'

# ---- The setting

for bad in 'memcached = 127.0.0.1:11211' 'memcached =' 'rank_fresh_s = 3'; do
	cp "$dir/shop.conf" "$dir/bad.conf"
	sed -i "/^${bad%% *} = /d" "$dir/bad.conf"
	echo "$bad" >>"$dir/bad.conf"
	"$top_builddir/shopd" --config "$dir/bad.conf" 2>"$dir/err"
	is "$? $(wc -l <"$dir/err")" '78 1' "not with $bad"
	like "$(cat "$dir/err")" 'rank_by_nginx = on: memcached .* rank_fresh_s' \
	    'which is told'
done
finish
