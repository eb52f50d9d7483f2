#!/bin/sh
# SPDX-License-Identifier: MIT
# make fuzz: lets libFuzzer search with each fuzzer, under the sanitizers.
#
#	t/fuzz/run.sh MINUTES [NAME...]	from a build directory, as make does
#
# What it finds stays in the build directory: fuzz-build/corpus/NAME grows,
# fuzz-build/found has what broke something.
set -u
top_srcdir=$(cd "${top_srcdir:-.}" && pwd)
minutes=$1
shift
fuzz=$top_srcdir/t/fuzz
work=$(pwd)/fuzz-build
all=$(sed -n 's/^fuzzers = //p' "$top_srcdir/Makefile.am" | sed 's|t/fuzz/||g')
: "${CLANG:=clang}"

die() {
	echo "make fuzz: $*" >&2
	exit 1
}

# Both are Debian's, and neither brings the other.
can_fuzz() {
	echo 'int LLVMFuzzerTestOneInput(const char *p, unsigned long n)
	    { return p == 0 && n > 0; }' >"$work/try.c"
	"$CLANG" -fsanitize=fuzzer,address,undefined -o "$work/try" \
	    "$work/try.c" >/dev/null 2>&1
}

build() {
	cd "$work" || exit 1
	[ -f Makefile ] || "$top_srcdir/configure" -q CC="$CLANG" \
	    CFLAGS='-g -O1' --enable-fuzz --enable-asan --enable-ubsan ||
		die 'configure failed'
	for name in $all; do
		set -- "$@" "t/fuzz/$name"
	done
	make -s "$@" >make.log 2>&1 || {
		tail -n 20 make.log
		die "the build failed: $work/make.log"
	}
}

# hunt NAME: one fuzzer for its time.  libFuzzer's timeout goes by the clock on
# the wall: a machine that stalls must not look like an input that hangs.
hunt() {
	mkdir -p "corpus/$1"
	"./t/fuzz/$1" -max_total_time=$((minutes * 60)) -timeout=120 \
	    -max_len=8192 -rss_limit_mb=2048 -print_final_stats=1 \
	    -dict="$fuzz/$1.dict" -artifact_prefix="$work/found/$1-" \
	    "corpus/$1" "$fuzz/corpus/$1" >"$1.log" 2>&1
}

# told NAME: "3021 runs, cov 512, ft 2031".
told() {
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$1.log")
	echo "${runs:-?} runs, $(sed -n \
	    's/.* cov: \([0-9]*\) ft: \([0-9]*\) .*/cov \1, ft \2/p' \
	    "$1.log" | tail -n 1)"
}

mkdir -p "$work/found" || exit 1
can_fuzz || die "needs clang and its runtime: apt-get install clang \
libclang-rt-$("$CLANG" -dumpversion 2>/dev/null | cut -d . -f 1 |
    grep . || echo 14)-dev"
case $minutes in
'' | 0* | *[!0-9]*) die "MINUTES=$minutes: a whole number from 1" ;;
esac
[ $# -gt 0 ] || set -- $all
for name; do
	[ -f "$fuzz/$name.dict" ] || die "$name: there are $all"
done
(build) || exit 1
cd "$work" || exit 1
failures=0
for name; do
	if hunt "$name"; then
		echo "ok $name: $(told "$name")"
		continue
	fi
	failures=$((failures + 1))
	echo "not ok $name: $(told "$name")"
	grep -E 'does not hold|^SUMMARY|Test unit written' "$name.log" |
	    sed 's/^/# /'
	echo "# all of it: $work/$name.log"
done
[ $failures -eq 0 ]
