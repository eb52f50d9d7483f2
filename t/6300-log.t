#!/bin/sh
# SPDX-License-Identifier: MIT
# Nobody reads the log, or its disk is full: requests, rolls, the end and a
# stuck worker's replacement don't wait for it, and what was lost is told.
. "${top_srcdir:-.}/t/lib.sh"
conf nginx_timeout_s 4
conf request_deadline_ms 3500
conf stuck_timeout_ms 5000
shop_db
mc_start
nginx_start
log=$dir/log.fifo
# As a pool has it whose stderr was redirected by its unit.
export JOURNAL_STREAM=8:12345

# pool_up TEXT: the shopd that was started has all its workers.
is_ready() {
	request GET /readyz
	[ "$status" = 200 ]
}
pool_up() {
	eventually 10 is_ready && eventually 5 pool_is_full
	ok "$1: the shop opens"
}

# asks N: so many requests, and what their answers were.
asks() {
	curl -s --max-time 30 --unix-socket "$dir/http.sock" -o /dev/null \
	    -w '%{http_code}\n' "http://shop/v1/products/1?[1-$1]" |
	    sort | uniq -c | sed 's/^ *//'
}

# fill: until the pipe takes not one byte more.
fill() {
	perl -MFcntl -e 'sysopen my $f, $ARGV[0], O_WRONLY | O_NONBLOCK or die;
		for my $n (65536, 4096, 1) {
			while (my $w = syswrite $f, "x" x $n) { $all += $w }
		}
		print $all + 0, " ", $!{EAGAIN} ? "full" : "$!"' "$log"
}
# told: the sum of what is said to be lost.
told() {
	sed -n 's/.* event=log-dropped lines=\([0-9]*\)$/\1/p' "$1" |
	    awk '{ n += $1 } END { print n + 0 }'
}
told_some() { [ "$(told "$1")" -gt "$2" ]; }
lines() { grep -ac " event=request id=[^ ]* .*route=/v1/products/{id} " "$1"; }

# ---- A pipe that nobody reads

mkfifo "$log"
exec 8<>"$log"
"$top_builddir/shopd" --config "$dir/shop.conf" 2>"$log" 8>&- &
pool_pid=$!
pool_up 'a pipe'
like "$(fill)" '^[0-9]+ full$' 'the pipe is full: nothing fits into it'
began=$(now_ms)
is "$(asks 400)" '400 200' 'requests go on'
less $(($(now_ms) - began)) 4000 'as if nothing were (ms)'

old=$(pool_workers)
kill -HUP "$pool_pid"
eventually 10 none_of $old && eventually 5 pool_is_full
ok 'HUP: all workers are others'

workers_fds >"$dir/idle"
hold 20 'SELECT id FROM products WHERE id = 2 FOR UPDATE'
as 1
shot_post stuck /v1/orders '{"items": [{"productId": 2, "quantity": 1}]}' &
stuck=$!
eventually 3 is_at_work
victim=$(at_work)
kill -STOP "$victim"
ok "a worker stands still with a request ($victim)"
eventually 9 gone "$victim"
ok 'it is killed'
kill -KILL "$victim" 2>/dev/null
let_go
wait $stuck
eventually 3 pool_is_full
ok 'and replaced'

is "$(asks 400)" '400 200' 'requests go on'

# ---- Then somebody reads

cat "$log" >"$dir/log/read.log" 8>&- &
reader=$!
eventually 5 told_some "$dir/log/read.log" 400
ok "the count comes ($(told "$dir/log/read.log") lines)"
sleep 1.1
before=$(told "$dir/log/read.log") seen=$(lines "$dir/log/read.log")
is "$(asks 1500)" '1500 200' 'many requests, and somebody reads'
all_seen() { [ "$(lines "$dir/log/read.log")" = $((seen + 1500)) ]; }
eventually 5 all_seen
ok 'each has its line'
is "$(told "$dir/log/read.log")" "$before" 'no more are lost'
is "$(grep -a 'event=' "$dir/log/read.log" | sed 's/^x*//' |
    grep -avc '^time=[^ ]* level=[a-z]* event=.*[^ ]$')" 0 'no line is torn'

request GET /metrics
lost=$(sed -n 's/^shop_log_lines_dropped_total //p' "$dir/body")
[ "$lost" -ge "$before" ]
ok "/metrics has them all, also of the one that was killed ($lost)"
like "$body" '^shop_worker_restarts_total\{reason="stuck"\} 1$' \
    'and why that one was replaced'

kill -STOP "$reader"
fill >/dev/null
stop_pid TERM "$pool_pid"
gone "$pool_pid"
ok 'TERM is heard'
is "$(pool_workers)" '' 'nobody is left'
kill -KILL "$reader"
wait "$reader" 2>/dev/null

# ---- A reader that has gone

"$top_builddir/shopd" --config "$dir/shop.conf" 2>"$log" 8>&- &
pool_pid=$!
pool_up 'a pipe again'
exec 8>&-
fill >"$dir/out" 2>&1
like "$(cat "$dir/out")" '^Died' 'nobody can read it'
is "$(asks 100)" '100 200' 'requests go on'
cat "$log" >"$dir/log/late.log" &
reader=$!
asks 100 >/dev/null
eventually 5 told_some "$dir/log/late.log" 90
ok 'a new reader is told how many were lost'
pool_stop
wait "$reader"

# ---- A socket, as journald's, and systemd says so

cat >"$dir/socket.pl" <<'END'
use Socket;
my ($out, @command) = @ARGV;
socketpair my $us, my $its, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
$SIG{USR1} = sub { $read = 1 };
my $pid = fork;
if (!$pid) {
	$ENV{JOURNAL_STREAM} = join ":", (stat $its)[0, 1];
	open STDERR, ">&", $its;
	close $us;
	exec @command;
}
close $its;
print "$pid\n";
close STDOUT;
select undef, undef, undef, 0.1 until $read;
open my $f, ">", $out;
while (sysread $us, my $bytes, 65536) { syswrite $f, $bytes }
END
perl "$dir/socket.pl" "$dir/log/socket.log" "$top_builddir/shopd" \
    --config "$dir/shop.conf" >"$dir/pid" &
reader=$!
eventually 3 [ -s "$dir/pid" ]
pool_pid=$(cat "$dir/pid")
pool_up 'a socket'
is "$(asks 1500)" '1500 200' 'requests go on'
kill -USR1 "$reader"
eventually 5 told_some "$dir/log/socket.log" 100
ok "it was full: the count comes ($(told "$dir/log/socket.log") lines)"
# Each worker tells its own count, when it finds that there is room.
all_counted() {
	[ $(($(lines "$dir/log/socket.log") + $(told "$dir/log/socket.log"))) \
	    -ge 1500 ]
}
eventually 10 all_counted
ok 'each line was written or counted'
pool_stop
wait "$reader"
# priorities: which of them there are, and whose.
priorities() {
	grep -a '^[^x]' "$1" | sed 's/^\(<.>\)*time=[^ ]* level=\([a-z]*\) event=.*/\1 \2/' |
	    sort -u | tr '\n' ' '
}
is "$(priorities "$dir/log/socket.log")" '<4> warn <6> info ' \
    'each line of shopd and workers has its priority'
is "$(priorities "$dir/log/late.log")" ' info  warn ' \
    'in a pipe none has'

# ---- A terminal that stops background programs that write (stty tostop)

if command -v script >/dev/null; then
	cat >"$dir/background" <<END
set -m
stty tostop
"$top_builddir/shopd" --config "$dir/shop.conf" </dev/null &
echo \$! >"$dir/pid.new"
mv "$dir/pid.new" "$dir/pid"
wait
END
	rm "$dir/pid"
	# Its own input must not end, or the terminal would.
	sleep 60 | script -qefc "sh '$dir/background'" "$dir/log/tty.log" \
	    >/dev/null &
	eventually 5 [ -s "$dir/pid" ]
	pool_pid=$(cat "$dir/pid")
	if eventually 10 grep -aq 'event=ready ' "$dir/log/tty.log"; then
		pool_up 'a terminal, in the background'
		is "$(asks 50)" '50 200' 'requests go on'
		eventually 5 grep -aq 'event=request ' "$dir/log/tty.log"
		ok 'they are logged there'
	else
		fail 'a terminal, in the background: the workers start'
	fi
	is "$(awk '{ print $5 == $8 }' "/proc/$pool_pid/stat")" 0 \
	    'it is in the background, indeed'
	pool_stop
fi

# ---- A disk that is full

if [ -n "$as_root" ] && mkdir "$dir/small" &&
    mount -t tmpfs -o size=32k none "$dir/small" 2>/dev/null; then
	mounted=$dir/small
	"$top_builddir/shopd" --config "$dir/shop.conf" \
	    2>>"$dir/small/shopd.log" &
	pool_pid=$!
	pool_up 'a small disk'
	is "$(asks 400)" '400 200' 'requests go on'
	is "$(stat -f -c %f "$dir/small")" 0 'and the disk is full'
	: >"$dir/small/shopd.log"
	is "$(asks 20)" '20 200' 'there is room again'
	eventually 5 told_some "$dir/small/shopd.log" 100
	ok 'what was lost is told'
	cp "$dir/small/shopd.log" "$dir/log/small.log"
	is "$(grep -vc '^time=.*[^ ]$' "$dir/log/small.log")" 1 \
	    'the line that was cut is ended'
	pool_stop
else
	echo '# no disk of its own: not tried'
fi

# ---- No stderr at all

"$top_builddir/shopd" --config "$dir/shop.conf" 2>&- &
pool_pid=$!
pool_up 'no stderr'
is "$(asks 50)" '50 200' 'requests go on'
finish
