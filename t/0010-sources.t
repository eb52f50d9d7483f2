#!/bin/sh
# SPDX-License-Identifier: MIT
# The house stands as it was planned: storeys, tables, documents.
. "${top_srcdir:-.}/t/lib.sh"
cd "$top_srcdir" || bail 'no sources'

# none TEXT: the lines in $dir/found are what is wrong; there must be none.
none() { is "$(cat "$dir/found")" '' "$1"; }

# same TEXT: $dir/a and $dir/b have the same lines, and some.
same() {
	sort "$dir/a" >"$dir/a.sorted"
	sort "$dir/b" >"$dir/b.sorted"
	[ -s "$dir/a" ] && diff "$dir/a.sorted" "$dir/b.sorted" >"$dir/diff"
	ok "$1"
	sed -n 's/^[<>]/#&/p' "$dir/diff" 2>/dev/null
	rm -f "$dir/diff"
}

# macro NAME: a number of base/limits.h.
macro() {
	sed -n "s/^#define $1[[:space:]]*\(INT64_C(\)*\([0-9]*\).*/\2/p" src/base/limits.h
}

# ---- Storeys

# FILE INCLUDED, of ours.
grep -rn --include='*.[ch]' '^#[[:space:]]*include "' src |
    sed 's/^src\/\([^:]*\):[0-9]*:.*"\(.*\)"/\1 \2/' |
    grep -vE ' (config|methods|paths|problems|routines)\.h$' >"$dir/includes"
[ "$(wc -l <"$dir/includes")" -gt 100 ]
ok 'the sources include each other'
while read -r file included; do
	[ -f "src/$included" ] || echo "$file: $included"
done <"$dir/includes" >"$dir/found"
none 'whatever is included is there'

# REACHES INCLUDED: what a file sees by its own includes and by theirs.
awk '
	{ if (!($1 in n)) file[++files] = $1; to[$1, ++n[$1]] = $2 }
	END {
		for (f = 1; f <= files; f++) {
			for (k in seen)
				delete seen[k]
			list[last = 1] = file[f]
			for (at = 1; at <= last; at++)
				for (i = 1; i <= n[list[at]]; i++) {
					next_one = to[list[at], i]
					if (next_one in seen)
						continue
					seen[next_one] = 1
					list[++last] = next_one
					print file[f], next_one
				}
		}
	}' "$dir/includes" >"$dir/reaches"
awk '$1 == $2' "$dir/reaches" >"$dir/found"
none 'no file reaches itself'
awk '
	function storey(path, i, n) {
		n = split("base io shop web run ops", name, " ")
		for (i = 1; i <= n; i++)
			if (index(path, name[i] "/") == 1)
				return i
		return 7
	}
	storey($1) < storey($2)' "$dir/reaches" >"$dir/found"
none 'base <- io <- shop <- web <- run <- ops <- programs, to the end'
awk 'index($1, "ops/") == 1 && index($2, "web/") == 1' "$dir/reaches" \
    >"$dir/found"
none 'the operator'\''s tools don'\''t see the web'
awk 'index($1, "web/") == 1 && $2 == "io/db.h"' "$dir/reaches" >"$dir/found"
none 'web/ does not reach the database'

awk '
	function part(path) { sub(/.*\//, "", path); sub(/\..*/, "", path); return path }
	index($1, "shop/") == 1 && index($2, "shop/") == 1 {
		from = part($1); to = part($2)
		if (from != to && to != "attempt" && to != "sql" &&
		    to != "idem" && to != "row" && to != "caller" &&
		    to != "lines" && (from " " to) != "order payment")
			print
	}' "$dir/includes" >"$dir/found"
none 'in shop/, order sees payment, and nobody else anybody'
awk 'index($1, "shop/") == 1 && $1 ~ /\.h$/ && $2 == "shop/attempt.h"' \
    "$dir/includes" >"$dir/found"
none 'and no header has the database come along'
awk 'index($1, "shop/") == 1 && index($2, "io/") == 1 &&
	$2 != "io/db.h" && $2 != "io/password.h"' "$dir/includes" >"$dir/found"
none 'of io/, shop/ sees the database and passwords only'
grep -lw db_text src/*/*.c src/*.c | grep -vE \
    '^src/(io/db|ops/(ddl|script|schema|doctor[a-z_]*))\.c$' >"$dir/found"
none 'what requests reach runs prepared statements alone'
grep -lw db_run src/*/*.c | grep -vE '^src/(io/db|shop/attempt)\.c$' >"$dir/found"
none 'and each is timed, by shop/attempt'
awk 'index($2, "web/h_") == 1' "$dir/includes" >"$dir/found"
none 'nobody includes a handler'
cut -d ' ' -f 2 "$dir/includes" | sort -u >"$dir/used"
find src -name '*.h' -o -name '*.def' | sed 's|^src/||' | sort |
    comm -23 - "$dir/used" >"$dir/found"
none 'each header is included by somebody'

# Opening a session is a file of its own, and the rest of io/db another: what
# they share nobody else sees.
grep -rlE --include='*.[ch]' '^#[[:space:]]*include <(mysql/)?mysql\.h>' src |
    sort >"$dir/found"
is "$(echo $(cat "$dir/found"))" 'src/io/mysql.h' \
    'one header includes mysql.h'
awk '($2 == "io/db_session.h" || $2 == "io/db_rows.h" ||
    $2 == "io/db_part.h" || $2 == "io/mysql.h") &&
    $1 !~ /^io\/db(_connect|_part|_place|_session|_rows)?\.[ch]$/' \
    "$dir/includes" >"$dir/found"
none 'which io/db alone sees, and how a session is opened'
for vendor in 'fcgiapp\.h' 'cjson/cJSON\.h' \
    'openssl/[a-z]+\.h' 'libmemcached/[a-z]+\.h'; do
	grep -rlE --include='*.[ch]' "^#[[:space:]]*include <$vendor>" src \
	    >"$dir/found"
	is "$(wc -l <"$dir/found") $(grep -c '\.c$' "$dir/found")" '1 1' \
	    "one file includes $vendor, and is no header"
done
grep -rl --include='*.[ch]' 'include <CUnit' src >"$dir/found"
none 'CUnit stays in t/'
find src -name '*.c' | while read -r file; do
	[ "$(grep -m 1 '^#[[:space:]]*include' "$file")" = '#include "config.h"' ] ||
	    echo "$file"
done >"$dir/found"
none 'each .c begins with config.h'

find src -name '*.[ch]' -o -name '*.def' | while read -r file; do
	sed -n 2p "$file" | grep -q '^/\*' || echo "$file"
done >"$dir/found"
none 'each source has a head that says what it is for'
# A reader of "number(" would have to find out which one it is.
grep -A 1 '^static' src/*.c src/*/*.c | sed -n 's/^src\/\(.*\.c\)-\([a-z_0-9]*\)(.*/\2 \1/p' |
    sort -u | cut -d ' ' -f 1 | uniq -d >"$dir/found"
none 'no two files have a static function of one name'

find src -name '*.[ch]' -o -name '*.def' | xargs wc -l |
    awk '$2 == "src/io/db.c" { $1 -= 20 }	# alone may know mysql.h
	$2 != "total" && $1 > 450 { print $2 " has " $1 " lines" }' \
	>"$dir/found"
none 'no file has over 450 lines'
find src t schema nginx -type f \( -name '*.[ch]' -o -name '*.def' -o \
    -name '*.t' -o -name '*.sh' -o -name '*.in' -o -name '*.conf' -o \
    -name '*.js' -o -name '*.mjs' -o -name '*.css' \) |
    grep -v '/node_modules/\|/vendor/' | while read -r file; do
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
done >"$dir/found"
none 'each source tells its licence'

# ---- Makefile.am

# listed VARIABLE: what it has, a word a line.
listed() {
	awk -v name="$1" '
		$0 ~ "^" name "[ \t]*[+]?=" { on = 1; sub(/^[^=]*=/, "") }
		on {
			more = sub(/\\$/, "")
			n = split($0, word, " ")
			for (i = 1; i <= n; i++)
				print word[i]
			on = more
		}' Makefile.am
}
{
	find src -name '*.[ch]' -o -name '*.def'
} >"$dir/a"
for storey in base io shop web run ops shopctl_SOURCES shopd_SOURCES \
    shop_fcgi_SOURCES; do
	listed $storey
done >"$dir/b"
same 'Makefile.am has every source, and each is there'
ls t/[0-9]*.t >"$dir/a"
listed TESTS | grep '\.t$' >"$dir/b"
same 'Makefile.am runs every test'
ls t/u_*.c t/unit.[ch] >"$dir/a"
listed t_unit_SOURCES >"$dir/b"
same 'and has every unit test'
ls schema/*.sql schema/*/*.sql >"$dir/a"
for part in schema migrations routines; do
	listed dist_${part}_DATA
done >"$dir/b"
same 'and the schema'
find nginx -type f >"$dir/a"
{ listed dist_nginx_DATA; listed pages | grep -v window; listed window; } >"$dir/b"
same 'and what nginx needs'
for file in t/[0-9]*.t; do
	[ -x "$file" ] && sh -n "$file" && tail -n 1 "$file" | grep -qx finish ||
	    echo "$file"
done >"$dir/found" 2>&1
none 'each test can be run, and ends with finish'

# ---- The tests' vocabulary

# README names verbs at the left; two blanks, or the line's end, end the names.
sed -n '1,/^The verbs of lib.sh/d; s/^  \([^ ].*\)/\1/p' t/README |
    sed 's/  .*//; s/\[[^]]*\]//g; s/\$[a-z_]*//g; s/[A-Z][A-Z_]*//g' |
    grep -oE '[a-z_][a-z_0-9]*' | sort >"$dir/b"
grep -hoE '^[a-z_0-9]+\(\)' t/lib/*.sh | tr -d '()' | sort >"$dir/a"
[ "$(wc -l <"$dir/a")" -gt 120 ]
ok 'the tests have verbs'
uniq -d "$dir/a" >"$dir/found"
none 'each of which is one'
same 'and t/README lists each once, and no other'

# ---- Errors and their pages

# problems: CODE STATUS TITLE of each.
problems() {
	awk -f nginx/problems.awk src/base/err.def src/web/text.def
}
problems >"$dir/problems"
is "$(wc -l <"$dir/problems")" \
    "$(($(grep -cE '^(ERR|FRONT)\(' src/base/err.def) - 1))" \
    'each row of err.def is read'
awk '$3 == ""' "$dir/problems" >"$dir/found"
none 'and has a title'
cut -d ' ' -f 1 "$dir/problems" >"$dir/a"
sed -n 's/^<section id="\([^"]*\)".*/\1/p' nginx/html/problems.html >"$dir/b"
same 'each problem has its section, and no other has'
# schemas: NAME TYPE STATUS CODE of each of the document's that is a problem.
schemas() {
	awk '/^  [a-z]/ { on = $1 == "schemas:" }
		on && /^    [^ ]/ { name = $1; sub(/:$/, "", name) }
		on && sub(/^        type: \{const: /, "") { type = $1 }
		on && sub(/^        status: \{(const: |enum: \[)/, "") { status = $1 }
		on && type != "" && sub(/^        code: \{const: /, "") {
			print name, type, status, $1
			type = ""
		}' nginx/html/openapi.yaml | tr -d '},'
}
schemas | cut -d ' ' -f 1 >"$dir/b"
same 'the OpenAPI document has a schema for each'
schemas | while read -r name type status code; do
	[ "$name" = "$code" ] && [ "$type" = "/problems/$code" ] ||
	    echo "$name $type $code"
done >"$dir/found"
none 'which is named after it'
while read -r code; do
	grep -qE "^[[:space:]]*(is_problem|refused|problem)( [0-9]+)? $code( |\$)" \
	    t/[0-9]*.t || echo "$code"
done <"$dir/a" >"$dir/found"
none 'and each is provoked by a test'

# nginx has those of its own, and some that it shares.
"$top_builddir/shopctl" --config "$dir/shop.conf" site >"$dir/site"
ok 'shopctl makes the site'
grep -o '"title":"[^"]*","status":[0-9]*,"code":"[a-z_]*"' "$dir/site" |
    sed "s/\"title\":\"\(.*\)\",\"status\":\([0-9]*\),\"code\":\"\(.*\)\"/\3 \2 \1/; s/\\\\'/'/" |
    sort -u >"$dir/nginx"
[ "$(wc -l <"$dir/nginx")" -ge 10 ]
ok 'nginx has problems of its own'
{
	cat "$dir/problems"
	awk -v korean=1 -f nginx/problems.awk src/base/err.def src/web/text.def
} | sort | comm -13 - "$dir/nginx" >"$dir/found"
none 'by the same status and title'
awk '{ print $1, $2 }' "$dir/problems" >"$dir/a"
schemas | awk '{ print $4, $3 }' >"$dir/b"
same 'and the OpenAPI document the same status'
awk -f t/documented.awk nginx/html/openapi.yaml | awk '{ print $4 }' |
    sort -u >"$dir/b"
cut -d ' ' -f 1 "$dir/problems" >"$dir/a"
same 'and each of them with an operation'

# What is wrong with one value: its code, and the names of its numbers.
sed -n 's/^FAULT([A-Z_]*,[[:space:]]*"\([a-z_]*\)", \(.*\))$/\1 \2/p' \
    src/base/fault.def | sed 's/"//g; s/NULL//g; s/,//; s/ *$//' >"$dir/a"
is "$(wc -l <"$dir/a")" "$(grep -c '^FAULT(' src/base/fault.def)" \
    'each row of fault.def is read'
awk '/^    fault_/ { name = substr($1, 7); sub(/:$/, "", name) }
	name != "" && sub(/^      required: \[code/, "") {
		gsub(/[],]/, "")
		need = $0
	}
	name != "" && sub(/^        code: \{const: /, "") {
		sub(/\}/, "")
		print $0 == name ? name need : "not " name
		name = ""
	}' nginx/html/openapi.yaml >"$dir/b"
same 'the OpenAPI document has each, with the same numbers'
awk '/^    Fault:/ { on = 1; next } on && /^    [^ ]/ { exit }
	on && sub(/.*schemas\/fault_/, "") { gsub(/\047/, ""); print }' \
    nginx/html/openapi.yaml >"$dir/b"
cut -d ' ' -f 1 "$dir/a" >"$dir/c"
mv "$dir/c" "$dir/a"
same 'and knows that it can be any of them'

# ---- What each of nginx's locations has, and its names

# A location's own add_header or error_page takes away those of its server.
awk '/^[ \t]*location / { own = has = ""; name = FILENAME ": " $0 }
	/^[ \t]*(add_header|error_page|fastcgi_pass) / { own = 1 }
	/^[ \t]*@(answers|application)@$/ { has = 1 }
	/^\t}/ { if (name != "" && own && !has) print name; name = "" }' \
    nginx/shop.conf.in nginx/plain.conf.in nginx/server.conf.in >"$dir/found"
none 'a location with headers or errors of its own has those of all'
awk '/^[ \t]*location .*_problem/ { on = 1 }
	on && /client_max_body_size 0;/ { n++ } /^}/ { on = 0 }
	END { exit n != 1 }' nginx/server.conf.in
ok 'where problems are made, no body is too large'
# Two shops live in one nginx: all that is not in a server begins with a word.
sed 's/#.*//' nginx/shop.conf.in nginx/zones.conf.in nginx/limits.conf.in \
    nginx/tls.conf.in nginx/server.conf.in >"$dir/names"
{
	sed -n 's/^map .* \(\$[^ ]*\) {$/\1/p' "$dir/names"
	sed -n 's/^upstream \([^ ]*\) .*/$\1/p; s/^log_format \([^ ]*\).*/$\1_/p
	    s/.*zone=\([^ :]*\).*/$\1/p; s/^limit_conn \([^ ]*\).*/$\1/p
	    s/.*shared:\([^:]*\):.*/$\1/p' "$dir/names"
	grep -o '(?<[^>]*>' "$dir/names" | sed 's/(?<\(.*\)>/$\1/'
} >"$dir/all"
[ "$(wc -l <"$dir/all")" -ge 50 ]
ok 'nginx has names of its own'
grep -v '^\$@SHOP@_' "$dir/all" >"$dir/found"
none 'each begins with the word for the shop'

# ---- Limits that nginx repeats

site() { sed -n "$1" "$dir/site"; }
is "$(site 's/^[[:space:]]*client_max_body_size \([1-9][0-9]*\);.*/\1/p')" \
    "$(macro BODY_BYTES_MAX)" 'BODY_BYTES_MAX'
is "$(site 's/.*A body has at most \([0-9]*\) bytes.*/\1/p')" \
    "$(macro BODY_BYTES_MAX)" 'as it is told'
is "$(sed -n 's/.*A body has at most \([0-9]*\) bytes.*/\1/p' \
    src/web/text.def)" "$(macro BODY_BYTES_MAX)" 'by the application, too'
is "$(site 's/.*"~^\.{\([0-9]*\)}\.".*/\1/p')" "$(macro TARGET_BYTES_MAX)" \
    'TARGET_BYTES_MAX'
is "$(site 's/.*Path and query together have at most \([0-9]*\) bytes.*/\1/p')" \
    "$(macro TARGET_BYTES_MAX)" 'as it is told'
for code in 429 503; do
	is "$(site "s/^[[:space:]]*$code[[:space:]]*\([0-9]*\);.*/\1/p")" \
	    "$(macro RETRY_AFTER_S)" "RETRY_AFTER_S with $code"
done
is "$(site 's/.*"~^\[A-Za-z0-9\._-\]{1,\([0-9]*\)}\$".*/\1/p')" \
    "$(macro REQUEST_ID_BYTES_MAX)" 'REQUEST_ID_BYTES_MAX'
is "$(site 's/.*key_as_is>\[!#-.*{1,\([0-9]*\)})\$".*/\1/p')" \
    "$(macro IDEM_KEY_BYTES_MAX)" 'IDEM_KEY_BYTES_MAX'
buffers=$(site 's/^[[:space:]]*fastcgi_buffers \([0-9]*\) 8k;.*/\1/p')
[ "$((buffers * 8192))" -ge "$(($(macro RESPONSE_BYTES_MAX) + 8192))" ]
ok 'RESPONSE_BYTES_MAX fits into the buffers'

# ---- Headers that nginx hands on

sed -n 's/^HEADER([A-Z_]*,[[:space:]]*"\([A-Z_]*\)".*/\1/p' src/web/header.def \
    >"$dir/a"
is "$(wc -l <"$dir/a")" "$(grep -c '^HEADER(' src/web/header.def)" \
    'each row of header.def is read'
# With the others of CGI (RFC 3875) and its own, those of reads; those that only
# writes have come as they are, unless they are named there to be taken away.
sed -n 's/^fastcgi_param \([A-Z_]*\)[[:space:]].*\$.*/\1/p' nginx/params.conf.in |
    grep -vxE 'REQUEST_METHOD|REQUEST_URI|SERVER_PROTOCOL|REMOTE_ADDR|CONTENT_LENGTH|SHOP_.*' \
    >"$dir/b"
grep -vxE 'HTTP_CONTENT_ENCODING|HTTP_IDEMPOTENCY_KEY' "$dir/a" >"$dir/c"
mv "$dir/c" "$dir/a"
same 'nginx hands on the headers of header.def'
sed -n 's/^HEADER([A-Z_]*,[[:space:]]*"\(HTTP_[A-Z_]*\)".*/\1/p' src/web/header.def |
    while read -r name; do
	grep "^fastcgi_param $name " nginx/writes.conf.in
done >"$dir/found"
none 'and takes none of them away from writes'

# ---- Limits that SQL repeats

grep -v '^ *--' schema/routines/*.sql src/shop/sql.def >"$dir/sql"
awk 'FNR == 1 { up = 1 } /^-- migrate:down/ { up = 0 } up' \
    schema/migrations/*.sql >"$dir/tables"

# repeats TEXT NUMBER PATTERN [FILE]: in what the pattern finds, the last number
# is this one, each time.
repeats() {
	grep -ohE "$3" "${4:-$dir/sql}" | grep -oE '[0-9]+[^0-9]*$' |
	    grep -oE '^[0-9]+' | sort | uniq -c |
	    awk -v n="$2" '{ print $2 == n ? "" : "not " n ": " $2 }
		END { if (NR == 0) print "nowhere" }' | grep . >"$dir/found"
	none "SQL has $1"
}
line=$(sed -n 's/^#define LINE_BYTES \([0-9]*\)$/\1/p' src/shop/lines.c)
lines=$(macro ORDER_LINES_MAX)
repeats RANK_ITEMS "$(macro RANK_ITEMS)" 'sold DESC, p\.id LIMIT [0-9]+'
repeats 'RANK_HOURS, less the one that runs' "$(($(macro RANK_HOURS) - 1))" \
    'INTERVAL [0-9]+ HOUR, '
repeats POINTS_MAX "$(macro SAFE_INT_MAX)" '[^0-9][0-9]{15}1[^0-9]'
repeats 'and one more' "$(($(macro SAFE_INT_MAX) + 1))" '[^0-9][0-9]{15}[02-9][^0-9]'
repeats 'POINTS_MAX in tables' "$(macro SAFE_INT_MAX)" 'AND [0-9]{5,}' "$dir/tables"
repeats QUANTITY_MAX "$(macro QUANTITY_MAX)" 'quantity BETWEEN 1 AND [0-9]+' "$dir/tables"
repeats ATTEMPTS_MAX "$(macro ATTEMPTS_MAX)" 'attempts BETWEEN 1 AND [0-9]+' "$dir/tables"
repeats 'the last of ORDER_LINES_MAX' "$((lines - 1))" "COMMENT='0 to [0-9]+" "$dir/tables"
repeats 'LINE_BYTES, from line to line' "$line" \
    '(p_lines, l\.n \*|LENGTH\(p_lines\) DIV|v_at = v_at \+) [0-9]+'
repeats 'ORDER_LINES_MAX of them' "$((lines * line))" \
    '(p_lines|v_lines|v_short) VARCHAR\([0-9]+'
repeats 'NAME_CHARS_MAX' "$(macro NAME_CHARS_MAX)" '_name VARCHAR\([0-9]+'
repeats 'in tables, too' "$(macro NAME_CHARS_MAX)" ' name VARCHAR\([0-9]+' "$dir/tables"
repeats 'DESCRIPTION_CHARS_MAX' "$(macro DESCRIPTION_CHARS_MAX)" 'description VARCHAR\([0-9]+'
repeats 'in tables, too' "$(macro DESCRIPTION_CHARS_MAX)" 'description VARCHAR\([0-9]+' "$dir/tables"
repeats 'EMAIL_BYTES_MAX' "$(macro EMAIL_BYTES_MAX)" 'email VARCHAR\([0-9]+'
repeats 'in tables, too' "$(macro EMAIL_BYTES_MAX)" 'email VARCHAR\([0-9]+' "$dir/tables"

# ---- Routes and the OpenAPI document

sed -n 's/^ROUTE(\([A-Z]*\), "\([^"]*\)".*/\1 \2/p' src/web/routes.def \
    >"$dir/a"
is "$(wc -l <"$dir/a")" "$(grep -c '^ROUTE(' src/web/routes.def)" \
    'each row of routes.def is read'
awk '/^[a-z]/ { on = /^paths:/ }
	on && /^  \// { path = $1; sub(/:$/, "", path) }
	on && /^    (get|put|post|delete|patch|head|options|trace):/ {
		method = toupper($1); sub(/:$/, "", method)
		print method, path }' nginx/html/openapi.yaml >"$dir/b"
same 'each route is in the OpenAPI document, and no other is'
jq -r '.paths | to_entries[] | .key as $path | .value | keys[] |
    select(. != "parameters") | (ascii_upcase + " " + $path)' \
    nginx/html/openapi.json >"$dir/b"
same 'nor in openapi.json'
is "$(grep -c "^        '429':" nginx/html/openapi.yaml)" \
    "$(wc -l <"$dir/a")" 'which tells each that there may be too many'

# ---- The schema

awk '/^CREATE TABLE/ { on = 1; next }
	on && /^\)/ { on = 0; tables++
		if ($0 !~ /ENGINE=InnoDB / || $0 !~ / CHARSET=utf8mb4 / ||
		    $0 !~ /COLLATE=utf8mb4_unicode_ci/ || $0 !~ / COMMENT=\047[^\047]/)
			print "table: " $0 }
	on && !/^  (PRIMARY|UNIQUE|KEY|CONSTRAINT|FOREIGN|INDEX)/ { columns++
		if ($0 !~ / COMMENT \047..+\047,?$/)
			print "column: " $0 }
	END { if (tables < 8 || columns < 30)
		print "only " tables " tables, " columns " columns" }' "$dir/tables" >"$dir/found"
none 'each table is InnoDB and utf8mb4_unicode_ci, each column has a comment'
grep -rn 'FLOAT\|DOUBLE\|REAL' schema/migrations schema/routines >"$dir/found"
none 'nothing is counted in floating point'
awk '/^SQL\(/ { on = /, ANYWHERE, / } on' src/shop/sql.def >"$dir/anywhere"
grep -oE '(FROM|JOIN) [a-z_]{2,}' "$dir/anywhere" | cut -d ' ' -f 2 |
    grep -vxE 'products|product_suffixes|sales_marks' >"$dir/found"
[ "$(grep -c ANYWHERE "$dir/anywhere")" -ge 10 ]
none 'what is read anywhere is the catalogue and its sales, and nobody'\''s points or orders'
for file in schema/routines/*.sql; do
	name=$(basename "$file" .sql)
	grep -q "PROCEDURE $name(" "$file" &&
	    grep -q 'SQL SECURITY DEFINER' "$file" || echo "$file"
done >"$dir/found"
none 'each routine is named as its file, with its definer'\''s rights'
finish
