#!/bin/sh
# SPDX-License-Identifier: MIT
# Bytes that are no HTTP, and HTTP that means to deceive: each gets its answer
# at once, and the shop is as it was.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
as 1
digest=$(tables)
workers_before=$(pool_workers)
to_worker=0

# Parts of requests, for printf.
h='Host: shop\r\n'
c='Connection: close\r\n'
get='GET /v1/products/1 HTTP/1.1\r\n'
token="Authorization: Bearer $bearer\\r\\n"
charge="POST /v1/points/charge HTTP/1.1\\r\\n${h}Content-Type: application/json\\r\\n$token"
nothing='{"amount":0}'		# 12 bytes, a charge that is read and refused

# long N [LETTER]: so many.
long() { head -c "$1" /dev/zero | tr '\0' "${2:-a}"; }

# at_once TEXT: the last answer was whole within a second.
at_once() { [ "$took_ms" -lt 1000 ] || fail "$1: at once ($took_ms ms)"; }

# refused STATUS CODE TEXT FORMAT [HOW]: by nginx, and no worker hears of it.
refused() {
	raw "$4" "${5:-}"
	is_problem "$1" "$2" "$3"
	at_once "$3"
}

# problem STATUS CODE TEXT FORMAT: a worker's.
problem() {
	to_worker=$((to_worker + 1))
	refused "$@"
}

# answered STATUS TEXT FORMAT: by a worker, where it is no static page.
answered() {
	case $3 in *' / '* | *openapi*) ;; *) to_worker=$((to_worker + 1)) ;; esac
	raw "$3"
	is "$status" "$1" "$2"
	at_once "$2"
}

# closed TEXT FORMAT: the client says no more, and nginx nothing at all.
closed() {
	raw "$2" half
	is "$(wc -c <"$dir/raw")" 0 "$1"
	at_once "$1"
}

# statuses: all of what came last.
statuses() {
	grep -ao 'HTTP/1\.1 [0-9]*' "$dir/raw" | cut -d ' ' -f 2 | tr '\n' ' '
}

# ---- The request line

# asked REQUEST-LINE: a request of this first line.
asked() { printf '%s' "$1 HTTP/1.1\\r\\n$h$c\\r\\n"; }

refused 400 bad_request 'no HTTP' 'GARBAGE\r\n\r\n'
like "$(header X-Request-Id)" '^[0-9a-f]{32}$' 'even its answer has an id'
refused 400 bad_request 'TLS where there is none' \
    '\026\003\001\002\000\001\000\001\374\003\003'
refused 400 bad_request 'a byte that no method has' "$(asked 'G\001T /')"
refused 400 bad_request 'a method in small letters' "$(asked 'get /v1/orders')"
refused 405 method_not_allowed TRACE "$(asked 'TRACE /v1/orders')"
# nginx 1.30 knows CONNECT, which names a host.
path='405 method_not_allowed' host='400 bad_request'
if [ "$(nginx -v 2>&1 | awk -F '[/. ]' '{ print $4 * 1000 + $5 }')" -ge 1030 ]
then
	path='400 bad_request' host='405 method_not_allowed'
fi
refused $path 'CONNECT, of a path' "$(asked 'CONNECT /v1/orders')"
refused $host 'CONNECT, of a host' "$(asked 'CONNECT shop:443')"
refused 400 bad_request 'OPTIONS of all' "$(asked 'OPTIONS *')"
problem 405 method_not_allowed 'a method that nobody knows' \
    "$(asked 'BREW /v1/orders')"
problem 405 method_not_allowed 'one of 32 letters' \
    "$(asked "$(long 32 A) /v1/orders")"
for letters in 33 8000; do
	refused 405 method_not_allowed "one of $letters" \
	    "$(asked "$(long $letters A) /v1/orders")"
done
refused 414 uri_too_long 'one of 9000 fills the line' \
    "$(asked "$(long 9000 A) /v1/orders")"
refused 400 bad_request "HTTP/2's first bytes" 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
for version in HTTP/9.9 HTTP/2.0; do
	refused 505 http_version_not_supported "$version" \
	    "GET / $version\\r\\n$h\\r\\n"
done
for version in HTTP/ http/1.1 FTP/1.1 'HTTP/1.1 x' HTTP/1.1x; do
	refused 400 bad_request "$version" "GET / $version\\r\\n$h\\r\\n"
done
answered 200 'HTTP/1.0, which needs no Host' 'GET /v1/products/1 HTTP/1.0\r\n\r\n'
answered 200 'empty lines before it' "\\r\\n\\r\\n$get$h$c\\r\\n"
# HTTP/0.9 has no status, and no headers.
raw 'GET /healthz\r\n'
is "$status$(jq -r .code "$dir/raw")" bad_request 'HTTP/0.9'
raw 'GET /\r\n'
is "$status$(jq -r .code "$dir/raw")" bad_request \
    'HTTP/0.9, of a static page'

# ---- The target

answered 200 'with the host before it' "$(asked 'GET http://shop/v1/products/1')"
problem 404 not_found 'which is no way around the routes' \
    "$(asked 'GET http://shop/v1/products/../orders')"
refused 400 bad_request 'the host alone' "$(asked 'GET shop:80')"
refused 400 bad_request 'no slash' "$(asked 'GET v1/products/1')"
problem 400 invalid_parameter 'a fragment' "$(asked 'GET /v1/products/1#top')"
problem 404 not_found 'two slashes' "$(asked 'GET //v1/products/1')"
problem 404 not_found 'a backslash' "$(asked 'GET /v1\\\\products\\\\1')"
for path in /../etc/passwd /v1/../../etc/passwd /%%2e%%2e/etc/passwd \
    /v1/%%2E./%%2e./x; do
	refused 400 bad_request "out of the root: $path" "$(asked "GET $path")"
done
problem 404 not_found 'within it' "$(asked 'GET /v1/%%2e%%2e/index.html')"
for end in '\000' '%%00' '\001' '\t' '\177' '%%' '%%z' '%%zz' '%%2' ' x' \
    '\015x'; do
	refused 400 bad_request "an id with $end" "$(asked "GET /v1/products/1$end")"
done
for end in ';a=b' '\352\260\200' '\300\257' '%%c0%%af' '\377' '%%0d%%0aX-A:b' \
    '%%ff' "'" '"' '<>' '..' '%%2e'; do
	problem 400 invalid_parameter "an id with $end" \
	    "$(asked "GET /v1/products/1$end")"
done
refused 414 uri_too_long 'a million bytes' \
    "$(asked "GET /v1/products/1?$(long 1000000)")" once

# ---- Headers

# with HEADERS: a request that has them.
with() { printf '%s' "$get$h$1$c\\r\\n"; }

refused 400 bad_request 'no Host' "$get$c\\r\\n"
refused 400 bad_request 'two Hosts' "$(with 'Host: other\r\n')"
refused 400 bad_request 'the same twice' "$(with "$h")"
for host in '' a/b .. 'a b' 'a\000b' 'a\001b'; do
	refused 400 bad_request "a Host that is '$host'" \
	    "${get}Host: $host\\r\\n$c\\r\\n"
done
refused 400 bad_request 'two tokens' "$(with "$token$token")"
refused 400 bad_request 'a line that goes on' "$(with 'X-A: b\r\n c\r\n')"
refused 400 bad_request 'the first one does' "$get X-A: b\\r\\n$h$c\\r\\n"
for text in 'X-A : b' 'X-A\t: b' 'X A: b' 'X\000A: b' 'X-A: \000b' 'X-A: b\rX-B: c' \
    ': b' 'X\001A: b'; do
	refused 400 bad_request "$text" "$(with "$text\\r\\n")"
done
refused 431 header_too_large 'a name of 9000 letters' \
    "$(with "$(long 9000): x\\r\\n")"
# What nginx lets pass, since it comes to nothing here: a line's end that is LF
# alone; no colon, which is an empty header; a name that is none, left out.
for text in 'X-A: b\nX-B: c' X-A 'X\351: b' 'X-A: \001\377'; do
	answered 200 "$text" "$(with "$text\\r\\n")"
done
# But not where it is read.
for key in 'a\001b' '\377' 'a b'; do
	problem 400 invalid_parameter "a key that is $key" \
	    "${charge}Idempotency-Key: $key\\r\\n${c}Content-Length: 12\\r\\n\\r\\n$nothing"
done
problem 401 missing_token 'a token without its colon' \
    "GET /v1/points/balance HTTP/1.1\\r\\n${h}Authorization\\r\\n$c\\r\\n"
answered 200 'Connection takes no other header away' \
    "GET /v1/points/balance HTTP/1.1\\r\\n$h${token}Connection: close, Authorization\\r\\n\\r\\n"
answered 200 'Connection of two minds' "$(with 'Connection: keep-alive, close\r\n')"
answered 200 'an upgrade, which is not taken' \
    "${get}${h}Connection: Upgrade, close\\r\\nUpgrade: websocket\\r\\n\\r\\n"
answered 200 'one to HTTP/2' \
    "${get}${h}Connection: Upgrade, HTTP2-Settings, close\\r\\nUpgrade: h2c\\r\\nHTTP2-Settings: AAMAAABk\\r\\n\\r\\n"
answered 200 'a range' "$(with 'Range: bytes=0-1\r\nIf-Range: x\r\n')"
answered 200 'ranges of a static page' \
    "$(asked 'GET /openapi.yaml' | sed "s/\\\\r\\\\n/&Range: bytes=0-1,1-2,0-9\\\\r\\\\n/")"
answered 304 'conditions' "$(with 'If-Match: "x"\r\nIf-None-Match: *\r\nIf-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\nIf-Modified-Since: x\r\n')"

# ---- Where a body ends

# sized VALUE and coded VALUE: a charge of this length, in this coding.
sized() { printf '%s' "$charge${c}Content-Length: $1\\r\\n\\r\\n$nothing"; }
coded() {
	printf '%s' "$charge${c}Transfer-Encoding: $1\\r\\n\\r\\nc\\r\\n$nothing\\r\\n0\\r\\n\\r\\n"
}

problem 422 validation_failed 'a length' "$(sized 12)"
problem 422 validation_failed 'chunks' "$(coded chunked)"
refused 400 bad_request 'a length and chunks' \
    "$(coded 'chunked\r\nContent-Length: 12')"
refused 400 bad_request 'chunks and a length' \
    "$(sized '12\r\nTransfer-Encoding: chunked')"
refused 400 bad_request 'two lengths' "$(sized '12\r\nContent-Length: 13')"
refused 400 bad_request 'the same twice' "$(sized '12\r\nContent-Length: 12')"
for length in '12, 12' +12 0xc -1 '1 2' 12x 12.0 '' 9223372036854775808 \
    99999999999999999999; do
	refused 400 bad_request "a length of '$length'" "$(sized "$length")"
done
refused 413 payload_too_large 'the largest length there is' \
    "$(sized 9223372036854775807)" once
# nginx takes it, the worker does not: for it there is no body.
problem 400 malformed_json 'a length of 0012' "$(sized 0012)"
problem 400 malformed_json 'no length' "$charge$c\\r\\n$nothing"

for coding in gzip identity 'chunked, identity' 'gzip, chunked' \
    'chunked, chunked' xchunked 'chunked;x' '' '\013chunked'; do
	refused 501 not_implemented "the coding '$coding'" "$(coded "$coding")"
done
for coding in chunked identity; do
	refused 400 bad_request "chunked and $coding, in two headers" \
	    "$(coded "chunked\\r\\nTransfer-Encoding: $coding")"
done
refused 400 bad_request 'chunks in HTTP/1.0' \
    "$(coded chunked | sed 's/1\.1/1.0/')"

# chunks TEXT: a charge of these.
chunks() { printf '%s' "$charge${c}Transfer-Encoding: chunked\\r\\n\\r\\n$1"; }

for size in x -1 -c 0xc +c ' c' '' ';x' ffffffffffffffff 7fffffffffffffff \
    10000000000000000; do
	refused 400 bad_request "a chunk of '$size'" \
	    "$(chunks "$size\\r\\n$nothing\\r\\n0\\r\\n\\r\\n")"
done
for size in b e; do
	refused 400 bad_request "a chunk of $size that has c" \
	    "$(chunks "$size\\r\\n$nothing\\r\\n0\\r\\n\\r\\n")"
done
problem 422 validation_failed 'chunks with extensions' \
    "$(chunks "c;a=b;c=\"d\"\\r\\n$nothing\\r\\n0;x\\r\\n\\r\\n")"
problem 422 validation_failed 'and with trailers' \
    "$(chunks "c\\r\\n$nothing\\r\\n0\\r\\nAuthorization: x\\r\\n\\r\\n")"
problem 422 validation_failed 'of one byte each' \
    "$(chunks "$(printf %s "$nothing" | sed 's/./1\\r\\n&\\r\\n/g')0\\r\\n\\r\\n")"

# What is left over is the next request, and none.
problem 422 validation_failed 'a body longer than it says' \
    "${charge}Content-Length: 12\\r\\n\\r\\n${nothing}GARBAGE\\r\\n\\r\\n"
is "$(statuses)" '422 400 ' 'the rest is a bad request'
problem 422 validation_failed 'bytes behind the last chunk' \
    "$(chunks "c\\r\\n$nothing\\r\\n0\\r\\n\\r\\nGET /smuggled HTTP/1.1\\r\\n$h\\r\\n")"
is "$(statuses)" '422 ' 'are not looked at where this was to be the last'
# nginx gives such a client up without a word; the slow ones are in 6095.
closed 'a body shorter than it says' \
    "${charge}Content-Length: 13\\r\\n\\r\\n$nothing"
closed 'chunks without their end' \
    "${charge}Transfer-Encoding: chunked\\r\\n\\r\\nc\\r\\n$nothing\\r\\n"
closed 'headers without theirs' "$get$h"

answered 100 'Expect' \
    "${charge}${c}Expect: 100-continue\\r\\nContent-Length: 12\\r\\n\\r\\n$nothing"
is "$(statuses)" '100 422 ' 'is told to go on, and then the answer'
problem 422 validation_failed 'Expect of something else' \
    "${charge}${c}Expect: magic\\r\\nContent-Length: 12\\r\\n\\r\\n$nothing"
answered 200 'GET with a body' "$(with 'Content-Length: 2\r\n'){}"
answered 200 'HEAD' "$(asked 'HEAD /v1/products/1')"
is "$body" '' 'has no body'

# ---- What a worker gets to see: a FastCGI application that tells the names

params_of() {
	perl -MIO::Socket::UNIX -e '
	my $l = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 9) or die "$!";
	sub record { pack("CCnnCx", 1, $_[0], 1, length $_[1], 0) . $_[1] }
	sub size {	# of the next name or value
		return unpack "C", substr $_[0], 0, 1, ""
		    if ord $_[0] < 128;
		return 0x7fffffff & unpack "N", substr $_[0], 0, 4, "";
	}
	while (my $c = $l->accept) {
		my ($params, $names, $record, $data) = ("", "");
		while ((read $c, $record, 8) == 8) {
			my (undef, $type, undef, $len, $pad) =
			    unpack "CCnnC", $record;
			read $c, $data, $len + $pad;
			$params .= substr $data, 0, $len if $type == 4;
			last if $type == 5 && $len == 0;
		}
		while (length $params) {
			my $name = size($params);
			my $value = size($params);
			$names .= substr($params, 0, $name, "") . "\n";
			substr $params, 0, $value, "";
		}
		my $head = "Content-Length: " . length($names) . "\r\n\r\n";
		print $c record(6, $head . $names), record(6, ""),
		    record(3, "\0" x 8);
		close $c;
	}' "$dir/params.sock" &
	params_pid=$!
	eventually 5 [ -S "$dir/params.sock" ]
}

answered 200 '200 headers' "$(with "$(printf 'X-%s: x\\r\\n' $(seq 200))")"
heard() { [ "$(grep -c ' method=' "$dir/log/shopd.log")" = "$to_worker" ]; }
eventually 5 heard
ok "no worker heard of what nginx refused, only of $to_worker"
is "$(tables)" "$digest" 'nothing has changed'
is "$(pool_workers)" "$workers_before" 'and the workers are the same'

params_of
nginx_stop
upstream=unix:$dir/params.sock
nginx_start
base='HTTP_X_REQUEST_ID REMOTE_ADDR REQUEST_METHOD REQUEST_URI SERVER_PROTOCOL SHOP_MADE_KEY SHOP_QUEUED_AT'
seen() { printf '%s\n' "$body" | sort | tr '\n' ' ' | sed 's/ $//'; }
raw "$(with "$(printf 'X-%s: x\\r\\n' $(seq 200))")"
is "$status $(seen)" "200 $base" 'of 200 headers a worker sees none'
raw "$(with 'Proxy: http://evil\r\nCookie: a=b\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: for=x\r\nX_Request_Id: x\r\nIdempotency_Key: x\r\nShop-Made-Key: x\r\nSHOP_MADE_KEY: x\r\nRemote-Addr: x\r\nRequest-Method: x\r\nX-HTTP-Method-Override: DELETE\r\nX-Original-URL: /\r\nScript-Filename: x\r\nContent_Length: 9\r\nAuthorization_: x\r\n')"
is "$status $(seen)" "200 $base" 'nor of those that mean to be another'
raw "$(sized '12\r\nIdempotency-Key: k')"
is "$status $(seen)" "200 CONTENT_LENGTH CONTENT_TYPE HTTP_AUTHORIZATION HTTP_IDEMPOTENCY_KEY $base" \
    'but those that it needs'
raw "$(sized '12\r\nIdempotency-Key: one\r\nIdempotency-Key: two')"
keys=$(printf '%s\n' "$body" | grep -c '^HTTP_IDEMPOTENCY_KEY$')
case $(nginx -v 2>&1) in
*/1.[0-9].* | */1.1[0-9].* | */1.2[0-2].*) is "$keys" 2 'two keys are two' ;;
*) is "$keys" 1 'two keys are one with a comma' ;;
esac
raw "$(sized '12\r\nIdempotency-Key:')"
is "$status $(seen)" "200 CONTENT_LENGTH CONTENT_TYPE HTTP_AUTHORIZATION HTTP_IDEMPOTENCY_KEY $base" \
    'an empty key is one'
raw "$(sized 12)"
is "$status $(seen)" "200 CONTENT_LENGTH CONTENT_TYPE HTTP_AUTHORIZATION $base" \
    'no key is none'
raw "$(with 'Idempotency-Key: k\r\n')"
is "$status $(seen)" "200 $base" 'nor does a read have one'

# Whatever browsers, proxies and libraries put into a write.
usual='Host Connection Keep-Alive TE Trailer Via Cookie Proxy User-Agent Accept
    Accept-Charset Accept-Encoding Accept-Language Referer Origin Forwarded
    X-Forwarded-For X-Forwarded-Host X-Forwarded-Port X-Forwarded-Proto
    X-Forwarded-Server X-Forwarded-Prefix X-Forwarded-Ssl X-Real-IP Priority Pragma
    Cache-Control Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User
    Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-GPC DNT Prefer Date From
    Upgrade Upgrade-Insecure-Requests HTTP2-Settings If-Match If-Range Range
    If-Modified-Since If-Unmodified-Since X-Requested-With Traceparent Tracestate
    X-HTTP-Method-Override X-Original-URL X-Rewrite-URL Proxy-Authorization
    Proxy-Connection Remote-Addr Request-Method Script-Filename Shop-Made-Key
    Shop-Queued-At'
many=
for name in $usual; do
	[ "$name" = Host ] || [ "$name" = Connection ] ||
	    many="$many$name: x\\r\\n"
done
for method in POST PUT PATCH DELETE OPTIONS BREW; do
	raw "$method /v1/points/charge HTTP/1.1\\r\\n$h$c${many}Content-Length: 2\\r\\n\\r\\n{}"
	is "$status $(seen)" "200 CONTENT_LENGTH HTTP_ACCEPT_LANGUAGE $base" \
	    "of all those the worker of a $method sees the language alone"
done
kill "$params_pid"
finish
