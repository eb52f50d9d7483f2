#!/bin/sh
# SPDX-License-Identifier: MIT
# How much one address may ask for, by the limits as they are shipped.
. "${top_srcdir:-.}/t/lib.sh"
shipped=$top_srcdir/nginx/limits.conf
limits=$shipped

# On a port that was free a moment ago, for a unix socket has no addresses;
# what comes by the socket has the one that it names.
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(
    LocalAddr => "127.0.0.1", Listen => 1)->sockport')
listen="unix:$dir/http.sock; listen 127.0.0.1:$port; $(
    )set_real_ip_from unix:; real_ip_header X-From"
shop_start
as 1

# burst ADDRESS METHOD TARGET N [curl's arguments]: N requests from there, as
# fast as it goes, on one connection; sets passed, limited and others.
burst() {
	rm -rf "$dir/burst"
	mkdir "$dir/burst"
	burst_from=$1
	burst_method=$2
	burst_target=$3
	burst_n=$4
	shift 4
	curl -s -i --max-time 30 --interface "$burst_from" -X "$burst_method" \
	    "$@" -o "$dir/burst/#1" \
	    "http://127.0.0.1:$port$burst_target?[1-$burst_n]"
	head -qn 1 "$dir/burst"/* | cut -d ' ' -f 2 | sort | uniq -c >"$dir/counts"
	passed=$(awk '$2 ~ /^20[01]/ { n += $1 } END { print n + 0 }' "$dir/counts")
	limited=$(awk '$2 == 429 { n = $1 } END { print n + 0 }' "$dir/counts")
	others=$(awk '$2 !~ /^(20[01]|429)$/' "$dir/counts")
}

# burst_look: status, headers and body are those of one that was too much.
burst_look() {
	raw_look "$(grep -l '^HTTP[^ ]* 429 ' "$dir/burst"/* | head -n 1)"
}

# passes ADDRESS [curl's arguments]: a request from there does.
passes() {
	passes_from=$1
	shift
	[ "$(curl -s --max-time 10 --interface "$passes_from" -o /dev/null \
	    -w '%{http_code}' "$@" "http://127.0.0.1:$port/healthz")" = 200 ]
}

# served METHOD: of them the application has heard.
served() { grep -c "method=$1 " "$dir/log/shopd.log"; }

# setting TEXT: the number behind it in the file.
setting() { sed -n "s/^$1\([0-9]*\)[ ;].*/\1/p" "$shipped"; }
reads=$(setting 'limit_req zone=shop_reads burst=')
writes=$(setting 'limit_req zone=shop_writes burst=')
most=$(sed -n 's/^limit_conn shop_requests \([0-9]*\);/\1/p' "$shipped")

# ---- Reads

before=$(served GET)
burst 127.0.0.1 GET /v1/products/1 $((reads * 3))
echo "# reads: $passed passed, $limited did not"
[ "$passed" -gt "$reads" ] && [ "$limited" -gt 0 ]
ok 'a burst of reads passes, more does not'
is "$others" '' 'and is told nothing else'
is "$(($(served GET) - before))" "$passed" 'no worker hears of what is too much'
burst_look
is_problem 429 too_many_requests 'too many reads'
is "$(header Retry-After) $(header Cache-Control)" '1 no-store' \
    'with Retry-After, and for now only'
eventually 5 passes 127.0.0.1
ok 'later it passes again'

# Static pages are counted with them.
burst 127.0.0.2 GET /openapi.yaml $((reads * 3))
[ "$passed" -gt "$reads" ] && [ "$limited" -gt 0 ]
ok 'a burst of static pages is one of reads'
burst_look
is_problem 429 too_many_requests 'too many static pages'

# ---- Writes

charges() { sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 3'; }
charge() {
	burst "$1" POST /v1/points/charge "$2" \
	    -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' --data-binary '{"amount": 3}'
}
before=$(served POST)
charge 127.0.0.3 "$reads"
echo "# writes: $passed passed, $limited did not"
[ "$passed" -gt "$writes" ] && [ "$limited" -gt 0 ]
ok 'so many writes as reads may be are too many'
is "$others" '' 'and are told nothing else'
is "$(charges) $(($(served POST) - before))" "$passed $passed" \
    'what is too much was not done, and no worker heard of it'
burst_look
is_problem 429 too_many_requests 'too many writes'
is_example too_many_requests 'as the document has it'
is "$(header Retry-After)" 1 'with Retry-After'
passes 127.0.0.3
ok 'reads are none of them'
burst 127.0.0.3 DELETE /v1/products/1 $((writes * 3))
[ "$limited" -gt 0 ]
ok 'whatever is neither GET nor HEAD is'

# ---- Others' addresses

: >"$dir/on"
{ while [ -e "$dir/on" ]; do
	curl -s --max-time 30 --interface 127.0.0.1 -o /dev/null \
	    -w '%{http_code}\n' "http://127.0.0.1:$port/?[1-200]"
done; } >"$dir/flood" &
flood=$!
eventually 10 grep -q 429 "$dir/flood"
ok 'one address asks too much'
lines=$(wc -l <"$dir/flood")
burst 127.0.0.4 GET /v1/products/1 40
is "$passed$others" 40 'another is not hit by it'
rm -f "$dir/on"
wait $flood
tail -n +"$((lines + 1))" "$dir/flood" | grep -q 429
ok 'while the first still is'

# from ADDRESS N: N reads as from there, by the socket; prints what came.
from() {
	curl -s --max-time 30 --unix-socket "$dir/http.sock" -H "X-From: $1" \
	    -o /dev/null -w '%{http_code}\n' "http://shop/?[1-$2]" |
	    sort | uniq -c | awk '{ print $2 }' | tr '\n' ' '
}
is "$(from 2001:db8:1:2::1 $((reads * 3)))" '200 429 ' 'IPv6 is limited, too'
like "$(from 2001:db8:1:2:ffff::9 "$reads")" 429 'a /64 is one address'
is "$(from 2001:db8:1:3::1 "$((reads / 2))")" '200 ' 'the next one is another'
is "$(from ::ffff:10.0.0.1 $((reads * 3)))" '200 429 ' \
    'IPv4 written as IPv6 is limited'
like "$(from 10.0.0.1 "$reads")" 429 'as the same address'
is "$(from ::ffff:10.0.0.2 "$((reads / 2))")" '200 ' 'each by itself'

# ---- Many at once: the rates set aside

limits=$dir/nginx/many.conf
sed 's/rate=[0-9]*/rate=1000000/; s/burst=[0-9]*/burst=1000000/' "$shipped" \
    >"$limits"
nginx_stop
nginx_start

# Each sends its head, and never its body; prints how many were answered, and
# an answer; lets the others go when the file is gone.
: >"$dir/on"
perl -MIO::Socket::INET -MIO::Select -e '
	my ($port, $n, $on) = @ARGV;
	my $held = IO::Select->new;
	for (1 .. $n) {
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port",
		    LocalAddr => "127.0.0.5") or die "$!";
		syswrite $s, "GET /healthz HTTP/1.1\r\nHost: shop\r\n" .
		    "Content-Length: 9\r\n\r\n1";
		$held->add($s);
	}
	my ($answered, $text) = (0, "");
	while (my @ready = $held->can_read(1)) {
		for my $s (@ready) {
			$answered++ if sysread $s, $text, 9999;
			$held->remove($s);
		}
	}
	open my $f, ">", "$on.answer"; print $f $text; close $f;
	open $f, ">", "$on.new"; print $f "$answered\n"; close $f;
	rename "$on.new", "$on.count";
	select undef, undef, undef, 0.02 while -e $on;' \
    "$port" $((most + 10)) "$dir/on" &
holder=$!
eventually 10 [ -e "$dir/on.count" ]
is "$(cat "$dir/on.count")" 10 "$most requests may be under way at once, not ten more"
raw_look "$dir/on.answer"
is_problem 429 too_many_requests 'too many at once'
is "$(header Retry-After)" 1 'with Retry-After'
passes 127.0.0.5
is $? 1 'nor may another then'
passes 127.0.0.6
ok 'but one from elsewhere'
rm -f "$dir/on"
wait $holder
eventually 5 passes 127.0.0.5
ok 'when they have gone it passes again'
finish
