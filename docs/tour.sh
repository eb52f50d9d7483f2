#!/bin/sh
# SPDX-License-Identifier: MIT
# A customer's day, request by request: SHOP_URL=http://127.0.0.1:8080 sh tour.sh
# It needs curl and jq.  Each write has a key of its own, made before it is sent, so
# that whatever is repeated happens once.
set -eu
: "${SHOP_URL:?say where the shop is: eval \"\$(./stack env)\"; export SHOP_URL}"
me=tour-$$-$(date +%s)@example.com

say() { printf '\n%s\n' "$*"; }
# call METHOD PATH [BODY]: prints the answer; what is refused ends the tour.
call() {
	curl -sS --fail-with-body ${SHOP_VIA:-} -X "$1" "$SHOP_URL$2" \
	    ${token:+-H "Authorization: Bearer $token"} \
	    ${key:+-H "Idempotency-Key: $key"} \
	    ${3:+-H 'Content-Type: application/json' -d "$3"}
}
# once METHOD PATH [BODY]: a write with a new key.
once() {
	key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	call "$@"
	key=
}
token= key=

say '1. Sign up, and log in.'
call POST /v1/users "{\"email\": \"$me\", \"name\": \"민지\", \"password\": \"correct horse\"}" | jq -c .
token=$(call POST /v1/tokens "{\"email\": \"$me\", \"password\": \"correct horse\"}" |
    jq -r .accessToken)
echo "a token of ${#token} characters"

say '2. Charge 60000 points.'
once POST /v1/points/charge '{"amount": 60000}' | jq -c .

say '3. Look around: two pages of four, the cheapest first.'
page=$(call GET '/v1/products?limit=4&sort=price')
echo "$page" | jq -r '.items[] | "\(.price)\t\(.name)"'
next=$(echo "$page" | jq -r '.nextCursor | @uri')
page=$(call GET "/v1/products?limit=4&sort=price&cursor=$next")
echo "$page" | jq -r '.items[] | "\(.price)\t\(.name)"'

say '4. Search: 녹차.'
tea=$(call GET '/v1/products?q=%EB%85%B9%EC%B0%A8' | jq '.items[0].id')
call GET "/v1/products/$tea" | jq -c '{id, name, price, stock}'

say '5. Put two of it into the cart, and one of what is cheapest.'
cheap=$(call GET '/v1/products?limit=1&sort=price' | jq '.items[0].id')
once POST /v1/cart/items "{\"productId\": $tea, \"quantity\": 2}" >/dev/null
once POST /v1/cart/items "{\"productId\": $cheap, \"quantity\": 1}" >/dev/null
cart=$(call GET /v1/cart)
echo "$cart" | jq -r '.items[] | "\(.quantity) x \(.name) at \(.price)"'
total=$(echo "$cart" | jq .totalPrice)
echo "in all: $total"

say '6. Check out, by the price that was shown.'
order=$(once POST /v1/cart/checkout "{\"totalPrice\": $total}" | jq .id)
call GET "/v1/orders/$order" | jq -c '{id, status, totalPrice, balanceAfter}'

say '7. Change of mind: cancel.'
once POST "/v1/orders/$order/cancel" | jq -c '{id, status, payment, cancelledAt}'

say '8. Every point is accounted for.'
call GET /v1/points/transactions |
    jq -r '.items[] | "\(.type)\t\(.amount)\tthen \(.balanceAfter)"'
call GET /v1/points/balance | jq -c .

say '9. Close the account: the token is nobody'\''s at once.'
call DELETE /v1/users/me '{"currentPassword": "correct horse"}'
call GET /v1/points/balance 2>/dev/null | jq -c '{status, code}' || true
