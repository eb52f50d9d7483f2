#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/scale.md, by simulation: leased stock is never oversold, each guard of it is
# needed, and fairness costs what the document says.
. "${top_srcdir:-.}/t/lib.sh"
any_build
cd "$top_srcdir" || bail 'no sources'
command -v perl >/dev/null || skip_all 'no perl'

# sale NAME=VALUE...: a small one of many faults.
sale() {
	perl t/scale.pl run shards=8 stock=3000 customers=8000 rate=2 time=200 lease=200 \
	    cancels=50 faults=4 "$@"
}
perl t/scale.pl tables >"$dir/tables" 2>&1 &
tables=$!

# ---- Safe

for rule in split fixed last recall; do
	for copy in 0 1; do
		sale rule=$rule copy=$copy seed=7 >"$dir/out" 2>&1
		is "$? $(grep -o 'wrong.*\|oversold=[0-9]*' "$dir/out")" '0 oversold=0' \
		    "$rule, copy=$copy: no piece is sold twice, none is lost"
		cat "$dir/out" >>"$dir/all"
	done
done
for what in crashes cuts cancelled taken_back sold_out away; do
	grep -q "\<$what=[1-9]" "$dir/all" || echo "$what"
done >"$dir/found"
is "$(cat "$dir/found")" '' 'there were crashes, cuts, cancels, and the like'
sale rule=recall copy=1 seed=7 >"$dir/again" 2>&1
cmp -s "$dir/out" "$dir/again"
ok 'a seed makes the same sale again'

# ---- Each guard is needed

for guard in $(sed -n '/^my %guard/,/^);/s/^	\([a-z]*\) =>.*/\1/p' t/scale.pl); do
	echo "$guard" >>"$dir/guards"
	copy=1
	[ "$guard" != doubt ] || copy=0
	for seed in 1 2 3; do
		sale rule=recall copy=$copy lease=400 seed=$seed without="$guard" \
		    >"$dir/out" 2>&1 || break
	done
	like "$(cat "$dir/out")" \
	    '^wrong: at [0-9]+ ms: (shard [0-9]+ (may sell|has less)|[0-9]+ pieces|more was sold)' \
	    "without $guard it is seen to go wrong"
done
is "$(wc -l <"$dir/guards")" 9 'each of the guards was left out'

# ---- What it costs

wait $tables
is "$? $(grep -c '^| [a-z]' "$dir/tables")" '0 21' 'it prints its tables'
grep -vxF -f docs/scale.md "$dir/tables" | grep . >"$dir/found"
is "$(cat "$dir/found")" '' 'and docs/scale.md has their lines'

# ---- Bad input

for what in shards shards=2,x=3 without=everything; do
	perl t/scale.pl run "$what" >"$dir/out" 2>&1
	is "$? $(wc -l <"$dir/out") $(cut -c -9 "$dir/out")" '2 1 scale.pl:' \
	    "$what is refused in a line"
done
finish
