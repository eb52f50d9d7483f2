#!/bin/sh
# SPDX-License-Identifier: MIT
# A list of two databases, and the first is lost under load: killed, or frozen and
# then gone.  The second takes over, with all that was acknowledged.
. "${top_srcdir:-.}/t/lib.sh"
pair_need
seeded
two=$dir/b.sock
pair_start
# The first by TCP, the second by its socket.
one=127.0.0.1:$a_port
conf db_socket ''
conf db_host "$one, $two"
conf db_tls off
ctl migrate >/dev/null
ok 'an account for both ways'
mc_start
pool_start
nginx_start
eventually 10 all_at "$one"
ok 'all workers are at the first'

# taken LOST_MS NAME MAX_MS: the second takes over, soon after the first was lost.
taken() {
	take_over B
	lead_ms=$(now_ms)
	echo "# $2: it could, $((lead_ms - $1)) ms after"
	eventually 15 succeeds_after "$lead_ms"
	ok "$2: the second has taken over"
	eventually 15 all_at "$two"
	ok "$2: with all workers"
	sleep 1
	pause_ms=$(gap "$1" "$(now_ms)")
	less "$pause_ms" "$3" "$2: the longest time without a success (ms)"
	clients_stop
	is "$(answers "$1" "$(now_ms)" POST | grep -Ev '^(201|409|503) ' |
	    head -n 3)" '' "$2: no write is told anything else but 503"
}

# again: the second's data is the first's, too, and the first leads.
again() {
	fence B
	pool_stop
	gone "$db_pid" || db_stop
	at_b db_stop
	rm -rf "$dir/data"
	cp -a "$dir/b" "$dir/data"
	rm -f "$dir"/data/*relay* "$dir/data/master.info"
	db_start
	at_b db_start
	follow B "$a_port"
	lead A
	pool_start
	eventually 10 all_at "$one"
	ok 'the first leads again'
}

# ---- Killed

clients_start --clients 8 --think-ms 5 --pause-ms 100 --mix charge,order,read,top
sleep_ms 700
lost_ms=$(now_ms)
db_kill
taken "$lost_ms" killed 6000
again

# in_vain: how often a request tried to connect to the first.
in_vain() { grep -c "statement=connect .*database=$one " "$dir/log/shopd.log"; }

# ---- Frozen: what runs there waits for as long as a statement may, and nobody
# connects there in vain but for one worker now and then.

clients_start --clients 8 --think-ms 5 --pause-ms 100 --mix charge,order,read,top
sleep_ms 700
vain=$(in_vain)
lost_ms=$(now_ms)
db_freeze
taken "$lost_ms" frozen 8000
text='nobody who had waited for it tries it once more'
if [ $((lead_ms - lost_ms)) -lt 1500 ]; then
	less $(($(in_vain) - vain)) 1 "$text"
else
	pass "$text # SKIP the second was not there in time"
fi
# It never comes back to life: that would be a second writer.
kill -KILL "$db_pid"
eventually 5 gone "$db_pid"

db_sock=$two
is "$(figure status_000)" 0 'everybody got an answer'
all_is_well 8000
finish
