#!/bin/sh
# SPDX-License-Identifier: MIT
# Idempotency-Key: one effect, one answer, however often it is asked for.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

# with KEY TARGET BODY: post with this key.
with() {
	key=$1
	shift
	post "$@" -H "Idempotency-Key: $key"
}

# keep: the last answer is the first one of its key.
keep() { cp "$dir/body" "$dir/first"; }

# replayed TEXT: the last answer is the kept one again, and no row has changed.
replayed() {
	is "$status $(header Idempotency-Replayed) $(cmp "$dir/first" "$dir/body" 2>&1)" \
	    '201 true ' "$1: replayed byte for byte"
	is "$(tables)" "$digest" "$1: no second effect"
}

# fresh TEXT: the last answer is a success of its own.
fresh() {
	is "$status:$(header Idempotency-Replayed)" 201: "$1"
}

reused() {
	is_problem 422 idempotency_key_reused "$1"
	is "$(tables)" "$digest" "$1: nothing changed"
}

ledger() { sql "SELECT COUNT(*) FROM points_ledger WHERE user_id = $1"; }

# ---- A charge

as 1
with k1 /v1/points/charge '{"amount": 1000}'
fresh 'the first charge is none'
keep
digest=$(tables)
with k1 /v1/points/charge '{"amount": 1000}'
replayed 'a charge again'
is "$(header Content-Type) $(header Cache-Control)" 'application/json no-store' \
    'with the headers of the first'
with k1 /v1/points/charge '{"amount": 1000}'
replayed 'and again'
is "$(balance 1) $(ledger 1)" '51000 2' 'it was charged once'

with k1 /v1/points/charge "$(printf '\t{ "\\u0061mount"\r\n:\n 1000 }  ')"
replayed 'the same JSON in other bytes'

for amount in 1000.0 1e3 1E+3 10e2 100000e-2 0.1e4 1000.000000000000000000000000; do
	with k1 /v1/points/charge "{\"amount\": $amount}"
	replayed "the same amount as $amount"
done
with k1 /v1/points/charge '{"amount": 1000.5}'
is_problem 422 validation_failed 'no integer is told first'

with k1 /v1/points/charge '{"amount": 1001}'
reused 'another amount'
with k1 /v1/points/charge '{"amount": 0}'
is_problem 422 validation_failed 'a body that is none is told first'
with k1 /v1/points/charge '{"amount": 1000'
is_problem 400 malformed_json 'and so is what is no JSON'
with k1 /v1/points/charge '{"amount": 1000}'
replayed 'which spoil nothing'

# ---- An order

as 6
body1='{"items": [{"productId": 3, "quantity": 2}, {"productId": 1, "quantity": 1}]}'
with k1 /v1/orders "$body1"
fresh "another user's k1, of another path, is another"
keep
location=$(header Location)
digest=$(tables)
with k1 /v1/orders "$body1"
replayed 'an order again'
is "$(header Location)" "$location" 'with its Location'
with k1 /v1/orders '{"items":[{"quantity":2,"productId":3},{"quantity":1,"productId":1}]}'
replayed 'its members in another order'
with k1 /v1/orders '{"items":[{"productId":3.0,"quantity":20e-1},{"productId":1e0,"quantity":1.0}]}'
replayed 'its numbers in another spelling'
with k1 /v1/orders '{"items": [{"productId": 1, "quantity": 1}, {"productId": 3, "quantity": 2}]}'
reused 'its lines in another order'
with k1 /v1/orders '{"items": [{"productId": 3, "quantity": 2}]}'
reused 'a line less'
with k1 /v1/orders '{"items": [{"productId": 3, "quantity": 2}, {"productId": 1, "quantity": 2}]}'
reused 'another quantity'
with k1 /v1/orders '{"items": [{"productId": 999, "quantity": 1}]}'
reused 'another body that would be refused anyway'
is "$(sql 'SELECT COUNT(*) FROM orders') $(stock 3) $(stock 1)" '1 198 119' \
    'it was ordered once'

# ---- Whose a key is

with k1 /v1/points/charge '{"amount": 1000}'
fresh 'the same key on another path'
is "$(balance 6)" $((250000 - 31600 + 1000)) 'is another request'
as 2
with k1 /v1/orders "$body1"
fresh 'the same request of another user'
is "$(json .balanceAfter)" $((120000 - 31600)) "is paid by that user"
with k1 /v1/points/charge '{"amount": 1000}'
fresh 'the same charge, too'
is "$(sql 'SELECT COUNT(DISTINCT user_id) FROM orders')" 2 'each has an order'

# ---- What a key is

as 3
before=$(ledger 3)
long=$(printf '%0255d' 0)
for key in K k 'k.' "k'" 'k"' 'k\' k%20 k%2e '!#$%&()*+,-./:;<=>?@[]^_`{|}~' "$long" "${long%0}1"; do
	with "$key" /v1/points/charge '{"amount": 1}'
	fresh "$(printf '%.30s' "$key") is a key of its own"
done
is "$(ledger 3)" $((before + 11)) 'eleven keys, eleven charges'
digest=$(tables)
keep
with "${long%0}1" /v1/points/charge '{"amount": 1}'
replayed 'a key of 255 characters'

for key in "${long}0" 'a b' "$(printf 'a\tb')" "$(printf 'caf\303\251')" \
    "$(printf '\377')" "$(printf 'a\177')"; do
	with "$key" /v1/points/charge '{"amount": 1}'
	is_problem 400 invalid_parameter \
	    "no key: $(printf '%.20s' "$key" | od -An -c | tr -s ' ')"
done
as 6
with 'a b' /v1/orders "$body1"
is_problem 400 invalid_parameter 'an order has the same keys'
is "$(json '.errors[] | [.parameter, .code]')" \
    '["Idempotency-Key","wrong_type"]' 'which header it is is told'
with "${long}0" /v1/orders "$body1"
is "$(json '.errors[] | [.parameter, .code, .max]')" \
    '["Idempotency-Key","too_long",255]' 'and how long it may be'
is "$(tables)" "$digest" 'a malformed key changes nothing'

# ---- Its quoted form

as 3
with '"8e03-f8"' /v1/points/charge '{"amount": 1}'
fresh 'a key as a structured string'
keep
digest=$(tables)
with 8e03-f8 /v1/points/charge '{"amount": 1}'
replayed 'bare it is the same key'
with "$(printf '\t8e03-f8 \t')" /v1/points/charge '{"amount": 1}'
replayed 'with blanks and tabs around it as well'
with '"8e03-f8"' /v1/points/charge '{"amount": 1}'
replayed 'and quoted again'
with '"8e03-f8"' /v1/points/charge '{"amount": 2}'
reused 'with another amount'
with bare /v1/points/charge '{"amount": 1}'
keep
digest=$(tables)
with '"bare"' /v1/points/charge '{"amount": 1}'
replayed 'a bare key, quoted'
with '"a\"b\\c"' /v1/points/charge '{"amount": 1}'
fresh 'a key with escapes'
keep
digest=$(tables)
with 'a"b\c' /v1/points/charge '{"amount": 1}'
replayed 'without them'
with "\"$long\"" /v1/points/charge '{"amount": 1}'
is "$status $(header Idempotency-Replayed)" '201 true' \
    'quotes are none of its 255 characters'
for key in '"abc' '"' '""' '"a"b"' '"a"b' '"a";x=1' '"a" ;x' '"a\b"' '"a\' \
    '"a b"' '"a", "b"' 'a, b' ', a' "\"${long}0\"" \
    "$(printf '"caf\303\251"')"; do
	with "$key" /v1/points/charge '{"amount": 1}'
	is_problem 400 invalid_parameter "no key: $(printf '%.20s' "$key")"
done
is "$(tables)" "$digest" 'a malformed key changes nothing'

# Workers once took the quotes for part of the key.  A client that repeats a
# request from that time must not be charged again.
# stored_then METHOD PATH KEY: the ledger has the bare key as "KEY" was then.
stored_then() {
	sql "UPDATE points_ledger SET idem =
	    UNHEX(LEFT(SHA2('3 $1 $2 0 \"$3\"', 256), 32)) WHERE idem =
	    UNHEX(LEFT(SHA2('3 $1 $2 0 $3', 256), 32))"
}
with then /v1/points/charge '{"amount": 1}'
keep
stored_then POST /v1/points/charge then
digest=$(tables)
with '"then"' /v1/points/charge '{"amount": 1}'
replayed 'a charge with a quoted key, stored by the code before'
with '"then"' /v1/points/charge '{"amount": 2}'
reused 'another with it'
with then2 /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
keep
stored_then POST /v1/orders then2
digest=$(tables)
with '"then2"' /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
replayed 'an order, alike'

# ---- No key

as 3
before=$(balance 3)
post /v1/points/charge '{"amount": 5}'
keep
post /v1/points/charge '{"amount": 5}'
fresh 'without a key the same charge twice is two'
is "$(balance 3)" $((before + 10)) 'with two effects'
unlike "$(cat "$dir/first")" "^$body\$" 'and two answers'
before=$(stock 17)
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
fresh 'and so is the same order'
is "$(stock 17)" $((before - 2)) 'with two effects'

# ---- A refusal is not kept

as 5
one='{"items": [{"productId": 17, "quantity": 1}]}'
digest=$(tables)
with poor /v1/orders "$one"
is_problem 409 insufficient_points 'too few points, with a key'
is "$(tables)" "$digest" 'the key is not taken'
post /v1/points/charge '{"amount": 4500}'
with poor /v1/orders "$one"
fresh 'after a top-up the same key succeeds'
is "$(json '[.balanceAfter, .totalPrice]')" '[0,4500]' 'and pays'
keep
digest=$(tables)
with poor /v1/orders "$one"
replayed 'now it is kept: with no point left the answer'

rare=$(ctl product add --name Rare --price 1 --stock 0)
as 1
with rare /v1/orders "{\"items\": [{\"productId\": $rare, \"quantity\": 1}]}"
is_problem 409 insufficient_stock 'too few pieces, with a key'
sql "UPDATE products SET stock = 1 WHERE id = $rare;
    INSERT INTO stock_movements (product_id, type, quantity, created_at)
    VALUES ($rare, 'restock', 1, UTC_TIMESTAMP(3))"
with rare /v1/orders "{\"items\": [{\"productId\": $rare, \"quantity\": 1}]}"
fresh 'after a restock the same key succeeds'
keep
digest=$(tables)
with rare /v1/orders "{\"items\": [{\"productId\": $rare, \"quantity\": 1}]}"
replayed 'now it is kept: with none in stock the answer'
with missing /v1/orders '{"items": [{"productId": 999, "quantity": 1}]}'
is_problem 404 product_not_found 'no product, with a key'
with missing /v1/orders "$one"
fresh 'another body may have that key: nothing was kept'

# ---- An answer lasts

as 2
with last /v1/orders '{"items": [{"productId": 4, "quantity": 1}]}'
keep
sql "UPDATE products SET price = 99999, name = 'Another' WHERE id = 4;
    CALL product_index(4)"
digest=$(tables)
with last /v1/orders '{"items": [{"productId": 4, "quantity": 1}]}'
replayed 'a new price and name'
as "$(ctl user add --name Full --email full@example.com \
    --balance 9007199254740990)"
with full /v1/points/charge '{"amount": 1}'
keep
digest=$(tables)
with full /v1/points/charge '{"amount": 1}'
replayed 'a charge that would be too much now'
with full /v1/points/charge '{"amount": 2}'
reused 'and one that is too much, with the key of another'

# The pool forgets; the key does not.
pool_stop
: >"$dir/log/shopd.log"
pool_start
as 2
with last /v1/orders '{"items": [{"productId": 4, "quantity": 1}]}'
is "$status $(header Idempotency-Replayed)" '201 true' 'a new pool knows the keys'
sql "UPDATE users SET status = 'closed' WHERE id = 2"
with last /v1/orders '{"items": [{"productId": 4, "quantity": 1}]}'
is_problem 401 unknown_user 'who was closed since gets no answer again'
# ---- Keys of the first version

# What it digested, byte for byte, stands in ledgers for ever.
digest() { sha256sum | cut -c 1-32; }
# int N...: each as 8 bytes, the lowest first.
int() {
	for n; do
		for i in 1 2 3 4 5 6 7 8; do
			printf "\\$(printf %03o $((n % 256)))"
			n=$((n / 256))
		done
	done
}
as 3
sql "INSERT INTO points_ledger (user_id, type, amount, balance_after, idem,
	fingerprint, created_at)
    SELECT id, 'charge', 70000, balance + 70000,
	UNHEX('$(printf '3 POST /v1/points/charge 0 of-old' | digest)'),
	UNHEX('$(int 70000 | digest)'), UTC_TIMESTAMP(3) FROM users WHERE id = 3;
    UPDATE users SET balance = balance + 70000 WHERE id = 3"
balance=$(sql 'SELECT balance FROM users WHERE id = 3')
post /v1/points/charge '{"amount": 7e4}' -H 'Idempotency-Key: of-old'
is "$status $(header Idempotency-Replayed) $(json .balanceAfter)" \
    "201 true $balance" 'a charge of the first version is found by its key'
post /v1/points/charge '{"amount": 70001}' -H 'Idempotency-Key: of-old'
is_problem 422 idempotency_key_reused 'and told from another one'
order='{"items": [{"productId": 17, "quantity": 2}, {"quantity": 1, "productId": 16}]}'
post /v1/orders "$order" -H 'Idempotency-Key: new'
is "$status" 201 'an order'
is "$(sql "SELECT COUNT(*) FROM points_ledger WHERE user_id = 3 AND
    idem = UNHEX('$(printf '3 POST /v1/orders 0 new' | digest)') AND
    fingerprint = UNHEX('$(int 17 2 16 1 | digest)')")" 1 \
    'has the digests that it would have had then'
post /v1/orders "$order" -H 'Idempotency-Key: new'
is "$status $(header Idempotency-Replayed)" '201 true' 'and is found by them'

finish
