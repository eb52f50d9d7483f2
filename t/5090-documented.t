#!/bin/sh
# SPDX-License-Identifier: MIT
# The OpenAPI document's examples are what is sent and what is answered.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

# asked EXAMPLE METHOD TARGET [curl's arguments]: the user is answered so.
asked() {
	asked_example=$1
	shift
	user "$@"
	is_example "$asked_example" "$asked_example"
	case $status in [45]*)
		user "$@" -H 'Accept-Language: ko'
		in_korean_too "$asked_example" ;;
	esac
}

# in_korean_too EXAMPLE: the same problem, in Korean, which is not ASCII.  But
# nginx reads no header behind one that is too large, a key is under way for so
# long only, and what /readyz says is for operators.
in_korean_too() {
	case $1 in header_too_large | idempotency_in_progress | unavailable.ready) return ;; esac
	is "$(json '[.code, .status]') $(json '.title, .detail' | LC_ALL=C grep -c '[^ -~]')" \
	    "$(example "$1" | jq -c '[.code, .status]') 2" "$1, in Korean"
}

# posted EXAMPLE TARGET BODY [curl's arguments]
posted() {
	posted_example=$1
	shift
	post "$@"
	is_example "$posted_example" "$posted_example"
	case $status in [45]*)
		post "$@" -H 'Accept-Language: ko'
		in_korean_too "$posted_example" ;;
	esac
}

# sent EXAMPLE: that body, on one line.
sent() { example "$1" | jq -c .; }

charge='/v1/points/charge'
key='Idempotency-Key: 5f0c0a3e-9f7d-4d0b-8a53-2f7a3d9a4a10'

# ---- What succeeds

as 2
posted charged $charge "$(sent charge)" -H "$key"
is "$status" 201 'charged'
asked balance GET /v1/points/balance
asked product GET /v1/products/1
posted ordered /v1/orders "$(sent order)"
is "$status" 201 'ordered'
is "$(json .totalPrice)" "$(json '[.items[] | .quantity * .price] | add')" \
    'as the document has it, it adds up'
asked ranking GET /v1/products/top
asked history GET /v1/points/transactions
asked orders GET /v1/orders
posted cart /v1/cart/items "$(sent cart_item)"
posted account /v1/users "$(sent sign_up)"
is "$status" 201 'signed up'
post /v1/tokens "$(sent credentials)"
is "$status" 200 'logged in'
body=$(printf '%s' "$body" | jq -c --arg t "$(example token | jq -r .accessToken)" '.accessToken = $t')
is_example token 'token, but for itself'
promote 2
posted product_made /v1/products "$(sent product_new)"
user PATCH /v1/products/25 -H 'Content-Type: application/json' \
    -d "$(sent product_edit)"
is_example product_changed product_changed
user PATCH /v1/products/25 -H 'Content-Type: application/json' \
    -d "$(sent product_edit)"
is_example edit_conflict edit_conflict
posted restocked /v1/products/25/restock "$(sent restock)"
posted insufficient_stock.restock /v1/products/25/restock '{"quantity": -91}'
asked products GET "/v1/products?q=$(jq -rn '"마우스" | @uri')"
sql "UPDATE users SET role = 'customer' WHERE id = 2"
asked healthy GET /healthz
asked ready GET /readyz

nginx_stop
nginx_also='set_real_ip_from unix:; real_ip_header X-Client;'
nginx_start
asked forbidden.metrics GET /metrics -H 'X-Client: 192.0.2.1'
nginx_stop
nginx_also=
nginx_start

# ---- HTTP and the path

raw 'GARBAGE\r\n\r\n'
is_example bad_request bad_request
asked not_found GET /v1/nowhere
asked method_not_allowed PUT /v1/orders
asked invalid_parameter GET /v1/products/0
asked product_not_found GET /v1/products/99
asked order_not_found GET /v1/orders/99
asked invalid_parameter.query GET '/v1/orders?limit=0&status=lost'
head -c 65537 /dev/zero >"$dir/large"
posted payload_too_large $charge "@$dir/large"
asked uri_too_long GET "/v1/products/1?$(head -c 4096 /dev/zero | tr '\0' x)"
asked header_too_large GET /v1/products/1 \
    -H "X: $(head -c 9000 /dev/zero | tr '\0' x)"
raw "POST $charge HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: gzip\r\n\r\n"
is_example not_implemented not_implemented
raw 'GET /v1/products/1 HTTP/3.0\r\nHost: shop\r\n\r\n'
is_example http_version_not_supported http_version_not_supported
asked precondition_failed GET /openapi.yaml -H 'If-Match: "x"'

# ---- Tokens

good=$bearer
request GET /v1/points/balance
is_example missing_token missing_token
bearer=${good%?????}AAAAA
asked invalid_token GET /v1/points/balance
bearer=$(ctl token --user 2 --ttl 1)
expired() {
	user GET /v1/points/balance
	[ "$(json .code)" = '"expired_token"' ]
}
eventually 5 expired
is_example expired_token expired_token
as 99
asked unknown_user GET /v1/points/balance

# ---- The body

bearer=$good
posted malformed_json $charge '{"amount": 1000, "amount": 1}'
posted invalid_parameter.key $charge '{"amount": 1000}' \
    -H 'Idempotency-Key: not one'
user POST $charge -H 'Content-Type: text/plain' -d '{"amount": 1000}'
is_example unsupported_media_type unsupported_media_type
posted validation_failed /v1/orders '{"items": [
    {"productId": 1, "quantity": 0},
    {"productId": 2, "quantity": 1, "colour": "red"},
    {"productId": 2, "quantity": "3"}, {}]}'
posted idempotency_key_reused $charge '{"amount": 1}' -H "$key"

# ---- The shop's rules

posted product_not_found.lines /v1/orders '{"items": [
    {"productId": 1, "quantity": 1}, {"productId": 99, "quantity": 1}]}'
posted insufficient_points /v1/orders '{"items": [
    {"productId": 13, "quantity": 2}]}'
post $charge '{"amount": 5000000}'
posted insufficient_stock /v1/orders '{"items": [
    {"productId": 5, "quantity": 1}, {"productId": 17, "quantity": 301}]}'

posted price_changed /v1/orders '{"totalPrice": 27000, "items": [
    {"productId": 5, "quantity": 2, "price": 7550},
    {"productId": 12, "quantity": 1, "price": 11900}]}'
posted insufficient_stock.cart /v1/cart/items '{"productId": 13, "quantity": 16}'
asked insufficient_cart_quantity DELETE '/v1/cart/items/5?quantity=3'
user DELETE /v1/cart
posted cart_empty /v1/cart/checkout ''

# ---- Accounts

posted email_taken /v1/users "$(sent sign_up)"
posted invalid_credentials /v1/tokens '{"email": "mina@example.com", "password": "a guess"}'
user DELETE /v1/users/me -H 'Content-Type: application/json' \
    -d '{"currentPassword": "a guess"}'
is_example invalid_credentials.current invalid_credentials.current
for n in 1 2 3 4 5 6 7 8; do
	post /v1/tokens '{"email": "mina@example.com", "password": "a guess"}'
done
posted too_many_attempts /v1/tokens "$(sent credentials)"

# ---- An order's end

asked forbidden GET '/v1/orders?scope=all'
user GET /v1/orders
first=$(json '.items[0].id')
posted cancelled "/v1/orders/$first/cancel" ''
post /v1/orders "$(sent order)"
second=$(json .id)
promote 1
as 1
posted order_not_fulfillable "/v1/orders/$first/fulfil" ''
posted fulfilled "/v1/orders/$second/fulfil" ''
as 2
posted order_not_cancellable "/v1/orders/$second/cancel" ''

# ---- Locks that are held too long

hold 12 'SELECT id FROM products WHERE id = 5 FOR UPDATE;
    SELECT id FROM users WHERE id = 2 FOR UPDATE'
other=$(token 6)
shot_post charge_failed $charge '{"amount": 1}' -H "$key" &
pids=$!
bearer=$other
shot_post payment_failed /v1/orders '{"items": [
    {"productId": 5, "quantity": 1}]}' &
pids="$pids $!"
as 2
eventually 3 key_held 2 $charge "${key#*: }"
ok 'a charge is under way'
posted idempotency_in_progress $charge '{"amount": 1}' -H "$key"
wait $pids
for name in charge_failed payment_failed; do
	shot_look $name
	is_example $name $name
done

# ---- A worker that dies at its work

bearer=$other
shot_post outcome_unknown /v1/orders '{"items": [
    {"productId": 5, "quantity": 1}]}' -H "$key" &
lost=$!
eventually 3 key_held 6 /v1/orders "${key#*: }"
ok 'an order is under way'
while [ ! -e "$dir/shots/outcome_unknown.status" ]; do
	for pid in $(write_workers); do
		kill -KILL "$pid" 2>/dev/null
	done
done
wait $lost
shot_look outcome_unknown
is_example outcome_unknown outcome_unknown
let_go
eventually 5 pool_is_full
ok 'there are workers again'

# ---- A routine that is another's, and no database

may=$(sql "SELECT DISTINCT CONCAT(QUOTE(user), '@', QUOTE(host))
    FROM mysql.procs_priv WHERE routine_name = 'charge_points'")
sql "DROP PROCEDURE charge_points; CREATE PROCEDURE charge_points(IN a BIGINT, IN i BIGINT, IN b BINARY(16),
      IN c BINARY(16), IN d INT, IN e BIGINT) SELECT 'nonsense' AS outcome;
    GRANT EXECUTE ON PROCEDURE charge_points TO $may"
post $charge '{"amount": 1}'
is_problem 500 internal 'a fault of ours'
is_example internal internal
ctl migrate >/dev/null
db_stop
asked unavailable GET /v1/points/balance
asked unavailable.ready GET /readyz
db_start

# ---- A shop that sells points

pool_stop
mkdir -m 700 "$dir/grants"
(umask 077; head -c 48 /dev/urandom | base64 >"$dir/grants/shop.key")
conf charge_by grant
conf grant_key_dir "$dir/grants"
pool_start
posted grant_required $charge '{"amount": 1000}'
posted invalid_grant $charge "{\"amount\": 1000, \"grant\": \"$(ctl grant --user 2 --amount 10 --id pay-1)\"}"

# ---- All of them

awk '/^  [a-z]/ { on = $1 == "examples:" }
	on && /^    [^ ]/ { sub(/:$/, ""); print $1 }' "$openapi" >"$dir/examples"
[ "$(wc -l <"$dir/examples")" -gt 35 ]
ok 'the document has examples'
while read -r name; do
	grep -qE "(is_example|asked|posted|sent) $name( |\)|\$)|name in.* $name(;| )" \
	    "$top_srcdir"/t/[0-9]*.t || echo "$name"
done <"$dir/examples" >"$dir/found"
is "$(cat "$dir/found")" '' 'each is sent or seen by a test'
finish
