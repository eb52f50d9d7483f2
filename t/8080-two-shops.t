#!/bin/sh
# SPDX-License-Identifier: MIT
# Two shops on one machine: one database server, one memcached, and all names
# as they are by default but for the database's.
. "${top_srcdir:-.}/t/lib.sh"
redo=64M
one=$dir
two=$dir/two
conf rank_by_nginx on
# A busy machine may be slow to run memcached; that is not what is tested.
conf cache_timeout_ms 100
shop_start
shop_id_one=$shop_id

# at one|two: which shop the verbs of lib.sh are about.
now=one
at() {
	eval "pool_pid_$now=\${pool_pid:-} nginx_pid_$now=\${nginx_pid:-}"
	now=$1
	eval "dir=\$$now pool_pid=\${pool_pid_$now:-}"
	eval "nginx_pid=\${nginx_pid_$now:-} shop_id=\${shop_id_$now:-}"
}

# The other's processes are nobody's who stops early.
end_two() {
	at two
	stop_pid QUIT "${nginx_pid:-}"
	stop_pid TERM "${pool_pid:-}"
	at one
}
trap 'end_two; cleanup' EXIT

# sql_two QUERY: in the second one's database.
sql_two() {
	$db_client -S "$db_sock" -u root -N -B \
	    --default-character-set=utf8mb4 "$name_two" -e "$1"
}

top() { request GET /v1/products/top; }
is_hit() { top; [ "$(header Cache-Status)" = 'ranking; hit' ]; }
sells() { top; [ "$(json '[.items[].productId]')" = "$1" ]; }

# ---- A second one, of a name that needs quotes wherever it stands

# MySQL 9.7 loses the right to call a routine of a database with such letters
# when it reads its tables of accounts again.
letters=가게
[ -z "$mysql" ] || letters=shop
name_two="my $letters%_\`1"
at two
mkdir -p "$dir"
conf_make
ln -s ../mc.sock "$dir/mc.sock"
conf rank_by_nginx on
conf cache_timeout_ms 100
conf db_name "$name_two"
other_two="\`my ${letters}x_\`\`1\`"
sql_root "CREATE DATABASE \`my $letters%_\`\`1\` CHARACTER SET utf8mb4
    COLLATE utf8mb4_unicode_ci; CREATE DATABASE $other_two;
    CREATE TABLE $other_two.secret (n INT)"
ctl migrate >"$dir/log/migrate.log" 2>&1
ok 'a second shop is made beside the first'
shop_id_two=$(ctl id)
like "$shop_id_two" '^[0-9a-f]{16}$' 'it has an id'
unlike "$shop_id_two" "^$shop_id_one\$" 'of its own'
shop_id=$shop_id_two
$db_client -S "$db_sock" -u root --default-character-set=utf8mb4 \
    "$name_two" <"$top_srcdir/schema/seed.sql" >"$dir/log/seed.log" 2>&1
ok 'and the seed'
pool_start
nginx_start

at one
as 1
post /v1/points/charge '{"amount": 1000}'
is "$status" 201 'the first goes on as before'
pool_stop
pool_again
post /v1/points/charge '{"amount": 1000}'
is "$status" 201 'over new connections, too: its account is as it was'
is "$(ctl migrate 2>&1)" '' 'and has nothing to migrate'

is "$(sql_root "SELECT GROUP_CONCAT(DISTINCT User ORDER BY User) FROM mysql.user
    WHERE User LIKE '%\\_worker'")" "$name_two"'_worker,shop_worker' \
    'each has its workers'\'' account'
at two
is "$($db_client -S "$db_sock" --default-character-set=utf8mb4 \
    -u "${name_two}_worker" -p"$(cat "$dir/db.password")" -N -B \
    -e 'SHOW DATABASES' | grep -v '_schema$')" "$name_two" \
    'which sees this database alone'
for other in shop.users "$other_two.secret"; do
	$db_client -S "$db_sock" --default-character-set=utf8mb4 \
	    -u "${name_two}_worker" -p"$(cat "$dir/db.password")" -N -B \
	    -e "SELECT COUNT(*) FROM $other" >"$dir/out" 2>&1
	like "$(cat "$dir/out")" 'ERROR 1142' "and nothing of $other"
done

# ---- The same user with the same key, at both

as 1
bearer_two=$bearer
post /v1/points/charge '{"amount": 1000}' -H 'Idempotency-Key: same'
is "$status $(header Idempotency-Replayed)" '201 ' 'a key at the second'
post /v1/points/charge '{"amount": 1000}' -H 'Idempotency-Key: same'
is "$status $(header Idempotency-Replayed)" '201 true' 'is known there'
at one
as 1
before=$(balance 1)
post /v1/points/charge '{"amount": 1000}' -H 'Idempotency-Key: same'
is "$status $(header Idempotency-Replayed)" '201 ' 'and is new at the first'
is "$(balance 1)" "$((before + 1000))" 'which charges'

# A request holds the lock of its key, which is the server's, for as long as
# it waits for the user's row.
hold 30 'SELECT * FROM users WHERE id = 1 FOR UPDATE'
shot_post waiting /v1/points/charge '{"amount": 1000}' \
    -H 'Idempotency-Key: held' &
shot_pid=$!
eventually 5 key_held 1 /v1/points/charge held
ok 'a key is under way at the first'
at two
bearer=$bearer_two
post /v1/points/charge '{"amount": 1000}' -H 'Idempotency-Key: held'
is "$status" 201 'which is no matter to the second'
at one
key_held 1 /v1/points/charge held
ok 'while the first still waits'
let_go
wait $shot_pid
shot_look waiting
is "$status" 201 'and then has it done'

# ---- Rankings

at one
as 1
post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
is "$status" 201 'the first sells one thing'
at two
bearer=$bearer_two
post /v1/orders '{"items": [{"productId": 2, "quantity": 1}]}'
is "$status" 201 'the second another'
for turn in 1 2; do
	at one
	mc_top_one=$(eventually 15 sells '[1]' && eventually 5 is_hit && json \
	    '[.items[].productId]')
	at two
	mc_top_two=$(eventually 15 sells '[2]' && eventually 5 is_hit && json \
	    '[.items[].productId]')
	is "$mc_top_one $mc_top_two" '[1] [2]' \
	    'each keeps its own ranking in the cache'
done
at two
conf nginx_conf "$dir/nginx/shop.conf"
is "$(ctl doctor | grep 'nginx$')" 'ok nginx' 'nginx asks by the right key'
sed "s/$shop_id_two/$shop_id_one/" "$dir/nginx/shop.conf" >"$dir/wrong.conf"
conf nginx_conf "$dir/wrong.conf"
like "$(ctl doctor | grep '^bad nginx:')" \
    "^bad nginx: it was made with id = $shop_id_one instead of $shop_id_two" \
    'and the doctor tells when it is the other'\''s'

# ---- A copy under another name is another shop

sql_root 'CREATE DATABASE copy; CREATE TABLE copy.shop_identity AS
    SELECT * FROM shop.shop_identity'
is "$(sql_root 'SELECT id FROM copy.shop_identity')" "$shop_id_one" \
    'a copied database has the id that it had'
at one
sed 's/^db_name = .*//; $a db_name = copy' "$dir/shop.conf" >"$dir/copy.conf"
"$top_builddir/shopctl" --config "$dir/copy.conf" id >"$dir/out" 2>&1
is "$? $(wc -l <"$dir/out")" '1 1' 'which is none of its own'
sql_root 'DROP DATABASE copy; CREATE DATABASE copy CHARACTER SET utf8mb4
    COLLATE utf8mb4_unicode_ci; CREATE TABLE copy.shop_identity
    LIKE shop.shop_identity; INSERT INTO copy.shop_identity
    SELECT * FROM shop.shop_identity'
"$top_builddir/shopctl" --config "$dir/copy.conf" migrate >"$dir/out" 2>&1
ok 'migrate makes it one'
unlike "$("$top_builddir/shopctl" --config "$dir/copy.conf" id)" \
    "^($shop_id_one|$shop_id_two|)\$" 'that is nobody else'\''s'

# ---- It goes, and the first stays

at two
end=$(sql_two 'SELECT COUNT(*) FROM orders')
is "$end" 1 'the second had its orders in its own tables'
pool_stop
nginx_stop
sql_root "DROP DATABASE \`my $letters%_\`\`1\`; DROP DATABASE copy"
at one
as 1
post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
is "$status" 201 'the first sells on'
eventually 15 is_hit
is "$(json '[.items[].productId]')" '[1]' 'and ranks'
finish
