#!/bin/sh
# SPDX-License-Identifier: MIT
# No descriptor is left for a connection: the workers pause, say so once a
# second, hear signals, and go on by themselves.
. "${top_srcdir:-.}/t/lib.sh"
one_pool
command -v prlimit >/dev/null || skip_all 'no prlimit'
workers=2
conf workers 2
shop_start
request GET /v1/products/1
request GET /v1/products/1

# limit N: that many descriptors for each worker; 0: not one more than it has.
limit() {
	for pid in $(pool_workers); do
		n=$1
		[ "$n" != 0 ] || n=$(perl -e 'my $n = 0;
		    $n++ while -l "/proc/$ARGV[0]/fd/$n"; print $n' "$pid")
		prlimit --pid "$pid" --nofile="$n:" || return 1
	done
}
refusals() { grep -c 'event=fcgi .*Too many open files' "$dir/log/shopd.log"; }
refused() { [ "$(refusals)" -ge "$1" ]; }
ticks() {
	for pid in $(pool_workers); do
		sed 's/.*) //' "/proc/$pid/stat"
	done | awk '{ n += $12 + $13 } END { print n }'
}

limit 0
ok 'each worker has all the descriptors it may have'
shot waits GET /healthz &
waits=$!
eventually 5 refused 1
ok 'accept() fails for want of one'
before=$(ticks)
at=$(now_ms)
sleep 3
n=$(refusals)
[ "$n" -le $((2 * (($(now_ms) - at) / 1000 + 2))) ]
ok "at most a line a second of each ($n)"
less $(($(ticks) - before)) 30 'no worker spins (hundredths of a second)'
alive $waits
ok 'the request waits'
limit 1024
wait $waits
shot_look waits
is "$status" 200 'a descriptor is free: it is answered'

limit 0
before=$(refusals)
shot lost GET /healthz &
lost=$!
eventually 5 refused $((before + 1))
ok 'and again there is none'
old=$(pool_workers)
kill -HUP "$pool_pid"
eventually 5 none_of $old
ok 'HUP is heard'
wait $lost
shot_look lost
is "$status" 200 'the new workers have descriptors'
finish
