#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian package: built from the sources as they are, with what belongs into it.
# t/packages installs it on an empty Debian, sells there, and purges it.
. "${top_srcdir:-.}/t/lib.sh"
[ "$(sed -n '1s/^shop (\(.*\)) .*/\1/p' "$top_srcdir/debian/changelog")" = \
    "$(sed -n 's/^AC_INIT(\[shop\], \[\(.*\)\])/\1/p' "$top_srcdir/configure.ac")" ]
ok 'debian/changelog has the version of configure.ac'
for script in build shop.postinst shop.postrm shop.prerm; do
	sh -n "$top_srcdir/debian/$script"
	ok "sh understands debian/$script"
done
"$top_srcdir/debian/build" --bogus >"$dir/out" 2>"$dir/err"
is "$? $(wc -l <"$dir/err") $(cat "$dir/out")" '1 1 ' 'debian/build: a bad option'
# It is built with flags of its own, whatever ours: once is enough.
if grep -q 'BUILD_CFLAGS.*fsanitize' "$top_builddir/Makefile"; then
	pass 'the package # SKIP a build with sanitizers'
	finish
	exit
fi
if ! command -v dpkg-buildpackage >/dev/null || ! command -v dh >/dev/null ||
    ! (cd "$top_srcdir" && dpkg-checkbuilddeps) >"$dir/out" 2>&1; then
	pass "the package # SKIP $(tail -n 1 "$dir/out" 2>/dev/null |
	    grep . || echo 'no dpkg-buildpackage, no debhelper')"
	finish
	exit
fi

mkdir "$dir/built" "$dir/root" "$dir/control"
(cd "$top_srcdir" && git status --porcelain 2>/dev/null) >"$dir/before"
deb=$(DEB_BUILD_OPTIONS='nocheck noautodbgsym parallel=2' \
    "$top_srcdir/debian/build" "$dir/built" 2>"$dir/log/package.log")
is "$? $(basename "$deb")" "0 shop_$(sed -n '1s/^shop (\(.*\)) .*/\1/p' \
    "$top_srcdir/debian/changelog")_$(dpkg --print-architecture).deb" \
    "it is built ($(tail -n 1 "$dir/log/package.log"))"
(cd "$top_srcdir" && git status --porcelain 2>/dev/null) >"$dir/after"
cmp -s "$dir/before" "$dir/after"
ok 'and the sources stay as they were'
dpkg-deb -x "$deb" "$dir/root"
dpkg-deb -e "$deb" "$dir/control"
if command -v lintian >/dev/null; then
	is "$(lintian --allow-root --tag-display-limit 0 -E --pedantic \
	    "$dir"/built/shop_*.changes 2>&1)" '' 'lintian has nothing to say'
else
	pass 'lintian has nothing to say # SKIP no lintian'
fi

# ---- What is in it

dpkg-deb -c "$deb" | awk '{ print $1, $2, $6 }' >"$dir/list"
# has FILE [MODE]
has() {
	is "$(sed -n "s|^\\([^ ]*\\) root/root \\./$1\$|\\1|p" "$dir/list")" \
	    "${2:--rw-r--r--}" "$1"
}
for program in usr/bin/shopctl usr/sbin/shopd usr/libexec/shop.fcgi; do
	has $program -rwxr-xr-x
done
for file in usr/share/man/man8/shopctl.8.gz usr/share/man/man8/shopd.8.gz \
    usr/share/man/man8/shop.fcgi.8.gz usr/share/man/man5/shop.conf.5.gz \
    usr/share/bash-completion/completions/shopctl etc/logrotate.d/shop \
    usr/lib/sysusers.d/shop.conf usr/lib/tmpfiles.d/shop.conf \
    usr/share/doc/shop/copyright usr/share/doc/shop/README.Debian \
    usr/share/doc/shop/docs/operating.md usr/share/doc/shop/CHANGELOG.md \
    usr/share/shop/schema/invariants.sql usr/share/shop/nginx/shop.conf.in \
    usr/share/shop/html/index.html usr/share/shop/html/openapi.json; do
	has "$file"
done
is "$(grep -E ' \./(etc/shop|run|var|usr/local)' "$dir/list")" '' \
    'no settings, no secrets, nothing of a machine'
is "$(grep -vE '^[d-]([rwx-]{6}r-[x-]|rwxr-xr-x) root/root ' "$dir/list")" '' \
    'root'\''s, and for all to read'
is "$(cat "$dir/control/conffiles")" /etc/logrotate.d/shop 'its files of settings'
(cd "$top_builddir" && find html -type f ! -name made | sort) >"$dir/a"
(cd "$dir/root/usr/share/shop" && find html -type f | sort) >"$dir/b"
is "$(diff "$dir/a" "$dir/b")" '' 'every page'
(cd "$top_srcdir" && find schema -type f | sort) >"$dir/a"
(cd "$dir/root/usr/share/shop" && find schema -type f | sort) >"$dir/b"
is "$(diff "$dir/a" "$dir/b")" '' 'the whole schema'

# Every unit that make install puts there, by its paths.
(unset MAKEFLAGS MAKELEVEL MFLAGS
make -s -C "$top_builddir" install-systemdsystemunitDATA \
    DESTDIR="$dir/installed" systemdsystemunitdir=/units) >"$dir/log/install.log" 2>&1
ls "$dir/installed/units" >"$dir/a"
find "$dir/root" -path '*/lib/systemd/system/*' -type f | sed 's|.*/||' |
    sort >"$dir/b"
is "$(cat "$dir/b")" "$(sort "$dir/a")" "the units: $(echo $(cat "$dir/a"))"
find "$dir/root" -path '*/lib/systemd/system/*' -type f -exec \
    sed -n 's/^Exec[A-Za-z]*=[-+!@:]*\(\/[^ ]*shop[^ ]*\).*/\1/p' {} + | sort -u >"$dir/a"
[ -s "$dir/a" ]
ok 'which start'
while read -r program; do
	[ -x "$dir/root$program" ] || echo "$program"
done <"$dir/a" >"$dir/found"
is "$(cat "$dir/found")" '' 'what is in the package'

# ---- What it does

is "$("$dir/root/usr/bin/shopctl" --help | sed -n 's/.*SHOP_CONFIG, else //p')" \
    /etc/shop.conf 'its settings are in /etc'
is "$(env -i "$dir/root/usr/bin/shopctl" -c /dev/null --check-config |
    grep -E '^(worker_path|schema_dir|nginx_dir) ')" \
'worker_path = /usr/libexec/shop.fcgi
schema_dir = /usr/share/shop/schema
nginx_dir = /usr/share/shop/nginx' 'and its parts in /usr'
# debhelper's own parts begin a unit by $_dh_action, and enable by helper enable.
sed '/was-enabled/,/^	*fi$/d; /^is_active/d; /^\(next_steps\|take_new_version\|upgrade\)()/,/^}/d' \
    "$dir/control/postinst" |
    grep -E 'systemctl|deb-systemd-invoke|helper.* enable|_dh_action' >"$dir/found"
is "$(cat "$dir/found")" '' 'it starts nothing and enables nothing'
like "$(cat "$dir/control/postinst")" '^  shopctl init$' 'but says what to do'
is "$(dpkg-deb -f "$deb" Depends | grep -o 'libmariadb3\|libmysqlclient[0-9]*\|libmemcached[0-9]*\|libfcgi[0-9a-z]*\|libcjson1\|libssl3' |
    wc -l)" 5 'it depends on its libraries'
like "$(dpkg-deb -f "$deb" Recommends)" 'mariadb-server.*nginx' \
    'and recommends what it works with'
finish
