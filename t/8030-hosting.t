#!/bin/sh
# SPDX-License-Identifier: MIT
# The worker without shopd: as others start it.
. "${top_srcdir:-.}/t/lib.sh"
one_pool

# on_fd FD PATH: starts what is in "$@" after these with a listener there.
launch='
	use IO::Socket::UNIX;
	use POSIX ();
	my ($fd, $path) = splice @ARGV, 0, 2;
	$^F = 20;
	unlink $path;
	my $s = IO::Socket::UNIX->new(Local => $path, Listen => 64)
	    or die "$path: $!";
	if ($s->fileno != $fd) {
		defined POSIX::dup2($s->fileno, $fd) or die "dup2: $!";
		close $s;
	}
	$ENV{LISTEN_PID} = $ENV{OTHER_PID} || $$ if $ENV{LISTEN_FDS};
	exec @ARGV or die "$ARGV[0]: $!";'

charges=0
# answers TEXT: requests come through nginx and back.
answers() {
	eventually 5 answered
	ok "$1: /healthz"
	request GET /v1/products/1
	is "$status $(json .id)" '200 1' "$1: the database"
	post /v1/points/charge '{"amount": 5}'
	is "$status" 201 "$1: a body"
	charges=$((charges + 1))
}
answered() {
	request GET /healthz
	[ "$status" = 200 ]
}

# ends SIGNAL TEXT: the worker does, with success.
ends() {
	alive "$worker"
	ok "$2: the worker is still there"
	kill "-$1" "$worker"
	eventually 5 gone "$worker"
	ok "$2: $1 ends it"
	wait "$worker"
	is $? 0 "$2: with success"
	request GET /healthz
	is "$status" 503 "$2: nobody answers any more"
}

fcgi=$top_builddir/shop.fcgi
shop_db
mc_start
nginx_start
as 1
request GET /healthz
is "$status" 503 'nobody answers yet'

# ---- fd 0: spawn-fcgi, mod_fcgid, StandardInput=socket

perl -e "$launch" 0 "$dir/shop.sock" "$fcgi" --config "$dir/shop.conf" \
    2>>"$dir/log/fd0.log" &
worker=$!
answers 'fd 0'
like "$(ls -l "/proc/$worker/fd/0")" 'socket:' 'fd 0: it is the socket'
ends TERM 'fd 0'
[ -S "$dir/shop.sock" ]
ok 'fd 0: the socket is left to who made it'

# ---- LISTEN_FDS: systemd

LISTEN_FDS=1 perl -e "$launch" 3 "$dir/shop.sock" "$fcgi" \
    --config "$dir/shop.conf" 2>>"$dir/log/fds.log" </dev/null &
worker=$!
answers LISTEN_FDS
ends TERM LISTEN_FDS

# LISTEN_PID is another's: the variables were inherited, the socket is not
# for us.  The setting listen names the same path, where nobody listens.
SHOP_LISTEN=unix:$dir/other.sock LISTEN_FDS=1 OTHER_PID=1 \
    perl -e "$launch" 3 "$dir/shop.sock" "$fcgi" \
    --config "$dir/shop.conf" 2>>"$dir/log/other.log" </dev/null &
worker=$!
eventually 5 [ -S "$dir/other.sock" ]
ok 'LISTEN_FDS of another process: it listens by its setting'
seen 'it has started, and hears signals' \
    grep -q 'event=start ' "$dir/log/other.log"
kill "$worker"
wait "$worker"
is $? 0 'LISTEN_FDS of another process: it ends with success'

# ---- Programs that host workers

# spawned NAME COMMAND...: started in the background, the worker by whatever name.
spawned() {
	text=$1
	shift
	rm -f "$dir/shop.sock"
	"$@" 2>>"$dir/log/spawned.log" >&2 </dev/null &
	spawner=$!
	answers "$text"
	is "$(stat -c %a "$dir/shop.sock")" 660 "$text: nobody else may connect"
}
# ended TEXT PID...: by TERM, and their workers with them.
ended() {
	text=$1
	shift
	kill "$@"
	eventually 10 none_of "$@"
	ok "$text: TERM ends it"
	eventually 5 nobody_serves
	ok "$text: and nobody is left"
}
workers_of() { running "$fcgi --config $dir/shop.conf"; }
nobody_serves() { [ -z "$(workers_of)" ]; }

if command -v spawn-fcgi >/dev/null; then
	spawned spawn-fcgi spawn-fcgi -n -s "$dir/shop.sock" -M 0660 -- \
	    "$fcgi" --config "$dir/shop.conf"
	ended spawn-fcgi "$spawner"
	rm -f "$dir/shop.sock"
	spawn-fcgi -s "$dir/shop.sock" -M 0660 -F 3 -- \
	    "$fcgi" --config "$dir/shop.conf" >/dev/null 2>"$dir/log/three.log"
	answers 'spawn-fcgi -F 3'
	is "$(workers_of | wc -l)" 3 'spawn-fcgi -F 3: three of them'
	# One that dies stays dead; the others go on.
	kill -KILL "$(workers_of | head -n 1)"
	answers 'spawn-fcgi -F 3, one killed'
	ended 'spawn-fcgi -F 3' $(workers_of)
else
	pass 'spawn-fcgi # SKIP not there'
fi
if command -v spawn-fcgi >/dev/null && command -v multiwatch >/dev/null; then
	spawned multiwatch spawn-fcgi -n -s "$dir/shop.sock" -M 0660 -- \
	    "$(command -v multiwatch)" -f 3 -- "$fcgi" --config "$dir/shop.conf"
	is "$(workers_of | wc -l)" 3 'multiwatch: three of them'
	was=$(workers_of | head -n 1)
	kill -KILL "$was"
	three_again() { [ "$(workers_of | wc -l)" = 3 ] && gone "$was"; }
	eventually 10 three_again
	ok 'multiwatch: one that dies is replaced'
	answers 'multiwatch, one killed'
	ended multiwatch "$spawner"
else
	pass 'multiwatch # SKIP not there'
fi
if command -v systemd-socket-activate >/dev/null; then
	(umask 117; exec systemd-socket-activate -l "$dir/shop.sock" \
	    "$fcgi" --config "$dir/shop.conf") 2>>"$dir/log/spawned.log" >&2 </dev/null &
	spawner=$!
	eventually 5 [ -S "$dir/shop.sock" ]
	answers systemd-socket-activate
	ended systemd-socket-activate "$spawner"
else
	pass 'systemd-socket-activate # SKIP not there'
fi

# ---- By itself

rm -f "$dir/shop.sock"
SHOP_LISTEN=unix:$dir/shop.sock "$fcgi" --config "$dir/shop.conf" \
    2>>"$dir/log/alone.log" </dev/null &
worker=$!
answers SHOP_LISTEN
is "$(stat -c %a "$dir/shop.sock")" 660 'SHOP_LISTEN: nobody else may connect'
SHOP_LISTEN=unix:$dir/shop.sock timeout 10 "$fcgi" \
    --config "$dir/shop.conf" >"$dir/out" 2>"$dir/err" </dev/null
is "$? $(wc -l <"$dir/err")" '1 1' 'SHOP_LISTEN: no second one'
like "$(cat "$dir/err")" "^shop.fcgi: listen: $dir/shop.sock: .*$worker" \
    'SHOP_LISTEN: and says why'
ends INT SHOP_LISTEN

# Over TCP, with a port that was free a moment ago.
port=$(free_port)
nginx_stop
upstream=127.0.0.1:$port
nginx_start
SHOP_LISTEN=127.0.0.1:$port "$fcgi" --config "$dir/shop.conf" \
    2>>"$dir/log/tcp.log" </dev/null &
worker=$!
answers TCP
kill "$worker"
wait "$worker"
is $? 0 'TCP: it ends with success'
is "$(sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 5')" $charges \
    'each charge happened'
finish
