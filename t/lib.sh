# SPDX-License-Identifier: MIT
# What every test script begins with:
#
#	. "${top_srcdir:-.}/t/lib.sh"
#	shop_start
#	request GET /v1/products/1
#	is "$status" 200 "a product is shown"
#	finish
#
# shop_start starts a private shop in a directory of its own: MariaDB with
# the seed, memcached, shopd and nginx, all on unix sockets.  finish checks
# that money and stock are conserved, that the OpenAPI document has what was
# answered and that no worker met a sanitizer, and prints the plan.  The directory is removed, but kept when the test failed.
# t/README lists the verbs.

set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-$top_srcdir/build}" && pwd)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C.UTF-8
# AddressSanitizer keeps what was freed, 256 MiB of it where nothing is said: a
# worker would come past worker_memory_max_kib by that alone, and be replaced.
ASAN_OPTIONS=quarantine_size_mb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export PATH LC_ALL ASAN_OPTIONS

# The caller's own shop is none of ours; which server it has is.
want_db=${SHOP_DB:-}
unset $(env | sed -n 's/^\(SHOP_[A-Z_]*\)=.*/\1/p') NONE

count=0
failures=0
dir=$(mktemp -d /tmp/shop-t.XXXXXX)
if [ "$(id -u)" = 0 ]; then as_root=1; else as_root=; fi
db_sock=$dir/db.sock
workers=4
workers_read=2
db_env=
mounted=

# ---- TAP

# seen WHAT COMMAND...: a fault that a test injects is there before anything is
# asked that depends on it; a row about a fault that isn't would prove nothing.
seen() {
	seen_what=$1
	shift
	eventually 10 "$@" || bail "the fault is not there: $seen_what"
}

# ok TEXT: what ran just before succeeded.
ok() {
	if [ $? -eq 0 ]; then pass "$1"; else fail "$1"; fi
}

pass() {
	count=$((count + 1))
	printf 'ok %s - %s\n' "$count" "$1"
}

fail() {
	count=$((count + 1))
	failures=$((failures + 1))
	printf 'not ok %s - %s\n' "$count" "$1"
}

# is GOT WANTED TEXT
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3"
		printf '# got:    %s\n# wanted: %s\n' "$1" "$2"
	fi
}

# like GOT PATTERN TEXT: an extended regular expression.
like() {
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		pass "$3"
	else
		fail "$3"
		printf '# got:     %s\n# pattern: %s\n' "$1" "$2"
	fi
}

unlike() {
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		fail "$3"
		printf '# got:        %s\n# never like: %s\n' "$1" "$2"
	else
		pass "$3"
	fi
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

bail() {
	echo "Bail out! $1"
	exit 1
}

# finish: the last line of each script.
finish() {
	if [ -S "$db_sock" ] && sql 'SELECT 1' >/dev/null 2>&1; then
		is "$(invariants)" '' 'money and stock are conserved'
	fi
	is "$(undocumented)" '' 'each answer is one that the document has'
	pool_stop
	is "$(grep -hE 'AddressSanitizer|LeakSanitizer|runtime error:|Assertion' \
	    "$dir"/log/*.log 2>/dev/null)" '' \
	    'no sanitizer and no assertion spoke up'
	echo "1..$count"
	exit 0
}

# ---- Waiting

# eventually SECONDS COMMAND...: until it succeeds; false if it never does.
eventually() {
	tries=$(($1 * 50))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.02
	done
}

alive() {
	[ -n "$1" ] && kill -0 "$1" 2>/dev/null
}

gone() {
	! alive "$1"
}

# running COMMAND: the processes whose command line begins so.
running() {
	for process in /proc/[0-9]*; do
		case $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") in
		"$1"*) echo "${process#/proc/}" ;;
		esac
	done 2>/dev/null
}

# stands_still PID: SIGSTOP has stopped each of its threads.
stands_still() {
	! grep -L '^State:[[:space:]]*T' "/proc/$1/task/"*/status | grep -q .
}

pid_in() {
	cat "$1" 2>/dev/null
}

# stop_pid SIGNAL PID: and wait until it is gone.
stop_pid() {
	alive "${2:-}" || return 0
	kill -CONT "$2" 2>/dev/null
	kill "-$1" "$2" 2>/dev/null
	eventually 15 gone "$2" || kill -KILL "$2" 2>/dev/null
}

# ---- MariaDB, or where there is none MySQL

if [ -z "$want_db" ] && ! command -v mariadbd >/dev/null &&
    command -v mysqld >/dev/null; then
	want_db=mysql
fi
if [ "$want_db" = mysql ]; then
	mysql=1 mariadb= dbd=mysqld
	db_own='--mysqlx=OFF --skip-log-bin --secure-file-priv=NULL
	    --innodb-redo-log-capacity=8M'
	db_client='mysql --no-defaults'
else
	mysql='' mariadb=1 dbd=mariadbd
	db_own=--innodb-log-file-size=8M
	# That of 11.4 verifies a certificate over the socket, too, and a test
	# may give the server any.
	db_client='mariadb --no-defaults --skip-ssl'
fi

# db_install DIRECTORY: an empty database.
db_install() {
	if [ -n "$mysql" ]; then
		mysqld --no-defaults ${as_root:+--user=root} --datadir="$1" \
		    --initialize-insecure $db_own
	else
		mariadb-install-db --no-defaults ${as_root:+--user=root} \
		    --datadir="$1" --auth-root-authentication-method=normal \
		    --skip-test-db --skip-name-resolve $db_own
	fi
}

# A data directory with schema and seed is made once and copied.
template=$top_builddir/t/template.d

template_make() {
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
	    --datadir="$dir/data" --socket="$db_sock" --skip-networking \
	    --tmpdir="$dir/tmp" \
	    --pid-file="$dir/db.pid" --log-error="$dir/log/db.err" \
	    --character-set-server=utf8mb4 --local-infile=0 \
	    --innodb-flush-log-at-trx-commit=1 $db_own \
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
		1order_place | 1payment_fail | 1points_charge | 1shop_ready)
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

# key_held USER PATH KEY: a POST with this key is under way; its lock in the
# database has the digest that web/http makes.
key_held() {
	key_digest=$(printf '%s POST %s 0 %s' "$1" "$2" "$3" | sha256sum |
	    cut -c 1-32 | tr a-f A-F)
	[ "$(sql "SELECT IS_USED_LOCK(CONCAT(LEFT(SHA2(DATABASE(), 256), 24),
	    ':$key_digest')) IS NOT NULL")" = 1 ]
}

# slow_fsync_make: before shop_start; as long as the file $slow_flag exists
# the database's disk takes its time.
slow_fsync_make() {
	slow_flag=$dir/slow
	${CC:-cc} -shared -fPIC -O -o "$dir/slow_fsync.so" \
	    "$top_srcdir/t/slow_fsync.c" || bail 'no slow_fsync.so'
	db_env="LD_PRELOAD=$dir/slow_fsync.so SLOW_FSYNC_FLAG=$slow_flag"
}

# slow_is_seen: a flush has been slow since slow_begin.
slow_begin() {
	rm -f "$slow_flag.seen"
	: >"$slow_flag"
}
slow_end() { rm -f "$slow_flag"; }
slow_is_seen() { [ -e "$slow_flag.seen" ]; }

# clock_make: before shop_start; the database's clock can be stepped.
clock_make() {
	clock_file=$dir/step
	echo 0 >"$clock_file"
	${CC:-cc} -D_GNU_SOURCE -shared -fPIC -O -o "$dir/step_clock.so" \
	    "$top_srcdir/t/step_clock.c" -ldl || bail 'no step_clock.so'
	db_env="LD_PRELOAD=$dir/step_clock.so STEP_CLOCK_FILE=$clock_file"
}

# clock_step SECONDS: it is off by so much from now on, and is seen to be.
clock_step() {
	echo "$1" >"$clock_file.new"
	mv "$clock_file.new" "$clock_file"
	clock_off=$(($(sql 'SELECT UNIX_TIMESTAMP()') - $(date +%s) - $1))
	[ $clock_off -ge -3 ] && [ $clock_off -le 3 ] ||
	    bail "the clock can't be stepped: it is off by $clock_off s"
}

# db_on_disk MIB: before shop_start; the database gets a small disk of its own,
# $dir/disk.  False where that can't be had.
db_on_disk() {
	[ -n "$as_root" ] && command -v mkfs.ext4 >/dev/null || return 1
	programs_need
	# Made where there is room for it.
	template_need
	truncate -s "$1M" "$dir/disk.img" &&
	    mkfs.ext4 -q -m 0 "$dir/disk.img" && mkdir "$dir/disk" &&
	    mount -o loop "$dir/disk.img" "$dir/disk" 2>/dev/null || return 1
	mounted=$dir/disk
	mkdir "$dir/disk/data"
	ln -s disk/data "$dir/data"
}

# disk_fill, disk_free: not a byte is left on it, and then there is.
disk_fill() {
	fallocate -l "$(($(stat -f -c '%a * %S' "$dir/disk")))" \
	    "$dir/disk/fill" 2>/dev/null
	cat /dev/zero >>"$dir/disk/fill" 2>/dev/null
	seen 'a full disk' disk_is_full
}
disk_is_full() {
	! head -c 65536 /dev/zero 2>/dev/null >"$dir/disk/probe"
	full=$?
	rm -f "$dir/disk/probe"
	return $full
}
disk_free() { rm -f "$dir/disk/fill"; }

# db_gave_up: MariaDB does when a rollback finds no room on its disk; it takes
# its time over it.
fatals() { grep -c '\[FATAL\]' "$dir/log/db.err"; }
db_gave_up() {
	gone "$db_pid" || [ "$(fatals)" != "${fatals_before:-0}" ]
}

# db_supervise: whoever watches over it starts it again.
db_supervise() {
	sleep 0.5
	db_gave_up || return 0
	fatals_before=$(fatals)
	eventually 20 gone "$db_pid"
	echo "# MariaDB gave up: $(grep -o 'FATAL.*' "$dir/log/db.err" |
	    tail -n 1)"
	db_start
}

# nothing_open: no transaction is open.  InnoDB tells what it told before to
# whoever asks again within 0.1 s.
nothing_open() {
	sleep 0.15
	[ "$(sql 'SELECT COUNT(*) FROM information_schema.innodb_trx')" = 0 ]
}

# few_connections: the workers have one each, at most.
few_connections() {
	[ "$(sql "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE user = 'shop_worker'")" -le "$(pool_size)" ]
}

# ---- memcached

# mc_start [OPTION...]: of memcached, beyond the usual.
mc_start() {
	rm -f "$dir/mc.sock"
	memcached -s "$dir/mc.sock" -a 0700 -U 0 -m 8 \
	    ${as_root:+-u root} "$@" 2>"$dir/log/mc.err" >/dev/null &
	mc_pid=$!
	eventually 10 mc_answers ||
	    bail "memcached does not start: $(cat "$dir/log/mc.err")"
}

mc_stop() { stop_pid TERM "${mc_pid:-}"; rm -f "$dir/mc.sock"; }
mc_kill() { kill -KILL "$mc_pid"; seen 'memcached killed' gone "$mc_pid"; }
mc_freeze() {
	kill -STOP "$mc_pid"
	seen 'memcached frozen' stands_still "$mc_pid"
}
mc_thaw() { kill -CONT "$mc_pid"; }

# mc_say: standard input to memcached, as it is, and then quit; prints what it
# answers, until it hangs up.
mc_say() {
	{ cat; printf 'quit\r\n'; } | perl -MIO::Socket::UNIX -e '
		alarm 30;
		$SIG{PIPE} = "IGNORE";
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
		# What it answers is taken off while more is said.
		if (!fork) {
			print $s $_ while read STDIN, $_, 65536;
			exit;
		}
		print while sysread $s, $_, 65536;' "$dir/mc.sock" | tr -d '\r'
}
mc_answers() { printf 'version\r\n' | mc_say | grep -q '^VERSION '; }

# mc_put KEY FILE: into memcached as it is.
mc_put() {
	{ printf 'set %s 0 600 %d\r\n' "$1" "$(wc -c <"$2")"; cat "$2"
	printf '\r\n'; } | mc_say | grep -q STORED
}

# mc_full: another memcached, which forgets nothing and has no room for one
# more ranking: whatever size class it may fall into is used up.
mc_full() {
	mc_stop
	mc_start -m 1 -M -I 512k
	awk 'BEGIN { for (size = 200; size <= 900; size += 50)
	    for (n = 0; n < 2400; n++)
		printf "set f%d.%d 0 600 %d\r\n%" size "s\r\n",
		    size, n, size, "x" }' | mc_say >"$dir/filled"
	seen 'a full memcached' mc_is_full
}
mc_is_full() {
	for size in 250 380 450 500 700; do
		head -c $size /dev/zero >"$dir/more"
		! mc_put more "$dir/more" || return 1
	done
	mc_answers
}

# mc_garbage: what no worker has put where the ranking is, in many shapes.
mc_garbage() {
	for n in 1 2 3 4 5 6 7 8; do
		random 4
		case $r in
		0) head -c 300 /dev/urandom ;;
		1) printf 'shop1 %s 12 0123456789abcdef\n{"items":[]}' \
		    "$(now_ms)" ;;
		2) printf 'shop1 %s 99999999999999999999 x\n' "$(now_ms)" ;;
		3) : ;;
		esac >"$dir/garbage"
		mc_put "shop:$shop_id:rank" "$dir/garbage" ||
		    bail 'the fault is not there: garbage in memcached'
	done
}

# mc_flush: the cache is empty.
mc_flush() { mc_stop; mc_start; }

# ---- The pool

conf_make() {
	mkdir -p "$dir/log" "$dir/tmp"
	(umask 077
	head -c 48 /dev/urandom | base64 >"$dir/jwt.secret"
	head -c 24 /dev/urandom | base64 >"$dir/db.password")
	cat >"$dir/shop.conf" <<EOF
listen = unix:$dir/shop.sock
listen_read = unix:$dir/read.sock
workers = $workers
workers_read = $workers_read
worker_path = $top_builddir/shop.fcgi
pool_pidfile = $dir/shopd.pid
db_socket = $db_sock
db_password_file = $dir/db.password
memcached = $dir/mc.sock
jwt_secret_file = $dir/jwt.secret
schema_dir = $top_srcdir/schema
nginx_dir = $top_srcdir/nginx
EOF
}

# conf KEY VALUE: a setting of this test; before shop_start, or with HUP.
conf() {
	sed -i "/^$1 = /d" "$dir/shop.conf"
	echo "$1 = $2" >>"$dir/shop.conf"
}

pool_start() {
	"$top_builddir/shopd" --config "$dir/shop.conf" \
	    >>"$dir/log/shopd.log" 2>&1 &
	pool_pid=$!
	eventually 15 grep -q "event=ready" "$dir/log/shopd.log" ||
	    bail "shopd: $(tail -n 5 "$dir/log/shopd.log")"
}

pool_stop() { stop_pid TERM "${pool_pid:-}"; }

# pool_workers: the process ids of the workers, one a line.
pool_workers() {
	cat "/proc/$pool_pid/task/$pool_pid/children" 2>/dev/null | tr ' ' '\n' |
	    sed '/^$/d'
}

# read_workers, write_workers: those of one of its two queues.
is_of_reads() { grep -qz '^SHOP_POOL=read$' "/proc/$1/environ" 2>/dev/null; }
read_workers() {
	for pid in $(pool_workers); do
		! is_of_reads "$pid" || echo "$pid"
	done
}
write_workers() {
	for pid in $(pool_workers); do
		is_of_reads "$pid" || echo "$pid"
	done
}

# pool_size: how many workers there are to be.
pool_size() { echo $((workers + workers_read)); }
pool_is_full() { [ "$(pool_workers | wc -l)" = "$(pool_size)" ]; }

# one_pool: one queue, whose workers take whatever comes; before shop_start.
one_pool() {
	workers_read=0
	conf listen_read ''
}

# pool_kill: shopd itself, by the signal that nobody can mind.
pool_kill() { kill -KILL "$pool_pid"; seen 'shopd killed' gone "$pool_pid"; }

# pool_again: after that; its log begins anew.
pool_again() {
	mv "$dir/log/shopd.log" "$dir/log/shopd-$(date +%s%3N).log"
	pool_start
}

# none_of PID...: they are all gone.
none_of() {
	for pid in "$@"; do
		! alive "$pid" || return 1
	done
}

# fds_of PID: how many descriptors a worker has; of one of reads without its
# sockets, for it may keep many.
fds_of() {
	if is_of_reads "$1"; then
		ls -l "/proc/$1/fd" | grep -vc socket:
	else
		ls "/proc/$1/fd" | wc -l
	fi
}
# at_work: the worker that has more descriptors than when workers_fds was
# written to $dir/idle: a request.
workers_fds() {
	for pid in $(pool_workers); do
		echo "$pid $(fds_of "$pid")"
	done
}
at_work() {
	workers_fds | awk 'NR == FNR { idle[$1] = $2; next }
	    $2 > idle[$1] { print $1; exit }' "$dir/idle" -
}
is_at_work() { [ -n "$(at_work)" ]; }

# workers_size: the most descriptors and the most memory (KiB) that any
# worker has.
workers_size() {
	for pid in $(pool_workers); do
		echo "$(fds_of "$pid")" \
		    "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")"
	done 2>/dev/null | awk '{ if ($1 > fds) fds = $1
	    if ($2 > kib) kib = $2 } END { print fds + 0, kib + 0 }'
}

ctl() {
	"$top_builddir/shopctl" --config "$dir/shop.conf" "$@"
}

# ---- nginx

# nginx_site [OPTION...]: prints the site, as shop.conf and the variables have it;
# with its limits as they are shipped where $limits says shipped.
nginx_site() {
	if [ "${limits:-}" != shipped ]; then
		# All of a test's clients have one address.
		set -- --limit-reads $unlimited --limit-writes $unlimited "$@"
	fi
	env ${upstream:+"SHOP_LISTEN=$upstream" SHOP_LISTEN_READ=} \
	    "$top_builddir/shopctl" --config "$dir/shop.conf" site \
	    --listen "${listen:-unix:$dir/http.sock}" \
	    --html-dir "$top_builddir/html" \
	    --access-log "$dir/log/access.log" "$@"
}
unlimited=1000000,1000000,65535

# nginx_conf [OPTION...]: that, in $dir/nginx, and the nginx.conf that has it.
nginx_conf() {
	mkdir -p "$dir/nginx"
	nginx_site "$@" >"$dir/nginx/shop.conf" &&
	    ctl site --main "$dir" >"$dir/nginx/nginx.conf" ||
	    bail 'shopctl site failed'
	[ -z "${nginx_also:-}" ] || echo "$nginx_also" >>"$dir/nginx/shop.conf"
}

# nginx_start [OPTION...]; nginx_run with the files that are there.
nginx_start() {
	nginx_conf "$@"
	nginx_run
}
nginx_run() {
	nginx -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx.err" \
	    -g 'daemon off;' 2>"$dir/log/nginx.out" &
	nginx_pid=$!
	eventually 10 [ -S "$dir/http.sock" ] ||
	    bail "nginx: $(cat "$dir/log/nginx.out")"
}

nginx_stop() { stop_pid QUIT "${nginx_pid:-}"; rm -f "$dir/http.sock"; }

# ---- The whole shop

programs_need() {
	for program in $dbd ${db_client%% *} memcached nginx curl jq; do
		command -v $program >/dev/null || skip_all "no $program"
	done
}

# shop_db: only the database, with schema and seed.
shop_db() {
	programs_need
	template_need
	mkdir -p "$dir/data"
	cp -a "$template/data/." "$dir/data/"
	db_start
	# The template's workers' password was another's.
	ctl migrate --take-account >/dev/null || bail 'migrate failed'
	shop_id=$(ctl id) || bail 'no id'
}

shop_start() {
	shop_db
	mc_start
	pool_start
	nginx_start
}

shop_stop() {
	kill -CONT ${db_pid:-} ${mc_pid:-} 2>/dev/null
	stop_pid QUIT "${nginx_pid:-}"
	stop_pid TERM "${pool_pid:-}"
	stop_pid KILL "${mc_pid:-}"
	stop_pid KILL "${db_pid:-}"
}

cleanup() {
	code=$?
	trap '' INT TERM
	shop_stop >/dev/null 2>&1
	[ -z "$mounted" ] || umount "$mounted"
	if [ $failures -eq 0 ] && [ $code -eq 0 ]; then
		rm -rf "$dir"
	else
		echo "# everything is kept in $dir"
	fi
	exit $code
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---- Requests

# token USER: one that works.
token() {
	ctl token --user "$1" --ttl 600
}

# free_port: a TCP port that was free a moment ago.
free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(
	    LocalAddr => "0.0.0.0", Listen => 1)->sockport'
}

# How curl gets to the shop, where it is not by nginx.
via=

# request METHOD TARGET [curl's arguments]: sets status, body, headers.
request() {
	method=$1
	target=$2
	shift 2
	if [ "$method" = HEAD ]; then
		set -- --head "$@"
	else
		set -- -X "$method" "$@"
	fi
	status=$(curl -s --path-as-is --max-time 30 \
	    ${via:---unix-socket $dir/http.sock} \
	    -o "$dir/body" -D "$dir/headers" \
	    -w '%{http_code}' "$@" "http://shop$target")
	body=$(cat "$dir/body" 2>/dev/null)
	headers=$(tr -d '\r' <"$dir/headers" 2>/dev/null)
	case $body in
	*'"code":"'*)
		answer=${body#*'"code":"'}
		echo "$method $target $status ${answer%%'"'*}" ;;
	*)
		[ "$method" = HEAD ] || echo "$method $target $status -" ;;
	esac >>"$dir/answered"
}

# as USER: requests by `user METHOD TARGET ...` are this user's.
as() {
	bearer=$(token "$1")
}

user() {
	user_method=$1
	user_target=$2
	shift 2
	request "$user_method" "$user_target" \
	    -H "Authorization: Bearer $bearer" "$@"
}

# post TARGET BODY [curl's arguments]: JSON, as the user.
post() {
	post_target=$1
	post_body=$2
	shift 2
	user POST "$post_target" -H 'Content-Type: application/json' \
	    --data-binary "$post_body" "$@"
}

# header NAME: its value in the last response.
header() {
	printf '%s\n' "$headers" | sed -n "s/^$1: //Ip"
}

# json FILTER: of the last body, by jq; compact.
json() {
	printf '%s' "$body" | jq -c "$1" 2>/dev/null
}

# is_problem STATUS CODE TEXT: the last response is this problem, complete:
# an instance that leads to its page, and a detail that is not its title.
is_problem() {
	problem_id=$(header X-Request-Id)
	got="$status $(header Content-Type) $(json '[.status, .code, .type,
	    .requestId == "'"$problem_id"'",
	    .instance == "/problems/'"$2#$problem_id"'", (.title|type),
	    (.detail|type == "string" and . != ""), .detail != .title]')"
	is "$got" "$1 application/problem+json [$1,\"$2\",\"/problems/$2\",true,true,\"string\",true,true]" "$3"
}

# example NAME: an example of the OpenAPI document, as JSON.
openapi=$top_srcdir/nginx/html/openapi.yaml
example() {
	awk -v name="$1:" '
		/^  [a-z]/ { on = $1 == "examples:" }
		on && /^    [^ ]/ { here = $1 == name; next }
		on && here && sub(/^      value:/, "") { text = 1 }
		on && here && text' "$openapi"
}

# timeless: what differs each time has one name: ids and times.
timeless() {
	jq -c 'walk(if type == "object" then
	    (if has("requestId") then .requestId = "ID" else . end) |
	    (if has("instance") then .instance |= sub("#.*"; "#ID") else . end) |
	    (if has("id") then .id = 0 else . end)
	    elif type == "string" then
	    gsub("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}([.][0-9]{3})?Z"; "TIME")
	    else . end)'
}

# is_example NAME TEXT: the last response is that example, byte for byte but for ids
# and times.
is_example() {
	is "$(printf '%s' "$body" | timeless)" "$(example "$1" | timeless)" "$2"
}

# undocumented: the answers to `request` that the OpenAPI document lacks.
undocumented() {
	[ ! -s "$dir/answered" ] || sort -u "$dir/answered" |
	    awk -f "$top_srcdir/t/documented.awk" "$openapi" -
}

# raw FORMAT [HOW]: bytes as printf prints them, until nginx closes; sets
# status, body, headers and took_ms, when the last of the answer came.  HOW is
# half: nothing more will be sent, and nginx is told so; or once: not until it
# closes, but until the answer is whole.
raw() {
	printf "$1" | perl -MIO::Socket::UNIX -MTime::HiRes=time -e '
		alarm 20;
		$SIG{PIPE} = "IGNORE";
		my $from = time;
		my ($at, $all) = ($from, "");
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$!";
		{ local $/; print $s scalar <STDIN>; $s->flush }
		shutdown $s, 1 if $ARGV[1] eq "half";
		while (sysread $s, my $bytes, 65536) {
			$all .= $bytes;
			$at = time;
			last if $ARGV[1] eq "once" && $all =~
			    /^Content-Length: (\d+).*?\r\n\r\n(.*)/ims &&
			    length $2 >= $1;
		}
		print $all;
		$at = time if $at == $from;
		printf STDERR "%d\n", ($at - $from) * 1000;' \
	    "$dir/http.sock" "${2:-}" >"$dir/raw" 2>"$dir/took"
	took_ms=$(cat "$dir/took")
	raw_look "$dir/raw"
}

# raw_look FILE: the same of an answer's bytes.
raw_look() {
	tr -d '\r' <"$1" >"$dir/raw.lf"
	status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\) .*/\1/p' "$dir/raw.lf")
	headers=$(sed '/^$/q' "$dir/raw.lf")
	body=$(sed '1,/^$/d' "$dir/raw.lf")
}

# balance USER and stock PRODUCT, from the tables.
balance() { sql "SELECT balance FROM users WHERE id = $1"; }
stock() { sql "SELECT stock FROM products WHERE id = $1"; }

# tables: a digest of every row, to see that nothing changed.
tables() {
	sql 'SELECT * FROM users; SELECT * FROM products;
	    SELECT * FROM orders; SELECT * FROM order_items;
	    SELECT * FROM payments; SELECT * FROM points_ledger;
	    SELECT * FROM sales_marks; SELECT * FROM stock_movements' |
	    sha256sum
}

# parallel N COMMAND...: N at once, each with its number in $n; waits for all.
parallel() {
	parallel_pids=
	parallel_max=$1
	shift
	n=0
	while [ $n -lt "$parallel_max" ]; do
		n=$((n + 1))
		("$@") &
		parallel_pids="$parallel_pids $!"
	done
	wait $parallel_pids
}

# shot NAME METHOD TARGET [curl's arguments]: a request of many at once; its
# status, time (s), body and headers stay in $dir/shots/NAME.*.
shot() {
	mkdir -p "$dir/shots"
	shot_file=$dir/shots/$1
	shot_method=$2
	shot_target=$3
	shift 3
	curl -s --path-as-is --max-time 30 \
	    ${via:---unix-socket $dir/http.sock} \
	    -o "$shot_file.body" -D "$shot_file.headers" \
	    -w '%{http_code} %{time_total}\n' -X "$shot_method" "$@" \
	    "http://shop$shot_target" >"$shot_file.new"
	cut -d ' ' -f 2 "$shot_file.new" >"$shot_file.time"
	cut -d ' ' -f 1 "$shot_file.new" >"$shot_file.status"
	rm -f "$shot_file.new"
}

# shot_post NAME TARGET BODY [curl's arguments]: JSON, as the user.
shot_post() {
	shot_name=$1
	shot_target=$2
	shot_body=$3
	shift 3
	shot "$shot_name" POST "$shot_target" \
	    -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' --data-binary "$shot_body" "$@"
}

# shot_look NAME: status, body, headers and seconds are this shot's.
shot_look() {
	status=$(cat "$dir/shots/$1.status")
	seconds=$(cat "$dir/shots/$1.time")
	body=$(cat "$dir/shots/$1.body" 2>/dev/null)
	headers=$(tr -d '\r' <"$dir/shots/$1.headers" 2>/dev/null)
}

# shots: what all of them were answered, "7 201, 3 409"; forgets them.
shots() {
	cat "$dir"/shots/*.status | sort | uniq -c |
	    awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }'
	rm -rf "$dir/shots"
}

# ---- Chance

# seeded: chance is a function of $SEED, else of the clock.
seeded() {
	seed=${SEED:-$(date +%s)}
	chance=$seed
	echo "# seed $seed"
}

# random N: sets r to 0..N-1.
random() {
	chance=$(((chance * 1103515245 + 12345) & 0x7fffffff))
	r=$(((chance >> 8) % $1))
}

# some_worker: sets victim to one of them.
some_worker() {
	random "$(pool_size)"
	victim=$(pool_workers | sed -n "$((r + 1))p")
}

now_ms() { date +%s%3N; }
sleep_ms() { sleep "$(printf %d.%03d $(($1 / 1000)) $(($1 % 1000)))"; }

# sleep_until MS: as now_ms has it.
sleep_until() {
	left=$(($1 - $(now_ms)))
	[ $left -le 0 ] || sleep_ms $left
}

# ---- Load: t/client with its journal

# goods_make: eight products that last, but for the last one; prices such that
# users are poor now and then.
goods_make() {
	for price in 100 200 300 400 500 600 700; do
		ctl product add --name "P$price" --price $price --stock 1000000
	done >"$dir/goods"
	ctl product add --name Few --price 800 --stock 50 >>"$dir/goods"
	goods=$(head -n 1 "$dir/goods")..$(tail -n 1 "$dir/goods")
}

# client [OPTION...]: to this shop, with its figures in $dir/clients.out.
client() {
	"$top_builddir/t/client" --socket "$dir/http.sock" \
	    --secret "$dir/jwt.secret" --journal "$dir/journal" \
	    --seed "$seed" --products "$goods" --amount 3000 "$@" \
	    >"$dir/clients.out"
}

# clients [OPTION...]: until they are done.  The first time the workers are
# made warm before, and what they need then is noted.
clients() {
	clients_warm
	client "$@"
	ok 'the clients did their work'
	cat "$dir/clients.out" >>"$dir/figures"
}

clients_warm() {
	[ -z "${ledger_start:-}" ] || return 0
	goods_make
	ledger_start=$(sql 'SELECT MAX(id) FROM points_ledger')
	client --seconds 1 --clients $((2 * workers)) \
	    --mix charge,order,read,top
	mv "$dir/clients.out" "$dir/figures"
	workers_size >"$dir/size"
}

# clients_start [OPTION...]: the same, until clients_stop.
clients_start() {
	clients_warm
	"$top_builddir/t/client" --socket "$dir/http.sock" \
	    --secret "$dir/jwt.secret" --journal "$dir/journal" \
	    --seed "$seed" --products "$goods" --amount 3000 \
	    --seconds 86400 "$@" >"$dir/clients.out" &
	clients_pid=$!
	journal_has=$(wc -l <"$dir/journal")
	seen 'clients at work' journal_grows
}
journal_grows() { [ "$(wc -l <"$dir/journal")" -gt $((journal_has + 20)) ]; }

clients_stop() {
	kill -TERM "$clients_pid"
	wait "$clients_pid"
	ok 'the clients did their work'
	cat "$dir/clients.out" >>"$dir/figures"
}

# asking USER TARGET [curl's arguments]: one more client, without keys of its
# own, that asks the same again and again until asking_stop; statuses are in
# $dir/asked.*.
asking() {
	asking_as="Authorization: Bearer $(token "$1")"
	asking_file=$(mktemp "$dir/asked.XXXXXX")
	asking_urls=$dir/asking.${asking_file##*.}
	for n in $(seq 50); do
		printf 'url = "http://shop%s"\noutput = "/dev/null"\n' "$2"
	done >"$asking_urls"
	: >"$dir/asking"
	shift 2
	while [ -e "$dir/asking" ]; do
		curl -s --max-time 30 --unix-socket "$dir/http.sock" \
		    -K "$asking_urls" -w '%{http_code}\n' \
		    -H "$asking_as" "$@" >>"$asking_file"
	done &
	asking_pids="${asking_pids:-} $!"
}
asking_stop() {
	rm -f "$dir/asking"
	for pid in ${asking_pids:-}; do
		wait "$pid"
	done
	asking_pids=
}
# asked: what they were answered, "29 503, 1234 200".
asked() {
	cat "$dir"/asked.* | sort | uniq -c | sort -n |
	    awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }'
}

# figure NAME: of all clients so far; the greatest where it is one.
figure() {
	awk -v name="$1" '$1 == name { if (name !~ /^max/) n += $2
	    else if ($2 > n) n = $2 } END { print n + 0 }' "$dir/figures"
}

# answers FROM TO [METHOD]: "STATUS US AT_MS" of each that came within (ms).
answers() {
	awk -F '\t' -v from="$1" -v to="$2" -v method="${3:-}" '$1 == "A" &&
	    $12 >= from && $12 <= to && (method == "" || $5 == method) {
	    print $6, $11, $12 }' "$dir/journal"
}

# first_success FROM: ms from then to the first write that succeeds; a day
# where none does.
first_success() {
	answers "$1" "$(now_ms)" POST | awk -v from="$1" 'BEGIN { min = 86400000 }
	    $1 == 201 && $3 - from < min { min = $3 - from } END { print min }'
}

# succeeds_after MS: a write has succeeded since.
succeeds_after() { [ "$(first_success "$1")" -lt 86400000 ]; }

# median_ms: of the answers on stdin.
median_ms() {
	sort -n -k 2 | awk '{ us[NR] = $2 }
	    END { print NR ? int(us[int((NR + 1) / 2)] / 1000) : 0 }'
}

# less GOT MAX TEXT
less() {
	[ "$1" -le "$2" ]
	ok "$3 ($1 of $2)"
}

# journal_check: what the journal and the tables disagree on.
journal_check() {
	"$top_builddir/t/client" check --journal "$dir/journal" \
	    --since "$ledger_start" >"$dir/check.sql" || echo 'no check'
	sql_file "$dir/check.sql"
}

same_size() {
	workers_size | { read -r fds kib
	read -r fds_before kib_before <"$dir/size"
	echo "# descriptors $fds_before -> $fds, KiB $kib_before -> $kib"
	[ "$fds" -le "$fds_before" ] && { [ "$kib" -le $((kib_before + 4096)) ] ||
	    grep -aq __asan_init "$top_builddir/shop.fcgi"; }; }
}

# all_is_well MAX_MS: after the clients are stopped, every check there is.
all_is_well() {
	echo "# $(tr '\n' ',' <"$dir/figures")"
	less "$(figure max_ms)" "$1" 'no answer took longer (ms)'
	is "$(figure unresolved)" 0 'every write was resolved by its key'
	is "$(figure not_problem) $(figure no_retry_after) $(figure status_500)" \
	    '0 0 0' 'errors are problems, a 503 says when to come again, no 500'
	is "$(figure different)" 0 'an answer told again is the same'
	journal_check >"$dir/checked"
	is "$(head -n 20 "$dir/checked")" '' 'nothing lost, doubled, halved, made up'
	ctl audit >"$dir/audit"
	is "$? $(head -n 1 "$dir/audit")" '0 ok' 'the audit agrees'
	eventually 3 nothing_open
	ok 'no transaction is open'
	eventually 5 few_connections
	ok 'no connection is left over'
	same_size
	ok 'no worker grew'
}

conf_make
