#!/bin/sh
# SPDX-License-Identifier: MIT
# Other web servers than nginx, by the files that are shipped for them: Apache with
# mod_fcgid and an .htaccess, as a hosting customer has it; Apache with mod_proxy_fcgi
# and lighttpd before the pool.  Each serves the five flows, and answers as nginx
# does.  They run as somebody without rights, who has one directory.
. "${top_srcdir:-.}/t/lib.sh"
modules=/usr/lib/apache2/modules
command -v perl >/dev/null || skip_all 'no perl'
one_pool
shop_start
as 1
port=$(free_port)
by_nginx=
# An address of this machine that does not look like one, if it has any.
elsewhere=$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -m 1 '^[0-9.]*$')
by_port="--connect-to shop:80:127.0.0.1:$port"

# ---- The customer's directory

home=$dir/home
customer=
if [ -n "$as_root" ]; then
	customer='setpriv --reuid=nobody --regid=nogroup --clear-groups --'
	chmod 711 "$dir"
	chmod 777 "$dir/log"
	chgrp nogroup "$dir/shop.sock"
fi
mkdir -p "$home/public_html" "$home/shop" "$home/log"
cp -R "$top_builddir/html/." "$home/public_html"
cp "$top_builddir/shop.fcgi" "$dir/jwt.secret" "$dir/db.password" "$home/shop"
sed -e "s|$dir/jwt.secret|$home/shop/jwt.secret|" \
    -e "s|$dir/db.password|$home/shop/db.password|" \
    -e '/^memcached/d' "$dir/shop.conf" >"$home/shop/shop.conf"
cp "$top_builddir/apache/htaccess" "$home/public_html/.htaccess"
sed "s|^exec .*|exec $home/shop/shop.fcgi --config $home/shop/shop.conf|" \
    "$top_builddir/apache/shop.fcgi" >"$home/public_html/shop.fcgi"
chmod 755 "$home/public_html/shop.fcgi"
[ -z "$as_root" ] || chown -R nobody:nogroup "$home"

# ---- The servers

# server_start PROGRAM ARGUMENTS...: until it answers on $port.
server_start() {
	$customer "$@" >"$home/log/server.out" 2>&1 &
	server_pid=$!
	via=$by_port
	eventually 10 server_answers ||
	    bail "$1: $(cat "$home/log/server.out" "$home/log/error.log")"
}
server_answers() { curl -s $via -o "$dir/out" http://shop/openapi.yaml; }
server_stop() {
	stop_pid TERM "${server_pid:-}"
	server_pid=
	via=$by_nginx
}
trap 'was=$?; server_stop; (exit $was); cleanup' EXIT

# apache_start WHAT: with what the host has in its main file, and WHAT.
apache_start() {
	{
		for module in mpm_event authn_core authz_core dir mime headers \
		    rewrite setenvif proxy proxy_fcgi fcgid reqtimeout; do
			echo "LoadModule ${module}_module $modules/mod_$module.so"
		done
		cat <<-EOF
		ServerRoot "$home"
		ServerName shop
		Listen 127.0.0.1:$port
		PidFile "$home/apache.pid"
		DefaultRuntimeDir "$home"
		Mutex file:$home default
		ErrorLog "$home/log/error.log"
		TypesConfig /dev/null
		ServerTokens Prod
		FcgidIPCDir "$home"
		FcgidProcessTableFile "$home/fcgid.shm"
		FcgidMaxProcesses 4
		$1
		EOF
	} >"$home/httpd.conf"
	server_start apache2 -f "$home/httpd.conf" -DFOREGROUND
}

# ---- What each must do

# same METHOD TARGET [curl's arguments]: the answer is nginx's, but for what
# differs each time.
answer_of() {
	echo "$status $(header Content-Type) $(header WWW-Authenticate)"
	case $target in
	/v1/*) printf '%s' "$body" | timeless ;;
	*) sha256sum <"$dir/body" ;;
	esac
}
same() {
	server=$via
	via=$by_nginx request "$@"
	answer_of >"$dir/wanted"
	via=$server
	request "$@"
	is "$(answer_of)" "$(cat "$dir/wanted")" "$name: $1 $2 is as by nginx"
}

# is_own STATUS CODE TEXT: a problem of the server's own, which has no request id.
is_own() {
	is "$status $(header Content-Type) $(json '[.status, .code, .type]')" \
	    "$1 application/problem+json [$1,\"$2\",\"/problems/$2\"]" "$name: $3"
}

# flows: through it.
flows() {
	user GET /v1/points/balance
	is "$status $(json .balance)" "200 $(balance 1)" "$name: a balance"
	before=$(balance 1)
	post /v1/points/charge '{"amount": 50000}' -H 'Idempotency-Key: '"$name"
	is "$status $(balance 1)" "201 $((before + 50000))" "$name: a charge"
	post /v1/points/charge '{"amount": 50000}' -H 'Idempotency-Key: '"$name"
	is "$status $(header Idempotency-Replayed) $(balance 1)" \
	    "201 true $((before + 50000))" "$name: the same again"
	request GET /v1/products/1
	is "$status $(json .id)" '200 1' "$name: a product"
	request GET /v1/products/1 -H "If-None-Match: $(header ETag)"
	is "$status" 304 "$name: that the client has"
	before=$(stock 1)
	post /v1/orders '{"items": [{"productId": 1, "quantity": 2}]}'
	is "$status $(stock 1)" "201 $((before - 2))" "$name: an order"
	user GET "$(header Location)"
	is "$status $(json '.items[0].quantity')" '200 2' "$name: where it says"
	request GET /v1/products/top
	is "$status $(json '.items[0].productId')" '200 1' "$name: the ranking"
	request HEAD /v1/products/1
	is "$status $(header Content-Type)" '200 application/json' "$name: HEAD"

	# What is refused, and what the worker hears of a request.
	digest=$(tables)
	same GET /v1/points/balance
	same GET /v1/points/balance -H 'Authorization: Bearer x'
	same GET /v1/nowhere
	same GET /v1/products/01
	same GET /v1/products/1?a=%31%zz
	same GET /v1/products/%31
	same GET /v1//products/1
	same GET /v1/x/../products/1
	same DELETE /v1/products/1
	same POST /v1/points/charge -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: text/plain' -d '{"amount": 1}'
	same POST /v1/points/charge -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' -d '{"amount": 0}'
	same POST /v1/points/charge -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' -d '{"amount": 1}' \
	    -H 'Idempotency-Key: a' -H 'Idempotency-Key: b'
	same POST /v1/points/charge -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' -d '{"amount": 1}' \
	    -H 'Content-Encoding: gzip'
	is "$(tables)" "$digest" "$name: nothing was changed"
	request GET /v1/nowhere -H 'X-Request-Id: mine'
	is "$(header X-Request-Id) $(json .requestId)" 'mine "mine"' \
	    "$name: the client's request id"

	# No client can pass for the web server; names with _ are refused by
	# some, dropped by others.
	before=$(balance 1)
	for n in 1 2; do
		post /v1/points/charge '{"amount": 1}' -H 'Shop-Made-Key: forged' \
		    -H 'Shop-Queued-At: 1000000.000'
	done
	is "$status $(balance 1)" "201 $((before + 2))" "$name: no forged parameter"
	before=$(balance 1)
	made=0
	for n in 1 2; do
		post /v1/points/charge '{"amount": 1}' -H 'SHOP_MADE_KEY: forged' \
		    -H "SHOP_QUEUED_AT: $(($(now_ms) / 1000 - 100)).000"
		[ "$status" = 400 ] || made=$((made + 1))
	done
	is "$(balance 1)" "$((before + made))" "$name: nor by its own name"

	# What is counted is for this machine alone; without shopd it is not known.
	request GET /metrics
	like "$status $(json .code)" '^(200 |503 "unavailable")$' \
	    "$name: what is counted"
	if [ -n "$elsewhere" ]; then
		request GET /metrics --interface "$elsewhere"
		is "$status $(json .code)" '403 "forbidden"' \
		    "$name: is not for others"
	fi

	# Bodies.
	before=$(balance 1)
	post /v1/points/charge '{"amount": 1}' -H 'Transfer-Encoding: chunked'
	is "$status $(balance 1)" "201 $((before + 1))" "$name: a body in chunks"
	printf '{"amount": 1%50000s}' '' >"$dir/long"
	post /v1/points/charge "@$dir/long"
	is "$status" 201 "$name: a long body"
	post /v1/points/charge "@$dir/long" -H 'Transfer-Encoding: chunked'
	is "$status $(balance 1)" "201 $((before + 3))" "$name: and that in chunks"
	head -c 70000 /dev/zero | tr '\0' ' ' >"$dir/long"
	post /v1/points/charge "@$dir/long"
	is "$status $(json .code)" '413 "payload_too_large"' "$name: too long a body"
	post /v1/points/charge "@$dir/long" -H 'Transfer-Encoding: chunked'
	is "$status $(json .code)" '413 "payload_too_large"' "$name: that in chunks"

	# The static pages.
	same GET /
	like "$(header Content-Security-Policy)" "style-src 'self'; img-src 'self'" \
	    "$name: a page may have its style, and pictures"
	for page in /admin /admin/ /docs/ /assets/store.js /assets/store/cart.js \
	    /assets/shop.css /pictures/green-tea.svg; do
		same GET $page
	done
	request GET /assets/none.js
	is_own 404 not_found 'no such part of a page'
	request POST /docs/ -d x
	like "$status" '^40[45]$' "$name: a page is read, and not written"
	same GET /openapi.yaml
	same GET /openapi.json
	same GET /problems/
	same GET /problems/not_found
	request GET /problems/nowhere
	is_own 404 not_found 'no such page'
	for secret in .htaccess shop.fcgi ../shop/shop.conf errors/ errors/503.html; do
		request GET "/$secret"
		like "$status" '^40[04]$' "$name: no /$secret"
	done
	request POST / -d x
	like "$status $(header Allow) $(json .code)" \
	    '^(405 GET, HEAD "method_not_allowed"|404  "not_found")$' \
	    "$name: a page takes no POST"
	request GET /v1/products/1
	is "$(header X-Content-Type-Options) $(header Referrer-Policy) $(
	    header Content-Security-Policy)" "nosniff no-referrer $(
	    )default-src 'none'; frame-ancestors 'none'" "$name: security headers"
}

# lost: the answer to a client whose worker dies during a write; with its key
# the client learns what happened.
lost() {
	before=$(balance 1)
	hold 30 'SELECT * FROM users WHERE id = 1 FOR UPDATE'
	shot_post lost /v1/points/charge '{"amount": 7}' \
	    -H "Idempotency-Key: lost-$name" &
	shot_pid=$!
	seen 'a charge that waits' key_held 1 /v1/points/charge "lost-$name"
	kill -KILL $("$@")
	wait $shot_pid
	let_go
	shot_look lost
	is "$(json .code)" '"outcome_unknown"' "$name: a worker died: nobody knows"
	eventually 10 nothing_open
	post /v1/points/charge '{"amount": 7}' -H "Idempotency-Key: lost-$name"
	is "$status $(balance 1)" "201 $((before + 7))" "$name: the key tells"
}
by_fcgid() { running "$home/shop/shop.fcgi "; }
# dead: the answer while no worker runs, and success as soon as one does.
dead() {
	pool_stop
	request GET /v1/products/1
	is_own 503 unavailable 'nobody is there'
	[ "$name" = lighttpd ] ||
	    is "$(header Retry-After)" 1 "$name: and when to come again"
	post /v1/points/charge '{"amount": 1}'
	like "$status $(json .code)" '^503 "(unavailable|outcome_unknown)"$' \
	    "$name: nor for a write"
	: >"$dir/log/shopd.log"
	pool_start
	[ -z "$as_root" ] || chgrp nogroup "$dir/shop.sock"
	eventually 5 product_is_there
	ok "$name: and again"
}
product_is_there() {
	request GET /v1/products/1
	[ "$status" = 200 ]
}

# ---- Apache, mod_fcgid

if command -v apache2 >/dev/null && [ -e $modules/mod_fcgid.so ]; then
	name=fcgid
	allowed='AuthConfig FileInfo Indexes Limit Options=ExecCGI,Indexes,SymLinksIfOwnerMatch'
	site() {
		echo "DocumentRoot \"$home/public_html\"
		<Directory \"$home/public_html\">
			Require all granted
			AllowOverride $allowed
		</Directory>"
	}
	apache_start "$(site)"
	flows
	lost by_fcgid
	server_stop

	# The answer on a host that leaves the line out.
	sed -i '/^CGIPassAuth/d' "$home/public_html/.htaccess"
	apache_start "$(site)"
	user GET /v1/points/balance
	is "$status $(json .code)" '401 "missing_token"' \
	    'fcgid: without CGIPassAuth there is no token'
	server_stop
	echo 'SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1' \
	    >>"$home/public_html/.htaccess"
	apache_start "$(site)"
	user GET /v1/points/balance
	is "$status" 200 'fcgid: where a host forbids it, this line does it'
	server_stop
else
	pass 'Apache, mod_fcgid # SKIP not there'
fi

# ---- Apache, mod_proxy_fcgi

if command -v apache2 >/dev/null; then
	name=proxy
	apache_start "Define SHOP_SOCKET \"$dir/shop.sock\"
	    Define SHOP_HTML \"$home/public_html\"
	    <VirtualHost 127.0.0.1:$port>
	    $(cat "$top_builddir/apache/shop.conf")
	    </VirtualHost>"
	flows
	lost pool_workers
	dead
	server_stop
else
	pass 'Apache, mod_proxy_fcgi # SKIP not there'
fi

# ---- lighttpd

if command -v lighttpd >/dev/null; then
	name=lighttpd
	{
		cat <<-EOF
		server.modules = ( "mod_rewrite", "mod_setenv", "mod_fastcgi" )
		server.bind = "127.0.0.1"
		server.port = $port
		server.pid-file = "$home/lighttpd.pid"
		server.errorlog = "$home/log/error.log"
		server.upload-dirs = ( "$home" )
		EOF
		sed -e "s|^var.shop_socket = .*|var.shop_socket = \"$dir/shop.sock\"|" \
		    -e "s|^var.shop_html = .*|var.shop_html = \"$home/public_html\"|" \
		    "$top_builddir/lighttpd/shop.conf"
	} >"$home/lighttpd.conf"
	server_start lighttpd -D -f "$home/lighttpd.conf"
	flows
	lost pool_workers
	dead
	server_stop
else
	pass 'lighttpd # SKIP not there'
fi
# Workers that Apache started write there.
cp "$home/log/error.log" "$dir/log/servers.log"
finish
