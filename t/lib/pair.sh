# SPDX-License-Identifier: MIT
# Two databases, the second a replica of the first, or the other way round.

# ---- Both are MariaDB's; A's verbs are those of t/lib/db.sh

pair_need() {
	[ -n "$mariadb" ] || skip_all 'the replication is MariaDB'\''s'
}

# What each is started with: semi-synchronous, so that what one acknowledged the
# other has; neither takes writes until it is told to.
pair_options() {
	echo "--log-bin=bin --log-slave-updates --sync-binlog=1 --gtid-strict-mode=1" \
	    "--skip-networking=0 --bind-address=127.0.0.1 --skip-name-resolve" \
	    "--skip-slave-start --read-only=1 --slave-net-timeout=4" \
	    "--rpl-semi-sync-master-wait-point=AFTER_SYNC" \
	    "--rpl-semi-sync-master-timeout=600000" \
	    "--rpl-semi-sync-slave-enabled=1" \
	    "--server-id=$1 --port=$2 --pid-file=$dir/$3.pid --log-error=$dir/log/$3.err"
}

# at_b COMMAND...: with the second server in the place of the first; not within
# itself, nor around what knows sides.
at_b() {
	a_sock=$db_sock a_pid=${db_pid:-} a_options=$db_options
	db_sock=$dir/b.sock db_pid=${b_pid:-} db_data=$dir/b db_options=$b_options
	"$@"
	at_b_code=$?
	b_pid=$db_pid
	db_sock=$a_sock db_pid=$a_pid db_data='' db_options=$a_options
	return $at_b_code
}

# of SIDE COMMAND...: at A or B.
of() {
	side=$1
	shift
	if [ "$side" = B ]; then at_b "$@"; else "$@"; fi
}

# pair_start: A takes writes, B follows it.
pair_start() {
	a_port=$(free_port)
	b_port=$(free_port)
	while [ "$b_port" = "$a_port" ]; do
		b_port=$(free_port)
	done
	trap 'kept=$?; kill -CONT ${b_pid:-} 2>/dev/null; stop_pid KILL "${b_pid:-}"
	    (exit $kept); cleanup' EXIT
	conf db_socket "$dir/db.sock, $dir/b.sock"
	db_options='--log-bin=bin --server-id=1 --gtid-strict-mode=1'
	shop_db
	sql_root "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;
	    CREATE USER replica@'127.0.0.1' IDENTIFIED BY 'r';
	    GRANT REPLICATION SLAVE ON *.* TO replica@'127.0.0.1'"
	db_stop
	b_options=$(pair_options 2 "$b_port" b)
	db_options=$(pair_options 1 "$a_port" a)
	cp -a "$dir/data" "$dir/b"
	db_start
	at_b db_start
	follow B "$a_port"
	lead A
}

# follow SIDE PORT: it is a replica of the other from here on, and waits for none
# of its own when it does what it is sent.
follow() {
	of "$1" sql_root "STOP SLAVE; SET GLOBAL rpl_semi_sync_master_enabled = 0;
	    SET GLOBAL gtid_slave_pos = @@gtid_binlog_pos;
	    CHANGE MASTER TO MASTER_HOST = '127.0.0.1',
	    MASTER_PORT = $2, MASTER_USER = 'replica', MASTER_PASSWORD = 'r',
	    MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1,
	    MASTER_HEARTBEAT_PERIOD = 1; START SLAVE"
	eventually 20 follows "$1" ||
	    bail "$1 does not follow: $(grep Last_ "$dir/slave")"
}
slave_status() {
	$db_client -S "$db_sock" -u root -e 'SHOW SLAVE STATUS\G' >"$dir/slave"
}
follows() {
	of "$1" slave_status
	grep -q 'Slave_IO_Running: Yes' "$dir/slave" &&
	    grep -q 'Slave_SQL_Running: Yes' "$dir/slave"
}

# lead SIDE [alone]: it takes writes, and acknowledges none that the other has
# not; alone where there is no other.
lead() {
	waits=1
	[ -z "${2:-}" ] || waits=0
	of "$1" sql_root "SET GLOBAL rpl_semi_sync_master_enabled = $waits;
	    SET GLOBAL read_only = 0"
}

# fence SIDE: it takes none any more, and nobody waits for one.
fence() {
	of "$1" sql_root 'SET GLOBAL read_only = 1'
}

# has_all SIDE OTHER: whatever is in the log of the other.
gtid_of() { of "$1" sql_root "SELECT @@gtid_$2"; }
has_all() { [ "$(gtid_of "$1" slave_pos)" = "$(gtid_of "$2" binlog_pos)" ]; }

# has_read SIDE: it has done all that it was sent.
has_read() {
	of "$1" slave_status
	grep -q 'Slave_SQL_Running_State: Slave has read all relay log' "$dir/slave"
}

# take_over SIDE: the other is dead or silent; it leads alone.
take_over() {
	eventually 20 has_read "$1" || bail "$1 can't catch up"
	of "$1" sql_root 'STOP SLAVE'
	lead "$1" alone
}

# hand_over FROM TO FROMS_PORT: in order, under load.
hand_over() {
	fence "$1"
	eventually 20 has_all "$2" "$1" || bail "$2 can't catch up"
	of "$2" sql_root 'STOP SLAVE'
	lead "$2"
	follow "$1" "$3"
}

# at_place NAME: how many workers status has there; all_at NAME: all are.
at_place() {
	ctl status --json 2>/dev/null | jq -r --arg name "$1" \
	    '.databases[] | select(.name == $name) | .workers'
}
all_at() { [ "$(at_place "$1")" = "$(pool_size)" ]; }

# gap FROM TO: the longest time without a write that succeeded (ms).
gap() {
	answers "$1" "$2" POST | awk '$1 == 201 { print $3 }' | sort -n |
	    awk -v last="$1" -v to="$2" '{ if ($1 - last > max) max = $1 - last
	    last = $1 } END { if (to - last > max) max = to - last
	    print max + 0 }'
}
