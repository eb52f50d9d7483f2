#!/bin/sh
# SPDX-License-Identifier: MIT
# Day two: the operator looks at products, users, orders and payments, and
# changes them by the API's rules.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

# fails CODE PATTERN TEXT: the last run ended so, with one line on stderr, and
# no other output.
fails() {
	is "$code $lines $(wc -c <"$dir/out")" "$1 1 0" "$3"
	like "$err" "^shopctl: .*$2" 'and says why'
}

# got FILTER: of the last run's only line, which is JSON, compact.
got() {
	[ "$(wc -l <"$dir/out")" = 1 ] || echo "not one line"
	jq -c "$1" <"$dir/out"
}

# harmless FILE: nothing in it moves a terminal's cursor or turns its text.
harmless() {
	! grep -qP '[^\P{C}\n]' "$1"
}

is "$(sql "SELECT COUNT(*) FROM users WHERE role = 'admin'")" 0 \
    'the shop has no admin: the operator needs none'

# ---- Texts that mean harm

rtl='קומקום תה'
evil=$(printf '\033[2J\342\200\256nigol\302\233\\x\t<script>alert(1)</script>')
shown='\u{1b}[2J\u{202e}nigol\u{9b}\u{5c}x\u{9}<script>alert(1)</script>'
rtl_id=$(ctl product add --name "$rtl" --price 100 --stock 1)
evil_id=$(ctl product add --name "$evil" --price 200 --stock 2 --description "$evil")
evil_user=$(ctl user add --name "$evil" --email evil@example.com --balance 1000)
rtl_user=$(ctl user add --name 'דוד' --email david@example.com --balance 1000)

# ---- product list, show

run product list
is "$code $err $lines" '0  0' 'products are listed'
is "$(sed -n 1p "$dir/out" | tr -s ' ')" 'id price stock onSale name' 'with a head'
is "$(sed -n 2p "$dir/out" | sed 's/^ *//' | tr -s ' ')" \
    '1 12000 120 yes 유기농 보성 녹차 100g' 'and a row each'
is "$(wc -l <"$dir/out") $(tail -n 1 "$dir/out")" '22 more: --after 20' \
    'twenty, and how to go on'
run product list --after 20
is "$(tail -n +2 "$dir/out" | awk '{ print $1 }' | tr '\n' ' ')" \
    "21 22 23 24 $rtl_id $evil_id " 'the rest'
like "$out" "yes     $rtl\$" 'a name from right to left is as it is'
grep -qF "yes     $shown" "$dir/out"
ok 'one that means harm is shown escaped'
harmless "$dir/out"
ok 'and nothing reaches the terminal'
is "$(grep -c ' 100  *1  yes' "$dir/out")" 1 'columns are aligned'
run product list --after 24 --json
is "$(got '[.nextAfter, (.items | length)]')" '[null,2]' 'as JSON: the last page'
is "$(got '.items[1] | [.id, .price, .stock, .onSale]')" "[$evil_id,200,2,true]" \
    'has the numbers'
is "$(jq -j '.items[1].name' <"$dir/out")" "$evil" 'and the name, byte for byte'
run product list --limit 2 --json
is "$(got '[.items[].id, .nextAfter]')" '[1,2,2]' 'as JSON: the first page'
run product list --find MUG --json
is "$(got '[.items[].name]')" '["Enamel Camping Mug"]' 'a text is found in names'
run product list --find '<script>' --json
is "$(got '[.items[].id]')" "[$evil_id]" 'whatever it is'
run product list --find 'no such name'
is "$code $out" '0 id  price  stock  onSale  name' 'or nothing is found'
run product list --find '  '
fails 2 'find: must be more than blanks' 'blanks are no text'

run product show 16
is "$code $err" '0 ' 'a product is shown'
is "$(grep -c . "$dir/out") $(sed -n 's/^name  *//p' "$dir/out")" \
    '11 Enamel Camping Mug' 'on a page, a line a field'
like "$out" '^ *[0-9]+  opening  *160  ' 'with how its stock came'
run product show --product 16 --json
is "$(got '[.id, .name, .price, .stock, .onSale, .version, .movements[0].type, .movements[0].quantity]')" \
    '[16,"Enamel Camping Mug",9500,160,true,1,"opening",160]' 'and as JSON'
request GET /v1/products/16
is "$(got 'del(.movements, .onSale)' | jq -S .)" "$(json . | jq -S .)" \
    'whose members are the API'\''s'
run product show $evil_id
harmless "$dir/out"
ok 'a page is harmless, too'
grep -qF "description  $shown" "$dir/out"
ok 'and tells what is there'

# ---- Refusals of them all

before=$(tables)
for command in 'product show' 'product restock --quantity 1' \
    'product price --price 1' 'product on-sale' 'product off-sale'; do
	run $command 999
	fails 1 ': there is no product 999$' "$command: of none"
done
for command in 'order show' 'order cancel' 'order fulfil'; do
	run $command 999
	fails 1 ': there is no order 999$' "$command: of none"
done
run user show 999
fails 1 ': there is no user 999$' 'user show: of none'
for usage in 'product show' 'product show 0' 'product show x' \
    'product show 1 2' 'product show 1 --product 2 3' 'product show -1' \
    'product list --limit 0' 'product list --limit 1001' 'product list 5' \
    'product restock 1' 'product restock 1 --quantity 0' \
    'product restock 1 --quantity 1000001' \
    "product restock 1 --quantity 1 --reason $(head -c 101 /dev/zero | tr '\0' n)" \
    'product price 1' 'product price 1 --price 0' \
    'product price 1 --price 9007199254740992' 'product off-sale' \
    'order list --status sent' 'order list --user 0' 'order cancel' \
    'order fulfil 1 2' 'order cancel 1 --force' 'user find' 'user find a b' \
    'payment list --after 0' 'payment show'; do
	run $usage
	fails 2 . "bad usage: $(echo "$usage" | cut -c 1-60)"
done
run product restock 1 --quantity 1 --reason "$(printf 'a\033b')"
fails 2 'no control characters' 'a reason with a control character'
run product restock 16 --quantity -161
fails 1 'there are 160 pieces of product 16, and can.t be fewer than none' \
    'more pieces than there are can'\''t go'
is "$(tables)" "$before" 'none of them changed anything'
sql 'UPDATE products SET stock = 9007199254740991 WHERE id = 20;
    UPDATE stock_movements SET quantity = 9007199254740991 WHERE product_id = 20'
run product restock 20 --quantity 1
fails 1 'there are 9007199254740991 pieces .* so many more' 'nor too many come'

# ---- product restock, price, on-sale, off-sale

as $rtl_user
order $rtl_id
is "$status" 201 'somebody buys the last piece'
first=$(json .id)
run product restock $rtl_id --quantity 5 --reason 'קטן <b>'
is "$code $err" '0 ' 'pieces come'
is "$(sed -n 's/^stock  *//p' "$dir/out")" 5 'and the product is shown'
run product restock $rtl_id --quantity -2 --json
is "$code $(got '[.id, .stock]')" "0 [$rtl_id,3]" 'pieces go'
is "$(sql "SELECT type, quantity, COALESCE(reason, '-') FROM stock_movements
    WHERE product_id = $rtl_id ORDER BY id" | tr '\t\n' ' ,')" \
    'opening 1 -,restock 5 קטן <b>,restock -2 -,' 'each is a movement'
is "$(sql 'SELECT DISTINCT user_id FROM requests')" 0 'of nobody, the operator'
run product show $rtl_id
like "$out" ' restock  *5 .*Z  קטן <b>$' 'product show tells the reason'

run product price $rtl_id --price 150 --json
is "$code $(got '[.price, .version, .stock]')" '0 [150,2,3]' 'a price is changed'
request GET "/v1/products/$rtl_id"
is "$(json .price)" 150 'for customers'
run order show $first --json
is "$(got '[.totalPrice, .items[0].price, .items[0].name]')" \
    "[100,100,\"$rtl\"]" 'what was ordered keeps its price'
run product off-sale $rtl_id
is "$code $(sed -n 's/^onSale  *//p' "$dir/out")" '0 no' 'a product is off sale'
request GET "/v1/products/$rtl_id"
is_problem 404 product_not_found 'and gone for customers'
run product list --find קומקום --json
is "$(got '[.items[] | [.id, .onSale]]')" "[[$rtl_id,false]]" \
    'the operator finds it still'
run product list --off-sale --json
is "$(got '[.items[].id]')" "[$rtl_id]" 'among what is off sale'
run product list --on-sale --after 24 --json
is "$(got '[.items[].id]')" "[$evil_id]" 'not among what is on sale'
run product list --limit 1 --after 24 --json
is "$(got '[.items[].id, .nextAfter]')" "[$rtl_id,$rtl_id]" \
    'a list of both is in the order of ids'
run product on-sale $rtl_id --json
is "$code $(got '[.onSale, .version]')" '0 [true,4]' 'and back'
request GET "/v1/products/$rtl_id"
is "$status" 200 'customers have it again'

# Another admin's edit is committed between the operator's look and change.
mkfifo "$dir/session"
db_root --unbuffered shop <"$dir/session" >"$dir/edited" &
session_pid=$!
exec 9>"$dir/session"
echo "BEGIN; UPDATE products SET version = version + 1, name = 'Edited' WHERE id = 16;
    SELECT 'edited';" >&9
eventually 10 grep -q edited "$dir/edited" || bail 'no edit'
ctl product price 16 --price 9600 --json >"$dir/priced" 2>&1 &
price_pid=$!
eventually 10 lock_waits_are 1
ok 'a price is to be changed while another edits'
echo 'COMMIT;' >&9
exec 9>&-
wait $session_pid $price_pid
is "$? $(jq -c '[.name, .price, .version]' <"$dir/priced")" '0 ["Edited",9600,3]' \
    'both changes are kept'

# ---- user list, find, show

run user list --json
is "$(got '[.items[0, 6, 7].id, .nextAfter]')" "[1,$evil_user,$rtl_user,null]" \
    'users are listed by id'
run user list --limit 2 --after 1 --json
is "$(got '[.items[].id, .nextAfter]')" '[2,3,3]' 'in pages'
run user list
is "$(sed -n 1p "$dir/out" | tr -s ' ')" \
    'id role status balance createdAt email name' 'for people, a table'
harmless "$dir/out"
ok 'that is harmless'
grep -qF "evil@example.com          $shown" "$dir/out"
ok 'and aligned'
# find TEXT IDS...
find() {
	run user find "$1" --json
	is "$code $(got '[.items[].id]')" "0 [$2]" "user find $1"
}
find david@example.com $rtl_user
find DAVID@ $rtl_user
find דו $rtl_user
find 'WALK' 3
find 김민 1
find '<script>' $evil_user
find '%' ''
find "' OR 1" ''
find 🍣 ''
run user find --limit 1 example
is "$code $(tail -n 1 "$dir/out")" '0 more: --after 1' 'a text behind its options'
run user find -- --limit
is "$code $(wc -l <"$dir/out")" '0 1' 'or one that looks like an option'
run user show $rtl_user --json
is "$(got '[.id, .email, .name, .role, .status, .balance, .hasPassword, .orders]')" \
    "[$rtl_user,\"david@example.com\",\"דוד\",\"customer\",\"active\",900,false,1]" \
    'a user is shown'
run user show $evil_user
is "$code $(sed -n 's/^balance  *//p' "$dir/out")" '0 1000' 'on a page'
run user close --user 6
run user show 6 --json
is "$(got '[.status, .email, .name]')" '["closed","",""]' 'a closed one, too'

# ---- order list, show

as 2
order 1 16
second=$(json .id)
as $evil_user
order $evil_id
third=$(json .id)
run order list --json
is "$(got '[.items[].id, .nextAfter]')" "[$third,$second,$first,null]" \
    'orders are listed, the newest first'
is "$(got '.items[1] | [.userId, .status, .totalPrice, .lines, .first.productId]')" \
    '[2,"paid",21600,2,1]' 'with what they are'
run order list --limit 1 --after $third --json
is "$(got '[.items[].id, .nextAfter]')" "[$second,$second]" 'in pages'
run order list --user $rtl_user --json
is "$(got '[.items[].id]')" "[$first]" 'of a user'
run order list --user 999 --json
is "$code $(got .)" '0 {"items":[],"nextAfter":null}' 'or of nobody'
run order list
is "$(sed -n 1p "$dir/out" | tr -s ' ')" \
    'id userId status totalPrice createdAt lines productId quantity name' \
    'for people, a table'
is "$(awk 'NR > 1 { print $1, $3 }' "$dir/out" | tr '\n' ,)" \
    "$third paid,$second paid,$first paid," 'a row each'
harmless "$dir/out"
ok 'that is harmless'
run order show $second
is "$code $(sed -n '/^items/,$p' "$dir/out" | awk 'NR > 2 { print $1, $2, $3 }' | tr '\n' ,)" \
    '0 1 1 12000,16 1 9600,' 'an order is shown with its lines'
is "$(sed -n '/^payment/,/^$/p' "$dir/out" | awk 'NR == 3 { print $2, $3, $4 }')" \
    'approved 21600 1' 'and its payment'

# ---- order fulfil, cancel

run order fulfil $first --json
is "$code $(got '[.id, .userId, .status, (.fulfilledAt != null)]')" \
    "0 [$first,$rtl_user,\"fulfilled\",true]" 'an order is fulfilled'
run order fulfil $first --json
is "$code $(got .status)" '0 "fulfilled"' 'again: it is'
before=$(tables)
run order cancel $first
fails 1 "order $first is fulfilled, and can.t be cancelled" \
    'what is fulfilled can'\''t be cancelled'
is "$(tables)" "$before" 'and is as it was'

had="$(stock 1) $(stock 16) $(balance 2)"
run order cancel $second
is "$code $err" '0 ' 'an order is cancelled, anybody'\''s'
is "$(sed -n 's/^status  *//p' "$dir/out") $(sed -n '/^payment/,/^$/p' "$dir/out" |
    awk 'NR == 3 { print $2 }')" 'cancelled refunded' 'and says so'
is "$had | $(stock 1) $(stock 16) $(balance 2)" '119 159 98400 | 120 160 120000' \
    'stock and points are back'
is "$(sql "SELECT user_id, type, amount FROM points_ledger WHERE order_id = $second
    ORDER BY id" | tr '\t\n' ' ,')" '2 payment -21600,2 refund 21600,' \
    'by a row of the ledger'
run order cancel $second --json
is "$code $(got .status) $(balance 2)" '0 "cancelled" 120000' 'again: once for all'
run order fulfil $second
fails 1 "order $second is cancelled, and can.t be fulfilled" \
    'what is cancelled can'\''t be fulfilled'
as 2
user GET "/v1/orders/$second"
is "$(json '[.status, .payment.status]')" '["cancelled","refunded"]' \
    'the customer sees it'
# Two tables make them, for the page has its own order of columns, and whose it is.
run order show $second --json
is "$(jq -cS 'del(.userId)' "$dir/out") $(got .userId)" \
    "$(printf '%s' "$body" | jq -cS .) 2" 'an order is as the API has it, and whose'
user GET '/v1/orders?limit=1'
run order list --user 2 --limit 1 --json
is "$(jq -cS '.items[] | del(.userId)' "$dir/out") $(got '.items[].userId')" \
    "$(printf '%s' "$body" | jq -cS '.items[]') 2" 'and so it is in a list'
for status in paid cancelled fulfilled; do
	run order list --status $status --json
	echo "$status $(got '.items[].id')"
done >"$dir/found"
is "$(tr '\n' , <"$dir/found")" "paid $third,cancelled $second,fulfilled $first," \
    'orders are listed by status'
run order list --status paid --user 2 --json
is "$(got '.items')" '[]' 'and user'
run user close --user $evil_user
run order cancel $third --json
is "$code $(got .status) $(sql "SELECT balance FROM users WHERE id = $evil_user")" \
    '0 "cancelled" 1000' 'an order of a closed account is cancelled, too'

# ---- payment list

sql "CALL payment_fail(3, 4, 'aborted', '00000000000000010002000')" >/dev/null
failed=$(sql 'SELECT MAX(id) FROM payments')
sql "CALL payment_fail(1, 2, 'stmt_failed', '00000000000000020001000')" >/dev/null
run payment list --failed --json
is "$(got '[.items[] | [.id, .userId, .amount, .status, .attempts, .reason]]')" \
    "[[$((failed + 1)),1,18500,\"failed\",2,\"stmt_failed\"],[$failed,3,24000,\"failed\",4,\"aborted\"]]" \
    'failed payments are listed, the newest first'
is "$(got '[.items[].createdAt | test("^20.*Z$")] | unique')" '[true]' 'with their time'
run payment list --failed --limit 1 --json
is "$(got .nextAfter)" $((failed + 1)) 'in pages'
run payment list --failed
is "$(awk '{ print $1, $NF }' "$dir/out" | tr '\n' ,)" \
    "id reason,$((failed + 1)) stmt_failed,$failed aborted," 'for people, a table'
run payment list --json --after $failed
is "$(got '[.items[].status]')" '["refunded","refunded","approved"]' \
    'all of them with what became of them'

# ---- user role, password, close

as 4
for change in '4 --role admin' '--user 4 --role customer'; do
	run user role $change --json
	is "$code $(got '[.id, .role]')" "0 [4,\"${change##* }\"]" \
	    "user role $change, and the user as it is"
done
(umask 077; echo 'a password for 4' >"$dir/password")
run user password 4 --password-file "$dir/password" --json
is "$code $(got '[.id, .hasPassword]')" '0 [4,true]' 'user password'
run user role 4 --role customer
is "$code $out$err" '0 ' 'for people nothing is said'
run user close 4 --json
is "$code $(got '[.id, .status, .name, .hasPassword]')" '0 [4,"closed","",false]' \
    'user close'
for change in 'role 4 --role admin' "password 4 --password-file $dir/password" 'close 4' \
    'close 999'; do
	run user $change --json
	fails 1 'there is no such user, or the account is closed' "user ${change%% /*}: of none"
done
for usage in 'role 4' 'role --role admin' 'close' 'close 0' 'close 4 5' 'close x'; do
	run user $usage
	fails 2 . "bad usage: user $usage"
done

# ---- What can't be shown is not done with

if [ -c /dev/full ]; then
	for command in 'product list' 'product list --limit 1000 --json' \
	    'user show 1' 'order list --json' 'payment list' 'status' 'status --json' \
	    'audit' 'site' 'id' 'token --user 1' 'key list' 'migrate --status' doctor; do
		ctl $command >/dev/full 2>"$dir/err"
		is "$? $(wc -l <"$dir/err")" '1 1' "$command: to a full disk is a failure"
	done
fi
# What is closed must not become the connection to the database.
for command in 'product list' 'user show 1' 'order list --json' 'audit' 'id'; do
	ctl $command >&- 2>"$dir/err"
	is "$? $(cat "$dir/err")" "1 shopctl: stdout: can't be written" \
	    "$command: without a standard output"
	ctl $command >"$dir/out" 2>&-
	is "$?" 0 'and without one for errors'
	ctl $command >"$dir/out" 2>"$dir/err" <&-
	is "$? $(cat "$dir/err")" '0 ' 'and without an input'
done
ctl product restock 16 --quantity 0 2>&- >"$dir/out"
is "$? $(wc -c <"$dir/out")" '2 0' 'an error that nobody is told is one'
ctl order list --status none >&- 2>&- <&-
is "$?" 2 'without anything'

# ---- A connection that is lost

# lost COMMAND...: the server's session ends while it does it.
lost() {
	hold_table "$1"
	shift
	ctl "$@" >"$dir/out" 2>"$dir/err" &
	lost_pid=$!
	eventually 10 waits_for_table || bail 'nobody waits'
	sql_root "KILL $(sql_root "$waiting" | head -n 1)"
	wait $lost_pid
	is "$? $(wc -l <"$dir/err") $(wc -c <"$dir/out")" '1 1 0' "$1 $2: the connection is lost"
	like "$(cat "$dir/err")" "^shopctl: $1 $2: it may be done or not, look before you repeat it: ." \
	    'and that nobody knows is said'
	let_go
}
waiting="SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'"
waits_for_table() { [ -n "$(sql_root "$waiting")" ]; }
lost products product add --name Lost --price 1 --stock 1
lost users user add --name Lost --email lost@example.com
lost users user role 3 --role admin
lost users user close 3
is "$(sql "SELECT status, role FROM users WHERE id = 3" | tr '\t' ' ')" 'active customer' \
    'here nothing was done'

# ---- The rights, and what goes wrong

for routine in do_order_cancel do_order_fulfil do_product_change do_product_restock; do
	like "$(MYSQL_PWD=$(cat "$dir/db.password") $db_client -S "$db_sock" \
	    -u shop_worker shop -e "CALL $routine()" 2>&1)" 'ERROR 1370 ' \
	    "a worker can't be the operator: $routine"
done
before=$(tables)
like "$(sql "CALL do_order_cancel(1, 9000000000000, REPEAT('k', 16), '', 0, $first, 'admin')")" \
    forbidden 'nor is a user who is none, but where the role says so'
is "$(tables)" "$before" 'and nothing was done'
db_stop
run order cancel $first
fails 1 'order cancel: ' 'without a database'
run product list
fails 1 'product list: ' 'nor is there a list'
db_start
run order list --limit 1000 --json
is "$code $(got '.items | length')" '0 3' 'it is back'
run audit
is "$code $(echo "$out" | head -n 1)" '0 ok' 'the audit is content'
finish
