#!/bin/sh
# SPDX-License-Identifier: MIT
# Regressions: migrate made an account without a password where no settings
# were found, gave a second shop on the server the first one's account and a
# password of its own, granted `shop%1`.* as a pattern, and stopped half done
# where its own account lacked a right.
. "${top_srcdir:-.}/t/lib.sh"
redo=64M
shop_start
as 1

# accounts: all that the server has of accounts, and what databases there are.
accounts() {
	sql_root "SELECT * FROM mysql.${mysql:+user}${mariadb:+global_priv} ORDER BY 1, 2;
	    SELECT * FROM mysql.db ORDER BY 1, 2, 3;
	    SELECT host, db, user, routine_name, proc_priv FROM mysql.procs_priv
	    ORDER BY 1, 2, 3, 4;
	    SELECT table_schema, table_name FROM information_schema.tables
	    WHERE table_schema NOT IN ('mysql', 'sys', 'performance_schema',
	    'information_schema') ORDER BY 1, 2"
}
# migrate ARGUMENTS...: sets code, out, err.
migrate() {
	ctl migrate "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
}
# refused TEXT PATTERN: the last one was, with one line, and nothing changed
# since $before.
refused() {
	is "$code $(wc -l <"$dir/err") $out" '1 1 ' "$1"
	like "$err" "^shopctl: migrate: .*$2" 'and says why'
	like "$err" 'nothing was changed' 'and that nothing was changed'
	is "$(accounts)" "$before" 'indeed nothing'
}
rolls() { grep -c 'event=roll-done' "$dir/log/shopd.log"; }
rolled() { [ "$(rolls)" -gt "$rolls_before" ]; }
works() {
	rolls_before=$(rolls)
	kill -HUP "$pool_pid"
	eventually 10 rolled
	n=0
	bad=
	while [ $((n += 1)) -le 12 ]; do
		post /v1/points/charge '{"amount": 5}'
		[ "$status" = 201 ] || bad="$bad $status"
	done
	is "$bad" '' "$1: new connections of the first shop work"
}

# ---- No settings file, or no password

before=$(accounts)
works 'at first'
(cd / && env -i PATH="$PATH" SHOP_DB_SOCKET="$db_sock" \
    SHOP_SCHEMA_DIR="$top_srcdir/schema" "$top_builddir/shopctl" migrate) \
    >"$dir/out" 2>"$dir/err" </dev/null
code=$?
out=$(cat "$dir/out")
like "$(cat "$dir/err")" '^shopctl: no settings file: ' 'it says that there is none'
sed -i '/no settings file: /d' "$dir/err"
err=$(cat "$dir/err")
refused 'no settings file' 'db_password_file is not set'
conf db_password_file ''
migrate
refused 'no password' 'db_password_file is not set'
migrate --take-account
refused 'not even so' 'db_password_file is not set'
(umask 077; : >"$dir/empty")
conf db_password_file "$dir/empty"
migrate
is "$code $out" '1 ' 'an empty file'
is "$(accounts)" "$before" 'changes nothing'
conf db_password_file "$dir/db.password"
works 'after that'

# ---- Another password

(umask 077; echo another >"$dir/other.password")
conf db_password_file "$dir/other.password"
migrate
refused 'another password' 'other\.password.*--take-account'
conf db_password_file "$dir/db.password"
migrate
is "$code $out$err" '0 ' 'the right one: no word'
is "$(accounts)" "$before" 'and no change'
conf db_password_file "$dir/other.password"
migrate --take-account
is "$code $out$err" '0 account shop_worker' 'changed on purpose'
conf db_password_file "$dir/db.password"
migrate --take-account
is "$code $out$err" '0 account shop_worker' 'and back'
works 'then'

# ---- A dump that was restored on another server: routines, no accounts

sql_root 'DROP USER shop_worker@localhost, shop_definer@localhost'
migrate
is "$code $(echo $out)$err" '0 account shop_definer account shop_worker' \
    'accounts that are gone are made, and nothing else'
works 'with those'
ctl doctor >"$dir/out" 2>&1
is "$? $(grep '^bad' "$dir/out")" '0 ' 'doctor finds nothing'

# ---- A second shop by the first one's account

sql_root 'CREATE DATABASE staging'
before=$(accounts)
sed -e '/^db_name/d; /^db_user/d; /^db_password_file/d' "$dir/shop.conf" \
    >"$dir/first.conf"
# second NAME USER PASSWORD_FILE: the settings of another shop.
second() {
	{ cat "$dir/first.conf"; echo "db_name = $1"; echo "db_user = $2"
	echo "db_password_file = $3"; } >"$dir/shop.conf"
}
first() { second shop shop_worker "$dir/db.password"; }
second staging shop_worker "$dir/other.password"
migrate
refused 'another shop, another password' 'shop_worker.*works elsewhere'
second staging shop_worker "$dir/db.password"
migrate
refused 'another shop, the same password' 'shop_worker.*works elsewhere, too \(GRANT .*`shop`'
second staging '' "$dir/other.password"
migrate
is "$code $err" '0 ' 'by an account of its own'
is "$(sql_root 'SELECT COUNT(*) FROM mysql.db
    WHERE user LIKE "staging%" AND db <> "staging"')" 0 'which has nothing of the first'
sql_root 'GRANT SELECT ON shop.products TO staging_worker@localhost'
before=$(accounts)
migrate
refused 'an account with a right elsewhere' 'works elsewhere, too \(GRANT SELECT ON `shop`\.`products`'
migrate --take-account
is "$code $err" '0 ' 'unless one says so'
ctl doctor >"$dir/out" 2>&1
like "$(cat "$dir/out")" '^bad worker-rights: .*GRANT SELECT ON `shop`' 'doctor says so'
sql_root 'CREATE USER person@localhost IDENTIFIED BY "another";
    GRANT SELECT ON *.* TO person@localhost'
second staging person "$dir/other.password"
before=$(accounts)
migrate
refused 'a person'\''s account' 'person.*works elsewhere, too \(GRANT SELECT ON \*\.\*'
first
sql_root "CREATE ROLE clerk; GRANT clerk TO shop_worker@localhost;
    SET DEFAULT ROLE clerk ${mysql:+TO}${mariadb:+FOR} shop_worker@localhost"
before=$(accounts)
migrate
refused 'a role' 'works elsewhere, too \(GRANT .clerk.(@.%.)?\)'
sql_root 'DROP ROLE clerk'
migrate
is "$code $out$err" '0 ' 'one that is gone, though still the default: no word'
ctl doctor >"$dir/out" 2>&1
is "$(grep '^bad' "$dir/out")" '' 'doctor finds nothing'
sql_root "CREATE USER \`o'brien\`@localhost IDENTIFIED BY 'another'"
second staging "o'brien" "$dir/other.password"
migrate
is "$code $err" '0 ' 'one that was made ahead, with this password and no right'
first
migrate
is "$code $out$err" '0 ' 'and the first one'\''s is as it was'
works 'beside it'

# ---- Names

while read -r name like; do
	q=$(printf %s "$name" | sed 's/`/``/g')
	sql_root "CREATE DATABASE \`$q\`; CREATE DATABASE \`$like\`;
	    CREATE TABLE \`$like\`.t (id INT)"
	second "$name" reader "$dir/db.password"
	migrate
	is "$code $err" '0 ' "a database called $name"
	rights=$(sql_root 'SHOW GRANTS FOR reader@localhost')
	like "$(MYSQL_PWD=$(cat "$dir/db.password") $db_client \
	    -S "$db_sock" -u reader -N -B -e "SELECT * FROM \`$like\`.t" 2>&1)" \
	    'ERROR 1142' "its workers see nothing of $like"
	ctl doctor >"$dir/out" 2>&1
	is "$(grep '^bad' "$dir/out")" '' 'doctor finds nothing'
	migrate
	is "$code $out$err" '0 ' 'again: no word'
	is "$(SHOP_JWT_LEEWAY_S=0 ctl user add --name A --email "a@b.c" \
	    --balance 5 2>&1)" 1 'its routines work'
	sql_root 'DROP USER reader@localhost'
done <<END
shop%1 shopX1
my_shop myXshop
st\`ock stock
${mariadb:+가게}${mysql:+cafe} 나게
my\\shop myshop
it's its
a-long-name-of-which-there-is-too-much-to-be-an-accounts-name-01 other
END
# The first one of these names is the live shop's.
is "$(sql_root "SELECT COUNT(*) FROM mysql.user WHERE CHAR_LENGTH(user) > 32")" \
    0 'no name is longer than MySQL takes'
is "$(sql_root "SELECT COUNT(DISTINCT user) FROM mysql.user
    WHERE user LIKE '%\\_definer'")" \
    "$(sql_root "SELECT COUNT(DISTINCT routine_schema)
    FROM information_schema.routines WHERE routine_name = 'order_place'")" \
    'each database has a definer of its own'
long=a_long_name_of_which_there_is_too_much_to_be_an_accounts_name_01
sql_root "CREATE DATABASE $long"
before=$(accounts)
second $long reader "$dir/db.password"
migrate
refused 'a name that no GRANT takes' 'db_name is too long'

first
works 'beside all of them'

# ---- Rights first

sql_root "CREATE DATABASE fresh; CREATE USER ops@localhost IDENTIFIED BY 'o';
    GRANT ALL PRIVILEGES ON \`fresh\`.* TO ops@localhost WITH GRANT OPTION"
(umask 077; echo o >"$dir/ops.password")
second fresh fresh_worker "$dir/db.password"
echo 'db_admin_user = ops' >>"$dir/shop.conf"
echo "db_admin_password_file = $dir/ops.password" >>"$dir/shop.conf"
before=$(accounts)
migrate
refused 'an admin who may make no accounts' \
    'must run GRANT CREATE USER, [A-Z_ ,]* ON \*\.\* TO `ops`@`localhost`; GRANT SELECT ON mysql\.\* TO `ops`@`localhost`'
# What it said, word by word, is what is needed.
grant=$(echo "$err" | sed 's/.* must run //')
sql_root "$grant"
migrate
is "$code $err" '0 ' 'with these rights it migrates'
ctl audit >"$dir/out" 2>&1
is "$? $(head -n 1 "$dir/out")" '0 ok' 'audits'
ctl doctor >"$dir/out" 2>&1
is "$? $(grep '^bad' "$dir/out")" '0 ' 'and finds all well'
ctl user add --name A --email a@b.c >"$dir/out" 2>&1
is "$(cat "$dir/out")" 1 'adds a user'
migrate
is "$code $out$err" '0 ' 'once more: no word'
sql_root "DROP PROCEDURE fresh.order_place; DROP USER fresh_definer@localhost"
migrate
is "$code $err" '0 ' 'and mends'
ctl doctor >"$dir/out" 2>&1
is "$? $(grep '^bad' "$dir/out")" '0 ' 'all of it'
sql_root 'REVOKE GRANT OPTION ON fresh.* FROM ops@localhost; DROP DATABASE fresh;
    CREATE DATABASE fresh'
before=$(accounts)
migrate
refused 'one who may not grant' 'must run GRANT ALL PRIVILEGES ON `fresh`\.\* TO `ops`@`localhost` WITH GRANT OPTION$'
sql_root 'SET GLOBAL read_only = 1'
migrate
is "$code $out" '1 ' 'a server that is read only'
sql_root 'SET GLOBAL read_only = 0'
is "$(accounts)" "$before" 'is seen before anything is changed'

# ---- A name in other letters than ASCII's, whose routines' rights MySQL loses

if [ -n "$mysql" ]; then
	first
	sql_root 'CREATE DATABASE `가게`'
	conf db_name 가게
	before=$(accounts)
	migrate
	refused 'a name that is not ASCII' 'whose name is not ASCII'
	like "$(ctl doctor)" '^bad database: .* not ASCII.*: set db_name' 'doctor, too'
	sql_root 'DROP DATABASE `가게`'
	conf db_name shop
fi

# ---- A server that writes names in small letters; MySQL from its first day on

if [ -n "$mariadb" ]; then
db_stop
db_options=--lower-case-table-names=1
db_start
sql_root 'CREATE DATABASE Upper'
is "$(sql_root 'SHOW DATABASES LIKE "Upper"')" upper 'Upper is upper there'
before=$(accounts)
second Upper '' "$dir/db.password"
migrate
refused 'another name than the server'\''s' 'db_name is Upper, and the server calls it upper'
ctl doctor >"$dir/out" 2>&1
like "$(cat "$dir/out")" '^bad database: db_name is Upper, ' 'doctor says so'
second upper '' "$dir/db.password"
migrate
is "$code $err" '0 ' 'its own'
migrate
is "$code $out$err" '0 ' 'again: no word'
fi

# ---- A server that checks no passwords

first
db_stop
db_options=--skip-grant-tables
db_start
seen 'no accounts' $db_client -S "$db_sock" -u nobody -e 'SELECT 1'
ctl doctor >"$dir/out" 2>&1
like "$(cat "$dir/out")" '^bad worker-account: .* without a password, and so does anybody' \
    'is told'
unlike "$(cat "$dir/out")" 'out of memory' 'each check says what is wrong'
db_stop
db_options=
db_start
works 'after all that'
finish
