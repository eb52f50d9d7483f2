#!/bin/sh
# SPDX-License-Identifier: MIT
# The database is killed inside COMMITs, and workers at their requests, while orders
# are cancelled and fulfilled, carts filled and checked out, grants charged,
# accounts opened: whatever is repeated has happened once.
. "${top_srcdir:-.}/t/lib.sh"
seeded
mkdir -m 700 "$dir/grants"
(umask 077; head -c 48 /dev/urandom | base64 -w 0 >"$dir/grants/first.key")
conf charge_by grant
conf grant_key_dir "$dir/grants"
conf password_cost 1
slow_fsync_make
shop_start
mix_make
clients_at_work() {
	mix_start 10 charge,order,cancel,cancel,fulfil,add,add,set,clear,take,checkout,signup
}

# accounts_are_well: each address that signed up has one account, whose password
# lets in; and what was paid for was charged once.
accounts_are_well() {
	cat "$dir"/mix.[0-9]* | awk -F '\t' '$2 == "signup" { print $3 }' | sort \
	    >"$dir/signed"
	sql "SELECT email FROM users u JOIN credentials c ON c.user_id = u.id
	    WHERE email LIKE 'mix-%'" | sort | diff "$dir/signed" - >"$dir/found"
	is "$(head -n 5 "$dir/found")" '' \
	    "who signed up has one account ($(wc -l <"$dir/signed") of them)"
	is "$(cat "$dir"/mix.[0-9]* | awk -F '\t' '$2 == "login" { print $4 }' |
	    sort -u)" 200 'and each password lets in'
	# Taken where its client asked once: only by the web server, which asks
	# another worker where one dies.
	less "$(cat "$dir"/mix.[0-9]* | awk -F '\t' '$2 == "signup" && $4 == 409 &&
	    $7 == 1' | wc -l)" "$(grep '"uri":"/v1/users","status":409' \
	    "$dir/log/access.log" | grep -c '"upstream_status":"502, 409"')" \
	    'and is told so, but where another worker was asked'
	is "$(sql 'SELECT COUNT(*) FROM grants')" "$(sql "SELECT COUNT(*)
	    FROM points_ledger l JOIN users u ON u.id = l.user_id WHERE type = 'charge'
	    AND u.email LIKE 'm_@mix.example' AND amount <> 20000")" \
	    'and each charge has its grant'
}

# ---- The database, inside its COMMITs

kills=${KILLS:-12}
clients_at_work
round=0
while [ $round -lt "$kills" ]; do
	round=$((round + 1))
	slow_begin
	seen 'a slow flush' slow_is_seen
	random 61
	sleep_ms $r
	db_kill
	slow_end
	had=$(mix_lines)
	db_start
	eventually 10 mix_grows "$had" || break
done
is "$round" "$kills" 'it was killed so often, and writes went on each time'
mix_stop
lost=$(grep -c 'event=db_error .*class=commit_unknown' "$dir/log/shopd.log")
[ "$lost" -ge "$kills" ]
ok "COMMITs were lost on the way ($lost)"
echo "# $(grep 'event=db_error .*class=commit_unknown' "$dir/log/shopd.log" |
    grep -o 'statement=[A-Z_]*' | sort | uniq -c | tr -s ' \n' ' ')"
accounts_are_well
mix_is_well

# ---- The workers

clients_at_work
kill_until=$(($(now_ms) + ${SECONDS_LONG:-6} * 1000))
kills=0
while [ "$(now_ms)" -lt $kill_until ]; do
	some_worker
	[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
	kills=$((kills + 1))
	sleep 0.2
done
mix_stop
hits=$(grep -c 'event=worker-exit.*signal=9' "$dir/log/shopd.log")
[ "$hits" -gt $((kills * 3 / 4)) ]
ok "nearly each kill hit a worker ($hits of $kills)"
accounts_are_well
mix_is_well
is "$(grep -c 'status=500' "$dir/log/shopd.log")" 0 'no 500'
finish
