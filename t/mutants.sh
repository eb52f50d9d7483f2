#!/bin/sh
# SPDX-License-Identifier: MIT
# make check-mutants: is a test a test?  Builds Shop with one guard removed,
# for each guard, and wants at least one of the named tests to turn red.
#
#	t/mutants.sh [NAME...]	from a build directory, as make does
set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
work=$(mktemp -d /tmp/shop-mutants.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
wanted=" $* "
count=0
failures=0

result() {
	count=$((count + 1))
	[ "$1" = ok ] || failures=$((failures + 1))
	echo "$1 $count - $2"
}

# turns_red TEST: the mutant's run of it.
turns_red() {
	top_srcdir=$work/src top_builddir=$work/build \
	    sh "$work/src/t/$1" >"$work/log" 2>&1
	[ $? -ne 0 ] || grep -q '^not ok' "$work/log"
}

# mutant NAME FILE PERL TESTS: the perl takes the guard out of the file.
mutant() {
	name=$1
	file=$2
	perl=$3
	tests=$4
	[ "$wanted" = "  " ] || case $wanted in
	*" $name "*) ;;
	*) return ;;
	esac
	rm -rf "$work/src" "$work/build"
	mkdir "$work/src" "$work/build"
	(cd "$top_srcdir" && tar -cf - configure.ac Makefile.am Makefile.in \
	    configure aclocal.m4 config.h.in build-aux src schema nginx apache lighttpd \
	    systemd docs t \
	    README.md CHANGELOG.md SECURITY.md) |
	    tar -C "$work/src" -xf -
	perl -0pi -e "$perl" "$work/src/$file"
	if cmp -s "$work/src/$file" "$top_srcdir/$file"; then
		result 'not ok' "$name: its guard is no longer in $file"
		return
	fi
	if ! (cd "$work/build" && ../src/configure -q && make -s -j2 all &&
	    make -s -j2 check TESTS=) >"$work/log" 2>&1; then
		result 'not ok' "$name: can't be built"
		tail -n 5 "$work/log" | sed 's/^/# /'
		return
	fi
	for test in $tests; do
		if turns_red "$test"; then
			result ok "$name: $test turns red"
			grep '^not ok' "$work/log" | head -n 3 | sed 's/^/# /'
			rm -rf /tmp/shop-t.*/mutant
			return
		fi
	done
	result 'not ok' "$name: lives, although $tests ran"
}

mutant no-key src/web/idem.c \
    's/(memcpy\(id, digest, IDEM_BYTES\);)/{ $1 if (crypto_random(id, 8) != E_OK) return E_INTERNAL; }/' \
    '3030-idempotency.t'
mutant no-former-key src/shop/attempt.c \
    's/if \(!idem->has_former\)/if (idem != NULL)/' \
    '3030-idempotency.t'
mutant blind-update schema/routines/order_place.sql \
    's/ AND stock >= v_quantity//' \
    '7010-last-piece.t'
mutant blind-update-of-many schema/routines/order_place.sql \
    's/\n +AND p\.stock >= CAST\([^;]*;/;/' \
    '7010-last-piece.t'
mutant no-mark schema/routines/order_place.sql \
    's/ *CALL sales_mark\(p_lines, v_hour\);\n//' \
    '3010-orders.t'
mutant blind-hour schema/routines/order_place.sql \
    's/ AND hour = v_hour//' \
    '3010-orders.t'
mutant blind-hour-of-many schema/routines/order_place.sql \
    's/ AND p\.hour = v_hour//' \
    '3010-orders.t'
mutant callers-definer src/ops/schema.c \
    's/DEFINER = %s%s/%.0s%s/' \
    '9010-who-writes.t'
mutant account-believed src/ops/grant.c \
    's/if \(g->has_entry \|\| take\)/if (true)/; s/right != NULL && !take/false/' \
    '9011-accounts.t'
mutant clock-only-on schema/routines/order_place.sql \
    's/v_now < v_newest OR //' \
    '4030-clock.t'
mutant step-not-noted schema/routines/sales_mark.sql \
    's/IF\(v_hour > p_hour, /IF(false, /' \
    '4030-clock.t'
mutant ahead-believed src/shop/sql.def \
    's/WHERE hour > w\.now/WHERE false/' \
    '4030-clock.t'
mutant any-path-for-nginx src/ops/site_option.c \
    's/strchr\([^,]*, \*text\) != NULL/false/' \
    '0045-site.t'
mutant another-site-believed src/ops/doctor_nginx.c \
    's/return f\.n == 0 \|\|/return true ||/' \
    '0040-doctor.t'
mutant open-not-awaited src/ops/audit_mark.c \
    's/return wait_for_open\(ctx, list, open, why\);/return E_OK;/; s/^static enum err\nwait_for_open/MUST_CHECK enum err wait_for_open(struct ctx *, const char *, const char **, const char **);\nenum err\nwait_for_open/m' \
    '0036-audit-mark.t'
mutant no-rollback src/io/db.c \
    's/mysql_rollback\(db->conn\) == 0\)\n\t\t\treturn;/true)\n\t\t\treturn;/' \
    '3040-retries.t 6050-freeze.t'
mutant retry-without-key src/shop/attempt.c \
    's/(\*a->number = ctx->trace\.attempts;)/$1\n\t\tif (ctx->trace.attempts > 1)\n\t\t\t((unsigned char *)(uintptr_t)a->arg[1].bytes)[0]++;/' \
    '6200-faults.t 6040-commit-kill.t'
mutant unknown-is-failure src/io/db_err.def \
    's/(DB_ERR\(20(06|13|55), CONN_LOST, )COMMIT_UNKNOWN/$1RESOURCE/g' \
    '6350-server-ends.t'
mutant cache-trusted src/web/seal.c \
    's/ \|\|\n\t    again_len != len \|\| memcmp\(again, value, len\) != 0//' \
    '4010-ranking.t 6060-memcached.t'
mutant unguarded-balance schema/routines/order_place.sql \
    's/ AND balance >= v_total//' \
    '7010-last-piece.t 6080-locks.t'
mutant no-deadline src/shop/attempt.c \
    's/ctx->trace\.attempts >= ATTEMPTS_MAX/false/; s/\(!unknown && !may_spend\(ctx\)\)/false/' \
    '3040-retries.t'

echo "1..$count"
[ $failures -eq 0 ]
