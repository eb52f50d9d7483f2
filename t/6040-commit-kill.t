#!/bin/sh
# SPDX-License-Identifier: MIT
# The database is killed inside COMMITs: on a disk that takes 60 ms to flush
# there is nearly always one under way.  Whatever became of it, the key tells.
. "${top_srcdir:-.}/t/lib.sh"
seeded
kills=${KILLS:-30}
slow_fsync_make
shop_start
clients_start --clients 6 --pause-ms 20 --mix charge,order

round=0
while [ $round -lt "$kills" ]; do
	round=$((round + 1))
	slow_begin
	seen 'a slow flush' slow_is_seen
	random 61
	sleep_ms $r
	db_kill
	slow_end
	killed_at=$(now_ms)
	db_start
	eventually 5 succeeds_after "$killed_at" || break
done
is "$round" "$kills" 'it was killed so often, and writes went on each time'
clients_stop
lost=$(grep -c 'event=db_error .*class=commit_unknown' "$dir/log/shopd.log")
[ "$lost" -ge "$kills" ]
ok "COMMITs were lost on the way ($lost)"
all_is_well 6000
finish
