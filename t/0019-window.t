#!/bin/sh
# SPDX-License-Identifier: MIT
# The shop window's sources: what is of others is as they made it, no other host is
# named, and each text is there in both languages.
. "${top_srcdir:-.}/t/lib.sh"
cd "$top_srcdir" || exit 1
html=nginx/html
none() { is "$(cat "$dir/found")" '' "$1"; }
ours() { find $html -type f -name "$1" ! -path '*/vendor/*'; }

sha256sum -c nginx/vendor.sums >"$dir/sums" 2>&1
is "$? $(grep -c ': OK$' "$dir/sums")" '0 3' 'what is of others is as npm has it'
find $html/assets/vendor -name '*.js' -o -path '*/vendor/*.css' |
    while read -r file; do
	grep -q "  $file\$" nginx/vendor.sums || echo "$file"
done >"$dir/found"
none 'all of it'

ours '*.js' >"$dir/scripts"
[ "$(wc -l <"$dir/scripts")" -gt 15 ]
ok 'there are scripts'
# shellcheck disable=SC2046	# many words
grep -nE 'https?://[a-z]' $(ours '*.js') $(ours '*.css') $(ours '*.html') \
    $(ours '*.svg') | grep -v 'http://www.w3.org/2000/svg\|http://this-host/' \
    >"$dir/found"
none 'no other host is named'
grep -nE 'innerHTML|document\.write|eval\(|Function\(|unsafeHTML|style=|onclick=' \
    $(ours '*.js') $(ours '*.html') >"$dir/found"
none 'nothing is made of text, and no style or handler stands in a page'

# An import is a file beside it, and a page's script or style one of this host.
while read -r file; do
	sed -n "s/.*from '\([^']*\)'.*/\1/p" "$file" | while read -r module; do
		[ -e "${file%/*}/$module" ] || echo "$file: $module"
	done
done <"$dir/scripts" >"$dir/found"
ours '*.html' | while read -r file; do
	grep -oE '(href|src)="/(assets|pictures)[^"]*"' "$file" |
	    sed 's/[^"]*"//; s/"//' | while read -r part; do
		[ -e "$html$part" ] || echo "$file: $part"
	done
done >>"$dir/found"
none 'what is named is there'

# ---- Texts

words=$html/assets/words.js
# A row may go on in the next line.
awk '/^\t[a-z'\''].*: \[/ { row = "" } { row = row $0 }
    /\],$/ { print row; row = "" }' $words >"$dir/rows"
grep -oE "^\s*'?[a-z_-]+'?: \[" "$dir/rows" | tr -d "\t ':[" | sort >"$dir/names"
[ "$(wc -l <"$dir/names")" -gt 100 ]
ok 'there are texts'
is "$(uniq -d "$dir/names")" '' 'none is there twice'
grep -vE "^\s*'?[a-z_-]+'?: \['[^']+',\s+'[^']+'\],\$" "$dir/rows" >"$dir/found"
none 'each in two languages'
# The same values in both.
while read -r row; do
	english=$(printf '%s' "$row" | sed "s/',.*//" | grep -oE '\{[a-z]+\}' | sort | xargs)
	korean=$(printf '%s' "$row" | sed "s/.*',[[:space:]]*'//" | grep -oE '\{[a-z]+\}' | sort | xargs)
	[ "$english" = "$korean" ] || echo "$row"
done <"$dir/rows" >"$dir/found"
none 'with the same values'
# shellcheck disable=SC2046	# many words
cat $(ours '*.js') >"$dir/all"
{ grep -oE "\bt\('[a-z_-]+'" "$dir/all" | sed "s/.*('//; s/'//"
grep -oE "\bfigure\('[a-z_]+'" "$dir/all" | sed "s/.*'\([a-z_]*\)'\$/\1/"
grep -oE "\? 'on_sale' : 'off_sale'" "$dir/all" | tr -d "?:' " >/dev/null &&
    printf 'on_sale\noff_sale\n'; } | sort -u >"$dir/used"
comm -23 "$dir/used" "$dir/names" >"$dir/found"
none 'each that is asked for is there'
# By `t(\`type_${...}\`)` and the like.
comm -13 "$dir/used" "$dir/names" |
    grep -vE '^(sort|type|status|payment|problem|done)_' >"$dir/found"
none 'and each is asked for'
for code in $(grep -oE '^problem_[a-z_]+' "$dir/names" | sed 's/problem_//'); do
	grep -q "\"$code\"" src/base/err.def || echo "$code"
done >"$dir/found"
none 'those of problems are problems of the shop'
finish
