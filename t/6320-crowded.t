#!/bin/sh
# SPDX-License-Identifier: MIT
# The database lets in fewer than there are workers: those who are in do the
# work, nobody is refused, and the others come in when they may.
. "${top_srcdir:-.}/t/lib.sh"
command -v ss >/dev/null || skip_all 'no ss'
seeded
workers=6
conf workers 6
shop_db
mc_start
nginx_start

# may N: so many connections of the workers' account; 0: any number.
may() {
	sql_root "ALTER USER shop_worker@localhost WITH MAX_USER_CONNECTIONS $1"
}
# in_now: how many are in.
in_now() {
	sql_root "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE user = 'shop_worker'"
}
are_in() { [ "$(in_now)" = "$1" ]; }

# share: how many of each pool are in, "READS OTHERS"; by their sockets.
share() {
	for pool in read write; do
		for pid in $(${pool}_workers); do
			ss -xpH state established | awk -v me="pid=$pid," '
			    index($0, me) { print $7 }'
		done | sort >"$dir/$pool.peers"
	done
	ss -xpH state established src "unix:$db_sock" | awk '{ print $5 }' |
	    sort >"$dir/db.peers"
	echo "$(comm -12 "$dir/read.peers" "$dir/db.peers" | wc -l)" \
	    "$(comm -12 "$dir/write.peers" "$dir/db.peers" | wc -l)"
}

# throw_out N: so many of them.
throw_out() { put_out $(sessions | head -n "$1"); }

# refusals: how many answers were a 5xx, or none; news: since the last news.
refusals() { echo $(($(figure server_errors) + $(figure status_000))); }
news() {
	new=$(($(refusals) - ${known:-0}))
	known=$(refusals)
}

# load TEXT: eight clients, reads and writes; none is refused.
load() {
	clients --seconds 2 --clients 8 --mix charge,read,top,order
	news
	is "$new" 0 "$1: nobody is refused ($(figure tries) requests)"
}

may 4
pool_start
ok 'eight workers start where four may come in'
eventually 5 are_in 4
ok 'four are in'
load 'four of eight'
is "$(in_now)" 4 'there are still four'
unlike "$(share)" '^0 | 0$' "and some of each pool ($(share): reads, others)"
less "$(grep -c 'event=db_error.*number=1226' "$dir/log/shopd.log")" 8 \
    'the log says so once for each'
request GET /readyz
is "$status" 200 'the shop is ready'

may 0
eventually 5 are_in 8
ok 'the limit is lifted: all eight are in'
load 'eight'

# ---- The limit strikes while they are at work

may 4
throw_out 8
eventually 5 are_in 4
ok 'all were thrown out, four are in again'
load 'thrown out'
unlike "$(share)" '^0 | 0$' "some of each pool ($(share))"

# Where the others have taken all there is, one of them gives way.
may 2
throw_out 8
eventually 10 are_in 2
one_each() { [ "$(share)" = '1 1' ]; }
load 'two of eight'
eventually 10 one_each
ok 'of two, each pool has one'
may 4
eventually 10 are_in 4
clients_start --clients 8 --mix read,charge --think-ms 5
throw_out 4
sleep 1
clients_stop
news
less "$new" 4 'thrown out in the middle of requests: at most these are refused'
eventually 5 are_in 4
ok 'four are in'

# ---- A roll, whose new workers find no room until the old leave

clients_start --clients 8 --mix read,charge --think-ms 5
kill -HUP "$pool_pid"
rolled() { grep -q 'event=roll-done' "$dir/log/shopd.log"; }
eventually 10 rolled
ok 'a roll is done'
sleep 1
clients_stop
news
is "$new" 0 'and nobody was refused'

# ---- Others have most of what max_connections allows

pool_stop
may 0
sql_root 'SET GLOBAL max_connections = 10'
holders=
for n in 1 2 3 4 5 6 7; do
	$db_client -S "$db_sock" -u root -e 'SELECT SLEEP(60)' \
	    >/dev/null 2>&1 &
	holders="$holders $!"
done
held() {
	[ "$(sql_root "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE info = 'SELECT SLEEP(60)'")" = 7 ]
}
eventually 5 held
ok 'others have seven of ten connections'
pool_again
eventually 5 are_in 3
ok 'three workers are in'
grep -q 'event=db_error.*number=1040 class=crowded' "$dir/log/shopd.log"
ok 'and the others were told that there is no room'
load 'three of eight'
kill $holders
wait $holders 2>/dev/null
eventually 5 are_in 8
ok 'the others have gone: all eight are in'
sql_root 'SET GLOBAL max_connections = 200'

# ---- Nobody is in, and nobody may come

sql_root 'ALTER USER shop_worker@localhost ACCOUNT LOCK'
throw_out 8
eventually 5 are_in 0
ok 'the account is locked, and nobody is in'
took=$(now_ms)
request GET /v1/products/1
is_problem 503 unavailable 'nobody is in, and nobody may come: 503'
less $(($(now_ms) - took)) 2500 'soon (ms)'
sql_root 'ALTER USER shop_worker@localhost ACCOUNT UNLOCK'
may 0
ready() {
	request GET /v1/products/1
	[ "$status" = 200 ]
}
eventually 5 ready
ok 'they may again: 200'
eventually 5 are_in 8
ok 'and all come in'
all_is_well 6000
finish
