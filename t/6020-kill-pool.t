#!/bin/sh
# SPDX-License-Identifier: MIT
# All workers are killed at once, and shopd itself.
. "${top_srcdir:-.}/t/lib.sh"
seeded
shop_start

# answered_otherwise FROM: what was neither a success nor a refusal nor 503.
answered_otherwise() {
	answers "$1" "$(now_ms)" | grep -vE '^(2[0-9][0-9]|4[0-9][0-9]|503) ' |
	    head -n 3
}

clients_start --clients 8 --think-ms 5 --pause-ms 50
since=$(now_ms)

for round in 1 2 3; do
	random 500
	sleep_ms $((r + 1100))
	old=$(pool_workers)
	kill -KILL $old
	killed_at=$(now_ms)
	seen 'all workers killed' none_of $old
	eventually 2 pool_is_full
	ok "all workers are killed, round $round: the pool is full again"
	eventually 2 succeeds_after "$killed_at"
	less "$(first_success "$killed_at")" 1000 'writes succeed again (ms)'
done

# A request is under way when shopd dies: its worker finishes it and goes.
for round in 1 2; do
	random 500
	sleep_ms $((r + 1100))
	hold 1.5 'SELECT id FROM users WHERE id = 3 FOR UPDATE'
	sleep 0.3
	old=$(pool_workers)
	killed_at=$(now_ms)
	pool_kill
	eventually 5 none_of $old
	ok "shopd is killed, round $round: no worker outlives its request"
	less "$(($(now_ms) - killed_at))" 6000 'which takes no longer than any (ms)'
	wait "$hold_pid"
	random 500
	sleep_ms "$r"
	pool_again
	back_at=$(now_ms)
	eventually 2 succeeds_after "$back_at"
	less "$(first_success "$back_at")" 1000 'writes succeed again (ms)'
done

clients_stop
is "$(answered_otherwise "$since")" '' 'while they were down: 503, and nothing else'
all_is_well 6000
finish
