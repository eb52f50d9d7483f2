#!/bin/sh
# SPDX-License-Identifier: MIT
# The ledger in pages: signed amounts that add up to the balance, each
# balanceAfter the running sum, on every page, while rows arrive.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
history=/v1/points/transactions

# pages TARGET: follows nextCursor to the end; all items in $dir/items, one a line.
pages() {
	: >"$dir/items"
	cursor=
	count=0
	while :; do
		user GET "$1${cursor:+&cursor=$cursor}"
		[ "$status" = 200 ] || break
		count=$((count + 1))
		json '.items[]' >>"$dir/items"
		cursor=$(json .nextCursor | tr -d '"')
		[ "$cursor" != null ] || break
		[ -z "${between:-}" ] || $between
	done
}

as 5
user GET $history
is "$status $body" '200 {"items":[],"nextCursor":null}' 'nothing yet'
is "$(header Cache-Control)" no-store 'and nobody may keep it'
as 1
user GET $history
is "$status $(json '[.items[] | [.type, .amount, .balanceAfter, .orderId]]')" \
    '200 [["charge",50000,50000,null]]' 'an opening balance is a charge'
is "$(json '.items[0] | keys_unsorted')" \
    '["id","type","amount","balanceAfter","orderId","createdAt"]' 'with its members'
order 17
id=$(json .id)
user POST "/v1/orders/$id/cancel"
user GET $history
is "$(json '[.items[] | [.type, .amount, .balanceAfter, .orderId == '"$id"']]')" \
    '[["refund",4500,50000,true],["payment",-4500,45500,true],["charge",50000,50000,false]]' \
    'newest first, each with its sign'

# ---- Pages

n=0
while [ $n -lt 9 ]; do
	n=$((n + 1))
	post /v1/points/charge "{\"amount\": $n}"
done
pages "$history?limit=5"
is "$count $(wc -l <"$dir/items")" '3 12' 'twelve in pages of five'
is "$(jq -s 'map(.amount) | add' "$dir/items")" "$(balance 1)" 'they add up to the balance'
is "$(jq -s -c '[range(0; length) as $i | (.[$i:] | map(.amount) | add) == .[$i].balanceAfter] | unique' "$dir/items")" \
    '[true]' 'and each balanceAfter is the sum up to it'
is "$(jq -s -c 'map(.id) | . == (sort | reverse) and . == unique_by(-.)' "$dir/items")" true \
    'each once'
user GET "$history?limit=5"
like "$(header Link)" "^<$history\?cursor=[A-Za-z0-9_-]*&limit=5>; rel=\"next\"$" \
    'a link leads to the next page'
between='post /v1/points/charge {"amount":1000}'
pages "$history?limit=5"
between=
is "$count $(wc -l <"$dir/items") $(jq -s 'map(select(.amount == 1000)) | length' "$dir/items")" \
    '3 12 0' 'what arrives meanwhile moves nothing'
pages "$history?limit=100"
is "$count $(wc -l <"$dir/items")" '1 14' 'and is there from the start on'
user GET $history
is "$(json '[(.items | length), .nextCursor]')" '[14,null]' 'twenty a page unless asked'

# ---- What is refused

bad() {
	user GET "$history?$1"
	is_problem 400 invalid_parameter "$1"
	is "$(json '[.errors[].parameter]')" "$2" 'tells which'
}
bad limit=0 '["limit"]'
bad limit=101 '["limit"]'
bad limit=x '["limit"]'
bad 'limit=5&limit=5' '["limit"]'
bad cursor=x '["cursor"]'
bad 'cursor=&limit=-1' '["cursor","limit"]'
user GET "$history?limit=5"
cursor=$(json .nextCursor | tr -d '"')
as 2
bad "cursor=$cursor" '["cursor"]'
user GET "/v1/orders?cursor=$cursor"
is_problem 400 invalid_parameter "another list's"
as 1
user GET "$history?cursor=$cursor&limit=1&unknown=1"
is "$status $(json '.items | length')" '200 1' 'another limit, and a name that nobody knows'
request GET $history
is_problem 401 missing_token 'nobody has none'
as 99
user GET $history
is_problem 401 unknown_user 'nor a user who never was'
finish
