#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl archive: rows of closed months are moved away, none is lost, the audit
# holds before, between and after, and what customers may still ask is answered.
. "${top_srcdir:-.}/t/lib.sh"
while [ $(($(date +%s) % 3600)) -gt 3500 ]; do sleep 1; done
conf charge_by user
shop_start
promote 3
live='points_ledger orders order_items payments stock_movements sales_marks'

# days N: that day, from now.
days() { sql "SELECT UTC_DATE() + INTERVAL $1 DAY"; }

# old DAYS: all that there is becomes so much older, and is an hour's.
old() {
	for table in users products payments orders points_ledger \
	    stock_movements requests grants; do
		sql "UPDATE $table SET created_at = created_at - INTERVAL $1 DAY"
	done
	sql "UPDATE sales_marks SET hour = hour - INTERVAL $1 DAY;
	    UPDATE products SET hour = hour - INTERVAL $1 DAY WHERE hour > 19700102;
	    UPDATE orders SET cancelled_at = cancelled_at - INTERVAL $1 DAY,
	    fulfilled_at = fulfilled_at - INTERVAL $1 DAY;
	    UPDATE requests SET expires_at = expires_at - INTERVAL $1 DAY"
	for table in products product_openings; do
		sql "UPDATE $table SET stepped_from = stepped_from - INTERVAL $1 DAY
		    WHERE stepped_from > 19700102"
	done
	sql "UPDATE product_openings SET hour = hour - INTERVAL $1 DAY
	    WHERE hour > 19700102"
}
buy() { post /v1/orders "{\"items\": [{\"productId\": $1, \"quantity\": $2}]}" -H "Idempotency-Key: $3"; }
bought() { buy "$@" && json .id; }
cancel() { post "/v1/orders/$1/cancel" '' -H "Idempotency-Key: c$1"; }
fulfil() { as 3 && post "/v1/orders/$1/fulfil" '' -H "Idempotency-Key: f$1"; }

# rows: how many each table has, with the archive's.
rows() {
	for table in $live; do
		sql "SELECT '$table', (SELECT COUNT(*) FROM $table)
		    + (SELECT COUNT(*) FROM archive_$table)"
	done
}
# well TEXT: the audit of everything is content.
well() {
	run audit
	is "$code $(echo "$out" | grep -v '^mark ')$err" '0 ok' "$1: the audit is content"
	mark=$(echo "$out" | sed -n 's/^mark //p')
}
sums() { sql 'SELECT id, balance FROM users; SELECT id, stock, sold FROM products' | sha256sum; }

# A column that a migration adds and the archive does not know would be lost.
columns() {
	sql "SELECT column_name, column_type, is_nullable, COALESCE(collation_name, '')
	    FROM information_schema.columns WHERE table_schema = 'shop'
	    AND table_name = '$1' AND column_name <> 'entries_archived' ORDER BY 1"
}
for table in $live; do
	columns "$table" >"$dir/a"
	columns "archive_$table" | cmp -s - "$dir/a" || echo "archive_$table"
	for column in $(columns "$table" | cut -f 1); do
		sed -n "/INTO archive_$table/,/;/p" "$top_srcdir"/schema/routines/archive_*.sql |
		    grep -qw "$column" || echo "$table.$column"
	done
done >"$dir/copied"
is "$(cat "$dir/copied")" '' 'the archive has each column, and its routines copy them'

# ---- Bad usage

for bad in '' now 2026-1-1 2026-02-30 2026-13-01 2026-01-01T 20260101; do
	run archive --before "$bad"
	is "$code $lines $(wc -c <"$dir/out")" '2 1 0' "bad usage: --before '$bad'"
	run archive empty --before "$bad" --rows 1
	is "$code $lines $(wc -c <"$dir/out")" '2 1 0' 'nor empty'
done
run archive
is "$code $lines" '2 1' 'no day'
run archive empty --before "$(days -7)"
is "$code $lines" '2 1' 'no rows'
before=$(tables)
run archive --before "$(days -6)"
is "$code $lines $out" '1 1 ' 'a day for which keys are still good'
like "$err" "$(days -6) is too late: .* 7 days, so that $(days -7) is the latest" 'and it says so'
run archive empty --before "$(days -7)" --rows 0
is "$code $err" '1 shopctl: archive empty: nothing was ever archived' 'nothing to throw away'
is "$(tables)" "$before" 'nothing is changed'
run archive --before "$(days -7)"
is "$code $err $(echo $out)" '0  keys 0 ledger 0 orders 0 movements 0 marks 0' 'nothing is old enough'
is "$(tables)" "$before" 'nothing is moved'

# ---- Months of a shop

as 1
post /v1/points/charge '{"amount": 1000000}'
sent=$(bought 1 2 sent)
gone=$(bought 2 3 gone)
kept=$(bought 1 4 kept)
late=$(bought 3 1 late)
lost=$(bought 4 1 lost)
step=$(bought 8 1 step)
fulfil "$step"
as 1
cancel "$gone"
post /v1/points/charge '{"amount": 777}' -H 'Idempotency-Key: old'
fulfil "$sent"
as 2
other=$(bought 2 1 other)
fulfil "$other"
sql "CALL payment_fail(2, 4, 'aborted', '00000000000000010001000')" >/dev/null
as 3
post /v1/products/5/restock '{"quantity": 9}'
grant() { sql "CALL charge_granted(3, 9223372036854775807, LEFT(UNHEX(SHA2('$1', 256)), 16), LEFT(UNHEX(SHA2('g', 256)), 16), 0, 500, 'jti-1', $2)"; }
grant a 0 >"$dir/granted"
like "$(cat "$dir/granted")" '^ok	' 'a grant becomes points'
well 'months of a shop'
first=$mark
old 40
as 1
cancel "$late"
mid=$(bought 2 1 mid)
more=$(bought 8 2 more)
fulfil "$mid"
fulfil "$more"
old 20
# The clock was ahead when the first of these was sold.
sql "UPDATE orders SET created_at = created_at + INTERVAL 41 DAY WHERE id = $step;
    UPDATE sales_marks SET hour = hour + INTERVAL 41 DAY WHERE product_id = 8 ORDER BY id LIMIT 1;
    UPDATE products SET stepped_from = (SELECT MAX(hour) FROM sales_marks
    WHERE product_id = 8) WHERE id = 8"
as 1
new=$(bought 1 1 new)
well 'and today'
recent=$mark
before=$(sums)
counts=$(rows)
day=$(days -30)
user GET "/v1/points/transactions?limit=100"
page=$(json '[.items[] | [.type, .amount, .balanceAfter]]')

# ---- Moved

run archive --before "$day"
is "$code $err" '0 ' 'what is a month old is archived'
moved=$out
is "$(echo $moved | sed 's/ movements.*//')" \
    "keys $(sql "SELECT $(echo "$moved" | sed -n 's/keys //p')") ledger $(sql 'SELECT COUNT(*) FROM archive_points_ledger') orders 4" \
    'it says how much'
like "$moved" '^keys [1-9]' 'keys that are over are forgotten'
is "$(sql 'SELECT id, status FROM archive_orders ORDER BY id' | tr '\t\n' '  ')" \
    "$sent fulfilled $gone cancelled $step fulfilled $other fulfilled " 'settled orders are'
is "$(sql 'SELECT id, status, entries_archived FROM orders ORDER BY id' | tr '\t\n' '  ')" \
    "$kept paid 1 $late cancelled 1 $lost paid 1 $mid fulfilled 0 $more fulfilled 0 $new paid 0 " \
    'others stay, and note what is gone of theirs'
is "$(sql 'SELECT COUNT(*) FROM archive_payments WHERE status = "failed"')" 1 'so is a payment that failed'
is "$(sql 'SELECT MIN(id) > (SELECT MAX(id) FROM archive_points_ledger) FROM points_ledger')" 1 \
    'the ledger goes from its begin to a row'
is "$(rows)" "$counts" 'no row is lost, none is twice'
is "$(sums)" "$before" 'balances, stock and sales are what they were'
well 'archived'
is "$(invariants)" '' 'and by hand'
run archive --before "$day"
is "$code $err $(echo $out)" '0  keys 0 ledger 0 orders 0 movements 0 marks 0' 'a second time it is done'
run audit --since "$recent"
is "$code $(echo "$out" | head -n 1)" '0 ok' 'from a mark of yesterday the audit goes on'
run audit --since "$first"
is "$code $out $err" "1  shopctl: audit: what the mark has seen was archived since: audit everything" \
    'from one of before the floor it can not, and says so'
echo "$first" >"$dir/mark"
run audit --mark "$dir/mark"
is "$code $out" "0 $dir/mark: what the mark has seen was archived since: audit everything: this is done now" \
    'with a file it audits everything'
run audit --since 1970-01-01T00:00:00.000Z
is "$code $(echo "$out" | head -n 1)" '0 ok' 'since ever: since the floor'

# ---- What customers see

as 1
user GET "/v1/orders/$sent"
is_problem 404 order_not_found 'an archived order'
cancel "$sent"
is_problem 404 order_not_found 'nor can it be cancelled'
cancel "$gone"
is_problem 404 order_not_found 'nor is a cancel repeated'
fulfil "$other"
is_problem 404 order_not_found 'nor a fulfil'
as 1
user GET /v1/orders
is "$(json '[.items[].id]')" "[$new,$more,$mid,$lost,$late,$kept]" 'the list has the others'
user GET "/v1/points/transactions?limit=100"
left=$(json '.items | length')
is "$(json '[.items[] | [.type, .amount, .balanceAfter]]')" \
    "$(printf %s "$page" | jq -c ".[0:$left]")" 'the ledger is what it was, down to the floor'
[ "$left" -lt "$(printf %s "$page" | jq length)" ]
ok 'where it ends'
balance=$(balance 1)
buy 1 1 new
is "$status $(json .id) $(header Idempotency-Replayed)" "201 $new true" 'a key of today is good'
grant b 1 >"$dir/again"
is "$(cut -f 1-4 "$dir/again" | sed 's/^replayed/ok/')" "$(cut -f 1-4 "$dir/granted")" \
    'a grant is charged once for ever, and answered as it was'
is "$(balance 1)" "$balance" 'and nothing moved'

as 1
# A paid order of long ago is still the customer's to cancel.
user GET "/v1/orders/$kept"
is "$status $(json .status)" '200 "paid"' 'a paid order of long ago is there'
cancel "$kept"
is "$status $(json .status)" '200 "cancelled"' 'and is cancelled'
fulfil "$lost"
is "$status" 200 'another is fulfilled'
run archive --before "$day"
is "$code $(sql "SELECT status FROM orders WHERE id IN ($kept, $lost) ORDER BY id" | tr '\n' ' ')" \
    '0 cancelled fulfilled ' 'what became settled today stays for now'
well 'the orders that stayed'
run audit --since "$recent"
is "$code $(echo "$out" | head -n 1)" '0 ok' 'from the mark, too'

# ---- Faults are found, in the live tables and in the archive

# found NAME BY BACK PATTERN...
found() {
	found_name=$1
	found_back=$3
	sql "$2" || fail "$1: the statement"
	shift 3
	run audit
	is "$code" 1 "found: $found_name"
	for pattern in "$@"; do
		like "$out" "^$pattern" 'by name'
	done
	sql "$found_back"
}
# change TABLE COLUMN WHERE: and back, as two arguments of found.
changed() {
	name=$1 by="UPDATE $2 SET $3 = $3 + 1 WHERE $4" back="UPDATE $2 SET $3 = $3 - 1 WHERE $4"
	shift 4
	found "$name" "$by" "$back" "$@"
}
lacked() {
	name=$1 table=$2 by="CREATE TABLE kept AS SELECT * FROM $2 WHERE $3; DELETE FROM $2 WHERE $3"
	shift 3
	found "$name" "$by" "INSERT INTO $table SELECT * FROM kept; DROP TABLE kept" "$@"
}
changed 'an opening'\''s sum' ledger_openings amount 'user_id = 1' \
    'balance_is_ledger: user 1: ' 'ledger_chain: ledger row ' 'ledger_openings: opening of user 1: '
changed 'an opening'\''s balance' ledger_openings balance_after 'user_id = 1' \
    'ledger_openings: opening of user 1: ' 'archive_chain: '
changed 'an opening'\''s last row' ledger_openings last_id 'user_id = 2' 'archive_chain: '
lacked 'an opening that is gone' ledger_openings 'user_id = 1' 'balance_is_ledger: user 1: '
changed 'what a product had sold' product_openings sold 'product_id = 2' \
    'product_openings: opening of product 2: ' 'sold_is_orders: product 2: '
changed 'what had come' product_openings came 'product_id = 2' 'stock_is_movements: product 2: '
changed 'a mark'\''s archived pieces' sales_marks archived 'product_id = 1 LIMIT 1' \
    'marks_are_orders: product 1 ' 'product_openings: opening of product 1: '
changed 'an order'\''s archived rows' orders entries_archived "id = $new" "order_ledger: order $new: "
changed 'more than there were' orders entries_archived "id = $lost" "order_entries: order $lost: "
lacked 'a ledger row' points_ledger "order_id = $new" "order_ledger: order $new: " 'balance_is_ledger: user 1: '
found 'a grant that forgot' 'UPDATE grants SET balance_after = NULL' \
    'UPDATE grants SET balance_after = (SELECT balance_after FROM archive_points_ledger WHERE id = ledger_id)' \
    'grants_are_charges: grant jti-1: 500 for user 3, ledger row [0-9]+ has gone'
in_archive='archive_totals: archive_'
changed 'an archived amount' archive_points_ledger amount 'user_id = 2 LIMIT 1' "${in_archive}points_ledger: "
changed 'an archived running sum' archive_points_ledger balance_after "order_id = $sent" \
    "${in_archive}points_ledger: " 'archive_chain: archived ledger row '
lacked 'an archived ledger row' archive_points_ledger "order_id = $sent" \
    "${in_archive}points_ledger: " 'archive_chain: '
changed 'an archived order'\''s total' archive_orders total_price "id = $sent" \
    "${in_archive}orders: " "archive_orders: archived order $sent: "
lacked 'an archived order' archive_orders "id = $gone" "${in_archive}orders: " "archive_orders: archived order $gone: "
lacked 'an archived line' archive_order_items "order_id = $gone" "${in_archive}order_items: "
found 'an archived name' "UPDATE archive_order_items SET name = CONCAT(name, 'x')" \
    "UPDATE archive_order_items SET name = LEFT(name, CHAR_LENGTH(name) - 1)" "${in_archive}order_items: "
lacked 'an archived payment' archive_payments "id = $sent" "${in_archive}payments: " \
    "archive_orders: archived order $sent: "
changed 'an archived movement' archive_stock_movements quantity 'product_id = 5' "${in_archive}stock_movements: "
lacked 'an archived mark' archive_sales_marks '1 = 1' "${in_archive}sales_marks: "
found 'an archived order that came back' \
    "INSERT INTO orders (id, user_id, status, total_price, balance_after, created_at, fulfilled_at)
    SELECT id, user_id, status, total_price, balance_after, created_at, fulfilled_at
    FROM archive_orders WHERE id = $sent" "DELETE FROM orders WHERE id = $sent" \
    "archive_orders: archived order $sent: .* still there"
well 'all set right'

# A fault that is there already is not buried.
sql 'UPDATE points_ledger SET balance_after = balance_after + 1 ORDER BY id LIMIT 1'
before=$(tables)
run archive --before "$(days -7)"
is "$code $lines" '1 1' 'a ledger that does not add up is not archived'
like "$err" '^shopctl: archive: the ledger of user [0-9]+ does not add up: run shopctl audit' 'and it says whose'
is "$(tables)" "$before" 'nothing is changed'
sql 'UPDATE points_ledger SET balance_after = balance_after - 1 ORDER BY id LIMIT 1;
    UPDATE order_items SET price = price + 1 WHERE order_id = '"$mid"
run archive --before "$(days -7)"
like "$code $err" '^1 shopctl: archive: the lines of an order do not add up: run shopctl audit' \
    'nor an order whose lines do not'
sql "UPDATE order_items SET price = price - 1 WHERE order_id = $mid"

# ---- Further, and all of it

old 20
as 1
buy 3 1 today
buy 8 1 today8
# A young row that a wrong clock dated long ago is no old one.
young=$(sql 'SELECT MAX(id) FROM points_ledger')
sql "UPDATE points_ledger SET created_at = 20010101 WHERE id = $young"
before=$(sums)
run archive --before "$(days -10)"
is "$code $err" '0 ' 'some weeks later'
is "$(sql 'SELECT GROUP_CONCAT(id ORDER BY id) FROM archive_orders')" \
    "$sent,$gone,$kept,$late,$lost,$step,$other,$mid,$more" 'what was settled meanwhile is archived'
is "$(sql "SELECT COUNT(*) FROM points_ledger WHERE id = $young")" 1 'what only looks old is not'
is "$(sql 'SELECT COUNT(*) FROM archive_sales_marks WHERE product_id = 8')" 2 'and of the marks all but the newest are archived'
well 'then'
run archive --before "$(days -10)" --paid
is "$code $err" '0 ' 'with --paid'
is "$(sql "SELECT status FROM archive_orders WHERE id = $new")" paid 'paid orders go as well'
is "$(sums)" "$before" 'balances, stock and sales are what they were'
well 'with paid ones'
as 1
user GET "/v1/orders/$new"
is_problem 404 order_not_found 'one of them'
cancel "$new"
is_problem 404 order_not_found 'and no cancel'

# An order that is archived while its cancel waits for it.
as 1
buy 3 1 race
race=$(json .id)
sql "CREATE TABLE kept AS SELECT * FROM orders WHERE id = $race"
db_root --unbuffered shop -e "BEGIN; DELETE FROM orders WHERE id = $race;
    SELECT 'gone'; SELECT SLEEP(0.5); COMMIT" >"$dir/race" &
eventually 5 grep -q gone "$dir/race"
cancel "$race"
is_problem 404 order_not_found 'an order that goes while its cancel waits'
wait $!
is "$(sql "SELECT COUNT(*) FROM requests WHERE made_id = $race")" 0 'and no key says that it was done'
sql 'INSERT INTO orders SELECT * FROM kept; DROP TABLE kept'

# ---- Emptied

# dumped: rows that a dump of the archive has, as docs/operating.md counts them.
dumped() {
	command -v ${db_dump%% *} >/dev/null || {
		sql 'SELECT SUM(entries) FROM archive_totals'
		return
	}
	$db_dump -S "$db_sock" -u root --single-transaction --skip-extended-insert \
	    shop $(printf 'archive_%s ' $live) 2>/dev/null | grep -c '^INSERT INTO'
}
rows=$(dumped)
run archive empty --before "$(days -30)" --rows "$rows"
like "$code $err" "^1 shopctl: archive empty: the archive has rows of before $(days -7): empty it by that day" \
    'another day than it was archived by'
run archive empty --before "$(days -7)" --rows $((rows - 1))
is "$code $err" "1 shopctl: archive empty: the archive has $rows rows, and not $((rows - 1)): dump it, and count what the dump has" \
    'what was archived after the dump is not thrown away'
well 'nothing is'
# As it is when it was cut short: no audit complains, and it is gone on with.
sql 'UPDATE archive_totals SET emptying = 1; TRUNCATE TABLE archive_orders'
well 'half emptied'
run archive --before "$(days -10)"
like "$code $err" "^1 shopctl: archive: the archive is being emptied, .* empty --before $(days -7) --rows $rows\$" \
    'meanwhile nothing is archived'
# Meanwhile an audit has begun, and has not come to these tables yet.
waiting() {
	[ "$(sql_root "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE state LIKE 'Waiting for table%'")" -gt 0 ]
}
hold_table users
ctl audit >"$dir/audited" 2>&1 &
audit_pid=$!
seen 'an audit that waits' waiting
run archive empty --before "$(days -7)" --rows "$rows"
is "$code $err" '0 ' 'the archive is emptied'
let_go
wait $audit_pid
is "$? $(grep -v '^mark ' "$dir/audited")" '0 ok' 'an audit that was under way goes on'
like "$out" '^points_ledger [1-9][0-9]*$' 'and it says of how much'
for table in $live; do
	is "$(sql "SELECT COUNT(*) FROM archive_$table")" 0 "archive_$table is empty"
done
well 'without the archive'
old 20
as 1
buy 3 1 again
run archive --before "$(days -10)" --paid
is "$code $err" '0 ' 'and on'
well 'then'

# ---- What was sold is noted in a mark that is found at once

# fill PRODUCT: rows that it takes to note an order of it.
fill() {
	buy "$1" 1 "fill$1"
	id=$(json .id)
	fill_before=$(rows_read)
	sql "BEGIN; UPDATE orders SET entries_archived = -1 WHERE id = $id;
	    CALL archive_fill($id - 1, $id);
	    SELECT archived FROM sales_marks WHERE product_id = $1 ORDER BY id DESC LIMIT 1;
	    ROLLBACK" >"$dir/filled"
	is "$(cat "$dir/filled")" 1 "an order of product $1 is noted"
	fill_rows=$(($(rows_read) - fill_before))
}
fill 6
few=$fill_rows
for n in $(seq 1000); do
	echo "INSERT INTO sales_marks (product_id, hour, sold_before)
	    VALUES (7, '2001-01-01' + INTERVAL $n HOUR, 0);"
done | db_root shop
fill 7
[ "$fill_rows" -lt $((few + 100)) ]
ok "however many marks were before it: $few rows, $fill_rows behind 1000"
finish
