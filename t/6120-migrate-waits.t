#!/bin/sh
# SPDX-License-Identifier: MIT
# A migration beside a dump's snapshot, an audit, a running routine: the shop
# goes on, and the migration waits, or gives up and names the session in its
# way.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
as 1
cp -R "$top_srcdir/schema" "$dir/schema"
chmod -R u+w "$dir/schema"
conf schema_dir "$dir/schema"
cat >"$dir/schema/migrations/0099_note.sql" <<'END'
-- migrate:up

ALTER TABLE products ADD COLUMN /*M! IF NOT EXISTS */ note INT NULL COMMENT 'x';

-- migrate:down

ALTER TABLE products DROP COLUMN note;
END

# reads: until $dir/reading is gone; what each was answered, and the seconds.
reads() {
	while [ -e "$dir/reading" ]; do
		curl -s --max-time 20 --unix-socket "$dir/http.sock" -o /dev/null \
		    -w '%{http_code} %{time_total}\n' http://shop/v1/products/1
		sleep 0.02
	done >"$dir/reads.$n"
}
reads_start() {
	: >"$dir/reading"
	parallel 4 reads &
	reading=$!
}
# read_on N TEXT: all of them were, over N, and none waited for long.
read_on() {
	rm "$dir/reading"
	wait "$reading"
	cat "$dir"/reads.* >"$dir/reads"
	is "$(cut -d ' ' -f 1 "$dir/reads" | sort -u)" 200 "$2"
	[ "$(wc -l <"$dir/reads")" -gt "$1" ]
	ok "and were many: $(wc -l <"$dir/reads")"
	is "$(awk '$2 > max { max = $2 } END { print max < 3 ? "quick" : max }' \
	    "$dir/reads")" quick 'none waited much longer than a second'
}
migrate_start() {
	{ ctl migrate >"$dir/out" 2>"$dir/err"; echo $? >"$dir/code"; } &
	migrating=$!
}
migrate_end() {
	wait "$migrating"
	code=$(cat "$dir/code")
	err=$(cat "$dir/err")
}
# waiting WHAT: the migration waits for the others just now.
waiting() {
	[ "$(sql "SELECT COUNT(*) FROM information_schema.processlist
	    WHERE state LIKE 'Waiting for%lock' AND info LIKE '%$1%'")" = 1 ]
}
noted() { sql "SHOW COLUMNS FROM products LIKE 'note'" | cut -f 1; }
versions() { sql "SELECT COUNT(*) FROM schema_migrations WHERE version = '0099'"; }

# ---- For as long as a dump lasts

hold 60 'COMMIT; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
    START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT COUNT(*) FROM products'
holder=$(sql "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx")
like "$holder" '^[0-9]+$' 'a snapshot is open'
reads_start
migrate_start
eventually 5 waiting 'ALTER TABLE products'
ok 'the ALTER waits for it'
post /v1/points/charge '{"amount": 20000}'
is "$status" 201 'a charge meanwhile'
post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
is "$status" 201 'and an order of what it wants to change'
migrate_end
read_on 40 'the products are read all the time'
is "$code $(wc -l <"$dir/err")" '1 1' 'the migration gives up'
like "$err" "^shopctl: migrate: ALTER TABLE products .*in use by connection $holder of root@localhost \(in a transaction since 20.* UTC, SELECT SLEEP\(60\)\)" \
    'and names who it was, since when and what he does'
is "$(noted) $(versions)" ' 0' 'nothing of it was done'
request GET /readyz
is "$status" 200 'the shop is as ready as it was'

# ---- Until a dump is through

reads_start
migrate_start
eventually 5 waiting 'ALTER TABLE products'
ok 'the next run waits, too'
let_go
migrate_end
is "$code $err $(noted) $(versions)" '0  note 1' \
    'and goes on when the snapshot is gone'
read_on 4 'all the time'

# ---- A routine that runs

hold 60 'LOCK TABLES payments WRITE'
sql "CALL payment_fail(1, 1, 'x', '00000000000000010001000')" >"$dir/failed" &
calling=$!
eventually 5 waiting 'INSERT INTO payments'
ok 'a CALL is under way'
sed -i 's/^BEGIN$/BEGIN -- another one/' "$dir/schema/routines/payment_fail.sql"
ctl migrate >"$dir/out" 2>&1
is "$? $(head -n 1 "$dir/out")" '0 routine payment_fail' 'which no new routine waits for'
let_go
wait "$calling"
is "$(cat "$dir/failed")" ok 'and which ends as it began'
like "$(sql 'SHOW CREATE PROCEDURE payment_fail')" 'another one' 'indeed'

# ---- An operator's LOCK TABLES

sql 'DELETE FROM schema_migrations WHERE version = "0099";
    ALTER TABLE products DROP COLUMN note'
hold 60 'LOCK TABLES products READ'
migrate_start
eventually 5 waiting 'ALTER TABLE products'
ok 'the ALTER waits for LOCK TABLES'
let_go
migrate_end
is "$code $err $(noted) $(versions)" '0  note 1' 'no longer than it lasts'
finish
