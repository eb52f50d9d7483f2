#!/bin/sh
# SPDX-License-Identifier: MIT
# Signing up, logging in, one's own account, revoking tokens, closing.
. "${top_srcdir:-.}/t/lib.sh"
conf password_cost 1
shop_start

# json_post TARGET BODY: without a token.
json_post() {
	request POST "$1" -H 'Content-Type: application/json' --data-binary "$2"
}
sign_up() { json_post /v1/users "{\"email\": \"$1\", \"name\": \"$2\", \"password\": \"$3\"}"; }
log_in() { json_post /v1/tokens "{\"email\": \"$1\", \"password\": \"$2\"}"; }
token_of() { log_in "$1" "$2"; bearer=$(json .accessToken | tr -d '"'); }
change_me() { user PATCH /v1/users/me -H 'Content-Type: application/json' --data-binary "$1"; }
close_me() {
	user DELETE /v1/users/me -H 'Content-Type: application/json' \
	    --data-binary "{\"currentPassword\": \"$1\"}"
}
# attempts EMAIL: wrong passwords that count.
attempts() {
	sql "SELECT COALESCE(LENGTH(times) DIV 14, 0) FROM login_windows
	    WHERE email_key = '$1'"
}

# ---- Signing up

sign_up Mina.Seo@example.com '서미나' 'correct horse'
is "$status $(json 'keys_unsorted')" '201 ["id","email","name","role","createdAt"]' 'an account'
is "$(json '[.email, .name, .role]')" '["Mina.Seo@example.com","서미나","customer"]' \
    'as it was asked for'
id=$(json .id)
is "$(header Cache-Control)" no-store 'for nobody to keep'
is "$(sql "SELECT CONCAT(balance, ' ', role, ' ', status) FROM users WHERE id = $id")" \
    '0 customer active' 'without points'
like "$(sql "SELECT hash FROM credentials WHERE user_id = $id")" '^\$y\$' 'its password hashed'
digest=$(tables)
for email in Mina.Seo@example.com mina.seo@EXAMPLE.com; do
	sign_up "$email" Other 'another one'
	is_problem 409 email_taken "$email is taken"
done
while IFS='|' read -r text body pointers; do
	json_post /v1/users "$body"
	is_problem 422 validation_failed "$text"
	is "$(json '[.errors[].pointer]')" "$pointers" "$text: is told"
done <<'END'
nothing|{}|["/email","/name","/password"]
a short password|{"email":"a@b","name":"A","password":"1234567"}|["/password"]
a long one|{"email":"a@b","name":"A","password":"#257"}|["/password"]
no address|{"email":"a.b.c","name":"A","password":"12345678"}|["/email"]
two of them|{"email":"a@b@c","name":"A","password":"12345678"}|["/email"]
a blank in it|{"email":"a @b","name":"A","password":"12345678"}|["/email"]
a control character in it|{"email":"a\u0001@b","name":"A","password":"12345678"}|["/email"]
too short an address|{"email":"a@","name":"A","password":"12345678"}|["/email"]
no name|{"email":"a@b","name":"","password":"12345678"}|["/name"]
a tab in it|{"email":"a@b","name":"A\tB","password":"12345678"}|["/name"]
a role|{"email":"a@b","name":"A","password":"12345678","role":"admin"}|["/role"]
null|{"email":null,"name":"A","password":"12345678"}|["/email"]
END
long=$(head -c 257 /dev/zero | tr '\0' x)
sign_up a@b A "$long"
is "$status $(json '[.errors[].code]')" '422 ["too_long"]' 'a password of 257 characters'
is "$(tables)" "$digest" 'none of them left a trace'
sign_up josé@example.com José 'pässwörd'
is "$status" 201 'an address with an accent'
sign_up jose@example.com José 'pässwörd'
is "$status" 201 'and without: two of them'

# ---- Logging in

log_in mina.seo@example.com 'correct horse'
is "$status $(json 'keys_unsorted')" '200 ["accessToken","tokenType","expiresIn"]' 'a token'
is "$(json '[.tokenType, .expiresIn]')" '["Bearer",3600]' 'a bearer, for an hour'
is "$(header Cache-Control)" no-store 'for nobody to keep'
bearer=$(json .accessToken | tr -d '"')
user GET /v1/users/me
is "$status $(json '[.id, .email]')" "200 [$id,\"Mina.Seo@example.com\"]" 'it works'
is "$(attempts mina.seo@example.com)" 0 'a right password does not count'
log_in mina.seo@example.com 'correct hors'
is_problem 401 invalid_credentials 'a wrong password'
is "$(header WWW-Authenticate)" 'Bearer realm="shop"' 'is told how'
known=$(printf '%s' "$body" | timeless)
log_in nobody@example.com 'correct hors'
is_problem 401 invalid_credentials 'an address that nobody has'
is "$(printf '%s' "$body" | timeless)" "$known" 'in the same words'
log_in alice.walker@example.com 'correct hors'
is_problem 401 invalid_credentials 'a user without a password'
log_in alice.walker@example.com ' '
is_problem 401 invalid_credentials 'nor a blank one'
is "$(attempts mina.seo@example.com) $(attempts nobody@example.com) $(attempts alice.walker@example.com)" \
    '1 1 2' 'each counts, whoever it is'
ran=$(json_post /v1/tokens '{"email": "a@b"}'; json '[.errors[].pointer]')
is "$ran" '["/password"]' 'no password at all'

# Any text is kept byte for byte; a body has its limit.
odd=$(printf '\342\200\256txt\342\200\213\314\201\360\237\221\251\342\200\215\360\237\222\273')
sign_up odd.name@example.com "$odd" 'a password'
is "$status $(json .name)" "201 \"$odd\"" 'a name of other directions and widths'
printf '{"email": "a@b", "password": "%s"}' "$(head -c 60000 /dev/zero | tr '\0' x)" >"$dir/long"
json_post /v1/tokens "@$dir/long"
is "$status $(json '[.errors[] | [.pointer, .code]]')" '422 [["/password","too_long"]]' \
    'a password of 60000 characters'
head -c 1048576 /dev/zero | tr '\0' x >"$dir/long"
json_post /v1/tokens "@$dir/long"
is_problem 413 payload_too_large 'one of a mebibyte'

# The last of 256 characters counts, whatever they take.
emoji=$(printf '\360\237\230\200%.0s' $(seq 255))
sign_up emoji@example.com Emoji "${emoji}a"
is "$status" 201 'a password of 1021 bytes'
log_in emoji@example.com "${emoji}b"
is "$status" 401 'the last character is another'
log_in emoji@example.com "${emoji}a"
is "$status" 200 'the very same'
json_post /v1/users '{"email":"odd@example.com","name":"Odd","password":"\u0001\n\u007f\u2028 \"\\ "}'
is "$status" 201 'a password of odd characters'
json_post /v1/tokens '{"email":"odd@example.com","password":"\u0001\n\u007f\u2028 \"\\ "}'
is "$status" 200 'lets in'

# ---- Too many wrong ones

sign_up guess@example.com Guess 'right one'
for n in 1 2 3 4 5 6 7 8 9 10; do
	log_in guess@example.com "wrong $n"
	[ "$status" = 401 ] || echo "$n $status"
done >"$dir/found"
is "$(cat "$dir/found")" '' 'ten wrong passwords'
log_in GUESS@example.com 'right one'
is_problem 429 too_many_attempts 'then the right one is not looked at'
retry=$(header Retry-After)
[ "$retry" -gt 600 ] && [ "$retry" -le 900 ]
ok "but in a quarter of an hour ($retry s)"
for n in 1 2 3 4 5 6 7 8 9 10; do log_in nobody.at.all@example.com "wrong $n"; done
log_in nobody.at.all@example.com wrong
is_problem 429 too_many_attempts 'an address that nobody has, alike'
# A quarter of an hour later: the oldest of the ten is too old.
older() {
	sql "UPDATE login_windows SET times = CONCAT(LEFT(times, 126),
	    SUBSTRING(times, 127, 13) - $1, ',') WHERE email_key = 'guess@example.com'"
}
older 880000
log_in guess@example.com 'right one'
is "$status" 429 'not yet'
older 20000
log_in guess@example.com 'right one'
is "$status" 200 'the window slides'
is "$(attempts guess@example.com)" 9 'a success clears nothing but itself'
log_in guess@example.com 'wrong again'
is "$status" 401 'one more'
log_in guess@example.com 'right one'
is "$status" 429 'and it is full again'
# A guess from when the clock was ahead must not let all others through.
log_in clock@example.com wrong
sql "UPDATE login_windows SET times = CONCAT(LEFT(times, 13) + 31536000000, ',')
    WHERE email_key = 'clock@example.com'"
for n in 1 2 3 4 5 6 7 8 9 10; do
	log_in clock@example.com "wrong $n"
	[ "$status" = 401 ] || echo "$n $status"
done >"$dir/found"
log_in clock@example.com wrong
is "$(cat "$dir/found") $status" ' 429' 'one that is ahead of the clock counts for none'
as 1
guess() {
	shot_post "guess-$n" /v1/tokens \
	    "{\"email\": \"flood@example.com\", \"password\": \"guess $n\"}"
}
parallel 30 guess
is "$(cat "$dir"/shots/guess-*.status | grep -vc '401\|429\|503')" 0 \
    'thirty at once are refused'
[ "$(cat "$dir"/shots/guess-*.status | grep -c 401)" -le 10 ]
ok 'and ten of them are looked at, at most'

# ---- One's own account

sign_up kim@example.com Kim 'first password'
kim=$(json .id)
token_of kim@example.com 'first password'
first=$bearer
digest=$(tables)
change_me '{}'
is_problem 422 validation_failed 'nothing to change'
change_me '{"password": "second password"}'
is "$status $(json '[.errors[] | [.pointer, .code]]')" \
    '422 [["/currentPassword","missing"]]' 'a password without the old one'
change_me '{"email": "kim2@example.com", "currentPassword": "wrong"}'
is_problem 403 invalid_credentials 'with a wrong one'
change_me '{"email": "nonsense", "currentPassword": "first password"}'
is "$(json '[.errors[].pointer]')" '["/email"]' 'no address'
change_me '{"email": "JOSE@example.com", "currentPassword": "first password"}'
is_problem 409 email_taken 'an address that another has'
is "$(tables)" "$digest" 'nothing was changed'
change_me '{"name": "김"}'
is "$status $(json '[.id, .email, .name, .role]')" \
    "200 [$kim,\"kim@example.com\",\"김\",\"customer\"]" 'a name needs no password'
change_me '{"email": "KIM@example.com", "currentPassword": "first password"}'
is "$status $(json .email)" '200 "KIM@example.com"' 'the same address, written otherwise'
change_me '{"email": "kim@example.org", "currentPassword": "first password"}'
is "$status $(json .email)" '200 "kim@example.org"' 'another address'
log_in kim@example.com 'first password'
is "$status" 401 'the old one is nobody'\''s'
sign_up kim@example.com Other 'other password'
is "$status" 201 'and another may have it'
user GET /v1/users/me
is "$status" 200 'the token still works'
change_me '{"password": "second password", "currentPassword": "first password"}'
is "$status" 200 'another password'
user GET /v1/users/me
is_problem 401 invalid_token 'which revokes all tokens'
log_in kim@example.org 'first password'
is "$status" 401 'the old password is wrong'
token_of kim@example.org 'second password'
user GET /v1/users/me
is "$status" 200 'the new one lets in'

# ---- Revoking

other=$(token "$kim")
user DELETE /v1/tokens
is "$status $(wc -c <"$dir/body")" '204 0' 'all tokens are revoked'
for bearer in "$bearer" "$other" "$first"; do
	for target in /v1/users/me /v1/points/balance /v1/cart /v1/orders /v1/points/transactions; do
		user GET $target
		[ "$status $(json .code)" = '401 "invalid_token"' ] || echo "$target $status"
	done
	post /v1/points/charge '{"amount": 1}'
	[ "$status" = 401 ] || echo "charge $status"
	user DELETE /v1/tokens
	[ "$status" = 401 ] || echo "revoke $status"
done >"$dir/found"
is "$(cat "$dir/found")" '' 'and none works, whatever it is for'
token_of kim@example.org 'second password'
user GET /v1/points/balance
is "$status" 200 'a new one does'

# ---- Closing

post /v1/points/charge '{"amount": 5000}'
order 17
post /v1/cart/items '{"productId": 1, "quantity": 1}'
digest=$(tables)
close_me 'first password'
is_problem 403 invalid_credentials 'not by a wrong password'
user DELETE /v1/users/me
is "$status" 415 'nor without any'
is "$(tables)" "$digest" 'it is as it was'
close_me 'second password'
is "$(attempts kim@example.org)" '' 'no wrong password is remembered of it'
is "$status $(wc -c <"$dir/body")" '204 0' 'closed'
user GET /v1/users/me
is_problem 401 unknown_user 'its token is nobody'\''s'
post /v1/points/charge '{"amount": 1}'
is_problem 401 unknown_user 'for writes, too'
log_in kim@example.org 'second password'
is "$status" 401 'nobody logs in'
is "$(sql "SELECT CONCAT_WS(',', name, email, status) FROM users WHERE id = $kim")" ',,closed' \
    'name and address are erased'
is "$(sql "SELECT (SELECT COUNT(*) FROM credentials WHERE user_id = $kim),
    (SELECT COUNT(*) FROM cart_items WHERE user_id = $kim),
    (SELECT COUNT(*) FROM points_ledger WHERE user_id = $kim),
    (SELECT COUNT(*) FROM orders WHERE user_id = $kim)" | tr '\t' ' ')" '0 0 2 1' \
    'password and cart are gone, ledger and order stay'
sign_up kim@example.org Kim 'third password'
is "$status" 201 'the address may sign up again'
finish
