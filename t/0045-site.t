#!/bin/sh
# SPDX-License-Identifier: MIT
# shopctl site: nginx's file of the shop, of templates, settings and options.
. "${top_srcdir:-.}/t/lib.sh"
command -v nginx >/dev/null || skip_all 'no nginx'

# run OPTION...: sets code, out, err and lines (of err).
run() {
	ctl site "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
	lines=$(wc -l <"$dir/err")
}
# has TEXT LINE: the last one has such a line, whatever is before and behind it.
has() { printf '%s\n' "$out" | grep -qF -- "$2"; ok "$1"; }
# hasnt TEXT LINE
hasnt() { ! printf '%s\n' "$out" | grep -qF -- "$2"; ok "$1"; }
# refused OPTION VALUE PATTERN: by one line, nothing is printed.
refused() {
	run "--$1" "$2"
	is "$code $lines $out" '2 1 ' "a bad value: --$1 $2"
	like "$err" "^shopctl: $1: $3" 'and says why'
}
# fits: nginx can have it, without a word.
fits() {
	ctl site --main "$dir" >"$dir/nginx/nginx.conf"
	printf '%s\n' "$out" >"$dir/nginx/shop.conf"
	nginx -t -q -p "$dir" -c "$dir/nginx/nginx.conf" \
	    -e "$dir/log/nginx-t.err" >"$dir/err" 2>&1
	is "$? $(cat "$dir/err")" '0 ' "nginx can have it: $1"
}
mkdir -p "$dir/nginx" "$dir/log" "$dir/tmp"

# ---- From the settings, before anything runs

log="--access-log $dir/log/access.log"
run $log
is "$code $err" '0 ' 'a site is made, without a database'
fits 'as it is by default'
like "$(echo "$out" | head -n 1)" '^# Made by shopctl site, version [0-9.]+$' \
    'it says what made it'
hasnt 'each word has a value' '@SHOP@'
is "$(grep -o '@[A-Za-z_ ]*@' "$dir/out")" '' 'indeed'
is "$(grep -c 'SPDX' "$dir/out")" 0 'the heads of the templates are left out'
is "$(sed '/^#/d' "$dir/out" | grep -c 'include')" 0 'it includes nothing'
is "$(grep -cF "server \"unix:$dir/shop.sock\"" "$dir/out") $(grep -cF \
    "server \"unix:$dir/read.sock\"" "$dir/out")" '2 3' 'listen, listen_read'
has 'connections are kept' 'fastcgi_keep_conn on;'
has 'nginx_timeout_s' 'fastcgi_read_timeout 8s;'
has 'rank_fresh_s, half of it' '"public, max-age=5"'
has 'rank_by_nginx is off: no key' '"/v1/products/top"		"";'
has 'where it listens' '	listen 127.0.0.1:8080;'
has 'whatever its name is' 'server_name _;'
hasnt 'no TLS' 'ssl_certificate'
hasnt 'and no other server' 'well-known/acme-challenge/['
is "$(ctl site $log | sha256sum)" "$(sha256sum <"$dir/out" | cut -c 1-64)  -" \
    'the same again is the same'

conf listen_read ''
conf nginx_timeout_s 9
conf rank_fresh_s 7
conf listen '[::1]:9000'
run $log
is "$(grep -cF 'server "[::1]:9000"' "$dir/out")" 5 'other settings: one pool'
has 'with no connection kept' 'fastcgi_keep_conn off;'
has 'another timeout' 'fastcgi_read_timeout 9s;'
has 'another age' 'max-age=3"'
fits 'with other settings'
conf listen "unix:$dir/a\"b.sock"
run
is "$code $lines $out" '1 1 ' 'a setting that nginx cannot have'
like "$err" '^shopctl: site: listen = unix:.*a"b.sock: must be without' \
    'and says which'
conf listen "unix:$dir/shop.sock"
SHOP_LISTEN=unix:/elsewhere
export SHOP_LISTEN
run $log
unset SHOP_LISTEN
has 'the environment counts as everywhere' 'server "unix:/elsewhere"'

# ---- The ranking needs the shop's id

conf rank_by_nginx on
run
is "$code $lines $out" '1 1 ' 'the ranking, without a database'
like "$err" 'rank_by_nginx = on: the database' 'and says so'
ctl site --main "$dir" >"$dir/out"
is "$?" 0 'an nginx.conf needs none'
shop_db
run $log
has 'with one, it has its key' "\"/v1/products/top\"		\"shop:$shop_id:top\";"
has 'and where memcached is' "server \"unix:$dir/mc.sock\""
fits 'with the ranking'
conf rank_by_nginx off

# ---- Options

if command -v openssl >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/a.key" -out "$dir/a.crt" -days 2 -subj /CN=a.test \
	    >"$dir/log/openssl.log" 2>&1
fi
run $log --host 'a.test *.a.test' --listen '127.0.0.1:8443 ssl, [::1]:8443 ssl' \
    --certificate "$dir/a.crt" --key "$dir/a.key" \
    --plain '127.0.0.1:8081,[::1]:8081' --acme-dir "$dir/acme" \
    --html-dir "$dir/ht ml" --name other --limit-reads 3,4,5 \
    --limit-writes 6,7,8 --limit-logins 9,10,11
is "$code $err" '0 ' 'with all options'
[ ! -s "$dir/a.crt" ] || fits 'with all options'
has 'listen' '	listen 127.0.0.1:8443 ssl; listen [::1]:8443 ssl;'
has 'plain' '	listen 127.0.0.1:8081; listen [::1]:8081;'
is "$(grep -c 'server_name a.test \*.a.test;' "$dir/out")" 2 'host, of both'
has 'certificate' "	ssl_certificate \"$dir/a.crt\";"
has 'key' "	ssl_certificate_key \"$dir/a.key\";"
has 'acme-dir' "		root \"$dir/acme\";"
has 'html-dir' "	root \"$dir/ht ml\";"
hasnt 'name' '$shop_'
has 'limit-reads: a second' 'zone=other_reads:4m rate=3r/s;'
has 'at once' 'limit_req zone=other_reads burst=4 nodelay;'
has 'under way' 'limit_conn other_reads_at_once 5;'
has 'limit-writes: a second' 'zone=other_writes:4m rate=6r/s;'
has 'at once' 'limit_req zone=other_writes burst=7 nodelay;'
has 'under way' 'limit_conn other_writes_at_once 8;'
has 'limit-logins: a second' 'zone=other_logins:4m rate=9r/s;'
has 'at once' 'limit_req zone=other_logins burst=10 nodelay;'
has 'under way' 'limit_conn other_logins_at_once 11;'
hasnt 'no http2' 'http2 on;'
is "$(sed -n 's/^# --\([a-z0-9-]*\) = .*/\1/p' "$dir/out" | tr '\n' ' ')" \
    'host listen certificate key plain acme-dir html-dir access-log name limit-reads limit-writes limit-logins ' \
    'the head remembers those that were given'
# Pools of several machines, each at the ports of listen and listen_read.
SHOP_LISTEN=0.0.0.0:9001 SHOP_LISTEN_READ='[::]:9002' \
    run $log --pools 'app1.test,10.0.0.22,[fd00::23]'
for port in 9001 9002 9002; do
	for pool in app1.test 10.0.0.22 '[fd00::23]'; do
		echo "	server \"$pool:$port\" max_fails=10 fail_timeout=5s;"
	done
done >"$dir/wanted"
is "$(grep 'max_fails=10' "$dir/out")" "$(cat "$dir/wanted")" \
    'pools: each is asked for writes and, twice, for reads'
is "$(grep -c 'max_fails=0' "$dir/out")" 1 'and nobody else, but memcached'
SHOP_LISTEN=0.0.0.0:9001 SHOP_LISTEN_READ='[::]:9002' \
    run $log --pools '10.0.0.22,[fd00::23]'
fits 'with several pools'
is "$(sed -n 's/^\t*fastcgi_next_upstream \(.*\);/\1/p' "$dir/out" | sort | uniq -c | tr -s ' \n' ' ')" \
    ' 1 error timeout 2 error timeout non_idempotent 1 timeout ' 'and a silent one is no reason to wait'
SHOP_LISTEN=0.0.0.0:9001 SHOP_LISTEN_READ= run $log --pools 10.0.0.22
is "$(grep -c 'server "10.0.0.22:9001" max_fails=0;' "$dir/out")" 5 \
    'one machine is asked as one socket is'
run $log --pools app1.test
is "$code $lines $out" '1 1 ' 'pools, and listen is a unix socket'
like "$err" 'listen = unix:.*: with --pools it must be HOST:PORT' 'and says so'
for pools in ',' 'a,' 'a,,b' 'a b' 'a:1' '[::1' '[]' '[::1]x' 'a;b' '"' ' '; do
	refused pools "$pools" 'must be names or addresses of machines'
done

run $log --http2 on
has 'http2' '	http2 on;'
run $log --host one.test --host two.test
has 'the last of two counts' 'server_name two.test;'
run --access-log syslog:server=unix:/dev/log,nohostname
has 'a log that is no file' 'access_log "syslog:server=unix:/dev/log,nohostname" shop;'

newline='
'
for host in 'a;b' 'a{' "a${newline}b" ' ' 'a"b' '$host' 'a#b' "a'b"; do
	refused host "$host" 'must be names of letters'
done
for listen in '80; return 200' ',' '80,' '80,,81' ' ' '80{' '$x' "80${newline}81"; do
	refused listen "$listen" "must be what nginx's listen has"
done
refused plain '80;' "must be what nginx's listen has"
for option in html-dir acme-dir certificate key access-log main; do
	refused $option relative 'must be an absolute path'
	for path in '/a"b' "/a'b" '/a$b' '/a\b' "/a${newline}b"; do
		refused $option "$path" 'must be without quotes'
	done
done
refused access-log 'syslog:server=a b' 'must be an absolute path, or'
for name in 'two shops' 2nd _x nineteen_characters 'a-b' 'a;b'; do
	refused name "$name" 'must be letters, digits and _'
done
for limit in 1,2 1,2,3,4 0,1,1 1,1,65536 1000001,1,1 1,x,1 01,1,1 ,, 1,1,1, \
    ' 1,1,1'; do
	refused limit-reads "$limit" 'must be RATE,BURST,AT_ONCE'
	refused limit-writes "$limit" 'must be RATE,BURST,AT_ONCE'
done
refused http2 yes 'must be on or off'
refused host '' 'must have 1 to'
refused certificate /x 'needs --key'
run --key /x
is "$code $out" '2 ' 'nor is a key'
run --certificate /x --key /x
is "$code $out" '2 ' 'nor either where nobody listens with TLS'
run --listen '127.0.0.1:8443 ssl'
is "$code $out" '2 ' 'TLS without a certificate, with which nginx would not start'
like "$err" '^shopctl: listen: needs --certificate and --key' 'and says so'
for host in _ '*.a.test' '.a.test' ' *.a.test a.test' ''; do
	run ${host:+--host "$host"} --listen '8443 ssl' --certificate /x --key /x
	is "$code $out" '2 ' "a redirect that leads nowhere: ${host:-none}"
	like "$err" '^shopctl: host: must begin with a name' 'and says so'
done
run $log --host '*.a.test'
is "$code" 0 'without TLS there is none'
for words in '--bogus x' '--hots x' more '--host' '--main'; do
	run $words
	is "$code $lines $out" '2 1 ' "bad usage: $words"
done

# ---- The nginx.conf

run --main "$dir"
has 'an nginx.conf includes the site' "	include \"$dir/nginx/shop.conf\";"
is "$(grep -c "\"$dir/" "$dir/out")" 8 'and has all in one directory'
is "$(grep -c '^user root;$' "$dir/out")" "${as_root:-0}" \
    'it stays root for root alone'

# ---- Templates

cp -R "$top_srcdir/nginx" "$dir/templates"
chmod -R u+w "$dir/templates"
conf nginx_dir "$dir/templates"
# template TEXT LINE PATTERN: one that can't be read.
template() {
	printf '%s\n' "$2" >"$dir/templates/zones.conf.in"
	run
	is "$code $lines $out" '1 1 ' "a template: $1"
	like "$err" "^shopctl: site: $3" 'and says where'
}
printf '# its head\n\nA @NGINX_TIMEOUT@ @SHOP@ @ @read a@b\n@HTTP2@\n\n	@more@\nend' \
    >"$dir/templates/zones.conf.in"
printf 'in\n\n	deeper\n@even if CERTIFICATE@\n@even if HOST@\n' >"$dir/templates/more.conf.in"
printf '# no head is told\n@problem unavailable@\n' >"$dir/templates/even.conf.in"
run
is "$(sed -n '/^A /,/^end/p' "$dir/out")" 'A 9 shop @ @read a@b

	in

		deeper
	"title":"The shop can\'"'"'t answer right now","status":503,"code":"unavailable"
end' 'words, templates in templates, conditions and problems'
template 'no such word' '@NO_WORD@' '.*/zones.conf.in: no such word: NO_WORD'
template 'no such problem' '@problem none@' '.*/zones.conf.in: no such word: problem none'
template 'no such condition' '@even if NO@' '.*/zones.conf.in: no such word: NO'
template 'no such template' '@none@' 'nginx_dir: .*/none.conf.in: No such file'
template 'itself' '@zones@' '.*/zones.conf.in: inserts itself'
template 'a line too long' "$(head -c 1024 /dev/zero | tr '\0' a)" \
    '.*/zones.conf.in: too long a line'
seq 60000 >"$dir/templates/zones.conf.in"
run
is "$code $lines $out $err" '1 1  shopctl: site: the templates are too large' \
    'too many of them'
conf nginx_dir "$dir/none"
run
is "$code $lines $out" '1 1 ' 'none at all'
like "$err" 'nginx_dir: .*/none/shop.conf.in: No such file' 'and says so'

# ---- By whoever it may be

conf nginx_dir "$top_srcdir/nginx"
if [ -n "$as_root" ] && command -v setpriv >/dev/null; then
	chmod 711 "$dir"
	cp "$top_builddir/shopctl" "$dir/shopctl"
	cp -R "$top_srcdir/nginx" "$dir/readable"
	conf nginx_dir "$dir/readable"
	conf db_admin_password_file "$dir/db.password"
	chmod -R a+rX "$dir/readable" "$dir/shopctl" "$dir/shop.conf"
	setpriv --reuid=nobody --regid=nogroup --clear-groups -- \
	    "$dir/shopctl" --config "$dir/shop.conf" site >"$dir/out" 2>"$dir/err"
	is "$? $(cat "$dir/err")" '0 ' 'somebody without rights can make it'
else
	pass 'nobody else can be tried # SKIP not root'
fi
# ---- In one word, and into its file

# own ARGUMENT...: with the certificate that there is; certbot's is not here.
own() { run $log --certificate "$dir/a.crt" --key "$dir/a.key" "$@"; }
run --tls none.test
is "$code $lines $out" '1 1 ' '--tls without a certificate'
like "$err" '^shopctl: site: /etc/letsencrypt/live/none.test/fullchain.pem: .*-d none.test' \
    'says how to get one'
refused tls 'a/b' 'must be names'
refused tls '../x' 'must be names'
if [ -s "$dir/a.crt" ]; then
	own --tls 'a.test b.test' --plain 127.0.0.1:8081
	is "$code $err" '0 ' '--tls HOST'
	has 'its names' 'server_name a.test b.test;'
	has 'all addresses' 'listen [::]:443 ssl'
	has 'what is given stays' 'listen 127.0.0.1:8081;'
	has 'the head has options that make the same' '# --host = a.test b.test'
	hasnt 'and not the short one' '# --tls'
	has 'HTTP/2, in this nginx'\''s words' "$(nginx -v 2>&1 | sed 's|.*/||' |
	    awk -F . '{ print $1 * 1000 + $2 >= 1026 ? "\thttp2 on;" : " http2;" }')"
	fits '--tls'
	sed 's/^# --\([a-z0-9-]*\) = \(.*\)/--\1\n\2/; t; d' "$dir/out" >"$dir/options"
	cp "$dir/out" "$dir/first"
	set --
	while IFS= read -r word; do set -- "$@" "$word"; done <"$dir/options"
	run "$@"
	cmp "$dir/out" "$dir/first"
	ok 'indeed'
fi
conf nginx_conf ''
run $log --write
is "$code $lines $out" '1 1 ' '--write without nginx_conf'
like "$err" 'nginx_conf' 'says so'
conf nginx_conf "$dir/nginx/there.conf"
run $log
cp "$dir/out" "$dir/first"
run $log --write
is "$code $err" '0 ' '--write'
cmp "$dir/nginx/there.conf" "$dir/first"
ok 'puts there what is printed else'
is "$(stat -c %a "$dir/nginx/there.conf") $(ls "$dir/nginx" | grep -c there)" \
    '644 1' 'for all to read, and nothing beside it'
mv "$dir/nginx/there.conf" "$dir/real.conf"
ln -s ../real.conf "$dir/nginx/there.conf"
run $log --host b.test --write
is "$code $(readlink "$dir/nginx/there.conf") $(grep -c 'server_name b.test' \
    "$dir/real.conf")" '0 ../real.conf 1' 'again, through a link'
cp "$dir/real.conf" "$dir/first"
run --write
is "$code $(cmp "$dir/real.conf" "$dir/first")" '0 ' \
    'without an option it is made anew by those that it was made with'
run $log --limit-reads 0,0,0 --write
is "$code $(cmp "$dir/real.conf" "$dir/first")" '2 ' \
    'a bad option leaves it as it is'
echo '# mine' >"$dir/real.conf"
run $log --write
is "$code $lines $(cat "$dir/real.conf")" '1 1 # mine' 'another'\''s file stays'
like "$err" 'was not made by shopctl site: move it away' 'and says so'
conf nginx_conf "$dir/none/there.conf"
run $log --write
is "$code $lines $out" '1 1 ' 'no such directory'
like "$err" '^shopctl: site: nginx_conf: .*/none/there.conf: No such file' \
    'says which'
finish
