# SPDX-License-Identifier: MIT
# What every test script begins with:
#
#	. "${top_srcdir:-.}/t/lib.sh"
#	shop_start
#	request GET /v1/products/1
#	is "$status" 200 "a product is shown"
#	finish
#
# shop_start starts a private shop in a directory of its own: MariaDB with
# the seed, memcached, shopd and nginx, all on unix sockets.  finish checks
# that money and stock are conserved, that the OpenAPI document has what was
# answered and that no worker met a sanitizer, and prints the plan.  The directory
# is removed, but kept when the test failed.
#
# The verbs are in t/lib/, by family; t/README lists them.

set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
top_builddir=$(cd "${top_builddir:-$top_srcdir/build}" && pwd)
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
LC_ALL=C.UTF-8
# AddressSanitizer keeps what was freed, 256 MiB of it where nothing is said: a
# worker would come past worker_memory_max_kib by that alone, and be replaced.
ASAN_OPTIONS=quarantine_size_mb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export PATH LC_ALL ASAN_OPTIONS

# The caller's own shop is none of ours; which server it has is.
want_db=${SHOP_DB:-}
unset $(env | sed -n 's/^\(SHOP_[A-Z_]*\)=.*/\1/p') NONE

tap_count=0
tap_failures=0
dir=$(mktemp -d /tmp/shop-t.XXXXXX)
if [ "$(id -u)" = 0 ]; then as_root=1; else as_root=; fi
db_sock=$dir/db.sock
workers=4
workers_read=2
db_env=
mounted=

for part in tap db db_faults pair cache pool nginx shop http contract browser load backup torture; do
	. "$top_srcdir/t/lib/$part.sh"
done
unset part
conf_make
