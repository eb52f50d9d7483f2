#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker dies while it is at a request: another one is asked, for a read a
# third as well, and the request happens once, though the statement of a dead
# worker may end, too.
. "${top_srcdir:-.}/t/lib.sh"
workers=1
conf workers 1
workers_read=1
conf workers_read 1
shop_start
as 1

charges() { sql "SELECT COUNT(*) FROM points_ledger WHERE amount = $1"; }
kill_writer() {
	writer=$(write_workers)
	kill -KILL "$writer"
	seen 'the worker killed' gone "$writer"
}
# at_it N: so many sessions are at a charge.
at_it() {
	[ "$(sql "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE info LIKE 'CALL charge_points%' OR info LIKE 'UPDATE users%'")" \
	    -ge "$1" ]
}

# ---- A write

hold 600 'SELECT id FROM users WHERE id = 1 FOR UPDATE'
shot_post one /v1/points/charge '{"amount": 111}' &
shot_pid=$!
eventually 10 at_it 1
kill_writer
eventually 10 pool_is_full
eventually 10 at_it 2
ok 'a second worker is asked while the first one'\''s session is at it still'
let_go
wait "$shot_pid"
shot_look one
is "$status $(header Idempotency-Replayed)" '201 ' \
    'and answers, as if there had been no first one'
is "$(charges 111)" 1 'it happened once'

# The first one's session ends it, and the second one finds it done.
hold 600 'SELECT id FROM users WHERE id = 1 FOR UPDATE'
shot_post one /v1/points/charge '{"amount": 112}' \
    -H 'Idempotency-Key: of-the-client' &
shot_pid=$!
eventually 10 at_it 1
let_go
kill_writer
wait "$shot_pid"
shot_look one
is "$status" 201 'with a key of the client'\''s, too'
is "$(charges 112)" 1 'it happened once'

# A request that kills each worker that has it kills two.
hold 600 'SELECT id FROM users WHERE id = 1 FOR UPDATE'
shot_post one /v1/points/charge '{"amount": 113}' &
shot_pid=$!
eventually 10 at_it 1
kill_writer
eventually 10 at_it 2
kill_writer
wait "$shot_pid"
shot_look one
is "$status $(jq -r .code "$dir/shots/one.body")" '503 outcome_unknown' \
    'two workers die at it: the outcome is not known'
key=$(jq -r .idempotencyKey "$dir/shots/one.body")
let_go
post /v1/points/charge '{"amount": 113}' -H "Idempotency-Key: $key"
is "$status" 201 'it is repeated with the key that the answer tells'
is "$(charges 113)" 1 'and happened once'

# Where nobody is there at all, nothing has happened.
pool_stop
post /v1/points/charge '{"amount": 114}'
is "$status $(json .code)" '503 "unavailable"' 'no pool: nothing happened'
user GET /v1/points/balance
is "$status $(json .code)" '503 "unavailable"' 'nor is anything read'
pool_again

# ---- A read

# another_reads: a session reads that did not when it was asked last.  The dead
# one's is at it for as long as the lock's wait.
another_reads() {
	next=$(sql "SELECT COALESCE(MAX(id), 0) FROM information_schema.processlist
	    WHERE info LIKE 'SELECT id, name, description%'")
	[ "$next" -gt "$at_read" ] && at_read=$next
}
kill_reader() {
	reader=$(read_workers)
	kill -KILL "$reader"
	seen 'the worker killed' gone "$reader"
}
# third_reads: a read has a third worker, for the two before have died at it.
third_reads() {
	hold_table products
	shot one GET /v1/products/1 &
	shot_pid=$!
	at_read=0
	eventually 10 another_reads
	ok 'a worker reads'
	for n in 2 3; do
		kill_reader
		eventually 10 another_reads
		ok "another one, number $n, reads"
	done
}
request GET /v1/products/1
third_reads
let_go
wait "$shot_pid"
shot_look one
is "$status" 200 'and answers'

third_reads
kill_reader
wait "$shot_pid"
shot_look one
is "$status $(jq -r .code "$dir/shots/one.body")" '503 unavailable' \
    'three workers die at a read, and nobody else'
let_go
request GET /v1/products/1
is "$status" 200 'the next one is answered'
is "$(ctl audit | head -n 1)" ok 'the audit agrees'
finish
