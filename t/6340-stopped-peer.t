#!/bin/sh
# SPDX-License-Identifier: MIT
# Whoever is at the other end of the workers' socket stops in the middle: the
# worker gives it up by itself, long before it would be replaced.
. "${top_srcdir:-.}/t/lib.sh"
workers=4
shop_start
old=$(pool_workers)

# peer HOW: connects as nginx does, and stops there; says when it was let go.
cat >"$dir/peer.pl" <<'END'
use IO::Socket::UNIX;
use Time::HiRes "time";
my ($path, $how) = @ARGV;
sub record { my ($type, $data) = @_;
	pack("CCnnCx", 1, $type, 1, length $data, 0) . $data }
sub pair { my ($name, $value) = @_;
	pack("CC", length $name, length $value) . $name . $value }
$SIG{PIPE} = "IGNORE";
$SIG{ALRM} = sub { print "kept $how\n"; exit };
alarm 20;
my $s = IO::Socket::UNIX->new(Peer => $path) or die "$!";
my $from = time;
my $params = pair(REQUEST_METHOD => "POST") .
    pair(REQUEST_URI => "/v1/points/charge") . pair(CONTENT_LENGTH => "100");
my $all = record(1, pack "nCx5", 1, 0);
if ($how eq "params") { $all .= substr record(4, $params), 0, 30 }
elsif ($how eq "body" || $how eq "flood") {
	$all .= record(4, $params) . record(4, "") . record(5, "x" x 50);
	$all .= record(5, "x" x 200) if $how eq "flood";
}
syswrite $s, $all if $how ne "nothing";
if ($how eq "flood") {		# more than was announced, and no end to it
	alarm 20;
	while (syswrite $s, record(5, "x" x 1000)) {
		select undef, undef, undef, 0.05 }
} else {
	while (sysread $s, my $answer, 4096) { }
}
printf "%s %d\n", $how, (time() - $from) * 1000;
END
peers=
for how in nothing params body flood; do
	perl "$dir/peer.pl" "$dir/shop.sock" $how >"$dir/peer.$how" &
	peers="$peers $!"
done
sleep 0.3
for how in nothing params body; do
	[ ! -s "$dir/peer.$how" ]
	ok "a peer sends $how and stops: it holds a worker"
done
began=$(now_ms)
request GET /v1/products/1
is "$status" 200 'a request is answered all the same'
less $(($(now_ms) - began)) 7000 'in time (ms)'
wait $peers
for how in nothing params body flood; do
	like "$(cat "$dir/peer.$how")" "^$how [0-9]+$" 'it was let go'
	less "$(sed 's/.* //' "$dir/peer.$how")" 7000 'in time (ms)'
done
is "$(pool_workers)" "$old" 'no worker had to be replaced'
is "$(grep -c 'event=worker-stuck' "$dir/log/shopd.log")" 0 'none was stuck'
finish
