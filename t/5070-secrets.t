#!/bin/sh
# SPDX-License-Identifier: MIT
# What is secret stays where it is: no core, no log, no process list, no
# answer, and nobody's database gets a file of ours.
. "${top_srcdir:-.}/t/lib.sh"
(umask 077; mkdir "$dir/keys")
conf jwt_key_dir "$dir/keys"
conf log_level debug
mkdir "$dir/cwd" "$dir/control"
cd "$dir/cwd" || bail 'no directory'

# ---- Cores, where everything else would leave one

ulimit -c unlimited 2>/dev/null
shop_start
# core_limit PID: soft and hard.
core_limit() {
	sed -n 's/^Max core file size *\([^ ]*\) *\([^ ]*\).*/\1 \2/p' \
	    "/proc/$1/limits"
}
cores() { find "$dir/$1" -name 'core*' | wc -l; }

(cd "$dir/control" && exec sleep 300) &
control=$!
case $(core_limit $control) in
0*) skip='# SKIP no cores here' ;;
*) skip= ;;
esac
for pid in $pool_pid $(pool_workers); do
	core_limit "$pid"
done | sort -u >"$dir/limits"
is "${skip:-$(cat "$dir/limits")}" "${skip:-1 1}" \
    "a core of shopd or a worker may have one byte $skip"
ctl_waits() {
	[ "$(sql "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE info LIKE 'SELECT GET_LOCK(%'")" = 1 ]
}
hold 10 "SELECT GET_LOCK(CONCAT('shop.migrate.',
    LEFT(SHA2('shop', 256), 32)), 1)"
"$top_builddir/shopctl" --config "$dir/shop.conf" migrate >"$dir/said" 2>&1 &
ctl_pid=$!
eventually 5 ctl_waits
is "${skip:-$(core_limit $ctl_pid)}" "${skip:-1 1}" \
    "and one of shopctl $skip"
cat "/proc/$ctl_pid/environ" >"$dir/environ.ctl"
tr '\0' ' ' <"/proc/$ctl_pid/cmdline" >"$dir/ps"
kill $ctl_pid
let_go

victim=$(pool_workers | head -n 1)
kill -ABRT $control "$victim"
eventually 5 gone $control && eventually 5 gone "$victim"
case $skip$(cat /proc/sys/kernel/core_pattern) in
*SKIP* | '|'* | /*) why='# SKIP cores go elsewhere' ;;
*) why= ;;
esac
is "${why:-$(cores control)}" "${why:-1}" \
    "another program that crashes leaves a core $why"
is "$(cores cwd)" 0 'a worker leaves none'
eventually 10 grep -q 'event=worker-exit.* signal=6' "$dir/log/shopd.log"
ok 'the worker was seen to crash'
eventually 10 pool_is_full
rm -rf "$dir/control"

# ---- A busy day with many failures

# note: what was answered and said, to look through.
note() {
	echo "$headers" >>"$dir/answers"
	echo "$body" >>"$dir/answers"
}
email=secret-address@example.com
cookie=very-secret-cookie
id=$(ctl user add --name Private --email $email --balance 5000 2>>"$dir/said")
as "$id"
ctl key add --kid day >>"$dir/said" 2>&1
eventually 10 grep -q 'event=roll-done' "$dir/log/shopd.log"
ok 'there is a second key'
day=$(ctl token --user "$id" --kid day)
long=$(ctl token --user "$id" --ttl 1)
for attempt in 1 2; do
	post /v1/points/charge '{"amount": 10}' -H "Cookie: $cookie"
	note
	post /v1/points/charge '{"amount": "10"}'
	note
	post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
	note
	post /v1/orders '{"items": [{"productId": 1, "quantity": 10000}]}'
	note
	for authorization in "Bearer $bearer.x" "Basic $cookie" "Bearer $long" \
	    "Bearer $day" "Bearer $day$day" "$bearer"; do
		request GET /v1/points/balance -H "Authorization: $authorization"
		note
	done
	[ $attempt = 2 ] || db_stop
done
[ "$(grep -c '"status":503' "$dir/answers")" -ge 3 ]
ok 'the database was away'
db_start
printf 'another' >"$dir/wrong.password"
chmod 600 "$dir/wrong.password"
for run in "user add --name Other --email $email" 'user add --name O --email x' \
    "token --user 1 --kid $day" 'key list' 'key add --kid day' audit doctor; do
	ctl $run >>"$dir/said" 2>&1
	SHOP_DB_ADMIN_PASSWORD_FILE=$dir/wrong.password ctl $run \
	    >>"$dir/said" 2>&1
	SHOP_JWT_SECRET_FILE=$dir/wrong.password ctl $run >>"$dir/said" 2>&1
	SHOP_DB_USER=nobody ctl $run >>"$dir/said" 2>&1
done
SHOP_DB_USER="it's" ctl migrate >>"$dir/said" 2>&1
sql "DROP USER \`it's\`@localhost"
ok 'an account that must be quoted is made'
conf db_password_file "$dir/wrong.password"
rolls() { grep -c 'event=roll-done' "$dir/log/shopd.log"; }
rolled() { [ "$(rolls)" -gt "$before" ]; }
before=$(rolls)
kill -HUP "$pool_pid"
eventually 10 rolled
eventually 10 pool_is_full
kill -KILL "$(pool_workers | head -n 1)"
eventually 10 pool_is_full
post /v1/points/charge '{"amount": 10}'
note
is "$status" 503 'with a password that is refused'
like "$(cat "$dir/log/shopd.log")" 'event=db_error .*number=1045' \
    'the log tells of it'
eventually 5 grep -q /v1/orders "$dir/log/access.log"
for pid in $(pool_workers) "$pool_pid" "$nginx_pid" "$mc_pid"; do
	tr '\0' ' ' <"/proc/$pid/cmdline"
	echo
	cat "/proc/$pid/environ" >"$dir/environ.$pid"
done >>"$dir/ps"
like "$(cat "$dir/ps")" 'shop\.fcgi --config' 'the workers are among them'
[ "$(ls "$dir"/environ.* | wc -l)" = $(($(pool_size) + 4)) ]
ok 'every process is looked at'

while read -r secret; do
	is "$(grep -laF -- "$secret" "$dir"/log/* "$dir/ps" "$dir"/environ.* \
	    "$dir/answers" "$dir/said")" '' "a secret is nowhere told"
done <<END
$(cat "$dir/jwt.secret")
$(cat "$dir/keys/day.key")
$(cat "$dir/db.password")
${bearer#*.}
${day#*.}
${long#*.}
$cookie
$email
END

# ---- A database that is none, and asks for a file

echo 'a file of ours' >"$dir/file"
cat >"$dir/rogue.pl" <<'END'
use IO::Socket::INET;
my ($file, $port_file) = @ARGV;
my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 5)
    or die "listen: $!";
open my $out, ">", "$port_file.new" or die;
print $out $listener->sockport;
close $out;
rename "$port_file.new", $port_file;
$| = 1;
my $client;
sub say_to {
	my ($number, $body) = @_;
	print $client substr(pack("V", length $body), 0, 3), chr $number, $body;
	$client->flush;
}
sub hear {
	read($client, my $head, 4) == 4 or return;
	my $body = "";
	read $client, $body, unpack("V", substr($head, 0, 3) . "\0");
	return $body;
}
my $fine = "\0\0\0\2\0\0\0";
while ($client = $listener->accept) {
	say_to(0, "\x0a10.11.0-MariaDB\0" . pack("V", 1) . "12345678\0" .
	    pack("v", 0xf7ff) . "\x21" . pack("v", 2) . pack("v", 0x81bf) .
	    "\x15" . "\0" x 10 . "123456789012\0mysql_native_password\0");
	defined hear() or next;
	say_to(2, $fine);
	while (defined(my $query = hear())) {
		say_to(1, $fine), next if $query =~ /^\x03SET /;
		print "asked\n";
		say_to(1, "\xfb$file");
		print "got: ", hear() // "nothing", "\n";
		last;
	}
	close $client;
}
END
perl "$dir/rogue.pl" "$dir/file" "$dir/port" >"$dir/rogue" 2>"$dir/rogue.err" &
rogue=$!
eventually 5 [ -s "$dir/port" ]
conf db_socket ''
conf db_port "$(cat "$dir/port")"
conf db_tls off
timeout 20 "$top_builddir/shopctl" --config "$dir/shop.conf" doctor \
    >"$dir/out" 2>&1
kill $rogue
like "$(cat "$dir/rogue")" '^asked' 'a rogue server asks a client for a file'
unlike "$(cat "$dir/rogue")" 'a file of ours' 'and does not get it'
conf db_socket "$db_sock"
cd /
finish
