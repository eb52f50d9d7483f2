#!/bin/sh
# SPDX-License-Identifier: MIT
# Whatever my.cnf says: each variable of io/db_session.def is turned the wrong
# way.  What a session sets changes nothing; what it can't is told by doctor.
. "${top_srcdir:-.}/t/lib.sh"
db_options='--log-bin --sync-binlog=1 --binlog-format=ROW'
workers=1
conf workers 1
conf memcached ''
shop_start
as 1
sushi=$(ctl product add --name '🍣 초밥 Größe' --price 700 --stock 100000)

def=$top_srcdir/src/io/db_session.def
sed -n 's/^SESSION(\([a-z_]*\), .*/\1/p' "$def" >"$dir/session"
sed -n 's/^SERVER([a-z-]*, \([a-z_]*\), .*/\1/p' "$def" >"$dir/server"

# The wrong values; - where the variable is another server's.
cat >"$dir/wrong" <<'END'
sql_mode PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES
old_mode ZERO_DATE_TIME_CAST
time_zone -11:00
sql_auto_is_null ON
div_precision_increment 0
group_concat_max_len 4
max_sort_length 64
sql_select_limit 1
max_join_size 1
sql_big_selects OFF
sql_safe_updates ON
max_error_count 0
character_set_client latin1
character_set_connection latin1
collation_connection latin1_bin
character_set_results latin1
character_set_collations -
autocommit OFF
completion_type RELEASE
tx_isolation SERIALIZABLE
transaction_isolation -
tx_read_only ON
transaction_read_only -
unique_checks OFF
check_constraint_checks OFF
foreign_key_checks OFF
innodb_lock_wait_timeout 1000
lock_wait_timeout 0
max_statement_time 0.000100
max_execution_time -
idle_transaction_timeout 1
idle_readonly_transaction_timeout 1
idle_write_transaction_timeout 1
wait_timeout 1
net_read_timeout 1
net_write_timeout 1
low_priority_updates ON
max_session_mem_used 131072
sort_buffer_size 1024
tmp_disk_table_size 1024
query_cache_type ON
sql_quote_show_create OFF
sql_if_exists ON
alter_algorithm INSTANT
innodb_flush_log_at_trx_commit 2
sync_binlog 0
binlog_format STATEMENT
local_infile ON
max_allowed_packet 4096
max_prepared_stmt_count 0
max_binlog_cache_size 4096
connection_memory_limit -
default_password_lifetime 30000
innodb_default_row_format compact
enforce_storage_engine MyISAM
thread_stack 131072
innodb_force_recovery 1
END
cut -d ' ' -f 1 "$dir/wrong" | sort >"$dir/a"
sort "$dir/session" "$dir/server" >"$dir/b"
is "$(diff "$dir/a" "$dir/b")" '' 'each row of the list has its wrong value here'

quoted() {
	case $1 in
	NULL) echo NULL ;;
	'' | *[!0-9.]*) echo "'$1'" ;;
	*) echo "$1" ;;
	esac
}
# global NAME: by SELECT, which no other variable that is turned stops; as the
# table above has it.
global() {
	value=$(sql_root "SELECT @@global.$1" 2>"$dir/none") || return 0
	case $(sed -n "s/^$1 //p" "$dir/wrong")$value in
	ON[01] | OFF[01]) [ "$value" = 1 ] && echo ON || echo OFF ;;
	*) echo "$value" ;;
	esac
}

# anew: the workers' sessions are gone, the next request opens one.
anew() {
	sql_root 'KILL USER shop_worker@localhost'
}

# flows: what all of them answer.
right='201 50000|200 0|200 🍣 초밥 Größe|201 12700 2|201 true|200 🍣 초밥 Größe|409|200'
order="{\"items\": [{\"productId\": 1, \"quantity\": 1}, {\"productId\": $sushi, \"quantity\": 1}]}"
flows() {
	post /v1/points/charge '{"amount": 50000}'
	got="$status $(json .amount)"
	after=$(json .balanceAfter)
	user GET /v1/points/balance
	got="$got|$status $(json ".balance - ($after // .balance)")"
	request GET "/v1/products/$sushi"
	got="$got|$status $(json .name | tr -d '"')"
	key=$(date +%s%N)
	post /v1/orders "$order" -H "Idempotency-Key: $key"
	got="$got|$status $(json .totalPrice) $(json '.items | length')"
	id=$(json .id)
	post /v1/orders "$order" -H "Idempotency-Key: $key"
	got="$got|$status $(header Idempotency-Replayed)"
	user GET "/v1/orders/$id"
	got="$got|$status $(json '.items[1].name' | tr -d '"')"
	post /v1/orders '{"items": [{"productId": 13, "quantity": 1}, {"productId": 2, "quantity": 1000}]}'
	got="$got|$status"
	request GET /v1/products/top
	got="$got|$status"
}

# tools: what audit, migrate and doctor say that is not well.
tools() {
	ctl audit 2>&1 | grep -v '^ok$\|^mark '
	ctl migrate 2>&1
	ctl doctor 2>&1 | grep -v '^ok '
}

sql "UPDATE products SET stock = stock + 100000 WHERE id = 1;
    INSERT INTO stock_movements (product_id, type, quantity, created_at)
    VALUES (1, 'restock', 100000, NOW())"
post /v1/points/charge '{"amount": 10000000}'
flows
is "$got" "$right" 'all flows, as they should be'
is "$(tools)" '' 'and audit, migrate and doctor'

# ---- What each session sets

while read -r name; do
	wrong=$(sed -n "s/^$name //p" "$dir/wrong")
	was=$(global "$name")
	if [ "$wrong" = - ]; then
		is "$was" '' "$name: none of this server's"
		continue
	fi
	sql_root "SET GLOBAL $name = $(quoted "$wrong")"
	is "$(global "$name")" "$wrong" "$name = $wrong"
	anew
	flows
	is "$got" "$right" 'changes no flow'
	is "$(tools)" '' 'nor audit, migrate or doctor'
	sql_root "SET GLOBAL $name = $(quoted "$was")"
done <"$dir/session"

# all HOW N: everything at once; also a shop from nothing.
sql_root 'CREATE DATABASE other1; CREATE DATABASE other2'
all() {
	anew
	flows
	is "$got" "$right" "$1: changes no flow"
	is "$(tools)" '' 'nor audit, migrate or doctor'
	{ cat "$dir/shop.conf"; printf 'db_name = other%s\ndb_user = other%s\n' \
	    "$2" "$2"; } >"$dir/other.conf"
	is "$("$top_builddir/shopctl" -c "$dir/other.conf" migrate 2>&1 |
	    grep -v '^migration\|^routine')" '' 'nor a first migrate'
	"$top_builddir/shopctl" -c "$dir/other.conf" doctor >"$dir/out" 2>&1
	is "$(grep -v '^ok ' "$dir/out")" '' 'and its doctor is content'
}
# assign SCOPE: of all of them.
assign() {
	while read -r name; do
		wrong=$(sed -n "s/^$name //p" "$dir/wrong")
		# None may turn this one on for himself.
		[ "$1 $name" != 'SESSION query_cache_type' ] || continue
		[ "$wrong" = - ] || echo "SET $1 $name = $(quoted "$wrong");"
	done <"$dir/session"
}
assign SESSION | tr '\n' ' ' >"$dir/each"
sed "s/'/''/g; s/^/SET GLOBAL init_connect = '/; s/\$/BEGIN; SELECT 1'/" \
    "$dir/each" >"$dir/init.sql"
sql_file "$dir/init.sql"
like "$(global init_connect)" 'sql_mode.*alter_algorithm' 'init_connect turns all'
all 'init_connect' 1
sql_root "SET GLOBAL init_connect = ''"
db_stop
skip='--skip-character-set-client-handshake --character-set-server=utf8mb3'
db_options="$db_options $skip"
db_start
like "$(sql_root 'SELECT @@character_set_client')" utf8mb3 \
    'a server that skips the handshake'
assign GLOBAL >"$dir/all.sql"
sql_file "$dir/all.sql"
is "$(global autocommit) $(global sql_quote_show_create)" 'OFF OFF' \
    'everything is turned'
all 'everything at once' 2

# ---- What only the server's operator can

db_stop
db_options=${db_options% $skip}
db_start
sql_root 'DROP DATABASE other1; DROP DATABASE other2'
for mode in ANSI ORACLE MSSQL; do
	is "$(mariadb --no-defaults -S "$db_sock" -u root -N -B \
	    --init-command="SET sql_mode = '$mode'" shop \
	    <"$top_srcdir/schema/invariants.sql" 2>&1)" '' \
	    "the invariants are the same queries in the mode $mode"
done
anew
# told NAME: by doctor, with what to do.
told() {
	ctl doctor >"$dir/out" 2>&1
	like "$(grep '^bad ' "$dir/out")" "^bad [a-z-]*: .*$1.*: SET GLOBAL $1 " \
	    'doctor names it, and says what to do'
}
while read -r name; do
	wrong=$(sed -n "s/^$name //p" "$dir/wrong")
	was=$(global "$name")
	if [ "$wrong" = - ]; then
		is "$was" '' "$name: none of this server's"
		continue
	fi
	case $name in
	thread_stack | innodb_force_recovery)
		db_stop
		db_options="$db_options --$name=$wrong"
		db_start ;;
	*)
		sql_root "SET GLOBAL $name = $(quoted "$wrong")" ;;
	esac
	is "$(global "$name")" "$wrong" "$name = $wrong"
	anew
	flows
	case $name in
	binlog_format)
		is "$got" '503 null|200 0|200 🍣 초밥 Größe|503 null 0|503 |400 null|503|200' \
		    'no write can be, all reads are'
		post /v1/points/charge '{"amount": 1}'
		is_problem 503 unavailable 'which is a 503'
		is "$(header Retry-After)" 1 'with Retry-After' ;;
	max_prepared_stmt_count)
		is_problem 503 unavailable 'no statement can be prepared'
		is "$(header Retry-After)" 1 'which is a 503 with Retry-After' ;;
	max_allowed_packet | thread_stack)
		# Some can do with so little, or not: as the server's build is.
		;;
	*)
		is "$got" "$right" 'the flows are right' ;;
	esac
	told "$name"
	case $name in
	thread_stack | innodb_force_recovery)
		db_stop
		db_options=${db_options% --*}
		db_start ;;
	*)
		sql_root "SET GLOBAL $name = $(quoted "$was")" ;;
	esac
	anew
done <"$dir/server"
flows
is "$got" "$right" 'all is well again'
is "$(tools)" '' 'for doctor, too'
finish
