#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	sh t/cluster/latency.sh [SECONDS]
#
# With top_srcdir and top_builddir, as t/README has it for one test: what an order, and
# a read (half of them balances, half products), cost on one node, on three of Galera,
# and on a primary that waits for its replica; where there is MySQL, on one node and on
# a group of three.  All are on this machine, so that what the network would add isn't
# there, and what the other nodes' work takes from the same cores and disk is.
top_srcdir=${top_srcdir:-.}
. "$top_srcdir/t/cluster/lib.sh"
seconds=${1:-10}
seeded
[ -z "$mysql" ] || profile=group
cluster_need
net_make

# measured WHAT: prints the rows of it, by one client and by eight.
measured() {
	measured_mix order "$1, order"
	measured_mix read "$1, read"
}
measured_mix() {
	for clients in 1 8; do
		"$top_builddir/t/client" --socket "$dir/http.sock" \
		    --secret "$dir/jwt.secret" --journal "$dir/journal.$measured.$clients" \
		    --seed "$seed" --products "$goods" --amount 3000 \
		    --seconds "$seconds" --clients $clients --mix $1 >/dev/null
		awk -F '\t' '$1 == "A" && $6 ~ /^20/ { print $11 }' \
		    "$dir/journal.$measured.$clients" | sort -n |
		    awk -v what="$2" -v clients=$clients -v s="$seconds" '{ us[NR] = $1 }
			END { printf "%-34s %2d client%s  median %.1f ms, 99 of 100 under %.1f ms, %d a second\n",
			    what, clients, (clients > 1 ? "s" : " "), us[int((NR + 1) / 2)] / 1000,
			    us[int(NR * 0.99)] / 1000, NR / s }'
	done
	measured=$((measured + 1))
}
measured=0

# alone OPTION...: one node, of the same settings, that is a cluster no more.
alone() {
	$(on db1) $dbd --defaults-file="$dir/n1/my.cnf" "$@" >/dev/null 2>&1 9>&- &
	echo $! >"$dir/n1/pid"
	await 60 answers_sql 1 || node_failed 1
}
node_first
node_leave 1
if [ $profile = group ]; then
	set -- --group-replication-start-on-boot=OFF --super-read-only=OFF \
	    --read-only=OFF
	alone "$@" --disable-log-bin --gtid-mode=OFF --enforce-gtid-consistency=OFF
else
	alone --wsrep-on=OFF --wsrep-provider=none --skip-log-bin
fi
pool_make 1
web_start
goods_make
# Enough for all orders; nothing is audited here.
sql "UPDATE users SET balance = 1000000000"
measured 'one node'
node_leave 1

if [ $profile = group ]; then
	alone "$@"
	measured 'one node with a binlog'
	node_leave 1
fi
node_begin 1
node_join 2
node_join 3
measured "$profile, three nodes"
[ $profile = galera ] || exit 0
for n in 3 2 1; do node_leave $n; done

profile=replica nodes="1 2"
rm -rf "$dir/n2/data"
node_run 1
await 30 at 1 sql_root 'SELECT 1' || node_failed 1
sql_root 'SET GLOBAL read_only = OFF'
at 1 sql_file "$top_srcdir/cluster/primary-replica/setup.sql"
measured 'one node with a binlog'
position=$(sql_root "SELECT @@gtid_binlog_pos")
node_leave 1
cp -a "$dir/n1/data" "$dir/n2/data"
node_run 1
node_run 2
await 30 at 2 sql_root 'SELECT 1' || node_failed 2
primary_cnf
primary() {
	within app1 "$top_srcdir/cluster/primary-replica/shop-primary" "$@" >/dev/null
}
primary resume --alone "$(addr db1)"
primary attach --primary "$(addr db1)" --replica "$(addr db2)" \
    --position "$position" ||
    bail 'no replica'
measured 'a primary and its replica'
exit 0
