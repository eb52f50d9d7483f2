#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker that has served its share, or has grown, is replaced between two
# requests, and none of them notices.
. "${top_srcdir:-.}/t/lib.sh"
one_pool
workers=2
conf workers 2
conf worker_requests_max 10
shop_start

# many N: so many requests, one after the other; prints what was not 200.
many() {
	n=0
	while [ $n -lt "$1" ]; do
		n=$((n + 1))
		request GET /v1/products/1
		[ "$status" = 200 ] || echo "$n: $status"
	done
}

outgrown() {
	grep -c "event=worker-outgrown msg=$1" "$dir/log/shopd.log"
}

before=$(pool_workers)
is "$(many 100)" '' 'of 100 requests none fails'
# The ten-odd workers that it took; two are still at their share.
[ "$(outgrown requests)" -ge 8 ] && [ "$(outgrown requests)" -le 10 ]
ok "a worker leaves after 10 of them ($(outgrown requests) did)"
unlike "$(pool_workers)" "^($(echo $before | tr ' ' '|'))\$" \
    'others have taken their places'
is "$(grep -c 'event=worker-backoff' "$dir/log/shopd.log")" 0 \
    'leaving is no crash'
is "$(grep -c 'event=worker-exit .*status=0' "$dir/log/shopd.log")" \
    "$(outgrown requests)" 'they left by themselves'

# Under a bound that any worker exceeds, it leaves when it next looks.
pool_stop
: >"$dir/log/shopd.log"
conf worker_requests_max 1000000
conf worker_memory_max_kib 1024
conf workers 1
pool_start
is "$(many 300)" '' 'of 300 requests none fails'
[ "$(outgrown memory)" -ge 1 ]
ok "a worker that is too large leaves ($(outgrown memory) did)"
finish
