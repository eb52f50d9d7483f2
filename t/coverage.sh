#!/bin/sh
# SPDX-License-Identifier: MIT
# make coverage: all tests in a build that counts which lines run, then how
# many of base/, io/ and web/ did.  Fails when a test fails or fewer than 95 %
# ran; the lines that are left are in coverage.txt.
#
#	t/coverage.sh	from a build directory, as make does
set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
least=95

if ! command -v gcovr >/dev/null; then
	echo 'coverage: no gcovr: apt-get install gcovr' >&2
	exit 1
fi
# Another build has other flags.
if ! ./config.status --config | grep -q -- --enable-coverage; then
	mkdir -p coverage-build && cd coverage-build || exit 1
	[ -e Makefile ] || "$top_srcdir/configure" -q --enable-coverage || exit 1
fi
# A worker that was killed has not counted its lines; those that TERM ended
# have, and run the same ones.
find . -name '*.gcda' -delete
failed=
make -s all || exit 1
make -s check >coverage.log 2>&1 || failed=1
[ -z "$failed" ] || tail -n 60 test-suite.log >&2
gcovr --root "$top_srcdir" --object-directory . \
    --filter "$top_srcdir/src/(base|io|web)/" --output coverage.txt \
    --fail-under-line "$least" . || failed=1
cat coverage.txt
[ -z "$failed" ]
