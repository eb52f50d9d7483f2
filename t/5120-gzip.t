#!/bin/sh
# SPDX-License-Identifier: MIT
# Large answers are compressed for those who ask, and no secret is.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

gzipped() { request "$@" -H 'Accept-Encoding: gzip'; }
coding() { printf '%s|%s' "$(header Content-Encoding)" \
    "$(printf '%s\n' "$headers" | grep -ci '^vary:.*accept-encoding')"; }

# Text of a kilobyte and more.
long=$(head -c 1000 /dev/zero | tr '\0' x)
ctl product add --name Long --price 1 --stock 1 --description "$long$long" 2>/dev/null ||
    ctl product add --name Long --price 1 --stock 1 --description "$long" >"$dir/id"
id=$(cat "$dir/id")
as 1
request GET "/v1/products/$id"
plain=$(wc -c <"$dir/body")
is "$(coding)" '|1' 'plain, unless it is asked for; caches are told'
cp "$dir/body" "$dir/plain"
gzipped GET "/v1/products/$id"
is "$status $(coding)" '200 gzip|1' 'compressed where it is'
[ "$(wc -c <"$dir/body")" -lt $((plain / 2)) ]
ok 'and smaller'
gzip -dc <"$dir/body" 2>/dev/null | cmp -s - "$dir/plain"
ok 'of the same bytes'
tag=$(header ETag)
like "$tag" '^W/"' 'its tag is a weak one'
gzipped GET "/v1/products/$id" -H "If-None-Match: $tag"
is "$status" 304 'and is known again'
request GET "/v1/products/$id" -H "If-None-Match: $tag"
is "$status" 304 'by those who take it plain, too'
gzipped GET /v1/products/1
is "$(coding)" '|0' 'what is small stays as it is'
for page in /openapi.yaml /openapi.json /docs/ /problems/ /assets/once.js \
    /assets/shop.css; do
	gzipped GET $page
	is "$status $(coding)" '200 gzip|1' "the page $page"
done
n=0
while [ $n -lt 10 ]; do
	n=$((n + 1))
	order 17
done
user GET '/v1/orders?limit=100' -H 'Accept-Encoding: gzip'
is "$status $(coding)" '200 gzip|1' 'a list'
items=$(seq 1001 1020 | sed 's/.*/{"productId": &, "quantity": 1}/' | paste -sd, -)
post /v1/orders "{\"items\": [$items]}" --compressed -H 'Accept-Encoding: gzip'
is "$status $(coding)" '404 gzip|1' 'a problem with many errors'

# A token that is as long as one can be, in an answer of over a kilobyte: never.
kid=$(head -c 64 /dev/zero | tr '\0' k)
mkdir -m 700 "$dir/keys"
(umask 077; cp "$dir/jwt.secret" "$dir/keys/$kid.key")
# A quote takes two bytes in JSON.
name=$(head -c 255 /dev/zero | tr '\0' '"')
pool_stop
conf jwt_secret_file ''
conf jwt_key_dir "$dir/keys"
conf jwt_issuer "$name"
conf jwt_audience "$name"
pool_start
credentials='"email": "a@b", "password": "password"'
request POST /v1/users -H 'Content-Type: application/json' -d "{$credentials, \"name\": \"A\"}"
is "$status" 201 'somebody signs up'
for path in /v1/tokens /v1/%74okens; do
	request POST $path -H 'Accept-Encoding: gzip' \
	    -H 'Content-Type: application/json' -d "{$credentials}"
	is "$status $(header Content-Encoding)" '200 ' "$path is not compressed"
	echo "# $(wc -c <"$dir/body") bytes"
	[ "$(wc -c <"$dir/body")" -gt 1024 ]
	ok "$path: although it is long enough"
done
finish
