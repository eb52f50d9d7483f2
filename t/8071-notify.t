#!/bin/sh
# SPDX-License-Identifier: MIT
# What shopd tells a service manager, and what it takes of one: no systemd is
# needed here.
. "${top_srcdir:-.}/t/lib.sh"
command -v perl >/dev/null || skip_all 'no perl'

# ear NAME: from now on what is told there is in $dir/told.
ear() {
	rm -f "$dir/notify" "$dir/told"
	perl "$top_srcdir/t/notify.pl" "$1" "$dir/told" &
	ear_pid=$!
	eventually 5 [ -e "$dir/told" ] || bail 'no notify.pl'
}
ear_off() { stop_pid TERM "${ear_pid:-}"; }
# told PATTERN: so it was told.
told() { grep -qE "$1" "$dir/told"; }
# tale: what was told, without watchdog and status, a word each.
tale() {
	tr '|' '\n' <"$dir/told" | sed -n 's/^ *\(READY\|RELOADING\|STOPPING\)=1 *$/\1/p' |
	    paste -s -d ' '
}
statuses() { tr '|' '\n' <"$dir/told" | sed -n 's/^ *STATUS=\(.*[^ ]\) *$/\1/p'; }
last_status() { statuses | tail -n 1; }
last_status_is() { [ "$(last_status)" = "$1" ]; }
trap 'ear_off; cleanup' EXIT

mkdir "$dir/bin"
cp "$top_builddir/shop.fcgi" "$dir/bin/shop.fcgi"
conf worker_path "$dir/bin/shop.fcgi"
cp "$dir/shop.conf" "$dir/good.conf"
good() { cp "$dir/good.conf" "$dir/shop.conf"; }

# program TEXT: the worker program is this script from now on.
program() {
	printf '#!/bin/sh\n%s\n' "$1" >"$dir/bin/new"
	chmod 755 "$dir/bin/new"
	mv "$dir/bin/new" "$dir/bin/shop.fcgi"
}
program_good() {
	cp "$top_builddir/shop.fcgi" "$dir/bin/new"
	mv "$dir/bin/new" "$dir/bin/shop.fcgi"
}

# ---- A start: ready is when the workers are

export NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID
NOTIFY_SOCKET=$dir/notify
WATCHDOG_USEC=400000
shop_db
mc_start
ear "$dir/notify"
program "while [ ! -e $dir/go ]; do sleep 0.1; done
    exec $top_builddir/shop.fcgi \"\$@\""
"$top_builddir/shopd" --config "$dir/shop.conf" >>"$dir/log/shopd.log" 2>&1 &
pool_pid=$!
eventually 10 told 'STATUS=starting: 0 of 6 workers are ready, generation 1'
ok 'a pool whose workers are not ready says so'
is "$(tale)" '' 'and nothing of being ready'
: >"$dir/go"
eventually 10 told 'READY=1'
ok 'it is ready when they are'
eventually 5 last_status_is 'serving: 6 of 6 workers are ready, generation 1'
ok 'and tells of what'
is "$(for pid in $(pool_workers); do tr '\0' '\n' <"/proc/$pid/environ"; done |
    grep -cE '^(NOTIFY_|WATCHDOG_|LISTEN_)')" 0 'no worker has the variables'
nginx_start

# ---- The watchdog

beats() { grep -c 'WATCHDOG=1' "$dir/told"; }
beat() { [ "$(beats)" -ge "$1" ]; }
eventually 5 beat $(($(beats) + 5))
ok 'it lives'
kill -STOP "$pool_pid"
seen 'shopd stands still' stands_still "$pool_pid"
before=$(beats)
sleep_ms 1000
is "$(beats)" "$before" 'it tells so no more when it stands still'
kill -CONT "$pool_pid"
eventually 5 beat $((before + 2))
ok 'and again when it goes on'

# ---- Rolls

is "$(tale)" READY 'until now nothing else was told'
program_good
# systemctl reload runs it as the pool's user, who may not read that.
conf db_admin_password_file "$dir/nobody.may"
run roll
is "$code $out $err" '0  ' \
    'shopctl roll ends when the roll has, whoever may not read the admin'\''s password'
conf db_admin_password_file ''
eventually 5 [ "$(tale)" = 'READY RELOADING READY' ]
ok 'which was told'
like "$(grep RELOADING "$dir/told")" '^RELOADING=1 [|] MONOTONIC_USEC=[0-9]+( |$)' \
    'with its time'
at=$(sed -n 's/.*MONOTONIC_USEC=\([0-9]*\).*/\1/p' "$dir/told" | head -n 1)
up=$(sed 's/\([0-9]*\)\.\([0-9]*\) .*/\1\20000/' /proc/uptime)
[ $((up - at)) -ge 0 ] && [ $((up - at)) -lt 30000000 ]
ok 'of the monotonic clock, and of now'
eventually 5 last_status_is 'serving: 6 of 6 workers are ready, generation 2'
ok 'and what serves now'

mv "$dir/jwt.secret" "$dir/jwt.secret.away"
run roll
is "$code $err" "1 shopctl: roll: $dir/shopd.pid: $dir/jwt.secret: No such file $(
    )or directory" 'a roll that shopd refuses fails, and shopctl says why'
mv "$dir/jwt.secret.away" "$dir/jwt.secret"
eventually 5 last_status_is "serving: 6 of 6 workers are ready, generation 2; $(
    )roll 3 failed: $dir/jwt.secret: No such file or directory"
ok 'so does the status'
eventually 5 [ "$(tale)" = 'READY RELOADING READY RELOADING READY' ]
ok 'it begins and ends'
conf log_levl debug
run roll
is "$code $err" "1 shopctl: $dir/shop.conf:$(wc -l <"$dir/shop.conf"): $(
    )log_levl: no such setting" 'by bad settings nobody is asked for one'
good
program 'exit 1'
run roll
is "$code $err" "1 shopctl: roll: $dir/shopd.pid: a worker ended before $(
    )it was ready" 'a roll to a program that ends fails'
eventually 5 told 'generation 2; roll 4 failed: a worker ended before it was ready'
ok 'so says the status'
as 1
request GET /v1/products/1
is "$status" 200 'the old workers serve on'
program_good
run roll
is "$code $err" '0 ' 'and the next one succeeds'
eventually 5 last_status_is 'serving: 6 of 6 workers are ready, generation 5'
ok 'which ends what the status says of the failed one'

# ---- A worker that dies, and the end

kill -KILL "$(pool_workers | head -n 1)"
eventually 5 last_status_is 'serving: 6 of 6 workers are ready, generation 5'
statuses | grep -q '^serving: 5 of 6 workers are ready, generation 5$'
ok 'a worker that dies is seen'
pool_stop
told 'STOPPING=1'
ok 'TERM: it stops, and says so'
like "$(statuses | grep stopping)" 'stopping: [0-9]+ workers finish their requests' \
    'so does the status'
ear_off

# ---- Other names, and managers that are none

NOTIFY_SOCKET=@$(basename "$dir")
ear "$NOTIFY_SOCKET"
WATCHDOG_PID=1
pool_start
eventually 5 told 'READY=1'
ok 'a name that is no file will do'
sleep_ms 600
is "$(beats)" 0 'a watchdog for another process is not heeded'
pool_stop
ear_off
unset WATCHDOG_PID WATCHDOG_USEC
lines=$(wc -l <"$dir/log/shopd.log")
NOTIFY_SOCKET=$dir/none
pool_start
is "$(tail -n +$((lines + 1)) "$dir/log/shopd.log" | grep -c 'level=error event=notify ')" \
    1 'where nobody listens the pool runs, and the log has a line'
pool_stop
NOTIFY_SOCKET=vsock:2:1234
pool_start
like "$(tail -n 30 "$dir/log/shopd.log")" \
    'level=error event=notify msg="NOTIFY_SOCKET=vsock:2:1234: ' \
    'one that it does not know is named'
pool_stop
unset NOTIFY_SOCKET

# ---- No pidfile: shopctl finds shopd by its socket

conf pool_pidfile ''
pool_start
run roll
is "$code $out $err" '0  ' 'without a pidfile the pool is rolled, too'
[ -e "$dir/shop.sock.state" ] && [ ! -e "$dir/shopd.pid" ]
ok 'by a state beside the socket'
conf workers 0
SHOP_WORKERS=4 run roll
is "$code $lines" '1 1' 'and a roll that fails is seen'
good
pool_stop
is "$(ls "$dir" | grep -c '\.state$')" 0 'which is gone with the pool'
run roll
is "$code $lines" '1 1' 'shopctl roll without a pool fails'

# ---- Bad settings have a status of their own

# ends STATUS TEXT COMMAND...: it ends by itself, with one line.
ends() {
	is_status=$1
	text=$2
	shift 2
	timeout 20 "$@" >"$dir/out" 2>"$dir/err"
	is "$? $(wc -l <"$dir/err")" "$is_status 1" "$text"
}
shopd() { ends "$1" "$2" "$top_builddir/shopd" --config "$dir/shop.conf"; }
conf workers 0
shopd 78 'a bad value'
good
conf listen shop.sock
shopd 78 'an address that is none'
good
mv "$dir/jwt.secret" "$dir/jwt.secret.away"
shopd 78 'a key that is not there'
mv "$dir/jwt.secret.away" "$dir/jwt.secret"
conf listen "unix:$dir/none/shop.sock"
shopd 1 'a directory that may yet come'
good
ends 2 'bad usage' "$top_builddir/shopd" --bogus

# ---- Sockets that are handed over

# hand FDNAMES ADDRESS...: shopd with these; $hand_pid holds them.
hand() {
	pool_was_ready=$(pool_readies)
	perl "$top_srcdir/t/hand_over.pl" "$@" -- "$top_builddir/shopd" --config \
	    "$dir/shop.conf" >>"$dir/log/shopd.log" 2>&1 &
	hand_pid=$!
	eventually 15 pool_is_ready || bail "$(tail -n 3 "$dir/log/shopd.log")"
	pool_pid=$(cat "$dir/shopd.pid")
}
hand_off() {
	stop_pid TERM "${hand_pid:-}"
	hand_pid=
}
trap 'hand_off; ear_off; cleanup' EXIT
# of_socket PATH: device and inode.
of_socket() { stat -c %d:%i "$1"; }

hand main:read "$dir/shop.sock" "$dir/read.sock"
one=$(of_socket "$dir/shop.sock")
request GET /v1/products/1
is "$status" 200 'a pool serves by the sockets that it was given'
post /v1/points/charge '{"amount": 1}'
is "$status" 201 'both of them'
is "$(for pid in $(pool_workers); do tr '\0' '\n' <"/proc/$pid/environ"; done |
    grep -cE '^LISTEN_')" 0 'no worker has the variables'
is "$(for pid in $(pool_workers); do ls -l "/proc/$pid/fd" |
    grep -c ' [34] -> socket'; done | paste -s -d ,)" 0,0,0,0,0,0 'nor the descriptors'
run roll
is "$code $err" '0 ' 'shopctl finds it'
conf pool_pidfile ''
run roll
is "$code $err" '1 shopctl: roll: unix:'"$dir"'/shop.sock: new workers are asked for, but shopd does not tell how that goes: it may be an older one, restart it' \
    'also by the socket, whoever made it'
good
run roll

# A steady load, whose answers are in $dir/load/N.
load_start() {
	rm -rf "$dir/load"
	mkdir "$dir/load"
	for n in 1 2 3 4; do
		while [ ! -e "$dir/load/stop" ]; do
			curl -s --max-time 20 --unix-socket "$dir/http.sock" \
			    -o /dev/null -w '%{http_code}\n' \
			    'http://shop/v1/products/[1-10]' \
			    -H "Authorization: Bearer $bearer" \
			    -H 'Content-Type: application/json' \
			    --next -s -o /dev/null -w '%{http_code}\n' \
			    --max-time 20 --unix-socket "$dir/http.sock" \
			    -H "Authorization: Bearer $bearer" \
			    -H 'Content-Type: application/json' \
			    -d '{"amount": 1}' 'http://shop/v1/points/charge?[1-5]' \
			    >>"$dir/load/$n" || echo 000 >>"$dir/load/$n"
		done &
		load_pids="${load_pids:-} $!"
	done
}
answers() { cat "$dir"/load/[0-9] 2>/dev/null | wc -l; }
answered() { [ "$(answers)" -ge "$1" ]; }
load_stop() {
	: >"$dir/load/stop"
	wait $load_pids
}
is_next() { pool_is_ready && [ "$(cat "$dir/shopd.pid")" != "$pool_pid" ]; }
load_start
eventually 20 answered 60
for restart in 1 2 3; do
	pool_was_ready=$(pool_readies)
	kill -USR1 "$hand_pid"
	eventually 20 is_next
	ok "another shopd takes the place, restart $restart"
	pool_pid=$(cat "$dir/shopd.pid")
	eventually 20 answered $(($(answers) + 60))
done
load_stop
is "$(cat "$dir"/load/[0-9] | grep -cvE '^20[01]$')" 0 \
    "of $(answers) requests none failed"
is "$(of_socket "$dir/shop.sock")" "$one" 'the socket is the same'
hand_off
[ -S "$dir/shop.sock" ]
ok 'and is left where it was'

# refused TEXT PATTERN FDNAMES ADDRESS...
refused() {
	text=$1
	pattern=$2
	shift 2
	ends 78 "$text" perl "$top_srcdir/t/hand_over.pl" "$@" -- \
	    "$top_builddir/shopd" --config "$dir/shop.conf"
	like "$(cat "$dir/err")" "^shopd: $pattern" 'and says why'
}
refused 'a name that is none' 'LISTEN_FDS: descriptor 3: its name' \
    shopd.socket "$dir/shop.sock"
refused 'two of no name' 'LISTEN_FDS: descriptor 3: its name' - \
    "$dir/shop.sock" "$dir/read.sock"
refused 'two of a name' 'LISTEN_FDS: descriptor 4: a second one' main:main \
    "$dir/shop.sock" "$dir/read.sock"
refused 'a socket elsewhere' "unix:$dir/shop.sock: the socket handed over " main \
    "$dir/other.sock"
one_pool
refused 'one of reads, where there are none' \
    'LISTEN_FDS: descriptor 4: is for reads' main:read "$dir/shop.sock" \
    "$dir/read.sock"
good
rm -f "$dir/shop.sock" "$dir/read.sock"
hand - "$dir/shop.sock"
request GET /v1/products/1
is "$status" 200 'a single one needs no name; the other is made'
hand_off
[ ! -e "$dir/read.sock" ]
ok 'and goes'
port=$(free_port)
one_pool
conf listen "127.0.0.1:$port"
hand main "$port"
(echo >/dev/tcp/127.0.0.1/"$port") 2>/dev/null
perl -e 'use IO::Socket::INET; exit !IO::Socket::INET->new("127.0.0.1:$ARGV[0]")' \
    "$port"
ok 'a port may be handed over'
hand_off
refused 'another port' "127.0.0.1:$port: the socket handed over" main "$(free_port)"
finish
