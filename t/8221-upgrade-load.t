#!/bin/sh
# SPDX-License-Identifier: MIT
# Workers of a version run on the schema of the next one; and where routines and a
# migration that belong together meet, writes wait or are 503 with Retry-After, until
# migrate is through.
. "${top_srcdir:-.}/t/lib.sh"
seeded
shop_start
cp -R "$top_srcdir/schema" "$dir/schema"
chmod -R u+w "$dir/schema"
conf schema_dir "$dir/schema"
charge=$dir/schema/routines/charge_points.sql
[ "$(grep -c '^      COMMIT;$' "$charge")" = 1 ] || bail 'charge_points has another COMMIT'

ready() { request GET /readyz; echo "$status $(json .schema)"; }
is "$(ready)" '200 "current"' 'workers of the version that the schema has'
clients_start --clients 6 --think-ms 5 --pause-ms 50

# ---- The next version: its charges write a table that its migration makes

cat >"$dir/schema/migrations/0098_notes.sql" <<'SQL'
-- migrate:up

CREATE TABLE IF NOT EXISTS charge_notes (
  user_id BIGINT NOT NULL COMMENT 'x'
) ENGINE=InnoDB;
ALTER TABLE users ADD COLUMN note INT NULL COMMENT 'x';
ALTER TABLE points_ledger ADD COLUMN note INT NULL COMMENT 'x';

-- migrate:down
SQL
sed -i 's/^      COMMIT;$/      INSERT INTO charge_notes VALUES (p_user); COMMIT;/' "$charge"
run migrate
is "$code $err" '0 ' 'migrate to the next version, under load'
is "$(ready)" '200 "newer"' 'workers of before are ready, and say what they are'
notes() { [ "$(sql 'SELECT COUNT(*) FROM charge_notes')" -gt 10 ]; }
eventually 10 notes
ok 'they work by its routines, on its schema'
since=$(now_ms)
sleep 1
is "$(answers "$since" "$(now_ms)" POST | grep -cE '^5')" 0 'without a failure'
[ "$(answers "$since" "$(now_ms)" POST | grep -c '^201')" -gt 10 ]
ok 'many times'

# ---- The one after it: a table and a routine are gone for a while

cat >"$dir/schema/migrations/0099_names.sql" <<'SQL'
-- migrate:up

RENAME TABLE charge_notes TO charge_names;
DROP PROCEDURE payment_request;
SELECT SLEEP(1);
DROP PROCEDURE charge_points;
SELECT SLEEP(1);

-- migrate:down
SQL
sed -i 's/charge_notes/charge_names/' "$charge"
migrate_start() {
	{ ctl migrate >"$dir/out" 2>"$dir/err"; echo $? >"$dir/code"; } &
	migrating=$!
}
# MariaDB's sessions keep a routine until another one is made: charge_points.  Then
# migrate waits for who notes something of payment_fail, before payment_request.
echo '-- Another one.' >>"$dir/schema/routines/payment_fail.sql"
hold 3.5 "SELECT * FROM schema_routines WHERE name = 'payment_fail' FOR UPDATE"
since=$(now_ms)
migrate_start
was_away() {
	request GET /readyz
	[ "$status" = 503 ] && [ "$(header Retry-After)" -gt 0 ]
}
eventually 10 was_away
ok 'meanwhile /readyz is 503'
like "$(json .detail)" 'run shopctl migrate' 'and says what to do'
wait $migrating
until=$(now_ms)
is "$(cat "$dir/code") $(cat "$dir/err")" '0 ' 'migrate, under load'
eventually 5 succeeds_after "$until"
ok 'it is over with it'
is "$(ready)" '200 "newer"' 'workers of before are ready'
sleep 1
clients_stop
answers "$since" "$until" POST | cut -d ' ' -f 1 | sort | uniq -c >"$dir/meanwhile"
echo "# $(tr '\n' ',' <"$dir/meanwhile")"
is "$(awk '$2 >= 500 { print $2 }' "$dir/meanwhile")" 503 \
    'a write meanwhile is done or 503, and no 500'
# Of what is not there some server says that one may not.
met() {
	grep -E "event=(db_error|statement_failed) .*($1)" "$dir/log/shopd.log" |
	    grep -q "$2"
	ok "$3"
}
met 'number=1146' charge_notes 'a table was not there (1146)'
met 'PROCEDURE .* does not exist' payment_request 'a routine was not there (1305)'
met 'execute command denied' charge_points 'nor the right to one (1370)'
is "$(grep -c class=bug "$dir/log/shopd.log")" 0 'and taken for no bug'
is "$(answers "$((until + 300))" "$(now_ms)" POST | grep -cE '^5')" 0 'afterwards none fails'

# ---- Restored to this version's files for the invariants of the end

all_is_well 12000
finish
