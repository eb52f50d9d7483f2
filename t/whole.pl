#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
# Clients of a shop behind TLS that repeat nothing, and note what they were answered.
#
#	whole.pl run DIR HOST CLIENTS
#	whole.pl look DIR FROM TO
#	whole.pl again DIR HOST UNTIL
#	whole.pl sums DIR [UNTIL]
#
# DIR has tokens, lines "USER TOKEN", and products, an id a line.  run goes on while
# there is DIR/go; each client has an address of its own, by which nginx counts.  A line
# of DIR/journal.N, with tabs: the time (ms) when the answer was there, how long it took
# (ms), method, path, user, key, status, code, id, what was asked, what was answered.
# Status 0: no whole answer came.
#
# look counts what came between (ms), "answers N lost N longest_ms N" and then statuses;
# lost is all but 2xx and the two 409 that are the shop's rules.  again asks each write
# of before UNTIL that was done once more by its key: the same answer must come.  sums
# tells how much of each kind was done: "orders N charges N points N greatest-order N
# greatest-charge N".
use strict;
use warnings;
use IO::Socket::SSL;
use Time::HiRes qw(time sleep);

my ($mode, $dir, @rest) = @ARGV;
my ($host, $me, $out, $link, $left) = ('', 2, undef, undef, 0);

sub lines_of {
	open my $f, '<', $_[0] or die "$_[0]: $!\n";
	chomp(my @lines = <$f>);
	return @lines;
}
sub now_ms { return int(time * 1000) }

# ---- HTTP: connections are kept for some requests, as browsers do

sub hang_up {
	close $link if $link;
	$link = undef;
}

sub dial {
	$link = IO::Socket::SSL->new(PeerAddr => '127.0.0.1', PeerPort => 443,
	    LocalAddr => "127.0.0.$me", SSL_hostname => $host,
	    SSL_verifycn_name => $host, SSL_verifycn_scheme => 'http',
	    SSL_ca_file => '/etc/ssl/certs/ca-certificates.crt', Timeout => 20);
	$left = 20;
	return $link;
}

# The whole answer, head and body; nothing where it isn't whole.
sub answer {
	my ($all, $until) = ('', time + 20);
	while (time < $until) {
		if ($all =~ /^(.*?\r\n\r\n)(.*)\z/s) {
			my ($head, $body) = ($1, $2);
			return ($head, '') if $head =~ /^HTTP\/1\.1 [23]04/;
			if ($head =~ /^Content-Length: *(\d+)/mi) {
				return ($head, $body) if length $body == $1;
			} elsif ($head =~ /^Transfer-Encoding: *chunked/mi) {
				if ($body =~ /(?:^|\r\n)0\r\n\r\n\z/) {
					my $whole = '';
					while ($body =~ s/^([0-9a-f]+)\r\n//i && (my $n = hex $1)) {
						$whole .= substr $body, 0, $n, '';
						$body =~ s/^\r\n//;
					}
					return ($head, $whole);
				}
			}
		}
		if (!$link->pending) {
			vec(my $bits = '', fileno $link, 1) = 1;
			select $bits, undef, undef, 1 or next;
		}
		sysread($link, $all, 65536, length $all) or return;
	}
	return;
}

sub exchange {
	my ($method, $path, $token, $key, $body) = @_;
	my $text = "$method $path HTTP/1.1\r\nHost: $host\r\n";

	$text .= "Authorization: Bearer $token\r\n" if $token;
	$text .= "Idempotency-Key: $key\r\n" if defined $key;
	$text .= "Content-Type: application/json\r\nContent-Length: " .
	    length($body) . "\r\n" if defined $body;
	hang_up() if $left-- <= 0;
	$link || dial() or return (0, '', '');
	my ($head, $got) = (syswrite $link, "$text\r\n" . ($body // '')) ? answer() : ();
	if (!defined $got) {
		hang_up();
		return (0, '', '');
	}
	hang_up() if $head =~ /^Connection: *close/mi;
	$head =~ /^HTTP\/1\.1 (\d+)/;
	return ($1, $got, $head);
}

# ---- run

sub note {
	my ($method, $path, $user, $token, $key, $body) = @_;
	my $began = now_ms();
	my ($status, $got, $head) = exchange($method, $path, $token, $key, $body);
	my $at = now_ms();
	my $code = $status >= 400 && $got =~ /"code": *"(\w+)"/ ? $1 : '-';
	my $id = $status == 201 && $got =~ /"id": *(\d+)/ ? $1 : 0;

	$got =~ tr/\t\n//d if $status < 300;
	$got = $code if $status >= 300;
	print $out join("\t", $at, $at - $began, $method, $path, $user, $key // '-',
	    $status, $code, $id, $body // '-', $got), "\n";
	return $status;
}

sub client {
	my ($mine) = @_;
	my @tokens = map { [split] } lines_of("$dir/tokens");
	my @products = lines_of("$dir/products");
	my $n = 0;

	$me = $mine + 1;
	srand $mine;
	open $out, '>>', "$dir/journal.$mine" or die "journal: $!\n";
	$out->autoflush(1);
	while (-e "$dir/go") {
		my ($user, $token) = @{$tokens[rand @tokens]};
		my $key = "w$mine-" . now_ms() . '-' . $n++;
		my $product = $products[rand @products];
		my $kind = rand;
		my $status;
		if ($kind < 0.4) {
			$status = note('POST', '/v1/orders', $user, $token, $key,
			    "{\"items\": [{\"productId\": $product, \"quantity\": " .
			    (1 + int rand 3) . '}]}');
		} elsif ($kind < 0.6) {
			$status = note('POST', '/v1/points/charge', $user, $token, $key,
			    '{"amount": ' . (1000 + int rand 1000) . '}');
		} elsif ($kind < 0.8) {
			$status = note('GET', "/v1/products/$product", 0);
		} elsif ($kind < 0.9) {
			$status = note('GET', '/v1/products/top', 0);
		} else {
			$status = note('GET', '/v1/points/balance', $user, $token);
		}
		# Under what nginx grants an address: 30 writes a second.  Who is
		# answered nothing comes again a little later, as people do.
		sleep($status >= 500 || $status == 0 ? 0.2 : 0.02);
	}
	hang_up();
}

sub run {
	my ($clients) = @_;
	my @children;

	for my $n (1 .. $clients) {
		my $child = fork() // die "fork: $!\n";
		if ($child == 0) {
			client($n);
			exit 0;
		}
		push @children, $child;
	}
	my $failed = 0;
	for my $child (@children) {
		1 until waitpid($child, 0) == $child;
		$failed = 1 if $? != 0;
	}
	exit $failed;
}

# ---- look, again, sums

sub journal {
	return sort { $a->[0] <=> $b->[0] }
	    map { map { [split /\t/, $_, -1] } lines_of($_) } glob "$dir/journal.*";
}

sub look {
	my ($from, $to) = @_;
	my ($n, $lost, $longest, %by) = (0, 0, 0);

	for my $line (grep { $_->[0] >= $from && $_->[0] <= $to } journal()) {
		my ($ms, $status, $code) = @$line[1, 6, 7];
		$n++;
		$by{$status == 409 ? "$status/$code" : $status}++;
		$lost++ unless $status =~ /^2/ || $status == 409 &&
		    $code =~ /^insufficient_(points|stock)$/;
		$longest = $ms if $ms > $longest;
	}
	print "answers $n lost $lost longest_ms $longest",
	    (map { " $_:$by{$_}" } sort keys %by), "\n";
}

sub again {
	my ($until) = @_;
	my %token = map { split } lines_of("$dir/tokens");
	my ($asked, $wrong) = (0, 0);

	for my $line (journal()) {
		my ($at, undef, $method, $path, $user, $key, $status, undef, undef,
		    $body, $was) = @$line;
		next unless $at < $until && $key ne '-' && $status == 201;
		$me = 2 + $asked++ % 200;
		hang_up() if $asked % 10 == 0;
		my ($now, $got, $head) = exchange($method, $path, $token{$user},
		    $key, $body);
		$got =~ tr/\t\n//d;
		next if $now == 201 && $got eq $was &&
		    $head =~ /^Idempotency-Replayed: *true/mi;
		print "wrong $path $key: $now $got, was $was\n" if $wrong++ < 5;
	}
	print "asked $asked wrong $wrong\n";
}

sub sums {
	my ($until) = @_;
	my ($orders, $charges, $points, $order, $charge) = (0) x 5;

	for my $line (grep { $_->[6] == 201 } journal()) {
		my ($at, $path, $id, $body) = @$line[0, 3, 8, 9];
		next if defined $until && $at >= $until;
		if ($path eq '/v1/orders') {
			$orders++;
			$order = $id if $id > $order;
		} else {
			$charges++;
			$points += $1 if $body =~ /(\d+)/;
			$charge = $id if $id > $charge;
		}
	}
	print "orders $orders charges $charges points $points ",
	    "greatest-order $order greatest-charge $charge\n";
}

if ($mode eq 'run') {
	($host, my $clients) = @rest;
	run($clients);
} elsif ($mode eq 'look') {
	look(@rest);
} elsif ($mode eq 'again') {
	($host, my $until) = @rest;
	again($until);
} elsif ($mode eq 'sums') {
	sums(@rest);
} else {
	die "whole.pl: run, look, again, or sums\n";
}
