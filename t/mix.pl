#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Clients that do whatever there is to do, at random, and note what they were
# answered; and what the tables must be after that.
#
#	mix.pl run DIR CLIENTS SECONDS SEED KIND,KIND,...
#	mix.pl check DIR
#
# A run goes on where another one stopped.  DIR is a test's: http.sock; mix.tokens, lines "USER TOKEN", the first of an
# admin who does nothing but cancel and fulfil; mix.products, an id a line.
# Where there is DIR/grants/first.key a charge has a grant.
#
# A key is of a number that several clients of a user draw at the same time, and
# the number makes the body: so keys are used at once, again, and by others.  A
# write that fails is repeated until its answer is definite, by its key or by
# the one that the failure tells.  What can't be repeated (sign-up, without any
# key) may be refused as done.
#
# A line of DIR/mix.N, with tabs: user, kind, unit, status, code, replayed, tries,
# body.  A unit is what must happen once, whoever asks how often: a key, a
# grant, the cancelling of an order.  check prints "wrong ..." for what can't be,
# "user ID POINTS ORDERS CANCELLED FULFILLED" as the answers have it, and figures.
#
# With MIX_KEYED in the environment each write that takes a key has one: without,
# nobody can tell what became of a write whose web server died.
# With MIX_TIMES in the environment a line of DIR/times.N is: when the answer was
# definite (ms), the longest that one try took (ms), "ok" where a write was done, kind.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use IO::Socket::UNIX;
use MIME::Base64 qw(encode_base64url);
use Time::HiRes qw(time sleep);

my ($mode, $dir, $clients, $seconds, $seed, $mix) = @ARGV;
my ($me, $began, $grant_key, $out, $times, $serial) = (0, time, undef, undef, undef, 0);
my (@token, @product, @orders, %seen);

sub lines_of {
	open my $f, '<', $_[0] or die "$_[0]: $!\n";
	chomp(my @lines = <$f>);
	return @lines;
}

# ---- HTTP

sub exchange {
	my ($method, $path, $token, $key, $body) = @_;
	my ($all, $text) = ('', "$method $path HTTP/1.1\r\nHost: shop\r\n" .
	    "Connection: close\r\n");
	my $s = IO::Socket::UNIX->new(Peer => "$dir/http.sock") or return (0, '', '');

	$text .= "Authorization: Bearer $token\r\n" if $token;
	$text .= "Idempotency-Key: $key\r\n" if defined $key;
	$text .= "Content-Type: application/json\r\n" if defined $body;
	$text .= 'Content-Length: ' . length($body // '') . "\r\n\r\n" . ($body // '');
	syswrite $s, $text or return (0, '', '');
	vec(my $bits = '', fileno $s, 1) = 1;
	while (select my $ready = $bits, undef, undef, 15) {
		sysread($s, $all, 65536, length $all) or last;
	}
	my ($head, $answer) = split /\r\n\r\n/, $all, 2;
	return (0, '', '') unless defined $answer && $head =~ /^HTTP\/1.1 (\d+)/;
	my $status = $1;
	return (0, '', '') if $head =~ /^Content-Length: (\d+)/mi &&
	    $1 != length $answer;
	return ($status, $answer, $head =~ /^Idempotency-Replayed: true/mi ? 1 : 0);
}

sub code_of { return $_[0] =~ /"code":"([a-z_]+)","?/ ? $1 : '-' }

sub note { print $out join("\t", @_), "\n" }

# Until the answer is definite, or there will be none.
sub settle {
	my ($user, $kind, $unit, $token, $method, $path, $key, $body) = @_;
	my ($tries, $longest, $status, $answer, $replayed, $code) = (0, 0);

	do {
		sleep 0.05 + rand 0.2 if $tries++;
		my $asked = time;
		($status, $answer, $replayed) =
		    exchange($method, $path, $token, $key, $body);
		$longest = time - $asked if time - $asked > $longest;
		$code = $status < 400 ? '-' : code_of($answer);
		$key = $1 if $method eq 'POST' && !defined $key && $status == 503 &&
		    $answer =~ /"idempotencyKey":"([^"]+)"/;
	} while ($tries < 200 && ($status == 0 || $status >= 500 ||
	    $code eq 'idempotency_in_progress'));
	note($user, $kind, $unit, $status, $code, $replayed, $tries, $answer);
	printf $times "%d %d %s %s\n", time * 1000, $longest * 1000,
	    $method ne "GET" && $status =~ /^2/ ? "ok" : "-", $kind if $times;
	return ($status, $answer);
}

# ---- What to do

sub pick { return $_[int rand @_] }
# Of a number, always the same.
sub of { return (($_[0] % 1000003 * 2654435761 + $_[1] * 40503) >> 7) % $_[2] }
# A number that others draw, too, and the key of it; or none.
sub draw {
	my $n = int((time - $began) * 5) * 4 + int rand 4;

	return ($n, "n$n") if rand() < 0.7;
	$n = own();
	return ($n, $ENV{MIX_KEYED} ? "own$n" : undef);
}
# One that nobody else draws, in no other run either.
sub own { return int($began) % 1000000 * 10000000 + $me * 100000 + ++$serial }

sub lines_for {
	my $n = shift;
	my %line = map { $product[of($n, $_, scalar @product)] => 1 + of($n, $_ + 9, 3) }
	    0 .. of($n, 20, 3);

	return join ', ', map { "{\"productId\": $_, \"quantity\": $line{$_}}" }
	    sort { of($n, $a, 7) <=> of($n, $b, 7) || $a <=> $b } keys %line;
}

sub b64 { return encode_base64url($_[0]) }
sub grant {
	my ($user, $amount, $jti) = @_;
	my $text = b64('{"alg":"HS256","typ":"JWT"}') . '.' . b64("{\"sub\":\"$user\"," .
	    "\"amount\":$amount,\"jti\":\"$jti\",\"exp\":4102444800}");

	return "$text." . b64(hmac_sha256($text, $grant_key));
}

my %do;
$do{charge} = sub {
	my ($user, $token) = @_;
	my ($n, $key) = draw();
	my $amount = 1 + of($n, 1, 3000);

	# The same key, and another body.
	$amount += 1 if defined $key && !$grant_key && rand() < 0.05;
	my $body = "{\"amount\": $amount" . ($grant_key ? ', "grant": "' .
	    grant($user, $amount, "$user-$n") . '"' : '') . '}';
	# One grant may come by several keys, but a key by one grant alone.
	$key = "$key-" . int rand 2 if $grant_key && defined $key;
	settle($user, 'charge', "$user charge $n", $token, 'POST',
	    '/v1/points/charge', $key, $body);
};
sub remember {
	my $id = $_[0] =~ /^\{"id":(\d+)/ ? $1 : return;
	push @orders, $id;
	shift @orders if @orders > 12;
}
$do{order} = sub {
	my ($user, $token) = @_;
	my ($n, $key) = draw();
	my ($status, $answer) = settle($user, 'order', "$user order $n", $token,
	    'POST', '/v1/orders', $key, '{"items": [' . lines_for($n) . ']}');

	remember($answer) if $status == 201;
};
$do{checkout} = sub {
	my ($user, $token) = @_;
	my ($n, $key) = draw();
	my ($status, $answer) = settle($user, 'checkout', "$user checkout $n",
	    $token, 'POST', '/v1/cart/checkout', $key, '{}');

	remember($answer) if $status == 201;
};
$do{cancel} = sub {
	my ($user, $token) = @_;
	my $id = pick(@orders) // return;

	$token = $token[0][1] if rand() < 0.15;
	settle($user, 'cancel', "cancel $id", $token, 'POST',
	    "/v1/orders/$id/cancel", rand() < 0.5 ? 'k' . int rand 2 : undef, '{}');
};
$do{fulfil} = sub {
	my ($user) = @_;
	my $id = pick(@orders) // return;

	settle($user, 'fulfil', "fulfil $id", $token[0][1], 'POST',
	    "/v1/orders/$id/fulfil", rand() < 0.5 ? 'k' . int rand 2 : undef, '{}');
};
$do{add} = sub {
	my ($user, $token) = @_;
	my ($n, $key) = draw();

	settle($user, 'add', "$user add $n", $token, 'POST', '/v1/cart/items', $key,
	    '{"productId": ' . $product[of($n, 2, scalar @product)] .
	    ', "quantity": ' . (1 + of($n, 3, 3)) . '}');
};
$do{set} = sub {
	my ($user, $token) = @_;
	settle($user, 'set', '-', $token, 'PUT', '/v1/cart/items/' . pick(@product),
	    undef, '{"quantity": ' . (1 + int rand 5) . '}');
};
$do{take} = sub {
	my ($user, $token) = @_;
	settle($user, 'take', '-', $token, 'DELETE', '/v1/cart/items/' .
	    pick(@product) . (rand() < 0.5 ? '?quantity=1' : ''), undef, undef);
};
$do{clear} = sub {
	my ($user, $token) = @_;
	settle($user, 'clear', '-', $token, 'DELETE', '/v1/cart', undef, undef);
};
$do{list} = sub {
	my ($user, $token) = @_;
	my ($status, $answer) = settle($user, 'list', '-', $token, 'GET',
	    '/v1/orders', undef, undef);
	my $last = 9e18;

	while ($answer =~ /\{"id":(\d+),[^{}]*?"status":"([a-z]+)"/g) {
		wrong($user, "order $1 behind $last in a list") if $1 >= $last;
		$last = $1;
		# What is final stays.
		wrong($user, "order $1 was $seen{$1} and is $2")
		    if ($seen{$1} // 'paid') ne 'paid' && $seen{$1} ne $2;
		$seen{$1} = $2;
	}
};
$do{history} = sub {
	my ($user, $token) = @_;
	my ($status, $answer) = settle($user, 'history', '-', $token, 'GET',
	    '/v1/points/transactions', undef, undef);
	my ($of, $wants);

	while ($answer =~ /\{"id":(\d+),[^{}]*?"amount":(-?\d+),"balanceAfter":(\d+)/g) {
		wrong($user, "ledger row $of does not go on from $1")
		    if defined $wants && $wants != $3;
		($of, $wants) = ($1, $3 - $2);
	}
};
$do{signup} = sub {
	my $n = own();
	my $email = "mix-$n\@example.com";
	my $is = "\"email\": \"$email\", \"password\": \"password $n\"";

	settle(0, 'signup', $email, '', 'POST', '/v1/users', undef,
	    "{\"name\": \"Mix\", $is}");
	settle(0, 'login', $email, '', 'POST', '/v1/tokens', undef, "{$is}");
};
sub wrong { note($_[0], 'wrong', '-', 0, '-', 0, 0, $_[1]) }

sub live {
	my @kinds = split /,/, $mix;

	# The first line is the admin's.
	my ($user, $token) = @{$token[1 + $me % (@token - 1)]};
	srand($seed * 1000 + $me);
	open $out, '>>', "$dir/mix.$me" or die "mix.$me: $!\n";
	$out->autoflush(1);
	if ($ENV{MIX_TIMES}) {
		open $times, ">>", "$dir/times.$me" or die "times.$me: $!\n";
		$times->autoflush(1);
	}
	$do{pick(@kinds)}->($user, $token) while time < $began + $seconds;
	close $out or die "mix.$me: $!\n";
}

sub run {
	@token = map { [split / /] } lines_of("$dir/mix.tokens");
	@product = lines_of("$dir/mix.products");
	($grant_key) = lines_of("$dir/grants/first.key") if -e "$dir/grants/first.key";
	$SIG{PIPE} = 'IGNORE';
	$SIG{TERM} = sub { $seconds = 0 };
	my @pids;
	for (1 .. $clients) {
		$me = $_;
		my $pid = fork // die "fork: $!\n";
		if (!$pid) { live(); exit 0 }
		push @pids, $pid;
	}
	$SIG{TERM} = sub { kill 'TERM', @pids };
	my $bad = 0;
	for (@pids) {
		1 while waitpid($_, 0) < 0 && $!{EINTR};
		$bad ||= $?;
	}
	exit($bad ? 1 : 0);
}

# ---- What must be

my %may = map { $_ => 1 } qw(insufficient_stock insufficient_points cart_empty
    insufficient_cart_quantity order_not_cancellable order_not_fulfillable
    idempotency_key_reused);

# "1:3,7:2" of a cart or an order.
sub goods { return join ',', sort map { /^(\d+)/ && $_ }
    map { s/,.*?"quantity":/:/sr } $_[0] =~ /"productId":(\d+,.*?"quantity":\d+)/sg }

sub check {
	my (%first, %fresh, %points, %order, %done, %cart, %figure, @shopped);

	for my $file (glob "$dir/mix.[0-9]*") {
		for (lines_of($file)) {
			my ($user, $kind, $unit, $status, $code, $replayed, $tries,
			    $body) = split /\t/, $_, 8;

			$figure{"$kind $status"}++;
			$figure{repeated} += $tries - 1 if $tries > 1;
			$figure{replayed} += $replayed;
			print "wrong $kind of $user: $body\n" if $kind eq 'wrong';
			next if $kind eq 'wrong';
			if ($status >= 400 || $status < 200) {
				my $done = $kind eq 'signup' && $code eq 'email_taken';
				my $full = $kind eq 'add' &&
				    $body =~ /A cart has at most \d+ pieces/;
				print "wrong $kind $unit: $status $code in $tries tries\n"
				    unless $may{$code} || $done || $full;
				# Not by its client: its web server has asked again.
				$figure{taken}++ if $done && $tries == 1;
				next;
			}
			$cart{$user}{goods($body)} = 1 if $kind =~ /^(add|set|take)$/;
			next if $unit eq '-' || $kind eq 'login' || $kind eq 'signup';
			if (defined $first{$unit}) {
				print "wrong $unit: told otherwise: $body, before $first{$unit}\n"
				    if $first{$unit} ne $body;
			} else {
				$first{$unit} = $body;
				$points{$user} += $1 if $kind eq 'charge' &&
				    $body =~ /"amount":(\d+)/;
				if ($kind eq 'order' || $kind eq 'checkout') {
					$body =~ /^\{"id":(\d+),.*"totalPrice":(\d+)/s or
					    print "wrong $unit: $body\n";
					print "wrong $unit: order $1 again\n" if $order{$1};
					$order{$1} = [$user, $2];
					push @shopped, [$user, $unit, goods($body)]
					    if $kind eq 'checkout';
				}
				$done{$1}{$2} = 1 if $unit =~ /^(cancel|fulfil) (\d+)/;
			}
			$fresh{$unit}++ unless $replayed || $kind =~ /^(cancel|fulfil)$/;
		}
	}
	# A worker whose attempt was lost can't tell whether what it finds was made
	# by that one or by an earlier request, and says the former.  MIX_LOST: so
	# many were, by the workers' logs.
	for (grep { $fresh{$_} > 1 && !$figure{repeated} && !$ENV{MIX_LOST} }
	    keys %fresh) {
		print "wrong $_: made $fresh{$_} times\n";
	}
	for (@shopped) {
		print "wrong $_->[1]: a cart that was not: $_->[2]\n"
		    if !$figure{repeated} && !$cart{$_->[0]}{$_->[2]};
	}
	for (grep { $done{fulfil}{$_} } keys %{$done{cancel}}) {
		print "wrong order $_: cancelled and fulfilled\n";
	}
	for (keys %{$done{cancel}}, keys %{$done{fulfil}}) {
		print "wrong order $_: nobody's\n" unless $order{$_};
	}
	my %n;
	# Who did nothing has nothing.
	my (undef, @user) = map { /^(\d+)/ } lines_of("$dir/mix.tokens");
	$points{$_} += 0 for @user;
	for my $id (keys %order) {
		my ($user, $total) = @{$order{$id}};

		$n{$user}[0]++;
		$n{$user}[1]++ if $done{cancel}{$id};
		$n{$user}[2]++ if $done{fulfil}{$id};
		$points{$user} -= $total unless $done{cancel}{$id};
	}
	print "user $_ ", join(' ', map { $_ // 0 } $points{$_}, @{$n{$_}}[0 .. 2]), "\n"
	    for sort { $a <=> $b } keys %points;
	print "# $_ $figure{$_}\n" for sort keys %figure;
}

if ($mode eq 'run') { run() } else { check() }
