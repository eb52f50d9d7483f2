#!/bin/sh
# SPDX-License-Identifier: MIT
# The units under a systemd that is process 1, in a container: starts, reloads and
# audits that fail when they failed, a restart that loses nothing.  The database,
# memcached, nginx and the clients are outside, by sockets.
#
# $NSPAWN_TREE names a directory with a Debian of this machine's version; where it
# isn't there it is made, by debootstrap and the network.  Nothing is written into
# it later.
. "${top_srcdir:-.}/t/lib.sh"

# ---- Can it be had?

[ -n "$as_root" ] || skip_all 'not root'
for program in systemd-nspawn nsenter perl; do
	command -v $program >/dev/null || skip_all "no $program"
done
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
tree=${NSPAWN_TREE:-/var/tmp/shop-systemd.$codename}
ldd "$top_builddir/shopd" "$top_builddir/shopctl" "$top_builddir/shop.fcgi" \
    >"$dir/libraries" 2>/dev/null
! grep -qE 'lib[au]san' "$dir/libraries" || skip_all 'sanitizers want no sandbox'

# packages: of the libraries that the programs need.
packages() {
	sed -n 's/.* => \(\/[^ ]*\) (.*/\1/p' "$dir/libraries" | sort -u |
	    while read -r library; do
		library=$(readlink -f "$library")
		dpkg-query -S "$library" 2>/dev/null ||
		    dpkg-query -S "${library#/usr}" 2>/dev/null
	done | sed 's/:.*//' | sort -u | paste -s -d ,
}
mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | awk '
	    $1 == "URIs:" { uri = $2 }
	    $1 == "Suites:" && $2 == name { print uri; exit }
	    $1 == "deb" && $3 == name { print $2; exit }' name="$codename"
}
if [ ! -x "$tree/lib/systemd/systemd" ]; then
	[ -n "${NSPAWN_TREE:-}" ] ||
	    skip_all 'NSPAWN_TREE names no directory for a Debian'
	command -v debootstrap >/dev/null || skip_all 'no debootstrap'
	debootstrap --variant=minbase \
	    --include="systemd,systemd-sysv,$(packages)" "$codename" \
	    "$tree.new" "$(mirror)" >"$dir/log/debootstrap.log" 2>&1 ||
	    skip_all "debootstrap: $(tail -n 1 "$dir/log/debootstrap.log")"
	mv "$tree.new" "$tree"
fi

# ---- What is there: programs as they are installed, the settings

unset NSPAWN_TREE
(unset MAKEFLAGS MAKELEVEL MFLAGS
make -s -C "$top_builddir" install DESTDIR="$dir/root") \
    >"$dir/log/install.log" 2>&1 || bail "$(tail -n 3 "$dir/log/install.log")"
units=$(find "$dir/root" -path '*/shop/systemd' | sed "s|^$dir/root||")
settings=$(sed -n 's/^ExecStart=.*--config //p' "$dir/root$units/shopd.service")
worker=$(find "$dir/root" -name shop.fcgi -path '*libexec*' |
    sed "s|^$dir/root||")

# Others' sockets are reached through /srv/shop, the pool's are where the unit has
# them.
chmod 755 "$dir"
mkdir -p "$dir/run" "$dir/root/etc/shop" "$dir/root${settings%/*}"
cp "$dir/db.password" "$dir/jwt.secret" "$dir/root/etc/shop/"
cat >"$dir/good.conf" <<END
listen_read = unix:/run/shop/read.sock
workers = $workers
workers_read = $workers_read
db_socket = /srv/shop/db.sock
db_password_file = /etc/shop/db.password
memcached = /srv/shop/mc.sock
jwt_secret_file = /etc/shop/jwt.secret
END
cp "$dir/good.conf" "$dir/root$settings"
conf listen "unix:$dir/run/shop.sock"
conf listen_read "unix:$dir/run/read.sock"

# ---- The container

# inside COMMAND...: by root, in it.
inside() {
	nsenter -a -t "$leader" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    LC_ALL=C.UTF-8 "$@"
}
boots() {
	leader=$(cat "/proc/$nspawn_pid/task/$nspawn_pid/children" 2>/dev/null)
	leader=${leader%% *}
	[ -n "$leader" ] && inside systemctl is-system-running 2>/dev/null |
	    grep -qE '^(running|degraded)$'
}
systemd-nspawn --quiet --register=no --keep-unit --private-network \
    --volatile=overlay -D "$tree" --bind="$dir:/srv/shop" \
    --bind="$dir/run:/run/shop" --boot </dev/null >"$dir/log/nspawn.log" 2>&1 &
nspawn_pid=$!
halt() {
	halt_code=$?
	stop_pid TERM "$nspawn_pid"
	return $halt_code
}
trap 'halt; cleanup' EXIT
eventually 60 boots ||
    skip_all "no container boots: $(tail -n 1 "$dir/log/nspawn.log")"
echo "# $(inside systemctl --version | head -n 1)"
inside cp -a /srv/shop/root/. /
inside sh -c "cp $units/* /etc/systemd/system/ &&
    useradd --system --user-group --no-create-home shop &&
    chown -R shop:shop /etc/shop && chown shop:shop /run/shop &&
    chmod 640 $settings && chown root:shop $settings &&
    systemctl daemon-reload" >"$dir/log/setup.log" 2>&1 ||
    bail "$(cat "$dir/log/setup.log")"

# shown PROPERTY [UNIT]: as systemctl show has it.
shown() { inside systemctl show --value -p "$1" "${2:-shopd.service}"; }
shown_is() { [ "$(shown "$1" "${3:-}")" = "$2" ]; }
journal() { inside journalctl -q -o cat -u "${1:-shopd.service}"; }
# unit ARGUMENTS...: systemctl; sets code and err.
unit() {
	inside systemctl "$@" >"$dir/out" 2>&1
	code=$?
	err=$(cat "$dir/out")
}
# set_line LINE: the settings with it; good: as they were.
set_line() { inside sh -c "echo '$1' >>$settings"; }
good() { inside cp --no-preserve=mode /srv/shop/good.conf "$settings"; }
# program TEXT: the worker program is this script; program_good: itself.
program() {
	printf '#!/bin/sh\n%s\n' "$1" >"$dir/program"
	inside sh -c "cp /srv/shop/program $worker.new && chmod 755 $worker.new &&
	    mv $worker.new $worker"
}
program_good() {
	inside sh -c "cp /srv/shop/root$worker $worker.new && mv $worker.new $worker"
}
workers_inside() { inside sh -c 'cat /proc/$0/task/$0/children' "$(shown MainPID)"; }
is_serving() { request GET /v1/products/1 && [ "$status" = 200 ]; }

# ---- A start

set_line 'workers = 0'
unit start shopd
is "$code" 1 'a start by a bad setting fails'
is "$(shown ExecMainStatus) $(shown ActiveState) $(shown NRestarts)" \
    '78 failed 0' 'and is not tried again'
like "$(journal)" "^shopd: $settings:8: workers = 0: " 'and the journal says why'
good

shop_db
db_stop
mc_start
unit start shopd
is "$code $err $(shown ActiveState)" '0  active' \
    'a start without a database succeeds'
db_start
nginx_start
as 1
eventually 15 is_serving
ok 'and the shop is open as soon as there is one'
unit stop shopd
is "$code $(shown Result)" '0 success' 'it stops'

program "while [ ! -e /run/shop/go ]; do sleep 0.1; done
    exec /srv/shop/root$worker \"\$@\""
unit start --no-block shopd
eventually 10 shown_is StatusText \
    'starting: 0 of 6 workers are ready, generation 1'
ok 'while its workers are not ready its status says so'
is "$(shown ActiveState)" activating 'and it has not started'
: >"$dir/run/go"
eventually 10 shown_is ActiveState active
ok 'it has when they are'
rm "$dir/run/go"
program_good

# ---- A reload

main=$(shown MainPID)
old=$(workers_inside)
unit reload shopd
is "$code $err" '0 ' 'a reload succeeds'
is "$(shown StatusText)" 'serving: 6 of 6 workers are ready, generation 2' \
    'when its workers are there'
[ "$(workers_inside)" != "$old" ]
ok 'which are others'
program 'exit 1'
old=$(workers_inside)
unit reload shopd
is "$code $(shown ActiveState) $(shown MainPID)" "1 active $main" \
    'a reload to a broken program fails, and the unit is active'
is "$(workers_inside)" "$old" 'with the workers of before'
is_serving
ok 'which serve'
is "$(shown StatusText)" "serving: 6 of 6 workers are ready, generation 2; $(
    )roll 3 failed: a worker ended before it was ready" 'its status says why'
like "$(journal)" '^shopctl: roll: .*: a worker ended before it was ready$' \
    'and so does the journal'
program_good
set_line 'log_levl = debug'
unit reload shopd
is "$code $(shown ActiveState) $(workers_inside)" "1 active $old" \
    'a reload by a bad setting fails'
good
inside sh -c 'kill -HUP "$0"' "$main"
eventually 15 shown_is StatusText \
    'serving: 6 of 6 workers are ready, generation 4'
is "$(shown ActiveState)" active 'a HUP by hand is over, too'
unit reload shopd
is "$code $err" '0 ' 'and the next reload succeeds'

# ---- Deaths

old=$(workers_inside)
inside sh -c 'kill -KILL "$1"' sh ${old%% *}
eventually 10 shown_is StatusText \
    'serving: 6 of 6 workers are ready, generation 5'
is "$(shown ActiveState) $(shown NRestarts) $(shown MainPID)" "active 0 $main" \
    'the unit stays up when a worker is killed'
is "$(shown OOMPolicy)" continue 'also where the kernel does that'
inside mkdir -p /run/systemd/system/shopd.service.d
inside sh -c 'printf "[Service]\nWatchdogSec=2\n" \
    >/run/systemd/system/shopd.service.d/t.conf; systemctl daemon-reload'
unit restart shopd
main=$(shown MainPID)
sleep_ms 3000
is "$code $(shown MainPID) $(shown NRestarts)" "0 $main 0" \
    'a shopd that runs is left alone by the watchdog'
inside sh -c 'kill -STOP "$0"' "$main"
eventually 20 shown_is NRestarts 1 && eventually 20 shown_is ActiveState active
ok 'one that stands still is replaced'
eventually 10 is_serving
ok 'and its successor serves'
like "$(journal)" 'Watchdog timeout' 'which is in the journal'
inside rm /run/systemd/system/shopd.service.d/t.conf
inside systemctl daemon-reload

# ---- Sockets

unit stop shopd
unit start shopd.socket shopd-read.socket
is "$code $err $(shown ActiveState)" '0  inactive' 'sockets without a pool'
eventually 20 is_serving
ok 'the first request starts it'
one=$(stat -c %d:%i "$dir/run/shop.sock")
is "$(stat -c %a "$dir/run/shop.sock" "$dir/run/read.sock" | paste -s -d ' ')" \
    '660 660' 'whose sockets are for nginx'\''s group'
seeded
goods_make
clients_start --clients 4
for restart in 1 2 3; do
	main=$(shown MainPID)
	unit restart shopd
	is "$code $err" '0 ' "it is restarted under load, $restart"
	[ "$(shown MainPID)" != "$main" ]
	ok 'and is another one'
	journal_grows
done
unit reload shopd
is "$code $err" '0 ' 'and reloaded'
journal_grows
clients_stop
cat "$dir/clients.out" | sed 's/^/# /'
is "$(figure server_errors) $(figure status_000)" '0 0' \
    'meanwhile no request failed'
[ "$(figure acknowledged)" -gt 100 ]
ok "of many ($(figure acknowledged))"
is "$(stat -c %d:%i "$dir/run/shop.sock")" "$one" 'the sockets are the same'
set_line 'listen = unix:/run/shop/other.sock'
unit restart shopd
is "$code $(shown ExecMainStatus)" '1 78' 'a setting that is elsewhere is refused'
good
unit restart shopd.socket shopd-read.socket
unit restart shopd
is "$code $err" '0 ' 'and all is well when it is set right'
is_serving
ok 'it serves'

# ---- The journal

# chatter NAME [PROPERTY...]: how many of 200000 lines of such a unit are kept.
chatter() {
	name=$1
	shift
	printf '%s\n' '[Service]' Type=oneshot 'ExecStart=seq 200000' "$@" \
	    >"$dir/run/chatter"
	inside sh -c 'cp /run/shop/chatter "/run/systemd/system/$1.service"
	    systemctl daemon-reload; systemctl start "$1"
	    journalctl -q --flush --sync
	    journalctl -q -o cat -u "$1" _COMM=seq | wc -l' sh "$name"
}
kept=$(chatter few)
[ "$kept" -gt 1000 ] && [ "$kept" -lt 200000 ]
ok "the journal drops lines of who chatters ($kept of 200000 are kept)"
is "$(chatter many "LogRateLimitIntervalSec=$(shown LogRateLimitIntervalUSec)" \
    "LogRateLimitBurst=$(shown LogRateLimitBurst)")" 200000 \
    'but none by the limits of the unit'
like "$(journal | tail -n 2000)" 'event=request .*route=/v1/products/' \
    'requests have their lines'
is "$(journal | grep -c 'level=error event=[a-qs-z]')" 0 \
    'no right that was taken away was missed'

# ---- Audits

# failed UNIT, well UNIT: so its last run ended; while one runs neither is known.
failed() { [ "$(shown ActiveState "$1") $(shown Result "$1")" = 'failed exit-code' ]; }
well() { [ "$(shown ActiveState "$1") $(shown Result "$1")" = 'inactive success' ]; }
mark_of() { inside cat /var/lib/shop/audit.mark >"$dir/mark" 2>/dev/null; }
marked() { mark_of && [ -s "$dir/mark" ]; }
for name in shop-audit.timer shop-audit-full.timer; do
	inside mkdir -p /run/systemd/system/$name.d
done
inside sh -c 'cd /run/systemd/system
    printf "[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=1\nOnUnitInactiveSec=1\n" \
	>shop-audit.timer.d/t.conf
    printf "[Timer]\nRandomizedDelaySec=0\nOnCalendar=\nOnCalendar=*:*:0/2\nAccuracySec=1\n" \
	>shop-audit-full.timer.d/t.conf
    systemctl daemon-reload'
unit start shop-audit.timer
is "$code $err" '0 ' 'a timer of audits'
eventually 30 marked
ok 'begins by itself'
before=$(cat "$dir/mark")
post /v1/points/charge '{"amount": 1}'
moved() { mark_of && [ "$(cat "$dir/mark")" != "$before" ]; }
eventually 30 moved
ok 'goes on'
eventually 30 well shop-audit.service
ok 'and finds nothing'
sql 'UPDATE users SET balance = balance + 1 WHERE id = 1'
post /v1/points/charge '{"amount": 1}'
eventually 30 failed shop-audit.service
ok 'a violation makes the unit fail'
like "$(journal shop-audit.service)" '^[a-z_]+: .*1' 'whose journal names the row'
unit start shop-audit-full.timer
eventually 30 failed shop-audit-full.service
ok 'and that of the night fails, by its timer'
listed() {
	inside systemctl list-units --failed --no-legend --plain 'shop*' |
	    cut -d ' ' -f 1 | sort >"$dir/listed"
	[ "$(paste -s -d ' ' "$dir/listed")" = \
	    'shop-audit-full.service shop-audit.service' ]
}
eventually 30 listed
ok 'systemctl --failed lists both'
sql 'UPDATE users SET balance = balance - 1 WHERE id = 1;
    UPDATE points_ledger SET balance_after = balance_after - 1
	WHERE user_id = 1 ORDER BY id DESC LIMIT 1'
eventually 30 well shop-audit.service && eventually 30 well shop-audit-full.service
ok 'when it is mended they succeed'
unit stop shop-audit.timer shop-audit-full.timer shopd.socket shopd-read.socket \
    shopd
is "$code $(shown Result)" '0 success' 'all of it stops'
finish
