#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
#	hand_over.pl FDNAMES ADDRESS... -- COMMAND...
#
# What a service manager does by a .socket unit: listens at the addresses (a path,
# or a port of 127.0.0.1), and runs COMMAND with them as descriptors 3, 4, ... and
# FDNAMES as LISTEN_FDNAMES (- for none).  USR1 restarts it: TERM, and, once it is
# gone, the next one, the sockets being held meanwhile.  TERM ends both.
use strict;
use warnings;
use Fcntl;
use POSIX ();
use Socket;

my $names = shift @ARGV;
my @addresses;
while (defined(my $word = shift @ARGV)) {
	last if $word eq '--';
	push @addresses, $word;
}
my @held;
for my $at (@addresses) {
	my $listener;
	if ($at =~ /^\d+$/) {
		socket($listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
		setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
		bind($listener, pack_sockaddr_in($at, INADDR_LOOPBACK))
		    or die "$at: $!";
	} else {
		unlink $at;
		socket($listener, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
		bind($listener, pack_sockaddr_un($at)) or die "$at: $!";
	}
	listen($listener, 4096) or die "listen: $!";
	push @held, $listener;
}

my ($child, $again, $end) = (0, 0, 0);
$SIG{USR1} = sub { $again = 1; kill 'TERM', $child };
$SIG{TERM} = sub { $end = 1; kill 'TERM', $child };
do {
	$again = 0;
	$child = fork() // die "fork: $!";
	if ($child == 0) {
		# Out of the way first: one may be at another's place.
		my @far = map { fcntl($_, F_DUPFD, 100) } @held;
		POSIX::dup2($far[$_], 3 + $_) for 0 .. $#far;
		POSIX::close($_) for @far;
		$ENV{LISTEN_PID} = $$;
		$ENV{LISTEN_FDS} = @held;
		$ENV{LISTEN_FDNAMES} = $names if $names ne '-';
		exec @ARGV or die "$ARGV[0]: $!";
	}
	1 while waitpid($child, 0) < 0;
} while ($again && !$end);
exit($? >> 8);
