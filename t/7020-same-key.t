#!/bin/sh
# SPDX-License-Identifier: MIT
# One idempotency key from many sides at once.
. "${top_srcdir:-.}/t/lib.sh"
conf workers 6
shop_start
as 2

order='{"items": [{"productId": 1, "quantity": 2}, {"productId": 3, "quantity": 1}]}'

rows() {
	sql 'SELECT (SELECT COUNT(*) FROM orders),
	    (SELECT COUNT(*) FROM payments),
	    (SELECT COUNT(*) FROM points_ledger)' | tr '\t' ' '
}

# storm TARGET BODY KEY: what each of 20 clients asks.
storm() {
	shot_post "$n" "$1" "$2" -H "Idempotency-Key: $3"
}

# storm_is TEXT: they got one answer, but for those who did not wait for it.
storm_is() {
	bodies=$(grep -lx 201 "$dir"/shots/*.status |
	    sed 's/status$/body/' | xargs sha256sum | cut -d ' ' -f 1 | sort |
	    uniq -c)
	is "$(echo "$bodies" | wc -l)" 1 "every success is the same: $1"
	is "$(grep -li '^idempotency-replayed: true' "$dir"/shots/*.headers |
	    wc -l)" "$(($(echo "$bodies" | awk '{ print $1 }') - 1))" \
	    "all but the first are marked as replays: $1"
	is "$(cat "$dir"/shots/*.body | jq -r '.code // empty' |
	    grep -vx idempotency_in_progress)" '' "no other problem: $1"
	like "$(shots)" '^[0-9]+ 201(, [0-9]+ 409)?$' "no other status: $1"
}

# ---- 20 at once.

before=$(balance 2)
is "$(rows)" '0 0 5' 'a new shop'
parallel 20 storm /v1/orders "$order" storm
storm_is order
is "$(rows)" '1 1 6' 'one order'
price=$(sql 'SELECT total_price FROM orders')
is "$(balance 2) $(stock 1) $(stock 3)" "$((before - price)) 118 199" \
    'paid and taken once'

# Another path, so another key.
parallel 20 storm /v1/points/charge '{"amount": 77}' storm
storm_is charge
is "$(rows)" '1 1 7' 'one charge'
is "$(balance 2)" "$((before - price + 77))" 'charged once'

# ---- The second meets the first, which waits for another's row.

before=$(balance 2)
price=$(sql 'SELECT price FROM products WHERE id = 2')
order='{"items": [{"productId": 2, "quantity": 1}]}'
send() {
	shot_post "$1" /v1/orders "$order" -H "Idempotency-Key: $2"
}

hold 12 'SELECT id FROM products WHERE id = 2 FOR UPDATE'
send first short &
pids=$!
eventually 3 key_held 2 /v1/orders short
ok 'the first is under way'
send second short &
pids="$pids $!"
sleep 0.4
let_go
wait $pids
shot_look second
is "$status $(header Idempotency-Replayed)" '201 true' \
    'the second waits for the first and replays it'
shot_look first
is "$status $(header Idempotency-Replayed)" '201 ' 'the first is no replay'
cmp -s "$dir/shots/first.body" "$dir/shots/second.body"
ok 'they have the same answer'
is "$(rows) $(balance 2)" "2 2 8 $((before - price))" 'and one effect'

# Longer than anybody waits for it; a charge of another user's as well.
token_2=$bearer
as 1
token_1=$bearer
charge() {
	bearer=$token_1
	shot_post "$1" /v1/points/charge '{"amount": 3}' \
	    -H 'Idempotency-Key: long'
	bearer=$token_2
}
bearer=$token_2
hold 12 'SELECT id FROM products WHERE id = 2 FOR UPDATE;
    SELECT id FROM users WHERE id = 1 FOR UPDATE'
send first long &
pids=$!
charge charge-first &
pids="$pids $!"
eventually 3 key_held 2 /v1/orders long &&
    eventually 3 key_held 1 /v1/points/charge long
ok 'another first is under way, and a charge'
charge charge-second &
charge_second=$!
send second long
wait $charge_second
for second in second charge-second; do
	shot_look $second
	is_problem 409 idempotency_in_progress \
	    "the $second does not wait for ever"
	is "$(header Retry-After)" 1 'with Retry-After'
	[ "$(echo "$seconds" | awk '{ print ($1 >= 1 && $1 <= 4) }')" = 1 ]
	ok "it waited for a while ($seconds s)"
done
wait $pids
shot_look first
is_problem 503 payment_failed 'the first gives up at last'
shot_look charge-first
is_problem 503 charge_failed 'and the charge'
let_go
send third long
shot_look third
is "$status $(header Idempotency-Replayed)" '201 ' 'then the key succeeds'
send fourth long
shot_look fourth
is "$status $(header Idempotency-Replayed)" '201 true' 'and is replayed'
cmp -s "$dir/shots/third.body" "$dir/shots/fourth.body"
ok 'byte for byte'
charge charge-third
shot_look charge-third
is "$status $(header Idempotency-Replayed)" '201 ' \
    'the charge'\''s succeeds as well'
is "$(rows) $(balance 2)" "3 4 10 $((before - 2 * price))" \
    'with one effect each, and the failed payment'
finish
