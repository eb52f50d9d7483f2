#!/bin/sh
# SPDX-License-Identifier: MIT
# Points that cost money: a charge needs a grant of the merchant's payment
# backend, and each grant is charged once.
. "${top_srcdir:-.}/t/lib.sh"

mkdir -m 700 "$dir/grants"
for kid in first second; do
	(umask 077; head -c 48 /dev/urandom | base64 -w 0 >"$dir/grants/$kid.key")
done
conf charge_by grant
conf grant_key_dir "$dir/grants"
shop_start

grant() { ctl grant --user "$1" --amount "$2" --id "$3" ${4:+--kid "$4"}; }
charge() {
	charge_amount=$1
	charge_grant=$2
	shift 2
	post /v1/points/charge \
	    "{\"amount\": $charge_amount${charge_grant:+, \"grant\": \"$charge_grant\"}}" "$@"
}
# claims JSON [KEY]: these, signed as a grant.
b64url() { base64 -w 0 | tr '+/' '-_' | tr -d '='; }
claims() {
	claims_text=$(printf '{"alg":"HS256","typ":"JWT"}' | b64url).$(printf '%s' "$1" | b64url)
	printf '%s.%s' "$claims_text" "$(printf '%s' "$claims_text" | openssl dgst -sha256 \
	    -mac HMAC -macopt "hexkey:$(od -An -v -tx1 "${2:-$dir/grants/first.key}" | tr -d ' \n')" \
	    -binary | b64url)"
}

as 3
before=$(balance 3)
digest=$(tables)
charge 1000 ''
is_problem 403 grant_required 'no grant'
while IFS='|' read -r text amount text_of; do
	charge "$amount" "$text_of"
	is_problem 403 invalid_grant "$text"
done <<END
of another user|1000|$(grant 2 1000 pay-1)
of another amount|1001|$(grant 3 1000 pay-1)
nonsense|1000|nonsense
a token|1000|$(token 3)
signed by the key of tokens|1000|$(claims '{"sub":"3","amount":1000,"jti":"x","exp":4102444800}' "$dir/jwt.secret")
no sub|1000|$(claims '{"amount":1000,"jti":"x","exp":4102444800}')
a sub that is a number|1000|$(claims '{"sub":3,"amount":1000,"jti":"x","exp":4102444800}')
an amount that is a text|1000|$(claims '{"sub":"3","amount":"1000","jti":"x","exp":4102444800}')
no jti|1000|$(claims '{"sub":"3","amount":1000,"exp":4102444800}')
an empty jti|1000|$(claims '{"sub":"3","amount":1000,"jti":"","exp":4102444800}')
a jti of other characters|1000|$(claims '{"sub":"3","amount":1000,"jti":"a b","exp":4102444800}')
no exp|1000|$(claims '{"sub":"3","amount":1000,"jti":"x"}')
past its exp|1000|$(claims '{"sub":"3","amount":1000,"jti":"x","exp":1000000000}')
not yet good|1000|$(claims '{"sub":"3","amount":1000,"jti":"x","exp":4102444800,"nbf":4102444799}')
END
is "$(tables)" "$digest" 'nothing has changed'
bearer=$(grant 3 1000 pay-1)
user GET /v1/points/balance
is_problem 401 invalid_token 'a grant is no token'

as 3
good=$(grant 3 1000 pay-1)
charge 1000 "$good"
is "$status $(json '[.type, .amount, .balanceAfter]')" \
    "201 [\"charge\",1000,$((before + 1000))]" 'a grant is charged'
is "$(header Idempotency-Replayed)" '' 'for the first time'
first=$body
digest=$(tables)
for key in '' one two; do
	charge 1000 "$good" ${key:+-H "Idempotency-Key: $key"}
	[ "$status $body $(header Idempotency-Replayed)" = "201 $first true" ] ||
	    echo "$key: $status $body"
done >"$dir/found"
is "$(cat "$dir/found")" '' 'again: the first answer, whatever the key'
charge 1000 "$(grant 3 1000 pay-1 second)"
is "$status $body" "201 $first" 'the same payment, signed anew by another key'
charge 1000 "$(claims '{"sub":"3","amount":1000,"jti":"pay-1","exp":1000000000}')"
is "$status $body" "201 $first" 'or expired by now: it was charged before'
charge 900 "$(grant 3 900 pay-1)"
is_problem 403 invalid_grant 'the payment with another amount'
as 2
charge 1000 "$(grant 2 1000 pay-1)"
is_problem 403 invalid_grant 'or of another user'
is "$(tables)" "$digest" 'it is charged once'

as 3
charge 10 "$(grant 3 10 pay-2)" -H 'Idempotency-Key: used'
is "$status" 201 'another payment'
charge 11 "$(grant 3 11 pay-3)" -H 'Idempotency-Key: used'
is_problem 422 idempotency_key_reused 'its key is used'
charge 11 "$(grant 3 11 pay-3)"
is "$status" 201 'by another key it is charged'
sql "UPDATE users SET balance = 9007199254740990 WHERE id = 5"
as 5
charge 2 "$(grant 5 2 pay-4)"
is "$status $(json '[.errors[] | [.pointer, .max]]')" '422 [["/amount",1]]' 'no room for it'
sql "UPDATE users SET balance = 0 WHERE id = 5"
charge 2 "$(grant 5 2 pay-4)"
is "$status" 201 'and later there is'
sql "UPDATE users SET status = 'closed' WHERE id = 5"
charge 2 "$(grant 5 2 pay-5)"
is_problem 401 unknown_user 'a user who is closed'
sql "UPDATE users SET status = 'active' WHERE id = 5"
sql 'UPDATE users SET tokens_from = 9000000000000 WHERE id = 5'
charge 2 "$(grant 5 2 pay-5)"
is_problem 401 invalid_token 'a token that was revoked'
sql 'UPDATE users SET tokens_from = 0 WHERE id = 5'

# Fifty at once, by two users: one charge.
as 1
mine=$bearer
theirs=$(token 2)
many() {
	case $((n % 5)) in
	0) bearer=$theirs shot_post "many-$n" /v1/points/charge "{\"amount\": 70, \"grant\": \"$for_2\"}" ;;
	*) bearer=$mine shot_post "many-$n" /v1/points/charge "{\"amount\": 70, \"grant\": \"$for_1\"}" \
	    -H "Idempotency-Key: $((n % 3))" ;;
	esac
}
for_1=$(grant 1 70 pay-many)
for_2=$(grant 2 70 pay-many)
total=$(sql 'SELECT SUM(balance) FROM users')
parallel 50 many
is "$(sql 'SELECT SUM(balance) FROM users')" "$((total + 70))" 'fifty at once: one charge'
is "$(cat "$dir"/shots/many-*.status | grep -vc '201\|403')" 0 'each is told so, or refused'
[ "$(cat "$dir"/shots/many-*.status | grep -c 201)" -ge 10 ]
ok 'those of the one who was charged are told so'

# ---- The settings

pool_stop
conf charge_by user
pool_start
as 3
charge 10 "$(grant 3 10 pay-9)"
is "$status $(json '[.errors[] | [.pointer, .code]]')" '422 [["/grant","unknown"]]' \
    'where nobody asks for one, it is no member'
charge 10 ''
is "$status" 201 'and a charge needs none'
pool_stop
refuses() {
	"$top_builddir/shopd" --config "$dir/shop.conf" >"$dir/out" 2>&1
	like "$? $(cat "$dir/out")" "$1" "$2"
}
conf charge_by grant
conf jwt_key_dir "$dir/grants"
refuses '^78 .*grant_key_dir .* must be a directory of its own' 'no pool with one directory for both'
sed -i '/^jwt_key_dir/d' "$dir/shop.conf"
mkdir -m 700 "$dir/empty"
conf grant_key_dir "$dir/empty"
refuses '^78 .*no key for grants is set' 'nor without a key'
conf grant_key_dir "$dir/grants"
pool_start
ctl grant --user 1 --amount 1 --id 'a b' 2>"$dir/err"
is "$?" 2 'shopctl makes no grant of a bad id'
ctl grant --user 1 --amount 1 --id x --kid third 2>"$dir/err"
is "$? $(cat "$dir/err")" '1 shopctl: grant: there is no such key' 'or by a key that is not there'
finish
