#!/bin/sh
# SPDX-License-Identifier: MIT
#
#	side.sh NAME ORDERS WORKERS FILE
#
# One of the shops that --growth compares: whole, and in a process of its own.
# The orders are of 30 days.  Says in FILE where all of it is, and ends when its standard input does.
set -u
top_srcdir=$(cd "$(dirname "$0")/../.." && pwd -P)
. "$top_srcdir/t/bench/shop.sh"
name=$1 workers=$3 file=$4
conf workers "$workers"
shop_with "$2" 30
{
	echo "dir='$dir' db_sock='$db_sock' shop_url='$shop_url'"
	echo "nginx_pid=$nginx_pid pool_pid=$pool_pid hello_pid=$hello_pid"
	echo "db_pid=$db_pid mc_pid=$mc_pid"
	# What was loaded is looked at in the end.
	echo "mark=$(ctl audit --since "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)" |
	    sed -n 's/^mark //p')"
} >"$file.new"
mv "$file.new" "$file"
cat >/dev/null
say "bench: the $name shop: every invariant, over every row"
invariants >"$file.found"
