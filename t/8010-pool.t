#!/bin/sh
# SPDX-License-Identifier: MIT
# The pool under load: rolled, drained, killed, misled.
. "${top_srcdir:-.}/t/lib.sh"

# The worker program is a copy, for it is to be replaced.
mkdir "$dir/bin"
cp "$top_builddir/shop.fcgi" "$dir/bin/shop.fcgi"
conf worker_path "$dir/bin/shop.fcgi"
shop_start
as 1
is "$(stat -c %a "$dir/shop.sock" "$dir/read.sock" | tr '\n' ' ')" '660 660 ' \
    'only nginx'\''s group may connect'
is "$(read_workers | wc -l) $(write_workers | wc -l)" \
    "$workers_read $workers" 'each of the two sockets has its workers'

# ---- One at a time

# naps: how often the workers have gone to sleep, all together.
naps() {
	for pid in $(pool_workers); do
		cat "/proc/$pid/status"
	done | awk '/^voluntary_ctxt_switches:/ { n += $2 } END { print n }'
}
before=$(naps)
curl -s --max-time 20 --unix-socket "$dir/http.sock" -o /dev/null \
    'http://shop/healthz?[1-400]'
napped=$(($(naps) - before))
# Half of the workers for each would be 800.
[ $napped -lt 800 ]
ok "a request wakes one worker, not all of them ($napped naps for 400)"

# ---- A steady load: what comes in is in $dir/load/*, "STATUS TYPE" a line.

load_loop() {
	while [ ! -e "$dir/load/stop" ]; do
		curl -s --max-time 20 --unix-socket "$dir/http.sock" \
		    -o "$dir/load/body.$load_n.#1" \
		    -w '%{http_code} %{content_type}\n' "$@" \
		    >>"$dir/load/$load_n" || echo "000 curl" >>"$dir/load/$load_n"
	done
}

load_start() {
	rm -rf "$dir/load"
	mkdir "$dir/load"
	load_pids=
	for load_n in 1 2; do
		load_loop 'http://shop/v1/products/[1-10]' &
		load_pids="$load_pids $!"
	done
	for load_n in 3 4; do
		load_loop -H "Authorization: Bearer $bearer" \
		    -H 'Content-Type: application/json' -d '{"amount": 1}' \
		    'http://shop/v1/points/charge?[1-10]' &
		load_pids="$load_pids $!"
	done
	more_answers
}

answers() { cat "$dir"/load/[0-9] 2>/dev/null | wc -l; }
answered() { [ "$(answers)" -ge "$1" ]; }

# more_answers: the load goes on.
more_answers() { eventually 10 answered $(($(answers) + 60)); }

load_stop() {
	: >"$dir/load/stop"
	wait $load_pids
}

# load_failed: what was no success, "COUNT STATUS TYPE" a line.
load_failed() {
	cat "$dir"/load/[0-9] | grep -vE '^(200|201) application/json$' |
	    sort | uniq -c | sed 's/^ *//'
}

charges() {
	sql "SELECT COUNT(*) FROM points_ledger WHERE type = 'charge'"
}

# charged: how many of them the clients of the load know of.
charged() { cat "$dir"/load/[34] | grep -c '^201 '; }

# said EVENT N: the pool has said so at least so often.
said() { [ "$(grep -c "event=$1 " "$dir/log/shopd.log")" -ge "$2" ]; }

# ---- HUP

before=$(charges)
load_start
ok 'there is a load'
for roll in 1 2 3; do
	old=$(pool_workers)
	kill -HUP "$pool_pid"
	eventually 10 said roll-done $roll && pool_is_full && none_of $old
	ok "HUP: all workers are others, roll $roll"
	more_answers
done
kill -HUP "$pool_pid"
kill -HUP "$pool_pid"
eventually 10 said roll-done 4
ok 'HUP twice: one roll at least'
more_answers
ok 'the load goes on'
load_stop
is "$(load_failed)" '' 'no request failed'
is "$(charges)" "$((before + $(charged)))" \
    'and what clients know to be charged was charged'

# ---- A worker that is killed

load_start
# respawn_ms: by the log, the longest a killed worker's place stayed empty.
respawn_ms() {
	sed -n 's/^time=[^T]*T\([0-9]*\):\([0-9]*\):\([0-9.]*\)Z.* event=\(worker-[a-z]*\) \(.*\)/\1 \2 \3 \4 \5/p' \
	    "$dir/log/shopd.log" | awk '
		{ ms = ($1 * 3600 + $2 * 60 + $3) * 1000 }
		$4 == "worker-exit" && / signal=9 / { at = ms; on = 1 }
		$4 == "worker-start" && on {
			on = 0
			if (++n && ms - at > most)
				most = ms - at
		}
		END { if (n == 4) printf "%d", most; else print "?" }'
}

# The first two victims have had a good life, the others have not.
sleep 1.1
full=0
for round in 1 2 3 4; do
	victim=$(pool_workers | sed -n "${round}p")
	kill -KILL "$victim"
	eventually 5 gone "$victim" && eventually 5 pool_is_full &&
	    full=$((full + 1))
	more_answers
done
load_stop
is "$full" 4 'a killed worker is replaced'
ms=$(respawn_ms)
[ "$ms" -lt 1000 ]
ok "within a second ($ms ms)"
is "$(load_failed)" '' 'no request failed'
is "$(grep -c 'event=worker-exit.* signal=9' "$dir/log/shopd.log")" 4 \
    'the log tells each'

# Kills the worker at the request, and the second one that gets it: the client
# is told that the outcome is unknown, and how to find it out.
kill_them() {
	while [ ! -e "$dir/shots/lost.status" ]; do
		for pid in $(write_workers); do
			kill -KILL "$pid" 2>/dev/null
		done
	done
}
hold 12 'SELECT id FROM products WHERE id = 3 FOR UPDATE'
order='{"items": [{"productId": 3, "quantity": 1}]}'
shot_post lost /v1/orders "$order" -H 'Idempotency-Key: lost' &
lost=$!
eventually 3 key_held 1 /v1/orders lost
ok 'an order is under way'
kill_them
wait $lost
shot_look lost
is_problem 503 outcome_unknown 'its worker is killed: nobody knows'
is "$(json .idempotencyKey) $(header Retry-After)" '"lost" 1' \
    'the key to repeat it with is told'
let_go
eventually 5 pool_is_full
shot_post found /v1/orders "$order" -H 'Idempotency-Key: lost'
shot_look found
is "$status $(sql 'SELECT COUNT(*) FROM orders')" '201 1' \
    'repeated, it takes effect once'

# ---- A worker program that does not work

break_with() {
	cat >"$dir/bin/new"
	chmod "$1" "$dir/bin/new"
	mv "$dir/bin/new" "$dir/bin/shop.fcgi"
}
rolls=$(grep -c 'event=roll-undone' "$dir/log/shopd.log")
old=$(pool_workers | sort)
load_start
for how in exits unexecutable; do
	case $how in
	exits) printf '#!/bin/sh\nexit 1\n' | break_with 755 ;;
	unexecutable) echo 'no program' | break_with 644 ;;
	esac
	kill -HUP "$pool_pid"
	case $how in
	exits)
		eventually 10 said roll-undone $((rolls + 1))
		ok 'a worker program that exits: the roll is undone' ;;
	unexecutable)
		eventually 10 said roll-failed 2
		ok 'one that can'\''t be run: no roll begins' ;;
	esac
	is "$(pool_workers | sort)" "$old" 'the old workers stay'
	more_answers
	ok 'and serve'
done
is "$(grep -c 'event=roll-failed' "$dir/log/shopd.log") $(
    )$(grep -c 'event=roll-undone' "$dir/log/shopd.log")" '2 1' \
    'the log tells it'
break_with 755 <"$top_builddir/shop.fcgi"
rolls=$(grep -c 'event=roll-done' "$dir/log/shopd.log")
kill -HUP "$pool_pid"
eventually 10 said roll-done $((rolls + 1)) && none_of $old
ok 'the right program is back: the next roll succeeds'
load_stop
is "$(load_failed)" '' 'no request failed'

# ---- Two of them

timeout 10 "$top_builddir/shopd" --config "$dir/shop.conf" \
    >"$dir/out" 2>"$dir/err"
is "$? $(wc -l <"$dir/err") $(wc -c <"$dir/out")" '1 1 0' \
    'a second shopd on the same socket does not start'
like "$(cat "$dir/err")" \
    "^shopd: listen: $dir/shop.sock: process $pool_pid takes requests here" \
    'and says whose it is'
sed "s|^listen = .*|listen = unix:$dir/second.sock|" "$dir/shop.conf" \
    >"$dir/second.conf"
timeout 10 "$top_builddir/shopd" --config "$dir/second.conf" \
    >"$dir/out" 2>"$dir/err"
like "$? $(cat "$dir/err")" \
    "^1 shopd: listen: $dir/read.sock: process $pool_pid takes requests here" \
    'nor one that has but the socket of reads in common'
[ ! -e "$dir/second.sock" ]
ok 'and it leaves no other one behind'
request GET /healthz
is "$status $(cat "$dir/shopd.pid")" "200 $pool_pid" \
    'the first serves on, with its pidfile'

# ---- TERM

old=$(pool_workers)
hold 12 'SELECT id FROM products WHERE id = 4 FOR UPDATE'
order='{"items": [{"productId": 4, "quantity": 1}]}'
shot_post last /v1/orders "$order" -H 'Idempotency-Key: last' &
last=$!
eventually 3 key_held 1 /v1/orders last
ok 'an order is under way'
kill -TERM "$pool_pid"
eventually 2 [ ! -e "$dir/shop.sock" ]
[ ! -e "$dir/read.sock" ]
ok 'TERM: the sockets are removed'
alive "$pool_pid" && alive $last
ok 'while the order is still under way'
request GET /v1/products/1
is_problem 503 unavailable 'new requests are told to come again'
let_go
wait $last
shot_look last
is "$status $(sql 'SELECT COUNT(*) FROM orders')" '201 2' \
    'the order is finished'
wait "$pool_pid"
is $? 0 'shopd ends with success'
none_of $old
ok 'no worker is left'
[ ! -e "$dir/shop.sock" ] && [ ! -e "$dir/shopd.pid" ]
ok 'and no socket, no pidfile'

# ---- shopd is killed

mv "$dir/log/shopd.log" "$dir/log/shopd-1.log"
pool_start
old=$(pool_workers)
is "$(echo "$old" | wc -l)" "$(pool_size)" 'a new pool is full'
kill -KILL "$pool_pid"
eventually 3 none_of $old
ok 'kill -9 of shopd: no worker outlives it'
[ -S "$dir/shop.sock" ] && [ -S "$dir/read.sock" ]
ok 'its sockets are left behind'
mv "$dir/log/shopd.log" "$dir/log/shopd-2.log"
pool_start
request GET /v1/products/1
is "$status $(cat "$dir/shopd.pid")" "200 $pool_pid" \
    'the next shopd takes its place'
finish
