#!/bin/sh
# SPDX-License-Identifier: MIT
# What doesn't die but stands still: the database, and a lock that is held.
. "${top_srcdir:-.}/t/lib.sh"
seeded
freeze_s=${FREEZE_S:-10}
shop_start
# More of them than workers, so that some wait for a worker as well.
clients_start --clients 24 --think-ms 20 --pause-ms 50

# ---- The database

sleep 1
db_freeze
frozen_at=$(now_ms)
sleep "$freeze_s"
thawed_at=$(now_ms)
db_thaw
eventually 5 succeeds_after "$thawed_at"
less "$(first_success "$thawed_at")" 1000 \
    "frozen for $freeze_s s: the first success after (ms)"
is "$(answers $((frozen_at + 200)) "$thawed_at" POST |
    grep -v '^503 ' | head -n 3)" '' \
    'meanwhile no write is told anything but 503'
# By now no worker believes that the database is there.
answers $((frozen_at + 6000)) "$thawed_at" >"$dir/while"
less "$(median_ms <"$dir/while")" 50 \
    "most of $(wc -l <"$dir/while") answers come at once (ms)"

# ---- A session holds a user's row

sleep 1
hold "$freeze_s" 'SELECT id FROM users WHERE id = 3 FOR UPDATE'
ok 'another session holds a user'
held_at=$(now_ms)
sleep $((freeze_s - 1))
# Each waiting request keeps a worker from the others.
others=$(answers "$held_at" "$(now_ms)" POST | grep -c '^201 ')
[ "$others" -gt 0 ]
ok "the other users' writes go on ($others)"
wait "$hold_pid"
let_go_at=$(now_ms)
eventually 5 succeeds_after "$let_go_at"
less "$(first_success "$let_go_at")" 1000 'the first success after (ms)'

clients_stop
is "$(figure status_000)" 0 'everybody got an answer'
all_is_well 6000
finish
