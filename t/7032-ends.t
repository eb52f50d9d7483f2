#!/bin/sh
# SPDX-License-Identifier: MIT
# Accounts are closed and tokens revoked while their writes are under way: what is
# begun after that was answered has no effect, and what was answered counts.
. "${top_srcdir:-.}/t/lib.sh"
conf workers 8
conf password_cost 1
shop_start

json_post() {
	request POST "$1" -H 'Content-Type: application/json' --data-binary "$2"
}
# account EMAIL: signs up with 100000 points; sets id, bearer.
account() {
	json_post /v1/users "{\"email\": \"$1\", \"name\": \"A\", \"password\": \"the password\"}"
	id=$(json .id)
	log_in "$1" 'the password'
	post /v1/points/charge '{"amount": 100000}'
}
log_in() {
	json_post /v1/tokens "{\"email\": \"$1\", \"password\": \"$2\"}"
	bearer=$(json .accessToken | tr -d '"')
}
codes() {
	cat "$dir"/shots/*.body | jq -r '.code // empty' | sort | uniq -c |
	    awk '{ print $1, $2 }'
}

# ---- Writes until there is no caller any more

# writes: the n-th writer's, one after the other until 401, or one too many; a line
# each: when it began (ms), what it was, its status, its code.
writes() {
	i=0
	while [ $i -lt 300 ]; do
		i=$((i + 1))
		began=$(now_ms)
		case $(((n + i) % 4)) in
		0) what=charge
		   shot_post "w-$n" /v1/points/charge '{"amount": 10}' ;;
		1) what=order
		   shot_post "w-$n" /v1/orders \
			'{"items": [{"productId": 17, "quantity": 1}]}'
		   made=$(sed -n 's/^{"id":\([0-9]*\).*/\1/p' "$dir/shots/w-$n.body") ;;
		2) what=cancel
		   shot_post "w-$n" "/v1/orders/${made:-1}/cancel" '{}' ;;
		3) what=cart
		   shot_post "w-$n" /v1/cart/items '{"productId": 3, "quantity": 1}' ;;
		esac
		read -r answered <"$dir/shots/w-$n.status"
		code=$(sed -n 's/.*"code":"\([a-z_]*\)".*/\1/p' "$dir/shots/w-$n.body")
		echo "$began $what $answered ${code:--}"
		[ "$answered" != 401 ] || break
	done >"$dir/writes.$n"
}
# writers_end NAME METHOD TARGET [curl's arguments]: six writers, and what ends them.
writers_end() {
	rm -f "$dir"/writes.*
	parallel 6 writes &
	writers_pid=$!
	seen 'writers at work' are_at_work
	shot "$@" -H "Authorization: Bearer $bearer"
	ended=$(now_ms)
	wait $writers_pid
	shot_look "$1"
	cat "$dir"/writes.* >"$dir/writes"
	rm -rf "$dir/shots"
}
are_at_work() { [ "$(cat "$dir"/writes.* | grep -c ' 20[01] ')" -ge 20 ]; }
# late: successes of what began after the end was answered.
late() { awk -v ended=$ended '$1 > ended && $3 < 400' "$dir/writes"; }
# unforeseen CODE: refusals but for those that may be.
unforeseen() {
	awk '$3 >= 400 { print $4 }' "$dir/writes" | grep -vx \
	    "$1\|order_not_found\|insufficient_stock\|insufficient_points"
}
# acknowledged: the points that the answers of the account's writers make.
acknowledged() {
	awk -v price="$(sql 'SELECT price FROM products WHERE id = 17')" '
	    $3 == 201 && $2 == "charge" { sum += 10 }
	    $3 == 201 && $2 == "order" { sum -= price }
	    END { print sum + 0 }' "$dir/writes"
}
# has: what the ledger makes of them, but for refunds.
has() {
	sql "SELECT COALESCE(SUM(amount), 0) - 100000 FROM points_ledger
	    WHERE user_id = $id AND type <> 'refund'"
}

for round in 1 2; do
	account "close-$round@example.com"
	writers_end close DELETE /v1/users/me -H 'Content-Type: application/json' \
	    -d '{"currentPassword": "the password"}'
	is "$status $body" '204 ' "the account is closed, round $round"
	is "$(late)" '' 'nothing that began after that succeeded'
	is "$(grep -c 'unknown_user' "$dir/writes") $(unforeseen unknown_user)" '6 ' \
	    'each writer is told that there is no such user, and nothing else'
	is "$(has)" "$(acknowledged)" 'what was answered is in the ledger, and no more'
	is "$(sql "SELECT (SELECT COUNT(*) FROM cart_items WHERE user_id = $id),
	    (SELECT COUNT(*) FROM credentials WHERE user_id = $id)" | tr '\t' ' ')" '0 0' \
	    'no cart and no password came back'
	is "$(invariants)" '' 'all holds'
done

for round in 1 2; do
	account "revoke-$round@example.com"
	writers_end revoke DELETE /v1/tokens
	is "$status $body" '204 ' "the tokens are revoked, round $round"
	is "$(late)" '' 'nothing that began after that succeeded'
	is "$(grep -c 'invalid_token' "$dir/writes") $(unforeseen invalid_token)" '6 ' \
	    'each writer is told that its token is none, and nothing else'
	is "$(has)" "$(acknowledged)" 'what was answered is in the ledger, and no more'
	user PATCH /v1/users/me -H 'Content-Type: application/json' -d '{"name": "B"}'
	is_problem 401 invalid_token 'the name stays, too'
	log_in "revoke-$round@example.com" 'the password'
	post /v1/points/charge '{"amount": 1}'
	is "$status" 201 'a new token works'
done

account password@example.com
writers_end password PATCH /v1/users/me -H 'Content-Type: application/json' \
    -d '{"password": "another one", "currentPassword": "the password"}'
is "$status" 200 'the password is changed'
is "$(late)" '' 'nothing that began after that succeeded'
is "$(grep -c 'invalid_token' "$dir/writes") $(unforeseen invalid_token)" '6 ' \
    'the writers'\'' token is none any more'
is "$(has)" "$(acknowledged)" 'what was answered is in the ledger, and no more'

# ---- The same end by many

account ends@example.com
revoke() { shot "$n" DELETE /v1/tokens -H "Authorization: Bearer $bearer"; }
meet 4 "SELECT id FROM users WHERE id = $id FOR UPDATE" 6 revoke
# One that had to wait too long tries again, and finds that it has been done.
like "$(codes), $(shots)" '^([1-5] invalid_token)?, [1-6] 204(, [1-5] 401)?$' \
    'six revoke by one token: one does, the others have none any more'

# As many passwords at once as are not told to come again.
log_in ends@example.com 'the password'
another() {
	shot "$n" PATCH /v1/users/me -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' \
	    -d "{\"password\": \"password $n\", \"currentPassword\": \"the password\"}"
}
meet 2 "SELECT id FROM users WHERE id = $id FOR UPDATE" 2 another
winner=$(grep -l 200 "$dir"/shots/*.status | sed 's/.*\///; s/\.status//')
like "$(codes), $(shots)" \
    '^1 (invalid_token|invalid_credentials), 1 200, 1 40[13]$' \
    'two change the password: one does'
log_in ends@example.com "password $winner"
is "$status" 200 'and it is that one'"'"'s'

closing() {
	shot "$n" DELETE /v1/users/me -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' \
	    -d "{\"currentPassword\": \"password $winner\"}"
}
meet 2 "SELECT id FROM users WHERE id = $id FOR UPDATE" 2 closing
like "$(codes), $(shots)" '^(1 unknown_user, 1 204, 1 401|, 2 204)$' \
    'two close the account: one does'

user DELETE /v1/tokens
is_problem 401 unknown_user 'then there is nobody whose tokens could be revoked'

# ---- A password that is checked while it changes, or its user ends

# change_me, log_me_in, close_me, revoke_me: by the password of before.
change_me() {
	shot change PATCH /v1/users/me -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' \
	    -d '{"password": "another one", "currentPassword": "the password"}'
}
log_me_in() {
	shot log-in POST /v1/tokens -H 'Content-Type: application/json' \
	    -d "{\"email\": \"$email\", \"password\": \"the password\"}"
}
close_me() {
	shot close DELETE /v1/users/me -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' -d '{"currentPassword": "the password"}'
}
revoke_me() { shot revoke DELETE /v1/tokens -H "Authorization: Bearer $bearer"; }
# one_by_one FIRST SECOND: the second has had its password checked when the first
# does what it does.
one_by_one() {
	email=$1-$2@example.com
	account "$email"
	hold 30 "SELECT id FROM users WHERE id = $id FOR UPDATE"
	"$1" &
	pids=$!
	seen "$1" lock_waits_are 1
	"$2" &
	pids="$pids $!"
	seen "$2" lock_waits_are 2
	let_go
	wait $pids
}
one_by_one change_me log_me_in
is "$(codes), $(shots)" '1 invalid_credentials, 1 200, 1 401' \
    'no token is issued for a password that was changed meanwhile'
one_by_one close_me log_me_in
is "$(codes), $(shots)" '1 invalid_credentials, 1 204, 1 401' \
    'or for an account that was closed'
one_by_one revoke_me close_me
is "$(codes), $(shots)" '1 invalid_token, 1 204, 1 401' \
    'no account is closed by a token that was revoked'
one_by_one revoke_me change_me
is "$(codes), $(shots)" '1 invalid_token, 1 204, 1 401' 'nor a password changed'
account ahead@example.com
sql "UPDATE users SET tokens_from = 1500 +
    TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000
    WHERE id = $id"
log_in ahead@example.com 'the password'
user GET /v1/points/balance
is "$status" 200 'a token is none of those that were revoked just before'

# ---- One address, many who want it

sign_up() {
	shot "$n" POST /v1/users -H 'Content-Type: application/json' \
	    -d "{\"email\": \"$email\", \"name\": \"$n\", \"password\": \"password $n\"}"
}
wrong=
for round in 1 2 3; do
	email=one-$round@example.com
	parallel 10 sign_up
	winner=$(grep -l 201 "$dir"/shots/*.status | sed 's/.*\///; s/\.status//')
	got=$(codes | sed 's/^[0-9]* //' | grep -vx 'email_taken\|unavailable')
	[ "$(echo "$winner" | wc -w)$got" = 1 ] || wrong="$wrong; $winner $got"
	rm -rf "$dir/shots"
	log_in "$email" "password $winner"
	[ "$status $(sql "SELECT COUNT(*) FROM users WHERE email_key = '$email'")" = \
	    '200 1' ] || wrong="$wrong; $status"
done
is "$wrong" '' 'ten sign up with one address: one has it, with that one'"'"'s password'
is "$(grep -c 'status=500' "$dir/log/shopd.log")" 0 'no 500 anywhere'
finish
