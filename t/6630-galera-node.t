#!/bin/sh
# SPDX-License-Identifier: MIT
# A list of two databases, the first a node of Galera: it is used while it is part of
# the primary component, and left when it is not.  (t/cluster has whole clusters.)
. "${top_srcdir:-.}/t/lib.sh"
pair_need
galera=/usr/lib/galera/libgalera_smm.so
[ -e "$galera" ] || skip_all 'no galera'
one=$dir/db.sock
two=$dir/b.sock
trap 'kept=$?; stop_pid KILL "${b_pid:-}"; (exit $kept); cleanup' EXIT
db_options=
shop_db
db_stop
cp -a "$dir/data" "$dir/b"
port=$(free_port)
db_options="--wsrep-on=ON --wsrep-provider=$galera --wsrep-new-cluster \
    --wsrep-cluster-address=gcomm:// --wsrep-node-address=127.0.0.1 \
    --binlog-format=ROW --innodb-autoinc-lock-mode=2 \
    --wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:$port;ist.recv_addr=127.0.0.1:$((port + 1))"
# It says what it was asked.
db_options="$db_options --general-log=1 --general-log-file=$dir/log/general"
b_options="--pid-file=$dir/b.pid --log-error=$dir/log/b.err --read-only=1"
db_start
at_b db_start
is_primary() { sql_root "SHOW STATUS LIKE 'wsrep_ready'" | grep -q ON; }
not_primary() { ! is_primary; }
eventually 20 is_primary
ok 'a cluster of one node'
conf db_socket "$one, $two"
mc_start
pool_start
nginx_start

eventually 10 all_at "$one"
ok 'its node is used'
as 1
post /v1/points/charge '{"amount": 5}'
is "$status" 201 'and takes writes'
[ "$(grep -c 'SET SESSION wsrep_sync_wait = 1' "$dir/log/general")" -ge \
    "$(pool_size)" ]
ok 'each session waits until the node has what others committed'

# ---- What doctor says of settings that only a cluster minds

# told PATTERN TEXT: of its check cluster.
told() {
	run doctor
	like "$(echo "$out" | grep -E '^[a-z]+ cluster')" "$1" "$2"
}
told "^bad cluster: $one: evs.suspect_timeout .PT5S. .* db_read_timeout_s .2 s" \
    'workers that give up before the nodes have voted'
told "$one: innodb_lock_wait_timeout .50 s" 'a row that the cluster may wait for'
sql_root 'SET GLOBAL innodb_lock_wait_timeout = 1'
SHOP_DB_READ_TIMEOUT_S=6 SHOP_REQUEST_DEADLINE_MS=7500
export SHOP_DB_READ_TIMEOUT_S SHOP_REQUEST_DEADLINE_MS
told '^ok cluster' 'and not where they wait'
conf db_socket "$one"
told '^bad cluster: wsrep_sync_wait is 0' 'a node alone whose reads may be old'
sql_root 'SET GLOBAL wsrep_sync_wait = 1'
told '^ok cluster' 'and that waits'
unset SHOP_DB_READ_TIMEOUT_S SHOP_REQUEST_DEADLINE_MS
conf db_socket "$one, $two"

# ---- No part of it any more, and back

sql_root "SET GLOBAL wsrep_cluster_address = 'gcomm://127.0.0.1:1'" 2>/dev/null &
seen 'a node that is no part of a cluster' not_primary
request GET /v1/products/1
is "$status" 503 'no database takes writes'
at_b sql_root 'SET GLOBAL read_only = 0'
eventually 15 all_at "$two"
ok 'the other one is used'
post /v1/points/charge '{"amount": 5}'
is "$status" 201 'and takes writes'

wait $!
sql_root "SET GLOBAL wsrep_cluster_address = 'gcomm://'"
eventually 20 is_primary
ok 'the node is back'
eventually 20 all_at "$one"
ok 'and the workers, too'

# ---- Two nodes that each begin a cluster, by the same name and from the same data

pool_stop
at_b db_stop
db_stop
rm -rf "$dir/b"
cp -a "$dir/data" "$dir/b"
other_port=$(free_port)
b_options="$(echo "$db_options" | sed "s/:$port;/:$other_port;/
    s/:$((port + 1))/:$((other_port + 1))/") --pid-file=$dir/b.pid \
    --log-error=$dir/log/b.err"
db_start
at_b db_start
eventually 20 is_primary
eventually 20 at_b is_primary
ok 'two clusters of one node'
told "^bad cluster: (2 nodes take writes, .* has 1|$two: it takes writes, and is not of)" \
    'doctor says so'
finish
