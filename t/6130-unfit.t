#!/bin/sh
# SPDX-License-Identifier: MIT
# A database that is there and not as we need it, by its accounts, its rights
# or its tables: 503 for what can't be done, the rest goes on, the log says why
# at level error, and all is well as soon as it is set right.
. "${top_srcdir:-.}/t/lib.sh"
one_pool
workers=1
conf workers 1
shop_start
as 1

anew() { put_out $(sessions); }
well() {
	post /v1/points/charge '{"amount": 1}'
	[ "$status" = 201 ]
}
charge() { post /v1/points/charge '{"amount": 1}'; }
balance_of() { user GET /v1/points/balance; }

# unfit TEXT SEEN BY BACK NUMBER REQUEST: with the statement BY, which the
# query SEEN tells to be so by a 1, the request is 503 by that error.  A read
# comes before it, so that no write finds a connection that was cut: what came
# of that would not be known.  BACK is a statement, or migrate.
unfit() {
	sql "$3"
	is "$(sql "$2")" 1 "$1"
	anew
	: >"$dir/log/shopd.log"
	request GET /v1/products/1
	$6
	is_problem 503 unavailable 'the answer'
	is "$(header Retry-After)" 1 'to be asked again'
	like "$(cat "$dir/log/shopd.log")" "level=error event=db_error .*number=$5 " \
	    'the log says why, at level error'
	if [ "$4" = migrate ]; then
		ctl migrate >"$dir/out" 2>&1
	else
		sql "$4"
	fi
	anew
	eventually 10 well
	ok 'it is well as soon as it is set right'
}

account="FROM mysql.user WHERE user = 'shop_worker' AND host = 'localhost'"
# In hexadecimal, for MySQL's salt has any byte, quotes too.
hash=$(sql "SELECT HEX(authentication_string) $account")
password="ALTER USER shop_worker@localhost
    IDENTIFIED ${mysql:+WITH caching_sha2_password }BY '$(cat "$dir/db.password")'"
locked="account_locked = 'Y'" locks=3118
[ -n "$mysql" ] || locked="JSON_VALUE(priv, '\$.account_locked')" locks=4151
unfit 'a locked account' "SELECT $locked ${mysql:+$account}${mariadb:+$(
    echo "$account" | sed 's/mysql.user/mysql.global_priv/')}" \
    'ALTER USER shop_worker@localhost ACCOUNT LOCK' \
    'ALTER USER shop_worker@localhost ACCOUNT UNLOCK' $locks charge
unfit 'another password' \
    "SELECT HEX(authentication_string) <> '$hash' $account" \
    "ALTER USER shop_worker@localhost IDENTIFIED BY 'other'" "$password" 1045 charge
if [ -n "$mysql" ]; then
	sql "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'"
	by_socket='WITH auth_socket'
else
	by_socket='VIA unix_socket'
fi
unfit 'another way to come in, of a number that no table has' \
    "SELECT plugin LIKE '%_socket' $account" \
    "ALTER USER shop_worker@localhost IDENTIFIED $by_socket" "$password" \
    1698 balance_of
[ "$(grep -c '^DB_ERR(1698,' "$top_srcdir/src/io/db_err.def")" = 0 ]
ok 'indeed'
unfit 'an account without rights' \
    "SELECT COUNT(*) = 0 FROM mysql.tables_priv WHERE user = 'shop_worker'" \
    "CREATE TABLE mysql.kept AS SELECT * FROM mysql.tables_priv WHERE user = 'shop_worker';
    CREATE TABLE mysql.kept_procs AS SELECT * FROM mysql.procs_priv WHERE user = 'shop_worker';
    REVOKE ALL, GRANT OPTION FROM shop_worker@localhost" \
    'INSERT INTO mysql.tables_priv SELECT * FROM mysql.kept;
    INSERT INTO mysql.procs_priv SELECT * FROM mysql.kept_procs;
    DROP TABLE mysql.kept, mysql.kept_procs; FLUSH PRIVILEGES' 1044 charge
unfit 'a right that is missing' \
    "SELECT COUNT(*) = 0 FROM mysql.tables_priv
	WHERE user = 'shop_worker' AND table_name = 'users'" \
    'REVOKE SELECT ON users FROM shop_worker@localhost' \
    'GRANT SELECT ON users TO shop_worker@localhost' \
    1142 balance_of
definer="FROM information_schema.routines WHERE routine_name = 'charge_points'"
was=$(sql "SELECT definer $definer")
if [ -n "$mysql" ]; then
	gone="DROP PROCEDURE charge_points;
	    CREATE DEFINER = gone@localhost PROCEDURE charge_points(
	    a BIGINT, i BIGINT, b BINARY(16), c BINARY(16), d INT, e BIGINT) SELECT 1;
	    GRANT EXECUTE ON PROCEDURE charge_points TO shop_worker@localhost"
	back=migrate
else
	gone="UPDATE mysql.proc SET definer = 'gone@localhost' WHERE name = 'charge_points'"
	back="UPDATE mysql.proc SET definer = '$was' WHERE name = 'charge_points'"
fi
unfit 'a definer that is gone' "SELECT definer = 'gone@localhost' $definer" \
    "$gone" "$back" 1449 charge
unfit 'a routine of another version' "SELECT COUNT(*) = 1
    FROM information_schema.parameters WHERE specific_name = 'charge_points'" \
    'DROP PROCEDURE charge_points; CREATE PROCEDURE charge_points(IN p INT) SELECT 1;
    GRANT EXECUTE ON PROCEDURE charge_points TO shop_worker@localhost' migrate 1318 charge
unfit 'a table that is missing' "SELECT COUNT(*) = 0 FROM information_schema.tables
    WHERE table_schema = 'shop' AND table_name = 'users'" \
    'RENAME TABLE users TO elsewhere' 'RENAME TABLE elsewhere TO users' \
    1146 balance_of
# MySQL renames none that a CHECK names.
drop="${mysql:+DROP CHECK users_balance,}"
add="${mysql:+, ADD CONSTRAINT users_balance CHECK (balance >= 0)}"
unfit 'a column that is missing' "SELECT COUNT(*) = 0 FROM information_schema.columns
    WHERE table_schema = 'shop' AND table_name = 'users' AND column_name = 'balance'" \
    "ALTER TABLE users $drop RENAME COLUMN balance TO points" \
    "ALTER TABLE users RENAME COLUMN points TO balance$add" 1054 charge

# The right to a routine is gone for a moment while MySQL renews it.
sql 'REVOKE EXECUTE ON PROCEDURE charge_points FROM shop_worker@localhost'
is "$(sql "SELECT COUNT(*) FROM mysql.procs_priv WHERE routine_name = 'charge_points'")" \
    0 'no right to a routine'
anew
request GET /v1/products/1
: >"$dir/log/shopd.log"
charge
is_problem 503 charge_failed 'is tried again'
is "$(grep -c ' number=1370 ' "$dir/log/shopd.log")" 4 'as often as may be'
sql 'GRANT EXECUTE ON PROCEDURE charge_points TO shop_worker@localhost'
well
ok 'and then it is well'

# That is a bug of ours, whoever put it there.
sql "DROP PROCEDURE charge_points; CREATE PROCEDURE charge_points(IN p_user BIGINT, IN p_issued BIGINT,
    IN p_idem BINARY(16), IN p_fingerprint BINARY(16), IN p_wait INT,
    IN p_amount BIGINT) SELECT 'nonsense' AS outcome"
like "$(sql 'SHOW CREATE PROCEDURE charge_points')" nonsense 'a routine that answers nonsense'
sql 'GRANT EXECUTE ON PROCEDURE charge_points TO shop_worker@localhost'
charge
is_problem 500 internal 'is a bug'
ctl migrate >"$dir/out" 2>&1
well
ok 'until migrate makes it anew'
finish
