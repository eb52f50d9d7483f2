#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl migrate --status and --dry-run: what is to be done, and nothing is.
. "${top_srcdir:-.}/t/lib.sh"
dump=${mariadb:+mariadb-dump}${mysql:+mysqldump}
command -v "$dump" >/dev/null || skip_all "no $dump"
shop_db
cp -R "$top_srcdir/schema" "$dir/schema"
chmod -R u+w "$dir/schema"
conf schema_dir "$dir/schema"
migrations=$(ls "$dir/schema/migrations" | wc -l)
routines=$(ls "$dir/schema/routines" | wc -l)

# everything: all that migrate could change, in any database.
everything() {
	$dump --no-defaults ${mariadb:+--skip-ssl} -S "$db_sock" -u root \
	    --skip-dump-date --routines --all-databases 2>/dev/null | sha256sum
}
# looks ARGUMENTS...: migrate by these changes nothing.
looks() {
	before=$(everything)
	run migrate "$@"
	is "$(everything)" "$before" "migrate $*: changes nothing"
}
pending() { echo "$out" | sed -n 's/^pending //p'; }

looks --status
is "$code $err $(pending)" '0  ' 'all is there: nothing is pending, status 0'
is "$(echo "$out" | sed -n 's/^applied migration //p')" \
    "$(ls "$dir/schema/migrations")" 'each migration is named'
looks --dry-run
is "$code $out$err" '0 ' 'nothing would be done'

cat >"$dir/schema/migrations/0098_note.sql" <<'SQL'
-- migrate:up

-- What the note is for.
CREATE TABLE IF NOT EXISTS notes (
  id BIGINT NOT NULL COMMENT 'x',
  PRIMARY KEY (id)
) ENGINE=InnoDB;
INSERT INTO notes (id) VALUES (1);

-- migrate:down

DROP TABLE notes;
SQL
echo '-- Another one.' >>"$dir/schema/routines/points_charge.sql"
sql 'DROP PROCEDURE order_tell; REVOKE SELECT ON orders FROM shop_worker@localhost'
digest=$(cat $(ls "$dir"/schema/routines/*.sql | LC_ALL=C sort) | sha256sum | cut -c 1-12)
steps="migration 0098_note.sql
right SELECT ON \`shop\`.\`orders\`
routine order_tell
routine points_charge
release $digest"
looks --status
is "$code $err" '1 shopctl: migrate: 5 pending: run shopctl migrate' \
    'something is to be done: status 1'
is "$(pending)" "$steps" 'and each step is told'
is "$(echo "$out" | grep -c '^applied migration')" "$migrations" \
    'beside what was done'
looks --dry-run
is "$code $err" '0 ' 'a dry run'
is "$(echo "$out" | grep -v '^	')" "$steps" 'tells the steps'
is "$(echo "$out" | grep '^	')" '	CREATE TABLE IF NOT EXISTS notes (
	  id BIGINT NOT NULL COMMENT '"'x'"',
	  PRIMARY KEY (id)
	) ENGINE=InnoDB;
	INSERT INTO notes (id) VALUES (1);' \
    'and what a migration does, not what would undo it'
run migrate
is "$code $out" "0 $steps" 'which are those that migrate takes'
run migrate --status
is "$code $(pending)" '0 ' 'and nothing is pending'

rm "$dir/schema/migrations/0098_note.sql"
looks --status
like "$code $err" '^1 shopctl: migrate: the schema is newer than this program: it has migration 0098$' \
    'a newer schema is told'
like "$out" '^applied migration 0098$' 'with what it has'
looks --dry-run
is "$code $out" '1 ' 'and refused, as migrate refuses it'
cp "$dir/schema/migrations/0006_requests.sql" "$dir/schema/migrations/0098_again.sql"

sql_root 'DROP USER shop_worker@localhost, shop_definer@localhost'
looks --dry-run
is "$code $(echo "$out" | grep -c '^account')" '0 2' 'accounts that are missing are told'
# As if they were another's.
sql_root "CREATE USER shop_worker@localhost IDENTIFIED BY 'Xx1!xxxxxxxx'"
looks --dry-run
is "$code" 1 'an account of another password is refused'
like "$err" '--take-account' 'as by migrate'
looks --dry-run --take-account
is "$code $err" '0 ' 'unless it is to be taken'
looks --status --dry-run
is "$code" 2 'both at once is bad usage'

# A database of a version that had fewer tables of its own.
run migrate --take-account
is "$code" 0 'all is there again'
sql 'DROP TABLE schema_releases'
looks --status
is "$(pending | cut -d ' ' -f 1) $(echo "$out" | grep -c '^applied ')" \
    "release $((migrations + 1))" 'an older version'\''s database: only what it lacks is pending'
looks --dry-run
is "$code $(echo "$out" | cut -d ' ' -f 1)" '0 release' 'a dry run tells the same'
told=$out
run migrate
is "$code $out" "0 $told" 'and migrate does no more'

# A database with nothing in it.
sql_root 'DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4
    COLLATE utf8mb4_unicode_ci; DROP USER shop_worker@localhost'
rm "$dir/schema/migrations/0098_again.sql"
looks --dry-run
is "$code $err" '0 ' 'an empty database: a dry run'
is "$(echo "$out" | sed -n 's/^migration //p')" "$(ls "$dir/schema/migrations")" \
    'has all migrations'
is "$(echo "$out" | grep -c '^routine')" "$routines" 'and all routines'
is "$(sql 'SHOW TABLES')" '' 'and leaves no table'
looks --status
is "$code $(echo "$out" | grep -c '^applied')" '1 0' 'nothing is applied'
echo "$out" | sed -n 's/^pending //p' >"$dir/told"
run migrate
is "$code $out" "0 $(cat "$dir/told")" 'what migrate does then is what was told'
finish
