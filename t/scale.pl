#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
#	scale.pl run [NAME=VALUE...]	one sale; exit status 1 when a piece is sold
#					twice, or is nowhere in the end
#	scale.pl tables			the tables of docs/scale.md
#
# The hot product of a shop with many shards, as docs/scale.md has it.  A coordinator
# has the product's free pieces and a book of what each shard holds.  A shard sells
# what it holds, in its own transaction, asks for more, and gives back what it does
# not sell.  Messages take time; shards crash, and are cut off from the coordinator.
# Time is in ms, and every random thing comes of the seed.
#
# What a shard holds is never sent as "so many more": an answer has the book, that is
# "you held HELD pieces when you had sold NET", and the shard takes off what it sold
# since.  So answers may be lost, or come twice, or come late.
use strict;
use warnings FATAL => 'all';
use List::Util qw(max min sum0);

my %default = (
	shards => 20, stock => 10_000, customers => 12_000, rate => 5, skew => 0.5,
	lease => 100,		# pieces a shard asks for at most
	rule => 'fixed',	# what is granted: see grant()
	time => 1000,		# how long a shard may sell without an answer
	patience => 300,	# how long a customer waits
	cancels => 0,		# of a thousand orders
	faults => 0,		# crashes, cuts, messages lost, doubled, late: how many
	copy => 0,		# a silent shard's sales can be read elsewhere
	down => '',		# SHARD:FROM: it is down from then on, faults=0
	seed => 1,
	without => '',		# a guard left out: see %guard
);
my %guard = (
	stock => 'a shard sells no more than it holds',
	end => 'a shard whose lease has ended sells nothing',
	margin => 'the coordinator waits for the slowest clock',
	restart => 'a shard that was started again believes no clock of before',
	doubt => 'the coordinator takes nothing back that may have been sold',
	copy => 'the copy that is read has every acknowledged sale',
	once => 'what a message asks for is done once',
	epoch => 'what was asked before pieces were taken back is not done',
	durable => 'a sale is in the shard\'s row before it is acknowledged',
);

my %form = ((map { $_ => qr/^[1-9]\d*\z/a } qw(shards stock customers rate lease time)),
    rule => qr/^(split|fixed|last|recall)\z/, down => qr/^\d+:\d+\z/a,
    without => qr/^(@{[join '|', sort keys %guard]})\z/);

my (%o, $now, $free, @book, @shard, @mail, %figure, $taken, @orders, $wrong);
my ($faulty, $draining, $down_all);

sub with { return $o{without} ne $_[0] }
sub wrong { $wrong //= "at $now ms: $_[0]" }
sub chance { return rand() < $_[0] }

# ---- Messages

sub post {
	my ($i, $to, $message) = @_;
	my $copies = 1;

	return if $shard[$i]{down} || $shard[$i]{cut} || $down_all;
	if ($faulty) {
		$copies = 0 if chance(0.03);
		$copies = 2 if chance(0.03);
	}
	for (1 .. $copies) {
		my $late = 1 + int rand 3;
		$late += int rand 100 if $faulty && chance(0.03);
		push @{$mail[$now + $late]}, [$i, $to, $message];
	}
}

sub deliver {
	for (@{$mail[$now] // []}) {
		my ($i, $to, $message) = @$_;

		next if $shard[$i]{down} || $shard[$i]{cut} || $down_all;
		$to->($i, $message);
	}
	undef $mail[$now];
}

# ---- The coordinator

# split: all is given out when the sale begins, in equal parts.  fixed: as much as is
# asked for.  last: never more than half of one shard's part of what is free, so that
# leases are small at the end.  recall: the same, and when nothing is free the other
# shards are asked for half of what they hold.
sub grant {
	my ($want, $need) = @_;
	my $size = $want;

	$size = min($want, int($free / (2 * @shard))) if $o{rule} =~ /^(last|recall)$/;
	$size = max($size, $need);
	return $size <= $free ? $size : $free >= $need ? $free : 0;
}

# The others that have some and are not silent.
sub elsewhere {
	my $i = shift;

	return grep { $_ != $i && $book[$_]{held} > 0 && $now <= $book[$_]{end} } 0 .. $#book;
}

sub asked {
	my ($i, $m) = @_;
	my $b = $book[$i];
	my ($short, @others);

	$figure{messages}++;
	if ($m->{epoch} == $b->{epoch} || !with('epoch')) {
		$b->{held} -= $m->{net} - $b->{net};
		$b->{net} = $m->{net};
		if ($m->{seq} > $b->{seq} || !with('once')) {
			my $pieces = $m->{want} < 0 ? $m->{want} : grant($m->{want}, $m->{need});

			$b->{seq} = $m->{seq};
			$b->{held} += $pieces;
			$free -= $pieces;
			$figure{hot}++ if $pieces != 0;
			$short = $m->{need} > max(0, $pieces);
		}
	}
	if ($short && $o{rule} eq 'recall') {
		@others = elsewhere($i);
		for (@others) {
			next if $book[$_]{recalled} > $now - 10;
			$book[$_]{recalled} = $now;
			post($_, \&recalled, {});
		}
	}
	$b->{end} = $now + $o{time};
	post($i, \&answered, { try => $m->{try}, epoch => $b->{epoch}, held => $b->{held},
	    net => $b->{net}, out => $short && !@others });
}

# A copy that doesn't have every sale: what it had when the shard was last heard of.
sub lag {
	$_->{stale} = $_->{true} for grep { !$_->{down} && !$_->{cut} } @shard;
}

# A shard that is silent for longer than its lease sells nothing any more.  What it has
# sold until then only its own database knows, or a copy of that.
sub take_back {
	my $heard = $now - (with('margin') ? 0.15 * $o{time} : 0);

	for my $i (0 .. $#book) {
		my $b = $book[$i];

		next if $heard <= $b->{end} || $b->{held} <= 0 || $down_all;
		my $s = $shard[$i];
		if ($o{copy}) {
			my $net = with('copy') ? $s->{true} : $s->{stale};

			$b->{held} -= $net - $b->{net};
			$b->{net} = $net;
		} elsif (with('doubt')) {
			next;
		}
		$free += $b->{held};
		$figure{taken_back} += $b->{held};
		$figure{hot}++;
		$b->{held} = 0;
		$b->{epoch}++;
	}
}

# ---- A shard

sub clock { my $s = shift; return ($now - $s->{base}) * $s->{pace} }
sub left { my $s = shift; return $s->{held} - ($s->{net} - $s->{ack}) - $s->{returning} }
sub live { my $s = shift; return !with('end') || clock($s) < $s->{end} }

sub send_it {
	my $i = shift;
	my $s = $shard[$i];

	# The lease counts from before the question, by the shard's own clock.
	$s->{sent} = clock($s);
	post($i, \&asked, { try => ++$s->{try}, epoch => $s->{epoch}, net => $s->{net},
	    %{$s->{pending}} });
}

sub ask {
	my ($i, $want, $need) = @_;
	my $s = $shard[$i];

	$s->{returning} = $want < 0 ? -$want : 0;
	$s->{pending} = { seq => ++$s->{seq}, want => $want, need => $need };
	$s->{period} = 0;
	send_it($i);
}

sub recalled {
	my $s = $shard[$_[0]];
	my $left = left($s);

	ask($_[0], -int(($left + 1) / 2), 0) if !$s->{pending} && $left > 0;
}

sub answered {
	my ($i, $m) = @_;
	my $s = $shard[$i];

	return if !$s->{pending} || $m->{try} != $s->{try};
	my $want = $s->{pending}{want};
	@$s{qw(held ack epoch)} = @$m{qw(held net epoch)};
	@$s{qw(pending returning)} = (undef, 0);
	$s->{end} = $s->{sent} + $o{time};
	$s->{dry} = left($s) < $want / 2;
	$s->{again} = $now + 4;
	serve($i, $m->{out});
}

sub sell {
	my ($i, $quantity) = @_;
	my $s = $shard[$i];

	$s->{net} += $quantity;
	$s->{true} += $quantity;
	$s->{period} += $quantity;
	$taken += $quantity;
	$figure{served}++;
	push @orders, [$i, $quantity];
	wrong('more was sold than there is') if $taken > $o{stock};
}

# Pieces at shards that are silent.
sub kept {
	return sum0(map { $book[$_]{held} + $book[$_]{net} - $shard[$_]{true} }
	    grep { $shard[$_]{cut} || $shard[$_]{down} } 0 .. $#shard);
}

sub refuse {
	my $quantity = shift;
	my $unsold = $o{stock} - $taken;
	my $silent = kept();

	if ($unsold < $quantity) {
		$figure{sold_out}++;
	} elsif ($unsold - $silent < $quantity) {
		$figure{refused_for_silent}++;
	} else {
		$figure{refused}++;
		$figure{first} //= $now;
		$figure{most} = max($figure{most} // 0, $unsold - $silent);
	}
}

# Sells to who waits, first come first served.  $out: there is nothing else to be had.
sub serve {
	my ($i, $out) = @_;
	my $s = $shard[$i];

	while (@{$s->{queue}}) {
		my ($came, $quantity) = @{$s->{queue}[0]};

		if (live($s) && (!with('stock') || left($s) >= $quantity)) {
			sell($i, $quantity);
			$figure{waited}++ if $came < $now;
			$figure{longest} = max($figure{longest}, $now - $came);
		} elsif ($out) {
			refuse($quantity);
		} elsif ($now - $came > $o{patience}) {
			$figure{away}++;
		} else {
			return;
		}
		shift @{$s->{queue}};
	}
}

sub work {
	my $i = shift;
	my $s = $shard[$i];

	return if $s->{down};
	serve($i, 0) if @{$s->{queue}};
	my $clock = clock($s);
	if ($s->{pending}) {
		send_it($i) if $clock > $s->{sent} + 20;
		return;
	}
	my $left = left($s);
	if (@{$s->{queue}}) {
		my $need = max(0, $s->{queue}[0][1] - $left);

		ask($i, max($need, $o{lease} - $left), $need)
		    if $now >= $s->{again} || $need == 0;
	} elsif ($draining) {
		ask($i, -max(0, $left), 0) if $left > 0 || $s->{net} != $s->{ack};
	} elsif ($o{lease} >= 4 && $left > 0 && $left < $o{lease} / 4 && !$s->{dry}) {
		ask($i, $o{lease} - $left, 0);
	} elsif ($clock > $s->{end} - $o{time} / 2 && ($left > 0 || $s->{net} != $s->{ack})) {
		# What it will not sell in this lease goes back.
		my $surplus = $o{rule} eq 'split' ? 0 : $left - 2 * $s->{period};

		ask($i, -max(0, $surplus), 0);
	}
}

# ---- The world

sub crash {
	my $s = $shard[$_[0]];

	$figure{away} += @{$s->{queue}};
	@$s{qw(down queue)} = (1, []);
	$s->{net} = $s->{ack} if !with('durable');
	$figure{crashes}++;
}

sub start {
	my $s = $shard[$_[0]];

	@$s{qw(down base sent)} = (0, $now, -99);
	$s->{end} = 0 if with('restart');
}

sub break_things {
	for my $i (0 .. $#shard) {
		my $s = $shard[$i];

		start($i) if $s->{down} && $now >= $s->{until};
		$s->{cut} = 0 if $s->{cut} && $now >= $s->{until};
		next if $s->{down} || $s->{cut} || !chance(0.0004 * $o{faults});
		$s->{until} = $now + 20 + int rand 1000;
		if (chance(0.5)) { crash($i) } else { $s->{cut} = 1; $figure{cuts}++ }
	}
	$down_all = 0 if $down_all && $now >= $down_all;
	$down_all = $now + 200 if !$down_all && chance(0.0004);
}

sub heal {
	for my $i (0 .. $#shard) {
		start($i) if $shard[$i]{down};
		$shard[$i]{cut} = 0;
	}
	($faulty, $down_all) = (0, 0);
}

sub arrive {
	my @weight = @_;

	for (1 .. int rand(2 * $o{rate} + 1)) {
		my ($i, $at) = (0, rand $weight[-1]);

		last if $figure{customers} >= $o{customers};
		$figure{customers}++;
		$i++ while $weight[$i] < $at;
		my $quantity = chance(0.8) ? 1 : 2 + int rand 3;
		if ($shard[$i]{down}) {
			$figure{away}++;
		} else {
			push @{$shard[$i]{queue}}, [$now, $quantity];
		}
	}
}

# The pieces are the shard's again, in the order's own database.
sub cancel {
	my $n = int rand @orders;
	my ($i, $quantity) = @{$orders[$n]};

	return if $shard[$i]{down};
	$orders[$n] = $orders[-1];
	pop @orders;
	$shard[$i]{net} -= $quantity;
	$shard[$i]{true} -= $quantity;
	$taken -= $quantity;
	$figure{cancelled}++;
}

# After each step: what is free, held and sold is the stock, and no shard may sell what
# the book doesn't say is its own.  true is what customers were told, whatever the
# shard's row says.
sub check {
	my $pieces = $free;

	for my $i (0 .. $#shard) {
		my ($s, $b) = ($shard[$i], $book[$i]);
		my $left = left($s);
		my $own = $b->{held} + $b->{net} - $s->{true};

		$pieces += $b->{held} + $b->{net};
		wrong("shard $i has less than nothing") if $left < 0;
		wrong("shard $i may sell $left pieces, and has $own")
		    if $left > 0 && $left > $own && !$s->{down} && live($s);
	}
	wrong("the book has $pieces pieces") if $pieces != $o{stock};
	wrong('less than nothing is free') if $free < 0;
}

sub settled {
	return 0 if grep { $_->{pending} || $_->{net} != $_->{ack} || left($_) > 0 } @shard;
	return !grep { $_->{held} != 0 } @book;
}

# Everything as it is before the first customer.
sub begin {
	%o = (%default, @_);
	srand $o{seed};
	($now, $free, $taken, $draining, $down_all) = (0, $o{stock}, 0, 0, 0);
	$wrong = undef;
	@mail = @orders = ();
	%figure = map { $_ => 0 } qw(customers served sold_out refused refused_for_silent
	    away waited longest hot messages cancelled crashes cuts taken_back);
	@book = map { { held => 0, net => 0, seq => 0, epoch => 0, end => 0,
	    recalled => -99 } } 1 .. $o{shards};
	@shard = map { { held => 0, net => 0, ack => 0, true => 0, stale => 0, try => 0,
	    seq => 0, epoch => 0, returning => 0, end => 0, again => 0, period => 0,
	    queue => [], base => 0, pace => 0.9 + rand 0.1, until => 0 } } 1 .. $o{shards};
	my $part = $o{rule} eq 'split' ? int($o{stock} / $o{shards}) : 0;
	$_->{held} = $part for @book, @shard;
	$_->{end} = $o{time} / 2 for @book, @shard;
	$free -= $part * $o{shards};
	$faulty = $o{faults};
}

sub end {
	my $nowhere = $o{stock} - $taken - $free;

	wrong("$nowhere pieces are nowhere") if $nowhere > 0;
	wrong(-$nowhere . ' pieces were sold and are there') if $nowhere < 0;
	wrong('not every customer was told') if $figure{customers} !=
	    $figure{served} + $figure{sold_out} + $figure{refused} +
	    $figure{refused_for_silent} + $figure{away};
	@figure{qw(sold oversold)} = ($taken, max(0, $taken - $o{stock}));
	return %figure;
}

sub one_sale {
	my @weight;

	begin(@_);
	my ($down, $from) = split /:/, $o{down};
	push @weight, ($weight[-1] // 0) + 1 / ($_ ** $o{skew}) for 1 .. $o{shards};

	for (; ; $now++) {
		deliver();
		break_things() if $faulty;
		crash($down) if defined $down && $now == $from;
		arrive(@weight);
		cancel() if @orders && !$draining && chance($o{cancels} * $o{rate} / 1000);
		work($_) for 0 .. $#shard;
		take_back();
		check();
		lag() if !with('copy');
		$figure{sold_after} //= $now if $taken == $o{stock};
		next if $figure{customers} < $o{customers} || grep { @{$_->{queue}} } @shard;
		$figure{kept} //= kept();
		heal() if !$draining;
		$draining ||= $now;
		last if settled() || $now > $draining + 5000;
	}
	return end();
}

# ---- What is asked for

sub bad { print STDERR "scale.pl: $_[0]\n"; exit 2 }

sub run {
	my %is;

	for (@_) {
		bad("$_: not NAME=VALUE of " . join(' ', sort keys %default))
		    if !/^(\w+)=(.*)$/ || !exists $default{$1};
		$is{$1} = $2;
		bad("$_: not a value") if $is{$1} !~ ($form{$1} // qr/^\d+(\.\d+)?\z/a);
	}
	bad("down=$is{down}: there are not so many shards")
	    if $is{down} && (split /:/, $is{down})[0] >= ($is{shards} // $default{shards});
	my %f = one_sale(%is);
	print join(' ', map { "$_=$f{$_}" } sort grep { defined $f{$_} } keys %f), "\n";
	print "wrong: $wrong\n" if defined $wrong;
	return defined $wrong ? 1 : 0;
}

sub per { my ($n, $of) = @_; return $of ? sprintf '%.1f', 1000 * $n / $of : '-' }

sub tables {
	print '| rule | lease | hot row, of 1000 orders | waited, of 1000 | longest wait ' .
	    "| refused too early | pieces elsewhere, at most | for how long |\n" .
	    "|---|---|---|---|---|---|---|---|\n";
	for my $rule (qw(split fixed last recall)) {
		for my $lease ($rule eq 'split' ? 500 : $rule eq 'fixed' ? (1, 10, 100, 1000)
		    : (10, 100, 1000)) {
			my %f = one_sale(rule => $rule, lease => $lease);

			die "$wrong\n" if defined $wrong;
			printf "| %s | %d | %s | %s | %d ms | %d | %d | %s |\n", $rule, $lease,
			    per($f{hot}, $f{served}), per($f{waited}, $f{served}),
			    $f{longest}, $f{refused}, $f{most} // 0,
			    !defined $f{first} ? '-' : !$f{sold_after} ? 'to the end' :
			    $f{sold_after} - $f{first} . ' ms';
		}
	}
	print "\n| rule | lease | its copy is read | pieces kept | refused for that | taken back |\n" .
	    "|---|---|---|---|---|---|\n";
	for my $case (['fixed', 100], ['fixed', 1000], ['last', 100], ['last', 1000]) {
		for my $copy (0, 1) {
			my ($rule, $lease) = @$case;
			my %f = one_sale(rule => $rule, lease => $lease, copy => $copy,
			    down => '0:300');

			die "$wrong\n" if defined $wrong;
			printf "| %s | %d | %s | %d | %d | %d |\n", $rule, $lease,
			    $copy ? 'yes' : 'no', $f{kept},
			    $f{refused_for_silent}, $f{taken_back};
		}
	}
	return 0;
}

my $mode = shift @ARGV // '';
my %mode = (run => \&run, tables => \&tables);
bad('usage: scale.pl run [NAME=VALUE...] | tables') if !$mode{$mode};
exit $mode{$mode}->(@ARGV);
