#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs in a Debian of its own (t/whole), as root, where systemd is process 1 and nothing
# of the shop is installed: what docs/operating.md tells an operator to do, from the
# package to its purge.  /srv/whole has the packages old.deb and new.deb, this script
# and whole.pl; apt has the rest in its cache, for there is no network.  A fault is told
# and counted, and the drill goes on where it can: the exit status is 1 then, and 2 where
# it can't.
#
#	whole.sh shop		all of it, but for
#	whole.sh booted		what must hold after a boot, and the package's end
set -eu
stage=$1
host=shop.test
here=/srv/whole
dir=/root/whole
url=https://$host
faults=0
cd /
mkdir -p $dir
umask 022
export DEBIAN_FRONTEND=noninteractive

say() { echo "whole: $*"; }
fault() {
	say "FAULT: $*"
	faults=$((faults + 1))
}
die() {
	say "failed: $*"
	journalctl -q -n 15 -u shopd | sed 's/^/	/'
	exit 2
}
# is GOT WANTED WHAT
is() { [ "$1" = "$2" ] || fault "$3: got '$1', wanted '$2'"; }
now_ms() { date +%s%3N; }
# wait_for SECONDS COMMAND...
wait_for() {
	tries=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
# must COMMAND...: quietly, or the end.
must() { "$@" >$dir/log 2>&1 || die "$*: $(tail -n 5 $dir/log)"; }
shown() { systemctl show --value -p "$1" "${2:-shopd.service}"; }
by() { curl -s --max-time 20 "$@"; }
code_of() { by -o /dev/null -w '%{http_code}' "$@"; }
is_ready() { [ "$(code_of $url/readyz)" = 200 ]; }
# metric NAME: the sum of its rows.
metric() {
	by $url/metrics | awk -v name="$1" '{ sub(/\{.*\}/, "", $1) }
		$1 == name { n += $2 } END { printf "%d", n }'
}
workers() { pgrep -d ' ' -f '/shop\.fcgi' || true; }

# ---- Load

load_begin() {
	: >$dir/go
	perl $here/whole.pl run $dir $host 8 &
	load=$!
	lines_at_least 100 || die 'the clients do nothing'
}
load_end() {
	rm $dir/go
	wait $load || fault 'a client ended badly'
}
lines() { cat $dir/journal.* 2>/dev/null | wc -l; }
has_lines() { [ "$(lines)" -ge "$1" ]; }
lines_at_least() { wait_for 60 has_lines $(($(lines) + $1)); }
# lost_none WHAT FROM: nothing was, since then and until it goes on well.
lost_none() {
	lines_at_least 200 || fault "$1: the clients don't go on"
	looked=$(perl $here/whole.pl look $dir "$2" "$(now_ms)")
	say "$1: $looked"
	case $looked in
	*' lost 0 '*) ;;
	*) fault "$1: requests were lost" ;;
	esac
}
# under_load WHAT COMMAND...: it succeeds, and no request is lost.
under_load() {
	under=$1
	shift
	began=$(now_ms)
	"$@" >$dir/log 2>&1 || fault "$under: $* fails: $(tail -n 5 $dir/log)"
	under="$under ($(($(now_ms) - began)) ms)"
	lost_none "$under" "$began"
}

# ---- Steps

package_in() {
	began=$(now_ms)
	must apt-get -q -y install $here/old.deb
	grep -q '^  shopctl init' $dir/log || fault 'the package does not say what is next'
	say "package in: $(dpkg-query -W -f '${Version}' shop), $(($(now_ms) - began)) ms;" \
		"$(dpkg-query -W -f '${Package} ${Version}, ' mariadb-server nginx systemd)" \
		"$(systemctl --version | head -n 1)"
	must apt-get -q -y --no-install-recommends install curl openssl memcached \
		prometheus libio-socket-ssl-perl procps
	for unit in mariadb nginx; do
		is "$(shown ActiveState $unit)" active "$unit after the package"
	done
	is "$(shown ActiveState)" inactive 'shopd before the set-up'
}

# As if certbot had been there; the machine trusts it.
certificate() {
	live=/etc/letsencrypt/live/$host
	mkdir -p $live
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout $live/privkey.pem -out $live/fullchain.pem -days 2 -subj /CN=$host \
	    -addext "subjectAltName=DNS:$host" 2>/dev/null
	cp $live/fullchain.pem /usr/local/share/ca-certificates/$host.crt
	must update-ca-certificates
	grep -q " $host\$" /etc/hosts || echo "127.0.0.1 $host" >>/etc/hosts
}

three_commands() {
	began=$(now_ms)
	must shopctl init
	must shopctl site --tls $host --write
	must systemctl enable --now shopd
	must systemctl reload nginx
	wait_for 20 is_ready || die 'the shop is not open'
	say "three commands: open after $(($(now_ms) - began)) ms"
	is "$(shown ActiveState) $(shown StatusText)" \
	    'active serving: 12 of 12 workers are ready, generation 1' 'shopd'
}

sale() {
	for name in Kim Lee Park Choi; do
		user=$(shopctl user add --name $name --email $name@example.org \
		    --balance 100000)
		echo "$user $(shopctl token --user "$user" --ttl 86400)"
	done >$dir/tokens
	for price in 100 200 300 400 500; do
		shopctl product add --name "Tea $price" --price $price --stock 1000000
	done >$dir/products
	shopctl product add --name Few --price 10 --stock 20 >>$dir/products
	token=$(head -n 1 $dir/tokens | cut -d ' ' -f 2)
	is "$(by -o $dir/order -w '%{http_code} %{http_version}' \
	    -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
	    -d "{\"items\": [{\"productId\": $(head -n 1 $dir/products), \"quantity\": 2}]}" \
	    $url/v1/orders)" '201 2' 'an order'
	by $url/ | grep -q '<html' || fault 'no storefront'
	is "$(code_of http://$host/)" 308 'port 80'
	say 'sold over TLS'
}

# What operating.md tells beside the three commands: audits and a cache.
more_set_up() {
	sed -i 's/^#\(audit_state = \)/\1/; s/^#\(memcached = \)/\1/' /etc/shop.conf
	must systemctl enable --now shop-audit.timer shop-audit-full.timer
	sed -i '/^-[pl] /d' /etc/memcached.conf
	printf '%s\n' '-U 0' '-s /run/memcached/memcached.sock' '-a 0660' \
	    >>/etc/memcached.conf
	must usermod -a -G memcache shop
	must usermod -a -G memcache www-data
	must systemctl restart memcached
	echo 'rank_by_nginx = on' >>/etc/shop.conf
	must shopctl site --tls $host --write
	must systemctl restart shopd nginx
	wait_for 20 is_ready || die 'not open with a cache'
	wait_for 20 is_cached || fault 'nginx does not answer the ranking'
	say 'a cache: the ranking is answered by nginx'
}

# What doctor still says of Debian's own files, and what it says to do about that.
doctored() {
	checked
	sed -i 's/worker_connections .*;/worker_connections 4096;/' /etc/nginx/nginx.conf
	must systemctl reload nginx
	printf '[mariadbd]\nlocal_infile = OFF\n' >/etc/mysql/mariadb.conf.d/90-shop.cnf
	must mariadb -e 'SET GLOBAL local_infile = OFF'
	is "$(checked)" '' 'when that is done, doctor'
}
checked() {
	shopctl doctor >$dir/doctor 2>&1 || true
	grep '^bad' $dir/doctor || true
}
is_cached() { by -D - -o /dev/null $url/v1/products/top | grep -qi '^cache-status: ranking; hit'; }

without_sockets() {
	load_begin
	for n in 1 2 3; do
		under_load "reload $n" systemctl reload shopd
	done
	old=$(shopctl --version)
	under_load 'upgrade by reload' apt-get -q -y install $here/new.deb
	grep '^shop: ' $dir/log && fault 'the upgrade complains'
	grep -q '^applied migration 0099' $dir/log || grep -q 0099 $dir/log ||
		fault "no migration: $(cat $dir/log)"
	say "upgraded: $old, now $(shopctl --version)"
	is_new
	load_end
}
# is_new: each worker runs the program that is installed, on the schema that is.
is_new() {
	for pid in $(workers); do
		[ "$(readlink "/proc/$pid/exe")" = /usr/libexec/shop.fcgi ] ||
			fault "worker $pid is of before"
	done
	is "$(by $url/readyz | grep -o '"schema": *"[a-z]*"' | tr -d ' ')" \
	    '"schema":"current"' '/readyz'
	must shopctl migrate --status
}

with_sockets() {
	must systemctl stop shopd
	is "$(shown ActiveState)" inactive 'a pool that is stopped'
	must systemctl enable --now shopd.socket shopd-read.socket
	must systemctl enable --now shopd
	load_begin
	for n in 1 2 3; do
		under_load "restart $n" systemctl restart shopd
	done
	under_load 'reload, with sockets' systemctl reload shopd
	main=$(shown MainPID)
	under_load 'upgrade by restart' apt-get -q -y --reinstall install $here/new.deb
	[ "$(shown MainPID)" != "$main" ] || fault 'shopd is the one of before'
	is_new
	load_end
}

# kept: the tables have what was acknowledged, no more and no less: an order and four
# charges were there before.
kept() {
	got=$(mariadb -N shop -e "SELECT (SELECT COUNT(*) FROM orders) - 1, COUNT(*) - 4,
	    SUM(amount) - 400000 FROM points_ledger WHERE type = 'charge'" | tr '\t' ' ')
	is "$got" "$(perl $here/whole.pl sums $dir | awk '{ print $2, $4, $6 }')" \
	    'orders, charges and their points'
	say "kept: orders, charges and their points: $got"
}

# ---- Prometheus

told() { by "http://127.0.0.1:9090/api/v1/$1"; }
says() { told "query?query=$1" | grep -q '"value":\[[0-9.]*,"'"$2"'"\]'; }
# fires ALERT: some client asks meanwhile; quiet ALERT: not any more.
fires() {
	code_of $url/v1/products/1 >/dev/null
	told "query?query=ALERTS%7Balertname%3D%22$1%22%2Calertstate%3D%22firing%22%7D" |
		grep -q '"alertname"'
}
quiet() { is_ready && ! fires "$1"; }

watched() {
	sed 's/for: [0-9]*m$/for: 2s/; s/\[5m\]/[10s]/g' \
	    /usr/share/shop/monitoring/shop.rules.yml >/etc/prometheus/shop.rules.yml
	cat >/etc/prometheus/prometheus.yml <<-END
	global: {scrape_interval: 1s, evaluation_interval: 1s, scrape_timeout: 1s}
	rule_files: [/etc/prometheus/shop.rules.yml]
	scrape_configs:
	  - job_name: shop
	    scheme: https
	    static_configs: [{targets: [$host]}]
	END
	must promtool check config /etc/prometheus/prometheus.yml
	must systemctl restart prometheus
	wait_for 60 says 'up%7Bjob%3D%22shop%22%7D' 1 || fault 'Prometheus does not scrape the shop'
	say 'Prometheus: up{job="shop"} is 1'
	began=$(now_ms)
	kill -STOP "$(shown MainPID mariadb)"
	wait_for 60 fires ShopDatabaseAway || fault 'no alert while the database is frozen'
	say "ShopDatabaseAway after $(($(now_ms) - began)) ms of a frozen database"
	is "$(code_of $url/v1/products/1)" 503 'a frozen database'
	began=$(now_ms)
	kill -CONT "$(shown MainPID mariadb)"
	wait_for 60 quiet ShopDatabaseAway || fault 'the alert does not end'
	say "open and quiet $(($(now_ms) - began)) ms after it goes on"
}

audited() {
	wait_for 150 timer_ran || fault 'shop-audit.timer starts nothing'
	wait_for 60 audit_well || fault "shop-audit.service: $(shown Result shop-audit.service)" \
		"$(journalctl -q -n 3 -o cat -u shop-audit)"
	is "$(metric shop_audit_violations)" 0 'violations'
	[ "$(metric shop_audit_last_success_timestamp_seconds)" -gt 1700000000 ] ||
		fault '/metrics does not know of the audit'
	must systemctl start shop-audit-full.service
	say "audits: $(shopctl audit | head -n 1)," \
		"by the timer $(shown Result shop-audit.service)"
}
timer_ran() { [ -n "$(shown LastTriggerUSec shop-audit.timer)" ]; }
audit_well() {
	[ "$(shown ActiveState shop-audit.service) $(shown Result shop-audit.service)" = \
	    'inactive success' ] && [ -s /var/lib/shop/audit.mark ]
}

# ---- Backup and restore

lose_everything() {
	load_begin
	dumped_at=$(now_ms)
	under_load 'mariadb-dump' sh -c \
	    "mariadb-dump --single-transaction --databases shop >$dir/shop.sql"
	say "dump: $(($(stat -c %s $dir/shop.sql) / 1024)) KiB," \
		"before it $(perl $here/whole.pl sums $dir "$dumped_at")"
	lines_at_least 300 || fault 'nothing after the dump'
	kill -KILL "$(shown MainPID mariadb)"
	systemctl stop mariadb
	rm -rf /var/lib/mysql
	load_end
	say 'the database is gone, with its directory'
}
restore() {
	began=$(now_ms)
	must systemctl stop shop-audit.timer shopd.socket shopd-read.socket shopd
	# Prometheus asks each second.
	sleep 2
	is "$(shown ActiveState)" inactive 'the pool that was stopped'
	must install -d -o mysql -g mysql -m 755 /var/lib/mysql
	must mariadb-install-db --user=mysql --skip-test-db
	must systemctl start mariadb
	must sh -c "mariadb <$dir/shop.sql"
	must shopctl restored
	is "$(shopctl audit | head -n 1)" ok 'the audit of what was restored'
	must systemctl start shopd.socket shopd-read.socket shopd shop-audit.timer
	wait_for 20 is_ready || die 'not ready after the restore'
	say "restored and open after $(($(now_ms) - began)) ms"
	replayed=$(perl $here/whole.pl again $dir $host "$dumped_at")
	say "keys of before the dump: $replayed"
	case $replayed in
	*' wrong 0') ;;
	*) fault 'keys' ;;
	esac
	seen=$(perl $here/whole.pl sums $dir | grep -o 'greatest-order [0-9]*')
	began=$(now_ms)
	load_begin
	lost_none 'sells on' "$began"
	load_end
	lowest=$(cat $dir/journal.* | awk -F '\t' -v from="$began" '$1 >= from &&
		$4 == "/v1/orders" && $7 == 201 && (!min || $9 < min) { min = $9 }
		END { print min + 0 }')
	[ "$lowest" -gt "${seen#* }" ] ||
		fault "an order's number is given twice: $lowest, seen ${seen#* }"
	say "orders go on at $lowest, the last one seen was ${seen#* }"
}

# ---- A worker that the kernel kills for want of memory

# limit_memory: sets limited, whose the limit is; empty: there is none.
limit_memory() {
	limited=
	group=$(shown ControlGroup)
	for file in "/sys/fs/cgroup$group/memory.max" \
	    "/sys/fs/cgroup/memory$group/memory.limit_in_bytes"; do
		[ "$(cat "$file" 2>/dev/null)" != 209715200 ] ||
			{ limited="the unit's own"; return; }
	done
	# The pool is moved into one that the machine outside has limited.
	if [ -e $here/memory/cgroup.procs ]; then
		for pid in $(shown MainPID) $(workers); do
			echo "$pid" >$here/memory/cgroup.procs
		done
		limited='of the machine outside'
	fi
}
out_of_memory() {
	cp /etc/shop.conf $dir/shop.conf
	echo 'password_cost = 9' >>/etc/shop.conf
	mkdir -p /etc/systemd/system/shopd.service.d
	printf '[Service]\nMemoryMax=200M\nMemorySwapMax=0\n' \
	    >/etc/systemd/system/shopd.service.d/memory.conf
	must systemctl daemon-reload
	must systemctl restart shopd
	limit_memory
	if [ -z "$limited" ]; then
		say 'SKIP: no memory controller in this container, so nothing is killed'
	else
		starved
	fi
	cp $dir/shop.conf /etc/shop.conf
	rm /etc/systemd/system/shopd.service.d/memory.conf
	must systemctl daemon-reload
	must systemctl restart shopd
}
starved() {
	echo 'a long password' >$dir/password
	chmod 600 $dir/password
	must shopctl user add --name Oh --email Oh@example.org --password-file $dir/password
	main=$(shown MainPID)
	before=$(metric shop_worker_restarts_total)
	began=$(date '+%F %T')
	code=$(code_of -H 'Content-Type: application/json' \
	    -d '{"email": "Oh@example.org", "password": "a long password"}' \
	    $url/v1/tokens)
	is "$(code_of $url/v1/products/1)" 200 'the others serve'
	wait_for 10 whole_pool || fault "no successor: $(shown StatusText)"
	killed=$(($(metric shop_worker_restarts_total) - before))
	[ $killed -gt 0 ] || fault 'the kernel killed no worker'
	is "$(shown ActiveState) $(shown MainPID) $(shown NRestarts)" "active $main 0" \
	    'the unit'
	journalctl -q -o cat -u shopd --since "$began" |
		grep -q 'event=worker-exit.*signal=9' || fault 'the log does not tell'
	say "out of memory (limit: $limited): log-in $code, $killed workers killed," \
		"$(shown StatusText)"
}
whole_pool() { shown StatusText | grep -q '^serving: 12 of 12 '; }

# ---- The end

last_words() {
	shopctl status >$dir/status 2>&1 || fault "shopctl status: $(tail -n 1 $dir/status)"
	sed 's/^/	/' $dir/status
	is "$(checked)" '' 'doctor'
	say "doctor: $(grep -c '^ok ' $dir/doctor) ok;$(sed -n 's/^skip / skip /p' $dir/doctor)"
	systemctl list-units --failed --no-legend --plain >$dir/failed
	is "$(grep -c shop $dir/failed)" 0 "units that failed: $(cat $dir/failed)"
	is "$(metric shop_log_lines_dropped_total)" 0 'lines that the log lost'
	is "$(grep -c '"status":500' /var/log/nginx/shop.log)" 0 'answers of 500'
	is "$(journalctl -q -o cat -u shopd | grep -c class=bug)" 0 'bugs in the log'
}

booted() {
	wait_for 60 is_ready || die 'not open after a boot'
	for unit in shopd.service shopd.socket shopd-read.socket shop-audit.timer \
	    nginx mariadb; do
		is "$(shown ActiveState $unit)" active "$unit after a boot"
	done
	began=$(now_ms)
	load_begin
	lost_none 'after a boot' "$began"
	load_end
}
purged() {
	must apt-get -q -y purge shop
	grep '^shop: ' $dir/log
	find / -xdev \( -path /proc -o -path /sys -o -path /root -o -path /tmp -o \
	    -path /srv -o -path /var/lib/mysql -o -path /var/cache/apt -o \
	    -path /var/log/apt -o -path /var/log/journal -o -path '*.test*' -o \
	    -path /etc/prometheus -o -path /var/lib/prometheus \) -prune -o \
	    \( -name '*shop*' -o -user shop -o -nouser -o -nogroup \) -print \
	    2>/dev/null >$dir/left || true
	is "$(cat $dir/left)" '' 'left behind'
	is "$(systemctl list-units --all --no-legend --plain 'shop*')" '' 'units left behind'
	is "$(workers)" '' 'workers left behind'
	systemctl restart nginx || fault 'nginx lacks something now'
	say 'purged'
}

case $stage in
shop)
	package_in
	certificate
	three_commands
	sale
	more_set_up
	doctored
	without_sockets
	with_sockets
	kept
	watched
	audited
	lose_everything
	restore
	out_of_memory
	last_words
	;;
booted)
	booted
	last_words
	purged
	;;
esac
[ $faults -eq 0 ] || say "$faults faults"
[ $faults -eq 0 ]
