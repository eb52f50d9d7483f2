#!/bin/sh
# SPDX-License-Identifier: MIT
#
# pages.sh DIRECTORY: the static pages as a web server serves them.  They are those
# in html/, and from problems.html a page for each problem, for its type is a link.
# What a problem is called stands in src/base/err.def and src/web/text.def alone.
# Each is put in whole, for a server may be serving from there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
from=$here/html
mkdir -p "$1/problems" "$1/errors"
awk -f "$here/problems.awk" "$here/../src/base/err.def" \
    "$here/../src/web/text.def" >"$1/.titles"
trap 'rm -f .titles' EXIT
cd "$1"

# Those that stay as they are; one whose source is no more goes.
list() { (cd "$1" && find . -type f ! -name '*.new' | sort); }
list "$from" | grep -vx ./problems.html | while read -r page; do
	mkdir -p "${page%/*}"
	cp "$from/$page" "$page.new"
	mv "$page.new" "$page"
done
for kind in admin assets docs pictures; do
	[ -d $kind ] || continue
	list $kind | while read -r page; do
		[ -e "$from/$kind/$page" ] || rm "$kind/$page"
	done
done

# Each section with its heading.
awk '
	FILENAME != ARGV[2] {
		text = $0
		sub(/^[^ ]* [^ ]* /, "", text)
		gsub(/\047/, "\\&#39;", text)
		heading[$1] = "<h2><a href=\"/problems/#" $1 "\">" $1 \
		    "</a> <span>" $2 " &middot; " text "</span></h2>"
		next
	}
	{ print }
	/^<section id="/ {
		split($0, part, "\"")
		if (!(part[2] in heading)) {
			print "pages.sh: no problem " part[2] >"/dev/stderr"
			exit 1
		}
		print heading[part[2]]
	}' .titles "$from/problems.html" >problems.html.new
mv problems.html.new problems.html

# A problem's section becomes the page, and its heading the page's.
awk '
	!begun {
		head = head $0 "\n"
		begun = /^<body>/
	}
	/^<section id="/ {
		code = $0
		sub(/^<section id="/, "", code)
		sub(/".*/, "", code)
		text = ""
		next
	}
	/^<\/section>/ {
		page = "problems/" code ".html.new"
		top = head
		sub(/<title>[^<]*/, "<title>Shop: " code, top)
		printf "%s<main>\n%s", top, text >page
		print "<p><a href=\"/problems/\">All problems</a></p>" >page
		print "</main>\n</body>\n</html>" >page
		close(page)
		code = ""
	}
	code != "" {
		gsub(/<h2><a [^>]*>/, "<h1 class=\"one\"><span class=\"code\">")
		gsub(/<\/a> <span>/, "</span> <span>")
		gsub(/<\/h2>/, "</h1>")
		text = text $0 "\n"
	}' problems.html

for page in problems/*.html.new; do
	mv "$page" "${page%.new}"
done
# A page whose problem is no more is no page.
for page in problems/*.html; do
	code=${page#problems/}
	grep -q "^<section id=\"${code%.html}\"" problems.html || rm "$page"
done

# For Apache and lighttpd, a problem for each status that they answer by
# themselves; nginx makes its own.  lighttpd wants them called .html.
while read -r status code detail; do
	[ "$status" != '#' ] || continue
	title=$(sed -n "s/^$code [0-9]* //p" .titles)
	[ -n "$title" ] || { echo "pages.sh: no problem $code" >&2; exit 1; }
	printf '{"type":"/problems/%s","title":"%s","status":%s,"code":"%s","detail":"%s"}\n' \
	    "$code" "$title" "${status%%-*}" "$code" "$detail" >"errors/$status.html.new"
	mv "errors/$status.html.new" "errors/$status.html"
done <"$here/errors.list"
