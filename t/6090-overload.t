#!/bin/sh
# SPDX-License-Identifier: MIT
# Far more clients than there is room to wait for: a client that finds no room
# is told so at once, the others are served, and afterwards all is as before.
. "${top_srcdir:-.}/t/lib.sh"
seeded
conf listen_backlog 16
shop_start

# rate: acknowledged writes and other successes a second, of the last clients.
rate() {
	awk -v s="$1" '/^status_20/ { n += $2 } END { print int(n / s) }' \
	    "$dir/clients.out"
}

clients --clients 8 --seconds 2
usual=$(rate 2)
is "$(figure server_errors)" 0 'eight clients are no overload'

crowded_at=$(now_ms)
clients --clients 200 --seconds 4 --pause-ms 200 --mix charge,order,read,top
answers "$crowded_at" "$(now_ms)" >"$dir/crowd"
grep '^503 ' "$dir/crowd" >"$dir/late"
[ -s "$dir/late" ]
ok "200 clients are: $(wc -l <"$dir/late") of $(wc -l <"$dir/crowd") answers are 503"
is "$(grep -vE '^(503|20[01]|409) ' "$dir/crowd" | head -n 3)" '' 'the rest are as ever'
is "$(awk -F '\t' -v from="$crowded_at" '$1 == "A" && $12 >= from &&
    $6 == 503 { print $7 }' "$dir/journal" | sort -u)" \
    unavailable 'and nothing of theirs was begun'
less "$(median_ms <"$dir/late")" 150 'a 503 comes at once (ms)'
crowded=$(rate 4)

clients --clients 8 --seconds 2
before=$(figure server_errors)
is "$(sed -n 's/^server_errors //p' "$dir/clients.out")" 0 \
    'right after it nobody is turned away'
echo "# successes a second: $usual before, $crowded in the crowd, $(rate 2) after"
# as_before: the last clients had at least half of what they usually have.
as_before() {
	[ "$(rate 2)" -ge $((usual / 2)) ]
}
for n in 1 2; do
	as_before && break
	clients --clients 8 --seconds 2
done
# Then the machine may be slower than it was: by what a pool has that saw no crowd.
if ! as_before; then
	after=$(rate 2)
	stop_pid TERM "$pool_pid"
	pool_start
	clients --clients 8 --seconds 2
	echo "# $after a second, and $(rate 2) of a new pool"
	usual=$after
	[ "$(rate 2)" -le $((2 * after)) ]
fi
ok 'and the rate is as before'
all_is_well 6000
finish
