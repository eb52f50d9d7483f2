#!/bin/sh
# SPDX-License-Identifier: MIT
# A write is seen by others a moment before it is on disk, and a database that is
# killed in that moment has never done it.  Who repeats the write then must not be
# told that it was done before he who asked first is.
. "${top_srcdir:-.}/t/lib.sh"
seeded
slow_fsync_make
flush_ms=400
db_env="$db_env SLOW_FSYNC_MS=$flush_ms"
# No attempt is given up meanwhile: another would be told that it was done.
conf db_read_timeout_s 12
conf request_deadline_ms 20000
conf stuck_timeout_ms 60000
conf nginx_timeout_s 30
shop_start
mix_make

# Three ask at nearly the same time by one key: how much earlier than the first
# one's answer each replay was, in ms, a line each.
cat >"$dir/repeat.pl" <<'END'
use strict;
use warnings;
use IO::Socket::UNIX;
use Time::HiRes qw(time sleep);

my ($socket, $token, $target, $body, $key) = @ARGV;
my (@pipe, @answer);

for (1 .. 3) {
	pipe my $r, my $w or die;
	push @pipe, $r;
	next if fork;
	sleep rand 0.02;
	my $s = IO::Socket::UNIX->new(Peer => $socket) or die;
	print $s "POST $target HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n",
	    "Authorization: Bearer $token\r\nIdempotency-Key: $key\r\n",
	    "Content-Type: application/json\r\n",
	    'Content-Length: ', length $body, "\r\n\r\n$body";
	$s->flush;
	local $/;
	my $is = <$s> // '';
	print $w join(' ', time, $is =~ /^HTTP\/1.1 20[01]/ ? 1 : 0,
	    $is =~ /^Idempotency-Replayed: true/mi ? 1 : 0), "\n";
	exit 0;
}
@answer = map { [split ' ', <$_>] } @pipe;
my ($first) = grep { $_->[1] && !$_->[2] } @answer;
exit 0 unless $first;
printf "%d\n", 1000 * ($first->[0] - $_->[0]) for grep { $_->[2] } @answer;
END
repeats() {
	perl "$dir/repeat.pl" "$dir/http.sock" "$bearer" "$@" >>"$dir/repeats"
}

as 2
mix_start 3 charge,order,set
slow_begin
for n in 1 2 3 4 5 6 7 8; do
	repeats /v1/cart/items '{"productId": 4, "quantity": 1}' "cart-$n"
	[ $n -le 2 ] || continue
	repeats /v1/points/charge '{"amount": 10}' "charge-$n"
	repeats /v1/orders '{"items": [{"productId": 3, "quantity": 1}]}' "order-$n"
done
slow_end
mix_stop
[ "$(wc -l <"$dir/repeats")" -ge 8 ]
ok "there were replays ($(wc -l <"$dir/repeats"))"
# Half of a flush is more than any lag of the way back.
is "$(awk -v most=$((flush_ms / 2)) '$1 > most' "$dir/repeats")" '' \
    'none is told before what it repeats is on disk'
finish
