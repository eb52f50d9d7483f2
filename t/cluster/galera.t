#!/bin/sh
# SPDX-License-Identifier: MIT
# Three Galera nodes, two pools on two machines, nginx before them, and clients with
# journals: whatever befalls a machine nothing is lost, doubled or halved, all nodes
# are equal, and the pause is short.
#
# KILLS is how often the writer is killed (3, by hand 20), SEED what the clients do.
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

KILLS=${KILLS:-3}
for kill in $(seq $KILLS); do
	victim=$(the_writer)
	fault "kill -9 of the writer, node $victim" 6 node_kill $victim
	node_again $victim
	sleep 3
done

victim=$(the_writer)
fault "SIGSTOP of the writer, node $victim, for 8 s" 8 node_freeze $victim
node_thaw $victim
await 30 is_synced $victim || node_failed $victim

other=$(for n in $nodes; do [ $n = "$(the_writer)" ] || echo $n; done | head -n 1)
fault "kill -9 of another node, $other" 6 node_kill $other
node_again $other

if [ -n "$net" ]; then
	victim=$(the_writer)
	fault "the writer's machine, node $victim, is cut off for 10 s" 10 \
	    cut_off db$victim
	join_again db$victim
	await 60 is_synced $victim || node_failed $victim

	victim=$(the_writer)
	others=$(for n in $nodes; do [ $n = $victim ] || echo $n; done)
	parted() { for n in $others; do part db$victim db$n; done; }
	fault "the writer, node $victim, is parted from the other nodes for 10 s, and not from the pools" 10 parted
	for n in $others; do reunite db$victim db$n; done
	await 60 is_synced $victim || node_failed $victim
fi

# A schema migration: as long as a copy of a table takes nobody writes, for each node
# does it at the same place among the others' writes.
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
fault 'a migration that copies two tables' 4 migrated

# A fourth node gets its copy of everything from one that serves on.
nodes='1 2 3 4'
fault 'a fourth node joins by state transfer' 0 node_join 4
sleep 2
cluster_is 1 4
ok 'four nodes are a cluster'
fault 'the fourth node leaves' 3 node_leave 4
nodes='1 2 3'

fault 'kill -9 of pool 1' 4 pool_dies 1
pool_run 1
mix_stop

# From here on each write has a key.
MIX_KEYED=1
export MIX_KEYED
mix_start 12 $kinds
fault 'kill -9 of nginx' 0 web_dies
web_run
sleep 3

all_die() {
	for n in $nodes; do kill -KILL "$(node_pid $n)"; done
	for n in $nodes; do seen "node $n killed" gone "$(node_pid $n)"; done
}
fault 'kill -9 of all nodes, and all started again' 1 all_die
all_again
sleep 5

fault "the end" 0 :
mix_stop
faults_tell
less "$(longest_ms)" 10000 'no client waited longer for an answer (ms)'
cluster_is_well
finish
