#!/bin/sh
# SPDX-License-Identifier: MIT
# bash completes the words of shopctl: those of its --help, which has each option of
# the commands' tables.
. "${top_srcdir:-.}/t/lib.sh"
command -v bash >/dev/null || skip_all 'no bash'
bash -n "$top_srcdir/completions/shopctl"
ok 'bash understands it'

# offers WORD...: what bash offers for the last word, a line each, sorted.
cat >"$dir/offers" <<'END'
. "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_shopctl
printf '%s\n' "${COMPREPLY[@]}" | sort -u
END
offers() {
	bash "$dir/offers" "$top_srcdir/completions/shopctl" \
	    "$top_builddir/shopctl" "$@"
}

"$top_builddir/shopctl" --help >"$dir/help"
sed -n '2,/^exit status/s/^  \([a-z][a-z]*\).*/\1/p' "$dir/help" | sort -u >"$dir/nouns"
[ "$(wc -l <"$dir/nouns")" -gt 8 ]
ok 'there are commands'
is "$(offers '' | grep -v '^-')" "$(cat "$dir/nouns")" 'the commands'
is "$(offers -c x '' | grep -v '^-')" "$(cat "$dir/nouns")" 'behind an option, too'
is "$(offers '' | grep '^-')" "$(printf '%s\n' --check-config --config --help --version)" \
    'and shopctl'\''s own options'
is "$(offers si)" site 'a word that is begun'
is "$(offers key '')" "$(printf '%s\n' add list retire)" 'a second word'
is "$(offers user password '')" "$(printf '%s\n' --json --password-file)" \
    'a command'\''s options'
is "$(offers user password --pa)" --password-file 'one that is begun'
is "$(offers --config "$top_srcdir/LICEN")" "$top_srcdir/LICENSE" 'a file'
is "$(offers site --html-dir "$top_srcdir/nginx/ht")" "$top_srcdir/nginx/html" \
    'a directory'
is "$(offers bogus '')" '' 'nothing for what is no command'

# The tables: each option of a command is offered, with that command or another, and
# what is offered is taken.
{
	# That of a word which stands alone is nobody's to offer.
	sed -n '/"text", .type = OPTION_TEXT, .required = true/d
	    s/.*\.name = "\([a-z-]*\)", \.type = OPTION_.*/--\1/p
	    s/^	SEEN("\([a-z-]*\)".*/--\1/p' \
	    "$top_srcdir"/src/ops/cmd_*.c "$top_srcdir/src/ops/command.h"
	sed -n 's/^OPTION([A-Z0-9_]*, "\([a-z0-9-]*\)".*/--\1/p' \
	    "$top_srcdir/src/ops/site.def"
} | sort -u >"$dir/a"
[ "$(wc -l <"$dir/a")" -gt 25 ]
ok 'commands have options'
while read -r noun; do
	offers "$noun" '' | grep -v '^$' | while read -r word; do
		case $word in
		-*) echo "$noun $word" ;;
		*) offers "$noun" "$word" '' | sed -n "s/^-/$noun $word -/p" ;;
		esac
	done
done <"$dir/nouns" >"$dir/offered"
sed 's/.* //' "$dir/offered" | sort -u >"$dir/b"
is "$(diff "$dir/a" "$dir/b")" '' 'bash offers each, and no other'
while read -r words; do
	# shellcheck disable=SC2086	# many words
	"$top_builddir/shopctl" -c "$dir/shop.conf" $words '' --no-such-option \
	    2>&1 >/dev/null </dev/null | grep -q -e "^shopctl: ${words##* }: bad option" &&
		echo "$words"
done <"$dir/offered" >"$dir/found"
is "$(cat "$dir/found")" '' 'and each command takes what is offered with it'
finish
