#!/bin/sh
# SPDX-License-Identifier: MIT
# Whatever my.cnf says: each variable of io/db_session.def is turned the wrong
# way.  What a session sets changes nothing; what it can't is told by doctor.
. "${top_srcdir:-.}/t/lib.sh"
redo=64M
db_options='--log-bin --sync-binlog=1 --binlog-format=ROW'
workers=1
one_pool
conf workers 1
conf memcached ''
shop_start
as 1
sushi=$(ctl product add --name '🍣 초밥 Größe' --price 700 --stock 100000)

def=$top_srcdir/src/io/db_session.def
sed -n 's/^SESSION(\([a-z_]*\), .*/\1/p' "$def" >"$dir/session"
sed -n 's/^SERVER([a-z-]*, \([a-z_]*\), .*/\1/p' "$def" >"$dir/server"

# The wrong values.  Each of these by itself changed what a flow or shopctl
# answers, as long as no session set it.
cat >"$dir/alone" <<'END'
sql_mode PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES
time_zone -11:00
group_concat_max_len 4
sql_select_limit 1
max_join_size 1
sql_safe_updates ON
autocommit OFF
completion_type RELEASE
tx_read_only ON
transaction_read_only ON
max_execution_time 1
max_statement_time 0.000100
max_session_mem_used 131072
tmp_disk_table_size 1024
sql_quote_show_create OFF
sql_if_exists ON
END
# These did not: a paragraph is turned at once.
cat >"$dir/together" <<'END'
old_mode ZERO_DATE_TIME_CAST
sql_auto_is_null ON
div_precision_increment 0
max_sort_length 64
sql_big_selects OFF
max_error_count 0
character_set_client latin1
character_set_connection latin1
collation_connection latin1_bin
character_set_results latin1
character_set_collations utf8mb4=utf8mb4_bin
tx_isolation SERIALIZABLE
transaction_isolation SERIALIZABLE
group_replication_consistency EVENTUAL

unique_checks OFF
check_constraint_checks OFF
foreign_key_checks OFF
innodb_lock_wait_timeout 1000
lock_wait_timeout 0
idle_transaction_timeout 1
idle_readonly_transaction_timeout 1
idle_write_transaction_timeout 1
wait_timeout 1
net_read_timeout 1
net_write_timeout 1
low_priority_updates ON
sort_buffer_size 1024
query_cache_type ON
alter_algorithm INSTANT
END
# What no session may set.
cat >"$dir/harmless" <<'END'
innodb_flush_log_at_trx_commit 2
sync_binlog 0
local_infile ON
max_binlog_cache_size 4096
default_password_lifetime 30000
innodb_default_row_format compact
enforce_storage_engine MyISAM
group_replication_unreachable_majority_timeout 0
END
cat >"$dir/harmful" <<'END'
binlog_format STATEMENT
max_allowed_packet 4096
max_prepared_stmt_count 0
connection_memory_limit 2097152
END
cat >"$dir/at_start" <<'END'
innodb_force_recovery 1
thread_stack 131072
END
(cd "$dir" && cat alone together harmless harmful at_start) |
    sed '/^$/d' >"$dir/wrong"
cut -d ' ' -f 1 "$dir/wrong" | sort >"$dir/a"
sort "$dir/session" "$dir/server" >"$dir/b"
is "$(diff "$dir/a" "$dir/b")" '' 'each row of the list has its wrong value here'

# What the server doesn't know, or takes to no effect any more, it says, and it
# is not turned.
sed 's/^\([a-z_]*\) .*/SET GLOBAL \1 = @@global.\1; SHOW WARNINGS;/' "$dir/wrong" |
    db_root --force >"$dir/said" 2>&1
unknown=$(sed -n "s/^ERROR 1193 .*'\([a-z_]*\)'$/\1/p" "$dir/said" | sort)
ignored=$(sed -n "s/.*The setting '\([a-z_]*\)' is ignored.*/\1/p" "$dir/said")
version=$(sql_root 'SELECT VERSION()' | awk -F '[.-]' '{
    print $1 * 10000 + $2 * 100 + $3 }')
any='[A-Z0-9]*'
sed -n "s/^SESSION(\([a-z_]*\), .*, \($any\), \($any\), \"[^\"]*\")$/\1 \\${mariadb:+2}${mysql:+3}/p" "$def" |
    awk -v version="$version" '$2 == "NONE" || ($2 != "ANY" && version < $2) {
	print $1 }' >"$dir/lacks"
printf '%s\n' "${mariadb:+connection_memory_limit}${mysql:+enforce_storage_engine}" \
    group_replication_unreachable_majority_timeout >>"$dir/lacks"
sort -o "$dir/lacks" "$dir/lacks"
# MySQL has some that a session may not set without rights, and so doesn't.
forbidden=$(echo "$unknown" | comm -13 - "$dir/lacks")
is "$(echo "$unknown" | comm -23 - "$dir/lacks")${mariadb:+$forbidden}" '' \
    'it doesn'\''t know what the list says'
for file in alone together harmless harmful at_start; do
	grep -vE "^($(echo $unknown $ignored $forbidden | tr ' ' '|')) " \
	    "$dir/$file" >"$dir/rows"
	mv "$dir/rows" "$dir/$file"
done
for name in $forbidden; do
	grep "^$name " "$dir/wrong"
done >"$dir/forbidden"
# The least that it takes.
[ -z "$mysql" ] || sed -i 's/^lock_wait_timeout 0/lock_wait_timeout 1/
    s/^sort_buffer_size 1024/sort_buffer_size 32768/' \
    "$dir/together" "$dir/forbidden" "$dir/wrong"

quoted() {
	case $1 in
	NULL) echo NULL ;;
	'' | *[!0-9.]*) echo "'$1'" ;;
	*) echo "$1" ;;
	esac
}
# values: "NAME VALUE" of the names on stdin, as the tables above have it; by
# SELECT, which no variable that is turned stops.
values() {
	cut -d ' ' -f 1 | sed "s/.*/SELECT '&', @@global.&;/" |
	    $db_client -S "$db_sock" -u root -N -B | tr '\t' ' ' |
	    awk 'NR == FNR { wrong[$1] = $2; next }
		wrong[$1] ~ /^O(N|FF)$/ && $2 ~ /^[01]$/ {
		    $2 = $2 ? "ON" : "OFF" } { print }' "$dir/wrong" -
}
global() { echo "$1" | values | cut -d ' ' -f 2-; }

# sets [SCOPE]: what turns the rows on stdin.
sets() {
	while read -r name value; do
		echo "SET ${1:-GLOBAL} $name = $(quoted "$value");"
	done
}
# turn FILE: all of its rows at once; turn_back.
turn() {
	values <"$1" >"$dir/was"
	sets <"$1" >"$dir/turn.sql"
	sql_file "$dir/turn.sql"
	is "$(values <"$1")" "$(cat "$1")" "$(echo $(cat "$1"))"
}
turn_back() {
	sets <"$dir/was" >"$dir/turn.sql"
	sql_file "$dir/turn.sql"
}

# anew: the workers' sessions are gone, the next request opens one.
anew() { put_out $(sessions); }

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
	ctl doctor 2>&1 | grep -v '^ok \|^skip '
}

sql "UPDATE products SET stock = stock + 100000 WHERE id = 1;
    INSERT INTO stock_movements (product_id, type, quantity, created_at)
    VALUES (1, 'restock', 100000, NOW())"
post /v1/points/charge '{"amount": 10000000}'
flows
is "$got" "$right" 'all flows, as they should be'
is "$(tools)" '' 'and audit, migrate and doctor'

# ---- What each session sets

# harmless FILE: nothing tells that its rows were turned.
harmless() {
	turn "$1"
	anew
	flows
	is "$got" "$right" 'changes no flow'
	is "$(tools)" '' 'nor audit, migrate or doctor'
	turn_back
}
while read -r row; do
	echo "$row" >"$dir/row"
	harmless "$dir/row"
done <"$dir/alone"
for n in 1 2; do
	awk -v RS= -v n=$n 'NR == n' "$dir/together" >"$dir/rows"
	harmless "$dir/rows"
done
[ ! -s "$dir/forbidden" ] || harmless "$dir/forbidden"

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
	    grep -v '^migration\|^release\|^routine\|^account')" '' 'nor a first migrate'
	"$top_builddir/shopctl" -c "$dir/other.conf" doctor >"$dir/out" 2>&1
	is "$(grep -v '^ok \|^skip ' "$dir/out")" '' 'and its doctor is content'
}
sed '/^$/d' "$dir/alone" "$dir/together" >"$dir/all"
# No session may turn this one on for itself.
grep -v '^query_cache_type ' "$dir/all" | sets SESSION | tr '\n' ' ' >"$dir/each"
sed "s/'/''/g; s/^/SET GLOBAL init_connect = '/; s/\$/BEGIN; SELECT 1'/" \
    "$dir/each" >"$dir/init.sql"
sql_file "$dir/init.sql"
is "$(global init_connect)" "$(cat "$dir/each")BEGIN; SELECT 1" \
    'init_connect turns all'
all 'init_connect' 1
sql_root "SET GLOBAL init_connect = ''"
anew

# ---- What only the server's operator can

# told FILE: doctor names each of its rows and says what to do, and says
# nothing else.
told() {
	ctl doctor >"$dir/out" 2>&1
	while read -r name value; do
		like "$(grep '^bad ' "$dir/out")" \
		    "^bad [a-z-]*: .*$name is $value, .*: .*SET GLOBAL $name " \
		    "doctor names $name, and says what to do"
	done <"$1"
	is "$(grep -o 'SET GLOBAL' "$dir/out" | wc -l)" "$(wc -l <"$1")" \
	    'and nothing else'
}
turn "$dir/harmless"
anew
flows
is "$got" "$right" 'the flows are right'
told "$dir/harmless"
turn_back
while read -r row; do
	echo "$row" >"$dir/row"
	turn "$dir/row"
	anew
	case $row in
	binlog_format*)
		flows
		is "$got" '503 null|200 0|200 🍣 초밥 Größe|503 null 0|503 |400 null|503|200' \
		    'no write can be, all reads are'
		post /v1/points/charge '{"amount": 1}'
		is_problem 503 unavailable 'which is a 503'
		is "$(header Retry-After)" 1 'with Retry-After' ;;
	max_prepared_stmt_count*)
		request GET /v1/products/1
		is_problem 503 unavailable 'no statement can be prepared'
		is "$(header Retry-After)" 1 'which is a 503 with Retry-After' ;;
	esac
	told "$dir/row"
	turn_back
	anew
done <"$dir/harmful"
flows
is "$got" "$right" 'all is well again'
is "$(tools)" '' 'for doctor, too'
for mode in ANSI ${mariadb:+ORACLE MSSQL}; do
	is "$($db_client -S "$db_sock" -u root -N -B \
	    --init-command="SET sql_mode = '$mode'" shop \
	    <"$top_srcdir/schema/invariants.sql" 2>&1)" '' \
	    "the invariants are the same queries in the mode $mode"
done

# ---- What is set at its start

options=$db_options
# with OPTION...: the server is started anew.
with() {
	db_stop
	db_options="$options $*"
	db_start
}
if [ -n "$mariadb" ]; then
	with --skip-character-set-client-handshake \
	    --character-set-server=utf8mb3
	like "$(sql_root 'SELECT @@character_set_client')" utf8mb3 \
	    'a server that skips the handshake'
else
	with --character-set-server=utf8mb3
fi
turn "$dir/all"
all 'everything at once' 2

# MySQL doesn't start with innodb_force_recovery where its files are well.
[ -z "$mysql" ] || sed -i '/^innodb_force_recovery /d' "$dir/at_start"
sed -n 's/ /=/; s/^/--/p' "$dir/at_start" >"$dir/options"
if [ -n "$mariadb" ]; then
	with $(head -n 1 "$dir/options")
	flows
	is "$got" "$right" "with $(head -n 1 "$dir/options") the flows are right"
fi
# Some can do with so little a stack, or not: as the server's build is.
with $(cat "$dir/options")
is "$(values <"$dir/at_start")" "$(cat "$dir/at_start")" "$(echo $(cat "$dir/options"))"
told "$dir/at_start"
with
finish
