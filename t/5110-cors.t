#!/bin/sh
# SPDX-License-Identifier: MIT
# Pages of other origins: those that the operator lists may use the API from a
# browser, and nobody else's.
. "${top_srcdir:-.}/t/lib.sh"
limits=shipped
conf cors_origins 'https://app.example http://localhost:3000	https://[2001:db8::1]:8443'
shop_start
as 2

# cors: what a browser is told, "ORIGIN|VARIES|EXPOSED"
cors() {
	printf '%s|%s|%s' "$(header Access-Control-Allow-Origin)" \
	    "$(printf '%s\n' "$headers" | grep -ci '^vary:.*origin')" \
	    "$(header Access-Control-Expose-Headers | wc -w)"
}
preflight() {
	request OPTIONS "$1" -H "Origin: $2" \
	    -H 'Access-Control-Request-Method: POST' \
	    -H 'Access-Control-Request-Headers: authorization,content-type,idempotency-key'
}

for origin in https://app.example http://localhost:3000 'https://[2001:db8::1]:8443'; do
	user GET /v1/points/balance -H "Origin: $origin"
	is "$status $(cors)" "200 $origin|1|7" "$origin may read"
	preflight /v1/orders "$origin"
	is "$status $(cors)" "204 $origin|1|7" "and is asked before: $origin"
	is "$(header Access-Control-Allow-Methods) $(header Access-Control-Max-Age)" \
	    'GET, HEAD, POST, PUT, PATCH, DELETE 600' 'for ten minutes'
	is "$(header Access-Control-Allow-Headers)" \
	    'Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id, Accept-Language' \
	    'with the headers of the API'
	is "$(header Allow)" 'GET, HEAD, POST' 'as OPTIONS is answered'
	is "$(header Access-Control-Allow-Credentials)" '' 'never with credentials'
done
for origin in https://other.example https://app.example.evil.example \
    https://xapp.example http://app.example https://app.example:444 null '*' \
    http://localhost https://app.example/; do
	user GET /v1/points/balance -H "Origin: $origin"
	is "$status $(cors)" '200 |1|0' "not $origin"
	preflight /v1/orders "$origin"
	is "$status $(cors)$(header Access-Control-Allow-Methods)$(header Access-Control-Max-Age)" \
	    '204 |1|0' "nor is it told more when it asks: $origin"
done
user GET /v1/points/balance
is "$status $(cors)" '200 |1|0' 'without an origin caches are told all the same'
request OPTIONS /v1/orders -H 'Origin: https://app.example'
is "$status $(header Access-Control-Allow-Methods)" '204 ' 'an OPTIONS that is no preflight'

# ---- Whoever answers, and whatever

while read -r wanted method target text; do
	user "$method" "$target" -H 'Origin: https://app.example' \
	    -H 'Content-Type: application/json'
	is "$status $(cors)" "$wanted https://app.example|1|7" "$text"
done <<'END'
404 GET /v1/products/99 a problem of the application
404 GET /problems/none one of nginx
405 POST /openapi.yaml another
400 GET /v1/products/0 a parameter
200 GET /openapi.yaml a page
200 GET /openapi.json a page as JSON
200 GET /v1/products/top the ranking
200 GET /v1/products/top the ranking from the cache
200 GET /healthz a probe
END
request GET /v1/cart -H 'Origin: https://app.example'
is "$status $(cors)" '401 https://app.example|1|7' 'no token'
post /v1/points/charge '{"amount": 5}' -H 'Origin: https://app.example' \
    -H 'Idempotency-Key: once'
is "$status $(cors)" '201 https://app.example|1|7' 'a write'
n=0
while [ $n -lt 150 ]; do
	n=$((n + 1))
	preflight /v1/orders https://app.example
	[ "$status" = 204 ] || echo "$n $status"
done >"$dir/found"
is "$(cat "$dir/found")" '' 'many preflights in a row are no writes'
pool_stop
user GET /v1/points/balance -H 'Origin: https://app.example'
is "$status $(cors)" '503 https://app.example|1|7' 'no pool'

# ---- The setting

# refuses LIST WHY [SETTING]
refuses() {
	conf "${3:-cors_origins}" "$1"
	"$top_builddir/shopctl" --config "$dir/shop.conf" site >"$dir/out" 2>"$dir/err"
	like "$? $(cat "$dir/err")" "^[12] .*${3:-cors_origins}: .* must $2" \
	    "refused: $1"
}
refuses '*' 'begin with https'
refuses 'null' 'begin with https'
refuses 'app.example' 'begin with https'
refuses 'ftp://app.example' 'begin with https'
refuses 'https://' 'begin with https'
refuses 'https://app.example/' 'end behind the host'
refuses 'https://app.example/path' 'end behind the host'
refuses 'https://app.example:0' 'end behind the host'
refuses 'https://app.example:65536' 'end behind the host'
refuses 'https://App.example' 'name a host'
refuses 'https://*.example' 'name a host'
refuses 'https://a"b' 'end behind the host'
refuses 'https://a;b' 'end behind the host'
refuses 'https://$host' 'name a host'
refuses 'https://user@host' 'end behind the host'
refuses 'https://ok.example https://bad.example/' 'end behind the host'
conf cors_origins ''
refuses 'https://ok.example; script-src *' 'end behind the host' image_origins
refuses '*' 'begin with https' image_origins
conf image_origins 'https://a.example https://b.example'
pool_start
nginx_stop
nginx_start
request GET /
like "$(header Content-Security-Policy)" \
    "; img-src 'self' data: https://a.example https://b.example; connect-src" \
    'pictures of other hosts may be shown where they are listed'
user GET /v1/points/balance -H 'Origin: https://app.example'
is "$status $(cors)" '200 |0|0' 'without the setting nobody is told anything'
finish
