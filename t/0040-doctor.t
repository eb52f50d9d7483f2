#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl doctor: every thing that can be wrong is found, by name, alone.
. "${top_srcdir:-.}/t/lib.sh"
db_options='--log-bin --sync-binlog=1'
shop_db
mc_start
nginx_conf
site=$dir/nginx/shop.conf
conf nginx_conf "$site"

# look: sets code, bad (its lines that are not ok), err and lines (of err).
look() {
	ctl doctor >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	bad=$(grep -v '^ok [a-z-]*$' "$dir/out")
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
provoked 'too few connections' 'SET GLOBAL max_connections = 13' \
    'SET GLOBAL max_connections = 14' \
    'connections: max_connections is 13, 4 workers .* need 14: raise'
well 'just enough of them'
provoked 'a clock that stands' "SET GLOBAL init_connect = 'SET timestamp = 1'" \
    "SET GLOBAL init_connect = ''" 'clock: .* differs by [0-9]{8,} ms'
provoked 'one that is 3 s ahead' "SET GLOBAL init_connect =
    'SET timestamp = UNIX_TIMESTAMP(NOW(3)) + 3'" \
    "SET GLOBAL init_connect = ''" 'clock: .* by (2[89]|30)[0-9]{2} ms'
sql_root "SET GLOBAL sql_mode = '', tx_isolation = 'SERIALIZABLE'"
well 'what the server is by itself is no matter'
sql_root 'SET GLOBAL sql_mode = DEFAULT, tx_isolation = DEFAULT'

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
    'tables: there is no sales_marks: '
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
    'tables: sales_marks is .*CHARSET=latin1 .* instead of .*CHARSET=utf8mb4'
provoked 'text of another character set' \
    'ALTER TABLE order_items MODIFY name VARCHAR(100) CHARACTER SET latin1 NOT NULL' \
    'ALTER TABLE order_items MODIFY name VARCHAR(100) NOT NULL' \
    'columns: order_items has no name varchar\(100\) NOT NULL: '
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
    'columns: order_items has no price bigint\(20\) NOT NULL: '
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
    ADD PRIMARY KEY (product_id, hour)' \
    'keys: sales_marks has no PRIMARY KEY \(product_id,hour\): '
provoked 'a check that is gone' \
    'ALTER TABLE products DROP CONSTRAINT products_stock' \
    'ALTER TABLE products ADD CONSTRAINT products_stock
    CHECK (stock BETWEEN 0 AND 9007199254740991)' \
    'constraints: products has no CONSTRAINT products_stock CHECK '
sql 'CREATE TABLE mine (id INT); ALTER TABLE users ADD note INT NULL,
    ADD KEY users_created (created_at)'
well 'what is there besides is nobody'\''s business'
sql 'DROP TABLE mine; ALTER TABLE users DROP note, DROP KEY users_created'

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
routine 'a routine changed by hand' 'CREATE OR REPLACE PROCEDURE payment_request(
    IN p_user BIGINT, IN p_amount BIGINT, IN p_attempt INT, OUT p_payment BIGINT)
    MODIFIES SQL DATA SQL SECURITY DEFINER SET p_payment = 1' \
    'payment_request is not its file'\''s'
routine 'two with the rights of their caller' \
    'ALTER PROCEDURE product_add SQL SECURITY INVOKER;
    ALTER PROCEDURE user_add SQL SECURITY INVOKER' \
    'product_add is not .*, user_add is not .*'
sql 'DROP PROCEDURE points_charge'
finds 'a routine that is gone' \
    'routines: there is no points_charge: run shopctl migrate' \
    'worker-rights: shop_worker lacks GRANT EXECUTE .*points_charge'
ctl migrate >/dev/null
well 'migrate makes it'

# ---- The workers' account

provoked 'a right missing' \
    'REVOKE EXECUTE ON PROCEDURE payment_fail FROM shop_worker@localhost' \
    'GRANT EXECUTE ON PROCEDURE payment_fail TO shop_worker@localhost' \
    'worker-rights: shop_worker lacks GRANT EXECUTE .*payment_fail.*: run shopctl migrate'
provoked 'SELECT missing' 'REVOKE SELECT ON shop.* FROM shop_worker@localhost' \
    'GRANT SELECT ON shop.* TO shop_worker@localhost' \
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
too_many 'SELECT ON shop.*' 'WITH GRANT OPTION' 'GRANT OPTION ON shop.*'
too_many 'UPDATE (name) ON shop.users' '' 'UPDATE (name) ON shop.users'
sql 'CREATE ROLE clerk; GRANT clerk TO shop_worker@localhost'
finds 'a role' 'worker-rights: shop_worker has too many rights, GRANT '
unlike "$bad$err" 'PASSWORD' 'no digest of a password is told'
sql 'DROP ROLE clerk'
conf db_user root
conf db_password_file ''
finds 'the admin'\''s account' 'worker-rights: root has too many rights, '
conf db_user shop_worker
finds 'no password' 'worker-account: .*denied.*: set db_user' \
    'worker-rights: not looked at: ' 'worker-session: not looked at: ' \
    'clock: not looked at: '
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
finds 'a password that others can read' 'worker-account: .*chmod 600' \
    'worker-rights: ' 'worker-session: ' 'clock: '
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

# site TEXT SED PATTERN: with the site's file so changed.
site() {
	nginx_conf
	sed -i "$2" "$site"
	finds "$1" "nginx: $3.*: set it right in .*/shop.conf and reload nginx"
	nginx_conf
}
site 'another timeout' 's/fastcgi_read_timeout 8s/fastcgi_read_timeout 80s/' \
    'fastcgi_read_timeout is 80s, nginx_timeout_s 8'
site 'no timeout' '/fastcgi_read_timeout/d' 'fastcgi_read_timeout is not set'
site 'one in a comment' 's/fastcgi_read_timeout/# &/' \
    'fastcgi_read_timeout is not set'
site 'two' 's/fastcgi_read_timeout .*/&&/; s/8s;$/7999ms;/' \
    'fastcgi_read_timeout is 7999ms'
site 'kept connections' 's/fastcgi_pass shop_pool;/& fastcgi_keep_conn on;/' \
    'fastcgi_keep_conn is on'
site 'larger bodies' 's/client_max_body_size .*/client_max_body_size 1m;/' \
    'client_max_body_size is 1m instead of 65536'
site 'bodies of any size' '/client_max_body_size/d' \
    'client_max_body_size is not set'
sed -i 's/fastcgi_read_timeout 8s/"fastcgi_read_timeout"  7s1000ms/;
    s/client_max_body_size .*/client_max_body_size 64k; # 1m;/;
    s/fastcgi_pass shop_pool;/& fastcgi_keep_conn off;/' "$site"
well 'the same in other words'
nginx_conf
conf nginx_timeout_s 9
finds 'another setting' 'nginx: fastcgi_read_timeout is 8s, nginx_timeout_s 9'
conf nginx_timeout_s 8
conf db_read_timeout_s 3
finds 'a timeout that nginx does not wait for' \
    'nginx: nginx_timeout_s is 8, but .* 8000 ms'
conf db_read_timeout_s 2
conf nginx_conf "$dir/none"
finds 'no such file' 'nginx: .*none: No such file.*: set nginx_conf right'
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
is "$(grep -c 'not looked at' "$dir/out")" $((checks - 5)) 'the others wait for it'
finish
