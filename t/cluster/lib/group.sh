# SPDX-License-Identifier: MIT
# Members of a group of MySQL's (Group Replication).

group_plugins=/usr/lib/mysql/plugin

group_need() {
	[ -z "${TLS:-}" ] || skip_all 'TLS=1 is of MariaDB'\''s; a group has its own anyway'
	[ -n "$mysql" ] && command -v mysqld >/dev/null ||
	    skip_all 'no MySQL: group replication is none of MariaDB'\''s'
	for plugin in group_replication mysql_clone; do
		[ -e "$group_plugins/$plugin.so" ] || skip_all "no $plugin.so"
	done
}

group_conf() {
	seeds=
	for member in $nodes; do
		seeds=$seeds${seeds:+,}$(addr db$member):3306
	done
	cat "$top_srcdir/cluster/group-replication/60-shop-group.cnf"
	# Small: three of them are on one machine.
	cat <<-END_CNF
	server_id = $1
	report_host = $(addr db$1)
	group_replication_local_address = $(addr db$1):3306
	group_replication_group_seeds = $seeds
	group_replication_message_cache_size = 134217728
	innodb_redo_log_capacity = 64M
	performance_schema_max_digest_length = 0
	performance_schema_digests_size = 0
	secure_file_priv = NULL
	END_CNF
}

# group_of N COLUMN: of the row that it has of itself.
group_of() {
	at $1 sql_root "SELECT $2 FROM performance_schema.replication_group_members
	    WHERE member_id = @@server_uuid" 2>/dev/null
}
group_is_primary() {
	[ "$(group_of $1 'member_state, member_role, @@super_read_only')" = \
	    'ONLINE	PRIMARY	0' ]
}
# It says so, and no other member says otherwise: one that was voted out while it stood
# still does not know that at once.
group_is_synced() {
	[ "$(group_of $1 member_state)" = ONLINE ] || return 1
	for member in $nodes; do
		[ "$(group_of $member member_state)" != ONLINE ] ||
		    [ "$(at $member sql_root "SELECT member_state
		    FROM performance_schema.replication_group_members
		    WHERE member_host = '$(addr db$1)'")" = ONLINE ] || return 1
	done
}
group_size() {
	at $1 sql_root "SELECT COUNT(*) FROM performance_schema.replication_group_members
	    WHERE member_state = 'ONLINE'"
}
group_applied() {
	at $1 sql_root "SELECT REPLACE(@@gtid_executed, CHAR(10), '')" 2>/dev/null
}

# group_bootstrap N: it runs, and begins a group.
group_bootstrap() {
	at $1 sql_root 'SET GLOBAL group_replication_bootstrap_group = ON;
	    START GROUP_REPLICATION;
	    SET GLOBAL group_replication_bootstrap_group = OFF' || node_failed $1
	await 60 is_primary $1 || node_failed $1
}
# One that finds no group tries for a minute, in which nothing else can be told to it:
# where there is none it must not try.
group_alone() {
	node_run $1 --group-replication-start-on-boot=OFF
	await 60 answers_sql $1 || node_failed $1
}
group_begin() {
	group_alone $1
	group_bootstrap $1
}
# group_account N: by what it speaks to the others.
group_account() {
	at $1 sql_root "CHANGE REPLICATION SOURCE TO SOURCE_USER = 'shop_group',
	    SOURCE_PASSWORD = 'GROUP_PASSWORD'
	    FOR CHANNEL 'group_replication_recovery'"
}
group_first() {
	group_alone 1
	at 1 sql_root 'SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF'
	at 1 sql_file "$top_srcdir/cluster/group-replication/setup.sql" ||
	    bail 'no accounts'
	group_account 1 || bail 'no account for the group'
	group_bootstrap 1
}
# Who it is is in a file, and two must not be the same.
group_copied() { rm -f "$dir/n$1/data/auto.cnf"; }

# The copy ends with a restart, which is for whoever started the server.
group_join() {
	mkdir -p "$dir/n$1"
	db_install "$dir/n$1/data" >"$dir/log/install.log" 2>&1 ||
	    bail "no database: $(tail -n 3 "$dir/log/install.log")"
	group_alone $1
	for n in $nodes; do
		[ $n = $1 ] || ! is_synced $n || donor=$n
	done
	at $1 sql_root "SET GLOBAL clone_valid_donor_list = '$(addr db$donor):3306';
	    CLONE INSTANCE FROM shop_group@'$(addr db$donor)':3306
	    IDENTIFIED BY 'GROUP_PASSWORD' REQUIRE SSL" 2>"$dir/log/clone.log"
	await ${join_s:-60} gone "$(node_pid $1)" ||
	    bail "no copy: $(cat "$dir/log/clone.log")"
	group_again $1
}
group_again() {
	node_run $1
	await ${join_s:-60} is_synced $1 || node_failed $1
}

# group_position N: all that it has applied or received, as a set.
group_position() {
	at $1 sql_root "SELECT REPLACE(GTID_SUBTRACT(CONCAT(@@gtid_executed, ',',
	    COALESCE((SELECT received_transaction_set
	    FROM performance_schema.replication_connection_status
	    WHERE channel_name = 'group_replication_applier'), '')), ''), CHAR(10), '')"
}
# has_all_of N SET: nothing of it is missing there.
group_has_all_of() {
	[ "$(at $1 sql_root "SELECT GTID_SUBSET('$2', '$(group_position $1)')")" = 1 ]
}

# The one that has come farthest begins a group anew, and the others join it, as
# docs/cluster.md has it.
group_all_again() {
	first=
	for n in $nodes; do
		group_alone $n
	done
	for n in $nodes; do
		if [ -z "$first" ] || ! group_has_all_of $first "$(group_position $n)"; then
			first=$n
		fi
	done
	group_bootstrap $first
	for n in $nodes; do
		[ $n = $first ] || at $n sql_root 'START GROUP_REPLICATION'
		await ${join_s:-60} is_synced $n || node_failed $n
	done
}
