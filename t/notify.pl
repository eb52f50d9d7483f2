#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
#	notify.pl NAME FILE
#
# A service manager's ear: a datagram socket at NAME (a path, or @ and a name that
# is no file); each datagram is a line of FILE, " | " for its newlines.  Ends by
# TERM.
use strict;
use warnings;
use IO::Handle;
use Socket;

my ($name, $file) = @ARGV;
(my $at = $name) =~ s/^\@/\0/;
socket(my $ear, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($ear, pack_sockaddr_un($at)) or die "$name: $!";
open(my $out, '>', $file) or die "$file: $!";
$out->autoflush(1);
while (defined recv($ear, my $text, 65536, 0)) {
	$text =~ s/\n$//;
	$text =~ s/\n/ | /g;
	print $out "$text\n";
}
