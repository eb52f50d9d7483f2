# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# An empty Debian, made by debootstrap, and commands in a copy of it: for t/platforms
# and t/packages, which begin with ". t/debian.bash" at the top of the sources.

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
