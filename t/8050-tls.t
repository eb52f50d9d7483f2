#!/bin/sh
# SPDX-License-Identifier: MIT
# nginx's template for TLS: version 1.3 and no other, and the way to it.
. "${top_srcdir:-.}/t/lib.sh"
command -v openssl >/dev/null || skip_all 'no openssl'

(umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$dir/tls.key" -out "$dir/tls.crt" -days 2 -subj /CN=shop.test \
    -addext subjectAltName=DNS:shop.test 2>"$dir/log/openssl.log") ||
    bail 'no certificate'

# The site listens by TLS, and beside it without, as it does elsewhere.
listen="unix:$dir/tls.sock ssl http2; listen unix:$dir/http.sock"
nginx_conf
sed -e "s|@PLAIN@|unix:$dir/plain.sock|" -e 's|@HOST@|shop.test|' \
    -e "s|@CERTIFICATE@|$dir/tls.crt|" -e "s|@KEY@|$dir/tls.key|" \
    -e "s|@ACCESS_LOG@|$dir/log/access.log|" \
    "$top_srcdir/nginx/tls.conf.in" >"$dir/nginx/tls.conf"
unlike "$(cat "$dir/nginx/tls.conf" "$dir/nginx/shop.conf" |
    sed 's/#.*//')" '@[A-Z_]+@' 'each word is replaced'
nginx_also="include \"$dir/nginx/tls.conf\";"
shop_start
as 1
nginx -t -q -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx-t.err" \
    2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'nginx -t is content'

# by SOCKET METHOD URL [curl's arguments]: sets status, version, body, headers.
by() {
	by_sock=$dir/$1.sock
	by_method=$2
	by_url=$3
	shift 3
	got=$(curl -s --path-as-is --max-time 30 --unix-socket "$by_sock" \
	    --cacert "$dir/tls.crt" -o "$dir/body" -D "$dir/headers" \
	    -w '%{http_code} %{http_version}' -X "$by_method" "$@" "$by_url")
	status=${got% *}
	version=${got#* }
	body=$(cat "$dir/body" 2>/dev/null)
	headers=$(tr -d '\r' <"$dir/headers" 2>/dev/null)
}
tls() {
	tls_method=$1
	tls_path=$2
	shift 2
	by tls "$tls_method" "https://shop.test$tls_path" "$@"
}
hsts() { header Strict-Transport-Security; }

# ---- The protocol

tls GET /v1/products/1 --tlsv1.3
is "$status $(json .id)" '200 1' 'TLS 1.3 works'
for old in 1.0 1.1 1.2; do
	curl -s --max-time 10 --unix-socket "$dir/tls.sock" -k \
	    --tls-max $old --ciphers DEFAULT@SECLEVEL=0 \
	    https://shop.test/healthz >"$dir/out"
	is "$? $(cat "$dir/out")" '35 ' "TLS $old does not"
done
shake() {
	openssl s_client -unix "$dir/tls.sock" -servername shop.test \
	    -CAfile "$dir/tls.crt" "$@" 2>&1
}
like "$(shake </dev/null)" 'New, TLSv1.3, Cipher is TLS_' 'says openssl as well'
printf 'GET /healthz HTTP/1.0\r\n\r\n' | shake -ign_eof \
    -sess_out "$dir/session" >"$dir/out"
printf 'GET /healthz HTTP/1.0\r\n\r\n' | shake -ign_eof \
    -sess_in "$dir/session" >"$dir/again"
like "$(cat "$dir/out")" 'New, TLSv1.3' 'a first visit'
like "$(cat "$dir/again")" 'Reused, TLSv1.3' 'the next one resumes it'
unlike "$(cat "$dir/out")" 'Max Early Data: [1-9]' 'without early data'

# ---- HTTP/2 and 1.1

for want in 2 1.1; do
	tls GET /v1/products/1 "--http$want"
	is "$status $version" "200 $want" "HTTP/$want"
	tls POST /v1/points/charge "--http$want" \
	    -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' -d '{"amount": 7}'
	is "$status $version $(json .amount)" "201 $want 7" 'a write'
	tls GET "/v1/products/1?$(printf '%04090d' 0)" "--http$want"
	is_problem 414 uri_too_long 'a target that is too long'
	tls GET /v1/products/1 "--http$want" -H "X-Much: $(printf '%014000d' 0)"
	case $want in
	2) is "$status" 000 'a header that is ends the connection' ;;
	1.1) is_problem 431 header_too_large 'a header that is' ;;
	esac
	tls POST / "--http$want" -d x
	is_problem 405 method_not_allowed 'a method that is not allowed'
done

# ---- Whoever has seen it comes by TLS only

two_years=max-age=63072000
for path in / /openapi.yaml /problems/internal /v1/products/1 \
    /v1/products/999 /v1/points/balance /nowhere; do
	tls GET "$path"
	is "$(hsts)" $two_years "$path by TLS says so ($status)"
	by http GET "http://shop.test$path"
	is "$(hsts)" '' 'and not without'
done
tls POST /
is_problem 405 method_not_allowed 'a problem of nginx'\''s own'
is "$(hsts)" $two_years 'says so, too'

# ---- Without TLS

for method in GET POST DELETE; do
	by plain $method 'http://shop.test/v1/orders/1?a=%20b&c' -d x
	is "$status $(header Location)" \
	    '308 https://shop.test/v1/orders/1?a=%20b&c' \
	    "$method is sent on, with all of its target"
	is "$(hsts)" '' 'without a promise of TLS'
	unlike "$headers $body" 'nginx/[0-9]' 'or a version'
done
by plain GET http://evil.test/v1/products/1
is "$(header Location)" https://shop.test/v1/products/1 \
    'to this shop, whatever host is named'
is "$(sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 7')" 2 \
    'each charge happened once'
pool_stop
tls GET /v1/products/1
is_problem 503 unavailable 'no pool'
is "$(hsts)" $two_years 'TLS all the same'
finish
