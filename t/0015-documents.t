#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents say what the programs do: manual pages, README, docs/.
. "${top_srcdir:-.}/t/lib.sh"
cd "$top_srcdir" || bail 'no sources'
man=$top_builddir/docs/man
documents="README.md CHANGELOG.md SECURITY.md $(echo docs/*.md) t/bench/README.md"

# same N TEXT: $dir/a has N lines or more, and $dir/b the same ones.
same() {
	sort -o "$dir/a" "$dir/a"
	sort -o "$dir/b" "$dir/b"
	if [ "$(wc -l <"$dir/a")" -lt "$1" ]; then
		fail "$2: there are only $(wc -l <"$dir/a") of them"
	else
		is "$(diff "$dir/a" "$dir/b")" '' "$2"
	fi
}

# ---- The manual

for source in docs/man/*.in; do
	page=$man/$(basename "$source" .in)
	grep -H '@[A-Za-z]*@' "$page" || [ -s "$page" ] || echo "$page: empty"
done >"$dir/found" 2>&1
is "$(cat "$dir/found")" '' 'each page is made, and each word of it put in'
for page in "$man"/*.[58]; do
	name=$(basename "$page")
	if command -v mandoc >/dev/null; then
		is "$(mandoc -T lint -W warning "$page" 2>&1)" '' \
		    "$name: mandoc has nothing to say"
	else
		pass "$name: mandoc has nothing to say # SKIP no mandoc"
	fi
done

# heads: what a page's items are about, as --help writes it.
cat >"$dir/heads.awk" <<'END'
/^\.Sh / { section = $2 }
/^\.It / && (want == "Fl" ? $2 == "Fl" : section == want) {
	out = sep = flag = ""
	for (i = 2; i <= NF; i++) {
		if ($i ~ /^(Ic|Ar|Fl)$/) {
			flag = $i == "Fl" ? "-" : ""
		} else if ($i == "Oo") {
			out = out sep "["
			sep = ""
		} else if ($i == "Oc" || $i == ",") {
			out = out ($i == "," ? "," : "]")
		} else {
			out = out sep ($i == "|" ? "" : flag) $i
			sep = " "
			flag = ""
		}
	}
	print out
}
END
heads() { awk -v want="$1" -f "$dir/heads.awk" "$2"; }

for program in shopctl shopd shop.fcgi; do
	"$top_builddir/$program" --help >"$dir/$program.help"
	grep '^ *-' "$dir/$program.help" | sed 's/^ *//; s/  .*//' >"$dir/a"
	heads Fl "$man/$program.8" >"$dir/b"
	same 4 "$program.8 has the options that $program --help has"
done
sed -n '2,/^exit status/s/^  \([a-z].*\)/\1/p' "$dir/shopctl.help" |
    sed 's/   .*//' >"$dir/a"
heads COMMANDS "$man/shopctl.8" >"$dir/b"
same 11 'shopctl.8 has the commands that shopctl --help has'
cat "$man"/*.[58] | grep -o 'Fl [^ ]*' | sed 's/Fl /-/' | sort -u |
    while read -r option; do
	grep -q -e "[ [,]$option\>" "$dir"/*.help || echo "$option"
done >"$dir/found"
is "$(cat "$dir/found")" '' 'no page has an option that no program has'

sed -n 's/^OPTION([A-Z0-9_]*, "\([a-z0-9-]*\)".*/\1/p' src/ops/site.def >"$dir/a"
is "$(wc -l <"$dir/a")" "$(grep -c '^OPTION(' src/ops/site.def)" \
    'each row of site.def is read'
printf 'tls\nwrite\n' >>"$dir/a"
cp "$dir/a" "$dir/site"
sed -n '/^  site /,/^exit/p' "$dir/shopctl.help" | grep -o -e '--[a-z0-9-]*' |
    cut -c 3- >"$dir/b"
same 10 'shopctl --help has each option of nginx'\''s site'
cp "$dir/site" "$dir/a"
sed -n "/^\.Sh NGINX'S SITE/,/^\.Sh ENV/p" "$man/shopctl.8" |
    grep -o 'Fl -[a-z0-9-]*' | cut -c 5- >"$dir/b"
same 10 'and so has shopctl.8'

# Two lines a setting: "key default (range)", and what it is.
sed '1,/^settings/d; s/^ *//' "$dir/shopd.help" | paste -d ' ' - - |
    tr -s ' ' >"$dir/a"
is "$(wc -l <"$dir/a")" "$(grep -c '^CONF_' src/base/conf.def)" \
    'shopd --help has every row of conf.def'
awk '/^\.It Ic .* No =/ {
		sub(/^\.It Ic /, "")
		sub(/ No = Li/, "") || sub(/ No =/, " -")
		sub(/ Pq at most [0-9]* bytes$/, "")
		if (sub(/ Pq /, " ("))
			$0 = $0 ")"
		head = $0
		getline
		print head " " $0
	}' "$man/shop.conf.5" >"$dir/b"
same 40 'shop.conf.5 has each, with its default, range and meaning'
sed -n 's/^CONF_[A-Z]*(\([a-z_]*\),.*/\1/p' src/base/conf.def >"$dir/keys"
cat "$man"/*.[58] | grep -o '\<Ic [a-z]*_[a-z_]*' | cut -c 4- | sort -u |
    grep -vxF -f "$dir/keys" >"$dir/found"
is "$(cat "$dir/found")" '' 'no page names a setting that there is not'

# ---- README

lines=$(wc -l <README.md)
[ "$lines" -le 170 ]
ok "README is a face: at most 170 lines, and has $lines"
sed -n 's/^ROUTE("*\([A-Z]*\)"*, "\([^"]*\)".*/`\1 \2`/p' src/web/routes.def \
    >"$dir/a"
routes_of() { sed -n 's/^| \(`[A-Z]* \/[^`]*`\) |.*/\1/p' "$1"; }
routes_of docs/api.md >"$dir/b"
same 18 'docs/api.md has every route, and no other'
routes_of README.md | grep -vxF -f "$dir/a" >"$dir/found"
is "$(cat "$dir/found") $(routes_of README.md | wc -l)" ' 8' \
    'README has eight of them to try'
sed -n 's/^ROUTE(\([A-Z]*\), "\([^"]*\)", [a-z_]*, AUTH_\([A-Z]*\), KEY_\([A-Z]*\),.*/\1 \2 \3 \4/p' \
    src/web/routes.def | sed 's/ NONE / - /; s/ MAY / may /; s/ USER / user /; s/ ADMIN / admin /
	s/ YES$/ key/; s/ NO$/ /; s/ MADE$/ /' >"$dir/a"
sed -n 's/^| `\([A-Z]* \/[^`]*\)` | \([a-z-]*\) | \(k*e*y*\) *|.*/\1 \2 \3/p' \
    docs/api.md >"$dir/b"
same 18 'docs/api.md tells who may, and what takes a key'
./stack --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' >"$dir/a"
sed -n 's/^| `\.\/stack \([a-z]*\).*/\1/p' README.md >"$dir/b"
same 7 'its table of commands has every one of ./stack'
ls docs/*.md >"$dir/a"
grep -o '^| \[docs/[^]]*\.md\]' README.md | tr -d '|[] ' >"$dir/b"
same 5 'its last table has every document'

# ---- docs/

sed -n '/^nobase_dist_doc_DATA/,/[^\\]$/p' Makefile.am |
    tr -s ' \t\\' '\n' | grep '\.md$' >"$dir/b"
printf '%s\n' $documents >"$dir/a"
same 8 'make install has every document'

# setting WORD: its number in nginx's limits.
"$top_builddir/shopctl" --config "$dir/shop.conf" site >"$dir/site"
setting() { sed -n "s/^	*limit_.*shop_$1\([0-9]*\).*/\1/p" "$dir/site"; }
tr -s '\n ' ' ' <docs/operating.md |
    grep -qF "$(setting 'reads:.* rate=') reads a second, $(
    )$(setting 'reads burst=') at once, $(
    )$(setting 'writes:.* rate=') writes, $(
    )$(setting 'writes burst=') at once, $(
    )$(setting 'reads_at_once ') reads and $(
    )$(setting 'writes_at_once ') writes under way"
ok 'docs/operating.md says how many are too many'
version=$(sed -n 's/^AC_INIT(\[shop\], \[\(.*\)\])/\1/p' configure.ac)
grep -qx "## $version" CHANGELOG.md
ok "CHANGELOG has version $version"

# anchors FILE: those of its headings, as GitHub makes them.
anchors() {
	sed -n 's/^##* //p' "$1" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9_\n-'
}
for document in $documents; do
	grep -o '](\([^)]*\))' "$document" | sed "s|^](|$document |; s/)$//"
done | grep -v ' http' >"$dir/links"
[ "$(wc -l <"$dir/links")" -gt 30 ]
ok 'the documents link each other'
while read -r document link; do
	file=${link%%#*}
	target=${file:+$(dirname "$document")/$file}
	target=${target:-$document}
	case $link in
	*'#'*) anchors "$target" | grep -qx -- "${link#*#}" ;;
	*) [ -e "$target" ] ;;
	esac || echo "$document: $link"
done <"$dir/links" >"$dir/found" 2>&1
is "$(cat "$dir/found")" '' 'and each link leads somewhere'
# A file is named from the top of the sources, a module from src/.
cat $documents | grep -oE \
    '`(src|t|docs|schema|nginx|apache|lighttpd|systemd)/[^` ]*`' |
    tr -d '`' | sort -u | grep -v NNNN >"$dir/named"
grep -oh '@docdir@/[^ ]*' docs/man/*.in | sed 's|^@docdir@/||' >>"$dir/named"
cat $documents | grep -oE '`(base|io|shop|web|run|ops)/[a-z_]+`' |
    tr -d '`' | sort -u | sed 's|.*|src/&.c|' >>"$dir/named"
[ "$(wc -l <"$dir/named")" -gt 50 ]
ok 'the documents name files'
while read -r file; do
	ls -d $file >/dev/null 2>&1 || ls "$file".[ch] >/dev/null 2>&1 ||
	    ls "${file%.c}.h" >/dev/null 2>&1 || echo "$file"
done <"$dir/named" >"$dir/found"
is "$(cat "$dir/found")" '' 'each is there'
finish
