#!/bin/sh
# SPDX-License-Identifier: MIT
# What nginx answers by itself, what it hands on and what it writes down.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
as 1

# no_cause TEXT: the last answer is not nginx's own page, nor tells why.
no_cause() {
	unlike "$body" 'nginx|<html|upstream|\.sock' "$1"
}

# long N: so many letters.
long() { head -c "$1" /dev/zero | tr '\0' a; }

nginx -t -q -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx-t.err" \
    2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'nginx -t is content'

# ---- Errors of nginx's own making

# told PATTERN TEXT: the last answer, a problem of nginx's, has all that such a
# one has, and its detail is like the pattern.
told() {
	is "$(header Cache-Control) $(header X-Content-Type-Options) $(json \
	    '[.requestId, .instance] == ["'"$(header X-Request-Id)"'",
	    .type + "#" + .requestId] and .detail != .title')" \
	    'no-store nosniff true' "$2: complete"
	like "$(json .detail)" "$1" 'and tells this occurrence'
}

long 65537 >"$dir/big"
user POST /v1/points/charge -H 'Content-Type: application/json' \
    --data-binary "@$dir/big" -H 'Expect:'
is_problem 413 payload_too_large 'a body of 64 KiB and a byte'
told 'at most 65536 bytes, and this one has 65537' 'too large'
user POST /v1/points/charge -H 'Content-Type: application/json' \
    --data-binary "@$dir/big" -H 'Transfer-Encoding: chunked' -H 'Expect:'
is_problem 413 payload_too_large 'the same in chunks'
told 'at most 65536 bytes, and this one has more' 'too large in chunks'
for path in / /openapi.yaml /problems/ /problems/internal /v1/products/top \
    /v1/products/1 /nowhere; do
	for expect in '' 100-continue; do
		request POST "$path" --data-binary "@$dir/big" -H "Expect: $expect"
		is_problem 413 payload_too_large "too large for $path ($expect)"
		told 65537 "$path"
	done
	request GET "$path" --data-binary "@$dir/big"
	is_problem 413 payload_too_large "GET $path with such a body"
	raw "POST $path HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
	is_problem 400 bad_request "a bad chunk for $path"
	told 'chunk' "$path"
done
request GET /_problem
is_problem 404 not_found 'no way to where problems are made'
long 65536 >"$dir/big"
user POST /v1/points/charge -H 'Content-Type: application/json' \
    --data-binary "@$dir/big" -H 'Expect:'
is_problem 400 malformed_json 'one of 64 KiB gets through'

request GET "/v1/products/1?$(long 4082)"
is_problem 414 uri_too_long 'a target of 4097 bytes'
told 4096 'too long'
for path in / /openapi.yaml /problems/internal /v1/products/top; do
	request GET "$path?$(long 4096)"
	is_problem 414 uri_too_long "too long a query of $path"
	request "$(long 33 | tr a A)" "$path"
	is_problem 405 method_not_allowed "too long a method for $path"
	request "$(long 32 | tr a A)" "$path"
	is_problem 405 method_not_allowed "or one that nobody knows"
done
request GET "/v1/products/1?$(long 4081)"
is "$status" 200 'one of 4096 gets through'
request GET "/$(long 9000)"
is_problem 414 uri_too_long 'a target that fills a buffer'
no_cause 'and nothing of nginx'
request GET /healthz -H "X-Long: $(long 9000)"
is_problem 431 header_too_large 'a header of 9000 bytes'
set --
for n in 1 2 3 4 5; do
	set -- "$@" -H "X-Long-$n: $(long 7000)"
done
request GET /healthz "$@"
is_problem 431 header_too_large 'many long headers'
told '8 KiB.* 32 KiB' 'too large'
request GET /healthz -H "X-Long: $(long 7000)"
is "$status" 200 'one of 7000 bytes gets through'

request TRACE /v1/products/1
is_problem 405 method_not_allowed 'TRACE'
like "$(header Allow)" 'GET' 'with Allow'
told '^"The method TRACE is none' TRACE
for page in / /openapi.yaml /openapi.json /problems/internal; do
	request POST "$page" -d x=1
	is_problem 405 method_not_allowed "POST $page"
	is "$(header Allow)" 'GET, HEAD' "with Allow: POST $page"
done
request DELETE /v1/products/1
is_problem 405 method_not_allowed 'DELETE a product'
for path in /v1/products/1 /v1/products/top /v1/points/charge \
    /v1/points/balance /v1/orders /v1/orders/1 /healthz /readyz; do
	user DELETE $path
	allow=$(header Allow)
	user TRACE $path
	is "$status $(header Allow)" "405 $allow" \
	    "nginx knows what $path allows as the worker does"
done

request GET /nowhere
is_problem 404 not_found 'an unknown path is the application'\''s'
request GET /shop.conf
is_problem 404 not_found 'no file but the named ones'
request GET /index.html
is_problem 404 not_found 'not even by its own name'
request GET /problems/../openapi.yaml
like "$status" '^(200|404)$' 'dots in a path lead nowhere else'
request GET / -H 'If-Match: "other"'
is_problem 412 precondition_failed 'If-Match that does not hold'
told 'the path / *\.' 'no such version'
request GET "/problems/$(long 300)"
told 'No page has this path' 'a page of a long name'
for status in 501 505 400; do
	case $status in
	501) raw 'POST / HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: gzip\r\n\r\n' ;;
	505) raw 'GET / HTTP/3.0\r\nHost: shop\r\n\r\n' ;;
	400) raw 'GET / HTTP/1.1\r\n\r\n' ;;
	esac
	told 'Transfer-Encoding says gzip|neither 1.1 nor 1.0|no Host' "a $status"
done

# ---- Request ids

request GET /healthz -H 'X-Request-Id: mine-1.2_3'
is "$(header X-Request-Id)" mine-1.2_3 'a request id is kept'
request GET / -H 'X-Request-Id: mine-2'
is "$(header X-Request-Id)" mine-2 'on a static page'
request POST / -H 'X-Request-Id: mine-3'
is "$(header X-Request-Id) $(json '[.requestId, .instance]')" \
    'mine-3 ["mine-3","/problems/method_not_allowed#mine-3"]' 'in a problem'
for id in 'two words' "$(long 65)" 'ein"s' 'a/b' ''; do
	request GET /healthz -H "X-Request-Id: $id"
	first=$(header X-Request-Id)
	like "$first" '^[0-9a-f]{32}$' "a malformed one is replaced: $(echo "$id" | cut -c 1-10)"
	request POST / -H "X-Request-Id: $id"
	like "$(header X-Request-Id)" '^[0-9a-f]{32}$' 'by nginx as well'
done
request GET /healthz
[ "$(header X-Request-Id)" != "$first" ]
ok 'each request has its own'
request GET /healthz -H "X-Request-Id: $(long 64)"
is "$(header X-Request-Id)" "$(long 64)" 'one of 64 bytes is kept'
is "$(printf '%s\n' "$headers" | grep -ci '^x-request-id:')" 1 'and told once'

# ---- Static pages

secured() {
	is "$(header X-Content-Type-Options), $(header Referrer-Policy)" \
	    'nosniff, no-referrer' "$1 is not sniffed, nor tells whence"
	like "$(header Content-Security-Policy)" \
	    "default-src 'none'.*frame-ancestors 'none'" "$1 runs nothing"
	like "$(header X-Request-Id)" '^[0-9a-f]{32}$' "$1 has a request id"
	unlike "$headers" '(^|/)[0-9]+\.[0-9]+\.[0-9]+' "$1 tells no version"
}
request GET /
is "$status $(header Content-Type)" '200 text/html; charset=utf-8' 'the start page'
cmp -s "$dir/body" "$top_srcdir/nginx/html/index.html"
ok 'as it was written'
secured 'the start page'
request GET /openapi.yaml
is "$status $(header Content-Type)" '200 application/yaml' \
    'the OpenAPI document'
cmp -s "$dir/body" "$top_srcdir/nginx/html/openapi.yaml"
ok 'as it was written'
secured 'the OpenAPI document'
is "$(header Vary | tr '\n' ' ')" 'Accept-Encoding Accept ' 'which is not the same for everybody'
request GET /openapi.yaml -H 'Accept: text/html,application/xml;q=0.9,*/*;q=0.8'
is "$status $(header Content-Type) $(header Vary | tail -n 1)" \
    '200 text/plain; charset=utf-8 Accept' 'a browser shows it'
cmp -s "$dir/body" "$top_srcdir/nginx/html/openapi.yaml"
ok 'as it was written'
secured 'the document shown'
for accept in application/yaml '*/*' application/json text/yaml; do
	request GET /openapi.yaml -H "Accept: $accept"
	is "$status $(header Content-Type)" '200 application/yaml' \
	    "who asks for $accept gets YAML"
done
request GET /openapi.json
is "$status $(header Content-Type)" '200 application/json' 'the document as JSON'
cmp -s "$dir/body" "$top_srcdir/nginx/html/openapi.json"
ok 'as it was made'
is "$(json '[.openapi, (.paths | has("/v1/orders"))]')" '["3.1.0",true]' 'which is the document'
secured 'the document as JSON'
tag=$(header ETag)
is "$(header Cache-Control) $(header Vary)" 'no-cache Accept-Encoding' 'the same for everybody'
request GET /openapi.json -H "If-None-Match: $tag"
is "$status $(header ETag)" "304 $tag" 'who has it is told so'
request HEAD /openapi.json
is "$status $(header Content-Type) $(header ETag)" "200 application/json $tag" \
    'HEAD as GET'
request GET /openapi.json -H 'Accept: text/html,application/xml;q=0.9,*/*;q=0.8'
is "$status $(header Content-Type)" '200 application/json' 'a browser shows it as it is'
for page in /problems /problems/; do
	request GET $page
	is "$status $(header Content-Type)" '200 text/html; charset=utf-8' "$page"
	cmp -s "$dir/body" "$top_builddir/html/problems.html"
	ok 'as it was written'
done
secured 'the page of problems'
for page in / /problems/ /problems/internal /openapi.yaml /openapi.json; do
	request OPTIONS $page
	is "$status $(header Allow) $(header Cache-Control) $(wc -c <"$dir/body")" \
	    '204 GET, HEAD no-store 0' "OPTIONS $page"
	request POST $page
	is "$status $(header Allow)" '405 GET, HEAD' "and nothing else"
done
sed -n 's/^<section id="\([^"]*\)".*/\1/p' \
    "$top_builddir/html/problems.html" >"$dir/codes"
while read -r code; do
	request GET "/problems/$code"
	[ "$status $(header Content-Type)" = '200 text/html; charset=utf-8' ] &&
	    grep -q "<title>Shop: $code</title>" "$dir/body" &&
	    [ "$(grep -c '<h1' "$dir/body") $(grep -c '<h2' "$dir/body")" = '1 0' ] &&
	    grep -q "<h1.*>$code<" "$dir/body" || echo "$code"
done <"$dir/codes" >"$dir/wrong"
is "$(cat "$dir/wrong")" '' "each of $(wc -l <"$dir/codes") problems has a page of its own"
secured 'the page of a problem'
for page in /problems/none /problems/internal.html /problems/INTERNAL \
    /problems/internal/ /problems/../problems.html /problems.html /made; do
	request GET "$page"
	is_problem 404 not_found "no page: $page"
done
# With 304 a browser takes the new headers for those of the page it has kept.
for page in / /admin/ /docs/ /problems/ /problems/internal; do
	request GET $page
	policy=$(header Content-Security-Policy)
	like "$policy" "script-src 'self'; style-src 'self'; img-src 'self' data:;" \
	    "$page runs and shows what is of this host"
	request GET $page -H "If-None-Match: $(header ETag)"
	like "$status $(header Content-Security-Policy)" "^304 ($policy)?\$" \
	    'the second time, too'
done
request HEAD /
is "$status $(header Content-Length)" \
    "200 $(wc -c <"$top_srcdir/nginx/html/index.html" | tr -d ' ')" 'HEAD /'
for path in /healthz /v1/products/999 /v1/points/balance /nowhere; do
	request GET $path
	secured "the answer of $path"
	is "$(header Strict-Transport-Security)" '' 'and knows of no TLS'
done
unlike "$(header Server)" '[0-9]' 'nginx does not tell its version'

# ---- What is handed on

site=$dir/nginx/shop.conf
# of_server, of_location NAME: the site's own lines, and those of a location.
of_server() { sed -n 's/^	\([^	]\)/\1/p' "$site"; }
of_location() {
	awk -v head="	location $1 {" '$0 == head { on = 1 } on { print }
	    on && /^	}/ { exit }' "$site"
}
# named VALUE: the parameters that have such a one.
named() {
	sed -n 's/^[[:space:]]*fastcgi_param[[:space:]]*\([A-Z0-9_]*\)[[:space:]]*'"$1"';$/\1/p' |
	    sort | tr '\n' ' '
}
handed='CONTENT_LENGTH CONTENT_TYPE HTTP_ACCEPT_LANGUAGE HTTP_AUTHORIZATION HTTP_IF_NONE_MATCH HTTP_X_REQUEST_ID REMOTE_ADDR REQUEST_METHOD REQUEST_URI SERVER_PROTOCOL SHOP_MADE_KEY SHOP_QUEUED_AT '
is "$(of_server | named '\$.*')" "$handed" 'these parameters are handed on'
is "$(of_server | grep pass_request_headers)" \
    'fastcgi_pass_request_headers off;' 'no header is, of reads'
is "$(of_location @write | named '\$.*')" "$handed" \
    'and of writes no other parameter'
is "$(of_location @write | named '"" if_not_empty' | wc -w)" \
    "$(($(of_location @write | grep -c fastcgi_param) - $(echo $handed | wc -w)))" \
    'but what is taken away from them'
secret='~ ^/v1/(?:tokens|users)$'
is "$(of_location "$secret" | sed 1d | grep -v 'gzip off;')" "$(of_location @write | sed 1d)" \
    'log-ins and sign-ups are writes like others, but never compressed'
is "$(grep -c fastcgi_param "$site")" \
    "$(($(of_server | grep -c fastcgi_param) + 2 * $(
    )$(of_location @write | grep -c fastcgi_param)))" \
    'no other location has parameters'
is "$(grep -c 'fastcgi_pass_request_headers on' "$site") $(of_location @write |
    grep -c 'fastcgi_pass_request_headers on')" '2 1' \
    'nor hands headers on'
unlike "$(cat "$site")" '^[[:space:]]*include' 'no included ones'
for kept in / @read; do
	of_location $kept | grep 'fastcgi_keep_conn on'
done >"$dir/kept"
is "$(wc -l <"$dir/kept") $(grep -c 'fastcgi_keep_conn on' "$site")" '2 2' \
    'connections are kept for reads alone'
is "$(of_server | grep 'fastcgi_next_upstream ')" \
    'fastcgi_next_upstream off;' 'nothing is asked twice'
is "$(grep -c 'fastcgi_next_upstream [^o]' "$site") $(of_location @write |
    sed -n 's/^[[:space:]]*fastcgi_next_upstream //p')" \
    '3 error non_idempotent;' 'but writes, and never because time is over'
is "$(of_location @read_again |
    sed -n 's/^[[:space:]]*fastcgi_next_upstream //p')" 'error;' \
    'and reads that were asked again'

# ---- A worker that freezes

sed -i 's/fastcgi_read_timeout 8s/fastcgi_read_timeout 1s/' \
    "$dir/nginx/shop.conf"
kill -HUP "$nginx_pid"
for pid in $(pool_workers); do
	kill -STOP "$pid"
	seen 'a frozen worker' stands_still "$pid"
done
# The nginx before HUP would wait for 8 s.
for again in 1 2 3 4 5 6 7 8 9 10; do
	request GET /healthz --max-time 2
	[ "$status" = 000 ] || break
done
is_problem 503 unavailable 'the workers freeze: a read'
post /v1/points/charge '{"amount": 2}' -H 'Idempotency-Key: frozen'
is_problem 503 outcome_unknown 'a write may yet happen'
is "$(json .idempotencyKey) $(header Retry-After)" '"frozen" 1' \
    'it is told with its key'
post /v1/points/charge '{"amount": 1}' -H 'Idempotency-Key: fro"zen\'
is_problem 503 outcome_unknown 'a key that cannot stand in JSON'
is "$(json .idempotencyKey)" null 'is not told'
is "$(json .requestId)" "\"$(header X-Request-Id)\"" 'but the request is'
post /v1/points/charge '{"amount": 1}' -H 'Idempotency-Key: "quoted"'
is "$(json '[.code, .idempotencyKey]')" '["outcome_unknown","quoted"]' \
    'a quoted key is told as what it is'
post /v1/points/charge '{"amount": 1}'
is "$(json '[.code, (.idempotencyKey | length)]')" '["outcome_unknown",32]' \
    'where there was none, the one that was made'
for pid in $(pool_workers); do
	kill -CONT "$pid"
done
post /v1/points/charge '{"amount": 2}' -H 'Idempotency-Key: frozen'
is "$status $(sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 2')" \
    '201 1' 'thawed, repeated, it happened once'

# ---- The pool is away

pool_stop
request GET /v1/products/1
is_problem 503 unavailable 'no pool: a read'
is "$(header Retry-After)" 1 'with Retry-After'
no_cause 'and nothing of its cause'
post /v1/points/charge '{"amount": 1}' -H 'Idempotency-Key: away'
is_problem 503 unavailable 'a write, which reached nobody'
is "$(json .idempotencyKey)" null 'so its outcome is known'
request GET /
is "$status" 200 'static pages do without'

# ---- What is written down

raw 'GET /x"y\\z\377%%22?token="1" HTTP/1.1\r\nHost: a"b\r\nConnection: close\r\n\r\n'
like "$status" '^[45]' 'a request that is hard to quote'
eventually 5 grep -q '%22"' "$dir/log/access.log"
ok 'the access log has it'
is "$(grep -ac 'token=' "$dir/log/access.log")" 0 'without its query'
lines=$(wc -l <"$dir/log/access.log")
[ "$lines" -gt 40 ]
ok "the access log has its lines ($lines)"
is "$(jq -c 'select(.status and .request_id and has("method") and has("uri") and
    has("request_time_s") and has("upstream_status"))' \
    <"$dir/log/access.log" | wc -l)" "$lines" 'each is a JSON object, complete'
is "$(jq -r 'select(.request_id == "mine-3") | "\(.method) \(.uri) \(.status)"' \
    <"$dir/log/access.log")" 'POST / 405' 'and tells the request'
for secret in "$bearer" "$(cat "$dir/jwt.secret")" "$(cat "$dir/db.password")"; do
	cat "$dir"/log/* | grep -qF -- "$secret"
	is $? 1 'no log has a token or a secret'
done
finish
