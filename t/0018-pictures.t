#!/bin/sh
# SPDX-License-Identifier: MIT
# The seed's products have pictures of their own: small, and nothing but drawings.
. "${top_srcdir:-.}/t/lib.sh"
cd "$top_srcdir" || bail 'no sources'
html=nginx/html

# none TEXT: the lines in $dir/found are what is wrong; there must be none.
none() { is "$(cat "$dir/found")" '' "$1"; }

# ---- The seed and the pictures

sed -n "s/^CALL product_add('\([^']*\)'.*/\1/p" schema/seed.sql >"$dir/products"
sed -n "s|^  WHEN '\([^']*\)' THEN '\(/[^']*\)'\$|\2 \1|p" schema/seed.sql >"$dir/rows"
[ "$(wc -l <"$dir/products")" -ge 24 ]
ok 'the seed has products'
is "$(cut -d ' ' -f 2- "$dir/rows")" "$(cat "$dir/products")" \
    'and tells the picture of each, in the same order'
cut -d ' ' -f 1 "$dir/rows" | sort >"$dir/urls"
uniq -d "$dir/urls" >"$dir/found"
none 'no two have the same'
(cd "$html" && find pictures -type f) | sed 's|^|/|' | sort >"$dir/files"
is "$(cat "$dir/files")" "$(cat "$dir/urls")" \
    'each is a file below nginx/html, and there is no other'
grep -vxE '/pictures/[a-z][a-z-]*\.svg' "$dir/urls" >"$dir/found"
none 'named in small letters'

# ---- What a picture is

for file in "$html"/pictures/*; do
	[ "$(wc -c <"$file")" -lt 2048 ] || echo "$file"
done >"$dir/found"
none 'each has less than 2 KiB'
for file in "$html"/pictures/*; do
	[ "$(head -n 1 "$file")" = '<!-- SPDX-License-Identifier: MIT -->' ] &&
	    [ "$(sed -n 2p "$file")" = \
	    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320">' ] &&
	    [ "$(tail -n 1 "$file")" = '</svg>' ] || echo "$file"
done >"$dir/found"
none 'tells its licence and is one square'
# A page that allows no style, no script and no other host's shows it whole.
grep -HniE 'style|script|<text|<tspan|font|<filter|<image|<use|href|url\((http|[^#])|//|<!DOCTYPE|<!ENTITY|<\?| on[a-z]*=' \
    "$html"/pictures/* | grep -v ':2:<svg xmlns="http://www\.w3\.org/2000/svg" ' >"$dir/found"
none 'has no style, script, text, or anything from elsewhere'
# Tags of a line: each is closed by itself, or by its own in turn.
awk '
	function report(what) { print FILENAME ":" FNR ": " what }
	FNR == 1 { depth = 0; next }
	{
		if ($0 !~ /^(<[^<>]*>)+$/ || gsub(/"/, "\"") % 2)
			report("not tags")
		n = split($0, tag, "<")
		for (i = 2; i <= n; i++) {
			name = tag[i]
			sub(/^\//, "", name)
			sub(/[ \/>].*/, "", name)
			if (tag[i] ~ /^\//) {
				if (depth == 0 || open[depth--] != name)
					report("</" name ">")
			} else if (tag[i] !~ /\/>$/) {
				open[++depth] = name
			}
		}
	}
	/^<\/svg>$/ && depth { report("not closed") }
	' "$html"/pictures/* >"$dir/found"
none 'and its tags are closed'

# ---- As they are served

# Made twice, for a server may be serving from there: what is no more, goes.
mkdir -p "$dir/html/pictures"
: >"$dir/html/pictures/sold-out.svg"
sh nginx/pages.sh "$dir/html" && sh nginx/pages.sh "$dir/html"
ok 'the pages are made'
diff -r "$html/pictures" "$dir/html/pictures" >"$dir/found"
none 'with the pictures, and no others'
finish
