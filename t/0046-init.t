#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl init: what a new shop needs, each once, and nothing of what is there.
. "${top_srcdir:-.}/t/lib.sh"

# No user of this machine is made or changed: these note what they were asked.
mkdir "$dir/bin"
for tool in useradd usermod; do
	printf '#!/bin/sh\necho "%s $*" >>"%s"\n' $tool "$dir/asked" \
	    >"$dir/bin/$tool"
	chmod 755 "$dir/bin/$tool"
done
: >"$dir/asked"
PATH=$dir/bin:$PATH
place=$dir/etc
file=$place/fresh.conf
# fresh ARGUMENT...: shopctl of the new shop.  A pool of root's would have its
# sockets in /run, which is not ours to fill.
fresh() {
	env SHOP_DB_SOCKET="$db_sock" SHOP_DB_NAME=fresh \
	    SHOP_LISTEN="unix:$dir/run/shop.sock" \
	    SHOP_LISTEN_READ="unix:$dir/run/read.sock" \
	    SHOP_SCHEMA_DIR="$top_srcdir/schema" \
	    "$top_builddir/shopctl" -c "$file" "$@"
}
user=
owner=$(id -un)
if [ -n "$as_root" ]; then
	user='--user games'
	owner=games
fi

# init ARGUMENT...: sets code, out, err, lines (of err).
init() {
	fresh init $user "$@" >"$dir/out" \
	    2>"$dir/err" </dev/null
	code=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
	lines=$(wc -l <"$dir/err")
}
# all: what there is, with owner, mode and content.
all() {
	(cd "$dir" && [ ! -e etc ] || find etc run \( -type f -exec sha256sum {} + \) , \
	    -printf '%p %u %m\n' | sort) 2>/dev/null
}
is_made() { is "$(stat -c '%U %a' "$2" 2>&1)" "$1" "${2#$dir/}: $1"; }

# ---- Nothing runs yet

init --dry-run
like "$err" '^shopctl: init: the database: .*run shopctl init again$' \
    'a dry run looks at the database, too'
is "$code $lines $(all)" '1 1 ' 'and makes nothing'
is "$(grep -c '^would make: ' "$dir/out") $(grep -cv '^would make: \|^there: ' \
    "$dir/out")" "$((7 + ${as_root:-0})) 0" 'it says what it would make'
init
is "$code $lines" '1 1' 'no database: the files are made'
like "$err" "^shopctl: init: the database: .*db_\* in $file.*again$" \
    'and it says what to do'
is_made "$(id -un) 644" "$file"
is_made "$(id -un) 755" "$place/fresh"
is_made "$owner 600" "$place/fresh/db.password"
is_made "$owner 700" "$place/fresh/keys"
is_made "$owner 600" "$(ls "$place"/fresh/keys/*.key)"
is_made "$owner 750" "$dir/run"
like "$(cat "$place/fresh/db.password")" '^[0-9a-f]{64}$' 'a password'
is "$(ls -A "$place" "$place/fresh" "$place/fresh/keys" "$dir/run" |
    grep -v '^/\|^$' | sed 's/^[0-9TZ]*\.key/KEY/' | tr '\n' ' ')" \
    'fresh fresh.conf db.password keys KEY ' 'and nothing else'
if [ -n "$as_root" ]; then
	is "$(cat "$dir/asked")" "$(getent passwd www-data >/dev/null &&
	    echo "usermod -a -G $(id -g games) -- www-data")" \
	    'the web server'\''s user comes into the group'
else
	is "$(cat "$dir/asked")" '' 'no user is changed by somebody else'
fi
fresh --check-config >"$dir/in-force"
is "$? $(head -n 1 "$dir/in-force")" "0 # $file" 'the settings are good'
for line in "db_password_file = $place/fresh/db.password" \
    "jwt_key_dir = $place/fresh/keys"; do
	grep -qxF "$line" "$dir/in-force"
	ok "$line"
done

# ---- With a database

before=$(all)
shop_db
init
is "$code $err" '0 ' 'the next run goes on'
is "$(all)" "$before" 'with the files that are there'
is "$(grep '^made: ' "$dir/out" | grep -v ' www-data ')" \
    "made: database fresh
made: schema and workers' account of database fresh" \
    'it makes database, schema and account'
like "$out" "next: start shopd --config $file" 'and says what is next'
is "$(sql 'SELECT DEFAULT_COLLATION_NAME FROM information_schema.schemata
    WHERE schema_name = "fresh"')" utf8mb4_unicode_ci 'of UTF-8'
fresh migrate >"$dir/out"
is "$? $(cat "$dir/out")" '0 ' 'nothing is left to migrate'
init
is "$code $err $(grep -v ' www-data ' "$dir/out" | grep -c '^made')" '0  0' \
    'run again it makes nothing'
is "$(all)" "$before" 'and changes nothing'

# ---- What others find

token=$(fresh token --user 1)
like "$token" '^[^.]+\.[^.]+\.[^.]+$' 'its key signs'
fresh doctor >"$dir/out" 2>&1
is "$(grep -cE '^ok (settings|secrets|schema|routines|accounts?)' "$dir/out") $(
    grep -E '^bad (settings|secrets|schema|routines|account)' "$dir/out")" \
    "$(grep -cE '^(ok|bad) (settings|secrets|schema|routines|accounts?)' \
    "$dir/out") " 'doctor finds them good'

# What is there is never touched, though it be bad; doctor says so.
key=$(ls "$place"/fresh/keys/*.key)
chmod 644 "$key"
init
is "$code $(ls "$place/fresh/keys" | wc -l) $(stat -c %a "$key")" '0 1 644' \
    'a key that all can read stays the only one'
chmod 600 "$key"
mv "$key" "$dir/away.key"
init
is "$code $(grep '^made: key' "$dir/out")" \
    "0 made: key of tokens in $place/fresh/keys" 'a missing one is made'

# ---- What is refused, without a trace

# refused TEXT PATTERN ARGUMENT...
refused() {
	refused_text=$1
	refused_pattern=$2
	shift 2
	before=$(all)
	init "$@"
	is "$code $lines $(grep -v ' www-data ' "$dir/out" | grep -c '^made')" \
	    '1 1 0' \
	    "refused: $refused_text"
	like "$err" "^shopctl: init: $refused_pattern" 'in one line'
	is "$(all)" "$before" 'nothing is changed'
}
cp -p "$file" "$dir/good.conf"
echo 'db_password_file = relative' >"$file"
echo "jwt_key_dir = $place/fresh/keys" >>"$file"
refused 'a relative path' 'relative: must be an absolute path'
echo "db_password_file = $file/x" >"$file"
echo "jwt_key_dir = $place/fresh/keys" >>"$file"
refused 'a file as a directory' "$file/x: Not a directory"
echo 'log_level = info' >"$file"
refused 'no place for keys' "$file: jwt_key_dir is not set"
cp -p "$dir/good.conf" "$file"
real=$file
file=relative.conf
refused 'settings at a relative path' 'relative.conf: must be an absolute'
file=/proc/shop/fresh.conf
refused 'no right to write' '/proc/shop.*'
file=$real
if [ -n "$as_root" ]; then
	file=$dir/etc/other.conf
	user='--user nobody-has-this'
	refused 'a user that useradd does not make' \
	    'nobody-has-this: useradd did not make it'
	like "$(tail -n 1 "$dir/asked")" \
	    '^useradd --system .* --user-group -- nobody-has-this$' 'asked to'
	user='--user users'
	refused 'nor one whose group is there' 'users: useradd did not'
	like "$(tail -n 1 "$dir/asked")" '^useradd .* -g users -- users$' \
	    'asked to make it in that group'
	file=$real
else
	user='--user root'
	refused 'another user, by somebody who is not root' 'root: only root'
fi
finish
