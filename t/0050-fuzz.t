#!/bin/sh
# SPDX-License-Identifier: MIT
# What the fuzzers have found worth keeping holds: each is given its corpus,
# as a plain program (under the sanitizers where the build is).
. "${top_srcdir:-.}/t/lib.sh"
fuzz=$top_srcdir/t/fuzz

targets=$(sed -n 's/^fuzzers = //p' "$top_srcdir/Makefile.am")
is "$(grep -l '^LLVMFuzzerTestOneInput' "$fuzz"/*.c |
    sed 's|.*/t/|t/|; s/\.c$//' | sort | tr '\n' ' ')" \
    "$(echo "$targets" | tr ' ' '\n' | sort | tr '\n' ' ')" \
    'each fuzzer is built'
for target in $targets; do
	name=$(basename "$target")
	[ -s "$fuzz/$name.dict" ]
	ok "$name has a dictionary"
	seeds=$(find "$fuzz/corpus/$name" -type f | wc -l)
	[ "$seeds" -ge 10 ]
	ok "$name has seeds"
	"$top_builddir/$target" "$fuzz/corpus/$name"/* \
	    >"$dir/log/$name.log" 2>&1
	is "$? $(tail -n 1 "$dir/log/$name.log")" "0 replayed $seeds" \
	    "$name stands its corpus"
done
finish
