#!/bin/sh
# SPDX-License-Identifier: MIT
# The database is killed again and again, and comes back after a while.
. "${top_srcdir:-.}/t/lib.sh"
seeded
shop_start
clients_start --clients 8 --think-ms 5 --pause-ms 100 \
    --mix charge,order,read,top

for round in 1 2 3 4 5; do
	random 400
	sleep_ms $((r + 300))
	db_kill
	killed_at=$(now_ms)
	random 1000
	sleep_until $((killed_at + 500 + r))
	gone_until=$(now_ms)
	db_start
	back_at=$(now_ms)
	eventually 2 succeeds_after "$back_at"
	less "$(first_success "$back_at")" 1000 \
	    "round $round, away $((back_at - killed_at)) ms: the first success (ms)"
	is "$(answers $((killed_at + 200)) "$gone_until" POST |
	    grep -v '^503 ' | head -n 3)" '' 'meanwhile no write is told anything but 503'
done
clients_stop
is "$(figure status_000)" 0 'everybody got an answer'
all_is_well 6000
finish
