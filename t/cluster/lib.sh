# SPDX-License-Identifier: MIT
# What the scripts of t/cluster begin with, after top_srcdir is known:
#
#	. "$top_srcdir/t/cluster/lib.sh"
#	cluster_need
#	net_make
#	cluster_start
#	pool_make 1; pool_make 2
#	web_start
#
# Machines: where root may make network namespaces each has one, joined by a bridge
# in another, so that a machine can be cut off; else all are addresses of loopback,
# and what needs to cut is skipped.  Nothing touches the network of the host.  Files
# and unix sockets are shared all the same: the clients speak to nginx over
# $dir/http.sock, and `at N sql ...` to node N over its own.
#
#	db1 db2 db3 db4		the databases, 10.77.0.11 and so on
#	app1 app2		a pool with its memcached each, .21 and .22
#	web1			nginx, .31

. "$top_srcdir/t/lib.sh"
for part in galera group drill; do
	. "$top_srcdir/t/cluster/lib/$part.sh"
done
unset part

# profile: how the nodes are joined: galera, group (MySQL's group replication), or
# replica (primary.t's, which does the rest itself); before cluster_need.
cluster_need() {
	for program in memcached nginx curl jq perl ss ${TLS:+openssl}; do
		command -v $program >/dev/null || skip_all "no $program"
	done
	${profile}_need
}
profile=galera
nodes='1 2 3'
pools=

# await S COMMAND...: as eventually, but asks five times a second: here each look
# starts a client, and there are few cores.
await() {
	await_until=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le $await_until ] || return 1
		sleep 0.2
	done
}

# ---- Machines

# net_make: $net is the prefix of the namespaces' names, empty without any.
net_make() {
	net=shop$$
	if [ -n "$as_root" ] && [ -z "${CLUSTER_LOOPBACK:-}" ] &&
	    ip netns add $net-hub 2>/dev/null; then
		prefix=10.77.0
		ip_in hub link add br0 type bridge
		ip_in hub link set br0 up || bail 'no bridge'
	else
		net='' prefix=127.$(($$ % 200 + 20)).0
	fi
	for n in 1 2 3 4; do machine db$n; done
	for n in 1 2; do machine app$n; done
	machine web1
	[ -z "${TLS:-}" ] || tls_make
}

# ip_in MACHINE ARGUMENT...: ip, there.  Its own -n can't where / is no mount, as in a
# chroot.
ip_in() {
	ip_machine=$1
	shift
	nsenter --net=/run/netns/$net-$ip_machine ip "$@"
}

machine() {
	[ -n "$net" ] || return 0
	ip netns add $net-$1
	ip_in hub link add v-$1 type veth peer name eth0 netns $net-$1
	ip_in hub link set v-$1 master br0 up
	ip_in $1 addr add $(addr $1)/24 dev eth0
	ip_in $1 link set eth0 up
	ip_in $1 link set lo up || bail "no machine $1"
}

addr() {
	case $1 in
	db*) echo $prefix.1${1#db} ;;
	app*) echo $prefix.2${1#app} ;;
	web*) echo $prefix.3${1#web} ;;
	esac
}

# within MACHINE COMMAND...: there.  What stays needs $(on MACHINE) COMMAND... &, for a
# function in the background has another $!.
on() { echo "${net:+nsenter --net=/run/netns/$net-$1}"; }
within() {
	within_machine=$1
	shift
	$(on $within_machine) "$@"
}

# cut_off MACHINE: no packet comes or goes any more; nobody is told.
cut_off() { ip_in hub link set v-$1 down; }
join_again() { ip_in hub link set v-$1 up; }
# part A B: these two don't hear each other any more, and all others do.
part() {
	deaf $1 $2
	deaf $2 $1
}
reunite() {
	hears $1 $2
	hears $2 $1
}
# deaf A B, hears A B: what A sends B does not hear; again.
deaf() { ip_in $1 route add blackhole $(addr $2)/32; }
hears() { ip_in $1 route del blackhole $(addr $2)/32; }

# ---- TLS, with TLS=1: between pools and databases, and among these

# tls_make: an authority of the cluster's own, and what it signed for each database, as
# docs/cluster.md has it.
tls_make() {
	mkdir -p "$dir/tls"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	    -subj /CN=cluster -keyout "$dir/tls/ca.key" -out "$dir/tls/ca.pem" 2>/dev/null
	for n in 1 2 3 4; do
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		    -subj /CN=db$n -keyout "$dir/tls/db$n.key" -out "$dir/tls/db$n.csr" \
		    2>/dev/null
		echo "subjectAltName=IP:$(addr db$n)" >"$dir/tls/ext"
		openssl x509 -req -in "$dir/tls/db$n.csr" -CA "$dir/tls/ca.pem" \
		    -CAkey "$dir/tls/ca.key" -CAcreateserial -days 2 \
		    -extfile "$dir/tls/ext" -out "$dir/tls/db$n.pem" 2>/dev/null ||
		    bail 'no certificate'
	done
}

# tls_of N: stdin, a file of settings, with its part about TLS in force at node N.
tls_of() {
	if [ -n "${TLS:-}" ]; then
		sed "s/^#\([a-z_-]* = \|\[\)/\1/
		    s|/etc/mysql/tls/server|$dir/tls/db$1|g; s|/etc/mysql/tls|$dir/tls|g"
	else
		cat
	fi
}

# tls_is_asked N: node N lets the operator's account in over TLS, and not without.
tls_is_asked() {
	is "$(said_by $1 --ssl-ca="$dir/tls/ca.pem")" 1 'one comes in over TLS'
	like "$(said_by $1 --skip-ssl)" 'ERROR (1045|3159)' 'and not without'
}
said_by() {
	within app1 mariadb --no-defaults "$2" -h "$(addr db$1)" -u shop_admin \
	    -pADMIN_PASSWORD -N -B -e 'SELECT 1' 2>&1
}

net_end() {
	[ -n "${net:-}" ] || return 0
	for machine in $(ip netns list | sed -n "s/^\($net-[a-z0-9]*\).*/\1/p"); do
		ip netns del "$machine"
	done
}

# ---- Nodes

# at N COMMAND...: sql, invariants, ctl and the like, of that node.
at() {
	at_before=$db_sock
	db_sock=$dir/n$1.sock
	SHOP_DB_SOCKET=$db_sock
	export SHOP_DB_SOCKET
	shift
	"$@"
	at_code=$?
	db_sock=$at_before
	unset SHOP_DB_SOCKET
	return $at_code
}

# status NAME: of the server's own counters and states.
status() { sql_root "SHOW GLOBAL STATUS LIKE '$1'" 2>/dev/null | cut -f 2; }

node_pid() { cat "$dir/n$1/pid" 2>/dev/null; }
answers_sql() { at $1 sql_root 'SELECT 1'; }

# What each profile has of its own, in lib/:
#
#	PROFILE_need		is it there, or skip
#	PROFILE_conf N		the settings file that is shipped, with what is N's
#	is_primary N		it is one of the cluster that goes on (Galera), or it
#				takes the writes (group)
#	is_synced N		it is a member, and has what the others have
#	size_at N		how many members it sees
#	applied_at N		what it has applied, as one word
#	node_begin N		a cluster of its own, of a node that is stopped
#	node_copied N		what must be done to a copy of another node's files
#	node_join N		an empty one, which gets a copy of everything
#	node_again N		a dead one, from where it was
#	all_again		all of them, after all were killed
#
# The last three wait until it is synced.
is_primary() { ${profile}_is_primary $1; }
is_synced() { ${profile}_is_synced $1; }
size_at() { ${profile}_size $1; }
cluster_is() { [ "$(size_at $1)" = $2 ]; }
applied_at() { ${profile}_applied $1; }
node_begin() { ${profile}_begin $1; }
node_copied() { ${profile}_copied $1; }
node_join() {
	rm -rf "$dir/n$1/data"
	${profile}_join $1
}
node_again() { ${profile}_again $1; }
all_again() { ${profile}_all_again; }

# node_files N: its directory, and its my.cnf: the one that is shipped for $profile,
# with what is this node's, and small.
node_files() {
	mkdir -p "$dir/n$1/data" "$dir/n$1/tmp"
	{
		${profile}_conf $1
		echo "[${dbd##*/}]"
		cat <<-END_CNF
		${as_root:+user = root}
		datadir = $dir/n$1/data
		tmpdir = $dir/n$1/tmp
		socket = $dir/n$1.sock
		pid_file = $dir/n$1/server.pid
		log_error = $dir/log/n$1.err
		port = 3306
		bind_address = $(addr db$1)
		innodb_buffer_pool_size = 64M
		max_connections = 200
		character_set_server = utf8mb4
		END_CNF
		[ -n "$mysql" ] || printf '%s\n' 'innodb_log_file_size = 16M' \
		    'performance_schema = OFF'
	} >"$dir/n$1/my.cnf"
}
replica_need() {
	for program in mariadbd mariadb mariadb-backup; do
		command -v $program >/dev/null || skip_all "no $program"
	done
}
replica_conf() {
	tls_of $1 <"$top_srcdir/cluster/primary-replica/60-shop-replication.cnf"
	echo '[mariadbd]'
	echo "server_id = $1"
}

# primary_cnf: what shop-primary works by.
primary_cnf() {
	SHOP_PRIMARY_CNF=$dir/primary.cnf
	export SHOP_PRIMARY_CNF
	(umask 077; cat >"$SHOP_PRIMARY_CNF" <<-END_CNF
	[client]
	user = shop_primary
	password = PRIMARY_PASSWORD
	$([ -n "${TLS:-}" ] && echo "ssl-ca = $dir/tls/ca.pem" || echo skip-ssl)
	${TLS:+ssl-verify-server-cert}
	[shop-primary]
	replica_user = shop_replica
	replica_password = REPLICA_PASSWORD
	${TLS:+replica_ssl_ca = $dir/tls/ca.pem}
	END_CNF
	)
}

# node_run N [OPTION...]: starts it, and doesn't wait.
node_run() {
	node=$1
	shift
	node_files $node
	$(on db$node) env PATH="$PATH:$dir/bin" $dbd \
	    --defaults-file="$dir/n$node/my.cnf" "$@" >/dev/null 2>&1 9>&- &
	echo $! >"$dir/n$node/pid"
}

# lead_by N: sql, ctl and the like are of that node from here on.
lead_by() {
	db_sock=$dir/n$1.sock
	conf db_socket "$db_sock"
}

# node_first: node 1, with the shop's schema and seed, and a cluster of its own.
node_first() {
	programs_need
	template_need
	mkdir -p "$dir/n1/data"
	cp -a "$template/data/." "$dir/n1/data/"
	${profile}_first
	lead_by 1
	migrate_by_tcp || bail "migrate: $(cat "$dir/log/migrate.log")"
	shop_id=$(ctl id) || bail 'no id'
}

# cluster_start: three nodes.  The second and third are copies of the first, which was
# stopped for it: that takes no state transfer, which is slower by ten seconds each.
cluster_start() {
	node_first
	node_leave 1
	for n in 2 3; do
		mkdir -p "$dir/n$n"
		cp -a "$dir/n1/data" "$dir/n$n/data"
		node_copied $n
	done
	node_begin 1
	node_run 2
	node_run 3
	for n in 2 3; do
		await 120 is_synced $n || node_failed $n
	done
}

# The workers come over TCP, and their account must be of any host.
migrate_by_tcp() {
	pool_conf 0 db1
	within db1 "$top_builddir/shopctl" --config "$dir/p0/shop.conf" migrate \
	    --take-account >"$dir/log/migrate.log" 2>&1
}

node_failed() { bail "node $1: $(grep -E 'ERROR|WARN' "$dir/log/n$1.err" | tail -n 5)"; }

node_kill() {
	kill -KILL "$(node_pid $1)"
	seen "node $1 killed" gone "$(node_pid $1)"
}
node_leave() { stop_pid TERM "$(node_pid $1)"; }
node_freeze() {
	kill -STOP "$(node_pid $1)"
	seen "node $1 frozen" stands_still "$(node_pid $1)"
}
node_thaw() { kill -CONT "$(node_pid $1)"; }

# alive_nodes: those that take writes.  the_writer: where most of the workers are.
alive_nodes() {
	for n in $nodes; do
		! is_primary $n || echo $n
	done
}
workers_at() {
	at $1 sql_root "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE user = 'shop_worker'" 2>/dev/null || echo 0
}
the_writer() {
	for n in $nodes; do
		echo "$(workers_at $n) $n"
	done | sort -rn | sed -n '1s/.* //p'
}

# ---- Pools

# pool_conf K HOSTS: the settings of pool K, whose database is one of HOSTS.
pool_conf() {
	mkdir -p "$dir/p$1"
	(umask 077; echo ADMIN_PASSWORD >"$dir/admin.password")
	sed '/^\(listen\|listen_read\|db_socket\|memcached\|pool_pidfile\) = /d' \
	    "$dir/shop.conf" >"$dir/p$1/shop.conf"
	cat >>"$dir/p$1/shop.conf" <<-END_CONF
	listen = $(addr app$1):9001
	listen_read = $(addr app$1):9002
	pool_pidfile = $dir/p$1/shopd.pid
	memcached = $dir/p$1/mc.sock
	db_socket =
	db_host = $(hosts_of "$2")
	db_read_timeout_s = $([ $profile = galera ] && echo 3 || echo 2)
	db_tls = $([ -n "${TLS:-}" ] && echo verify || echo off)
	db_tls_ca = ${TLS:+$dir/tls/ca.pem}
	db_admin_user = shop_admin
	db_admin_password_file = $dir/admin.password
	END_CONF
}
# hosts_of 'db1 db2': their addresses, as db_host has them.
hosts_of() {
	hosts=
	for machine in $1; do
		hosts=$hosts${hosts:+,}$(addr $machine)
	done
	echo "$hosts"
}

# pool_make K: on a machine of its own, with a memcached; $dbs are its databases.
pool_make() {
	pools="$pools $1"
	pool_conf $1 "${dbs:-db1}"
	memcached -s "$dir/p$1/mc.sock" -a 0700 -U 0 -m 8 ${as_root:+-u root} \
	    >/dev/null 2>&1 &
	echo $! >"$dir/p$1/mc.pid"
	pool_run $1
}
pool_run() {
	: >"$dir/log/shopd$1.log"
	$(on app$1) "$top_builddir/shopd" --config "$dir/p$1/shop.conf" \
	    >>"$dir/log/shopd$1.log" 2>&1 9>&- &
	echo $! >"$dir/p$1/pid"
	await 15 grep -q event=ready "$dir/log/shopd$1.log" ||
	    bail "pool $1: $(tail -n 5 "$dir/log/shopd$1.log")"
}
# pool_dies K: shopd and its workers, by KILL.
pool_dies() {
	pool_pid=$(cat "$dir/p$1/pid")
	kill -KILL "$pool_pid" $(pool_workers)
	seen "pool $1 killed" gone "$pool_pid"
}

# ---- nginx

# web_start: before all pools.
web_start() {
	web_pools=
	for pool in $pools; do
		web_pools=$web_pools${web_pools:+,}$(addr app$pool)
	done
	mkdir -p "$dir/nginx"
	SHOP_LISTEN=0.0.0.0:9001 SHOP_LISTEN_READ=0.0.0.0:9002 \
	    nginx_conf --pools "$web_pools"
	web_run
}
web_run() {
	rm -f "$dir/http.sock"
	$(on web1) nginx -p "$dir" -c "$dir/nginx/nginx.conf" \
	    -e "$dir/log/nginx.err" -g 'daemon off;' 2>"$dir/log/nginx.out" 9>&- &
	nginx_pid=$!
	eventually 10 [ -S "$dir/http.sock" ] ||
	    bail "nginx: $(cat "$dir/log/nginx.out")"
}
# web_dies: all of its processes.
web_dies() {
	kill -KILL $nginx_pid $(cat "/proc/$nginx_pid/task/$nginx_pid/children")
	seen 'nginx killed' gone $nginx_pid
}

# ---- Faults under load

# The clients' journal of times: t/mix.pl notes in $dir/times when each write was
# answered for good, and how long each answer took.

# fault NAME SECONDS COMMAND...: it befalls them; then the clients go on for so long.
# The longest time without an answered write from then to the next fault is its pause.
fault() {
	fault_name=$1
	fault_s=$2
	shift 2
	echo "$(now_ms) $fault_name" >>"$dir/faults"
	"$@"
	sleep_s "$fault_s"
}
sleep_s() { sleep "$1"; }

# pauses: "MS NAME" of each fault: the longest time between two answered writes, of
# which the second came after it began, and the first before the next one did.
pauses() {
	sort -n "$dir"/times.* >"$dir/times"
	awk 'NR == FNR { at[++n] = $1; $1 = ""; name[n] = $0; next }
	    $3 != "ok" { next }
	    last {
		while (k < n && at[k + 1] <= last) k++
		of = k < n && at[k + 1] <= $1 ? k + 1 : k
		if (of > 0 && $1 - last > worst[of]) worst[of] = $1 - last
	    }
	    { last = $1 }
	    END { for (i = 1; i < n; i++) print worst[i] + 0 name[i] }' \
	    "$dir/faults" "$dir/times"
}
# faults_tell: after mix_stop.
faults_tell() {
	pauses >"$dir/pauses"
	sed "s/^\([0-9]*\) /# \1 ms without a write: /" "$dir/pauses"
	echo "# the longest wait for an answer: $(longest_ms) ms"
}
# pause_of NAME: the median of faults of a name that begins so.
pause_of() {
	sed -n "s/^\([0-9]*\) $1.*/\1/p" "$dir/pauses" | sort -n |
	    awk '{ ms[NR] = $1 } END { print ms[int((NR + 1) / 2)] + 0 }'
}
# worst_pause: the longest of all.
worst_pause() { sort -n "$dir/pauses" | tail -n 1 | cut -d ' ' -f 1; }
longest_ms() { awk '$2 > max { max = $2 } END { print max + 0 }' "$dir/times"; }

# ---- What must hold

# caught_up: every node has applied what any has.
caught_up() {
	[ "$(for n in $nodes; do applied_at $n; done | sort -u | wc -l)" = 1 ]
}

# rows N TABLE: all of its rows.
rows() {
	case $2 in
	*procs_priv) columns="host, db, user, routine_name, proc_priv" ;;	# not who gave it
	*) columns="*" ;;
	esac
	at $1 sql_root "SELECT $columns FROM $2" | LC_ALL=C sort
}

# checksums N: of the rows of each table, and of the accounts.  CHECKSUM TABLE won't do:
# it differs where a row came by replication and is the same.
checksums() {
	for table in $(at $1 sql_root "SELECT CONCAT(table_schema, '.', table_name)
	    FROM information_schema.tables WHERE table_schema IN ('shop', 'second')
	    AND table_type = 'BASE TABLE'") mysql.${mariadb:+global_priv}${mysql:+user} \
	    mysql.db mysql.procs_priv; do
		echo "$table $(rows $1 $table | sha256sum)"
	done | sort
}

# cluster_is_well: after mix_stop.
cluster_is_well() {
	if [ $profile != replica ]; then
		await 60 caught_up
		ok "all nodes have applied the same"
	fi
	mix_is_well
	for n in $nodes; do
		checksums $n >"$dir/sums.$n"
		at $n ctl audit >"$dir/audit.$n"
		is "$? $(head -n 1 "$dir/audit.$n")" '0 ok' "the audit of node $n agrees"
	done
	for n in $nodes; do
		diff "$dir/sums.1" "$dir/sums.$n" | sed -n "s/^> \([a-z_.]*\).*/\1/p" |
		    while read -r table; do
			rows 1 $table >"$dir/rows.1"
			rows $n $table | diff "$dir/rows.1" - | sed "s/^/# $table /"
		done
		is "$(cmp "$dir/sums.1" "$dir/sums.$n" && wc -l <"$dir/sums.$n")" \
		    "$(wc -l <"$dir/sums.1")" "node $n is equal to node 1"
	done
	is "$(cat "$dir"/log/shopd[0-9].log | grep -c 'status=500')" 0 'no 500'
	cat "$dir"/log/shopd[0-9].log | grep event=db_error | sed \
	    's/.*number=\([0-9]*\) class=\([a-z_]*\).*/\1 \2/' | sort | uniq -c >"$dir/errors"
	sed 's/^ */# errors: /' "$dir/errors"
	is "$(grep -E ' (bug|unfit)$' "$dir/errors")" '' 'no error that is not known'
}

# ---- The end of it

shop_stop() {
	stop_pid QUIT "${nginx_pid:-}"
	for n in $pools; do
		stop_pid TERM "$(cat "$dir/p$n/pid" 2>/dev/null)"
		stop_pid KILL "$(cat "$dir/p$n/mc.pid" 2>/dev/null)"
	done
	for n in 1 2 3 4; do
		stop_pid KILL "$(node_pid $n)"
	done
	net_end
}

# The pools are this file's.
pool_stop() {
	for n in $pools; do
		stop_pid TERM "$(cat "$dir/p$n/pid" 2>/dev/null)"
	done
}
