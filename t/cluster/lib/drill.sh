# SPDX-License-Identifier: MIT
# What befalls three nodes that fail over by themselves, while clients are at work; each
# leaves the cluster whole.

# drill_start: three nodes, two pools, nginx, and clients with journals.  With TLS one
# without a certificate knocks, while the others work; drill_kills sees what came of it.
drill_start() {
	net_make
	MIX_TIMES=1 MIX_SECONDS=600
	export MIX_TIMES
	cluster_start
	is "$(for n in $nodes; do size_at $n; done | tr '\n' ' ')" \
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
	drill_clients
	if [ -n "${TLS:-}" ]; then
		tls_is_asked 1
		(TLS=; node_run 4)
	fi
}
drill_clients() {
	mix_start 12 charge,charge,order,order,order,cancel,fulfil,add,add,checkout,list,history
}

other_nodes() {
	for n in $nodes; do
		[ $n = $1 ] || echo $n
	done
}
back_again() { await 120 is_synced $1 || node_failed $1; }

drill_kills() {
	for kill in $(seq $1); do
		victim=$(the_writer)
		fault "kill -9 of the writer, node $victim" ${kill_s:-6} node_kill $victim
		node_again $victim
		sleep 3
	done
	[ -n "${TLS:-}" ] || return 0
	await 60 gone "$(node_pid 4)" && ! grep -q 'Shifting OPEN' "$dir/log/n4.err"
	ok 'who has no certificate does not join'
}

# drill_freeze S: for so long.
drill_freeze() {
	victim=$(the_writer)
	fault "SIGSTOP of the writer, node $victim, for $1 s" $1 node_freeze $victim
	node_thaw $victim
	back_again $victim
}

drill_other() {
	other=$(other_nodes "$(the_writer)" | head -n 1)
	fault "kill -9 of another node, $other" ${kill_s:-6} node_kill $other
	node_again $other
}

# without_net WHAT: nothing can be cut, which is said.
without_net() {
	[ -z "$net" ] || return 1
	echo "# SKIP: without namespaces $1"
}
# drill_cut S: the writer's cable, for so long.  drill_part S: only to the other nodes.
drill_cut() {
	! without_net 'no machine is cut off' || return 0
	victim=$(the_writer)
	fault "the writer's machine, node $victim, is cut off for $1 s" $1 cut_off db$victim
	join_again db$victim
	back_again $victim
}
drill_part() {
	! without_net 'no nodes are parted' || return 0
	victim=$(the_writer)
	fault "the writer, node $victim, is parted from the other nodes for $1 s, and not from the pools" \
	    $1 parted
	for n in $(other_nodes $victim); do reunite db$victim db$n; done
	back_again $victim
}
parted() { for n in $(other_nodes $victim); do part db$victim db$n; done; }

# A schema migration: as long as a copy of a table takes nobody writes, for each node
# does it at the same place among the others' writes.
drill_migration() { fault 'a migration that copies two tables' 4 migrated; }
migrated() {
	cp -R "$top_srcdir/schema" "$dir/schema"
	cat >"$dir/schema/migrations/9999_drill.sql" <<-'SQL'
	-- migrate:up
	ALTER TABLE points_ledger ADD COLUMN /*M! IF NOT EXISTS */ drill INT NULL, ALGORITHM=COPY;
	ALTER TABLE orders ADD COLUMN /*M! IF NOT EXISTS */ drill INT NULL, ALGORITHM=COPY;
	-- migrate:down
	ALTER TABLE orders DROP COLUMN drill;
	SQL
	SHOP_SCHEMA_DIR=$dir/schema migrate_by_tcp
	is "$? $(grep -c '^migration 9999' "$dir/log/migrate.log")" '0 1' \
	    'a migration under load'
}

# The machines' programs are of two versions for a while, on the schema of the newer one.
# The next version is this one that wants the migration above.
drill_upgrade() {
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
drill_join() {
	nodes='1 2 3 4'
	fault 'a fourth node joins by a copy of everything' 0 node_join 4
	sleep 2
	cluster_is 1 4
	ok 'four nodes are a cluster'
	[ -z "${TLS:-}" ] || grep -q 'openssl-listen:444.*cafile=' "$dir/log/n4.err"
	ok 'and its copy came as it should'
	fault 'the fourth node leaves' 3 node_leave 4
	nodes='1 2 3'
}

drill_pool() {
	fault 'kill -9 of pool 1' 4 pool_dies 1
	pool_run 1
	! without_net 'no pool is cut off' || return 0
	fault "pool 1's machine is cut off for 8 s" 8 cut_off app1
	join_again app1
}
drill_nginx() {
	fault 'kill -9 of nginx' 0 web_dies
	web_run
	sleep 3
}

# drill_keyed: from here on each write has a key.
drill_keyed() {
	mix_stop
	MIX_KEYED=1
	export MIX_KEYED
	drill_clients
}

drill_all() {
	fault 'kill -9 of all nodes, and all started again' 1 all_die
	all_again
	sleep 5
}
all_die() {
	for n in $nodes; do kill -KILL "$(node_pid $n)"; done
	for n in $nodes; do seen "node $n killed" gone "$(node_pid $n)"; done
}

# drill_end MS: the longest median of a writer's deaths.  The short form tells how long
# all took, and minds none of it: it runs beside other work.
drill_end() {
	fault 'the end' 0 :
	mix_stop
	faults_tell
	[ -n "${QUICK:-}" ] || drill_is_quick $1
	cluster_is_well
}
drill_is_quick() {
	less "$(pause_of 'kill -9 of the writer')" $1 \
	    'the median time without a write, of the deaths of the writer (ms)'
	less "$(worst_pause)" $(($1 * 3)) 'and the longest after any of the faults (ms)'
	less "$(longest_ms)" 10000 'no client waited longer for an answer (ms)'
}
