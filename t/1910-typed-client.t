#!/bin/sh
# SPDX-License-Identifier: MIT
# A client whose types are made of the OpenAPI document compiles, and lives through
# a customer's day: with the shop, and with Prism between, which lets nothing pass
# that the document does not allow.
. "${top_srcdir:-.}/t/lib.sh"
any_build
contract_need
port=$(free_port)
listen="unix:$dir/http.sock, 127.0.0.1:$port"
shop_start
points='SELECT COALESCE(SUM(balance), 0) FROM users'
before=$(sql "$points")

is "$(client_make "$dir/client" 2>&1)" '' 'the client compiles, strictly'

# journey PORT: what it prints, and what went wrong.
journey() {
	SHOP_URL=http://127.0.0.1:$1 node "$dir/client/out/journey.js" \
	    >"$dir/out" 2>"$dir/err"
	echo "$?"
	cat "$dir/out" "$dir/err"
}
day='0
signed up: 민지
logged in: 유나
charged once: 100000
browsed: 24 products, 3 pages
found: 유기농 보성 녹차 100g
checked out: 1 line, 24000 points
ordered: paid
cancelled: true
orders: 2, of which paid: 1
ledger: charge payment payment refund
gone'
is "$(journey "$port")" "$day" 'the day goes through'
is "$(sql "$points")" "$((before + 76000))" 'what was paid is gone, once'

through=$(free_port)
proxy_start "$through" "http://127.0.0.1:$port"
is "$(journey "$through")" "$day" 'and all of it is what the document allows'
is "$(sql "$points")" "$((before + 152000))" 'which was the same shop'

# ---- The proxy would have said so

# proxied [curl's arguments]: through it; prints which of its own problems comes.
proxied() {
	curl -s --max-time 30 "$@" | sed -n 's/.*prism\/errors#\([A-Z_]*\)".*/\1/p'
}
is "$(proxied -d '{"amount": "1"}' -H 'Content-Type: application/json' \
    -H "Authorization: Bearer $(token 1)" \
    "http://127.0.0.1:$through/v1/points/charge")" UNPROCESSABLE_ENTITY \
    'a request that the document does not allow'
nginx_stop
node -e 'require("http").createServer((request, response) => {
	response.setHeader("Content-Type", "application/json");
	response.setHeader("X-Request-Id", "x");
	response.end("{\"status\": \"ill\"}");
    }).listen(process.argv[1], "127.0.0.1")' "$port" &
other_pid=$!
eventually 10 curl -s "http://127.0.0.1:$port/"
is "$(proxied "http://127.0.0.1:$through/healthz")" VIOLATIONS \
    'and such an answer'
stop_pid KILL $other_pid
finish
