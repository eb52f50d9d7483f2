#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	t/soak.sh [MINUTES] [SEED]
#
# One fault after the other, at random, under a load of clients who repeat
# with their keys, for as long as one likes (10 minutes); after each every
# check there is.  The faults and their times are a function of the seed.
# Ends with a table; exits 1 when anything was not as promised.
minutes=${1:-10}
SEED=${2:-${SEED:-$(date +%s)}}
. "${top_srcdir:-.}/t/lib.sh"

faults='none kill_worker kill_workers kill_shopd roll stop_worker overload
    kill_db kill_commit freeze_db hold_user hold_product
    kill_memcached freeze_memcached garbage_memcached full_memcached'

# ---- The faults; each leaves everything running

fault_none() { sleep 2; }

fault_kill_worker() {
	for kill in 1 2 3 4 5 6 7 8; do
		some_worker
		[ -z "$victim" ] || kill -KILL "$victim"
		random 400
		sleep_ms "$r"
	done
}

fault_kill_workers() {
	old=$(pool_workers)
	kill -KILL $old
	seen 'all workers killed' none_of $old
}

fault_kill_shopd() {
	old=$(pool_workers)
	pool_kill
	random 1000
	sleep_ms "$r"
	eventually 10 none_of $old
	ok 'no worker outlives its request'
	pool_again
}

fault_roll() {
	old=$(pool_workers)
	kill -HUP "$pool_pid"
	seen 'a roll' none_of $old
}

# Shorter or longer than the pool's patience, idle or with a request.
fault_stop_worker() {
	some_worker
	kill -STOP "$victim"
	seen 'a worker stopped' stands_still "$victim"
	random 15000
	sleep_ms "$r"
	kill -CONT "$victim"
}

fault_overload() {
	client --first 2000 --clients 300 --seconds 3 --pause-ms 200
	cat "$dir/clients.out" >>"$dir/figures"
}

fault_kill_db() {
	db_kill
	random 3000
	sleep_ms "$r"
	db_start
}

fault_kill_commit() {
	for kill in 1 2 3 4 5; do
		slow_begin
		seen 'a slow flush' slow_is_seen
		random 300
		sleep_ms "$r"
		db_kill
		slow_end
		db_start
		sleep 0.3
	done
}

fault_freeze_db() {
	db_freeze
	random 12000
	sleep_ms "$r"
	db_thaw
}

hold_some() {
	random 100
	hold "$((r / 10)).$((r % 10))" "$1"
	wait "$hold_pid"
}

fault_hold_user() { hold_some 'SELECT id FROM users WHERE id = 3 FOR UPDATE'; }
fault_hold_product() {
	hold_some "SELECT id FROM products WHERE id = ${goods%%.*} FOR UPDATE"
}

fault_kill_memcached() {
	mc_kill
	sleep 2
	mc_start
}

fault_freeze_memcached() {
	mc_freeze
	sleep 3
	mc_thaw
}

fault_garbage_memcached() { mc_garbage; }
fault_full_memcached() {
	mc_full
	sleep 2
	mc_flush
}

fault_disk_full() {
	disk_fill
	random 4000
	sleep_ms "$((r + 1000))"
	disk_free
	db_supervise
}

# ---- A round: load, a fault, and what became of it

# tell FAULT: a line for the table.
tell() {
	echo "$1 $(figure max_ms)" \
	    "$(grep -cE '^(lost|wrong)' "$dir/checked")" \
	    "$(grep -c '^double' "$dir/checked")" \
	    "$(grep -cE '^(half|ghost|phantom)' "$dir/checked")" \
	    "$(figure unresolved) $((failures - failures_before))" \
	    "$(figure tries)" >>"$dir/rounds"
}

round() {
	failures_before=$failures
	: >"$dir/journal"
	: >"$dir/figures"
	ledger_start=$(sql 'SELECT MAX(id) FROM points_ledger')
	clients_start --clients 8 --think-ms 5 --pause-ms 200 \
	    --mix charge,order,cross,read,top
	random 1500
	sleep_ms "$r"
	"fault_$1"
	random 1500
	sleep_ms "$((r + 1000))"
	clients_stop
	eventually 5 pool_is_full
	# nginx gives up a worker that stands still after 8 s.
	case $1 in stop_worker) all_is_well 9000 ;; *) all_is_well 6000 ;; esac
	is "$(invariants)" '' 'money and stock are conserved'
	tell "$1"
}

table() {
	awk 'BEGIN { print "fault times tries max_ms lost double half" \
	    " unresolved failed_checks" }
	    { n[$1]++; tries[$1] += $8; if ($2 > max[$1]) max[$1] = $2
	    lost[$1] += $3; twice[$1] += $4; half[$1] += $5; open[$1] += $6
	    failed[$1] += $7 }
	    END { for (f in n) print f, n[f], tries[f], max[f] + 0, lost[f],
	    twice[f], half[f], open[f], failed[f] | "sort" }' "$dir/rounds" |
	    column -t
}

seeded
if db_on_disk "${SOAK_DISK_MIB:-2048}"; then
	faults="$faults disk_full"
fi
slow_fsync_make
conf listen_backlog 64
log=$dir/log/soak.log
{ shop_start; clients_warm; } >"$log" 2>&1
set -- $faults
ends_at=$(($(now_ms) + minutes * 60000))
while [ "$(now_ms)" -lt "$ends_at" ]; do
	random $#
	eval "fault=\${$((r + 1))}"
	before=$failures
	round "$fault" >"$dir/round" 2>&1
	cat "$dir/round" >>"$log"
	echo "$(date +%T) $fault: max $(figure max_ms) ms, $(figure tries) tries, $(figure server_errors) 5xx"
	[ $failures -eq $before ] || grep -A 8 '^not ok' "$dir/round"
done
echo
table
echo "# seed $seed"
[ $failures -eq 0 ]
