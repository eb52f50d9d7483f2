#!/bin/sh
# SPDX-License-Identifier: MIT
# A user's orders, and an admin's view of all.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
promote 3
admin=$(token 3)
ids() { json '[.items[].id]'; }

as 5
user GET /v1/orders
is "$status $body" '200 {"items":[],"nextCursor":null}' 'nothing yet'
as 6
post /v1/orders '{"items": [{"productId": 17, "quantity": 2}, {"productId": 5, "quantity": 1},
    {"productId": 3, "quantity": 1}]}'
one=$(json .id)
order 17
two=$(json .id)
order 24
three=$(json .id)
user POST "/v1/orders/$two/cancel"
as 2
order 17
others=$(json .id)
as 6
user GET /v1/orders
is "$status $(ids)" "200 [$three,$two,$one]" "a user's own, newest first"
is "$(json '.items[2]')" \
    "{\"id\":$one,\"status\":\"paid\",\"totalPrice\":26700,\"lines\":3,\"first\":{\"productId\":17,\"name\":\"강릉 순두부 과자\",\"quantity\":2},\"createdAt\":$(json '.items[2].createdAt')}" \
    'each with its first line, and how many there are'
is "$(header Cache-Control)" no-store 'and nobody may keep it'

# ---- By their status

user GET '/v1/orders?status=paid'
is "$(ids)" "[$three,$one]" 'what is paid'
user GET '/v1/orders?status=cancelled'
is "$(ids) $(json '.items[0].status')" "[$two] \"cancelled\"" 'what is cancelled'
user GET '/v1/orders?status=fulfilled'
is "$status $(ids)" '200 []' 'what is fulfilled'
user GET '/v1/orders?status=gone'
is_problem 400 invalid_parameter 'no such status'
is "$(json '[.errors[] | [.parameter, .code]]')" '[["status","wrong_type"]]' 'is told'

# ---- Pages

user GET '/v1/orders?limit=1'
is "$(ids)" "[$three]" 'one a page'
next=$(header Link | sed 's/^<\([^>]*\)>.*/\1/')
user GET "$next"
is "$(ids)" "[$two]" 'the next by its link'
cursor=$(json .nextCursor | tr -d '"')
user POST "/v1/orders/$three/cancel"
order 24
user GET "/v1/orders?limit=1&cursor=$cursor"
is "$(ids) $(json .nextCursor)" "[$one] null" 'whatever came or changed meanwhile'
user GET "/v1/orders?limit=1&cursor=$cursor&status=paid"
is_problem 400 invalid_parameter "another filter's cursor"
as 2
user GET "/v1/orders?limit=1&cursor=$cursor"
is_problem 400 invalid_parameter "another user's"

# ---- An admin's

as 6
user GET '/v1/orders?scope=all'
is_problem 403 forbidden 'not for a customer'
user GET '/v1/orders?scope=mine'
is_problem 400 invalid_parameter 'no such scope'
bearer=$admin
user GET /v1/orders
is "$(ids)" '[]' 'an admin has none'
user GET '/v1/orders?scope=all'
is "$status $(json '[.items[] | .userId]')" '200 [6,2,6,6,6]' 'and sees all, with their users'
user GET '/v1/orders?scope=all&status=cancelled'
is "$(ids)" "[$three,$two]" 'by their status'
user GET '/v1/orders?scope=all&limit=2'
user GET "$(header Link | sed 's/^<\([^>]*\)>.*/\1/')"
is "$(ids)" "[$three,$two]" 'in pages'
cursor=$(json .nextCursor | tr -d '"')
user GET "/v1/orders?limit=2&cursor=$cursor"
is_problem 400 invalid_parameter "not of the admin's own"
sql "UPDATE users SET role = 'customer' WHERE id = 3"
user GET "/v1/orders?scope=all&limit=2&cursor=$cursor"
is_problem 403 forbidden 'who is no admin any more sees none'
request GET /v1/orders
is_problem 401 missing_token 'nobody has none'
as 99
user GET /v1/orders
is_problem 401 unknown_user 'nor a user who never was'
user GET '/v1/orders?scope=all'
is_problem 401 unknown_user 'whatever is asked for'

finish
