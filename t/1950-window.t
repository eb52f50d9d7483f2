#!/bin/sh
# SPDX-License-Identifier: MIT
# The shop window in a real browser: a buyer's journey by mouse and by keyboard, what
# may come between, an owner's back office, and each page for everybody.
. "${top_srcdir:-.}/t/lib.sh"
any_build
browser_need
port=$(free_port)
listen="unix:$dir/http.sock, 127.0.0.1:$port"
shop_start
shots=$top_builddir/t/shots
rm -rf "$shots"
mkdir -p "$shots"

# An owner, and a token whose time is over.
email=owner@example.com
password='correct horse'
(umask 077; printf '%s' "$password" >"$dir/password")
owner=$(ctl user add --name Owner --email $email --role admin \
    --password-file "$dir/password")
expired=$(ctl token --user 1 --ttl 1)
is_over() {
	request GET /v1/points/balance -H "Authorization: Bearer $expired"
	[ "$(json .code)" = '"expired_token"' ]
}
eventually 10 is_over || bail 'a token of a second lives on'

for part in buyer slips edges owner pages; do
	browse $part SHOP_URL="http://127.0.0.1:$port" SHOTS="$shots" \
	    ADMIN_EMAIL=$email ADMIN_PASSWORD="$password" \
	    ADMIN_TOKEN="$(token "$owner")" EXPIRED_TOKEN="$expired"
done
n=$(find "$shots" -name '*.png' | wc -l)
[ "$n" -gt 60 ]
ok "what it looked like is kept: $n pictures"
finish
