#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker stands still with a request in its hands: the others serve, its
# client learns that the outcome is unknown, and it is replaced.
. "${top_srcdir:-.}/t/lib.sh"
seeded
stuck_timeout_ms=10000
shop_start
clients_warm

# Its one client's figures are not among the others'.
workers_fds >"$dir/idle"
hold 30 'SELECT id FROM products WHERE id = 1 FOR UPDATE'
"$top_builddir/t/client" --socket "$dir/http.sock" \
    --secret "$dir/jwt.secret" --journal "$dir/journal" --seed "$seed" \
    --first 1000 --clients 1 --ops 1 --seconds 60 \
    --users 6..6 --products 1..1 --mix order --quantity 1 >"$dir/one.out" &
one_pid=$!
eventually 3 is_at_work
victim=$(at_work)
kill -STOP "$victim"
seen 'a worker stopped' stands_still "$victim"
ok "a worker with a request is stopped ($victim)"
stopped_at=$(now_ms)
let_go

clients_start --clients 8 --think-ms 5 --users 1..5
eventually $((stuck_timeout_ms / 1000 + 4)) gone "$victim"
less $(($(now_ms) - stopped_at)) $((stuck_timeout_ms + 2000)) \
    'the worker is gone in time (ms)'
eventually 2 pool_is_full
ok 'and has a successor'
# Were it not: nobody else shall wait for it.
kill -KILL "$victim" 2>/dev/null
wait "$one_pid"
ok 'its client came to an end'
id=$(sed -n 's/.* event=worker-stuck .* busy_ms=[0-9]* id=\(.*\)/\1/p' \
    "$dir/log/shopd.log")
like "$(grep -F "\"request_id\":\"${id:-none}\"" "$dir/log/access.log")" \
    '"uri":"/v1/orders"' 'and the log says at which request the worker stood'
clients_stop

is "$(figure server_errors) $(figure status_000)" '0 0' 'the others were served'
less "$(figure max_ms)" 6000 'in time (ms)'
awk -F '\t' '$1 == "A" && $2 == 1000 { print $6, $7, int($11 / 1000) }' \
    "$dir/journal" >"$dir/one"
# The client may ask once more whether it is told the same: see "different".
is "$(sed 's/ [0-9]*$//;2q' "$dir/one" | paste -s -d ,)" \
    '503 outcome_unknown,201 -' 'it was told 503, and then by its key the order'
less "$(sed -n '1s/.* //p' "$dir/one")" 9000 "the 503 came after nginx's 8 s (ms)"
cat "$dir/one.out" >>"$dir/figures"

# ---- One that has no request, and so doesn't look for one

victim=$(read_workers | head -n 1)
kill -STOP "$victim"
seen 'an idle worker stopped' stands_still "$victim"
eventually $((stuck_timeout_ms / 1000 + 6)) gone "$victim"
ok 'a worker that is stopped while it is idle goes, too'
like "$(grep 'event=worker-stuck' "$dir/log/shopd.log" | tail -n 1)" \
    " worker=$victim .* pool=read silent_ms=" 'which the log says'
kill -KILL "$victim" 2>/dev/null
eventually 2 pool_is_full
ok 'and has a successor'
all_is_well 9000
finish
