#!/bin/sh
# SPDX-License-Identifier: MIT
# make lint: clang-tidy by .clang-tidy, cppcheck by t/cppcheck.supp, over
# src/ and t/.  Silent where there is nothing to say.
#
#	t/lint.sh FLAG...	from a configured build directory, as make does
set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
build=$PWD
failed=

for tool in clang-tidy cppcheck; do
	command -v $tool >/dev/null && continue
	echo "lint: no $tool: apt-get install $tool" >&2
	exit 1
done
cd "$top_srcdir" || exit 1
set -- -Isrc -I"$build" -It -DHAVE_CONFIG_H "$@"

# xargs puts the files last, clang-tidy wants the flags there.
flags=$(for flag; do printf "'%s' " "$flag"; done)
find "$PWD/src" "$PWD/t" -name '*.c' | sort | xargs -P 2 -n 6 sh -c \
    "exec clang-tidy --quiet \"\$@\" -- $flags -std=gnu11" lint \
    >"$build/lint.log" 2>"$build/lint.err" || failed=1
sed "s|^$PWD/||" "$build/lint.log"
[ -z "$failed" ] || grep -v 'warnings generated\|warnings treated' \
    "$build/lint.err" >&2

cppcheck --quiet -j 2 --std=c11 --error-exitcode=1 \
    --enable=warning,portability,performance,style --inline-suppr \
    --suppressions-list=t/cppcheck.supp "$@" "$PWD/src" "$PWD/t" || failed=1
[ -z "$failed" ]
