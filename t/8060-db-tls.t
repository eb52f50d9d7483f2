#!/bin/sh
# SPDX-License-Identifier: MIT
# A database on another machine: TLS, and which servers are trusted.
. "${top_srcdir:-.}/t/lib.sh"
command -v openssl >/dev/null || skip_all 'no openssl'

# ---- Two authorities, and what one of them signed

authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -days 2 -subj "/CN=$1" -keyout "$dir/$1.key" -out "$dir/$1.pem" \
	    2>/dev/null || bail 'no certificate'
}

# certificate NAME SUBJECTALTNAME
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj "/CN=$1" -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>/dev/null
	echo "subjectAltName=$2" >"$dir/$1.ext"
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ours.pem" \
	    -CAkey "$dir/ours.key" -CAcreateserial -days 2 \
	    -extfile "$dir/$1.ext" -out "$dir/$1.pem" 2>/dev/null ||
	    bail 'no certificate'
}
authority ours
authority others
certificate right IP:127.0.0.2,DNS:localhost,IP:0.0.0.0
certificate wrong DNS:db.example.org,IP:192.0.2.7

# server [CERTIFICATE]: the database listens on $port, over TLS with one; without,
# 11.4 would make itself one.  Of 127.0.0.1 Connector/C 3.4 takes any name, but of
# no other address.
port=$(free_port)
server() {
	db_stop
	db_options="--skip-networking=0 --bind-address=127.0.0.1,127.0.0.2
	    --port=$port --skip-name-resolve"
	if [ $# -eq 0 ]; then
		db_options="$db_options $no_tls"
	else
		db_options="$db_options --ssl-cert=$dir/$1.pem
		    --ssl-key=$dir/$1.key"
	fi
	db_start
}

# try TLS CA [HOST]: sets code and err of an audit by the admin.
try() {
	SHOP_DB_TLS=$1 SHOP_DB_TLS_CA=${2:+$dir/$2.pem} \
	    SHOP_DB_HOST=${3:-127.0.0.2} ctl audit >"$dir/out" 2>"$dir/err"
	code=$?
	err=$(cat "$dir/err")
}

# trusted TEXT, refused TEXT PATTERN: of that.
trusted() { is "$code $err" '0 ' "$1"; }
refused() {
	is "$code $(wc -l <"$dir/err")" '1 1' "$1"
	like "$err" "^shopctl: audit: .*SSL .*error: .*$2" 'for that reason'
}

# doctor TLS HOST: prints what it says of it.
doctor() {
	SHOP_DB_TLS=$1 SHOP_DB_HOST=$2 ctl doctor 2>/dev/null |
	    grep -E '^[a-z]* tls'
}

if [ -n "$mysql" ]; then
	plain='--ssl-mode=DISABLED --get-server-public-key'
	over_tls=--ssl-mode=REQUIRED no_tls=--tls-version=
else
	plain=--skip-ssl over_tls=--ssl no_tls=--skip-ssl
fi
shop_db
if [ -n "$mysql" ]; then
	sql "CREATE USER root@127.0.0.1, root@127.0.0.2"
	sql "GRANT ALL ON *.* TO root@127.0.0.1, root@127.0.0.2
	    WITH GRANT OPTION"
fi
conf db_socket ''
conf db_host 127.0.0.2
conf db_port "$port"
conf db_tls_ca "$dir/ours.pem"

# ---- verify, which is the default

server right
try verify ours
trusted 'the right certificate'
try verify ours localhost
trusted 'by a name, over TCP'
is "$(ctl --check-config | grep '^db_tls = ')" 'db_tls = verify' \
    'that is the default'
ctl audit >"$dir/out" 2>"$dir/err"
is "$? $(cat "$dir/err")" '0 ' 'without a word'
try verify others
refused 'an authority that is not ours' 'certificate'
try verify ''
refused 'an authority that is not the system'\''s' 'certificate'
SSL_CERT_FILE=$dir/ours.pem try verify ''
trusted 'one that is'
try verify none
refused 'a file that is not there' '(No such file|default_verify_paths)'

# ---- The workers

ctl migrate >"$dir/out" 2>&1
ok 'migrate over TLS'
# worker OPTION...: the workers' account from elsewhere.
worker() {
	MYSQL_PWD=$(cat "$dir/db.password") $db_client \
	    -h 127.0.0.2 -P "$port" -u shop_worker -N -B shop "$@" \
	    -e "SHOW STATUS LIKE 'Ssl_cipher'" 2>&1
}
like "$(worker $plain)" 'ERROR 1045' 'their account may not come without'
like "$(worker $over_tls)" 'Ssl_cipher[[:space:]]+[A-Z]' 'with it, it may'
mc_start
pool_start
nginx_start
as 1
post /v1/points/charge '{"amount": 5}'
is "$status" 201 'they work'
is "$(sql "SELECT COUNT(*) > 0 FROM information_schema.processlist
    WHERE user = 'shop_worker' AND host LIKE '127.0.0.%:%'")" 1 'over TCP'

# ---- The authorities are those of the last roll, for workers that come later

# replaced: each worker is killed; the pool is full of others that serve.
serves() {
	pool_is_full && request GET /readyz && [ "$status" = 200 ]
}
replaced() {
	replaced_old=$(pool_workers)
	kill -KILL $replaced_old
	eventually 10 none_of $replaced_old && eventually 10 serves
}
cp "$dir/ours.pem" "$dir/ours.kept"
cp "$dir/others.pem" "$dir/ours.pem"
replaced
ok 'another authority in the file: new workers don'\''t mind'
rm "$dir/ours.pem"
replaced
ok 'nor that there is none'
post /v1/points/charge '{"amount": 5}'
is "$status" 201 'and they work'
kill -HUP "$pool_pid"
eventually 10 grep -q 'event=roll-failed .*ours.pem: No such file' \
    "$dir/log/shopd.log"
ok 'but a roll wants it'
echo 'no certificate' >"$dir/ours.pem"
kill -HUP "$pool_pid"
eventually 10 grep -q 'event=roll-failed .*ours.pem: holds no certificate' \
    "$dir/log/shopd.log"
ok 'and a certificate in it'
cp "$dir/ours.kept" "$dir/ours.pem"

# ---- What the doctor says; 0.0.0.0 is this machine, which it can't know

is "$(doctor verify 127.0.0.2)" 'ok tls' 'doctor: verified'
is "$(doctor verify 0.0.0.0)" 'ok tls' 'doctor: verified, elsewhere'
like "$(doctor on 0.0.0.0)" \
    '^bad tls: .*0\.0\.0\.0 is encrypted, but .*: set db_tls = verify' \
    'doctor: only encrypted'
like "$(doctor off 0.0.0.0)" \
    '^bad tls: .*0\.0\.0\.0 is not encrypted: set db_tls = verify' \
    'doctor: in the clear'
is "$(doctor off 127.0.0.1)" 'ok tls' 'doctor: on this machine it may be'
# Is a certificate taken that no authority of the system's has signed?
try verify '' 0.0.0.0
if [ "$code" = 0 ]; then
	like "$(SHOP_DB_TLS_CA= doctor verify 0.0.0.0)" \
	    '^bad tls: without db_tls_ca .* nobody has signed: set db_tls_ca' \
	    'doctor: that the library takes any without an authority'
else
	refused 'without db_tls_ca it is the system'\''s authorities' 'certificate'
fi

# ---- Another server in its place, and one without TLS

server wrong
# A worker that has found no server for a moment doesn't ask again at once.
told_why() {
	post /v1/points/charge '{"amount": 7}'
	grep -qE 'event=db_error (id=[^ ]* )?statement=connect number=2026 ' \
	    "$dir/log/shopd.log"
}
eventually 10 told_why
ok 'with a server of another name: the log tells of it'
is "$status" 503 'not with that one'
is "$(sql 'SELECT COUNT(*) FROM points_ledger WHERE amount = 7')" 0 \
    'which has got nothing'
pool_stop
name='(certificate|Hostname verification failed)'
try verify ours
refused 'the certificate of another' "$name"
try verify ours localhost
refused 'by name' "$name"
try verify ours 127.0.0.1
if [ "$code" = 0 ]; then
	like "$(doctor verify 127.0.0.1)" \
	    '^bad tls: .* any name .* 127\.0\.0\.1: write db_host = localhost' \
	    'doctor: that the library takes any name there'
else
	refused 'at 127.0.0.1' "$name"
fi
try on ours
case $err in
*'Hostname verification failed')
	refused 'on: Connector/C 3.4, which has an authority, wants the name, too' \
	    "$name" ;;
*)
	trusted 'on: any name will do' ;;
esac
try on ''
trusted 'of any authority'
try on others
refused 'but where there is one' 'certificate'
server
try verify ours
refused 'no TLS: verify' ''
try on ''
refused 'no TLS: on' '(the server offers none|doesn.t support it)'
try off ''
trusted 'no TLS: off'

# ---- And back

# An account that must use TLS can't come in without on MySQL, so migrate can't
# find out whose it is.
SHOP_DB_TLS=off ctl migrate ${mysql:+--take-account} >"$dir/out" 2>&1
ok 'migrate with TLS off'
like "$(worker $plain)" 'Ssl_cipher' 'the workers may come without again'
conf db_socket "$db_sock"
conf db_tls_ca "$dir/none.pem"
ctl audit >"$dir/out" 2>&1
ok 'over the socket db_tls is no matter'
finish
