#!/bin/sh
# SPDX-License-Identifier: MIT
# Users by shopctl; what the workers may see of passwords; how many of them
# hash at once; what doctor says.
. "${top_srcdir:-.}/t/lib.sh"
workers=8
conf workers 8
shop_start
umask 077

log_in() {
	request POST /v1/tokens -H 'Content-Type: application/json' \
	    -d "{\"email\": \"$1\", \"password\": \"$2\"}"
}
# fails STATUS PATTERN TEXT COMMAND...
fails() {
	fails_status=$1
	fails_like=$2
	fails_text=$3
	shift 3
	ctl "$@" >"$dir/out" 2>"$dir/err"
	like "$? $(cat "$dir/err")" "^$fails_status shopctl: .*$fails_like" "$fails_text"
}

# ---- shopctl

printf 'correct horse\n' >"$dir/password"
id=$(ctl user add --name Boss --email boss@example.com --role admin \
    --password-file "$dir/password")
like "$id" '^[0-9]+$' 'an admin who can log in'
log_in boss@example.com 'correct horse'
is "$status" 200 'by the password, without the newline behind it'
bearer=$(json .accessToken | tr -d '"')
user GET '/v1/orders?scope=all'
is "$status" 200 'who is one'
ctl user role --user "$id" --role customer
is "$?" 0 'no longer'
user GET '/v1/orders?scope=all'
is_problem 403 forbidden 'at the next request'
printf 'another horse' >"$dir/password"
ctl user password --user "$id" --password-file "$dir/password"
is "$?" 0 'another password'
user GET /v1/users/me
is_problem 401 invalid_token 'tokens of before are revoked'
log_in boss@example.com 'correct horse'
is "$status" 401 'the old password is wrong'
log_in boss@example.com 'another horse'
is "$status" 200 'the new one is right'
ctl user password --user 3 --password-file "$dir/password"
log_in alice.walker@example.com 'another horse'
is "$status" 200 'one who had none can log in'
digest=$(tables)
fails 2 'role: must be customer or admin' 'no such role' \
    user role --user 1 --role root
fails 2 'role: must be customer or admin' 'nor at once' \
    user add --name N --email n@example.com --role root
fails 1 'there is no such user' 'no such user' user role --user 99 --role admin
fails 1 'there is no such user' 'nor a password' \
    user password --user 99 --password-file "$dir/password"
fails 1 'No such file' 'no such file' user password --user 1 --password-file "$dir/none"
echo 1234567 >"$dir/short"
fails 1 '8 to 256 characters' 'a short password' \
    user password --user 1 --password-file "$dir/short"
head -c 257 /dev/zero | tr '\0' x >"$dir/long"
fails 1 '8 to 256 characters' 'a long one' user password --user 1 --password-file "$dir/long"
printf '\377\377\377\377\377\377\377\377' >"$dir/latin"
fails 1 '8 to 256 characters of UTF-8' 'one that is no UTF-8' \
    user password --user 1 --password-file "$dir/latin"
cp "$dir/password" "$dir/open"
chmod 644 "$dir/open"
fails 1 'open' 'a file that others may read' \
    user password --user 1 --password-file "$dir/open"
is "$(tables)" "$digest" 'nothing was changed'
ctl user close --user "$id"
is "$?" 0 'closed'
log_in boss@example.com 'another horse'
is "$status" 401 'nobody logs in'
fails 1 'account is closed' 'twice' user close --user "$id"
fails 1 'account is closed' 'nor does it get a role' user role --user "$id" --role admin

# ---- What the workers may see

as_worker() {
	$db_client -u shop_worker -p"$(cat "$dir/db.password")" -S "$db_sock" \
	    shop -e "$1" 2>&1
}
for table in credentials login_windows grants requests; do
	like "$(as_worker "SELECT * FROM $table")" 'denied' "workers can't read $table"
done
for routine in 'user_create("a", "a@b", 0, "admin", "")' 'user_role(1, "admin")' \
    'user_password(1, "x")' 'user_close(1)' 'account_erase(1)' \
    'user_make("a", "a@b", 0, "admin", "", @x)'; do
	like "$(as_worker "CALL $routine")" 'denied' "nor call ${routine%%(*}"
done

# ---- Known and unknown addresses, in turns: a hash of the same cost for each

conf password_cost 7
ctl user password --user 3 --password-file "$dir/password"
pool_stop
pool_start
as 1
: >"$dir/known"
: >"$dir/unknown"
for n in 1 2 3 4 5 6 7; do
	shot_post t /v1/tokens '{"email": "alice.walker@example.com", "password": "a guess"}'
	cat "$dir/shots/t.time" >>"$dir/known"
	shot_post t /v1/tokens '{"email": "nobody.at.all@example.com", "password": "a guess"}'
	cat "$dir/shots/t.time" >>"$dir/unknown"
done
rm -r "$dir/shots"
median() { sort -n "$1" | sed -n 4p; }
ratio=$(echo "$(median "$dir/known") $(median "$dir/unknown")" | awk '{ print $1 / $2 }')
awk "BEGIN { exit !($ratio > 0.6 && $ratio < 1.67) }"
ok "they take as long as each other (ratio $ratio)"

# ---- How many hash at once: a quarter of eight

conf password_cost 8
pool_stop
pool_start
as 1
long() {
	shot_post "long-$n" /v1/users \
	    "{\"email\": \"long$n@example.com\", \"name\": \"Long\", \"password\": \"password\"}"
}
parallel 8 long &
hashing=$!
busy() { ls "$dir"/shots/long-*.status 2>/dev/null | grep -q .; }
eventually 20 busy
user GET /v1/points/balance
is "$status" 200 'reads go on meanwhile'
post /v1/points/charge '{"amount": 1}'
is "$status" 201 'so do writes'
wait $hashing
made=$(cat "$dir"/shots/long-*.status | grep -c 201)
is "$(cat "$dir"/shots/long-*.status | grep -vc '201\|503')" 0 'each signs up, or is told to come again'
[ "$made" -ge 1 ] && [ "$(cat "$dir"/shots/long-*.status | grep -c 503)" -ge 1 ]
ok "some of each ($made signed up)"
is "$(sql "SELECT COUNT(*) FROM users WHERE email LIKE 'long%'")" "$made" 'as many as were told so'
grep -q 'status=503 .*cause=hashing' "$dir/log/shopd.log"
ok 'the log says why the others were not'

# ---- doctor

conf password_cost 1
like "$(ctl doctor 2>&1)" 'bad passwords: password_cost is 1' 'doctor tells that passwords are cheap to try'
conf password_cost 5
like "$(ctl doctor 2>&1)" 'ok passwords' 'and that they are not'
finish
