#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker is killed every 200 ms: its request fails, and nothing else does.
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

clients_start --clients 8 --think-ms 2 --pause-ms 100
kills=0
start=$(now_ms)
while [ $((kills * 200)) -lt $((${SECONDS_LONG:-20} * 1000)) ]; do
	some_worker
	[ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null
	kills=$((kills + 1))
	sleep_until $((start + kills * 200))
done
clients_stop
eventually 2 pool_is_full
ok 'the pool is full again'

hits=$(grep -c 'event=worker-exit.*signal=9' "$dir/log/shopd.log")
[ "$hits" -gt $((kills * 3 / 4)) ]
ok "nearly each kill hit a worker ($hits of $kills)"
less "$(figure server_errors)" "$kills" 'at most one request failed a kill'
is "$(figure status_000)" 0 'and none without an answer'
respawns | sort -n >"$dir/respawns"
less "$(sed -n "$((hits * 9 / 10))p" "$dir/respawns")" 200 \
    'nine of ten workers killed are replaced within 200 ms'
less "$(tail -n 1 "$dir/respawns")" 1000 'and each within a second'
all_is_well 6000
finish
