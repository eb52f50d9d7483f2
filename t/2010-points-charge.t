#!/bin/sh
# SPDX-License-Identifier: MIT
# Flow 1: charging points.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
as 1
before=$(balance 1)

# refused STATUS CODE TEXT: a complete problem, and no row has changed.
refused() {
	is_problem "$1" "$2" "$3"
	is "$(tables)" "$digest" "$3: nothing changed"
}

# ---- A charge

digest=$(tables)
post /v1/points/charge '{"amount": 1000}'
is "$status" 201 'a charge is created'
is "$(json '[keys, .type, .amount, .balanceAfter, .orderId]')" \
    "[[\"amount\",\"balanceAfter\",\"createdAt\",\"id\",\"orderId\",\"type\"],\"charge\",1000,$((before + 1000)),null]" \
    'the transaction is told, no member more or less'
like "$(json .createdAt)" '^"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z"$' \
    'with its time'
is "$(header Cache-Control)" no-store 'nobody may store the answer'
unlike "$headers" '^Idempotency-Replayed' 'it is no replay'
unlike "$(tables)" "^$digest\$" 'the digest of the tables sees a charge'
is "$(sql "SELECT type, amount, balance_after, order_id IS NULL,
    DATE_FORMAT(created_at, '\"%Y-%m-%dT%H:%i:%s.') = LEFT('$(json .createdAt)', 21)
    FROM points_ledger WHERE id = $(json .id)")" \
    "$(printf 'charge\t1000\t%d\t1\t1' $((before + 1000)))" \
    'its history row says the same'
is "$(balance 1)" $((before + 1000)) 'and so does the balance'
is "$(sql "SELECT ABS(TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP())) < 60
    FROM points_ledger WHERE id = $(json .id)")" 1 'the time is now, in UTC'

# A worker of four answers each of these: none may keep a balance.
wrong=
for i in 1 2 3 4 5 6; do
	post /v1/points/charge '{"amount": 1}'
	after=$(json .balanceAfter)
	user GET /v1/points/balance
	[ "$(json .balance)" = "$after" ] || wrong="$wrong $i"
done
is "$wrong $after" " $((before + 1006))" 'a read after a charge shows it, six times'

# ---- Its limits

as 5
post /v1/points/charge '{"amount": 1}'
is "$status $(json .balanceAfter)" '201 1' 'the least charge, on a balance of 0'
post /v1/points/charge '{"amount": 1000000000}'
is "$status $(json .balanceAfter)" '201 1000000001' 'the greatest'

for value in 1.0 1e0 10e-1 0.01E+2 1.000000000000000000000000000000; do
	before=$(balance 5)
	post /v1/points/charge "{\"amount\": $value}"
	is "$status $(json '[.amount, .balanceAfter]')" \
	    "201 [1,$((before + 1))]" "1 as $value"
done

digest=$(tables)
for value in 1000000001 0 -0 -1 9007199254740991 9007199254740992 \
    9223372036854775808 18446744073709551617 -9223372036854775809 1.5 1e-1 1E400 -1e400 \
    1e-400 1e999999999999 0e999999 0.0 1000000001.0 9007199254740993.0 '"1000"' \
    '""' null true '[1]' '{"amount": 1}'; do
	post /v1/points/charge "{\"amount\": $value}"
	is_problem 422 validation_failed "an amount of $value"
	case $value in
	1.5|1e-*|\"*|[nt\[{]*) wanted='["/amount","wrong_type",null,null]' ;;
	*) wanted='["/amount","out_of_range",1,1000000000]' ;;
	esac
	is "$(json '[.errors[] | [.pointer, .code, .min, .max]]')" "[$wanted]" \
	    "$value: at /amount alone, and what is wrong with it"
done
is "$(tables)" "$digest" 'none of them changed anything'

# ---- Several faults at once

post /v1/points/charge '{}'
refused 422 validation_failed 'no amount'
is "$(json '[.errors[] | [.pointer, .code]]')" '[["/amount","missing"]]' \
    'is named'
post /v1/points/charge '{"amount": 1, "currency": "KRW"}'
refused 422 validation_failed 'a member nobody knows'
is "$(json '[.errors[] | [.pointer, .code]]')" '[["/currency","unknown"]]' \
    'is named'
post /v1/points/charge '{"Amount": 5, "amount": 0, "a/b": 1, "m~n": {"x": []}}'
refused 422 validation_failed 'four faults'
is "$(json '[.errors[].pointer] | sort')" \
    '["/Amount","/amount","/a~1b","/m~0n"]' 'are named, every one, escaped'
post /v1/points/charge '{"balance": 9, "userId": 2}'
is "$(json '[.errors[].pointer] | sort')" '["/amount","/balance","/userId"]' \
    'what is missing is named beside what is too much'
for root in '[]' '"amount"' 7 null true '[{"amount": 1}]'; do
	post /v1/points/charge "$root"
	refused 422 validation_failed "the body $root"
	is "$(json '[.errors[].pointer]')" '[""]' "$root: the whole document"
done

# ---- A balance has an end: 2^53 - 1

rich=$(ctl user add --name Rich --email rich@example.com \
    --balance 9007199254740990)
as "$rich"
digest=$(tables)
post /v1/points/charge '{"amount": 2}'
refused 422 validation_failed 'a balance over 2^53-1'
is "$(json '[.errors[] | [.pointer, .code, .min, .max]]')" \
    '[["/amount","out_of_range",1,1]]' 'is told with what there is room for'
post /v1/points/charge '{"amount": 1000000000}'
refused 422 validation_failed 'far over'
post /v1/points/charge '{"amount": 1}'
is "$status" 201 'to 2^53-1 exactly'
like "$body" '"balanceAfter":9007199254740991[,}]' 'without losing a digit'
digest=$(tables)
post /v1/points/charge '{"amount": 1}'
refused 422 validation_failed 'and not one more'
is "$(json '.errors[] | [.code, .max]')" '["out_of_range",0]' \
    'there is no room left'

# ---- The caller

as 999
digest=$(tables)
post /v1/points/charge '{"amount": 1000}'
refused 401 unknown_user 'a user who does not exist'
like "$(header WWW-Authenticate)" '^Bearer .*error="invalid_token"' 'is challenged'
as 9007199254740991
post /v1/points/charge '{"amount": 1000}'
refused 401 unknown_user 'the largest id there can be'

sql "UPDATE users SET status = 'closed' WHERE id = 2"
as 2
digest=$(tables)
post /v1/points/charge '{"amount": 1000}'
refused 401 unknown_user 'a user who is closed'
sql "UPDATE users SET status = 'active' WHERE id = 2"
post /v1/points/charge '{"amount": 1000}'
is "$status $(json .balanceAfter)" '201 121000' 'and who is not, any more'
is "$(sql "SELECT COUNT(*) FROM points_ledger WHERE user_id IN (999, 9007199254740991)")" 0 \
    'nobody else has a history'
finish
