#!/bin/sh
# SPDX-License-Identifier: MIT
#
# pages.sh DIRECTORY: the static pages as nginx serves them.  They are those in
# html/, and from problems.html a page for each problem, for its type is a link.
# Each is put in whole, for nginx may be serving from there.
set -eu
from=$(cd "$(dirname "$0")/html" && pwd)
mkdir -p "$1/problems"
cd "$1"

put() {
	cp "$from/$1" "$1.new"
	mv "$1.new" "$1"
}
put index.html
put openapi.yaml
put problems.html

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
