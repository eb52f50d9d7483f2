# SPDX-License-Identifier: MIT
# The database: its server, its tables, its locks.

# ---- MariaDB, or where there is none MySQL

if [ -z "$want_db" ] && ! command -v mariadbd >/dev/null &&
    command -v mysqld >/dev/null; then
	want_db=mysql
fi
if [ "$want_db" = mysql ]; then
	mysql=1 mariadb= dbd=mysqld
	db_own='--mysqlx=OFF --skip-log-bin --secure-file-priv=NULL'
	db_redo=--innodb-redo-log-capacity
	db_client='mysql --no-defaults'
else
	mysql='' mariadb=1 dbd=mariadbd
	db_own=
	db_redo=--innodb-log-file-size
	# That of 11.4 verifies a certificate over the socket, too, and a test
	# may give the server any.
	db_client='mariadb --no-defaults --skip-ssl'
fi

# A small log is made soon; a test that asks the doctor sets 64M.
redo=8M

# db_install DIRECTORY: an empty database.
db_install() {
	if [ -n "$mysql" ]; then
		mysqld --no-defaults ${as_root:+--user=root} --datadir="$1" \
		    --initialize-insecure $db_own $db_redo=$redo
	else
		mariadb-install-db --no-defaults ${as_root:+--user=root} \
		    --datadir="$1" --auth-root-authentication-method=normal \
		    --skip-test-db --skip-name-resolve $db_own $db_redo=$redo
	fi
}

# A data directory with schema and seed is made once and copied.
template=$top_builddir/t/template.d

template_make() {
	wanted_redo=$redo
	redo=8M
	rm -rf "$template.new"
	mkdir -p "$template.new"
	db_install "$template.new/data" >"$dir/log/install.log" 2>&1 ||
	    bail "no database: $(tail -n 3 "$dir/log/install.log")"
	mv "$template.new/data" "$dir/data"
	db_start
	sql_root "CREATE DATABASE shop CHARACTER SET utf8mb4
	    COLLATE utf8mb4_unicode_ci" || bail 'no database'
	ctl migrate >"$dir/log/migrate.log" 2>&1 ||
	    bail "migrate: $(cat "$dir/log/migrate.log")"
	sql_file "$top_srcdir/schema/seed.sql" >/dev/null || bail 'no seed'
	db_stop
	mv "$dir/data" "$template.new/data"
	rm -rf "$template"
	mv "$template.new" "$template"
	redo=$wanted_redo
}

# Made again when the schema has changed since.
template_need() {
	mkdir -p "$top_builddir/t"
	exec 9>"$top_builddir/t/template.lock"
	flock 9
	if [ ! -d "$template" ] || [ -n "$(find "$top_srcdir/schema" -newer \
	    "$template" -type f | head -n 1)" ]; then
		template_make
		touch "$template"
	fi
	flock -u 9
	exec 9>&-
}

db_start() {
	${db_env:+env $db_env} $dbd --no-defaults ${as_root:+--user=root} \
	    --datadir="${db_data:-$dir/data}" --socket="$db_sock" --skip-networking \
	    --tmpdir="$dir/tmp" \
	    --pid-file="$dir/db.pid" --log-error="$dir/log/db.err" \
	    --character-set-server=utf8mb4 --local-infile=0 \
	    --innodb-flush-log-at-trx-commit=1 $db_own $db_redo=$redo \
	    --innodb-buffer-pool-size=64M --performance-schema=OFF \
	    --max-connections=200 ${db_options:-} >/dev/null 2>&1 9>&- &
	db_pid=$!
	eventually 30 sql_root 'SELECT 1' ||
	    bail "$dbd does not start: $(tail -n 5 "$dir/log/db.err")"
}

db_stop() { stop_pid TERM "${db_pid:-}"; }
db_kill() { kill -KILL "$db_pid"; seen 'MariaDB killed' gone "$db_pid"; }
db_freeze() {
	kill -STOP "$db_pid"
	seen 'MariaDB frozen' stands_still "$db_pid"
}
db_thaw() { kill -CONT "$db_pid"; }

# db_root [OPTION...]: the client, over the socket.
db_root() { $db_client -S "$db_sock" -u root -N -B "$@"; }

sql_root() { db_root -e "$1"; }

# sql QUERY: as the admin, in the shop; rows with tabs.
sql() { db_root --default-character-set=utf8mb4 shop -e "$1"; }

# rows_read: how many rows the database has read since it was started, for anybody.
rows_read() { sql_root "SHOW GLOBAL STATUS LIKE 'Handler_read%'" |
    awk '{ n += $2 } END { printf "%d\n", n }'; }

sql_file() { db_root --default-character-set=utf8mb4 shop <"$1"; }

invariants() {
	sql_file "$top_srcdir/schema/invariants.sql"
}

# remake FILE DEFINER [SETUP [SED]]: its routine anew, by that account, in a
# session like migrate's, or one of that SETUP.  MySQL must drop it, and the
# right to call it goes with it.
mode="SET sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
remake() {
	name=${1##*/}
	name=${name%.sql}
	{
		echo "${3:-$mode};"
		[ -z "$mysql" ] || echo "DROP PROCEDURE IF EXISTS $name;"
		echo 'DELIMITER //'
		sed "s/ PROCEDURE / DEFINER = $2 PROCEDURE /;${4:-}
		    ${mysql:+s|/\*M! OR REPLACE \*/ ||}" "$1"
		echo //
		case $mysql$name in
		1order_* | 1payment_fail | 1points_charge | 1charge_points | 1shop_ready)
			echo "GRANT EXECUTE ON PROCEDURE $name TO shop_worker@localhost//" ;;
		esac
	} | db_root --comments --default-character-set=utf8mb4 shop
}

# holder QUERY SECONDS: another session runs it, and waits; $dir/held has its
# id.
holder() {
	rm -f "$dir/held"
	db_root --unbuffered shop -e "$1; SELECT 'held', CONNECTION_ID();
	    SELECT SLEEP($2); ROLLBACK" >"$dir/held" 2>/dev/null &
	hold_pid=$!
	seen "held by $1" grep -q held "$dir/held"
}
# hold SECONDS QUERY: it takes locks and keeps them.  Returns when it has
# them; let_go lets them go early.
hold() { holder "BEGIN; $2" "$1"; }
# hold_table TABLE: nobody else may read it, nor write, until let_go.
hold_table() { holder "LOCK TABLES $1 WRITE" 600; }
# let_go: what hold or hold_table holds.
let_go() {
	sql "KILL $(sed -n 's/^held.//p' "$dir/held")"
	wait "$hold_pid"
}

# sessions: the ids of the workers' sessions, by what no variable of the server
# can stop; put_out ID...: these are ended, and gone, for KILL doesn't wait.
sessions() {
	sql_root 'SHOW PROCESSLIST' |
	    awk -F '\t' '$2 == "shop_worker" { print $1 }'
}
put_out() {
	for id; do
		sql_root "KILL $id" 2>/dev/null
	done
	[ $# -eq 0 ] || seen 'sessions ended' none_in "$@"
}
none_in() {
	sql_root 'SHOW PROCESSLIST' >"$dir/processlist" || return 1
	for id; do
		! grep -q "^$id	" "$dir/processlist" || return 1
	done
}

# lock_waits_are N: so many transactions wait for a row.
lock_waits_are() {
	sleep 0.15
	[ "$(sql "SELECT COUNT(*) FROM information_schema.innodb_trx
	    WHERE trx_state = 'LOCK WAIT'")" -ge "$1" ]
}

# key_held USER PATH KEY [ID]: a POST with this key is under way; its lock in the
# database has the digest that web/idem makes.  ID is what {id} in the path is.
key_held() {
	key_digest=$(printf '%s POST %s %s %s' "$1" "$2" "${4:-0}" "$3" |
	    sha256sum | cut -c 1-32 | tr a-f A-F)
	[ "$(sql "SELECT IS_USED_LOCK(CONCAT(LEFT(SHA2(DATABASE(), 256), 24),
	    ':$key_digest')) IS NOT NULL")" = 1 ]
}
