# SPDX-License-Identifier: MIT
# shopd and its workers.

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

# A log that had a pool before says ready already, and means that one.
pool_readies() { cat "$dir/log/shopd.log" 2>/dev/null | grep -c event=ready; }
pool_is_ready() { [ "$(pool_readies)" -gt "$pool_was_ready" ]; }
pool_start() {
	pool_was_ready=$(pool_readies)
	"$top_builddir/shopd" --config "$dir/shop.conf" \
	    >>"$dir/log/shopd.log" 2>&1 &
	pool_pid=$!
	eventually 15 pool_is_ready ||
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

# run ARGUMENTS...: of shopctl; sets code, out, err and lines (of err).
run() {
	ctl "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
	lines=$(wc -l <"$dir/err")
}
