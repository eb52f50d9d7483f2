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
# that money and stock are conserved and that no worker met a sanitizer, and
# prints the plan.  The directory is removed, but kept when the test failed.
# t/README lists the verbs.

set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-$top_srcdir/build}" && pwd)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C.UTF-8
export PATH LC_ALL

# The caller's own shop is none of ours.
unset $(env | sed -n 's/^\(SHOP_[A-Z_]*\)=.*/\1/p') NONE

count=0
failures=0
dir=$(mktemp -d /tmp/shop-t.XXXXXX)
if [ "$(id -u)" = 0 ]; then as_root=1; else as_root=; fi
db_sock=$dir/db.sock
workers=4

# ---- TAP

# ok TEXT: what ran just before succeeded.
ok() {
	if [ $? -eq 0 ]; then pass "$1"; else fail "$1"; fi
}

pass() {
	count=$((count + 1))
	echo "ok $count - $1"
}

fail() {
	count=$((count + 1))
	failures=$((failures + 1))
	echo "not ok $count - $1"
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
	pool_stop
	unlike "$(cat "$dir"/log/*.log 2>/dev/null)" \
	    'AddressSanitizer|LeakSanitizer|runtime error:|Assertion' \
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

# ---- MariaDB

# A data directory with schema and seed is made once and copied.
template=$top_builddir/t/template.d

template_make() {
	rm -rf "$template.new"
	mkdir -p "$template.new"
	mariadb-install-db --no-defaults ${as_root:+--user=root} \
	    --datadir="$template.new/data" \
	    --auth-root-authentication-method=normal --skip-test-db \
	    --skip-name-resolve --innodb-log-file-size=8M \
	    >"$dir/log/install.log" 2>&1 || bail 'mariadb-install-db failed'
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
	mariadbd --no-defaults ${as_root:+--user=root} \
	    --datadir="$dir/data" --socket="$db_sock" --skip-networking \
	    --pid-file="$dir/db.pid" --log-error="$dir/log/db.err" \
	    --character-set-server=utf8mb4 --local-infile=0 \
	    --innodb-flush-log-at-trx-commit=1 --innodb-log-file-size=8M \
	    --innodb-buffer-pool-size=64M --performance-schema=OFF \
	    --max-connections=200 >/dev/null 2>&1 9>&- &
	db_pid=$!
	eventually 30 sql_root 'SELECT 1' ||
	    bail "MariaDB does not start: $(tail -n 5 "$dir/log/db.err")"
}

db_stop() { stop_pid TERM "${db_pid:-}"; }
db_kill() { kill -KILL "$db_pid"; eventually 5 gone "$db_pid"; }
db_freeze() { kill -STOP "$db_pid"; }
db_thaw() { kill -CONT "$db_pid"; }

sql_root() {
	mariadb --no-defaults -S "$db_sock" -u root -N -B -e "$1"
}

# sql QUERY: as the admin, in the shop; rows with tabs.
sql() {
	mariadb --no-defaults -S "$db_sock" -u root -N -B \
	    --default-character-set=utf8mb4 shop -e "$1"
}

sql_file() {
	mariadb --no-defaults -S "$db_sock" -u root -N -B \
	    --default-character-set=utf8mb4 shop <"$1"
}

invariants() {
	sql_file "$top_srcdir/schema/invariants.sql"
}

# hold SECONDS QUERY: another session takes locks and keeps them.
# Returns when it has them; hold_release lets them go early.
hold() {
	rm -f "$dir/held"
	mariadb --no-defaults -S "$db_sock" -u root -N -B --unbuffered shop \
	    -e "BEGIN; $2; SELECT 'held'; SELECT SLEEP($1); ROLLBACK" \
	    >"$dir/held" 2>/dev/null &
	hold_pid=$!
	eventually 5 grep -q held "$dir/held"
}

hold_release() {
	sql "SELECT CONCAT('KILL ', id) FROM information_schema.processlist
	    WHERE info LIKE 'SELECT SLEEP(%'" | while read -r kill_it; do
		sql "$kill_it"
	done
	wait "$hold_pid"
}

# ---- memcached

mc_start() {
	memcached -s "$dir/mc.sock" -a 0700 -U 0 -m 8 \
	    ${as_root:+-u root} 2>"$dir/log/mc.err" >/dev/null &
	mc_pid=$!
	eventually 5 [ -S "$dir/mc.sock" ]
}

mc_stop() { stop_pid TERM "${mc_pid:-}"; rm -f "$dir/mc.sock"; }
mc_kill() { kill -KILL "$mc_pid"; eventually 5 gone "$mc_pid"; }
mc_freeze() { kill -STOP "$mc_pid"; }
mc_thaw() { kill -CONT "$mc_pid"; }

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
workers = $workers
worker_path = $top_builddir/shop.fcgi
pool_pidfile = $dir/shopd.pid
db_socket = $db_sock
db_password_file = $dir/db.password
memcached = $dir/mc.sock
jwt_secret_file = $dir/jwt.secret
schema_dir = $top_srcdir/schema
EOF
}

# conf KEY VALUE: a setting of this test; before shop_start, or with HUP.
conf() {
	sed -i "/^$1 = /d" "$dir/shop.conf"
	echo "$1 = $2" >>"$dir/shop.conf"
}

pool_start() {
	"$top_builddir/shopd" --config "$dir/shop.conf" \
	    2>>"$dir/log/shopd.log" &
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

ctl() {
	"$top_builddir/shopctl" --config "$dir/shop.conf" "$@"
}

# ---- nginx

nginx_conf() {
	mkdir -p "$dir/nginx"
	sed -e "s|@USER@|${as_root:+user root;}|" -e "s|@VAR@|$dir|g" \
	    "$top_srcdir/nginx/nginx.conf.in" >"$dir/nginx/nginx.conf"
	sed -e "s|@UPSTREAM@|unix:$dir/shop.sock|" \
	    -e "s|@LISTEN@|unix:$dir/http.sock|" \
	    -e "s|@ACCESS_LOG@|$dir/log/access.log|" \
	    -e "s|@HTML_DIR@|$top_srcdir/nginx/html|" \
	    -e "s|@POOL_QUEUE@|512|" -e "s|@NGINX_TIMEOUT@|8|" \
	    "$top_srcdir/nginx/shop.conf.in" >"$dir/nginx/shop.conf"
}

nginx_start() {
	nginx_conf
	nginx -p "$dir" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx.err" \
	    -g 'daemon off;' 2>"$dir/log/nginx.out" &
	nginx_pid=$!
	eventually 10 [ -S "$dir/http.sock" ] ||
	    bail "nginx: $(cat "$dir/log/nginx.out")"
}

nginx_stop() { stop_pid QUIT "${nginx_pid:-}"; rm -f "$dir/http.sock"; }

# ---- The whole shop

# shop_db: only the database, with schema and seed.
shop_db() {
	for program in mariadbd mariadb-install-db memcached nginx curl jq; do
		command -v $program >/dev/null || skip_all "no $program"
	done
	template_need
	cp -a "$template/data" "$dir/data"
	db_start
	# The template's workers' password was another's.
	ctl migrate >/dev/null || bail 'migrate failed'
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
	    --unix-socket "$dir/http.sock" -o "$dir/body" -D "$dir/headers" \
	    -w '%{http_code}' "$@" "http://shop$target")
	body=$(cat "$dir/body" 2>/dev/null)
	headers=$(tr -d '\r' <"$dir/headers" 2>/dev/null)
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

# is_problem STATUS CODE TEXT: the last response is this problem, complete.
is_problem() {
	got="$status $(header Content-Type) $(json '[.status, .code, .type,
	    .instance == "'"$(header X-Request-Id)"'", (.title|type),
	    (.detail|type)]')"
	is "$got" "$1 application/problem+json [$1,\"$2\",\"/problems/$2\",true,\"string\",\"string\"]" "$3"
}

# balance USER and stock PRODUCT, from the tables.
balance() { sql "SELECT balance FROM users WHERE id = $1"; }
stock() { sql "SELECT stock FROM products WHERE id = $1"; }

# tables: a digest of every row, to see that nothing changed.
tables() {
	sql 'SELECT * FROM users; SELECT * FROM products;
	    SELECT * FROM orders; SELECT * FROM order_items;
	    SELECT * FROM payments; SELECT * FROM points_ledger;
	    SELECT * FROM hourly_sales; SELECT * FROM stock_movements' |
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

conf_make
