#!/bin/sh
# SPDX-License-Identifier: MIT
# What the three programs have in common: options, settings, secrets.
. "${top_srcdir:-.}/t/lib.sh"

good=$dir/shop.conf
bad=$dir/bad.conf
conf log_level warn

# run PROGRAM ARGUMENTS...: sets code, out and err.
run() {
	program=$1
	shift
	timeout 10 "$top_builddir/$program" "$@" >"$dir/out" 2>"$dir/err" \
	    </dev/null
	code=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
}

# refused TEXT: the last run failed with one line on stderr and no more.  For
# bad settings shopd has a status of its own, which a supervisor can tell.
refusal() { if [ "$program" = shopd ]; then echo 78; else echo 1; fi; }
refused() {
	is "$code $(wc -l <"$dir/err") $(wc -c <"$dir/out")" "$(refusal) 1 0" \
	    "$1"
}

keys=$(sed -n 's/^CONF_[A-Z]*(\([a-z_]*\),.*/\1/p' \
    "$top_srcdir/src/base/conf.def")
version=$(sed -n 's/^#define PACKAGE_VERSION "\(.*\)"/\1/p' \
    "$top_builddir/config.h")
for program in shopd shop.fcgi shopctl; do
	for option in --help -h; do
		run $program $option
		is "$code $err" '0 ' "$program $option"
		like "$(echo "$out" | head -n 1)" "^usage: $program " \
		    'begins with the usage'
	done
	is "$(echo "$out" | sed '1,/^settings/d' |
	    sed -n 's/^  \([a-z][a-z_]*\) .*/\1/p')" "$keys" \
	    "$program --help tells every setting"
	for option in --version -V; do
		run $program $option
		is "$code $out $err" "0 $program $version " "$program $option"
	done
	run $program --bogus
	is "$code $(wc -l <"$dir/err") $(wc -c <"$dir/out")" '2 1 0' \
	    "$program --bogus is bad usage"
	like "$err" "^$program: --bogus: " 'and is named'

	run $program --config "$good" --check-config
	is "$code $err" '0 ' "$program --check-config"
	is "$(echo "$out" | head -n 1)" "# $good" 'says which file was read'
	is "$(echo "$out" | sed '1d; s/ = .*//')" "$keys" 'prints every setting'
	is "$(echo "$out" | grep -E '^(log_level|listen|jwt_leeway_s) = ')" \
	    "$(printf 'listen = unix:%s/shop.sock\nlog_level = warn\njwt_leeway_s = 30' "$dir")" \
	    'as it is in force'
	cp "$dir/out" "$dir/printed.conf"
	run $program --config "$dir/printed.conf" --check-config
	is "$(echo "$out" | sed 1d)" "$(sed 1d "$dir/printed.conf")" \
	    'in the form of a settings file'
	SHOP_WORKERS=7 run $program --config "$good" --check-config
	is "$(echo "$out" | grep '^workers = ')" 'workers = 7' \
	    'the environment overrides'
	SHOP_CONFIG=$good run $program --check-config
	is "$(echo "$out" | grep '^log_level = ')" 'log_level = warn' \
	    'SHOP_CONFIG names the file'
	SHOP_CONFIG='' run $program --check-config
	is "$code $out$err" "$(refusal) $program: the settings file's name (--config, $(
	    )SHOP_CONFIG) is empty" 'an empty one names none, and is refused'
done

# ---- What can't be printed was not told

# full OPTION...: to a full disk, and to a standard output that is closed.
full() {
	timeout 10 "$top_builddir/$program" "$@" >/dev/full 2>"$dir/err"
	is "$? $(cat "$dir/err")" "$(refusal) $program: standard output can't be written" \
	    "$program $*: to a full disk is a failure"
	timeout 10 "$top_builddir/$program" "$@" >&- 2>"$dir/err"
	is "$? $(wc -l <"$dir/err")" "$closed" \
	    "$program $*: when it is closed"
}
if [ -c /dev/full ]; then
	# A daemon opens /dev/null there, which takes everything.
	for program in shopd shop.fcgi shopctl; do
		closed='0 0'
		[ $program != shopctl ] || closed='1 1'
		full --help
		full --version
		full --config "$good" --check-config
	done
else
	pass 'a full disk # SKIP no /dev/full'
fi

# ---- Where there is no settings file

# What configure was told; here, as a rule, nothing is installed.
installed=$("$top_builddir/shopd" --help |
    sed -n 's/.*SHOP_CONFIG, else \(.*\)/\1/p')
if [ -n "$installed" ] && [ ! -e "$installed" ]; then
	for program in shopd shop.fcgi shopctl; do
		run $program --check-config
		is "$code $(echo "$out" | head -n 1)" \
		    "0 # no settings file: $installed is not there" \
		    "$program says that there is none"
	done
	SHOP_JWT_SECRET_FILE=$dir/jwt.secret run shopctl token --user 1
	is "$code $(wc -l <"$dir/out") $err" "0 1 $(
	    )shopctl: no settings file: $installed is not there: $(
	    )defaults and SHOP_* alone" 'and shopctl, whatever it does'
	run shopctl doctor
	like "$out" "^bad settings: no settings file: $installed is not there, $(
	    )nor is any SHOP_\* set: name yours" 'its doctor finds that bad'
	SHOP_DB_SOCKET=$dir/none run shopctl doctor
	like "$out" '^ok settings$' 'unless the environment has some'
	run shopd
	refused 'shopd without any settings does not start'
else
	pass "there is none # SKIP $installed is there"
fi
run shopctl --config "$good" token --user 1
is "$code $err" '0 ' 'with a file shopctl says nothing of it'

for program in shopd shop.fcgi; do
	run $program --config "$good" something
	is "$code $(wc -l <"$dir/err")" '2 1' "$program takes no arguments"
done

# ---- A bad value stops the start

# bad_setting LINE PATTERN TEXT: with this line no program starts.
bad_setting() {
	cp "$good" "$bad"
	printf '%s\n' "$1" >>"$bad"
	no_start "$2" "$3"
}
no_start() {
	for program in shopd shop.fcgi shopctl; do
		case $program in
		shopctl) run $program --config "$bad" token --user 1 ;;
		*) run $program --config "$bad" ;;
		esac
		refused "$program: $2"
		like "$err" "^$program: .*$1" 'and tells why'
	done
}
sed "s|^listen_read = .*|listen_read = unix:$dir/shop.sock|" "$good" >"$bad"
no_start "listen_read \\(unix:$dir/shop.sock\\) must be another" \
    'two queues at one socket'
sed 's|^workers = .*|workers = 200|; s|^workers_read = .*|workers_read = 57|' \
    "$good" >"$bad"
no_start 'workers \(200\) and workers_read \(57\) together must be 256' \
    'more workers in two pools than there may be in one'
bad_setting 'workers = 0' 'workers = 0: .* 1\.\.256 processes' \
    'a number below its range'
bad_setting 'workers = 257' 'workers = 257: .* 1\.\.256' 'one above it'
bad_setting 'workers = four' 'workers = four: .* 1\.\.256' 'a word for a number'
bad_setting 'workers =' 'workers = : .* 1\.\.256' 'no number'
bad_setting 'workers = 4 8' 'workers = 4 8: .* 1\.\.256' 'two numbers'
bad_setting 'workers = 99999999999999999999' 'workers = 9+: .* 1\.\.256' \
    'a number beyond all'
bad_setting 'log_level = loud' 'log_level = loud: .* debug\|info\|warn\|error' \
    'a choice that is none'
bad_setting "db_name = $(head -c 65 /dev/zero | tr '\0' n)" \
    'db_name = n+\.\.\.: .* 64 bytes' 'a text that is too long'
bad_setting 'wrokers = 4' 'wrokers: no such setting' 'an unknown key'
bad_setting 'workers' "$bad:[0-9]+: not a key" 'a line that is no setting'
bad_setting 'log_level = info' "$bad:[0-9]+: log_level: set before, in line" \
    'a key that is set twice'
bad_setting "$(printf 'jwt_issuer = a\033b')" \
    "$bad:[0-9]+: a control character" 'a value that a terminal would obey'
bad_setting '[pool]
workers = 4' 'no such setting' 'a section'
bad_setting 'db_lock_wait_s = 2' \
    'db_lock_wait_s \(2000 ms\) .* db_read_timeout_s \(2000 ms\)' \
    'a lock wait as long as the read timeout'
bad_setting 'db_read_timeout_s = 5' \
    'db_read_timeout_s \(5000 ms\) .* request_deadline_ms \(5000 ms\)' \
    'a read timeout as long as the deadline'
bad_setting 'nginx_timeout_s = 5' \
    'request_deadline_ms \(5000 ms\) .* nginx_timeout_s \(5000 ms\)' \
    'a deadline as long as nginx waits'

mkfifo "$dir/fifo"
long=/$(head -c 4094 /dev/zero | tr '\0' x)
{ sed '/^schema_dir/d' "$good"; echo "schema_dir = $long"; } >"$dir/long.conf"
for program in shopd shop.fcgi shopctl; do
	SHOP_DB_PORT=65536 run $program --config "$good" --check-config
	refused "$program: a bad value in the environment"
	like "$err" 'environment: db_port = 65536: .* 1\.\.65535' \
	    'and tells which'
	run $program --config "$dir/none.conf" --check-config
	refused "$program: a file that is not there"
	like "$err" "$dir/none.conf: No such file" 'and tells which'
	run $program --config "$dir" --check-config
	refused "$program: a directory for a file"
	like "$err" "$dir: " 'and tells which'
	run $program --config "$dir/fifo" --check-config
	refused "$program: a FIFO for a file, which nobody writes to"
	like "$err" "$dir/fifo: not a plain file" 'and tells which'
	SHOP_JWT_ISSUER=$(printf 'a\nworkers = 9') \
	    run $program --config "$good" --check-config
	refused "$program: two lines in a variable"
	like "$err" 'environment: jwt_issuer: a control character' \
	    'and tells which'
	run $program --config "$dir/long.conf" --check-config
	is "$code $(echo "$out" | sed -n 's/^schema_dir = //p')" "0 $long" \
	    "$program: a value of 4095 bytes is read whole"
done

# ---- Secrets that are none

# bad_secret KEY FILE PATTERN TEXT: neither a worker nor, where it is a
# token's, shopctl goes on with this file.
bad_secret() {
	cp "$good" "$bad"
	sed -i "/^$1 = /d" "$bad"
	echo "$1 = $2" >>"$bad"
	run shop.fcgi --config "$bad"
	is "$code $(wc -l <"$dir/err")" '1 1' "shop.fcgi: $4"
	like "$err" "event=start .*$2: .*$3" 'and tells why'
	[ "$1" = jwt_secret_file ] || return 0
	run shopctl --config "$bad" token --user 1
	refused "shopctl: $4"
	like "$err" "$2: .*$3" 'and tells why'
}
cp "$dir/jwt.secret" "$dir/open"
chmod 644 "$dir/open"
bad_secret jwt_secret_file "$dir/open" 'chmod 600' 'a JWT key that all may read'
bad_secret db_password_file "$dir/open" 'chmod 600' \
    'a password that all may read'
chmod 640 "$dir/open"
bad_secret jwt_secret_file "$dir/open" 'chmod 600' \
    'a JWT key that the group may read'
umask 077
head -c 31 /dev/zero | tr '\0' k >"$dir/short"
bad_secret jwt_secret_file "$dir/short" '32' 'a JWT key of 31 bytes'
: >"$dir/empty"
bad_secret jwt_secret_file "$dir/empty" 'empty' 'an empty JWT key'
bad_secret jwt_secret_file "$dir/none" 'No such file' 'no JWT key'
bad_secret db_password_file "$dir/none" 'No such file' 'no password'
head -c 32 /dev/zero | tr '\0' k >"$dir/long"
sed "s|^jwt_secret_file = .*|jwt_secret_file = $dir/long|" "$good" >"$bad"
run shopctl --config "$bad" token --user 1
is "$code $err" '0 ' 'one of 32 bytes will do'
sed '/^jwt_secret_file = /d' "$good" >"$bad"
run shop.fcgi --config "$bad"
is "$code $(wc -l <"$dir/err")" '1 1' 'shop.fcgi: no JWT key is named'

# ---- Nothing secret is told

conf log_level debug
shop_start
as 1
cookie=very-secret-cookie
post /v1/points/charge '{"amount": 1}' -H "Cookie: $cookie" \
    -H 'Idempotency-Key: my-own-key'
is "$status" 201 'there is traffic'
request GET /v1/points/balance -H "Authorization: Bearer $bearer.x"
is "$status" 401 'with a bad token'
request GET /v1/points/balance -H "Authorization: Basic $cookie"
is "$status" 401 'with none'
long=$(ctl token --user 2 --ttl 1)
conf db_user nobody
kill -HUP "$pool_pid"
eventually 10 grep -q 'event=roll-done' "$dir/log/shopd.log"
post /v1/points/charge '{"amount": 1}'
is_problem 503 unavailable 'with a password that is refused'
like "$(cat "$dir/log/shopd.log")" 'event=db_error .*number=1045' \
    'the log tells of it'
eventually 5 grep -q '/v1/points/charge' "$dir/log/access.log"
ok 'nginx logs too'
for pid in $(pool_workers) "$pool_pid" "$db_pid" "$mc_pid" "$nginx_pid"; do
	tr '\0' ' ' <"/proc/$pid/cmdline"
	echo
done >"$dir/ps"
like "$(cat "$dir/ps")" "shop\.fcgi --config $good" 'ps shows our processes'
for secret in "$(cat "$dir/jwt.secret")" "$(cat "$dir/db.password")" \
    "$bearer" "$long" "$cookie"; do
	is "$(cat "$dir"/log/* "$dir/ps" | grep -cF -- "$secret")" 0 \
	    'neither a log nor ps has a secret'
done
finish
