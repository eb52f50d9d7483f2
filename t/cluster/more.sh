#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	sh t/cluster/more.sh [SECONDS]
#
# With top_srcdir and top_builddir, as t/README has it for one test: what a second pool
# adds, and a replica to read from.  All are on this machine and share its cores, so
# the rates add nothing; what is looked at is whose processor's time a request takes.
top_srcdir=${top_srcdir:-.}
. "$top_srcdir/t/cluster/lib.sh"
seconds=${1:-10}
seeded
profile=replica nodes="1 2"
cluster_need
net_make

# cpu_ms PID...: the processor's time that they have had.
cpu_ms() {
	for pid in "$@"; do cat "/proc/$pid/stat" 2>/dev/null; done |
	    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); ticks += $12 + $13 }
		END { printf "%d\n", ticks * 1000 / hz }'
}
workers_of() {
	for pool in $pools; do
		cat "$dir/p$pool/pid"
		cat "/proc/$(cat "$dir/p$pool/pid")/task/$(cat "$dir/p$pool/pid")/children"
	done
}
# measured WHAT MIX: the row of it.
measured() {
	measured=$((measured + 1))
	writer=$(cpu_ms "$(node_pid 1)")
	replica=$(cpu_ms "$(node_pid 2)")
	pool=$(cpu_ms $(workers_of))
	"$top_builddir/t/client" --socket "$dir/http.sock" \
	    --secret "$dir/jwt.secret" --journal "$dir/journal.$measured" \
	    --seed "$seed" --products "$goods" --amount 3000 \
	    --seconds "$seconds" --clients 8 --mix "$2" >/dev/null
	n=$(awk -F '\t' '$1 == "A" && ($6 == 201 || $6 == 200)' "$dir/journal.$measured" | wc -l)
	echo "$1: $n answers, $((n / seconds)) a second; each took" \
	    "us: $((($(cpu_ms "$(node_pid 1)") - writer) * 1000 / n)) of the writer," \
	    "$((($(cpu_ms "$(node_pid 2)") - replica) * 1000 / n)) of the replica," \
	    "$((($(cpu_ms $(workers_of)) - pool) * 1000 / n)) of the pools"
}
measured=0

# The primary acknowledges by itself: its replica only answers.
programs_need
template_need
mkdir -p "$dir/n1/data"
cp -a "$template/data/." "$dir/n1/data/"
node_run 1
await 30 at 1 sql_root 'SELECT 1' || node_failed 1
lead_by 1
sql_root 'SET GLOBAL read_only = OFF'
sql_file "$top_srcdir/cluster/primary-replica/setup.sql"
sql_root 'SET GLOBAL rpl_semi_sync_master_enabled = OFF'
migrate_by_tcp || bail 'migrate failed'
shop_id=$(ctl id) || bail 'no id'
goods_make
sql "UPDATE users SET balance = 1000000000"
position=$(sql_root 'SELECT @@gtid_binlog_pos')
node_leave 1
mkdir -p "$dir/n2"
cp -a "$dir/n1/data" "$dir/n2/data"
node_run 1
node_run 2
await 30 at 1 sql_root 'SET GLOBAL read_only = OFF;
    SET GLOBAL rpl_semi_sync_master_enabled = OFF' || node_failed 1
await 30 at 2 sql_root "SET GLOBAL gtid_slave_pos = '$position';
    CHANGE MASTER TO MASTER_HOST = '$(addr db1)', MASTER_USER = 'shop_replica',
    MASTER_PASSWORD = 'REPLICA_PASSWORD', MASTER_USE_GTID = slave_pos; START SLAVE" ||
    node_failed 2

dbs=db1
pool_make 1
web_start
measured 'one pool, orders' order
measured 'one pool, products' look
kill -TERM $nginx_pid
eventually 10 gone $nginx_pid
pool_make 2
web_start
measured 'two pools, orders' order
measured 'two pools, products' look
for pool in 1 2; do
	echo "db_read_host = $(addr db2)" >>"$dir/p$pool/shop.conf"
	kill -HUP "$(cat "$dir/p$pool/pid")"
done
reading() {
	[ "$(at 2 sql_root "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE user = 'shop_worker'")" -ge $((2 * $(pool_size))) ]
}
await 20 reading || bail 'nobody reads at the replica'
measured 'two pools and a replica, orders' order
measured 'two pools and a replica, products' look
measured 'two pools and a replica, nine of ten products' look,look,look,look,look,look,look,look,look,order
exit 0
