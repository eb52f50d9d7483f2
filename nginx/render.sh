#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes nginx's files of a shop from the templates beside this script.
set -eu

usage() {
	cat <<'END_OF_USAGE'
usage: render.sh DIRECTORY WORD=VALUE...
Puts the words (shop.conf.in, tls.conf.in and plain.conf.in tell them) into the
templates, and the result into DIRECTORY.  nginx's http {} is to include its
shop.conf, and plain.conf where there is TLS, which CERTIFICATE asks for:

  render.sh /etc/nginx/shop HOST=shop.example.org \
    LISTEN='443 ssl http2; listen [::]:443 ssl http2' \
    CERTIFICATE=/etc/letsencrypt/live/shop.example.org/fullchain.pem \
    KEY=/etc/letsencrypt/live/shop.example.org/privkey.pem

From nginx 1.25.1 on LISTEN is '443 ssl; listen [::]:443 ssl; http2 on' there.
Where LISTEN, HOST, SHOP, UPSTREAM, PLAIN, ... are not given, they are
END_OF_USAGE
	defaults | sed 's/^/  /'
}

# What is given comes behind, and counts.
defaults() {
	cat <<END_OF_DEFAULTS
SHOP=shop
LISTEN=127.0.0.1:8080
HOST=_
UPSTREAM=unix:/run/shop/shop.sock
READS=
HTML_DIR=$from/../html
ACCESS_LOG=/var/log/nginx/shop.log
MEMCACHED=unix:/run/memcached/memcached.sock
RANK_KEY=
RANK_MAX_AGE=5
NGINX_TIMEOUT=8
PLAIN=80
ACME_DIR=/var/www/html
TLS=
END_OF_DEFAULTS
}

die() { printf 'render.sh: %s\n' "$*" >&2; exit 1; }

from=$(cd "$(dirname "$0")" && pwd)
case ${1-} in
'' | -*) usage; [ "${1-}" = --help ]; exit ;;
esac
mkdir -p "$1"
to=$(cd "$1" && pwd)
shift

files='shop zones limits server answers problems application params reads writes'
words="$(defaults)
CONF_DIR=$to"
upstream=$(defaults | sed -n 's/^UPSTREAM=//p')
reads=
for pair; do
	case $pair in
	SHOP=*[!A-Za-z0-9_]* | SHOP=[0-9]* | SHOP= | SHOP=???????????????????*)
		# A name in a regular expression has at most 32 characters.
		die 'SHOP is letters, digits and _, a letter first, 18 at most' ;;
	CERTIFICATE=*)
		files="$files tls plain"
		pair="$pair
TLS=include \"$to/tls.conf\";" ;;
	VAR=*) files="$files nginx" ;;
	UPSTREAM=*) upstream=${pair#*=} ;;
	READS=*) reads=${pair#*=} ;;
	KEY=* | USER=*) ;;
	[A-Z]*=*)
		# A word misspelt would leave its default in force: no TLS, say.
		defaults | grep -q "^${pair%%=*}=" ||
			die "no such word: ${pair%%=*}" ;;
	*) die "no WORD=VALUE: $pair" ;;
	esac
	words="$words
$pair"
done

# Where reads have a socket of their own, and so workers that hold several
# connections, some are kept.
case $reads in
'') words="$words
READS=$upstream
KEEP=
KEEP_CONN=off" ;;
*) words="$words
KEEP=keepalive 32;
KEEP_CONN=on" ;;
esac

# The last of a word's values is put in first, and then there is no other.
printf '%s\n' "$words" | sed -n '1!G; h; $p' |
    sed -e 's/[&|\\]/\\&/g' -e 's/^\([A-Z_]*\)=\(.*\)/s|@\1@|\2|g/' >"$to/.words"
for file in $files; do
	sed -f "$to/.words" "$from/$file.conf.in" >"$to/$file.conf.new"
	if left=$(sed 's/#.*//' "$to/$file.conf.new" | grep -o '@[A-Z_]*@'); then
		rm -f "$to/$file.conf.new"
		die "$file.conf.in: no value for" $left
	fi
	mv "$to/$file.conf.new" "$to/$file.conf"
done
rm -f "$to/.words"
