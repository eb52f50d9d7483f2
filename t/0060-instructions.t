#!/bin/sh
# SPDX-License-Identifier: MIT
# One request of each kind costs the worker no more instructions than when
# they were last counted, give or take a tenth.  Instructions don't mind what
# else the machine does; another compiler or library does change them.
#
#	top_srcdir=. top_builddir=build sh t/0060-instructions.t --record
#
# writes down what they are now, in t/bench/instructions/, where each platform has
# a file of its own.
. "${top_srcdir:-.}/t/lib.sh"
one_pool
platform=$(. /etc/os-release; echo "$ID-${VERSION_ID:-$VERSION_CODENAME}")
recorded=$top_srcdir/t/bench/instructions/$platform-${mysql:+mysql}${mariadb:+mariadb}.txt
libraries='c|crypto|fcgi|mariadb|mysqlclient|memcached|cjson'
rounds=5

command -v valgrind >/dev/null || skip_all 'no valgrind'
command -v dpkg-query >/dev/null ||
    skip_all 'the versions of the libraries are known from dpkg alone'

# ---- What else the counts depend on

built_with() { sed -n "s/^$1 = *//p" "$top_builddir/Makefile"; }
conditions() {
	echo "machine $(uname -m) $(grep -o -m 1 -w avx2 /proc/cpuinfo)"
	echo "compiler $($(built_with CC) --version | head -n 1)"
	echo "flags $(built_with CFLAGS) $(built_with BUILD_CFLAGS)" \
	    "$(built_with HARDEN_CFLAGS)"
	{
		ldd "$top_builddir/shop.fcgi" | sed -n 's/.* => \(.*\) (.*/\1/p' |
		    grep -E "/lib($libraries)\.so"
		command -v "$dbd"
		command -v nginx
	} | while read -r file; do
		package=$(dpkg-query -S "$file" || dpkg-query -S "/usr$file") || continue
		dpkg-query -W -f '${Package} ${Version}\n' "${package%: *}"
	done 2>/dev/null
}
conditions >"$dir/conditions"

if [ "${1:-}" != --record ]; then
	[ -e "$recorded" ] || skip_all "nothing is recorded for $platform"
	while read -r line; do
		grep -qxF "$line" "$recorded" ||
			skip_all "here it is: $line; recorded with:$(sed -n \
			    "s/^${line%% *}//p" "$recorded")"
	done <"$dir/conditions"
fi

# ---- A worker that is counted: each time it goes for the next request,
# callgrind writes down what it has done since the last, in count.1, count.2...

pool_start() {
	valgrind --tool=callgrind --dump-before=fcgi_accept \
	    --callgrind-out-file="$dir/count" "$top_builddir/shop.fcgi" \
	    --config "$dir/shop.conf" 2>"$dir/log/shopd.log" &
	pool_pid=$!
	eventually 30 [ -S "$dir/shop.sock" ] ||
	    bail "valgrind: $(tail -n 5 "$dir/log/shopd.log")"
}
# It is fifty times as slow; that is not what is looked at.
conf cache_timeout_ms 100
conf password_cost 1
shop_start
as 1
(umask 077; echo password >"$dir/password")
ctl user password --user 1 --password-file "$dir/password"
as 1
requests=0

# ask COMMAND...: one request, whose own file is the one after that which it
# makes.
ask() {
	"$@"
	requests=$((requests + 1))
}

# flow NAME ANSWER COMMAND...: after a first one that may have more to do, the
# median of some; each is answered alike.
flow() {
	name=$1
	wanted=$2
	shift 2
	ask "$@"
	first=$requests
	: >"$dir/seen"
	while [ $requests -lt $((first + rounds)) ]; do
		ask "$@"
		echo "$status $(header Cache-Status)" >>"$dir/seen"
	done
	is "$(sort -u "$dir/seen" | sed 's/ $//')" "$wanted" "$name"
	ask request GET /nowhere
	for n in $(seq $((first + 2)) $requests); do
		sed -n 's/^summary: *//p' "$dir/count.$n"
	done | sort -n >"$dir/counts"
	is "$(wc -l <"$dir/counts")" "$rounds" 'is counted'
	echo "$name $(sed -n "$(((rounds + 1) / 2))p" "$dir/counts")" >>"$dir/now"
	echo "# $name $(tr '\n' ' ' <"$dir/counts")"
}

charge() { post /v1/points/charge '{"amount": 10000000}'; }
order() { post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'; }
order_10() {
	post /v1/orders "{\"items\": [$(seq -s , -f \
	    '{"productId": %g, "quantity": 1}' 1 10)]}"
}
refusal() {
	post /v1/orders '{"items": [{"productId": 1, "quantity": 1000}]}'
}
hit() { request GET /v1/products/top; }
# One request of the API each: what it needs is put there by SQL.
checkout() {
	sql 'INSERT INTO cart_items (user_id, product_id, quantity, added_at)
	    VALUES (1, 1, 1, UTC_TIMESTAMP(3)), (1, 2, 1, UTC_TIMESTAMP(3))'
	post /v1/cart/checkout '{}'
}
cancel() {
	post "/v1/orders/$(sql "SELECT MAX(id) FROM orders WHERE status = 'paid'")/cancel" '{}'
}
log_in() {
	post /v1/tokens '{"email": "minjun.kim@example.com", "password": "password"}'
}
miss() {
	printf 'flush_all\r\n' | mc_say >/dev/null
	hit
}

flow product 200 request GET /v1/products/1
flow balance 200 user GET /v1/points/balance
flow refusal 409 refusal
flow charge 201 charge
flow order 201 order
flow order-10 201 order_10
flow ranking-hit '200 ranking; hit' hit
flow ranking-miss '200 ranking; fwd=miss; stored' miss
flow list 200 request GET /v1/products
flow search 200 request GET /v1/products?q=Cotton
flow order-list 200 user GET /v1/orders
flow checkout 201 checkout
flow cancel 200 cancel
flow log-in 200 log_in

if [ "${1:-}" = --record ]; then
	[ $tap_failures -eq 0 ] && {
		echo "# Written by t/0060-instructions.t --record."
		cat "$dir/conditions" "$dir/now"
	} >"$recorded"
	ok 'the counts are written down'
fi
while read -r name now; do
	before=$(sed -n "s/^$name //p" "$recorded")
	[ -n "$before" ] && [ "$now" -le $((before + before / 10)) ]
	ok "$name: $now instructions, at most a tenth over $before"
done <"$dir/now"
finish
