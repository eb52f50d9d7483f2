#!/bin/bash
# SPDX-License-Identifier: MIT
# usage: top_builddir=build t/bench/servers.sh [-r ROUNDS] [-s SECONDS] ROOT...
#
# The same shop, library and settings on several servers: each ROOT is a directory
# with a Debian in it that has one, as t/platforms --keep leaves them; / is this
# machine's.  As root.  The cases take turns, and so do the servers within each; of
# the rates the medians are compared with the first server's.  At the end, the statements inside
# the routines that took longest.
set -euo pipefail
rounds=3 seconds=3
while getopts r:s: option; do
	case $option in
	r) rounds=$OPTARG ;;
	s) seconds=$OPTARG ;;
	*) sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] && [ "$(id -u)" = 0 ] ||
	{ sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${top_builddir:-build}" && pwd)
cases='product balance charge order order-hot order-10'

n=0
declare -A pid name own socket
end() {
	for i in "${!pid[@]}"; do
		kill "${pid[$i]}" 2>/dev/null && wait "${pid[$i]}" || :
		rm -rf --one-file-system "${own[$i]}"
	done
}
trap end EXIT

# within ROOT COMMAND...: with the machine's /dev: MariaDB takes a log that is on the
# device of /dev/shm for persistent memory, and then flushes nothing.
within() {
	unshare --mount bash -euc '
		mount --make-rprivate /
		[ "$0" = / ] || mount --rbind /dev "$0/dev"
		exec chroot "$0" "$@"' "$@"
}

# server ROOT: started, with the shop in it; its files lie in that root's /tmp.
server() {
	local root=${1%/} dir inside options
	dir=$(mktemp -d "$root/tmp/shop-servers.XXXXXX")
	chmod 755 "$dir"
	inside=${dir#"$root"}
	n=$((n + 1))
	own[$n]=$dir
	options="--no-defaults --user=root --datadir=$inside/data"
	if [ -x "$root/usr/sbin/mariadbd" ]; then
		program=mariadbd
		within "${root:-/}" mariadb-install-db $options \
			--auth-root-authentication-method=normal \
			--skip-test-db >"$dir/log" 2>&1
		options+=' --innodb-log-file-size=256M'
	else
		program=mysqld
		options+=' --mysqlx=OFF --skip-log-bin --secure-file-priv=NULL'
		options+=' --innodb-redo-log-capacity=256M'
		within "${root:-/}" mysqld $options --initialize-insecure >"$dir/log" 2>&1
	fi
	# shellcheck disable=SC2086	# many words
	within "${root:-/}" $program $options --socket="$inside/s" --skip-networking \
		--pid-file="$inside/pid" --tmpdir="$inside" --character-set-server=utf8mb4 \
		--innodb-flush-log-at-trx-commit=1 --innodb-buffer-pool-size=256M \
		--max-connections=200 --performance-schema=ON >>"$dir/log" 2>&1 &
	pid[$n]=$!
	socket[$n]=$dir/s
	for _ in $(seq 300); do
		sql $n 'SELECT 1' >/dev/null 2>&1 && break
		sleep 0.1
	done
	name[$n]=$(sql $n 'SELECT VERSION()')
	case $program in mysqld) name[$n]="MySQL ${name[$n]}" ;; esac
	sql $n 'CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'
	printf 'db_socket = %s\nschema_dir = %s/schema\ndb_user = root\n' \
		"${socket[$n]}" "$source" >"$dir/shop.conf"
	"$build/shopctl" --config "$dir/shop.conf" migrate >/dev/null
	"$source/t/bench/load.sh" -n "${socket[$n]}" 50000 3 >/dev/null
	sql $n "UPDATE shop.users SET balance = balance + 1000000000000"
	echo "servers: ${name[$n]}, 50000 orders"
}
sql() {
	mariadb --no-defaults --skip-ssl -S "${socket[$1]}" -u root -N -B -e "$2"
}
# rate SERVER CASE: calls a second.
rate() {
	"$build/t/bench/dbbench" --socket "${socket[$1]}" --user root --processes 8 \
		--seconds "$seconds" --users 1000 --products 1000 "$2"
}

for root; do
	server "$root"
done
out=$(mktemp)
for _ in $(seq "$rounds"); do
	for case in $cases; do
		for i in $(seq $n); do
			echo "$case $i $(rate "$i" "$case")"
		done
	done
done >"$out"
grep -v ' errors=0 ' "$out" && exit 1

# What a case does a second on each server, and how that is to the first one's.
printf '%-10s' ''
for i in $(seq $n); do printf '  %26s' "${name[$i]}"; done
echo
for case in $cases; do
	printf '%-10s' "$case"
	for i in $(seq $n); do
		sed -n "s/^$case $i .* rate=\([0-9]*\) .* p99_us=\([0-9]*\) max_us=\([0-9]*\) .*/\1 \2 \3/p" \
			"$out" | sort -n | sed -n "$(((rounds + 1) / 2))p" >"$out.$i"
	done
	first=$(cut -d ' ' -f 1 "$out.1")
	for i in $(seq $n); do
		awk -v first="$first" '{ printf "  %6d %.2f p99 %5d us", $1, $1 / first, $2 }' \
			"$out.$i"
	done
	echo
done

echo
echo 'Inside an order, by one client: a statement of the routine, its times in it, us each:'
history='UPDATE performance_schema.setup_consumers SET enabled ='
for i in $(seq $n); do
	echo "${name[$i]}"
	sql "$i" "$history 'YES' WHERE name LIKE 'events_statements_%'"
	"$build/t/bench/dbbench" --socket "${socket[$i]}" --user root --processes 1 \
		--seconds 1 --users 1000 --products 1000 order >/dev/null
	sql "$i" "$history 'NO' WHERE name = 'events_statements_history_long'"
	sql "$i" "SELECT LPAD(FORMAT(COUNT(*) / (SELECT COUNT(*) FROM
	    performance_schema.events_statements_history_long
	    WHERE sql_text LIKE 'COMMIT%'), 1), 5, ' '),
	    LPAD(ROUND(AVG(timer_wait) / 1e6), 6, ' '),
	    LEFT(REGEXP_REPLACE(sql_text, '[[:space:]]+', ' '), 60)
	    FROM performance_schema.events_statements_history_long
	    WHERE event_name LIKE 'statement/sp/%' OR nesting_event_type = 'STATEMENT'
	    GROUP BY 3 ORDER BY SUM(timer_wait) DESC LIMIT 12"
done
rm -f "$out" "$out".*
