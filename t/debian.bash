# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# An empty Debian, made by debootstrap, and commands in a copy of it: for t/platforms,
# t/packages and t/whole, which begin with ". t/debian.bash" at the top of the sources.

# The machine's own mirror of Debian, and that of its security updates.
mirror() {
	awk -v want="$1" '
		$1 == "URIs:" { uri = $2 }
		$1 == "Suites:" { for (i = 2; i <= NF; i++) if ($i ~ want) {
			print uri; exit } }
		$1 == "deb" && $3 ~ want { print $2; exit }' \
		<(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null)
}

# base SUITE: an empty Debian in $base, made if it isn't there.
base() {
	local suite=$1 main security
	local scripts=/usr/share/debootstrap/scripts
	base=/var/tmp/shop-platform.$suite
	[ ! -e "$base/.done" ] || return 0
	main=$(mirror '^[a-z]+$') security=$(mirror '-security')
	main=${main:-http://deb.debian.org/debian}
	rm -rf "$base"
	debootstrap --variant=minbase --include=ca-certificates "$suite" "$base" \
		"$main" "$([ -e "$scripts/$suite" ] || echo "$scripts/sid")" >/dev/null
	echo "deb $main $suite main" >"$base/etc/apt/sources.list"
	if [ "$suite" != sid ]; then
		echo "deb ${security:-http://security.debian.org/debian-security} $suite-security main" \
			>>"$base/etc/apt/sources.list"
	else
		# A mirror's copy of sid may be older than it says.
		echo 'Acquire::Check-Valid-Until "false";' \
			>"$base/etc/apt/apt.conf.d/99-old"
	fi
	cp -a /etc/ssl/certs/. "$base/etc/ssl/certs/"
	touch "$base/.done"
}

# within COMMAND: in $root, with processes and mounts of its own, in /root/shop;
# where $alone is set also with a network of its own, which is the loopback.
within() {
	ROOT=$root ALONE=${alone-} unshare --mount --pid --ipc --fork --kill-child \
		${alone:+--net} bash -euc '
		[ -z "$ALONE" ] || ip link set lo up
		mount --make-rprivate /
		mount -t proc proc "$ROOT/proc"
		mount -t tmpfs tmpfs "$ROOT/run"
		mount --rbind /dev "$ROOT/dev"
		exec env -i HOME=/root TERM=dumb LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			chroot "$ROOT" bash -c "cd /root/shop && $1"' within "$1"
}

# fresh SUITE: $root is an empty copy, in which packages start nothing, until
# done_with: with $keep it stays.
fresh() {
	base "$1"
	root=$(mktemp -d "/var/tmp/shop-package-$1.XXXXXX")
	cp -a "$base/." "$root/"
	cp /etc/resolv.conf /etc/hosts "$root/etc/"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mkdir "$root/root/shop"
	within 'apt-get -q update' >/dev/null
}
done_with() {
	[ -n "$keep" ] || rm -rf --one-file-system "$root"
	root=
}
# get PACKAGE...
get() {
	within "DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		--no-install-recommends install $*" >/dev/null
}
# sources: a clone of HEAD in $root.
sources() {
	git clone -q . "$root/root/shop"
	get git ca-certificates
}
# package DIRECTORY: built there, in $root, of what its /root/shop has.
package() {
	within "mkdir $1 && debian/build --deps $1" 2>"$work/log" ||
		{ tail -n 40 "$work/log" >&2; return 1; }
}
