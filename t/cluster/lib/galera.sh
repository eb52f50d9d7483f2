# SPDX-License-Identifier: MIT
# Nodes of MariaDB Galera.

galera=/usr/lib/galera/libgalera_smm.so

galera_need() {
	for program in mariadbd mariadb wsrep_sst_mariabackup mariadb-backup socat; do
		command -v $program >/dev/null || skip_all "no $program"
	done
	[ -e "$galera" ] || skip_all 'no galera-4'
}

galera_conf() {
	members=
	for member in $nodes; do
		members=$members${members:+,}$(addr db$member)
	done
	# socat listens at all addresses.
	if [ -n "$net" ]; then sst_port=4444; else sst_port=444$1; fi
	own="gmcast.listen_addr=tcp://$(addr db$1):4567;ist.recv_addr=$(addr db$1):4568;"
	tls_of $1 <"$top_srcdir/cluster/galera/60-shop-galera.cnf" |
	    sed "s/gcache.size=[0-9]*M/gcache.size=${gcache:-32M}/
	    s|^wsrep_provider_options = \"|&$own|"
	cat <<-END_CNF
	[mariadbd]
	wsrep_node_name = db$1
	wsrep_node_address = $(addr db$1)
	wsrep_sst_receive_address = $(addr db$1):$sst_port
	wsrep_cluster_name = shop-$net$$
	wsrep_cluster_address = gcomm://$members
	wsrep_sst_auth = sst:SST_PASSWORD
	END_CNF
}

galera_is_primary() { [ "$(at $1 status wsrep_ready)" = ON ]; }
galera_is_synced() { [ "$(at $1 status wsrep_local_state_comment)" = Synced ]; }
galera_size() { at $1 status wsrep_cluster_size; }
galera_applied() { at $1 status wsrep_last_committed; }

galera_begin() {
	node_run $1 --wsrep-new-cluster
	await 120 is_primary $1 || node_failed $1
}
galera_first() {
	galera_begin 1
	at 1 sql_file "$top_srcdir/cluster/galera/setup.sql" || bail 'no accounts'
}
galera_copied() { rm -f "$dir/n$1/data/galera.cache"; }
galera_join() {
	node_run $1
	await ${join_s:-120} is_synced $1 || node_failed $1
}

# galera_position N: how far it had come when it was killed, as galera_recovery finds
# it for systemd's unit: with it a node only asks for what it missed.
galera_position() {
	node_files $1
	: >"$dir/n$1/recover.err"
	mariadbd --defaults-file="$dir/n$1/my.cnf" --wsrep-recover \
	    --log-error="$dir/n$1/recover.err" --skip-networking >/dev/null 2>&1
	sed -n 's/.*WSREP: Recovered position: *//p' "$dir/n$1/recover.err" | tail -n 1
}
galera_again() {
	node_at=$(galera_position $1)
	node_run $1 ${node_at:+--wsrep_start_position=$node_at}
	await ${join_s:-120} is_synced $1 || node_failed $1
}

# The one that has come farthest begins a cluster anew, and the others join it, as
# docs/cluster.md has it.
galera_all_again() {
	farthest=0 first=
	for n in $nodes; do
		node_at=$(galera_position $n)
		echo "$node_at" >"$dir/n$n/at"
		[ "${node_at##*:}" -le $farthest ] || first=$n farthest=${node_at##*:}
	done
	[ -n "$first" ] || bail 'no node knows where it was'
	sed -i 's/^safe_to_bootstrap: 0/safe_to_bootstrap: 1/' \
	    "$dir/n$first/data/grastate.dat"
	node_run $first --wsrep-new-cluster \
	    --wsrep_start_position=$(cat "$dir/n$first/at")
	await 120 is_primary $first || node_failed $first
	for n in $nodes; do
		[ $n = $first ] || node_run $n \
		    --wsrep_start_position=$(cat "$dir/n$n/at")
		await ${join_s:-120} is_synced $n || node_failed $n
	done
}
