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
fresh_strace=
place=$dir/etc
file=$place/fresh.conf
# fresh ARGUMENT...: shopctl of the new shop.  A pool of root's would have its
# sockets in /run, which is not ours to fill.
fresh() {
	env SHOP_DB_SOCKET="$db_sock" SHOP_DB_NAME=fresh \
	    SHOP_LISTEN="unix:$dir/run/shop.sock" \
	    SHOP_LISTEN_READ="unix:$dir/run/read.sock" \
	    SHOP_SCHEMA_DIR="$top_srcdir/schema" \
	    $fresh_strace "$top_builddir/shopctl" -c "$file" "$@"
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
# fresh_killed CALL N: the same, killed at the n-th such call; false: it has fewer.
fresh_killed() {
	fresh_strace="strace -qq -o $dir/trace -e trace=$1 -e inject=$1:signal=KILL:when=$2"
	fresh init $user >"$dir/out" 2>&1 </dev/null
	killed_code=$?
	fresh_strace=
	[ $killed_code = 137 ]
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

# What is there is never touched, though it be bad: it is named.
key=$(ls "$place"/fresh/keys/*.key)
password=$place/fresh/db.password
for secret in "$key" "$password"; do
	for mode in 644 640 604; do
		chmod $mode "$secret"
		before=$(all)
		init
		is "$code $lines $(grep -c '^made' "$dir/out")" '1 1 0' \
		    "$mode ${secret#$place/}: a secret that others can read is refused"
		is "$err" "shopctl: init: $secret: readable by others than its owner (chmod 600)" \
		    'and named'
		is "$(all)" "$before" 'and stays as it is'
	done
	chmod 600 "$secret"
done
if [ -n "$as_root" ]; then
	for secret in "$key" "$password" "$place/fresh/keys"; do
		chown root "$secret"
		before=$(all)
		init
		is "$code $err" "1 shopctl: init: $secret: is user 0's, and the pool's user games may not read it: chown it" \
		    "${secret#$place/}: one that the pool can not read is refused"
		is "$(all)" "$before" 'and stays as it is'
		chown games "$secret"
	done
fi
init
is "$code $err" '0 ' 'set right they will do'
mv "$key" "$dir/away.key"
init
is "$code $(grep '^made: key' "$dir/out")" \
    "0 made: key of tokens in $place/fresh/keys" 'a missing one is made'

# ---- Killed at any point, and run again

# shapes: what there is, with owner and mode; not what a killed one has left beside.
shapes() {
	(cd "$dir" && find etc run -printf '%p %u %m\n' |
	    grep -v '\.[A-Za-z0-9]\{6\} [^ ]* [0-9]*$' |
	    sed 's/[0-9TZ]*\.key /KEY /' | sort)
}
if command -v strace >/dev/null && strace -qq -o "$dir/trace" true 2>/dev/null; then
	mv "$place" "$dir/kept"
	rm -rf "$dir/run"
	# What is made in the database is one transaction each: here it is about files.
	was_sock=$db_sock
	db_sock=$dir/none
	init
	shapes >"$dir/whole"
	kills=0
	for call in mkdir,mkdirat chown,fchownat fchown chmod,fchmodat fchmod \
	    rename,renameat,renameat2 link,linkat fsync; do
		n=1
		while rm -rf "$place" "$dir/run" && fresh_killed $call $n; do
			init
			is "$code $(shapes | diff - "$dir/whole")" '1 ' \
			    "killed at $call $n, the next run makes it whole"
			kills=$((kills + 1))
			n=$((n + 1))
		done
	done
	[ $kills -ge 20 ]
	ok "it was killed $kills times"
	rm -rf "$place" "$dir/run"
	mv "$dir/kept" "$place"
	db_sock=$was_sock
	init
	is "$code" 0 'and here is the first one again'
else
	pass 'killed at any point # SKIP no strace'
fi

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
