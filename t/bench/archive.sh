#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: t/bench/archive.sh [ORDERS [CLIENTS]]
#
# How long does shopctl archive take for a year of ORDERS (200000), while CLIENTS
# (4) do whatever there is to do, and do they notice?  From a build directory, with
# top_srcdir and top_builddir set as for a test; the shop is a test's, but for a
# database with 256 MiB.
. "${top_srcdir:-.}/t/lib.sh"
orders=${1:-200000} clients=${2:-4}
db_options='--innodb-buffer-pool-size=256M --innodb-log-file-size=256M'
[ -z "$mysql" ] || db_options='--innodb-buffer-pool-size=256M --innodb-redo-log-capacity=256M'
seeded
conf workers 8
shop_db
sql_root 'DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4
    COLLATE utf8mb4_unicode_ci'
ctl migrate --take-account >/dev/null || bail 'migrate failed'
shop_id=$(ctl id)
echo "# $orders orders of a year, one in 50 of them never sent"
db_client="$db_client" sh "$top_srcdir/t/bench/load.sh" -n "$db_sock" "$orders" 365 \
    >/dev/null || bail 'no history'
sql 'UPDATE orders SET status = "fulfilled", fulfilled_at = LEAST(UTC_TIMESTAMP(3),
    created_at + INTERVAL 1 HOUR) WHERE id % 50 <> 1'
mc_start
pool_start
nginx_start
mix_make

# took COMMAND...: sets ms.
took() {
	began=$(now_ms)
	"$@"
	ok "$*"
	ms=$(($(now_ms) - began))
}
# waited WHAT: how long the answers of 200 and 201 took since the last time, by
# nginx's log.
seen_lines=0
waited() {
	tail -n +$((seen_lines + 1)) "$dir/log/access.log" |
	    sed -n 's/.*"status":20[01],.*"request_time_s":\([0-9.]*\).*/\1/p' |
	    sort -n >"$dir/times"
	seen_lines=$(wc -l <"$dir/log/access.log")
	awk -v what="$1" '{ t[NR] = $1 * 1000 } END { printf "# %s: %d answers, median %d ms, p99 %d ms, longest %d ms\n",
	    what, NR, t[int(NR * .5) + 1], t[int(NR * .99) + 1], t[NR] }' "$dir/times"
}
took ctl audit >/dev/null
echo "# audit before: $ms ms"
mix_start "$clients" charge,order,order,cancel,fulfil,add,checkout,list,history
sleep 20
waited 'without it'
took ctl archive --before "$(sql 'SELECT UTC_DATE() - INTERVAL 30 DAY')" >"$dir/told"
waited 'during it'
rows=$(sql 'SELECT SUM(entries) FROM archive_totals')
echo "# archive: $ms ms, $(echo $(cat "$dir/told")); $rows rows, $((rows * 1000 / ms)) a second"
echo "# load: $(cat /proc/loadavg)"
mix_stop
took ctl audit >/dev/null
echo "# audit after: $ms ms"
took ctl archive empty --before "$(sql 'SELECT MAX(before_day) FROM archive_totals')" \
    --rows "$rows" >/dev/null
echo "# empty: $ms ms"
took ctl audit >/dev/null
echo "# audit of what is left: $ms ms"
mix_is_well
finish
