#!/bin/sh
# SPDX-License-Identifier: MIT
# What a server does to sessions and routines by itself: it ends a session that was
# idle for wait_timeout, in words of its own (MySQL: 4031); it has no routine for a
# moment, or nobody may call it, while migrate makes it anew; it shows what runs; and it
# dies with the answer to a COMMIT.
. "${top_srcdir:-.}/t/lib.sh"
command -v perl >/dev/null || skip_all 'no perl'
workers=2
# As MySQL has it by itself.
db_options='--log-bin --server-id=1'
conf workers 2
one_pool
shop_db
mc_start
nginx_start

# Between workers and server; on USR1 each session gets MySQL's last words and its end,
# on USR2 the words alone.  On HUP the next answer of the server's is swallowed, and its
# session ended: what was asked has been done, and nobody is told.
cat >"$dir/between.pl" <<'END'
use IO::Socket::UNIX;
use IO::Select;
my ($here, $there) = @ARGV;
my $l = IO::Socket::UNIX->new(Local => $here, Listen => 64) or die "$!";
my $all = IO::Select->new($l);
my (%other, %client, $words, $swallow);
# A worker may have closed its end just now.
$SIG{PIPE} = 'IGNORE';
$SIG{HUP} = sub { $swallow = 1 };
$SIG{USR1} = sub { $words = 1 };
$SIG{USR2} = sub { $words = 2 };
my $payload = pack("Cv", 0xff, 4031) . "#HY000The client was disconnected by the " .
    "server because of inactivity.";
sub end { my $s = shift;
	for ($s, $other{$s}) { $all->remove($_); close $_; delete $client{$_} } }
while (1) {
	my @ready = $all->can_read(0.05);
	if ($words) {
		for my $s (values %client) {
			syswrite $s, substr(pack("V", length $payload), 0, 3) . "\0" . $payload;
			end($s) if $words == 1;
		}
		print "said\n";
		STDOUT->flush;
		$words = 0;
		next;
	}
	for my $s (@ready) {
		next if !defined fileno $s;
		if ($s == $l) {
			my $c = $l->accept or next;
			my $d = IO::Socket::UNIX->new(Peer => $there) or do { close $c; next };
			@other{$c, $d} = ($d, $c);
			$client{$c} = $c;
			$all->add($c, $d);
		} elsif (sysread $s, my $bytes, 65536) {
			if ($swallow && !$client{$s}) {
				$swallow = 0;
				end($s);
				print "swallowed\n";
				STDOUT->flush;
				next;
			}
			syswrite $other{$s}, $bytes;
		} else { end($s) }
	}
}
END
perl "$dir/between.pl" "$dir/between.sock" "$db_sock" >"$dir/said" &
between=$!
trap 'was=$?; kill $between; (exit $was); cleanup' EXIT
eventually 5 [ -S "$dir/between.sock" ]
conf db_socket "$dir/between.sock"
pool_start
as 1
serves() { request GET /readyz && [ "$status" = 200 ]; }
eventually 10 serves
ok 'the shop is open, through a go-between'

# idle SIGNAL: the sessions are ended, each worker has one.
idle() {
	for n in 1 2 3 4 5 6 7 8; do
		shot_post "warm$n" /v1/points/charge '{"amount": 1}' &
		pids="${pids:-} $!"
	done
	wait $pids
	pids=
	shots >/dev/null
	said=$(wc -l <"$dir/said")
	kill "-$1" $between
	seen 'sessions that are ended' eval '[ "$(wc -l <"$dir/said")" -gt '"$said"' ]'
}
for how in USR1 USR2; do
	before=$(balance 1)
	idle $how
	for n in 1 2 3 4; do
		shot_post "w$n" /v1/points/charge '{"amount": 1}' &
		pids=$!
		shot "r$n" GET /v1/products/1 &
		wait $pids $!
	done
	pids=
	is "$(shots)" '4 200, 4 201' "$how: a session that was idle too long costs no request"
	is "$(balance 1)" "$((before + 8 + 4))" "$how: and each write happened once"
done
is "$(grep class=bug "$dir/log/shopd.log")" '' \
    'nobody takes it for a bug'

# ---- A COMMIT whose answer is lost

before=$(balance 1)
for n in 1 2 3 4 5; do
	swallowed=$(grep -c swallowed "$dir/said")
	kill -HUP $between
	post /v1/points/charge '{"amount": 1}'
	is "$status $(balance 1)" "201 $((before + n))" \
	    "charge $n: an answer that is lost is settled by the key"
	[ "$(grep -c swallowed "$dir/said")" -gt "$swallowed" ]
	ok 'it was lost indeed'
done
like "$(cat "$dir/log/shopd.log")" 'statement=CHARGE .*class=commit_unknown' \
    'that of a charge, too'

# ---- Routines that are made anew, while they are called

conf db_socket "$db_sock"
pool_stop
pool_start
eventually 10 serves
before=$(balance 1)
writer() {
	while [ ! -e "$dir/enough" ]; do
		curl -s --max-time 30 --unix-socket "$dir/http.sock" -o "$dir/writer.$n.body" \
		    -w '%{http_code}\n' -H "Authorization: Bearer $bearer" \
		    -H 'Content-Type: application/json' -d '{"amount": 1}' \
		    http://shop/v1/points/charge >>"$dir/writer.$n"
	done
}
for n in 1 2 3; do
	writer &
	writers="${writers:-} $!"
done
# An operator looks meanwhile, at whatever runs, with bytes in it or without.
looker() {
	while [ ! -e "$dir/enough" ]; do
		sql_root 'SELECT * FROM information_schema.processlist'
	done >"$dir/list" 2>"$dir/list.err"
}
looker &
writers="$writers $!"
for round in 1 2 3 4 5 6 7 8 9 10; do
	sql "UPDATE schema_routines SET digest = REPEAT('0', 64)"
	ctl migrate >"$dir/out" 2>&1 || fail "migrate: $(cat "$dir/out")"
done
is "$(grep -c '^routine' "$dir/out")" "$(ls "$top_srcdir/schema/routines" | wc -l)" \
    'all routines are made anew, ten times'
: >"$dir/enough"
wait $writers
is "$(sort -u "$dir/list.err" | head -n 3)" '' 'the list of processes can be had'
like "$(cat "$dir/list")" 'CALL charge_points' 'with what is called in it'
answers=$(cat "$dir"/writer.? | sort | uniq -c | awk '{ print $2 }' | tr '\n' ' ')
like "$answers" '^201 (503 )?$' 'writes meanwhile: none is 500'
is "$(balance 1)" "$((before + $(cat "$dir"/writer.? | grep -c 201)))" \
    'each acknowledged one happened'
echo "# $(cat "$dir"/writer.? | sort | uniq -c | tr '\n' ' ')"

finish
