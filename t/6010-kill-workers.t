#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker is killed every 200 ms, and no client sees anything of it, be it that
# it has keys of its own or none: another worker is asked.
. "${top_srcdir:-.}/t/lib.sh"
seeded
# Each place dies again and again within its first second; a worker that KILL
# ended is replaced at once all the same.
shop_start

# respawns: of each killed worker, the ms until the next was started.
respawns() {
	awk '/event=worker-exit .*signal=9/ { n++; died[n] = time($1) }
	    /event=worker-start / && done < n { done++
		print time($1) - died[done] }
	    END { while (done++ < n) print 86400000 }
	    function time(t) { gsub(/[^0-9]/, " ", t); split(t, f, " ")
		return ((f[4] * 60 + f[5]) * 60 + f[6]) * 1000 + f[7] }' \
	    "$dir/log/shopd.log"
}

# kill_for SECONDS: a slow machine has fewer kills, never two at once.
kill_for() {
	kills=0
	kill_until=$(($(now_ms) + $1 * 1000))
	while [ "$(now_ms)" -lt $kill_until ]; do
		some_worker
		[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
		kills=$((kills + 1))
		sleep 0.2
	done
}

# asked_again: for how many requests nginx asked a second worker, and
# twice_dead: how many of these had it killed as well, which is the most that
# is promised.  Where a request takes as long as it is between two kills, on a
# slow machine, there may be some.
asked_again() { grep -c '"upstream_status":"502[ ,]' "$dir/log/access.log"; }
twice_dead() {
	grep -c '"upstream_status":"502, 502"' "$dir/log/access.log"
}
# tries_lost: how many tries were closed without an answer.
tries_lost() {
	grep -o '"upstream_status":"[^"]*' "$dir/log/access.log" | grep -o 502 |
	    wc -l
}

# ---- Writes without keys: nginx gives each one, and asks again with that

points() { sql 'SELECT SUM(balance) FROM users'; }
rows() { sql 'SELECT COUNT(*) FROM points_ledger'; }
goods_make
had="$(points) $(rows)"
for n in $(seq 15); do
	asking $((n % 6 + 1)) /v1/points/charge \
	    -H 'Content-Type: application/json' -d '{"amount": 7}'
done
kill_for "${SECONDS_LONG:-20}"
asking_stop
hits=$(grep -c 'event=worker-exit.*signal=9' "$dir/log/shopd.log")
[ "$hits" -gt $((kills * 3 / 4)) ]
ok "nearly each kill hit a worker ($hits of $kills)"
charged=$(cat "$dir"/asked.* | grep -c '^201$')
twice=$(twice_dead)
is "$(cat "$dir"/asked.* | grep -vc '^201$')" "$twice" \
    'no client without a key sees a failure'
more=$(($(rows) - ${had#* } - charged))
[ "$more" -ge 0 ] && [ "$more" -le "$twice" ]
ok "and each of its charges happened once ($charged, $more of $twice unknown)"
is "$(points)" "$((${had% *} + 7 * (charged + more)))" 'with its points'
[ "$(asked_again)" -gt $((10 * twice)) ]
ok "for another worker was asked ($(asked_again) times, $twice in vain)"
is "$(grep -c 'event=request .*status=5' "$dir/log/shopd.log")" 0 \
    'and no worker answered a failure'
[ "$(tries_lost)" -le "$hits" ]
ok "none was lost but by a worker's death ($(tries_lost) tries, $hits deaths)"
is "$(grep 'event=worker-exit' "$dir/log/shopd.log" | grep -vc 'signal=9')" 0 \
    'and none died but by us'

# ---- All flows, with keys

clients_start --clients 8 --think-ms 2 --pause-ms 100
kill_for 10
clients_stop
eventually 2 pool_is_full
ok 'the pool is full again'
is "$(figure server_errors) $(figure status_000)" \
    "$(($(twice_dead) - twice)) 0" 'no request fails'
hits=$(grep -c 'event=worker-exit.*signal=9' "$dir/log/shopd.log")
respawns | sort -n >"$dir/respawns"
less "$(sed -n "$((hits * 9 / 10))p" "$dir/respawns")" 200 \
    'nine of ten workers killed are replaced within 200 ms'
less "$(tail -n 1 "$dir/respawns")" 1000 'and each within a second'
all_is_well 6000
finish
