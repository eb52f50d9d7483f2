#!/bin/sh
# SPDX-License-Identifier: MIT
# nginx's templates for TLS, beside nginx.conf and the default site as Debian has
# them: version 1.3 and no other, the way to it, HTTP/2, and every error.
. "${top_srcdir:-.}/t/lib.sh"
command -v openssl >/dev/null || skip_all 'no openssl'

# certificate NAME: $dir/NAME.crt and .key, of NAME.test.
certificate() {
	(umask 077
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/$1.key" -out "$dir/$1.crt" -days 2 -subj "/CN=$1.test" \
	    -addext "subjectAltName=DNS:$1.test" 2>"$dir/log/openssl.log") ||
	    bail 'no certificate'
}
certificate shop
certificate other

# The site listens by TLS, and beside it without, as it does elsewhere.  HTTP/2 is
# a word of listen, but from nginx 1.25.1 on one of the server.
h2=' http2'
h2_on=
h2_option=
if nginx -v 2>&1 | sed 's|.*/||' | awk -F . '
    { exit !($1 * 1000000 + $2 * 1000 + $3 >= 1025001) }'; then
	h2=
	h2_on='; http2 on'
	h2_option='--http2 on'
fi
listen="unix:$dir/tls.sock ssl$h2, unix:$dir/http.sock, unix:$dir/h2c.sock$h2"
acme=$dir/acme/.well-known/acme-challenge
mkdir -p "$acme"
echo proof >"$acme/a-Token_1"
echo secret >"$dir/acme/secret"
site() {
	nginx_conf --host 'shop.test www.shop.test' $h2_option \
	    --plain "unix:$dir/plain.sock" --certificate "$dir/shop.crt" \
	    --key "$dir/shop.key" --acme-dir "$dir/acme" "$@"
	debian_conf
}

# Debian 12's nginx.conf, but for its paths, with its default site.
debian_conf() {
	cat >"$dir/nginx/nginx.conf" <<EOF
${as_root:+user root;}
worker_processes auto;
pid "$dir/nginx.pid";
error_log "$dir/log/nginx.err";
events {
	worker_connections 768;
}
http {
	sendfile on;
	tcp_nopush on;
	types_hash_max_size 2048;
	types { text/html html; application/json json; text/plain yaml; }
	default_type application/octet-stream;
	ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
	ssl_prefer_server_ciphers on;
	access_log "$dir/log/debian.log";
	gzip on;
$(sed -n '/_temp_path/p' "$dir/nginx/nginx.conf")
	include "$dir/nginx/also.conf";
	include "$dir/nginx/shop.conf";
	server {
		listen unix:$dir/plain.sock default_server;
		server_name _;
		root "$dir";
		location / { return 200 "Welcome to nginx!"; }
	}
}
EOF
	: >"$dir/nginx/also.conf"
}
again() {
	nginx_stop
	rm -f "$dir/tls.sock" "$dir/plain.sock"
	nginx_run
}

site
shop_db
mc_start
pool_start
nginx_run
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
	[ "$by_method" != HEAD ] || set -- --head "$@"
	got=$(curl -s --path-as-is --max-time 30 --unix-socket "$by_sock" \
	    --cacert "$dir/shop.crt" -o "$dir/body" -D "$dir/headers" \
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

# speaks VERSION: by it the shop tells of a product.
speaks() {
	curl -s --max-time 10 --unix-socket "$dir/tls.sock" -k --tlsv1.0 \
	    --tls-max "$1" --ciphers DEFAULT@SECLEVEL=0 \
	    https://shop.test/healthz >"$dir/out"
}
tls GET /v1/products/1 --tlsv1.3
is "$status $(json .id)" '200 1' 'TLS 1.3 works'
for old in 1.0 1.1 1.2; do
	speaks $old
	is "$? $(cat "$dir/out")" '35 ' "TLS $old does not"
done
shake() {
	openssl s_client -unix "$dir/tls.sock" -servername shop.test \
	    -CAfile "$dir/shop.crt" "$@" 2>&1
}
like "$(shake </dev/null)" 'New, TLSv1.3, Cipher is TLS_' 'says openssl as well'
printf 'GET /healthz HTTP/1.0\r\n\r\n' | shake -ign_eof \
    -sess_out "$dir/session" >"$dir/out"
printf 'GET /healthz HTTP/1.0\r\n\r\n' | shake -ign_eof \
    -sess_in "$dir/session" >"$dir/again"
like "$(cat "$dir/out")" 'New, TLSv1.3' 'a first visit'
like "$(cat "$dir/again")" 'Reused, TLSv1.3' 'the next one resumes it'
unlike "$(cat "$dir/out")" 'Max Early Data: [1-9]' 'without early data'

# Another site is the address's default, and its protocols hold for all sites.
cat >"$dir/nginx/also.conf" <<EOF
server {
	listen unix:$dir/tls.sock ssl$h2$h2_on;
	server_name other.test;
	ssl_certificate "$dir/other.crt";
	ssl_certificate_key "$dir/other.key";
	location / { return 200 other; }
}
EOF
again
is "$(curl -s --unix-socket "$dir/tls.sock" -k --tls-max 1.2 \
    https://other.test/)" other 'another site beside it speaks TLS 1.2'
# Newer nginx looks at the name first, and refuses the handshake.
refused() {
	if [ "$status" = 000 ]; then
		speaks 1.2
		is "$? $(cat "$dir/out")" '35 ' "$1: no handshake"
	else
		is_problem 400 bad_request "$1: though the handshake is over"
		like "$(json .detail)" 'TLS 1.3 alone.*TLSv1.2' 'and says why'
	fi
}
by tls GET https://shop.test/v1/products/1 -k --tls-max 1.2
refused 'the shop doesn'\''t'
tls POST /v1/points/charge -k --tls-max 1.2 -d '{"amount": 8}' \
    -H "Authorization: Bearer $bearer" -H 'Content-Type: application/json'
refused 'nor for a write'
tls GET /v1/products/1
is "$status $(json .id)" '200 1' 'TLS 1.3 works beside it'
: >"$dir/nginx/also.conf"
again

# ---- HTTP/2 and 1.1

long() { head -c "$1" /dev/zero | tr '\0' a; }
long 65537 >"$dir/big"
# told TEXT: the last answer has what every error of nginx has.
told() {
	is "$(header Cache-Control) $(hsts) $(json '[.requestId, .instance] ==
	    ["'"$(header X-Request-Id)"'", .type + "#" + .requestId] and
	    .detail != .title')" 'no-store max-age=63072000 true' "$1: complete"
}
for want in 2 1.1; do
	tls GET /v1/products/1 "--http$want"
	is "$status $version" "200 $want" "HTTP/$want"
	charge="--http$want -H Content-Type:application/json"
	tls POST /v1/points/charge $charge -d '{"amount": 7}' \
	    -H "Authorization: Bearer $bearer"
	is "$status $version $(json .amount)" "201 $want 7" 'a write'
	tls POST /v1/points/charge $charge -d '{"amount": 7}' \
	    -H "Authorization: Bearer $bearer" -H 'Transfer-Encoding: chunked'
	is "$status $version $(json .amount)" "201 $want 7" 'in pieces'
	for path in /v1/points/charge /v1/products/top /v1/products/1 / \
	    /openapi.yaml /problems/internal /nowhere; do
		tls POST $path $charge --data-binary "@$dir/big" \
		    -H "Authorization: Bearer $bearer"
		is_problem 413 payload_too_large "a large body to $path"
		told "HTTP/$want"
		like "$(json .detail)" 'this one has 65537' 'with its size'
	done
	tls GET /v1/products/1 "--http$want" --data-binary "@$dir/big"
	is_problem 413 payload_too_large 'a large body of a read'
	tls POST /v1/points/charge $charge --data-binary "@$dir/big" \
	    -H "Authorization: Bearer $bearer" -H 'Transfer-Encoding: chunked'
	is_problem 413 payload_too_large 'a large body in pieces'
	told "HTTP/$want"
	tls GET "/v1/products/1?$(long 4090)" "--http$want"
	is_problem 414 uri_too_long 'a target that is too long'
	told "HTTP/$want"
	tls HEAD "/v1/products/1?$(long 4090)" "--http$want"
	is "$status $(header Content-Type)" '414 application/problem+json' \
	    'asked by HEAD'
	tls GET /v1/products/1 "--http$want" -H "X-Much: $(long 14000)"
	case $want in
	2)
		is "$status" 000 'a header that is ends the connection' ;;
	1.1)
		is_problem 431 header_too_large 'a header that is'
		told "HTTP/$want" ;;
	esac
	for path in / /openapi.yaml /problems/ /problems/internal; do
		tls POST $path "--http$want" -d x
		is_problem 405 method_not_allowed "POST $path"
		told "HTTP/$want"
		is "$(header Allow)" 'GET, HEAD' 'with Allow'
	done
	tls TRACE / "--http$want"
	is_problem 405 method_not_allowed TRACE
	tls get / "--http$want"
	is_problem 400 bad_request 'a method in small letters'
	told "HTTP/$want"
	for path in /problems/none /index.html /problems/internal.html \
	    /.well-known/acme-challenge/a-Token_1; do
		tls GET "$path" "--http$want"
		is "$status $(json .code)" '404 "not_found"' "no $path"
	done
	tls GET / "--http$want" -H 'If-Match: "x"'
	is_problem 412 precondition_failed 'a condition that does not hold'
	told "HTTP/$want"
	tls GET /../x "--http$want"
	is_problem 400 bad_request 'a target out of the root'
	told "HTTP/$want"
done

# What no client that knows HTTP/2 sends: its frames, in the clear.
# h2 BODY FIELD...: sets body to the answer's; - is no body.
h2() {
	body=$(perl -MIO::Socket::UNIX -e '
	alarm 20;
	my ($path, $data, @fields) = @ARGV;
	sub frame { pack("CnCCN", 0, length $_[2], $_[0], $_[1], 1) . $_[2] }
	my $block = join "", map { /^(:?[^:]+): (.*)/s;
	    "\0" . chr(length $1) . $1 . chr(length $2) . $2 } @fields;
	my $s = IO::Socket::UNIX->new(Peer => $path) or die "$!";
	print $s "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", pack("x3Cx5", 4),
	    frame(1, $data eq "-" ? 5 : 4, $block),
	    $data eq "-" ? "" : frame(0, 1, $data);
	$s->flush;
	my $got = "";
	while (sysread $s, $got, 65536, length $got) {
		while (length $got >= 9) {
			my (undef, $len, $type, $flags) = unpack "CnCC", $got;
			last if length $got < 9 + $len;
			print substr $got, 9, $len if $type == 0;
			substr $got, 0, 9 + $len, "";
			exit if $type == 7 || $type <= 3 && $flags & 1;
		}
	}' "$dir/h2c.sock" "$@")
}
# refuses CODE TEXT BODY FIELD...
refuses() {
	refuses_code=$1
	refuses_text=$2
	shift 2
	h2 "$@"
	is "$(json '[.code, .instance == .type + "#" + .requestId,
	    .detail != .title]')" "[\"$refuses_code\",true,true]" \
	    "HTTP/2: $refuses_text"
}
get=':method: GET' post=':method: POST' by=':scheme: http'
host=':authority: shop.test' charge=':path: /v1/points/charge'
refuses bad_request 'no host' - "$get" "$by" ':path: /'
refuses bad_request 'a host that is none' - "$get" "$by" ':path: /' \
    ':authority: a/b'
refuses bad_request 'two hosts' - "$get" "$by" ':path: /' "$host" \
    'host: other.test'
refuses bad_request 'no path' - "$get" "$by" "$host"
refuses bad_request 'a path without its slash' - "$get" "$by" "$host" ':path: x'
refuses bad_request 'a path that is *' - ':method: OPTIONS' "$by" "$host" \
    ':path: *'
refuses bad_request 'a path that is a URL' - "$get" "$by" "$host" \
    ':path: http://shop.test/'
refuses bad_request CONNECT - ':method: CONNECT' "$host"
refuses bad_request 'a body longer than it says' abc "$post" "$by" "$host" \
    "$charge" 'content-length: 2'
refuses bad_request 'a body shorter than it says' abc "$post" "$by" "$host" \
    "$charge" 'content-length: 4'
refuses bad_request 'two lengths' abc "$post" "$by" "$host" "$charge" \
    'content-length: 3' 'content-length: 3'
refuses bad_request 'a length beyond numbers' abc "$post" "$by" "$host" \
    "$charge" 'content-length: 99999999999999999999'
for path in /v1/points/charge /v1/products/top / /problems/; do
	refuses payload_too_large "a length that is too large, $path" abc \
	    "$post" "$by" "$host" ":path: $path" 'content-length: 65537'
done

# ---- Whoever has seen it comes by TLS only

two_years=max-age=63072000
for path in / /openapi.yaml /problems/internal /v1/products/1 \
    /v1/products/top /v1/products/999 /v1/points/balance /nowhere; do
	tls GET "$path"
	is "$(hsts)" $two_years "$path by TLS says so ($status)"
	by http GET "http://shop.test$path"
	is "$(hsts)" '' 'and not without'
done
tls POST /
is_problem 405 method_not_allowed 'a problem of nginx'\''s own'
is "$(hsts)" $two_years 'says so, too'

# ---- Without TLS

# Plain HTTP where TLS is spoken.
by tls GET http://shop.test/v1/products/1
is_problem 400 bad_request 'no TLS on the port of TLS'
is "$(header Cache-Control) $(json '.detail != .title')" 'no-store true' \
    'complete'
like "$(json .detail)" https 'and says what to do'

for method in GET POST DELETE; do
	by plain $method 'http://shop.test/v1/orders/1?a=%20b&c' -d x
	is "$status $(header Location)" \
	    '308 https://shop.test/v1/orders/1?a=%20b&c' \
	    "$method is sent on, with all of its target"
	is "$(hsts)" '' 'without a promise of TLS'
	unlike "$headers $body" 'nginx/[0-9]' 'or a version'
	like "$(header X-Request-Id)" '^[0-9a-f]{32}$' 'with a request id'
	is "$(header Cache-Control)" no-store 'for now'
done
by plain GET http://shop.test/ -H 'X-Request-Id: mine'
is "$(header X-Request-Id)" mine "or the client's own"
by plain GET http://www.shop.test/v1/products/1
is "$(header Location)" https://shop.test/v1/products/1 \
    'to its first name from another'
by plain GET http://evil.test/v1/products/1
is "$body" 'Welcome to nginx!' 'other names are the default site'\''s'
by plain POST http://shop.test/v1/points/charge --data-binary "@$dir/big"
is_problem 413 payload_too_large 'a large body'
by plain TRACE http://shop.test/
is_problem 405 method_not_allowed TRACE

# What the certificate's authority asks for, and nothing else.
by plain GET http://shop.test/.well-known/acme-challenge/a-Token_1
is "$status $(header Content-Type) $body" '200 text/plain; charset=utf-8 proof' \
    'the proof for a certificate is there'
by plain GET http://shop.test/.well-known/acme-challenge/none
is_problem 404 not_found 'where it is'
by plain POST http://shop.test/.well-known/acme-challenge/a-Token_1
is_problem 405 method_not_allowed 'to be read'
is "$(header Allow)" 'GET, HEAD' 'with Allow'
for path in /secret /.well-known/secret /.well-known/acme-challenge/ \
    /.well-known/acme-challenge/../../secret \
    /.well-known/acme-challenge/%2e%2e%2f%2e%2e%2fsecret /acme-challenge/x; do
	by plain GET "http://shop.test$path"
	is "$status" 308 "not $path"
done

is "$(sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 7')" 4 \
    'each charge happened once'
is "$(sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 8')" 0 \
    'and none by an old TLS'
pool_stop
tls GET /v1/products/1
is_problem 503 unavailable 'no pool'
told 'TLS all the same'
is "$(header Retry-After)" 1 'with Retry-After'
finish
