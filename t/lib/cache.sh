# SPDX-License-Identifier: MIT
# memcached, and what can befall it.

# ---- memcached

# mc_start [OPTION...]: of memcached, beyond the usual.
mc_start() {
	rm -f "$dir/mc.sock"
	memcached -s "$dir/mc.sock" -a 0700 -U 0 -m 8 \
	    ${as_root:+-u root} "$@" 2>"$dir/log/mc.err" >/dev/null &
	mc_pid=$!
	eventually 10 mc_answers ||
	    bail "memcached does not start: $(cat "$dir/log/mc.err")"
}

mc_stop() { stop_pid TERM "${mc_pid:-}"; rm -f "$dir/mc.sock"; }
mc_kill() { kill -KILL "$mc_pid"; seen 'memcached killed' gone "$mc_pid"; }
mc_freeze() {
	kill -STOP "$mc_pid"
	seen 'memcached frozen' stands_still "$mc_pid"
}
mc_thaw() { kill -CONT "$mc_pid"; }

# mc_say: standard input to memcached, as it is, and then quit; prints what it
# answers, until it hangs up.
mc_say() {
	{ cat; printf 'quit\r\n'; } | perl -MIO::Socket::UNIX -e '
		alarm 30;
		$SIG{PIPE} = "IGNORE";
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
		# What it answers is taken off while more is said.
		if (!fork) {
			print $s $_ while read STDIN, $_, 65536;
			exit;
		}
		print while sysread $s, $_, 65536;' "$dir/mc.sock" | tr -d '\r'
}
mc_answers() { printf 'version\r\n' | mc_say | grep -q '^VERSION '; }

# mc_put KEY FILE: into memcached as it is.
mc_put() {
	{ printf 'set %s 0 600 %d\r\n' "$1" "$(wc -c <"$2")"; cat "$2"
	printf '\r\n'; } | mc_say | grep -q STORED
}

# mc_full: another memcached, which forgets nothing and has no room for one
# more ranking: whatever size class it may fall into is used up.
mc_full() {
	mc_stop
	mc_start -m 1 -M -I 512k
	awk 'BEGIN { for (size = 200; size <= 900; size += 50)
	    for (n = 0; n < 2400; n++)
		printf "set f%d.%d 0 600 %d\r\n%" size "s\r\n",
		    size, n, size, "x" }' | mc_say >"$dir/filled"
	seen 'a full memcached' mc_is_full
}
mc_is_full() {
	for size in 250 380 450 500 700; do
		head -c $size /dev/zero >"$dir/more"
		! mc_put more "$dir/more" || return 1
	done
	mc_answers
}

# mc_garbage: what no worker has put where the ranking is, in many shapes.
mc_garbage() {
	for n in 1 2 3 4 5 6 7 8; do
		random 4
		case $r in
		0) head -c 300 /dev/urandom ;;
		1) printf 'shop1 %s 12 0123456789abcdef\n{"items":[]}' \
		    "$(now_ms)" ;;
		2) printf 'shop1 %s 99999999999999999999 x\n' "$(now_ms)" ;;
		3) : ;;
		esac >"$dir/garbage"
		mc_put "shop:$shop_id:rank" "$dir/garbage" ||
		    bail 'the fault is not there: garbage in memcached'
	done
}

# mc_flush: the cache is empty.
mc_flush() { mc_stop; mc_start; }
