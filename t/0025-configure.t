#!/bin/sh
# SPDX-License-Identifier: MIT
# ./configure run again in the same directory: what it says now is what the
# programs are made of.
. "${top_srcdir:-.}/t/lib.sh"
any_build
[ -x "$top_srcdir/configure" ] || skip_all 'no configure'
[ ! -e "$top_srcdir/config.status" ] || skip_all 'the sources are configured'
mkdir "$dir/build"
cd "$dir/build" || bail 'no directory'
unset MAKEFLAGS MAKELEVEL MFLAGS

# configured ARGUMENT...: with what it found out before.
configured() {
	"$top_srcdir/configure" --quiet --cache-file="$dir/cache" "$@" \
	    >"$dir/log/configure.log" 2>&1 ||
	    bail "configure: $(tail -n 3 "$dir/log/configure.log")"
}
# made: three objects that stand for all, without what depends on paths first.
objects='src/base/conf.o src/base/prog.o src/base/name.o'
made() {
	make $objects >"$dir/log/make.log" 2>&1 ||
	    bail "make: $(tail -n 3 "$dir/log/make.log")"
}
# has TEXT: how many of the objects do.
has() { grep -la -- "$1" src/base/*.o | wc -l; }

mkdir -p "$dir/log"
configured --prefix=/first CFLAGS=-O0
made
is "$(has /first/etc/shop.conf) $(has /first/libexec/shop.fcgi)" '2 1' \
    'the directories are in what reads and tells them'
configured --prefix=/first --sysconfdir=/elsewhere CFLAGS=-O0
made
is "$(has /first/etc/shop.conf) $(has /elsewhere/shop.conf)" '0 2' \
    'another --sysconfdir'
configured --prefix=/second CFLAGS=-O0
made
is "$(has /elsewhere/) $(has /first/) $(has /second/etc/shop.conf) $(
    )$(has /second/libexec/shop.fcgi) $(has /second/share/shop/schema)" \
    '0 0 2 1 1' 'another --prefix'
touch "$dir/then"
sleep 0.1
configured --prefix=/second CFLAGS=-O0
made
is "$(find src -name '*.o' -newer "$dir/then")" '' \
    'the same again: nothing is made anew'
configured --prefix=/second --enable-werror CFLAGS=-O0
made
is "$(find src -name '*.o' -newer "$dir/then" | wc -l)" 3 \
    'other flags: everything is'
finish
