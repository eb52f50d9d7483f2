#!/bin/sh
# SPDX-License-Identifier: MIT
# Names of the database, memcached and the listener, and a name server that
# swallows queries, comes back, and says something else.
. "${top_srcdir:-.}/t/lib.sh"
[ -n "$as_root" ] || skip_all 'only root has a name server of his own'
unshare -m true 2>/dev/null || skip_all 'no mount namespace'

# ---- A name server: swallows queries until $dir/a has addresses

ns=127.53.$(($$ / 250 % 250)).$(($$ % 250 + 1))
cat >"$dir/ns.pl" <<'END'
use Socket;
my ($ip, $dir) = @ARGV;
socket my $s, PF_INET, SOCK_DGRAM, 0 or die "$!";
bind $s, sockaddr_in(53, inet_aton($ip)) or die "$!";
open my $log, ">>", "$dir/queries";
while (my $from = recv $s, my $q, 512, 0) {
	my ($at, @label) = (12);
	while ((my $n = ord substr $q, $at, 1) > 0) {
		push @label, substr $q, $at + 1, $n;
		$at += $n + 1;
	}
	my $question = substr $q, 12, $at + 5 - 12;
	my $type = unpack "n", substr $q, $at + 1, 2;
	syswrite $log, join(".", @label) . " $type\n";
	my $a = "";
	if (open my $f, "<", "$dir/a") { local $/; $a = <$f> }
	next if $a !~ /\d/;
	my @a = $type == 1 ? split " ", $a : ();
	my $answer = pack("a2nnnnn", $q, 0x8180, 1, scalar @a, 0, 0) . $question;
	$answer .= pack("nnnNna4", 0xc00c, 1, 1, 0, 4, inet_aton($_)) for @a;
	send $s, $answer, 0, $from;
}
END
perl "$dir/ns.pl" "$ns" "$dir" 2>"$dir/log/ns.err" &
ns_pid=$!
trap 'kept=$?; kill $ns_pid 2>/dev/null; (exit $kept); cleanup' EXIT
echo "nameserver $ns" >"$dir/resolv.conf"
echo 'hosts: files dns' >"$dir/nsswitch.conf"
printf '127.0.0.1 localhost\n::1 two.test\n127.0.0.1 two.test\n' >"$dir/hosts"

# $dir/among COMMAND...: with these files in the place of the machine's.
cat >"$dir/among" <<'END'
#!/bin/sh
exec unshare -m sh -c 'for file in resolv.conf nsswitch.conf hosts; do
	mount --bind "$0/$file" "/etc/$file" || exit 99
done
exec "$@"' "${0%/*}" "$@"
END
chmod +x "$dir/among"
# pool_up: with them.
is_open() {
	request GET /healthz
	[ "$status" = 200 ]
}
pool_up() {
	"$dir/among" "$top_builddir/shopd" --config "$dir/shop.conf" \
	    >>"$dir/log/shopd.log" 2>&1 &
	pool_pid=$!
	eventually 10 is_open
	ok "$1: the shop opens"
}
queries() { grep -c "^$1 " "$dir/queries" 2>/dev/null; }
asked() { [ "$(queries "$1")" -gt "$2" ]; }
# timed COMMAND...: sets took to the milliseconds it takes.
timed() {
	took=$(now_ms)
	"$@"
	took=$(($(now_ms) - took))
}

port=$(free_port)
mc_port=$(free_port)
db_options="--skip-networking=0 --bind-address=127.0.0.1 --port=$port"
db_options="$db_options --skip-name-resolve"
shop_db
nginx_start
kill -0 $ns_pid
ok "there is a name server ($ns)"

# ---- memcached by name, and nobody tells where that is

memcached -l 127.0.0.1 -p "$mc_port" -U 0 -u root 2>/dev/null &
mc_pid=$!
conf memcached "cache.test:$mc_port"
pool_up 'memcached by an unknown name'
eventually 5 asked cache.test 0
ok 'the name server is asked, and does not answer'
worst=0
for n in 1 2 3 4 5 6; do
	timed request GET /v1/products/top
	[ "$status" = 200 ] || worst=99999
	[ $took -le $worst ] || worst=$took
done
less $worst 1000 'each ranking is a 200, soon (ms)'
request GET /readyz
is "$status $(json .memcached)" '200 "away"' 'readyz tells that it is away'
echo 127.0.0.1 >"$dir/a"
has_cache() {
	request GET /readyz
	[ "$(json .memcached)" = '"ok"' ]
}
eventually 10 has_cache
ok 'the name server answers: memcached is there'
pool_stop
rm "$dir/a"

conf memcached "two.test:$mc_port"
pool_up 'memcached by a name of two addresses, the first of which refuses'
eventually 5 has_cache
ok 'the other one is found'
pool_stop

# ---- The database by name

conf memcached ''
conf db_socket ''
conf db_port "$port"
conf db_tls off
conf db_host 127.0.0.1
ctl migrate >/dev/null
ok 'migrate over TCP'
for tls in off verify; do
	conf db_tls $tls
	conf db_host "db-$tls.test"
	pool_up "the database by an unknown name, db_tls $tls"
	eventually 5 asked "db-$tls.test" 0
	ok 'the name server is asked, and does not answer'
	worst=0
	for n in 1 2 3; do
		timed request GET /v1/products/1
		[ "$status" = 503 ] || worst=99999
		[ $took -le $worst ] || worst=$took
	done
	less $worst 2500 'each answer is a 503 before the deadline (ms)'
	timed request GET /healthz
	is "$status" 200 'healthz is 200'
	less $took 2500 'soon (ms)'
	timed stop_pid TERM "$pool_pid"
	less $took 6000 'and TERM ends the pool (ms)'
done

conf db_tls off
conf db_host db.test
pool_up 'the database by a name'
has_db() {
	request GET /v1/products/1
	[ "$status" = 200 ]
}
echo 127.0.0.1 >"$dir/a"
eventually 10 has_db
ok 'the name server answers: it is found'
all_in() {
	[ "$(sql_root "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE user = 'shop_worker'")" = "$(pool_size)" ]
}
eventually 5 all_in
ok 'by each worker'

rm "$dir/a"
before=$(queries db.test)
put_out $(sessions)
timed request GET /v1/products/1
is "$status" 200 'connections are lost, and no name server: the old address'
less $took 1500 'soon (ms)'
eventually 5 asked db.test "$before"
ok 'it was asked'

db_stop
db_options="--skip-networking=0 --bind-address=127.0.0.2 --port=$port"
db_options="$db_options --skip-name-resolve"
db_start
request GET /v1/products/1
is "$status" 503 'the database has moved'
echo 127.0.0.2 >"$dir/a"
eventually 10 has_db
ok 'the name server says where: it is found'
pool_stop
echo '192.0.2.1 127.0.0.2' >"$dir/a"
conf db_host both.test
pool_up 'a name of two addresses'
eventually 10 has_db
ok 'the one that answers is found'
pool_stop

# ---- The listener by name

rm "$dir/a"
sed "s|^listen = .*|listen = nowhere.test:$port|" "$dir/shop.conf" \
    >"$dir/listen.conf"
for program in shopd shop.fcgi; do
	timed "$dir/among" timeout 20 "$top_builddir/$program" --config \
	    "$dir/listen.conf" >"$dir/out" 2>"$dir/err"
	like "$(cat "$dir/err")" "^$program: listen: nowhere.test:$port: " \
	    "$program: a name that nobody tells stops the start"
	less $took 8000 'in time (ms)'
done
asked nowhere.test 0
ok 'the name server was asked'
finish
