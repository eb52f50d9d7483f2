#!/bin/sh
# SPDX-License-Identifier: MIT
# platform.sh BUILD: what the tests of this build run on: one line.
build=${1:?}
if [ "${SHOP_DB:-}" = mysql ]; then dbd=mysqld; else dbd=mariadbd; fi

# of FILE: the Debian package that it is of, and its version; else its name.
of() {
	for file in "$1" "$(readlink -f "$1")" "/usr$1"; do
		package=$(dpkg-query -S "$file" 2>/dev/null) &&
		    dpkg-query -W -f '${Package} ${Version}\n' "${package%: *}" &&
		    return
	done
	echo "${1##*/}"
}
library=$(ldd "$build/shop.fcgi" |
    sed -n 's/.* => \(.*lib\(mariadb\|mysqlclient\)\.so[^ ]*\) (.*/\1/p')
echo "$(. /etc/os-release; echo "$PRETTY_NAME"), $(of "$(command -v $dbd)")," \
    "$(of "$library"), $(of "$(command -v nginx)")," \
    "gcc $(gcc -dumpfullversion 2>/dev/null), $(uname -m)"
