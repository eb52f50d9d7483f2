# SPDX-License-Identifier: MIT
#
# For the benchmark's scripts: t/lib.sh's shop as it is in production, with
# data, on a port of its own, and the verbs that measure it.  Nothing here
# speaks TAP.
. "$top_srcdir/t/lib.sh"
bench=$top_srcdir/t/bench
programs=$top_builddir/t/bench
users=1000

# As ./stack has them.
db_options="--innodb-buffer-pool-size=256M ${mariadb:+--innodb-log-file-size=256M}$(
    )${mysql:+--innodb-redo-log-capacity=256M}"
export db_client

say() { printf '%s\n' "$*" >&2; }

bail() {
	say "bench: $*"
	exit 1
}

# sites_add: the shop's site on a port, too; beside it the same site before the
# hello program, one pool for all, and nginx alone: saying hello, and out of
# memcached.
sites_add() {
	site=$dir/nginx/shop.conf
	port=$(free_port)
	shop_url=http://127.0.0.1:$port
	sed -i "s|^\(	listen \).*|&\n\1127.0.0.1:$port;|" "$site"
	port=$(free_port)
	hello_url=http://127.0.0.1:$port
	(upstream=unix:$dir/hello.sock
	export SHOP_RANK_BY_NGINX=off
	nginx_site --name hello --listen "127.0.0.1:$port" >"$dir/hello.conf") ||
	    bail 'shopctl site failed'
	port=$(free_port)
	limit_url=http://127.0.0.1:$port
	cat >>"$site" <<END
variables_hash_max_size 2048;
include "$dir/hello.conf";
server {
	listen 127.0.0.1:$port;
	access_log "$dir/log/access.log" shop;
	keepalive_requests 10000;
	default_type application/json;
	location = /hello { return 200 '{"hello": "world"}'; }
	location = /cached {
		set \$memcached_key bench;
		memcached_pass shop_memcached;
	}
}
END
	kill -HUP "$nginx_pid"
	eventually 10 curl -fs --noproxy '*' "$limit_url/hello" ||
	    bail "nginx: $(tail -n 5 "$dir/log/nginx.err")"
}

hello_start() {
	sed -e "s|^listen = .*|listen = unix:$dir/hello.sock|" \
	    -e "s|^worker_path = .*|worker_path = $programs/hello.fcgi|" \
	    -e "s|^pool_pidfile = .*|pool_pidfile = $dir/hello.pid|" \
	    -e '/^listen_read = /d' \
	    "$dir/shop.conf" >"$dir/hello.conf"
	"$top_builddir/shopd" --config "$dir/hello.conf" \
	    >"$dir/log/hello.log" 2>&1 &
	hello_pid=$!
	eventually 15 grep -q event=ready "$dir/log/hello.log" ||
	    bail "hello: $(tail -n 5 "$dir/log/hello.log")"
}

# data_make ORDERS DAYS: so much history, and nothing else.
data_make() {
	sql_root 'DROP DATABASE shop; CREATE DATABASE shop
	    CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'
	ctl migrate --take-account >/dev/null || bail 'migrate failed'
	shop_id=$(ctl id) || bail 'no id'
	"$bench/load.sh" -n "$db_sock" "$1" "$2" >/dev/null ||
	    bail 'load.sh failed'
}

# shop_with ORDERS DAYS: all of it, as ./stack has it.
shop_with() {
	conf rank_by_nginx on
	shop_db
	data_make "$1" "$2"
	mc_start -m 16
	pool_start
	hello_start
	nginx_start
	sites_add
	"$top_builddir/t/client" tokens --secret "${secret:-$dir/jwt.secret}" \
	    --users 1..$users --seconds 86400 >"$dir/tokens" ||
	    bail 'no tokens'
}

# at_end CODE: what else is to be ended.
at_end() { :; }

# What went wrong is kept, as lib.sh does, but not what was only stopped or
# slow.
bench_cleanup() {
	code=$?
	trap '' INT TERM
	at_end $code
	stop_pid TERM "${hello_pid:-}"
	case $code in
	3 | 130 | 143)
		shop_stop >/dev/null 2>&1
		rm -rf "$dir"
		trap - EXIT
		exit $code ;;
	esac
	(exit $code)
	cleanup
}
trap bench_cleanup EXIT

# ---- Measuring

# ticks PID...: clock ticks that these and their children have had.
ticks() {
	for pid; do
		cat "/proc/$pid/stat"
		for child in $(cat "/proc/$pid/task/$pid/children"); do
			cat "/proc/$child/stat"
		done
	done 2>/dev/null | awk '{ sum += $14 + $15 + $16 + $17 }
	    END { print sum + 0 }'
}

all_ticks() {
	echo "$(ticks "$nginx_pid") $(ticks "$pool_pid" "$hello_pid")" \
	    "$(ticks "$db_pid") $(ticks "$mc_pid")"
}

# http URL FLOW: wrk's last line.
http() {
	wrk -t 2 -c "$connections" -d "${seconds}s" --timeout 10s \
	    -s "$bench/flow.lua" "$1" -- "$2" "$dir/tokens" |
	    tail -n 1
}

dbbench() {
	"$programs/dbbench" --socket "$db_sock" --processes "$workers" \
	    --seconds "$seconds" --users $users "$1" | sed 's/^.* n=/n=/'
}

# once MEASURE: runs it for $seconds; prints "n=.. rate=.. ..".
once() {
	case $1 in
	return) http "$limit_url/hello" get ;;
	hello) http "$hello_url/hello" get ;;
	cached) http "$limit_url/cached" get ;;
	db-*) dbbench "${1#db-}" ;;
	*:*) http "$(beside_url "${1%%:*}")" "${1#*:}" ;;
	*) http "$shop_url" "$1" ;;
	esac
}
