#!/bin/sh
# SPDX-License-Identifier: MIT
# How much one address may ask for, by the limits as they are shipped.
. "${top_srcdir:-.}/t/lib.sh"
any_build
limits=shipped

# On a port that was free a moment ago, for a unix socket has no addresses;
# what comes by the socket has the one that it names.
port=$(free_port)
listen="unix:$dir/http.sock, 127.0.0.1:$port"
nginx_also='set_real_ip_from unix:; real_ip_header X-From;'
shop_start
as 1

# burst ADDRESS METHOD TARGET N [curl's arguments]: N requests from there, as
# fast as it goes, on one connection; sets passed, limited and others.
burst() {
	burst_from=$1
	burst_method=$2
	burst_target=$3
	burst_n=$4
	shift 4
	curl -s -i --max-time 60 --interface "$burst_from" -X "$burst_method" \
	    "$@" "http://127.0.0.1:$port$burst_target?[1-$burst_n]" \
	    >"$dir/answers"
	burst_split
}
# office ADDRESS PEOPLE N: that many open a page of N parts, all at once.
office() {
	office_from=$1
	office_n=$3
	rm -rf "$dir/office"
	mkdir "$dir/office"
	parallel "$2" office_page
	cat "$dir"/office/* >"$dir/answers"
	burst_split
}
office_page() {
	curl -s -i --max-time 60 --interface "$office_from" \
	    "http://127.0.0.1:$port/v1/products/1?[1-$office_n]" \
	    >"$dir/office/$n"
}
# burst_split: the answers, counted; one 429 is kept.
burst_split() {
	rm -f "$dir/limited"
	perl -e '
	my ($from, $one) = @ARGV;
	open my $in, "<", $from; local $/; my %n;
	for (split m{(?=HTTP/1\.1 \d+ )}, <$in>) {
		next unless m{^HTTP/1\.1 (\d+)};
		if ($1 == 429 && !$n{429}) {
			open my $f, ">", $one; print $f $_;
		}
		$n{$1}++;
	}
	print "$n{$_} $_\n" for keys %n' \
	    "$dir/answers" "$dir/limited" >"$dir/counts"
	passed=$(awk '$2 ~ /^20[014]/ { n += $1 } END { print n + 0 }' "$dir/counts")
	limited=$(awk '$2 == 429 { n = $1 } END { print n + 0 }' "$dir/counts")
	others=$(awk '$2 !~ /^(20[014]|429)$/' "$dir/counts")
}

# burst_look: status, headers and body are those of one that was too much.
burst_look() { raw_look "$dir/limited"; }

# passes ADDRESS [curl's arguments]: a request from there does.
passes() {
	passes_from=$1
	shift
	[ "$(curl -s --max-time 10 --interface "$passes_from" -o /dev/null \
	    -w '%{http_code}' "$@" "http://127.0.0.1:$port/healthz")" = 200 ]
}

# served METHOD: of them the application has heard.
served() { grep -c "method=$1 " "$dir/log/shopd.log"; }

# setting TEXT: the number behind it in the files.
setting() {
	sed -n "s/^[[:space:]]*limit_.*$1\([0-9]*\).*/\1/p" \
	    "$dir/nginx/shop.conf"
}
reads=$(setting 'zone=shop_reads burst=')
writes=$(setting 'zone=shop_writes burst=')
reads_at_once=$(setting 'shop_reads_at_once ')
writes_at_once=$(setting 'shop_writes_at_once ')

# ---- Reads

office 127.0.0.1 1 100
is "$passed $others" '100 ' 'a page of a hundred requests is shown'
before=$(served GET)
office 127.0.0.1 50 100
is "$passed $others" '5000 ' 'and to fifty people behind one address, all at once'
# A slow machine needs some time to be faster than the rate.
through=0
for round in 1 2 3 4 5 6; do
	burst 127.0.0.1 GET /v1/products/1 $((reads * 2))
	echo "# reads: $passed passed, $limited did not"
	through=$((through + passed))
	[ "$limited" -eq 0 ] || break
done
[ "$limited" -gt 0 ]
ok 'but not to everybody'
is "$others" '' 'who are told nothing else'
is "$(($(served GET) - before))" "$((through + 5000))" \
    'no worker hears of what is too much'
burst_look
is_problem 429 too_many_requests 'too many reads'
is "$(header Retry-After) $(header Cache-Control)" '1 no-store' \
    'with Retry-After, and for now only'
like "$(json .detail)" 'sent too many reads' 'and says what it was'
eventually 5 passes 127.0.0.1
ok 'later it passes again'

# Static pages are counted with them.
burst 127.0.0.2 GET /openapi.yaml 100
is "$passed" 100 'as for static pages'
burst 127.0.0.2 GET /problems/none $((reads * 2))
[ "$limited" -gt 0 ]
ok 'a burst of those is one of reads'
burst_look
is_problem 429 too_many_requests 'too many static pages'

# ---- Log-ins and sign-ups

logins=$(setting 'zone=shop_logins burst=')
for path in /v1/tokens /v1/%75sers; do
	case $path in *tokens) from=127.0.0.21 ;; *) from=127.0.0.22 ;; esac
	burst $from POST $path "$((logins * 3))" -H 'Content-Type: application/json' \
	    --data-binary '{}'
	[ "$limited" -ge "$logins" ]
	ok "$path: $limited of $((logins * 3)) are too many"
	burst_look
	is_problem 429 too_many_requests "$path: and are told so"
	[ "$(curl -s --interface $from -o /dev/null -w '%{http_code}' -X DELETE \
	    "http://127.0.0.1:$port/v1/tokens")" = 401 ]
	ok "$path: other writes pass"
done

# ---- Writes

charges() { sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 3'; }
charge() {
	burst "$1" POST /v1/points/charge "$2" \
	    -H "Authorization: Bearer $bearer" \
	    -H 'Content-Type: application/json' --data-binary '{"amount": 3}'
}
before=$(served POST)
charge 127.0.0.3 "$((writes / 2))"
is "$passed" $((writes / 2)) 'fifty people order at once'
charge 127.0.0.3 "$((writes * 8))"
passed=$((passed + writes / 2))
echo "# writes: $passed passed, $limited did not"
[ "$passed" -ge "$writes" ] && [ "$limited" -gt 0 ]
ok 'so many writes as reads may be are too many'
is "$others" '' 'and are told nothing else'
is "$(charges) $(($(served POST) - before))" "$passed $passed" \
    'what is too much was not done, and no worker heard of it'
burst_look
is_problem 429 too_many_requests 'too many writes'
is_example too_many_requests 'as the document has it'
is "$(header Retry-After)" 1 'with Retry-After'
like "$(json .detail)" 'sent too many writes' 'and says what it was'
passes 127.0.0.3
ok 'reads are none of them'
burst 127.0.0.3 DELETE /v1/products/1 $((writes * 8))
[ "$limited" -gt 0 ]
ok 'whatever else is'
burst 127.0.0.3 OPTIONS /v1/orders $((writes * 3))
is "$limited" 0 'but for what a browser asks before it writes'
burst 127.0.0.7 OPTIONS /v1/orders $((writes * 3))
charge 127.0.0.7 "$((writes / 2))"
is "$passed" $((writes / 2)) 'which takes no write away'

# ---- Others' addresses

: >"$dir/on"
{ while [ -e "$dir/on" ]; do
	curl -s --max-time 30 --interface 127.0.0.1 -o /dev/null \
	    -w '%{http_code}\n' "http://127.0.0.1:$port/?[1-2000]"
done; } >"$dir/flood" &
flood=$!
eventually 30 grep -q 429 "$dir/flood"
ok 'one address asks too much'
lines=$(wc -l <"$dir/flood")
burst 127.0.0.4 GET /v1/products/1 100
is "$passed$others" 100 'another is not hit by it'
rm -f "$dir/on"
wait $flood
tail -n +"$((lines + 1))" "$dir/flood" | grep -q 429
ok 'while the first still is'

# from ADDRESS N: N reads as from there, by the socket; prints what came, of
# many only until one is too much.
from() {
	curl -s --max-time 60 --unix-socket "$dir/http.sock" -H "X-From: $1" \
	    -o /dev/null -w '%{http_code}\n' "http://shop/?[1-$2]" |
	    awk '!($1 in n) { n[$1] = 1; print $1 } $1 == 429 { exit }' |
	    tr '\n' ' '
}
is "$(from 2001:db8:1:2::1 $((reads * 9)))" '200 429 ' 'IPv6 is limited, too'
like "$(from 2001:db8:1:2:ffff::9 "$reads")" 429 'a /64 is one address'
is "$(from 2001:db8:1:3::1 1000)" '200 ' 'the next one is another'
is "$(from ::ffff:10.0.0.1 $((reads * 9)))" '200 429 ' \
    'IPv4 written as IPv6 is limited'
like "$(from 10.0.0.1 "$reads")" 429 'as the same address'
is "$(from ::ffff:10.0.0.2 1000)" '200 ' 'each by itself'

# ---- Many at once: the rates set aside

nginx_conf --limit-reads "1000000,1000000,$reads_at_once" \
    --limit-writes "1000000,1000000,$writes_at_once"
nginx_stop
nginx_run

# hold METHOD ADDRESS N: N from there send their head, and never their body;
# $dir/on.count tells how many were answered, $dir/on.answer has an answer; lets
# the others go when $dir/on is gone.
hold_many() {
	: >"$dir/on"
	rm -f "$dir/on.count"
	perl -MIO::Socket::INET -MIO::Select -e '
	my ($port, $method, $from, $n, $on) = @ARGV;
	my $held = IO::Select->new;
	for (1 .. $n) {
		my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port",
		    LocalAddr => $from) or die "$!";
		syswrite $s, "$method /healthz HTTP/1.1\r\nHost: shop\r\n" .
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
	    "$port" "$1" "$2" "$3" "$dir/on" &
	holder=$!
	eventually 20 [ -e "$dir/on.count" ]
}
let_go() {
	rm -f "$dir/on"
	wait "$holder"
}

hold_many GET 127.0.0.5 $((reads_at_once + 10))
is "$(cat "$dir/on.count")" 10 \
    "$reads_at_once reads may be under way at once, not ten more"
raw_look "$dir/on.answer"
is_problem 429 too_many_requests 'too many at once'
is "$(header Retry-After)" 1 'with Retry-After'
like "$(json .detail)" 'too many reads under way' 'and says what it was'
passes 127.0.0.5
is $? 1 'nor may another then'
passes 127.0.0.6
ok 'but one from elsewhere'
let_go
eventually 5 passes 127.0.0.5
ok 'when they have gone it passes again'

hold_many POST 127.0.0.5 $((writes_at_once + 10))
is "$(cat "$dir/on.count")" 10 \
    "$writes_at_once writes may be under way at once, not ten more"
raw_look "$dir/on.answer"
is_problem 429 too_many_requests 'too many at once'
like "$(json .detail)" 'too many writes under way' 'and says what it was'
passes 127.0.0.5
ok 'reads pass beside them'
let_go
finish
