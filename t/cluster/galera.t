#!/bin/sh
# SPDX-License-Identifier: MIT
# Three Galera nodes, two pools on two machines, nginx before them, and clients with
# journals: whatever befalls a machine nothing is lost, doubled or halved, all nodes
# are equal, and the pause is short.
#
# KILLS is how often the writer is killed (3, by hand 20), SEED what the clients do; with
# QUICK=1 it is killed once, parted, and all die; with TLS=1 all that goes over the network
# is encrypted.
top_srcdir=${top_srcdir:-.}
. "$top_srcdir/t/cluster/lib.sh"
seeded
cluster_need
net_make
MIX_TIMES=1 MIX_SECONDS=600
export MIX_TIMES

cluster_start
is "$(for n in $nodes; do at $n status wsrep_cluster_size; done | tr '\n' ' ')" \
    '3 3 3 ' 'three nodes are a cluster'
is "$(sql 'SELECT COUNT(*) FROM information_schema.tables t WHERE t.table_schema =
    "shop" AND NOT EXISTS (SELECT 1 FROM information_schema.table_constraints c
    WHERE c.table_schema = "shop" AND c.table_name = t.table_name
    AND c.constraint_type = "PRIMARY KEY")')" 0 'each table has a primary key'

dbs=${DBS:-db1 db2 db3}
pool_make 1
pool_make 2
web_start
mix_make
kinds=charge,charge,order,order,order,cancel,fulfil,add,add,checkout,list,history
mix_start 12 $kinds

# One without a certificate knocks, while the others work.
if [ -n "${TLS:-}" ]; then
	tls_is_asked 1
	(TLS=; node_run 4)
fi

# ---- What befalls it, each as clients buy

writer_dies() {
	victim=$(the_writer)
	fault "kill -9 of the writer, node $victim" 6 node_kill $victim
	node_again $victim
	sleep 3
}
writer_freezes() {
	victim=$(the_writer)
	fault "SIGSTOP of the writer, node $victim, for 8 s" 8 node_freeze $victim
	node_thaw $victim
	await 120 is_synced $victim || node_failed $victim
}
others_than() {
	for n in $nodes; do [ $n = "$1" ] || echo $n; done
}
another_dies() {
	victim=$(others_than "$(the_writer)" | head -n 1)
	fault "kill -9 of another node, $victim" 6 node_kill $victim
	node_again $victim
}
writer_cut_off() {
	if [ -z "$net" ]; then
		echo '# SKIP: without namespaces no machine is cut off'
		return
	fi
	victim=$(the_writer)
	fault "the writer's machine, node $victim, is cut off for 10 s" 10 \
	    cut_off db$victim
	join_again db$victim
	await 120 is_synced $victim || node_failed $victim
}
parted() {
	if [ -z "$net" ]; then
		echo '# SKIP: without namespaces no nodes are parted'
		return
	fi
	victim=$(the_writer)
	others=$(others_than $victim)
	fault "the writer, node $victim, is parted from the other nodes for 10 s, and not from the pools" \
	    10 part_all
	for n in $others; do reunite db$victim db$n; done
	await 120 is_synced $victim || node_failed $victim
}
part_all() { for n in $others; do part db$victim db$n; done; }

# A schema migration: as long as a copy of a table takes nobody writes, for each node
# does it at the same place among the others' writes.
migration() { fault 'a migration that copies two tables' 4 migrated; }
migrated() {
	cp -R "$top_srcdir/schema" "$dir/schema"
	cat >"$dir/schema/migrations/9999_drill.sql" <<-'SQL'
	-- migrate:up
	ALTER TABLE points_ledger ADD COLUMN IF NOT EXISTS drill INT NULL, ALGORITHM=COPY;
	ALTER TABLE orders ADD COLUMN IF NOT EXISTS drill INT NULL, ALGORITHM=COPY;
	-- migrate:down
	ALTER TABLE orders DROP COLUMN drill;
	SQL
	SHOP_SCHEMA_DIR=$dir/schema migrate_by_tcp
	is "$? $(grep -c '^migration 9999' "$dir/log/migrate.log")" '0 1' \
	    'a migration under load'
}

# The machines' programs are of two versions for a while, on the schema of the newer one.
# The next version is this one that wants the migration above.
upgrade() {
	version=$(sed -n 's/^#define SCHEMA_VERSION "\(.*\)"/\1/p' \
	    "$top_srcdir/src/shop/sql.h")
	LC_ALL=C sed "s/$version\x00/9999\x00/" "$top_builddir/shop.fcgi" >"$dir/next.fcgi"
	chmod 755 "$dir/next.fcgi"
	upgrade_s=$(date -u +%FT%T)
	is "$(versions)" '"newer"' 'both pools serve on the next schema'
	fault "pool 2 is rolled to the next version" 4 rolled 2
	is "$(versions)" '"current" "newer"' 'two versions serve on one schema'
	fault "pool 1, too" 3 rolled 1
	is "$(versions)" '"current"' 'and then one'
	is "$(cat "$dir"/log/shopd[12].log | awk -v since="time=$upgrade_s" \
	    '$1 >= since && / status=5/' | wc -l)" 0 'no request failed for it'
}
# versions: what workers say of the schema, of each kind once.
versions() {
	for n in $(seq 30); do
		request GET /readyz
		json .schema
	done | sort -u | tr '\n' ' ' | sed 's/ $//'
}
rolled() {
	sed -i "s|^worker_path = .*|worker_path = $dir/next.fcgi|" "$dir/p$1/shop.conf"
	kill -HUP "$(cat "$dir/p$1/pid")"
	await 20 grep -q event=roll-done "$dir/log/shopd$1.log"
	ok "pool $1 has other workers"
}

# A fourth node gets its copy of everything from one that serves on.
fourth_node() {
	nodes='1 2 3 4'
	fault 'a fourth node joins by state transfer' 0 node_join 4
	sleep 2
	cluster_is 1 4
	ok 'four nodes are a cluster'
	[ -z "${TLS:-}" ] || grep -q 'openssl-listen:444.*cafile=' "$dir/log/n4.err"
	ok 'and its copy came as it should'
	fault 'the fourth node leaves' 3 node_leave 4
	nodes='1 2 3'
}
pool_killed() {
	fault 'kill -9 of pool 1' 4 pool_dies 1
	pool_run 1
}
nginx_dies() {
	fault 'kill -9 of nginx' 0 web_dies
	web_run
	sleep 3
}
all_die() {
	fault 'kill -9 of all nodes, and all started again' 1 all_killed
	all_again
	sleep 5
}
all_killed() {
	for n in $nodes; do kill -KILL "$(node_pid $n)"; done
	for n in $nodes; do seen "node $n killed" gone "$(node_pid $n)"; done
}

if [ -n "${QUICK:-}" ]; then
	KILLS=${KILLS:-1} first=parted then=all_die
else
	KILLS=${KILLS:-3}
	first='writer_freezes another_dies writer_cut_off parted migration upgrade fourth_node pool_killed'
	then='nginx_dies all_die'
fi
for kill in $(seq $KILLS); do writer_dies; done
if [ -n "${TLS:-}" ]; then
	await 60 gone "$(node_pid 4)" && ! grep -q 'Shifting OPEN' "$dir/log/n4.err"
	ok 'who has no certificate does not join'
fi
for step in $first; do $step; done
mix_stop

# From here on each write has a key.
MIX_KEYED=1
export MIX_KEYED
mix_start 12 $kinds
for step in $then; do $step; done
fault 'the end' 0 :
mix_stop

faults_tell
less "$(pause_of 'kill -9 of the writer')" 5000 \
    "the median time without a write, of $KILLS deaths of the writer (ms)"
less "$(worst_pause)" 15000 'and the longest after any of the faults (ms)'
less "$(longest_ms)" 10000 'no client waited longer for an answer (ms)'
cluster_is_well
finish
