#!/bin/sh
# SPDX-License-Identifier: MIT
# A pool serves with what it was started or last rolled with: no file is read
# in between, and a HUP takes all of what is new, or nothing.
. "${top_srcdir:-.}/t/lib.sh"
mkdir "$dir/bin"
cp "$top_builddir/shop.fcgi" "$dir/bin/shop.fcgi"
(umask 077; mkdir "$dir/keys")
conf worker_path "$dir/bin/shop.fcgi"
conf jwt_key_dir "$dir/keys"
ctl key add --kid first >/dev/null 2>&1
shop_start
as 1
first=$(ctl token --user 1 --ttl 600 --kid first)
cp "$dir/shop.conf" "$dir/good.conf"
cp "$dir/db.password" "$dir/good.password"

# said EVENT N: the pool has said so at least so often.
count_of() { grep -c "event=$1 " "$dir/log/shopd.log"; }
said() { [ "$(count_of "$1")" -ge "$2" ]; }

# replaced: each worker is killed, one after the other; the pool is full again,
# of workers that are ready.
is_ready_again() {
	pool_is_full && request GET /healthz && [ "$status" = 200 ]
}
replaced() {
	replaced_old=$(pool_workers)
	for victim in $replaced_old; do
		kill -KILL "$victim"
		eventually 10 gone "$victim" || return 1
	done
	eventually 10 is_ready_again && none_of $replaced_old
}

# accepted TOKEN, unknown TOKEN: by every worker, that is for once often.
answers_all() {
	for again in ${3:-1 2 3 4 5 6 7 8 9 10}; do
		request GET /v1/points/balance -H "Authorization: Bearer $2"
		[ "$status" = "$1" ] || return 1
	done
}
accepted() { answers_all 200 "$1"; }
unknown() { answers_all 401 "$1"; }

# rolled TEXT: a HUP is a roll that is done.
rolled() {
	rolls=$(count_of roll-done)
	old=$(pool_workers)
	kill -HUP "$pool_pid"
	eventually 15 said roll-done $((rolls + 1)) && none_of $old
	ok "$1"
}

# refused TEXT PATTERN: a HUP changes nothing, and one line says why.
refused() {
	fails=$(count_of roll-failed)
	starts=$(count_of roll-start)
	lines=$(wc -l <"$dir/log/shopd.log")
	old=$(pool_workers | sort)
	kill -HUP "$pool_pid"
	eventually 10 said roll-failed $((fails + 1))
	ok "$1: HUP is refused"
	like "$(tail -n +$((lines + 1)) "$dir/log/shopd.log" |
	    grep 'level=error')" "event=roll-failed .*why=.*$2" 'and says why'
	is "$(pool_workers | sort) $(count_of roll-start)" "$old $starts" \
	    'no worker is another'
	answers_all 200 "$first" 1
	ok 'and they serve'
}
good() {
	cp "$dir/good.conf" "$dir/shop.conf"
	cp "$dir/good.password" "$dir/db.password"
}

# ---- Which file

like "$(grep event=pool-start "$dir/log/shopd.log")" \
    " settings=$dir/shop.conf " 'shopd logs which settings file it read'
is "$(grep -c "event=start settings=$dir/shop.conf\$" "$dir/log/shopd.log")" \
    "$(pool_size)" 'and so does each worker'

# ---- A worker that is replaced in the middle of a change

conf log_levl debug
replaced
ok 'a half-done edit of the settings: killed workers are replaced'
accepted "$first"
ok 'and serve'
rm "$dir/shop.conf"
replaced
ok 'no settings file'
good
mv "$dir/jwt.secret" "$dir/jwt.secret.away"
replaced && accepted "$bearer"
ok 'no key file: their tokens are accepted still'
mv "$dir/jwt.secret.away" "$dir/jwt.secret"
chmod 644 "$dir/keys/first.key"
replaced && accepted "$first"
ok 'a key that others can read'
chmod 600 "$dir/keys/first.key"
echo wrong >"$dir/db.password"
replaced && accepted "$first"
ok 'another password: the database lets them in'
good
SHOP_POOL_PIDFILE=$dir/none ctl key add --kid second >/dev/null 2>&1
second=$(ctl token --user 1 --ttl 600 --kid second)
replaced && unknown "$second"
ok 'a key more: they do not know it'
printf '#!/bin/sh\nexit 1\n' >"$dir/bin/new"
chmod 755 "$dir/bin/new"
mv "$dir/bin/new" "$dir/bin/shop.fcgi"
replaced && accepted "$first"
ok 'another program: they are the old one'
rm "$dir/bin/shop.fcgi"
replaced && accepted "$first"
ok 'no program'
is "$(for pid in $(pool_workers); do cat "/proc/$pid/comm"; done | sort -u)" \
    shop.fcgi 'by its name'
like "$(tr '\0' ' ' <"/proc/$(pool_workers | head -n 1)/cmdline")" \
    "^$dir/bin/shop.fcgi --config $dir/shop.conf \$" 'with its arguments'
is "$(count_of worker-backoff)" 0 'none of them failed'
cp "$top_builddir/shop.fcgi" "$dir/bin/shop.fcgi"
rolled 'a HUP takes what is new'
accepted "$second" && accepted "$first"
ok 'the new key, too'

# ---- Where the secrets are

for pid in $(pool_workers) "$pool_pid"; do
	cat "/proc/$pid/environ" "/proc/$pid/cmdline"
done >"$dir/told"
is "$(grep -acF -e "$(cat "$dir/db.password")" -e "$(cat "$dir/jwt.secret")" \
    -e "$(cat "$dir/keys/first.key")" "$dir/told")" 0 \
    'no secret is in an environment or on a command line'
files=$(ls -l "/proc/$pool_pid/fd" | sed -n 's/.* \([0-9]*\) -> .*shop-files.*/\1/p')
is "$(echo "$files" | grep -c '^[0-9][0-9]*$')" 1 \
    'shopd has one record of the files, the one in force'
is "$(stat -L -c %a "/proc/$pool_pid/fd/$files")" 400 'for its user alone'
sh -c ': >>"$1"' sh "/proc/$pool_pid/fd/$files" 2>/dev/null &&
    echo x 2>/dev/null >>"/proc/$pool_pid/fd/$files"
[ $? -ne 0 ]
ok 'which nobody can change'
grep -qaF -- "$(cat "$dir/jwt.secret")" "/proc/$pool_pid/fd/$files"
ok 'with what workers need'
is "$(ls -l /proc/$(pool_workers | head -n 1)/fd | grep -c shop-files)" 0 \
    'workers have read it, and let it go'
if [ -n "$as_root" ]; then
	is "$(setpriv --reuid 65534 --clear-groups cat \
	    "/proc/$pool_pid/fd/$files" 2>/dev/null | wc -c)" 0 \
	    'others can'\''t read it'
else
	pass 'others can'\''t read it # SKIP not root'
fi

# ---- What HUP refuses

conf log_levl debug
refused 'an unknown key' 'shop.conf:[0-9]+: log_levl: no such setting'
good
conf workers 0
refused 'a bad value' 'shop.conf:[0-9]+: workers = 0: '
good
conf nginx_timeout_s 5
refused 'a time chain that is broken' 'shop.conf: request_deadline_ms '
good
conf memcached localhost
refused 'a memcached without a port' 'memcached = localhost: must be '
good
mv "$dir/shop.conf" "$dir/away.conf"
refused 'no settings file any more' 'shop.conf: No such file'
mkfifo "$dir/shop.conf"
refused 'a FIFO' 'shop.conf: not a plain file'
rm "$dir/shop.conf"
mv "$dir/away.conf" "$dir/shop.conf"
mv "$dir/jwt.secret" "$dir/jwt.secret.away"
refused 'no key file' 'jwt.secret: No such file'
mv "$dir/jwt.secret.away" "$dir/jwt.secret"
chmod 644 "$dir/db.password"
refused 'a password that all can read' 'db.password: .*chmod 600'
chmod 600 "$dir/db.password"
conf db_socket ''
conf db_tls_ca "$dir/shop.conf"
refused 'authorities that are none' 'shop.conf: holds no certificate'
good
conf worker_path "$dir/bin"
refused 'a worker program that is a directory' 'bin: not a program'
conf worker_path "$dir/bin/none"
refused 'one that is not there' 'none: No such file'
good
conf listen "unix:$dir/other.sock"
refused 'another socket' "listen = unix:$dir/other.sock: takes a restart"
good
conf listen_read "unix:$dir/other.sock"
refused 'another socket of reads' \
    "listen_read = unix:$dir/other.sock: takes a restart"
good
conf listen_read ''
refused 'none for reads any more' 'listen_read = : takes a restart'
good
conf pool_pidfile "$dir/none/shopd.pid"
refused 'a pidfile that can'\''t be' 'pool_pidfile = .*: can'\''t be written'
good

# ---- A roll that fails after it began

printf '#!/bin/sh\nexit 1\n' >"$dir/bin/new"
chmod 755 "$dir/bin/new"
mv "$dir/bin/new" "$dir/bin/shop.fcgi"
conf workers 7
conf log_level debug
conf pool_pidfile "$dir/other.pid"
fails=$(count_of roll-undone)
kill -HUP "$pool_pid"
eventually 15 said roll-undone $((fails + 1))
ok 'a program that ends at once: the roll is undone'
[ -e "$dir/shopd.pid" ] && [ ! -e "$dir/other.pid" ]
ok 'the pidfile is the old one'
replaced && accepted "$first"
ok 'workers that are replaced are the old program'
is "$(grep -c level=debug "$dir/log/shopd.log")" 0 'and log as before'
like "$(cat "$dir/shopd.pid.state")" \
    'failed 1.why a worker ended before it was ready|^why a worker ended' \
    'the state beside the pidfile tells it'
cp "$top_builddir/shop.fcgi" "$dir/bin/new"
mv "$dir/bin/new" "$dir/bin/shop.fcgi"

# ---- What HUP takes, for shopd itself

conf listen_backlog 77
conf workers_read 3
kill -HUP "$pool_pid"
workers=7
workers_read=3
eventually 15 pool_is_full
ok 'more workers'
is "$(read_workers | wc -l)" 3 'of reads, too'
eventually 10 grep -q 'level=debug event=worker-ready' "$dir/log/shopd.log"
kill -HUP "$pool_pid"
eventually 15 grep -q 'level=debug event=worker-ready' "$dir/log/shopd.log"
ok 'shopd logs by the new level'
eventually 10 [ -e "$dir/other.pid.state" ]
is "$(cat "$dir/other.pid") $(ls "$dir"/shopd.pid* 2>/dev/null)" "$pool_pid " \
    'the pidfile is the new one, and the old one is gone'
if command -v ss >/dev/null; then
	is "$(ss -xlH src "unix:$dir/shop.sock" or src "unix:$dir/read.sock" |
	    awk '{ print $4 }' | paste -s -d ,)" 77,77 \
	    'the queues are as long as they are to be'
else
	pass 'the queues are as long as they are to be # SKIP no ss'
fi
conf workers 2
conf pool_pidfile "$dir/shopd.pid"
workers=2
kill -HUP "$pool_pid"
eventually 15 pool_is_full
ok 'fewer workers'
accepted "$first"
ok 'which serve'
eventually 5 [ -e "$dir/shopd.pid" ]
ok 'with the pidfile they had'

# ---- The new deadlines, and shopd's patience

# stopped: a worker stops at a request; sets victim.
stopped() {
	workers_fds >"$dir/idle"
	hold 30 'SELECT id FROM products WHERE id = 3 FOR UPDATE'
	shot_post "held$1" /v1/orders \
	    '{"items": [{"productId": 3, "quantity": 1}]}' &
	shot_pid=$!
	eventually 3 is_at_work
	victim=$(at_work)
	kill -STOP "$victim"
	stopped_ms=$(date +%s%3N)
	let_go
}
lived_ms() { echo $(($(date +%s%3N) - stopped_ms)); }
conf request_deadline_ms 3100
conf nginx_timeout_s 4
conf stuck_timeout_ms 4500
rolled 'shorter deadlines'
stopped short
eventually 7 gone "$victim"
ok "a stuck worker is replaced by the new stuck_timeout_ms ($(lived_ms) ms)"
[ "$(lived_ms)" -ge 4000 ]
ok 'and not before'
wait $shot_pid
good
conf workers 2
conf stuck_timeout_ms 20000
rolled 'longer ones'
stopped long
while [ "$(lived_ms)" -lt 5600 ]; do sleep 0.1; done
alive "$victim"
ok 'one that keeps the new deadline is not killed by the old'
kill -CONT "$victim"
wait $shot_pid
good
conf workers 2
conf drain_timeout_ms 700
rolled 'a shorter drain_timeout_ms'
stopped drain
rolls=$(count_of roll-done)
kill -HUP "$pool_pid"
eventually 5 said roll-done $((rolls + 1))
ok "a worker that does not end is killed by it ($(lived_ms) ms)"
wait $shot_pid

# ---- A worker of another version

# The linker may keep the end of the word for another text, not its middle.
layout=$(sed -n 's/^#define BOARD_LAYOUT "\(shop-board [0-9]*\).*/\1/p' \
    "$top_srcdir/src/run/board.h")
perl -0pe "s/$layout/shop-board 0/g" "$top_builddir/shop.fcgi" \
    >"$dir/bin/new"
! cmp -s "$top_builddir/shop.fcgi" "$dir/bin/new"
ok 'there is a worker that has another board'
chmod 755 "$dir/bin/new"
mv "$dir/bin/new" "$dir/bin/shop.fcgi"
rolled 'it is rolled in'
accepted "$first"
ok 'it serves, without the board'
is "$(grep -c 'level=warn event=board .*another version' \
    "$dir/log/shopd.log")" 4 'and says so'

# A shopd from before boards had layouts hands its own on in this way.
mv "$dir/bin/shop.fcgi" "$dir/bin/other"
SHOP_LISTEN=unix:$dir/alone.sock SHOP_BOARD_FD=9 SHOP_BOARD_SEAT=0 \
    "$top_builddir/shop.fcgi" --config "$dir/shop.conf" \
    2>"$dir/log/alone.log" </dev/null 9<>"$dir/idle" &
alone=$!
eventually 10 grep -q 'event=start settings=' "$dir/log/alone.log"
ok 'a worker of a shopd that has none starts'
is "$(grep -c 'level=warn event=board ' "$dir/log/alone.log")" 1 \
    'and says that nobody looks after it'
stop_pid TERM $alone
cp "$top_builddir/shop.fcgi" "$dir/bin/shop.fcgi"

# ---- A start

pool_stop
conf workers 2
mv "$dir/keys" "$dir/keys.away"
timeout 10 "$top_builddir/shopd" --config "$dir/shop.conf" >"$dir/out" \
    2>"$dir/err"
is "$? $(wc -l <"$dir/err") $(wc -c <"$dir/out")" '78 1 0' \
    'shopd does not start with what it would not roll to'
like "$(cat "$dir/err")" "^shopd: $dir/keys: No such file" 'and says why'
finish
