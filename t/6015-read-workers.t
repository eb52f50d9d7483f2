#!/bin/sh
# SPDX-License-Identifier: MIT
# Reads have workers of their own, which hold several connections each: they
# go on while every write waits, nobody waits for a worker that is busy while
# another is idle, and a worker may end at any time.
. "${top_srcdir:-.}/t/lib.sh"
seeded
workers_read=4
conf workers_read 4
shop_start
as 1
product=/v1/products/1
goods_make

# answered: so far.
answered() { cat "$dir"/asked.* 2>/dev/null | wc -l; }
# goes_on: reads are being answered, a few hundred more of them.
goes_on() {
	goes_from=$(answered)
	eventually 20 more_than $((goes_from + 400))
}
more_than() { [ "$(answered)" -gt "$1" ]; }
# all_fine TEXT
all_fine() {
	is "$(asked)" "$(answered) 200" "$1"
	rm -f "$dir"/asked.*
}
asking_8() {
	for n in 1 2 3 4; do
		asking $n /v1/points/balance
		asking $n $product
	done
}

# ---- Connections are kept, and by the workers of reads alone

for n in 1 2 3 4 5 6 7 8 9; do
	user GET /v1/points/balance
done
is "$status" 200 'a balance'
held() {
	for pid in $1; do
		ss -xpH state established 2>/dev/null | grep -c "read.sock.*pid=$pid,"
	done | awk '{ n += $1 } END { print n + 0 }'
}
if command -v ss >/dev/null; then
	[ "$(held "$(read_workers)")" -gt 0 ]
	ok 'a worker of reads keeps a connection of nginx'
	is "$(ss -xpH state established 2>/dev/null |
	    grep -c "$dir/shop.sock")" 0 'no other one does'
else
	echo '# no ss: kept connections were not looked at'
fi

# ---- Every write waits

hold 600 'SELECT id FROM users WHERE id = 1 FOR UPDATE'
: >"$dir/writing"
for n in 1 2 3 4 5 6 7 8; do
	while [ -e "$dir/writing" ]; do
		shot_post "write$n" /v1/points/charge '{"amount": 1}'
	done &
	writers="${writers:-} $!"
done
all_wait() { lock_waits_are "$workers"; }
eventually 20 all_wait
ok 'all workers of writes wait for a row'
asking_8
goes_on
ok 'reads go on'
asking_stop
all_fine 'and none fails'
eventually 20 all_wait
ok 'the writes still wait'
let_go
rm -f "$dir/writing"
wait $writers
rm -rf "$dir/shots"

# ---- One read waits: what stands on its worker's connections goes elsewhere

product_waits() {
	[ "$(sql "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE state LIKE 'Waiting for table metadata lock%'")" -gt 0 ]
}
# each_goes_on: every client has had ten more answers.
each_goes_on() {
	for file in "$dir"/asked.*; do
		[ "$(wc -l <"$file")" -ge $(($(cat "$dir/had.${file##*.}") + 10)) ] ||
		    return 1
	done
}
for n in 1 2 3 4 5 6 1 2; do
	asking $n /v1/points/balance
done
goes_on
for round in 1 2 3; do
	hold_table products
	shot slow GET $product &
	slow_pid=$!
	eventually 10 product_waits
	for file in "$dir"/asked.*; do
		wc -l <"$file" >"$dir/had.${file##*.}"
	done
	eventually 10 each_goes_on
	ok "a read waits for a lock, round $round: every other client goes on"
	[ ! -e "$dir/shots/slow.status" ]
	ok 'and it waits still'
	let_go
	wait "$slow_pid"
	shot_look slow
	is "$status" 200 'until it is answered, too'
	rm -rf "$dir/shots"
done
asking_stop
all_fine 'no other read fails'

# ---- A worker of reads dies, each 100 ms

asking_8
goes_on
kills=0
while [ $kills -lt $((${SECONDS_LONG:-10} * 10)) ]; do
	random 4
	victim=$(read_workers | sed -n "$((r + 1))p")
	[ -z "$victim" ] || ! kill -KILL "$victim" 2>/dev/null ||
	    kills=$((kills + 1))
	sleep 0.1
done
asking_stop
all_fine "$kills workers are killed, and no read fails"
eventually 5 pool_is_full
is "$(read_workers | wc -l) $(write_workers | wc -l)" "4 $workers" \
    'each is replaced by one of its pool'

# ---- Rolls, and nginx's

asking_8
for round in 1 2 3; do
	before=$(pool_workers)
	kill -HUP "$pool_pid"
	eventually 15 none_of $before
	goes_on
	kill -HUP "$nginx_pid"
	goes_on
done
asking_stop
all_fine 'three rolls of the pool and three of nginx, and no read fails'

# ---- Numbers of all kinds: after a burst, and after it was silent

for numbers in '1 1 1' '1 4 64' '2 2 64' '8 1 64' '8 4 1' '2 4 32'; do
	set -- $numbers
	before=$(pool_workers)
	conf workers_read "$1"
	kill -HUP "$pool_pid"
	eventually 15 none_of $before
	workers_read=$1
	eventually 15 pool_is_full
	sed -i "s/^worker_processes .*/worker_processes $2;/" \
	    "$dir/nginx/nginx.conf"
	sed -i "/_reads {/,/}/s/keepalive [0-9]*/keepalive $3/" \
	    "$dir/nginx/shop.conf"
	kill -HUP "$nginx_pid"
	what="$1 workers, $2 processes of nginx, keepalive $3"
	asking_8
	asking_8
	asking_8
	goes_on
	asking_stop
	all_fine "$what: a burst"
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		asking $((n % 6 + 1)) /v1/points/balance
		[ $((n % 4)) -ne 0 ] || sleep 0.3
	done
	goes_on
	asking_stop
	all_fine "$what: more and more"
done
is "$(ctl audit | head -n 1)" ok 'the audit agrees'
finish
