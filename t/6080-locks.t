#!/bin/sh
# SPDX-License-Identifier: MIT
# A hundred clients who want the same rows at the same time: crosswise, one
# user's, one product's.  No deadlock and no wait reaches a client.
. "${top_srcdir:-.}/t/lib.sh"
seeded
workers=16
conf workers $workers
shop_start
n=0
while [ $n -lt 100 ]; do
	n=$((n + 1))
	echo "CALL user_add('U$n', 'u$n@example.com', 1000000);"
done >"$dir/users.sql"
crowd=$(sql_file "$dir/users.sql" | cut -f 2 | sed -n '1p;$p' |
    paste -s -d - | sed 's/-/../')
clients_warm
one=${goods%%.*}

# storm TEXT [OPTION...]: and the sums are exact.
storm() {
	text=$1
	shift
	figures_before=$(figure server_errors)/$(figure status_000)
	clients --clients 100 --seconds 3 "$@"
	is "$(figure server_errors)/$(figure status_000)" "$figures_before" \
	    "$text: no 5xx reaches a client"
	is "$(sql "SELECT COUNT(*) FROM points_ledger WHERE id > $ledger_start")" \
	    "$(figure acknowledged)" "$text: what is acknowledged is there, and no more"
	is "$(sql "SELECT COUNT(*) FROM payments WHERE status = 'failed'")" 0 \
	    "$text: no payment failed"
}

storm 'two products crosswise' --users "$crowd" --mix cross \
    --products "$one..$((one + 1))"
storm 'one user' --users "${crowd%%.*}..${crowd%%.*}" --mix charge,order
storm 'one product' --users "$crowd" --mix order --products "$one..$one"
is "$(sql "SELECT 1000000 - stock - (SELECT SUM(quantity) FROM order_items
    WHERE product_id = $one) FROM products WHERE id = $one")" 0 \
    'its stock is what came less what was sold'
echo "# deadlocks seen by workers: $(grep -c ' number=1213 ' \
    "$dir/log/shopd.log"), lock waits: $(grep -c ' number=1205 ' "$dir/log/shopd.log")"
all_is_well 6000
finish
