#!/bin/sh
# SPDX-License-Identifier: MIT
# Where one audit ends and the next begins: docs/operating.md's line for cron, the
# file that it keeps, and transactions that are open between two of them.
. "${top_srcdir:-.}/t/lib.sh"
# No hour may end while we look.
while [ $(($(date +%s) % 3600)) -gt 3500 ]; do sleep 1; done
shop_start

# The line as it stands there, of this shop: what cron would run.
line=$(sed -n 's/^\* \* \* \* \* //p' "$top_srcdir/docs/operating.md" |
    sed "s|/var/lib/shop|$dir|")
is "$(echo "$line" | grep -c '^shopctl audit ')" 1 "docs/operating.md has the line"
mkdir "$dir/bin"
printf '#!/bin/sh\nexec "%s/shopctl" --config "%s/shop.conf" "$@"\n' \
    "$top_builddir" "$dir" >"$dir/bin/shopctl"
chmod +x "$dir/bin/shopctl"
file=$dir/audit.mark

# cron: as it runs a line; sets code, out and err.
cron() {
	(PATH=$dir/bin:$PATH; cd / && sh -c "$line") >"$dir/out" 2>"$dir/err" \
	    </dev/null
	code=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
}
quiet() { is "$code $out$err" '0 ' "$1"; }
marked() { like "$(cat "$file")" '^m1(-[0-9]+){6}$' "$1"; }
left() { (cd "$dir" && echo audit.mark*); }
charge() { post /v1/points/charge '{"amount": 1000}'; }

as 1
charge
cron
quiet 'the first time: all is well, and not a word'
marked 'from there it goes on'
is "$(left) $(stat -c %a "$file")" 'audit.mark 644' 'nothing is left over'
first=$(cat "$file")
post /v1/orders '{"items": [{"productId": 1, "quantity": 2}]}'
order=$(json .id)
cron
quiet 'the next time'
[ "$(cat "$file")" != "$first" ]
ok 'from where the last one ended'
chmod 600 "$file"
charge
cron
quiet 'a file for the owner alone'
is "$(left) $(stat -c %a "$file")" 'audit.mark 600' 'stays so'

: >"$file"
cron
quiet 'an empty file'
marked 'begins again'
printf '\n' >"$file"
cron
quiet 'one of a newline'
marked 'begins again'
date -u +%Y-%m-%dT%H:%M:%S.000Z >"$file"
cron
quiet 'a time, as marks were before'
marked 'is a mark after that'
for bad in 'db_socket = /run/mysqld/mysqld.sock' m1-1-2 "$(cat "$file") " \
    2026-02-30T00:00:00.000Z; do
	[ "$bad" = "${bad% }" ] || bad="x${bad% }"
	echo "$bad" >"$file"
	cron
	is "$code $out" '1 ' "what is no mark: $bad"
	like "$err" "^shopctl: audit: $file: it holds no mark .*remove it" \
	    'is told, and what to do'
	is "$(cat "$file")" "$bad" 'and left alone'
done
head -c 100 /dev/zero >"$file"
cron
is "$code $(wc -c <"$file")" '1 100' 'zeros'
head -c 100000 /dev/urandom >"$file"
cron
is "$code $(wc -c <"$file")" '1 100000' 'noise'
rm "$file"
ln -s real.mark "$file"
cron
quiet 'a link'
is "$(readlink "$file") $(cut -c 1-3 "$dir/real.mark")" 'real.mark m1-' \
    'stays one'
rm "$file" "$dir/real.mark"
mkdir "$file"
cron
like "$code $err" '^1 shopctl: audit: .*directory' 'a directory'
rmdir "$file"
cron
quiet 'all set right'

# ---- What is wrong

before=$(cat "$file")
charge
sql 'UPDATE users SET balance = balance + 1 WHERE id = 1'
cron
is "$code $err" '1 shopctl: audit: money or stock is not conserved' \
    'a violation: exit status 1 and a line to stderr'
like "$out" '^balance_is_ledger: user 1: ' 'by name'
is "$(cat "$file")" "$before" 'the mark does not move'
cron
is "$code" 1 'so it is found again'
sql 'UPDATE users SET balance = balance - 1 WHERE id = 1'
cron
quiet 'until it is set right'

# Of another database, or of this one before a backup was restored.
echo m1-99999-99999-99-7-1-0000000007 >"$file"
cron
is "$code $err" '0 ' 'a mark of rows that are not there'
like "$out" "^$file: the mark is of another database, or rows .* gone" \
    'everything is audited, and this is said'
marked 'from there it goes on'
ctl audit --since m1-99999-99999-99-7-1-0000000007 >"$dir/out" 2>"$dir/err"
is "$? $(cat "$dir/out")" '1 ' 'by hand it is refused'
like "$(cat "$dir/err")" 'audit everything' 'and what to do is said'
charge
cron
last=$(sql 'SELECT MAX(id) FROM points_ledger')
sql "CREATE TABLE kept AS SELECT * FROM points_ledger WHERE id = $last;
    DELETE FROM points_ledger WHERE id = $last"
cron
like "$code $out" "^1 $file: the mark " 'the last row it has seen is gone'
like "$out" '^balance_is_ledger: user 1: ' 'which is found'
sql 'INSERT INTO points_ledger SELECT * FROM kept; DROP TABLE kept'
cron
quiet 'and back again'
ctl audit --mark "$file" --since "$(cat "$file")" >/dev/null 2>&1
is "$?" 2 'a file and a mark: one of them'

# ---- No room, and no time

before=$(cat "$file")
charge
cron_full() {
	(trap '' XFSZ; ulimit -f 0; PATH=$dir/bin:$PATH; sh -c "$line"; echo $?) 2>&1 | cat
}
full=$(cron_full)
like "$full" "^shopctl: audit: $file: " 'a full disk is told'
is "$(echo "$full" | tail -n 1) $(cat "$file") $(left)" "1 $before audit.mark" \
    'the mark is the old one, and nothing is left over'
one_of_many() {
	(PATH=$dir/bin:$PATH; sh -c "$line") >"$dir/many.$n" 2>&1
	echo $? >>"$dir/many.$n"
}
charge
parallel 6 one_of_many
is "$(cat "$dir"/many.* | sort | uniq -c | tr -s ' ')" ' 6 0' \
    'six at once: all are well'
marked 'and the mark, too'
is "$(left)" audit.mark 'nothing is left over'

# ---- What is open between two of them

# open_for SECONDS SQL: a transaction, which then commits.
open_for() {
	rm -f "$dir/opened"
	$db_client -S "$db_sock" -u root -N -B --unbuffered shop \
	    -e "BEGIN; $2; SELECT 'opened'; SELECT SLEEP($1); COMMIT" \
	    >"$dir/opened" &
	open_pid=$!
	eventually 5 grep -q opened "$dir/opened"
}
# Its row of the ledger has an id below those that commit meanwhile, and is
# wrong.
wrong="UPDATE users SET balance = balance + 100 WHERE id = 3;
    INSERT INTO points_ledger (user_id, type, amount, balance_after, idem,
    fingerprint, created_at) SELECT 3, 'charge', 100, balance + 1,
    LEFT(SHA2(RAND(), 256), 16), '', UTC_TIMESTAMP(3) FROM users WHERE id = 3"
right="UPDATE points_ledger SET balance_after = balance_after - 1
    WHERE user_id = 3 ORDER BY id DESC LIMIT 1"
audit() {
	ctl audit --since "$mark" >"$dir/out" 2>"$dir/err"
	code=$?
	out=$(cat "$dir/out")
}
mark=$(cat "$file")
open_for 2 "$wrong"
charge
audit
wait $open_pid
is "$code" 1 'a transaction that is open is waited for'
like "$out" '^ledger_chain: ledger row [0-9]+ of user 3' \
    'and what it did is seen'
sql "$right"
audit
is "$code $(echo "$out" | head -n 1)" '0 ok' 'set right'
mark=$(echo "$out" | sed -n 's/^mark //p')

open_for 14 "$wrong"
charge
audit
is "$code $(echo "$out" | sed -n '1p;3p')" "0 ok
mark $mark" 'one that is open for ever: the mark stays where it was'
like "$out" '^kept the mark as it was: session [0-9]+ of the database' \
    'and this is said'
wait $open_pid
audit
like "$out" '^ledger_chain: ledger row [0-9]+ of user 3' 'so that nothing is missed'
sql "$right"

# One that only reads is nobody's business.
hold 9 'SELECT COUNT(*) FROM users'
audit
unlike "$out" '^kept' 'one that only reads is not waited for'
let_go
finish
