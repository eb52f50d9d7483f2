#!/bin/sh
# SPDX-License-Identifier: MIT
# A primary and its replica, two pools on two machines, nginx before them, and clients
# with journals: shop-primary makes the other one the primary, in peace and after a
# death, and nothing that was acknowledged is lost.
#
# MOVES is how often each of these happens (2; by hand 10, with QUICK=1 once); with TLS=1
# all that goes over the network is encrypted.
top_srcdir=${top_srcdir:-.}
. "$top_srcdir/t/cluster/lib.sh"
seeded
cluster_need
profile=replica nodes='1 2'
net_make
MIX_TIMES=1 MIX_SECONDS=600
export MIX_TIMES

# ---- Set up, by the files and commands that are shipped

primary_cnf
# primary COMMAND...: sets code and said.
primary() {
	said=$(within app1 "$top_srcdir/cluster/primary-replica/shop-primary" "$@" 2>&1)
	code=$?
	echo "$said" | sed 's/^/# /'
}
server() { addr db$1; }

programs_need
template_need
mkdir -p "$dir/n1/data"
cp -a "$template/data/." "$dir/n1/data/"
node_run 1
await 60 at 1 sql_root 'SELECT 1' || node_failed 1
lead_by 1
is "$(sql_root 'SELECT @@read_only')" 1 'a server that starts takes no writes'
sql_root 'SET GLOBAL read_only = OFF'
at 1 sql_file "$top_srcdir/cluster/primary-replica/setup.sql"
ok 'the accounts are made'
primary resume --alone "$(server 1)"
is "$code" 0 'the first one is the primary'
migrate_by_tcp || bail "migrate: $(cat "$dir/log/migrate.log")"

# copy_of N M: node M is made of node N while that goes on.
copy_of() {
	rm -rf "$dir/copy" "$dir/n$2/data"
	node_files $2
	{ mariadb-backup --no-defaults --backup --target-dir="$dir/copy" \
	    --socket="$dir/n$1.sock" --user=root &&
	    mariadb-backup --no-defaults --prepare --target-dir="$dir/copy" &&
	    mariadb-backup --no-defaults --move-back --target-dir="$dir/copy" \
		--datadir="$dir/n$2/data"; } >"$dir/log/copy.log" 2>&1 ||
	    bail "no copy: $(tail -n 3 "$dir/log/copy.log")"
	copied=$(cut -f 3 "$dir/copy/mariadb_backup_binlog_info" \
	    "$dir/copy/xtrabackup_binlog_info" 2>/dev/null | tail -n 1)
	node_run $2
	await 60 at $2 sql_root 'SELECT 1' || node_failed $2
}
copy_of 1 2
primary attach --primary "$(server 1)" --replica "$(server 2)" --position "$copied"
is "$code" 0 'a copy becomes its replica'
is "$(at 1 status Rpl_semi_sync_master_status) $(at 1 status \
    Rpl_semi_sync_master_clients)" 'ON 1' 'and is waited for'
primary attach --primary "$(server 1)" --replica "$dir/n1.sock"
is "$code $(at 1 sql_root 'SELECT @@read_only')" '1 0' \
    'by no name it is made a replica of itself, which would shut the shop'
node_leave 2
node_run 2
answers_again() { [ "$(at 1 status Rpl_semi_sync_master_clients)" = 1 ]; }
await 60 answers_again
ok 'also when it was restarted, and nobody said a word'

if [ -n "${TLS:-}" ]; then
	tls_is_asked 1
	at 2 slave_status
	is "$(sed -n 's/.*Master_SSL_\(Allowed\|Verify_Server_Cert\): //p' \
	    "$dir/slave" | tr '\n' ' ')" 'Yes Yes ' 'the replica does, too'
fi

# ---- read_only holds for everybody

is "$(sql_root "SELECT GROUP_CONCAT(DISTINCT user ORDER BY user) FROM mysql.global_priv
    WHERE user LIKE 'shop%' AND JSON_VALUE(priv, '\$.access') & (1 << 34) = 0
    AND user IN ('shop_worker', 'shop_definer', 'shop_admin')")" \
    'shop_admin,shop_definer,shop_worker' 'no account of the shop may write in spite of it'

dbs='db1 db2'
pool_make 1
pool_make 2
web_start
mix_make
kinds=charge,charge,order,order,order,cancel,fulfil,add,add,checkout,list,history
mix_start 12 $kinds

# ---- Moves under load

is_now=1 other=2
swap() { swapped=$is_now is_now=$other other=$swapped; }
# Nobody else's name will do, dead or alive: there would be two primaries.
unmoved() {
	is "$code $(at 1 sql_root 'SELECT @@read_only') $(at 2 sql_root 'SELECT @@read_only')" \
	    '1 0 1' "$1: nothing is moved"
	like "$said" "is the replica of $(addr db1):3306, which $2" 'and it says why'
}
primary move --from "$(server 3)" --to "$(server 2)" --dead
unmoved 'a dead one that is not the primary' 'answers and takes writes'
primary move --from "$dir/n2.sock" --to "$(server 2)"
unmoved 'one that lives and is not the primary' 'is not '
planned() { primary move --from "$(server $is_now)" --to "$(server $other)"; }
MOVES=${MOVES:-$((2 - 0${QUICK:-0}))}
for move in $(seq $MOVES); do
	sleep 3
	fault "move from node $is_now to node $other" 5 planned
	is "$code" 0 'the replica is the primary now'
	swap
	is "$(at $other sql_root 'SELECT @@read_only')" 1 'and the old one is fenced'
done

# back: the other one, which was the primary, is the replica of the new one.
back() {
	primary attach --primary "$(server $is_now)" --replica "$(server $other)"
	[ $code = 0 ] && return
	# It had begun to commit what nobody got, and nobody was told.
	node_leave $other
	copy_of $is_now $other
	primary attach --primary "$(server $is_now)" --replica "$(server $other)" \
	    --position "$copied"
}

# The primary dies.
died() {
	node_kill $is_now
	primary move --from "$(server $is_now)" --to "$(server $other)"
	refused=$code
	primary move --from "$(server $is_now)" --to "$(server $other)" --dead
}
for move in $(seq $MOVES); do
	sleep 3
	fault "kill -9 of the primary, node $is_now, and move at once" 6 died
	is "$refused $code" '1 0' 'the replica is the primary when one says --dead'
	node_run $is_now
	await 60 at $is_now sql_root 'SELECT 1' || node_failed $is_now
	is "$(at $is_now sql_root 'SELECT @@read_only')" 1 \
	    'the old one comes back, and takes no writes'
	swap
	back
	is "$code" 0 'it is the replica of the new one'
done

# Its machine is silent, as after a power cut: nothing refuses a connection.  It comes
# back by booting, and so takes no writes.
vanished() {
	cut_off db$is_now
	primary move --from "$(server $is_now)" --to "$(server $other)"
	refused=$code
	primary move --from "$(server $is_now)" --to "$(server $other)" --dead
}
if [ -n "$net" ] && [ -z "${QUICK:-}" ]; then
	sleep 3
	fault "the machine of the primary, node $is_now, cut off, and move at once" 12 vanished
	is "$refused $code" '1 0' 'a machine that is silent is as dead'
	node_kill $is_now
	join_again db$is_now
	node_run $is_now
	await 60 at $is_now sql_root 'SELECT 1' || node_failed $is_now
	swap
	back
	is "$code" 0 'and is a replica when it is back'
fi

fault 'the end' 0 :
mix_stop
faults_tell
lead_by $is_now
in_step() {
	[ "$(at 1 sql_root 'SELECT @@gtid_current_pos')" = \
	    "$(at 2 sql_root 'SELECT @@gtid_current_pos')" ]
}
await 30 in_step
ok 'the replica has it all'
cluster_is_well

# ---- An old primary that lives, and is cut off from its replica and from us

if [ -n "$net" ]; then
	part db$is_now db$other
	part db$is_now app1
	primary move --from "$(server $is_now)" --to "$(server $other)" --dead
	is "$code" 0 'the replica is the primary now'
	timeout 4 mariadb --no-defaults -S "$dir/n$is_now.sock" -u root shop \
	    -e "CALL charge_points(1, 9000000000000, 'lost', 'lost', 2, 10)" \
	    >"$dir/out" 2>&1
	is "$? $(cat "$dir/out")" '124 ' 'the old one acknowledges nothing any more'
	is "$(at $is_now sql "SELECT COUNT(*) FROM points_ledger
	    WHERE idem LIKE 'lost%'")" 0 'and shows nothing of it'
	lead_by $other
	is "$(sql "CALL charge_points(1, 9000000000000, 'new', 'new', 2, 10)" |
	    cut -f 1)" ok 'the new one does'
	reunite db$is_now app1
	reunite db$is_now db$other
	primary attach --primary "$(server $other)" --replica "$(server $is_now)"
	is "$(at $is_now sql_root 'SELECT @@read_only')" 1 \
	    'and it is fenced when it is back, although a commit hangs there'
	node_kill $is_now
else
	echo '# SKIP: without namespaces no primary is cut off'
fi
finish
