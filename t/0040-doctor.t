#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl doctor: every thing that can be wrong is found, by name, alone.
. "${top_srcdir:-.}/t/lib.sh"
redo=64M
db_options='--log-bin --sync-binlog=1'
shop_db
mc_start
nginx_conf
site=$dir/nginx/shop.conf
conf nginx_conf "$site"

# look: sets code, bad (its lines that are not ok, nor what there is nothing of to
# look at), skipped (the names of these), err and lines (of err).
look() {
	ctl doctor >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	bad=$(grep -v '^ok [a-z-]*$\|^skip [a-z-]*: .' "$dir/out")
	skipped=$(sed -n 's/^skip \([a-z-]*\): .*/\1/p' "$dir/out" | xargs)
	err=$(cat "$dir/err")
	lines=$(wc -l <"$dir/err")
}

# well TEXT: nothing is wrong.
well() {
	look
	is "$code $bad$err" '0 ' "$1"
}

# finds TEXT PATTERN...: a line like each pattern is bad, and no other.
finds() {
	text=$1
	shift
	look
	is "$code $lines $(echo "$bad" | wc -l)" "1 1 $#" "$text"
	[ "$(echo "$bad" | wc -l)" = $# ] || echo "$bad" | sed 's/^/# /'
	for pattern in "$@"; do
		like "$bad" "^bad $pattern" 'is named'
	done
}

# provoked TEXT BY BACK PATTERN...: finds() between two statements.
provoked() {
	provoked_text=$1
	provoked_back=$3
	sql "$2" || fail "$1: the statement"
	shift 3
	finds "$provoked_text" "$@"
	sql "$provoked_back" || fail "$provoked_text: back"
}

well 'a fresh shop is well'
checks=$(wc -l <"$dir/out")
is "$skipped" 'grant-keys files pool cluster open-accounts replicas' 'and what there is not is not called so'
is "$(sort "$dir/out" | uniq | wc -l)" "$checks" 'each check has a name of its own'
for usage in '--all' 'more'; do
	ctl doctor $usage >"$dir/out" 2>&1
	is "$?" 2 "bad usage: doctor $usage"
done

# ---- The server

provoked 'commits that are not flushed' \
    'SET GLOBAL innodb_flush_log_at_trx_commit = 2' \
    'SET GLOBAL innodb_flush_log_at_trx_commit = 1' \
    'flush: innodb_flush_log_at_trx_commit is 2, .*: SET GLOBAL .* = 1'
provoked 'a binlog that is not synced' 'SET GLOBAL sync_binlog = 0' \
    'SET GLOBAL sync_binlog = 1' 'binlog: sync_binlog is 0, .*: SET GLOBAL'
provoked 'local_infile' 'SET GLOBAL local_infile = 1' \
    'SET GLOBAL local_infile = 0' 'local-infile: local_infile is ON, .*: '
provoked 'too few connections' 'SET GLOBAL max_connections = 15' \
    'SET GLOBAL max_connections = 16' \
    'connections: max_connections is 15, 6 workers .* need 16: raise'
well 'just enough of them'
sql_root 'SET GLOBAL max_connections = 200'
limit='ALTER USER shop_worker@localhost WITH'
provoked 'too few for the account' "$limit MAX_USER_CONNECTIONS 4" \
    "$limit MAX_USER_CONNECTIONS 12" \
    'connections: MAX_USER_CONNECTIONS of shop_worker is 4, 6 workers need 12: raise'
well 'just enough, while old and new workers overlap'
sql_root "$limit MAX_USER_CONNECTIONS 0"
for what in QUERIES UPDATES CONNECTIONS; do
	provoked "a limit on an hour's $what" "$limit MAX_${what}_PER_HOUR 9000" \
	    "$limit MAX_${what}_PER_HOUR 0" \
	    "connections: shop_worker has MAX_${what}_PER_HOUR 9000, .*: ALTER USER"
done
provoked 'a server that takes no writes' 'SET GLOBAL read_only = 1' \
    'SET GLOBAL read_only = 0' 'writable: read_only is ON: SET GLOBAL read_only'
db_stop
db_options="$db_options --max-user-connections=7" db_start
finds 'too few for any account' \
    'connections: max_user_connections is 7, 6 workers need 12: raise'
# MySQL does not start with the second one where its files are as the options.
for option in innodb-read-only ${mariadb:+innodb-force-recovery}; do
	db_stop
	db_options="$db_options --$option=1" db_start
	name=$(echo $option | tr - _)
	look
	like "$bad" "^bad (writable|server): .*$name is (ON|1)[:,]" "the server was started with $name"
done
db_stop
db_start
well 'the server as it was'
provoked 'a clock that stands' "SET GLOBAL init_connect = 'SET timestamp = 1'" \
    "SET GLOBAL init_connect = ''" 'clock: .* differs by [0-9]{8,} ms'
provoked 'one that is 30 s ahead' "SET GLOBAL init_connect =
    'SET timestamp = UNIX_TIMESTAMP(NOW(3)) + 30'" \
    "SET GLOBAL init_connect = ''" 'clock: .* by (2[0-9]|30)[0-9]{3} ms'
provoked 'what was written by a clock a year ahead' 'UPDATE stock_movements
    SET created_at = created_at + INTERVAL 1 YEAR WHERE id IN (2, 4)' \
    'UPDATE stock_movements SET created_at = created_at - INTERVAL 1 YEAR
    WHERE id IN (2, 4)' \
    'dates: stock_movements: 2 dated ahead of the clock, ids 2 to 4, up to [-0-9]{10} .*: .*run shopctl redate'
isolation=$([ -n "$mysql" ] && echo transaction_isolation || echo tx_isolation)
sql_root "SET GLOBAL sql_mode = '', $isolation = 'SERIALIZABLE'"
well 'what the server is by itself is no matter'
sql_root "SET GLOBAL sql_mode = DEFAULT, $isolation = DEFAULT"

# ---- The schema

versions=$(cd "$top_srcdir/schema/migrations" && ls | cut -d _ -f 1)
newest=$(echo "$versions" | tail -n 1)
before=$(echo "$versions" | tail -n 2 | head -n 1)
provoked 'a schema that is behind' \
    "DELETE FROM schema_migrations WHERE version = '$newest'" \
    "INSERT INTO schema_migrations VALUES ('$newest')" \
    "schema-version: it is $before, the newest file $newest: run shopctl migrate"
provoked 'one that is ahead' "INSERT INTO schema_migrations VALUES ('9999')" \
    "DELETE FROM schema_migrations WHERE version = '9999'" \
    "schema-version: it is 9999, the newest file $newest: install"
provoked 'none' 'DELETE FROM schema_migrations' \
    "INSERT INTO schema_migrations VALUES $(echo $versions |
	sed "s/[0-9]*/('&')/g; s/ /, /g")" \
    'schema-version: it is , .*: run shopctl migrate'

provoked 'a table that is gone' 'RENAME TABLE sales_marks TO elsewhere' \
    'RENAME TABLE elsewhere TO sales_marks' \
    'tables: there is no sales_marks: ' 'dates: .*sales_marks'
provoked 'a table of the doctor'\''s own' \
    'RENAME TABLE schema_routines TO elsewhere' \
    'RENAME TABLE elsewhere TO schema_routines' \
    'tables: there is no schema_routines: ' 'routines: .*schema_routines'
provoked 'another engine' 'ALTER TABLE stock_movements ENGINE = MyISAM' \
    'ALTER TABLE stock_movements ENGINE = InnoDB' \
    'tables: stock_movements is ENGINE=MyISAM .* instead of ENGINE=InnoDB '
provoked 'another character set' \
    'ALTER TABLE sales_marks DEFAULT CHARSET = latin1' \
    'ALTER TABLE sales_marks DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci' \
    'tables: sales_marks is .*CHARSET=latin1 (.* )?instead of .*CHARSET=utf8mb4'
provoked 'text of another character set' \
    'ALTER TABLE order_items MODIFY name VARCHAR(100) CHARACTER SET latin1 NOT NULL' \
    'ALTER TABLE order_items MODIFY name VARCHAR(100) NOT NULL' \
    'columns: order_items has no name varchar\(100\)( COLLATE utf8mb4_unicode_ci)? NOT NULL: '
provoked 'a column that is gone' 'ALTER TABLE payments
    DROP CONSTRAINT payments_reason, DROP COLUMN reason' \
    "ALTER TABLE payments ADD reason VARCHAR(64) NULL,
    ADD CONSTRAINT payments_reason CHECK ((status = 'failed') = (reason IS NOT NULL))" \
    'columns: payments has no reason ' 'constraints: .*payments_reason'
provoked 'one that a later migration added' \
    'ALTER TABLE products RENAME COLUMN hour TO hours' \
    'ALTER TABLE products RENAME COLUMN hours TO hour' \
    'columns: products has no hour datetime NOT NULL DEFAULT '
provoked 'a narrower one' 'ALTER TABLE order_items MODIFY price INT NOT NULL' \
    'ALTER TABLE order_items MODIFY price BIGINT NOT NULL' \
    'columns: order_items has no price bigint(\(20\))? NOT NULL: '
provoked 'an index that is gone' \
    'ALTER TABLE points_ledger DROP INDEX points_ledger_idem' \
    'ALTER TABLE points_ledger ADD UNIQUE KEY points_ledger_idem (user_id, idem)' \
    'keys: points_ledger has no UNIQUE KEY points_ledger_idem \(user_id,idem\): '
provoked 'one that is no longer unique' 'ALTER TABLE users
    DROP INDEX users_email_key, ADD KEY users_email_key (email_key)' \
    'ALTER TABLE users DROP INDEX users_email_key,
    ADD UNIQUE KEY users_email_key (email_key)' \
    'keys: users has no UNIQUE KEY users_email_key \(email_key\): '
provoked 'another primary key' 'ALTER TABLE sales_marks DROP PRIMARY KEY,
    ADD PRIMARY KEY (hour, product_id)' 'ALTER TABLE sales_marks DROP PRIMARY KEY,
    ADD PRIMARY KEY (product_id, id)' \
    'keys: sales_marks has no PRIMARY KEY \(product_id,id\): '
provoked 'a check that is gone' \
    'ALTER TABLE products DROP CONSTRAINT products_stock' \
    'ALTER TABLE products ADD CONSTRAINT products_stock
    CHECK (stock >= 0)' \
    'constraints: products has no CONSTRAINT products_stock CHECK '
provoked 'one besides that wants a value' \
    'ALTER TABLE orders ADD note VARCHAR(10) NOT NULL' \
    'ALTER TABLE orders DROP note' \
    'columns: orders has note varchar\(10\)( COLLATE utf8mb4_unicode_ci)? NOT NULL, which nothing fills: '
sql 'CREATE TABLE mine (id INT); ALTER TABLE users ADD note INT NULL,
    ADD kind INT NOT NULL DEFAULT 1, ADD twice INT AS (kind * 2) STORED,
    ADD KEY users_created (created_at)'
well 'what is there besides is nobody'\''s business'
sql 'DROP TABLE mine; ALTER TABLE users DROP note, DROP twice,
    DROP kind, DROP KEY users_created'

# ---- The routines; migrate is the remedy of them all

# routine TEXT SQL PATTERN
routine() {
	sql "$2"
	finds "$1" "routines: $3: run shopctl migrate"
	ctl migrate >/dev/null
	well 'migrate sets it right'
}
routine 'a routine of another file' \
    "UPDATE schema_routines SET digest = REPEAT('0', 64) WHERE name = 'order_place'" \
    'order_place is not its file'\''s'
routine 'a routine changed by hand' 'DROP PROCEDURE payment_request; CREATE PROCEDURE payment_request(
    IN p_user BIGINT, IN p_amount BIGINT, IN p_attempt INT, OUT p_payment BIGINT)
    MODIFIES SQL DATA SQL SECURITY DEFINER SET p_payment = 1' \
    'payment_request is not shop_definer'\''s'
routine 'one that looks like the definer'\''s' "DROP PROCEDURE payment_request; CREATE
    DEFINER = shop_definer@localhost PROCEDURE payment_request(
    IN p_user BIGINT, IN p_amount BIGINT, IN p_attempt INT, OUT p_payment BIGINT)
    MODIFIES SQL DATA SQL SECURITY DEFINER SET p_payment = 1" \
    'payment_request is not its file'\''s'
# again NAME CLAUSE DEFINER SED: its own file's text, but made otherwise.
again() {
	remake "$top_srcdir/schema/routines/$1.sql" "$3" "$2" "${4:-}" ||
	    fail "again $1"
}
ours=shop_definer@localhost
# made TEXT PATTERN ARGUMENTS: of again.
made() {
	made_text=$1
	made_pattern=$2
	shift 2
	again "$@"
	routine "$made_text" 'DO 1' "$made_pattern"
}
made 'the right text by another definer' 'order_place is not shop_definer'\''s' \
    order_place "$mode" root@localhost
made 'by one that is not there' 'order_place is not shop_definer'\''s' \
    order_place "$mode" gone@localhost
made 'in another sql_mode' 'sales_mark has the sql_mode  instead of STRICT_ALL.*' \
    sales_mark "SET sql_mode = ''" $ours
made 'in another character set' \
    'user_add has the character_set_client latin1 instead of utf8mb4' \
    user_add "$mode; SET NAMES latin1" $ours
made 'in another collation' \
    'user_add has the collation_connection utf8mb4_bin instead of utf8mb4_.*' \
    user_add "$mode; SET NAMES utf8mb4 COLLATE utf8mb4_bin" $ours
made 'with other arguments' 'payment_fail is not its file'\''s' \
    payment_fail "$mode" $ours 's/p_reason VARCHAR(64)/p_reason VARCHAR(9)/'
sql 'ALTER DATABASE shop COLLATE utf8mb4_bin'
finds 'a database of another collation' \
    'routines: account_change has the collation_database utf8mb4_unicode_ci instead of utf8mb4_bin, .* and more: run'
ctl migrate >/dev/null
well 'which migrate follows'
sql 'ALTER DATABASE shop COLLATE utf8mb4_unicode_ci'
ctl migrate >/dev/null
routine 'one that says it only reads' 'ALTER PROCEDURE product_add READS SQL DATA' \
    'product_add is not its file'\''s'
routine 'a set that is not in force' \
    "INSERT INTO schema_releases (digest, made_at) VALUES ('another', NOW())" \
    'this program'\''s are not noted as those in force'
cp -R "$top_srcdir/schema" "$dir/schema"
chmod -R u+w "$dir/schema"
echo '-- another' >>"$dir/schema/routines/user_add.sql"
conf schema_dir "$dir/schema"
finds 'files of another version' \
    'routines: the files of routines are not this program.s: set schema_dir'
conf schema_dir "$top_srcdir/schema"
routine 'two with the rights of their caller' \
    'ALTER PROCEDURE product_add SQL SECURITY INVOKER;
    ALTER PROCEDURE user_add SQL SECURITY INVOKER' \
    'product_add has its caller.s rights, user_add has its .*'
sql 'DROP PROCEDURE points_charge'
finds 'a routine that is gone' \
    'routines: points_charge is missing: run shopctl migrate' \
    'worker-rights: shop_worker lacks GRANT EXECUTE .*points_charge'
ctl migrate >/dev/null
well 'migrate makes it'

# ---- Their definer; migrate is the remedy, too

# definer TEXT SQL PATTERN
definer() {
	sql_root "$2" || fail "$1: the statement"
	finds "$1" "definer: $3: run shopctl migrate"
	ctl migrate >/dev/null
	well 'migrate sets it right'
}
sql_root 'CREATE ROLE clerk'
definer 'a definer that is gone' "DROP USER $ours" \
    'there is no `shop_definer`@`localhost`, .*'
definer 'one that people may come in by' "ALTER USER $ours ACCOUNT UNLOCK" \
    '`shop_definer`@`localhost` is not locked'
definer 'one that may not write' "REVOKE INSERT ON shop.* FROM $ours" \
    'shop_definer has too many rights, GRANT SELECT, UPDATE, DELETE, EXECUTE ON .*'
definer 'one without any right' "REVOKE ALL, GRANT OPTION FROM $ours" \
    'shop_definer lacks GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON `shop`.*'
for right in 'SUPER ON *.*' "${mysql:+CONNECTION_ADMIN}${mariadb:+READ ONLY ADMIN} ON *.*" 'SELECT ON *.*' \
    'ALTER ON shop.*' 'ALL ON shop.*' 'UPDATE ON mysql.*' \
    'ALTER ON shop.users' 'SELECT (id) ON shop.users' clerk; do
	definer "one with $right" "GRANT $right TO $ours" \
	    'shop_definer has too many rights, GRANT .*'
done
definer 'one that may grant' "GRANT SELECT ON shop.* TO $ours WITH GRANT OPTION" \
    'shop_definer has too many rights, GRANT .* WITH GRANT OPTION'
sql_root 'DROP ROLE clerk'

# ---- The admin's account

set_user='SET USER' show=
[ -z "$mysql" ] || set_user=SET_ANY_DEFINER
[ -z "$mysql" ] || show=', ALLOW_NONEXISTENT_DEFINER, SHOW_ROUTINE'
sql_root "CREATE USER ops@localhost IDENTIFIED BY 'of-ops';
    GRANT ALL ON shop.* TO ops@localhost WITH GRANT OPTION;
    GRANT CREATE USER, $set_user$show ON *.* TO ops@localhost;
    GRANT SELECT ON mysql.* TO ops@localhost"
(umask 077; echo of-ops >"$dir/ops.password")
conf db_admin_user ops
conf db_admin_password_file "$dir/ops.password"
well 'an admin with just what docs/operating.md says'
# admin TEXT RIGHT: without it; what to run is told.
admin() {
	sql_root "REVOKE $2 FROM ops@localhost"
	look
	is "$code" 1 "$1"
	like "$bad" "^bad admin-rights: ops may not do all .*: let an administrator run GRANT $3 TO" \
	    'is told, with what to run'
	sql_root "GRANT $2 TO ops@localhost"
}
admin 'no CREATE USER' 'CREATE USER ON *.*' 'CREATE USER ON \*\.\*'
admin 'no other definer' "$set_user ON *.*" "$set_user ON \*\.\*"
[ -z "$mysql" ] ||
    admin 'no look at routines' 'SHOW_ROUTINE ON *.*' 'SHOW_ROUTINE ON \*\.\*'
admin 'no look at accounts' 'SELECT ON mysql.*' 'SELECT ON mysql\.\*'
for right in ALTER DROP INDEX 'LOCK TABLES' 'ALTER ROUTINE' DELETE \
    'CREATE TEMPORARY TABLES' 'CREATE ROUTINE' CREATE INSERT; do
	admin "no $right" "$right ON shop.*" 'ALL PRIVILEGES ON `shop`\.\*'
done
sql_root 'REVOKE GRANT OPTION ON shop.* FROM ops@localhost'
finds 'an admin who may not grant' 'admin-rights: .* WITH GRANT OPTION'
sql_root 'GRANT SELECT ON shop.* TO ops@localhost WITH GRANT OPTION'
well 'all of them again'
conf db_admin_user root
conf db_admin_password_file ''

# ---- The workers' account

provoked 'a right missing' \
    'REVOKE EXECUTE ON PROCEDURE payment_fail FROM shop_worker@localhost' \
    'GRANT EXECUTE ON PROCEDURE payment_fail TO shop_worker@localhost' \
    'worker-rights: shop_worker lacks GRANT EXECUTE .*payment_fail.*: run shopctl migrate'
provoked 'SELECT missing' 'REVOKE SELECT ON orders FROM shop_worker@localhost' \
    'GRANT SELECT ON orders TO shop_worker@localhost' \
    'worker-rights: shop_worker lacks GRANT SELECT'

# too_many RIGHT: it must not be the workers'.
too_many() {
	provoked "$1" "GRANT $1 TO shop_worker@localhost $2" \
	    "REVOKE $3 FROM shop_worker@localhost" \
	    'worker-rights: shop_worker has too many rights, GRANT .*: REVOKE'
}
too_many 'UPDATE ON shop.users' '' 'UPDATE ON shop.users'
too_many 'INSERT ON shop.*' '' 'INSERT ON shop.*'
too_many 'SELECT ON *.*' '' 'SELECT ON *.*'
too_many 'SELECT ON mysql.*' '' 'SELECT ON mysql.*'
too_many 'EXECUTE ON shop.*' '' 'EXECUTE ON shop.*'
too_many 'EXECUTE ON PROCEDURE shop.user_add' '' \
    'EXECUTE ON PROCEDURE shop.user_add'
too_many 'SELECT ON shop.requests' '' 'SELECT ON shop.requests'
provoked 'a right to every table' 'GRANT SELECT ON shop.* TO shop_worker@localhost' \
    'REVOKE SELECT ON shop.* FROM shop_worker@localhost' \
    'worker-rights: shop_worker may read every table: run shopctl migrate'
too_many 'SELECT ON shop.*' 'WITH GRANT OPTION' \
    'SELECT ON shop.* FROM shop_worker@localhost; REVOKE GRANT OPTION ON shop.*'
too_many 'UPDATE (name) ON shop.users' '' 'UPDATE (name) ON shop.users'
sql 'CREATE ROLE clerk; GRANT clerk TO shop_worker@localhost'
finds 'a role' 'worker-rights: shop_worker has too many rights, GRANT '
unlike "$bad$err" 'PASSWORD' 'no digest of a password is told'
sql 'DROP ROLE clerk'
conf db_user root
conf db_password_file ''
finds 'the admin'\''s account' 'worker-rights: root has too many rights, ' \
    'definer: .*root, who writes although read_only is on \(' \
    'routines: account_change is not root'\''s, ' \
    'worker-account: root comes in without a password, and so does anybody: '
sql "CREATE USER one@localhost IDENTIFIED BY 'of-one';
    GRANT ALL ON shop.* TO one@localhost"
(umask 077; echo of-one >"$dir/one.password")
for role in user admin_user; do conf db_$role one; done
for role in '' admin_; do conf db_${role}password_file "$dir/one.password"; done
ctl migrate >/dev/null || fail 'migrate by the only account'
is "$(sql "SELECT DISTINCT definer FROM information_schema.routines
    WHERE routine_schema = 'shop'")" one@localhost \
    'where there is one account only, the routines are its'
finds 'which may not pass read_only' 'worker-rights: one has too many rights, '
conf db_admin_user root
conf db_admin_password_file ''
conf db_user shop_worker
conf db_password_file "$dir/db.password"
ctl migrate >/dev/null
sql 'DROP USER one@localhost'
well 'and back'
sql "CREATE USER shop_open@localhost; GRANT SELECT ON shop.* TO shop_open@localhost"
conf db_user shop_open
finds 'an account without a password' 'worker-account: .*denied.*shop_open'
conf db_password_file ''
finds 'and none in the settings' \
    'worker-account: shop_open comes in without a password, and so does anybody: write' \
    'worker-rights: '
sql 'DROP USER shop_open@localhost'
conf db_user shop_worker
finds 'no password' 'worker-account: .*denied.*: set db_user'
is "$skipped" 'grant-keys files pool cluster open-accounts worker-rights worker-session clock replicas' \
    'and what waits for it is not looked at'
conf db_password_file "$dir/db.password"

# ---- Secrets

chmod 640 "$dir/jwt.secret"
finds 'a key that others can read' 'token-keys: .*jwt.secret: .*chmod 600.*: put'
chmod 600 "$dir/jwt.secret"
conf jwt_secret_file "$dir/short"
(umask 077; printf '%031d\n' 0 >"$dir/short")
finds 'a key of 31 bytes' 'token-keys: .*short: '
conf jwt_secret_file "$dir/none"
finds 'no key' 'token-keys: .*none: No such file'
conf jwt_secret_file "$dir/jwt.secret"
chmod 644 "$dir/db.password"
finds 'a password that others can read' 'worker-account: .*chmod 600'
chmod 600 "$dir/db.password"

# ---- memcached

mc_stop
finds 'no memcached' 'memcached: .*mc.sock is away: start'
conf memcached ''
well 'no memcached where none is set'
conf memcached nowhere
finds 'a setting that is none' 'memcached: .*absolute path or HOST:PORT'
conf memcached "$dir/mc.sock"
mc_start

# ---- nginx

# remedied: what doctor says is to be run makes it well; nginx isn't there to be told.
remedied() {
	again=${bad##*: run shop}
	eval "${again% && nginx -t && nginx -s reload}" >"$dir/out" 2>&1
	well 'what it says is to be run mends it'
}
# site TEXT SED PATTERN: with the site's file so changed.
site() {
	sed -i "$2" "$site"
	finds "$1" "nginx: $3: run shopctl site --listen .* --write && nginx -t && nginx -s reload$"
	remedied
}
site 'another timeout' 's/fastcgi_read_timeout 8s/fastcgi_read_timeout 80s/' \
    "line [0-9]* is not as shopctl site makes it: .* of version [0-9.]*"
site 'a line less' '/client_max_body_size/d' 'line [0-9]* is not as .*'
site 'the last line less' '$d' 'line [0-9]* is not as .*'
site 'a line more' '$a # mine' 'line [0-9]* is not as .*'
site 'no last newline' '$s/}$/} /' 'line [0-9]* is not as .*'
site 'other limits in the head' 's/^# --limit-reads = .*/# --limit-reads = 9,8,7/' \
    'line [0-9]* is not as .*'
sed -i '1s/version .*/version 0.0.1/' "$site"
well 'another version that made the same'
sed -i 's/^# --limit-reads = .*/# --limit-reads = 9;8/' "$site"
finds 'an option in the head that is none' \
    'nginx: .*--limit-reads must be .*: run shopctl site --write with all its options'
printf 'server { }\n' >"$site"
finds 'one that somebody wrote' \
    'nginx: .* was not made by shopctl site: .*: move it away and run shopctl site --write, or set nginx_conf empty'
: >"$site"
finds 'an empty one' 'nginx: .* was not made by shopctl site: '
nginx_conf --host 'a.test b.test' --limit-reads 9,8,7
well 'other options, which the head remembers'

# setting KEY VALUE PATTERN: another one since the site was made.
setting() {
	was=$(ctl --check-config | sed -n "s/^$1 = //p")
	nginx_conf
	conf "$1" "$2"
	finds "another $1" "nginx: it was made with $3: run shopctl site .*"
	remedied
	conf "$1" "$was"
	nginx_conf
}
setting nginx_timeout_s 9 'nginx_timeout_s = 8 instead of 9'
setting listen "unix:$dir/else.sock" 'listen = .*/shop.sock instead of .*/else.sock'
setting listen_read '' 'listen_read = .*/read.sock instead of nothing'
setting rank_fresh_s 4 'rank_fresh_s = 10 instead of 4'
setting rank_by_nginx on "rank_by_nginx = off instead of on, $(
    )it was made with memcached = instead of .*/mc.sock, $(
    )it was made with id = instead of $shop_id"
conf rank_by_nginx on
nginx_conf
db_stop
is "$(ctl doctor 2>/dev/null | grep 'nginx$')" 'ok nginx' \
    'without the database the id is the one that it was made with'
db_start
conf rank_by_nginx off
nginx_conf
conf nginx_dir "$dir/none"
finds 'no templates' 'nginx: nginx_dir: .*/none/shop.conf.in: No such file.*: set this right'
conf nginx_dir "$top_srcdir/nginx"
conf db_read_timeout_s 3
finds 'a timeout that nginx does not wait for' \
    'nginx: nginx_timeout_s is 8, but .* 8000 ms'
conf db_read_timeout_s 2
conf nginx_conf "$dir/none"
finds 'no such file' \
    'nginx: .*none: No such file.*: run shopctl site --write, or set nginx_conf right'
conf nginx_conf ''
well 'none is looked at where none is set'

# ---- Files, and no database

conf schema_dir "$dir/none"
look
is "$code $(echo "$bad" | sed 's/:.*//' | tr '\n' ' ')" \
    '1 bad schema-version bad tables bad columns bad keys bad constraints bad routines bad worker-rights ' \
    'no schema files'
conf schema_dir "$top_srcdir/schema"
conf db_lock_wait_s 2
look
is "$code $lines $(wc -c <"$dir/out")" '1 1 0' 'timeouts that contradict each other'
like "$err" 'db_lock_wait_s' 'stop every program'
conf db_lock_wait_s 1
well 'all is well again'
digest=$(tables)
look
is "$(tables)" "$digest" 'the doctor changes nothing'
db_stop
look
is "$code $lines $(wc -l <"$dir/out")" "1 1 $checks" 'no database: each check is told all the same'
like "$bad" '^bad database: .*db.sock.*: start the server' 'the one that matters'
is "$(grep -c '^skip .*: the check database is bad$' "$dir/out")" $((checks - 11)) \
    'the others wait for it'

# ---- What there is to look at where a pool runs, and a server that listens

db_start
nginx_conf
conf nginx_conf "$site"
conf pool_pidfile "$dir/shopd.pid"
pool_start
well 'with its pool'
is "$skipped" 'grant-keys cluster open-accounts replicas' 'all of which is looked at'
if [ -n "$as_root" ]; then
	# As somebody else's, whose keys nobody has given it.
	pool_stop
	chgrp nogroup "$dir"
	chmod 710 "$dir"
	theirs=$dir/theirs
	mkdir "$theirs"
	# With its programs: they may not enter where these were built.
	cp "$dir/shop.conf" "$dir/jwt.secret" "$dir/db.password" \
	    "$top_builddir/shopd" "$top_builddir/shop.fcgi" "$theirs"
	chown -R nobody:nogroup "$theirs"
	sed -i "s,^\(jwt_secret_file\|db_password_file\) = $dir/,\1 = $theirs/,
	    s,^\(listen\|listen_read\) = unix:$dir/,\1 = unix:$theirs/,
	    s,^worker_path = .*,worker_path = $theirs/shop.fcgi,
	    s,^pool_pidfile = .*,pool_pidfile = $theirs/shopd.pid," "$theirs/shop.conf"
	setpriv --reuid=nobody --regid=nogroup --clear-groups \
	    "$theirs/shopd" --config "$theirs/shop.conf" \
	    >"$theirs/log" 2>&1 &
	theirs_pid=$!
	eventually 15 grep -q event=ready "$theirs/log"
	doctor_of() {
		"$top_builddir/shopctl" --config "$theirs/shop.conf" doctor 2>&1 |
		    grep "^[a-z]* $1\>"
	}
	is "$(doctor_of files)" 'ok files' 'what its user may read'
	chown root "$theirs/jwt.secret"
	like "$(doctor_of files)" \
	    "^bad files: $theirs/jwt.secret: the pool's user [0-9]* may not read it: " \
	    'and a key that it may not'
	chown nobody "$theirs/jwt.secret"
	chmod 700 "$dir"
	like "$(doctor_of files)" "^bad files: $theirs/shop.conf: " \
	    'or a directory that it may not enter'
	chmod 710 "$dir"
	# A pool that stands.
	kill -STOP $(cat /proc/$theirs_pid/task/$theirs_pid/children)
	like "$(doctor_of pool)" '^bad pool: unix:.*: took the question, and gave no' \
	    'workers that stand'
	kill -CONT $(cat /proc/$theirs_pid/task/$theirs_pid/children)
	rm "$theirs/read.sock"
	like "$(doctor_of pool)" '^bad pool: unix:.*/read.sock: No such file' \
	    'a socket that somebody took away'
	stop_pid TERM $theirs_pid
	pool_start
fi
sed -i 's/worker_connections .*/worker_connections 768;/' "$dir/nginx/nginx.conf"
finds "Debian's nginx.conf" 'nginx-connections: .*worker_connections is 768, .* 1036: set it'
sed -i 's/worker_connections 768;/# worker_connections 4096;/' "$dir/nginx/nginx.conf"
finds 'one without' 'nginx-connections: .*worker_connections is 512, '
sed -i 's/# worker_connections/worker_connections/' "$dir/nginx/nginx.conf"
mv "$dir/nginx/nginx.conf" "$dir"
well 'one above'
mv "$dir/nginx.conf" "$dir/nginx"
pool_stop
conf pool_pidfile ''
db_stop
redo=16M
db_options="$db_options --skip-networking=0 --port=$(free_port) --bind-address=127.0.0.1" \
    db_start
finds 'a small log, and who needs no password' 'redo-log: .* is 16 MiB: ' \
    "open-accounts: no password has .*'root'@'localhost'.*: ALTER USER"
sql_root "CREATE USER shut@localhost ACCOUNT LOCK"
look
unlike "$bad" "'shut'" 'but one that is locked'
sql_root 'DROP USER shut@localhost'
db_stop

# A disk that is nearly full: one of its own, of which little is left.
if [ -n "$as_root" ] && mkdir "$dir/small" &&
    mount -t tmpfs -o size=500m tmpfs "$dir/small" 2>/dev/null; then
	mounted=$dir/small
	cp -R "$dir/data" "$dir/small/data"
	dd if=/dev/zero of="$dir/small/full" bs=1M 2>/dev/null
	rm -f "$dir/small/full"
	head -c $(($(df -k --output=avail "$dir/small" | tail -n 1) * 1024 * 92 / 100)) \
	    /dev/zero >"$dir/small/full"
	mv "$dir/data" "$dir/data.aside"
	ln -s "$dir/small/data" "$dir/data"
	db_start
	look
	like "$bad" '^bad disk: .* has [0-9]+ MiB left of [0-9]+: make room' \
	    'a disk that is nearly full'
	db_stop
	rm "$dir/data"
	mv "$dir/data.aside" "$dir/data"
	umount "$dir/small"
	mounted=
fi

# A server that wants a password by a plugin which no client library has.
perl -MIO::Socket::UNIX -e '
	my $l = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5) or die $!;
	sub packet { substr(pack("V", length $_[1]), 0, 3) . chr($_[0]) . $_[1] }
	while (my $s = $l->accept) {
		print $s packet 0, "\x0a10.11.0-odd\0" . pack("V", 1) . "abcdefgh\0" .
		    pack("vCvvCx10", 0xa20f, 45, 2, 0x0008, 21) . "ijklmnopqrst\0" .
		    "mysql_native_password\0";
		$s->flush;
		sysread $s, my $login, 4096;
		print $s packet 2, "\xfeodd_password\0" . "x" x 20 . "\0";
		$s->flush;
		sysread $s, my $answer, 4096;
	}' "$dir/odd.sock" &
odd_pid=$!
eventually 5 [ -S "$dir/odd.sock" ]
conf db_socket "$dir/odd.sock"
look
# Connector/C says that by itself, as a lost connection (2013).
like "$bad" '^bad database: (this client library can.t speak .* plugin: build with |Plugin odd_password could not be loaded)' \
    'a plugin that the library lacks is told'
kill $odd_pid
finish
