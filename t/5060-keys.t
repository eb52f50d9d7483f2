#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl key: the keys of tokens, changed while the shop is open.
. "${top_srcdir:-.}/t/lib.sh"
(umask 077; mkdir "$dir/keys")
conf jwt_key_dir "$dir/keys"
shop_start
seeded

# run_kept ARGUMENTS...: as run, and what it said is kept.
run_kept() {
	run "$@"
	cat "$dir/out" "$dir/err" >>"$dir/said"
}

# fails CODE TEXT PATTERN: the last run ended so, with one line on stderr.
fails() {
	is "$code $lines $(wc -c <"$dir/out")" "$1 1 0" "$2"
	like "$err" "$3" 'and says why'
}

# said EVENT N: the pool has said so at least so often.
said() { [ "$(grep -c "event=$1 " "$dir/log/shopd.log")" -ge "$2" ]; }

# quiet: every roll that was begun is over.
quiet() {
	! said roll-start $(($(grep -c 'event=roll-[du]' \
	    "$dir/log/shopd.log") + 1))
}

# key_header TOKEN: the kid in it.
key_header() {
	printf '%s==' "${1%%.*}" | tr '_-' '/+' | base64 -d 2>/dev/null |
	    jq -r .kid
}

# answer TOKEN: sets status, body and headers.
answer() { request GET /v1/points/balance -H "Authorization: Bearer $1"; }

# accepted TOKEN, unknown TOKEN: by every worker, that is for once often.
accepted() {
	for again in 1 2 3 4 5 6 7 8; do
		answer "$1"
		[ "$status" = 200 ] || return 1
	done
}
unknown() {
	for again in 1 2 3 4 5 6 7 8; do
		answer "$1"
		[ "$status" = 401 ] || return 1
	done
}

# keys_tell: everything of every key, a line each; none may be told.
keys_tell() {
	cat "$dir/jwt.secret" "$dir/keys"/*.key
}

# ---- A rotation under load

run_kept key list
like "$code $out $err" '^0 \(nameless\) 64 20[0-9-]+T[0-9:]+Z signs $' \
    'before: one key, which signs'
nameless=$(token 1)
is "$(key_header "$nameless")" null 'its tokens have no kid'
clients_start --clients 4

run_kept key add --kid old
is "$code $out $err" '0 old ' 'a key is made'
old=$(ctl token --user 1 --ttl 600 --kid old)
is "$(key_header "$old")" old 'a token names it'
accepted "$old"
ok 'and is accepted from then on'
run_kept key add
is "$code $err" '0 ' 'another, without a name'
like "$out" '^20[0-9]{6}T[0-9]{6}Z$' 'is named by the time'
kid=$out
new=$(ctl token --user 1 --ttl 600 --kid "$kid")
is "$(key_header "$new")" "$kid" 'a token names it'
accepted "$new"
ok 'and is accepted from then on'
accepted "$old" && accepted "$nameless"
ok 'those of the others are, still'
keys_tell >"$dir/told"
run_kept key retire --kid old
is "$code $out $err" '0  ' 'the old one is retired'
unknown "$old"
ok 'its tokens are refused from then on'
answer "$old"
is_problem 401 invalid_token 'as unknown'
accepted "$new" && accepted "$nameless"
ok 'the others work on'
eventually 10 quiet
clients_stop
is "$(figure server_errors) $(figure status_000) $(figure status_401)" \
    '0 0 0' 'meanwhile no other request failed'
[ "$(figure acknowledged)" -gt 100 ]
ok 'of many'

# ---- The files

is "$(stat -c '%a %F %h' "$dir/keys/$kid.key")" '600 regular file 1' \
    'a key is for its owner alone'
is "$(ls -A "$dir/keys")" "$kid.key" 'and nothing is left behind'
like "$(cat "$dir/keys/$kid.key")" '^[0-9a-f]{64}$' 'it is text'
if command -v openssl >/dev/null; then
	is "$(printf '%s' "${new%.*}" | openssl dgst -sha256 \
	    -hmac "$(cat "$dir/keys/$kid.key")" -binary | base64 -w 0 |
	    tr '+/' '-_' | tr -d =)" "${new##*.}" \
	    'with which others can sign as well'
else
	pass 'with which others can sign as well # SKIP no openssl'
fi
if [ -n "$as_root" ]; then
	chown 65534:65534 "$dir/keys"
	run_kept key add --kid given
	is "$code $(stat -c '%u:%g %a' "$dir/keys/given.key")" \
	    '0 65534:65534 600' 'root gives it to the directory'\''s owner'
	run_kept key retire --kid given
	chown 0:0 "$dir/keys"
else
	pass 'root gives it to the directory'\''s owner # SKIP not root'
fi
is "$(stat -c %a "$dir/keys")" 700 'the directory is as it was'

# ---- Which one signs

SHOP_JWT_SECRET_FILE='' run_kept key list
like "$out" "^$kid 64 20[0-9-]+T[0-9:]+Z signs\$" \
    'without the nameless key a named one signs'
run_kept key add --kid Z
SHOP_JWT_SECRET_FILE='' run_kept token --user 1
is "$code $(key_header "$out")" '0 Z' 'the one that sorts last'
run_kept key list
is "$(echo "$out" | cut -d ' ' -f 1,2 | tr '\n' ,)" \
    "(nameless) 64,$kid 64,Z 64," 'the list is sorted'
run_kept token --user 1 --kid none
fails 1 'a token by a key there isn'\''t' 'token: there is no such key'

# ---- Refusals

before=$(cat "$dir/keys"/* | sha256sum)
for bad in 'a/b' '../a' '' 'a b' "$(printf '%065d' 0)" 'ä'; do
	run_kept key add --kid "$bad"
	fails 2 "no kid: $bad" 'kid: must '
done
for usage in key 'key remove' 'key retire' 'key list more' 'key add more' \
    'key retire --kid' 'key retire --kid ../Z'; do
	run_kept $usage
	fails 2 "bad usage: $usage" '^shopctl: '
done
run_kept key add --kid Z
fails 1 'a kid there is' 'key add: .*Z.key: File exists'
ln -s nowhere "$dir/keys/link.key"
run_kept key add --kid link
fails 1 'a kid there almost is' 'link.key: File exists'
rm "$dir/keys/link.key"
run_kept key retire --kid none
fails 1 'a kid there isn'\''t' 'none.key: No such file'
SHOP_JWT_KEY_DIR='' run_kept key add
fails 1 'no directory is set' 'jwt_key_dir: is not set: .* set it'
SHOP_JWT_KEY_DIR=$dir/none run key add
fails 1 'the directory is not there' 'none: No such file'
is "$(cat "$dir/keys"/* | sha256sum)" "$before" 'none of it changed a key'
n=2
while [ $n -lt 16 ]; do
	n=$((n + 1))
	cp -p "$dir/keys/Z.key" "$dir/keys/more$n.key"
done
run_kept key add
fails 1 'a seventeenth key' 'as many keys as there may be: retire one'
rm "$dir/keys/more"*.key
run_kept key retire --kid Z
is "$code $err" '0 ' 'the last but one may be retired'
SHOP_JWT_SECRET_FILE='' run_kept key retire --kid "$kid"
fails 1 'the last is not' 'is the last key.*: add another first'

# ---- A key that will not do

eventually 10 quiet
(umask 077; printf '%031d\n' 0 >"$dir/keys/broken.key")
old_workers=$(pool_workers | sort)
kill -HUP "$pool_pid"
eventually 10 said roll-failed 1
ok 'a short key: no roll begins'
like "$(cat "$dir/log/shopd.log")" \
    'level=error event=roll-failed .*broken.key: a key must' \
    'the log tells it, and why'
is "$(pool_workers | sort)" "$old_workers" 'the old workers stay'
accepted "$new" && accepted "$nameless"
ok 'and serve'
run_kept key list
fails 1 'the list names it' 'broken.key: a key must have at least 32 bytes'
while read -r told jwk; do
	printf '%s\n' "$jwk" >"$dir/keys/broken.key"
	run_kept key list
	fails 1 "and this one: $jwk" "broken.key: .*$told"
done <<'END'
kty {"k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}
alg {"kty":"oct","alg":"HS512","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}
kid {"kty":"oct","kid":"other","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}
base64url {"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}
32.bytes {"kty":"oct","k":"AAECAwQFBgcICQ"}
JSON {"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",}
END
printf '\377\376%s' "$(printf '%040d' 0 | sed 's/./&\n/g' | tr '\n' '\001')" |
    tr '\001' '\000' >"$dir/keys/broken.key"
run_kept key list
fails 1 'and text that Windows wrote' 'broken.key: is UTF-16'
rolls=$(grep -c 'event=roll-done' "$dir/log/shopd.log")
run_kept key retire --kid broken
is "$code $err" '0 ' 'it can be retired'
said roll-done $((rolls + 1))
ok 'and all is well again'

# ---- Running workers that must learn of a change

# untold TEXT PATTERN: the last run did its work, and says that running workers
# learn of it later, and why.
untold() {
	is "$code $lines" '0 1' "$1"
	like "$err" "^shopctl: running workers learn of it at their next start: $2\$" \
	    'and says so'
}
# unrolled TEXT PATTERN: the key is gone, and workers that run may take it.
unrolled() {
	is "$code $lines" '1 1' "$1"
	like "$err" "^shopctl: key retire: the file is gone, but running $(
	    )workers don't know of it: restart them: $2\$" 'and says so'
	[ ! -e "$dir/keys/a.key" ]
	ok 'the file is gone'
}
# By a unix socket shopd could be found; t/8011-setup.t has that.
no_pidfile() {
	SHOP_POOL_PIDFILE='' SHOP_LISTEN=127.0.0.1:9 run_kept "$@"
}
unset='pool_pidfile is not set, and 127.0.0.1:9 tells of no shopd'
no_pidfile key add --kid a
untold 'no pidfile is set, and it is a port' "$unset"
SHOP_POOL_PIDFILE=$dir/none run key add --kid b
untold 'there is none' '.*/none: No such file or directory'
no_pidfile key retire --kid a
unrolled 'no pidfile is set, and a key is to go' "$unset"
SHOP_POOL_PIDFILE=$dir/none run_kept key add --kid a
SHOP_POOL_PIDFILE=$dir/none run key retire --kid a
unrolled 'there is none, and a key is to go' '.*/none: No such file .*'
SHOP_POOL_PIDFILE=$dir/none run_kept key add --kid a
sleep 300 &
other=$!
for pid in $other 999999999 0 -1 1 x ''; do
	echo "$pid" >"$dir/other.pid"
	SHOP_POOL_PIDFILE=$dir/other.pid run key retire --kid a
	unrolled "it names no shopd: $pid" '.*/other.pid: names no running shopd'
	SHOP_POOL_PIDFILE=$dir/none run_kept key add --kid a
done
alive $other
ok 'another process is left alone'
kill $other
mkfifo "$dir/fifo.pid"
SHOP_POOL_PIDFILE=$dir/fifo.pid run key retire --kid a
unrolled 'it is a FIFO' '.*/fifo.pid: not a plain file'
SHOP_POOL_PIDFILE=$dir/none run_kept key add --kid a
# One that has the name of a shopd, and tells nothing.
printf '#include <signal.h>\n#include <unistd.h>\nint main(void) %s\n' \
    '{ signal(SIGHUP, SIG_IGN); sleep(60); return 0; }' >"$dir/shopd.c"
if ${CC:-cc} -o "$dir/shopd" "$dir/shopd.c" 2>/dev/null; then
	"$dir/shopd" &
	other=$!
	echo "$other" >"$dir/other.pid"
	eventually 5 [ "$(cat /proc/$other/comm)" = shopd ]
	SHOP_POOL_PIDFILE=$dir/other.pid run key retire --kid a
	unrolled 'it names another shop'\''s shopd' \
	    ".*/other.pid: names shopd $other, but process $pool_pid made .*"
	SHOP_POOL_PIDFILE=$dir/none run_kept key add --kid a
	SHOP_POOL_PIDFILE=$dir/other.pid SHOP_LISTEN=unix:$dir/none.sock \
	    run_kept key retire --kid a
	unrolled 'it names a shopd that says nothing' \
	    '.*/other.pid: new workers are asked for, but shopd does not tell .*'
	kill $other
else
	pass 'it names a shopd that says nothing # SKIP no compiler'
fi
run_kept key retire --kid b
is "$code $err" '0 ' 'the pool is rolled for another'

# ---- A roll that is asked for, and does not happen

run_kept key add --kid c
c=$(ctl token --user 1 --ttl 600 --kid c)
accepted "$c"
ok 'a key is known'
(umask 077; printf '%031d\n' 0 >"$dir/keys/broken.key")
run_kept key retire --kid c
is "$code $lines" '1 1' 'beside a key that will not do one is retired'
like "$err" "^shopctl: key retire: the file is gone, .*: restart them: $(
    ).*shopd.pid: .*broken.key: a key must have at least 32 bytes\$" \
    'it says that it failed, and why'
accepted "$c"
ok 'the key still works, indeed'
run_kept key add --kid d
is "$code $lines $out" '1 1 d' 'nor does a new one work'
like "$err" '^shopctl: key add: the file is there, but .*broken.key' \
    'and says so'
rm "$dir/keys/broken.key"
for key in e f; do
	ctl key add --kid $key >"$dir/$key.out" 2>&1 &
	eval "$key=$!"
done
wait $e
code=$?
wait $f
is "$code $? $(cat "$dir/e.out" "$dir/f.out" | tr '\n' ' ')" '0 0 e f ' \
    'two at once are both done'
unknown "$c"
ok 'the retired key is unknown'
for key in d e f; do
	accepted "$(ctl token --user 1 --ttl 600 --kid $key)"
	ok "the new key $key is known"
done

# ---- No pool

keys_tell >>"$dir/told"
pool_stop
[ ! -e "$dir/shopd.pid" ] && [ ! -e "$dir/shopd.pid.state" ]
ok 'the pool has ended, its files with it'
run_kept key retire --kid d
is "$code $lines" '0 1' 'without a pool a key can be retired'
like "$err" 'learn of it at their next start: .*shopd.pid: No such file' \
    'and it says who learns of it'
mv "$dir/log/shopd.log" "$dir/log/shopd-none.log"
pool_start
old=$(pool_workers)
pool_kill
seen 'its workers gone, too' none_of $old
run_kept key retire --kid e
is "$code $lines" '0 1' 'or with one that was killed'
like "$err" 'next start: .*shopd.pid: names no running shopd' 'which it says'

# ---- Process 1

if [ -n "$as_root" ] && unshare --pid --fork --mount-proc true 2>/dev/null; then
	mv "$dir/log/shopd.log" "$dir/log/shopd-one.log"
	unshare --pid --fork --kill-child --mount-proc sh -c \
	    'exec "$@"' sh "$top_builddir/shopd" --config "$dir/shop.conf" \
	    >>"$dir/log/shopd.log" 2>&1 &
	one=$!
	eventually 15 grep -q event=ready "$dir/log/shopd.log"
	is "$(cat "$dir/shopd.pid")" 1 'in a container shopd is process 1'
	token=$(ctl token --user 1 --ttl 600 --kid f)
	accepted "$token"
	ok 'its workers take a key'
	inside=$(cat "/proc/$one/task/$one/children" | tr -d ' ')
	nsenter --pid --mount --target "$inside" "$top_builddir/shopctl" \
	    --config "$dir/shop.conf" key retire --kid f >"$dir/out" 2>&1
	is "$? $(cat "$dir/out")" '0 ' 'shopctl beside it retires the key'
	unknown "$token"
	ok 'which no worker takes any more'
	SHOP_POOL_PIDFILE=$dir/none run_kept key add --kid g
	run_kept key retire --kid g
	is "$code" 1 'shopctl outside, whose process 1 is another, fails'
	kill -TERM "$inside"
	wait $one
	is $? 0 'TERM ends it'
else
	pass 'process 1 # SKIP no namespaces'
fi

# ---- Nothing of a key is told

keys_tell >>"$dir/told"
while read -r secret; do
	is "$(cat "$dir"/log/* "$dir/said" | grep -cF -- "$secret")" 0 \
	    'no log and no output has a key'
done <"$dir/told"
finish
