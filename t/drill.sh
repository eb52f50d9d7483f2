#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs in a Debian of its own (t/packages), as root, where the shop was installed
# from source or as a package, nothing of it is set up and systemd isn't process 1:
# the commands of docs/operating.md, a sale over TLS, and the package's end.
set -eu
how=$1
PATH=/usr/local/sbin:/usr/local/bin:$PATH	# where make install puts them
export PATH
cd /

say() { echo "drill: $*"; }
die() { say "failed: $*" >&2; exit 1; }
# wait_for COMMAND...
wait_for() {
	tries=300
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || die "waited for: $*"
		sleep 0.1
	done
}
# is GOT WANTED WHAT
is() { [ "$1" = "$2" ] || die "$3: got '$1', wanted '$2'"; }

# What systemd would have started, with Debian's own files of settings.
install -d -o mysql -g mysql /run/mysqld
mariadbd --user=mysql >/dev/null 2>&1 &
wait_for mariadb -e 'SELECT 1'
nginx

host=shop.test
live=/etc/letsencrypt/live/$host
grep -q 'ssl_protocols .*TLSv1\.2' /etc/nginx/nginx.conf || die 'another nginx.conf'
shopctl init --dry-run >/tmp/dry
[ ! -e /etc/shop ] || die 'a dry run made things'

say '1: shopctl init'
shopctl init
shopctl init >/tmp/again
! grep '^made' /tmp/again || die 'init made things twice'

say '2: shopctl site --tls --write'
! shopctl site --tls $host --write 2>/tmp/err || die 'a site without a certificate'
grep -q certbot /tmp/err || die "$(cat /tmp/err)"
mkdir -p $live
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout $live/privkey.pem -out $live/fullchain.pem -days 2 -subj /CN=$host \
    -addext "subjectAltName=DNS:$host" 2>/dev/null
shopctl site --tls $host --write

say '3: the pool, and nginx'
shopd=$(command -v shopd)
start-stop-daemon --start --background --chuid shop:shop --umask 077 \
    --output /tmp/shopd.log --exec "$shopd" -- --config /etc/shop.conf
nginx -t 2>&1 | grep -v 'is ok$\|is successful$' && die 'nginx has something to say'
nginx -s reload

# by ARGUMENT...: as a client of the shop.
by() {
	curl -s --max-time 20 --cacert $live/fullchain.pem \
	    --resolve $host:443:127.0.0.1 --resolve $host:80:127.0.0.1 "$@"
}
is_ready() { [ "$(by -o /dev/null -w '%{http_code}' https://$host/readyz)" = 200 ]; }
wait_for is_ready
user=$(shopctl user add --name Kim --email kim@example.org --balance 1000)
product=$(shopctl product add --name Tea --price 300 --stock 5)
is "$(by -o /tmp/order -w '%{http_code} %{http_version}' \
    -H "Authorization: Bearer $(shopctl token --user "$user")" \
    -H 'Content-Type: application/json' \
    -d "{\"items\": [{\"productId\": $product, \"quantity\": 2}]}" \
    https://$host/v1/orders)" '201 2' 'an order'
by https://$host/ | grep -q '<html' || die 'no storefront'
is "$(by -o /dev/null -w '%{http_code}' http://$host/)" 308 'port 80'
for old in 1.0 1.1 1.2; do
	! by -o /dev/null --tls-max $old --ciphers DEFAULT@SECLEVEL=0 \
	    https://$host/healthz || die "TLS $old is spoken"
done
shopctl audit | head -n 1
shopctl doctor >/tmp/doctor || true
grep '^bad' /tmp/doctor || true
is "$(stat -c '%U %a' /etc/shop/db.password /etc/shop/keys | tr '\n' ' ')" \
    'shop 600 shop 700 ' 'secrets'
say 'a shop that sells'
[ "$how" = package ] || exit 0

# An upgrade: the same package once more.  Nobody is stopped by it.
sum=$(find /etc/shop /etc/shop.conf -type f -exec sha256sum {} + | sort)
dpkg -i /root/shop_*.deb >/tmp/log 2>&1 || die "$(cat /tmp/log)"
is "$(find /etc/shop /etc/shop.conf -type f -exec sha256sum {} + | sort)" "$sum" \
    'an upgrade changes no setting'
is_ready || die 'an upgrade stopped the shop'
say 'upgraded'
start-stop-daemon --stop --exec "$shopd" --retry 20
apt-get -q -y purge shop >/tmp/log 2>&1 || die "$(cat /tmp/log)"
grep '^shop: ' /tmp/log
find / -xdev \( -path /proc -o -path /sys -o -path /root -o -path /tmp -o \
    -path /var/lib/mysql -o -path /var/cache/apt -o -path /var/log/apt -o \
    -path "$live" \) -prune -o \( -name '*shop*' -o -user shop -o -nouser -o \
    -nogroup \) -print 2>/dev/null >/tmp/left || true
is "$(cat /tmp/left)" '' 'left behind'
! getent passwd shop && ! getent group shop || die 'the user shop is left'
nginx -t 2>/dev/null || die 'nginx lacks something now'
is "$(mariadb -N -e 'SELECT COUNT(*) FROM shop.orders')" 1 'the data'
say 'purged, but the data'
