#!/bin/sh
# SPDX-License-Identifier: MIT
# Flow 1: the balance is the user's own, and the latest.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

as 1
user GET /v1/points/balance
is "$status $body" '200 {"userId":1,"balance":50000}' 'a balance, and nothing else'
is "$(header Content-Type)" application/json 'as JSON'
is "$(header Cache-Control)" no-store 'that nobody may store'
length=$(header Content-Length)
user HEAD /v1/points/balance
is "$status $(header Content-Length) $(header Cache-Control)" \
    "200 $length no-store" 'HEAD has its headers'

as 5
user GET /v1/points/balance
is "$body" '{"userId":5,"balance":0}' "another's is another, and 0 is one"

# Two users in turn, on whichever worker: nobody sees the other's.
one=$(token 1)
six=$(token 6)
seen=
for i in 1 2 3 4 5 6; do
	bearer=$one
	user GET /v1/points/balance
	seen="$seen $(json .userId):$(json .balance)"
	bearer=$six
	user GET /v1/points/balance
	seen="$seen $(json .userId):$(json .balance)"
done
is "$(echo $seen | tr ' ' '\n' | sort | uniq -c | tr -s ' \n' ' ')" \
    ' 6 1:50000 6 6:250000 ' 'each sees the own, in turns'

# ---- After a write

bearer=$one
post /v1/points/charge '{"amount": 2500}'
user GET /v1/points/balance
is "$(json .balance)" 52500 'a charge is in it'
post /v1/orders '{"items": [{"productId": 3, "quantity": 2}]}'
after=$(json .balanceAfter)
user GET /v1/points/balance
is "$(json .balance) $after" '32900 32900' 'and so is an order'
is "$(json .balance)" \
    "$(sql 'SELECT SUM(amount) FROM points_ledger WHERE user_id = 1')" \
    "it is the sum of the user's history"
post /v1/orders '{"items": [{"productId": 3, "quantity": 1000}]}'
user GET /v1/points/balance
is "$(json .balance)" 32900 'an order that failed is not'

rich=$(ctl user add --name Rich --email rich@example.com \
    --balance 9007199254740991)
as "$rich"
user GET /v1/points/balance
is "$body" "{\"userId\":$rich,\"balance\":9007199254740991}" \
    'every digit of the greatest balance'

# ---- Nobody's

digest=$(tables)
as 999
user GET /v1/points/balance
is_problem 401 unknown_user 'a user who does not exist'
like "$(header WWW-Authenticate)" '^Bearer .*error="invalid_token"' 'is challenged'
is "$(header Cache-Control)" no-store 'a refusal is not stored either'
sql "UPDATE users SET status = 'closed' WHERE id = 2"
as 2
user GET /v1/points/balance
is_problem 401 unknown_user 'a user who is closed'
sql "UPDATE users SET status = 'active' WHERE id = 2"
user GET /v1/points/balance
is "$status $(json .balance)" '200 120000' 'and who is not, any more'
request GET /v1/points/balance
is_problem 401 missing_token 'nobody'
is "$(tables)" "$digest" 'reading changes nothing'
finish
