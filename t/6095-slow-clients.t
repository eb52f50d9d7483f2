#!/bin/sh
# SPDX-License-Identifier: MIT
# Five hundred clients that never end what they begin, beside fifty good ones:
# nginx waits for the slow, and no worker does.
. "${top_srcdir:-.}/t/lib.sh"
seeded
conf listen_backlog 64			# far fewer than bodies that come in
shop_start
as 1

# slow_start: half have endless headers, a byte a second; a quarter begin a
# body and fall silent, a quarter let it trickle.  The cut come again.
# $dir/slow has "KIND MS BYTES" of each that was cut: its age, and what it was
# told.
slow_start() {
	: >"$dir/on"
	perl -MIO::Socket::UNIX -MIO::Select -MTime::HiRes=time -e '
	my ($path, $bearer, $on) = @ARGV;
	my $body = "POST /v1/points/charge HTTP/1.1\r\nHost: shop\r\n" .
	    "Authorization: Bearer $bearer\r\n" .
	    "Content-Type: application/json\r\nContent-Length: 999\r\n\r\n{";
	my %begin = (head => "GET /healthz HTTP/1.1\r\nHost: shop\r\nX-A: ",
	    silent => $body, trickle => $body);
	my (%kind, %since, %socket);
	my $all = IO::Select->new;
	$SIG{PIPE} = "IGNORE";
	$| = 1;

	sub come {
		my $kind = shift;
		my $s = IO::Socket::UNIX->new(Peer => $path) or die "$!";
		syswrite $s, $begin{$kind};
		$all->add($s);
		$kind{$s} = $kind;
		$since{$s} = time;
	}

	come(qw(head silent head trickle)[$_ % 4]) for 1 .. 500;
	open my $f, ">", "$on.here"; close $f;
	my $next = time + 1;
	while (-e $on) {
		for my $s ($all->can_read(0.05)) {
			my $told = sysread($s, my $bytes, 999) // 0;
			printf "%s %d %d\n", $kind{$s},
			    (time - $since{$s}) * 1000, $told;
			$all->remove($s);
			come($kind{$s});
			close $s;
		}
		next if time < $next;
		$next = time + 1;
		$kind{$_} ne "silent" && syswrite $_, "x" for $all->handles;
	}' "$dir/http.sock" "$bearer" "$dir/on" >"$dir/slow" &
	slow_pid=$!
	eventually 10 [ -e "$dir/on.here" ]
	ok 'five hundred slow clients are there'
}

# good NAME: the fifty, for some seconds; their median and 99th percentile.
good() {
	good_from=$(now_ms)
	clients --clients 50 --seconds 4 --think-ms 40 \
	    --mix charge,order,read,top
	answers "$good_from" "$(now_ms)" | sort -n -k 2 >"$dir/good.$1"
	median=$(at 50 "$1")
	p99=$(at 99 "$1")
	echo "# $1: $(wc -l <"$dir/good.$1") answers, median $median us, 99 % within $p99 us"
}
at() { awk -v p="$1" '{ us[NR] = $2 } END { print us[int((NR * p + 99) / 100)] }' \
    "$dir/good.$2"; }
more() { if [ "$1" -gt "$2" ]; then echo "$1"; else echo "$2"; fi; }

clients_warm
good before
median_quiet=$median
p99_quiet=$p99

digest=$(tables)
eventually 5 pool_is_full
workers_fds >"$dir/idle"
slow_start
is "$(at_work)" '' 'no worker is held'
for n in 1 2 3 4 5 6 7 8; do
	request GET /healthz --max-time 5
	[ "$status" = 200 ] || break
done
is "$status" 200 'they answer'
is "$(tables)" "$digest" 'and have done nothing'
# The quickest of three: what else the machine has to do is not their doing.
good beside
median_slow=$median
p99_slow=$p99
for n in 2 3; do
	good beside
	[ "$median" -ge "$median_slow" ] || median_slow=$median
	[ "$p99" -ge "$p99_slow" ] || p99_slow=$p99
done
cut_twice() {
	[ "$(grep -c '^head' "$dir/slow")" -ge 250 ] &&
	    [ "$(grep -c '^silent' "$dir/slow")" -ge 125 ]
}
eventually 15 cut_twice
ok 'those who are silent, or have no end of headers, are cut off'
rm -f "$dir/on"
wait $slow_pid
ok 'and would come again'
awk '{ n[$1]++; bytes += $3; if (!min || $2 < min) min = $2
    if ($2 > max) max = $2 } END { for (kind in n) printf "%s %d, ", kind,
    n[kind]; printf "after %d to %d ms\n", min, max }' "$dir/slow" | sed 's/^/# cut: /'
is "$(awk '$2 < 4500 || $2 > 12000 || $3 > 0' "$dir/slow" | head -n 3)" '' \
    'by the timeouts of nginx, without a word'

good after
# Of the two runs without the slow; a few ms are the machine's noise.
median_quiet=$(more 1000 "$(more "$median_quiet" "$median")")
p99_quiet=$(more 5000 "$(more "$p99_quiet" "$p99")")
less "$median_slow" $((4 * median_quiet)) 'the good hardly notice: their median (us)'
less "$p99_slow" $((4 * p99_quiet)) 'nor do 99 of a hundred (us)'
is "$(cat "$dir"/good.* | grep -vE '^(20[01]|409) ' | head -n 3)" '' \
    'and none is refused'
all_is_well 6000
finish
