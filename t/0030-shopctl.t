#!/bin/sh
# SPDX-License-Identifier: MIT
# The operator's tool: accounts, products, the audit, the schema.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

# fails CODE TEXT: the last run ended so, with one line on stderr, and no
# other output.
fails() {
	is "$code $lines $(wc -c <"$dir/out")" "$1 1 0" "$2"
	like "$err" '^shopctl: [^ ]' 'and says why'
}

# ---- token

run token --user 1
is "$code $err" '0 ' 'a token'
like "$out" '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' 'and no more'
claims() {
	cut -d . -f 2 | tr '_-' '/+' | sed 's/$/==/' | base64 -d 2>/dev/null
}
is "$(echo "$out" | claims | jq -c '[.sub, .exp - (.iat | floor)]')" '["1",3600]' \
    'for an hour'
bearer=$out
user GET /v1/points/balance
is "$status $(json .userId)" '200 1' 'it works'
run token --user 2 --ttl 60
is "$(echo "$out" | claims | jq -c '[.sub, .exp - (.iat | floor)]')" '["2",60]' \
    'another one, for a minute'
run token --user 999999
bearer=$out
user GET /v1/points/balance
is_problem 401 unknown_user 'nobody'\''s token is a token, but nobody'\''s'

# ---- Bad usage

for usage in '' 'nonsense' 'user' 'user remove' 'product' 'token' \
    'token --user' 'token --user 0' 'token --user x' 'token --user 1.5' \
    'token --user 9007199254740992' 'token --user 1 --ttl 0' \
    'token --user 1 --bogus 1' 'token --user 1 more' 'audit more' \
    'migrate --force' 'user add --name N' 'user add --email a@b' \
    'user add --name N --email nowhere' 'user add --name N --email @b' \
    'user add --name N --email a@b --balance -1' \
    'user add --name N --email a@b --balance 9007199254740992' \
    'product add --name N --price 0 --stock 1' \
    'product add --name N --price 1 --stock -1' \
    'product add --name N --price 1' \
    "product add --name $(head -c 101 /dev/zero | tr '\0' n) --price 1 --stock 1"
do
	run $usage
	fails 2 "bad usage: $(echo "$usage" | cut -c 1-60)"
done
run user add --name "$(printf 'a\377b')" --email a@b
fails 2 'bad usage: a name that is no UTF-8'
# email TEXT ADDRESS WORD: is none, and why.
email() {
	run user add --name N --email "$2"
	fails 2 "bad usage: an address with $1"
	like "$err" "email: must be an address, and .*$3" 'in a sentence'
}
email 'a newline' "$(printf 'a\n@c')" 'no control'
email 'a tab' "$(printf 'a\t@c')" 'no control'
email 'DEL' "$(printf 'a\177@c')" 'no control'
email 'a blank' 'a b@c' 'no blanks'
email 'two @' 'a@b@c' 'one @'
email 'nothing behind' 'ab@' 'behind'
email '255 bytes' "$(printf '%0252d@é' 0)" '254 bytes'
is "$(sql 'SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM products)' |
    tr '\t' ' ')" '6 24' 'none of them made anything'

# ---- user add, product add

run user add --name '홍길동' --email hong@example.com --balance 5000
is "$code $err" '0 ' 'a user with a balance'
like "$out" '^[1-9][0-9]*$' 'its id, and no more'
id=$out
is "$(sql "SELECT name, email, status, balance FROM users WHERE id = $id" |
    tr '\t' ' ')" '홍길동 hong@example.com active 5000' 'the user is there'
is "$(sql "SELECT type, amount, balance_after, order_id FROM points_ledger
    WHERE user_id = $id" | tr '\t' ' ')" 'charge 5000 5000 NULL' \
    'the opening balance is a row of the ledger'
bearer=$(token "$id")
user GET /v1/points/balance
is "$status $(json .balance)" '200 5000' 'the user can come in'
run user add --name Poor --email poor@example.com
is "$code $(sql "SELECT COUNT(*) FROM points_ledger WHERE user_id = $out")" \
    '0 0' 'no balance, no row'
before=$(tables)
for again in hong@example.com HONG@example.com; do
	run user add --name Other --email "$again" --balance 7
	fails 1 "an address that is taken: $again"
	like "$err" 'taken' 'and it is the address'
done
is "$(tables)" "$before" 'nothing was changed'
# Another address is another user's, however alike they look; A-Z is a-z.
for other in '🍣@x' '🍺@x' jose@x 'josé@x' 'JOSÉ@x' strasse@x 'straße@x' \
    "$(printf 'jos\145\314\201@x')" 'İ@x' 'i@x' 'ı@x' 'ﬁ@x' 'fi@x' \
    "$(printf '%0251d@é' 0)"; do
	run user add --name Other --email "$other"
	is "$code $err" '0 ' "another address: $(echo "$other" | cut -c 1-20)"
	is "$(sql "SELECT email FROM users WHERE id = $out")" "$other" \
	    'is kept as it was written'
done
for again in JOSE@X Strasse@x 'JOSé@X' 'I@x' 'FI@x'; do
	run user add --name Other --email "$again"
	fails 1 "the same address: $again"
	like "$err" 'taken' 'and it is the address'
done

run product add --name "Größe 'M'" --price 1500 --stock 12 --description 'warm; "wool"'
is "$code $err" '0 ' 'a product'
like "$out" '^[1-9][0-9]*$' 'its id, and no more'
product=$out
request GET "/v1/products/$product"
is "$status $(json '[.name, .description, .price, .stock]')" \
    "200 [\"Größe 'M'\",\"warm; \\\"wool\\\"\",1500,12]" 'the product is there'
is "$(sql "SELECT type, quantity FROM stock_movements
    WHERE product_id = $product" | tr '\t' ' ')" 'opening 12' \
    'its stock is a movement'
run product add --name Later --price 1 --stock 0
is "$code $(sql "SELECT COUNT(*) FROM stock_movements WHERE product_id = $out")" \
    '0 0' 'no stock, no movement'

# ---- audit

post /v1/points/charge '{"amount": 100}'
post /v1/orders "{\"items\": [{\"productId\": $product, \"quantity\": 2}, {\"productId\": 1, \"quantity\": 0}]}"
is "$status" 422 'an order that is none'
post /v1/orders "{\"items\": [{\"productId\": $product, \"quantity\": 2}]}"
is "$status" 201 'an order to tamper with'
order=$(json .id)
hour=$(sql 'SELECT hour FROM sales_marks')
run audit
is "$code $(echo "$out" | head -n 1) $err" '0 ok ' 'the audit is content'

# tamper NAME BY BACK PATTERN...: by this statement; the audit must say so in
# a line like each pattern, until that one sets it right.
tamper() {
	tamper_name=$1
	tamper_back=$3
	sql "$2"
	shift 3
	run audit
	is "$code $lines" '1 1' "audit: $tamper_name"
	for pattern in "$@"; do
		like "$out" "^$pattern" 'names it'
	done
	sql "$tamper_back"
}
charge=$(sql "SELECT MAX(id) FROM points_ledger WHERE user_id = $id AND amount = 100")
paid=$(sql "SELECT id FROM points_ledger WHERE order_id = $order")
tamper 'a balance' "UPDATE users SET balance = balance + 1 WHERE id = $id" \
    "UPDATE users SET balance = balance - 1 WHERE id = $id" \
    "balance_is_ledger: user $id: balance 2101, ledger 2100"
tamper 'a stock' "UPDATE products SET stock = stock - 1 WHERE id = $product" \
    "UPDATE products SET stock = stock + 1 WHERE id = $product" \
    "stock_is_movements: product $product: stock 9, movements 12, sold 2"
tamper 'what was sold' "UPDATE products SET sold = 3, stock = 9 WHERE id = $product" \
    "UPDATE products SET sold = 2, stock = 10 WHERE id = $product" \
    "sold_is_orders: product $product: sold 3, lines 2"
tamper 'a movement' \
    "UPDATE stock_movements SET quantity = 13 WHERE product_id = $product" \
    "UPDATE stock_movements SET quantity = 12 WHERE product_id = $product" \
    "stock_is_movements: product $product: stock 10, movements 13"
tamper 'a payment'\''s amount' \
    "UPDATE payments SET amount = 2999 WHERE id = $order" \
    "UPDATE payments SET amount = 3000 WHERE id = $order" \
    "order_payment: order $order: total 3000, payment approved of 2999"
tamper 'a payment'\''s user' "UPDATE payments SET user_id = 1 WHERE id = $order" \
    "UPDATE payments SET user_id = $id WHERE id = $order" \
    "order_payment: order $order: .* by user 1"
tamper 'a payment that failed' \
    "UPDATE payments SET status = 'failed', reason = 'x' WHERE id = $order" \
    "UPDATE payments SET status = 'approved', reason = NULL WHERE id = $order" \
    "order_payment: order $order: total 3000, payment failed" \
    "payment_order: payment $order: failed with an order"
tamper 'a payment that is gone' \
    "CREATE TABLE kept AS SELECT * FROM payments WHERE id = $order;
    DELETE FROM payments WHERE id = $order" \
    'INSERT INTO payments SELECT * FROM kept; DROP TABLE kept' \
    "order_payment: order $order: total 3000, payment missing"
tamper 'a payment too many' \
    "INSERT INTO payments (id, user_id, amount, status, attempts, created_at)
    VALUES (777777, $id, 1, 'approved', 1, NOW())" \
    'DELETE FROM payments WHERE id = 777777' \
    'payment_order: payment 777777: approved without an order'
tamper 'a mark' \
    "UPDATE sales_marks SET sold_before = 1 WHERE product_id = $product" \
    "UPDATE sales_marks SET sold_before = 0 WHERE product_id = $product" \
    "marks_are_orders: product $product at $hour: marks 1, orders 2"
tamper 'a mark that is gone' \
    "DELETE FROM sales_marks WHERE product_id = $product" \
    "INSERT INTO sales_marks (product_id, hour, sold_before) VALUES ($product, '$hour', 0)" \
    "marks_are_orders: product $product at $hour: marks 0, orders 2" \
    "product_hour: product $product: hour $hour, newest mark missing"
tamper 'a mark too many' \
    "INSERT INTO sales_marks (product_id, hour, sold_before) VALUES ($product, '$hour' - INTERVAL 2 HOUR, 1)" \
    "DELETE FROM sales_marks WHERE hour < '$hour'" \
    "marks_are_orders: product $product at .*: marks 1, orders 0" \
    "product_hour: product $product: hour $hour, newest mark .*, stepped from 1970-01-01 00:00:00, marks $hour"
tamper 'a clock that was never set back' \
    "UPDATE products SET stepped_from = '$hour' WHERE id = $product" \
    "UPDATE products SET stepped_from = '1970-01-01' WHERE id = $product" \
    "product_hour: product $product: .*, stepped from $hour, marks 1970-01-01"
tamper 'another hour' \
    "UPDATE sales_marks SET hour = hour - INTERVAL 1 HOUR" \
    "UPDATE sales_marks SET hour = hour + INTERVAL 1 HOUR" \
    "marks_are_orders: product $product at $hour: marks 0, orders 2" \
    "marks_are_orders: product $product at .*: marks 2, orders 0" \
    "product_hour: product $product: hour $hour, newest mark "
tamper 'a product'\''s hour' \
    "UPDATE products SET hour = hour + INTERVAL 1 HOUR WHERE id IN (1, $product)" \
    "UPDATE products SET hour = hour - INTERVAL 1 HOUR WHERE id IN (1, $product)" \
    "product_hour: product $product: hour .*, newest mark $hour" \
    'product_hour: product 1: hour 1970-01-01 01:00:00, newest mark missing'
tamper 'a charge in the ledger' \
    "UPDATE points_ledger SET amount = 101 WHERE id = $charge" \
    "UPDATE points_ledger SET amount = 100 WHERE id = $charge" \
    "balance_is_ledger: user $id: balance 2100, ledger 2101" \
    "ledger_chain: ledger row $charge of user $id: balance after 5100, sum 5101" \
    "ledger_chain: ledger row $paid "
tamper 'a running sum in the ledger' \
    "UPDATE points_ledger SET balance_after = 5101 WHERE id = $charge" \
    "UPDATE points_ledger SET balance_after = 5100 WHERE id = $charge" \
    "ledger_chain: ledger row $charge of user $id: balance after 5101"
tamper 'a payment in the ledger' \
    "UPDATE points_ledger SET amount = -2999 WHERE id = $paid" \
    "UPDATE points_ledger SET amount = -3000 WHERE id = $paid" \
    "order_ledger: order $order: total 3000, ledger 2999 in 1 rows"
tamper 'another order'\''s row in the ledger' \
    "UPDATE points_ledger SET order_id = 888888 WHERE id = $paid" \
    "UPDATE points_ledger SET order_id = $order WHERE id = $paid" \
    "order_ledger: order $order: total 3000, ledger 0 in 0 rows" \
    'order_ledger: order 888888: total 0, ledger 3000 in 1 rows'
tamper 'a row of nobody'\''s' \
    "INSERT INTO points_ledger (id, user_id, type, amount, balance_after, idem,
    fingerprint, created_at) VALUES (777777, 999, 'charge', 1, 1, 'x', 'x', NOW())" \
    'DELETE FROM points_ledger WHERE id = 777777' \
    'ledger_user: ledger row 777777: no user 999'
tamper 'an order'\''s quantity' \
    "UPDATE order_items SET quantity = 3 WHERE order_id = $order" \
    "UPDATE order_items SET quantity = 2 WHERE order_id = $order" \
    "order_total: order $order: total 3000, lines 4500" \
    "sold_is_orders: product $product: sold 2, lines 3" "marks_are_orders: product $product "
tamper 'an order'\''s price' \
    "UPDATE order_items SET price = 1499 WHERE order_id = $order" \
    "UPDATE order_items SET price = 1500 WHERE order_id = $order" \
    "order_total: order $order: total 3000, lines 2998"
tamper 'a line of no order' \
    "UPDATE order_items SET order_id = 888888 WHERE order_id = $order" \
    "UPDATE order_items SET order_id = $order WHERE order_id = 888888" \
    'item_order: line 0 of order 888888: no such order' \
    "order_total: order $order: total 3000, lines 0"
tamper 'an order'\''s total' \
    "UPDATE orders SET total_price = 3001 WHERE id = $order" \
    "UPDATE orders SET total_price = 3000 WHERE id = $order" \
    "order_total: order $order: total 3001, lines 3000" \
    "order_payment: order $order: total 3001, " "order_ledger: order $order: "
tamper 'an order'\''s balance' \
    "UPDATE orders SET balance_after = 2101 WHERE id = $order" \
    "UPDATE orders SET balance_after = 2100 WHERE id = $order" \
    "order_ledger: order $order: "
if [ -n "$mysql" ]; then
	enforced="products_stock:products users_balance:users"
	unchecked=$(for c in $enforced; do
		echo "ALTER TABLE ${c#*:} ALTER CHECK ${c%:*} NOT ENFORCED;"
	done)
	checked=$(echo "$unchecked" | sed 's/ NOT / /')
else
	unchecked='SET check_constraint_checks = 0;' checked=''
fi
tamper 'less than nothing' "$unchecked
    UPDATE products SET stock = -1 WHERE id = 2;
    UPDATE users SET balance = -1 WHERE id = 2" \
    "UPDATE products SET stock = 80 WHERE id = 2;
    UPDATE users SET balance = 120000 WHERE id = 2; $checked" \
    'nothing_negative: product 2: stock -1' \
    'nothing_negative: user 2: balance -1'
tamper 'many of them' 'UPDATE products SET stock = stock + 1' \
    'UPDATE products SET stock = stock - 1' \
    'stock_is_movements: product 1: ' 'stock_is_movements: product 24: '
run audit
is "$code $(echo "$out" | head -n 1) $err" '0 ok ' 'set right, the audit is content again'

# ---- migrate

# schema: what there is, with the times it was made.
schema() {
	sql "SELECT table_name, create_time FROM information_schema.tables
	    WHERE table_schema = 'shop';
	    SELECT table_name, column_name, column_type, column_comment
	    FROM information_schema.columns WHERE table_schema = 'shop';
	    SELECT routine_name, created, last_altered, SHA2(routine_definition, 256)
	    FROM information_schema.routines WHERE routine_schema = 'shop';
	    SELECT * FROM schema_migrations; SELECT * FROM schema_routines;
	    SHOW GRANTS FOR shop_worker@localhost" | sort
}
before=$(schema)
like "$before" 'order_place' 'there is a schema'
sleep 1.1
run migrate
is "$code $out $err" '0  ' 'migrate, once more: no word'
is "$(schema)" "$before" 'and no change'

sql "INSERT INTO schema_migrations VALUES ('9999')"
newer=$(schema)
run migrate
fails 1 'a schema that is newer'
like "$err" '9999' 'and how new'
is "$(schema)" "$newer" 'it is left alone'
sql "DELETE FROM schema_migrations WHERE version = '9999'"

cp -R "$top_srcdir/schema" "$dir/schema"
chmod -R u+w "$dir/schema"
conf schema_dir "$dir/schema"
sed -i 's/^charge: BEGIN$/charge: BEGIN -- another one/' \
    "$dir/schema/routines/charge_points.sql"
run migrate
like "$code $(echo $out) $err" '^0 routine charge_points release [0-9a-f]{12} $' \
    'a routine that was changed'
like "$(sql 'SHOW CREATE PROCEDURE charge_points')" 'another one' 'is made anew'
is "$(schema | grep -c "$(printf '^order_place\t')")" 2 'no other'
is "$(schema | grep "$(printf '^order_place\t.*:')")" \
    "$(echo "$before" | grep "$(printf '^order_place\t.*:')")" 'is'
post /v1/points/charge '{"amount": 100}'
is "$status" 201 'the workers may call it'
run migrate
is "$code $out $err" '0  ' 'once'
sql 'DROP PROCEDURE payment_fail; DROP PROCEDURE user_add'
run migrate
is "$code $(echo $out) $err" '0 routine payment_fail routine user_add ' \
    'routines that are gone are made'
conf schema_dir "$top_srcdir/schema"
run migrate
like "$code $(echo $out) $err" '^0 routine charge_points release [0-9a-f]{12} $' \
    'and back'
is "$(schema | grep ^GRANT)" "$(echo "$before" | grep ^GRANT)" \
    'the workers may what they could'

conf schema_dir "$dir/schema"
printf -- '-- migrate:up\n\nCREATE TABLE more (id INT);\nINSERT INTO more VALUES (1);\n\n-- migrate:down\n\nDROP TABLE more;\n' \
    >"$dir/schema/migrations/0099_more.sql"
printf -- '-- migrate:up\n\nCREATE TABLE most (id NONSENSE);\n' \
    >"$dir/schema/migrations/0100_most.sql"
run migrate
is "$code $lines" '1 1' 'a migration with a fault'
like "$err" 'NONSENSE' 'and says which'
is "$(sql 'SELECT id FROM more') $(sql 'SELECT GROUP_CONCAT(version ORDER BY version)
    FROM schema_migrations')" "1 $(cd "$top_srcdir/schema/migrations" &&
    ls | cut -d _ -f 1 | paste -s -d ,),0099" 'those before it are done, it is not'
rm "$dir/schema/migrations/0100_most.sql"
sql 'DROP TABLE more'
run migrate
like "$code $out" '^0 (routine|$)' 'what is done is not done again'
is "$(sql "SHOW TABLES LIKE 'more'")" '' 'indeed'
sql "DELETE FROM schema_migrations WHERE version = '0099'"
conf schema_dir "$dir/nowhere"
run migrate
fails 1 'no schema to be found'
conf schema_dir "$top_srcdir/schema"
run migrate

# ---- From hourly sums to marks

marks=$top_srcdir/schema/migrations/0003_sales_marks.sql
log=$top_srcdir/schema/migrations/0004_marks_log.sql
# hours_pass N: all that was sold becomes so much older.
hours_pass() {
	sql "UPDATE orders SET created_at = created_at - INTERVAL $1 HOUR;
	    UPDATE sales_marks SET hour = hour - INTERVAL $1 HOUR;
	    UPDATE products SET hour = hour - INTERVAL $1 HOUR WHERE sold > 0"
}
# back: to hourly sums.
back() {
	for back in "$log" "$marks"; do
		sed '1,/^-- migrate:down/d' "$back" >"$dir/down.sql"
		sql_file "$dir/down.sql" || fail 'and back'
	done
	sql "DELETE FROM schema_migrations WHERE version IN ('0003', '0004', '0011')"
}
# as_marks: the tables, and the marks in the order of their ids.
as_marks() {
	sql 'SELECT product_id, hour, sold_before, ROW_NUMBER() OVER
	    (PARTITION BY product_id ORDER BY id) FROM sales_marks
	    ORDER BY product_id, id; SELECT id, name, price, stock, sold, hour,
	    stepped_from FROM products;
	    SELECT * FROM orders; SELECT * FROM points_ledger' | sha256sum
}
# again_is TEXT [FROM]: the next migrate makes the same marks.
again_is() {
	run migrate
	is "$code $out $err" "0 ${2-migration 0003_sales_marks.sql
}migration 0004_marks_log.sql${2-
migration 0011_archive.sql} " "$1: carried out"
	is "$(as_marks)" "$right" 'each mark and each hour is right'
	is "$(sql "SHOW TABLES LIKE 'hourly%'")" '' 'the sums are gone'
}
for passed in 1 70 3; do
	hours_pass "$passed"
	post /v1/points/charge '{"amount": 100000}'
	for lines in '{"productId": 3, "quantity": 2}' \
	    '{"productId": 3, "quantity": 1}, {"productId": 5, "quantity": 4}'; do
		post /v1/orders "{\"items\": [$lines]}"
	done
done
right=$(as_marks)
back
sold_by_hour='SELECT DATE_FORMAT(o.created_at, "%Y-%m-%d %H:00:00") AS hour,
    i.product_id, SUM(i.quantity) FROM orders o
    JOIN order_items i ON i.order_id = o.id GROUP BY 1, 2 ORDER BY 1, 2'
is "$(sql 'SELECT * FROM hourly_sales ORDER BY hour, product_id')" \
    "$(sql "$sold_by_hour")" 'back: the sums of each hour'
is "$(sql 'SELECT COUNT(*) > 5 AND COUNT(DISTINCT hour) > 2 FROM hourly_sales')" \
    1 'of several hours'
again_is 'hourly sums'
back
sed '/^DROP TABLE hourly_sales/,$d' "$marks" >"$dir/half.sql"
sql_file "$dir/half.sql"
again_is 'one that was cut short'
sql "DELETE FROM schema_migrations WHERE version = '0004'"
again_is 'one that was only not noted' ''
back
sql_file "$dir/down.sql" 2>/dev/null
run migrate
sql "DELETE FROM schema_migrations WHERE version = '0004';
    ALTER TABLE products DROP KEY products_stepped_from, DROP COLUMN stepped_from"
again_is 'marks, and one that was cut short' ''

# ---- From addresses by collation to addresses by bytes

# again_is TEXT: the next migrate makes the keys.
again_is() {
	sql "DELETE FROM schema_migrations WHERE version = '0005'"
	run migrate
	is "$code $out $err" '0 migration 0005_email_key.sql ' "$1: carried out"
	is "$(sql "SELECT email, email_key FROM users WHERE name = 'Old'" |
	    tr '\t' ' ')" 'Old.ÉÖ@EXAMPLE.com old.ÉÖ@example.com' 'A-Z are a-z'
	is "$(sql "SHOW KEYS FROM users WHERE Key_name LIKE 'users_email%'
	    AND NOT Non_unique" | cut -f 3,5)" "$(printf 'users_email_key\temail_key')" \
	    'which are unique'
}
sql "DELETE FROM users WHERE name = 'Other'"
sed '1,/^-- migrate:down/d' \
    "$top_srcdir/schema/migrations/0005_email_key.sql" >"$dir/down.sql"
sql_file "$dir/down.sql"
is "$(sql "SHOW COLUMNS FROM users LIKE 'email_key'")" '' 'back'
sql "CALL user_add('Old', 'Old.ÉÖ@EXAMPLE.com', 0)" >"$dir/old"
again_is 'addresses by collation'
again_is 'one that was only not noted'
sql "INSERT INTO users (email, name, created_at) VALUES ('Raw@X', 'Old', NOW())"
is "$(sql "SELECT email_key FROM users WHERE email = 'Raw@X'")" raw@x \
    'a user_add that does not know the key makes it'
sql "DELETE FROM users WHERE name = 'Old'"

# ---- What the workers' account may

worker() {
	MYSQL_PWD=$(cat "$dir/db.password") $db_client \
	    --local-infile=1 -S "$db_sock" -u shop_worker -N -B shop \
	    -e "$1" 2>&1
}
granted() {
	sql 'SHOW GRANTS FOR shop_worker@localhost' |
	    sed 's/ IDENTIFIED .*//; s/ TO .*//; s/^GRANT //' | sort
}
# What the files say: the routines and the tables with a line for it.
marked() {
	grep -l '^-- grant: worker$' "$top_srcdir"/schema/routines/*.sql |
	    sed 's/.*\/\(.*\)\.sql/EXECUTE ON PROCEDURE `shop`.`\1`/'
	grep -hA 1 '^-- grant: worker$' "$top_srcdir"/schema/migrations/*.sql |
	    sed -n 's/^CREATE TABLE IF NOT EXISTS \([a-z_]*\) .*/SELECT ON `shop`.`\1`/p'
	for table in schema_migrations schema_prints shop_identity; do
		echo "SELECT ON \`shop\`.\`$table\`"
	done
	echo 'USAGE ON *.*'
}
is "$(granted)" "$(marked | sort)" 'these are its rights'
sql 'GRANT SELECT ON shop.* TO shop_worker@localhost; REVOKE SELECT ON orders FROM shop_worker@localhost'
run migrate
is "$code $out" '0 right SELECT ON `shop`.`orders`
no right SELECT ON `shop`.*' 'what it had before each table was named is taken away'
is "$(granted)" "$(marked | sort)" 'and these are its rights'
run migrate
is "$code $out" '0 ' 'once'
[ "$(granted | grep -c EXECUTE)" -ge 4 ] && [ "$(granted | grep -c SELECT)" -ge 10 ]
ok 'some of each'
is "$(worker 'SELECT COUNT(*) FROM users')" 8 'it may read'
like "$(worker "CALL points_charge($id, REPEAT('k', 16), REPEAT('f', 16), 0, 1)")" \
    '^ok' 'it may call its routines'
for table in stock_movements requests line_numbers schema_routines schema_releases; do
	like "$(worker "SELECT * FROM $table")" 'ERROR 1142 ' \
	    "it may not even look at $table"
done
before=$(tables)
while read -r number statement; do
	statement=$(echo "$statement" | sed "s|@DIR@|$dir|")
	like "$(worker "$statement")" "ERROR $number " \
	    "it may not: $(echo "$statement" | cut -c 1-60)"
done <<'END'
1142 INSERT INTO users (email, name, balance, created_at) VALUES ('x@y', 'x', 1, NOW())
1142 INSERT INTO payments (user_id, amount, status, attempts, created_at) VALUES (1, 1, 'approved', 1, NOW())
1142 INSERT INTO points_ledger (user_id, type, amount, balance_after, idem, fingerprint, created_at) VALUES (1, 'charge', 1, 1, '', '', NOW())
1142 UPDATE users SET balance = balance + 1 WHERE id = 1
1142 UPDATE products SET stock = stock + 1 WHERE id = 1
1142 UPDATE orders SET total_price = 1
1142 UPDATE sales_marks SET sold_before = 0
1142 DELETE FROM points_ledger
1142 DELETE FROM orders
1142 REPLACE INTO products (id, name, price, created_at) VALUES (1, 'x', 1, NOW())
1142 CREATE TABLE mine (id INT)
1044 CREATE TEMPORARY TABLE mine (id INT)
1142 ALTER TABLE users DROP COLUMN balance
1142 DROP TABLE orders
1142 DROP TABLE users, products
1142 CREATE VIEW mine AS SELECT 1
1142 CREATE INDEX mine ON users (name)
1142 CREATE TRIGGER mine BEFORE INSERT ON users FOR EACH ROW SET NEW.balance = 1
1044 CREATE PROCEDURE mine() SELECT 1
1370 DROP PROCEDURE points_charge
1370 ALTER PROCEDURE points_charge COMMENT 'x'
1044 DROP DATABASE shop
1044 CREATE DATABASE other
1044 LOCK TABLES users WRITE
1227 SELECT 1 INTO OUTFILE '@DIR@/wrote'
1227 SELECT name FROM users INTO DUMPFILE '@DIR@/wrote'
1045 LOAD DATA INFILE '/etc/passwd' INTO TABLE users
(4166|3948) LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE users
1142 SELECT * FROM mysql.user
1044 USE mysql
1142 TRUNCATE TABLE orders
1142 RENAME TABLE orders TO others
1044 CREATE EVENT mine ON SCHEDULE EVERY 1 DAY DO SELECT 1
1044 CREATE FUNCTION mine() RETURNS INT RETURN 1
1044 CREATE FUNCTION mine RETURNS INTEGER SONAME 'mine.so'
1142 INSTALL PLUGIN mine SONAME 'mine.so'
1227 FLUSH TABLES
1227 SHUTDOWN
1370 CALL payment_request(1, 1, 1, @payment)
1370 CALL sales_mark('', NOW())
1370 CALL redate(60)
1370 CALL archive_ledger(0, 9, 9)
1370 CALL product_add('x', '', 1, 1)
1370 CALL user_add('x', 'x@y.example', 1000000)
1044 GRANT ALL ON shop.* TO shop_worker@localhost
1227 CREATE USER mine
1227 SET GLOBAL max_connections = 1
END
is "$(worker "SELECT LOAD_FILE('/etc/passwd')")" NULL 'it may not read files'
is "$(tables)" "$before" 'nothing was changed'
[ ! -e "$dir/wrote" ]
ok 'no file was written'

# ---- The database is away

pool_stop
db_stop
for command in audit migrate 'user add --name N --email n@example.com' \
    'product add --name N --price 1 --stock 1'; do
	run $command
	fails 1 "the database is away: $command"
done
run token --user 1
is "$code $err" '0 ' 'a token needs none'
db_start
run audit
is "$code $(printf '%s\n' "$out" | head -n 1)" '0 ok' 'it is back'
finish
