#!/bin/sh
# SPDX-License-Identifier: MIT
# The database's disk is full: what reads goes on, and so does all else once
# there is room again.
. "${top_srcdir:-.}/t/lib.sh"
seeded
db_on_disk 160 || skip_all 'no loop mounts for us'
# A full disk may hold a write, and its worker, as long as any failure: more
# clients than that write at once, and reads have workers of their own.
shop_start

# refused_since MS: writes have met the full disk.
refused_since() {
	[ "$(answers "$1" "$(now_ms)" POST | grep -c '^503 ')" -ge 5 ]
}

# not_served FROM TO: reads that were not, while MariaDB lived.
not_served() {
	db_gave_up || answers "$1" "$2" GET | grep -v '^200 ' | head -n 3
}

clients_start --clients 8 --think-ms 10 --pause-ms 200
sleep 1
for round in 1 2; do
	# What the tables have in reserve is used up first.
	disk_fill
	full_at=$(now_ms)
	eventually 20 refused_since "$full_at"
	ok "the disk is full, round $round: writes are told 503"
	sleep 1
	is "$(not_served "$full_at" "$(now_ms)")" '' 'reads are served'
	disk_free
	db_supervise
	free_at=$(now_ms)
	eventually 5 succeeds_after "$free_at"
	less "$(first_success "$free_at")" 1000 \
	    'there is room again: the first success (ms)'
	sleep 1
	is "$(answers $((free_at + 600)) "$(now_ms)" | grep '^[05]' |
	    head -n 3)" '' 'and soon nothing fails'
done
clients_stop
is "$(figure status_000)" 0 'everybody got an answer'
all_is_well 6000
finish
