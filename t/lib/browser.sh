# SPDX-License-Identifier: MIT
# The shop window in a real browser, by Playwright.

in_browser=$top_srcdir/t/browser

# browser_need: Node of an age that it can do with, its packages, and Chromium; no
# sanitizer, under which nothing else would be seen of pages that never change.
browser_need() {
	command -v node >/dev/null || skip_all 'no node'
	[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
	    skip_all "node $(node -v) is too old: 20 or later is needed"
	[ -e "$in_browser/node_modules/.package-lock.json" ] ||
	    skip_all 'no t/browser/node_modules: run npm ci in t/browser'
	chromium=$(command -v chromium) || skip_all 'no chromium'
	! grep -aq __asan_init "$top_builddir/shop.fcgi" ||
	    skip_all 'a build with a sanitizer'
}

# browse PART [NAME=VALUE...]: t/browser/PART.mjs, whose rows become this script's.
browse() {
	browse_part=$1
	shift
	env HOME="$dir" CHROMIUM="$chromium" "$@" \
	    node "$in_browser/$browse_part.mjs" >"$dir/browsed" 2>"$dir/err"
	browse_status=$?
	browse_rows=0
	while IFS= read -r row; do
		case $row in
		'+ '*) pass "${row#??}"; browse_rows=$((browse_rows + 1)) ;;
		'- '*) fail "${row#??}"; browse_rows=$((browse_rows + 1)) ;;
		*) printf '# %s\n' "${row#\# }" ;;
		esac
	done <"$dir/browsed"
	is "$browse_status $(head -c 500 "$dir/err")" '0 ' "$browse_part: all of it ran"
	[ $browse_rows -gt 0 ]
	ok "$browse_part: $browse_rows rows"
}
