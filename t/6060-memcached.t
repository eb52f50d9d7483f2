#!/bin/sh
# SPDX-License-Identifier: MIT
# memcached killed, frozen, full of garbage, full: the ranking stays right and
# quick.
. "${top_srcdir:-.}/t/lib.sh"
seeded
shop_start

# ranking: the five, from the tables.
ranking() {
	sql "SELECT CONCAT_WS(':', id, price, sold) FROM products
	    WHERE sold > 0 ORDER BY sold DESC, id LIMIT 5"
}

# is_right TEXT: what is served is a ranking as it is or was a while ago: five
# of the products, in order, none sold more often than now.
is_right() {
	request GET /v1/products/top
	printf '%s' "$body" | jq -r '.items[] | "\(.productId) \(.price) \(.sold)"' \
	    >"$dir/served" 2>/dev/null
	sql 'SELECT id, price, sold FROM products' >"$dir/now"
	is "$status $(awk 'NR == FNR { price[$1] = $2; sold[$1] = $3; next }
	    price[$1] != $2 || sold[$1] < $3 || (FNR > 1 && last < $3) { bad++ }
	    { last = $3 } END { print FNR, bad + 0 }' "$dir/now" \
	    "$dir/served")" '200 5 0' "$1: the ranking is right"
}

# during TEXT COMMAND...: some time with a fault, some without.
during() {
	text=$1
	shift
	began_at=$(now_ms)
	"$@"
	for look in 1 2; do
		sleep 0.7
		is_right "$text, look $look"
	done
	answers "$began_at" "$(now_ms)" GET >"$dir/reads"
	is "$(grep -v '^200 ' "$dir/reads" | head -n 3)" '' "$text: every answer is a 200"
	less "$(median_ms <"$dir/reads")" 100 "$text: the usual answer (ms)"
	slowest=$(sort -n -k 2 "$dir/reads" | tail -n 1 | cut -d ' ' -f 2)
	less $((slowest / 1000)) 500 "$text: the slowest answer (ms)"
}

# No list from before the first sale.
clients_warm
mc_flush
clients_start --clients 4 --think-ms 10 --mix top,top,charge,order
sleep 1
is_right 'with memcached'
during 'killed' mc_kill
mc_start
sleep 0.5
during 'frozen' mc_freeze
mc_thaw
during 'garbage' mc_garbage
mc_full
during 'full' :
mc_is_full
ok 'it was full all the time'
mc_flush
clients_stop

mc_flush
request GET /v1/products/top
is "$(json '.items[] | [.productId, .price, .sold] | join(":")' |
    tr -d '"')" "$(ranking)" 'when all is quiet it is exact'
is "$(figure server_errors) $(figure status_000)" '0 0' 'nobody was told a 5xx'
all_is_well 1000
finish
