#!/bin/sh
# SPDX-License-Identifier: MIT
# A list of databases of which the first lets one in and answers nothing more, or not
# even that, as a primary of MySQL does that has lost its group, or a server that hangs:
# shopctl goes on to the one that takes writes, or says that there is none, and waits
# no longer than a worker does.
. "${top_srcdir:-.}/t/lib.sh"
shop_db
products=$(ctl product list)

# mute N: at $dir/mN stands the database, but in each session N statements are answered,
# and what comes then is not.
cat >"$dir/mute.pl" <<'END'
use IO::Select;
use IO::Socket::UNIX;
my ($path, $to, $n) = @ARGV;
my $at = IO::Socket::UNIX->new(Local => $path, Listen => 64) or die "$path: $!";
$SIG{CHLD} = "IGNORE";
while (my $client = $at->accept) {
	next if fork;
	my $server = IO::Socket::UNIX->new(Peer => $to) or exit;
	my $both = IO::Select->new($client, $server);
	my ($in, $said) = ("", 0);
	while (my @ready = $both->can_read) {
		for my $from (@ready) {
			sysread $from, my $some, 65536 or exit;
			if ($from == $server) {
				syswrite $client, $some;
				next;
			}
			# 3 bytes of length, and a number that is 0 where a statement begins.
			$in .= $some;
			while (length $in >= 4 && length $in >= (my $len = 4 +
			    unpack "V", substr($in, 0, 3) . "\0")) {
				my $packet = substr $in, 0, $len, "";
				$said++ if substr($packet, 3, 1) eq "\0";
				syswrite $server, $packet if $said <= $n;
			}
		}
	}
}
END
trap 'kept=$?; kill -KILL $mutes 2>/dev/null; (exit $kept); cleanup' EXIT
mutes=
mute() {
	perl "$dir/mute.pl" "$dir/m$1" "$db_sock" "$1" &
	mute_pid=$!
	mutes="$mutes $mute_pid"
	eventually 5 [ -S "$dir/m$1" ] || bail "no $dir/m$1"
}
# of_status FIELDS: of its database, with a space between.
of_status() { echo "$out" | jq -r "[.database | $1] | map(tostring) | join(\" \")"; }

# begin NAME SOCKETS WORDS...: shopctl does, beside all others that have begun.
begun=
begin() {
	{
		from_ms=$(now_ms)
		begun_as=$1 SHOP_DB_SOCKET=$2
		export SHOP_DB_SOCKET
		shift 2
		timeout 20 "$top_builddir/shopctl" --config "$dir/shop.conf" "$@" \
		    >"$dir/$begun_as.out" 2>"$dir/$begun_as.err" </dev/null
		echo "$? $(($(now_ms) - from_ms))" >"$dir/$begun_as.end"
	} &
	begun="$begun $!"
}
all_end() {
	wait $begun
	begun=
}
# ended NAME MS TEXT: it did not take longer; sets code, out and err.
ended() {
	read -r code took_ms <"$dir/$1.end"
	out=$(cat "$dir/$1.out")
	err=$(cat "$dir/$1.err")
	less "$took_ms" "$2" "$3: in time (ms)"
}

for n in 0 1 2 frozen; do mute $n; done
kill -STOP "$mute_pid"
seen 'a frozen one' stands_still "$mute_pid"

# ---- The others take writes, or don't answer either

first="$dir/m1, $db_sock"
for n in 0 1 2 frozen; do
	begin list$n "$dir/m$n, $db_sock" product list
done
begin migrate "$first" migrate --status
begin audit "$first" audit
begin status "$first" status --json
begin doctor "$first" doctor
begin third "$dir/m0, $dir/m1, $db_sock" user show 1
begin third_price "$dir/m0, $dir/m1, $db_sock" product price 1 --price 12000
begin third_status "$dir/m0, $dir/m1, $db_sock" status --json
begin none "$dir/m0, $dir/m1" user show 1
begin none_status "$dir/m0, $dir/m1" status --json
begin none_doctor "$dir/m0, $dir/m1" doctor
all_end

# 0: it lets one in; 1: a primary without its group hangs so, where what a session sets
# is set; 2: it does not say whether it takes writes.
for n in 0 1 2 frozen; do
	ended list$n 5000 "the first answers so many statements, $n"
	is "$code $out" "0 $products" 'the second is found'
done
ended migrate 5000 migrate
is "$code" 0 'and the second is found'
ended audit 5000 audit
is "$code $(echo "$out" | head -n 1)" '0 ok' 'and the second is found'
ended status 5000 status
is "$(of_status '.at, .state, .readOnly')" "$db_sock ok false" 'and the second is found'
ended doctor 9000 doctor
like "$(echo "$out" | grep -E '^[a-z]+ (database|databases|schema-version|worker-session)\>')" \
    "^ok database
bad databases: $dir/m1: .*
ok schema-version
ok worker-session$" 'it names the first, and looks at all else'

ended third 8000 'two of three are mute'
is "$code" 0 'and the third is found'
ended third_price 8000 'of several statements the first has found it'
is "$code" 0 'and the others have time'
ended third_status 8000 'status'
is "$(of_status .state)" ok 'and the third is found'

ended none 12000 'nobody answers'
is "$code" 1 'which is a failure'
like "$err" "^shopctl: .*$dir/m1: " 'and said'
ended none_status 8000 status
is "$(of_status .state) $(echo "$out" | jq -r .cache.state)" 'away away' \
    'it shows what it can'
ended none_doctor 8000 doctor
like "$out" '^ok settings' 'so does doctor'
like "$out" "^bad database: $dir/m1: " 'and says why'

# ---- The one that answers takes no writes

before=$(sql 'SELECT COUNT(*) FROM products')
sql_root 'SET GLOBAL read_only = ON'
begin add "$first" product add --name None --price 1 --stock 1
begin status "$first" status --json
begin doctor "$first" doctor
all_end
ended add 9000 'nobody takes writes'
is "$code" 1 'which is a failure'
like "$err" "^shopctl: .*$db_sock: it takes no writes: read_only is on" 'and said'
ended status 5000 status
is "$(of_status '.at, .readOnly')" "$db_sock true" 'it looks at who answers'
ended doctor 10000 doctor
like "$out" '^bad writable: read_only is ON' 'so does doctor'
sql_root 'SET GLOBAL read_only = OFF'
is "$(sql 'SELECT COUNT(*) FROM products')" "$before" 'nothing was added'
finish
