#!/bin/sh
# SPDX-License-Identifier: MIT
# One request of each kind costs its worker no more system calls than it did:
# on a machine where they are dear they are most of what a read costs.
. "${top_srcdir:-.}/t/lib.sh"
command -v strace >/dev/null || skip_all 'no strace'
strace -qq -o "$dir/trace" true 2>/dev/null || skip_all 'strace may not'
! grep -aq __asan_init "$top_builddir/shop.fcgi" ||
    skip_all 'a sanitizer makes calls of its own'
workers=1
conf workers 1
workers_read=1
conf workers_read 1
shop_start
as 1

# calls POOL NAME AT_MOST COMMAND...: from one wait for a request to the next,
# the median of twenty; the thread of a worker of reads is not counted.  Nor is
# how the client library gets an answer of the database, which may not be there
# yet, or in parts: recvfrom and poll, or ppoll.
calls() {
	pool=$1
	name=$2
	most=$3
	shift 3
	"$@"
	pid=$(${pool}_workers)
	strace -qq -o "$dir/trace" -p "$pid" &
	strace_pid=$!
	traced() { grep -q '^TracerPid:.*[1-9]' "/proc/$pid/status"; }
	eventually 10 traced
	for n in $(seq 22); do
		"$@"
	done
	kill -INT "$strace_pid"
	wait "$strace_pid"
	# The first may have begun before; what a wait only ended is no request.
	awk '/^epoll_p?wait/ { if (n > 3) print n; n = 0 }
	    !/^(p?poll|recvfrom)/ { n++ }' \
	    "$dir/trace" | sed 1d | sort -n >"$dir/counts"
	[ "$(wc -l <"$dir/counts")" -ge 20 ]
	ok "$name: twenty are counted"
	now=$(sed -n 10p "$dir/counts")
	[ "$now" -le "$most" ]
	ok "$name: $now system calls, at most $most"
	[ "$now" -le "$most" ] || sed 's/^/# /' "$dir/trace" | tail -n 30
}
charge() { post /v1/points/charge '{"amount": 10000}'; }
order() { post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'; }

# wait, read, statement, answer, log
calls read product 5 request GET /v1/products/1
calls read balance 5 user GET /v1/points/balance
# and accept, a bound for reading, close
calls write charge 8 charge
calls write order 8 order
finish
