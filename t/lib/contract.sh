# SPDX-License-Identifier: MIT
# The OpenAPI document by Node's tools, and the answers that are held to it.

# ---- Tools

contract=$top_srcdir/t/contract

# contract_need: Node, of an age that they can do with, and the tools themselves.
contract_need() {
	command -v node >/dev/null || skip_all 'no node'
	node -e 'const [a, b] = process.versions.node.split(".");
	    process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
	    skip_all "node $(node -v) is too old: 20.19 or later is needed"
	# npm writes it when all of the others are there.
	[ -e "$contract/node_modules/.package-lock.json" ] ||
	    skip_all 'no t/contract/node_modules: run npm ci in t/contract'
}

# openapi_lint FILE: what Redocly has to say; false if it is anything.
openapi_lint() {
	NO_COLOR=1 REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	    node "$contract/node_modules/@redocly/cli/bin/cli.js" lint \
	    --config "$contract/redocly.yaml" --format stylish "$1" \
	    2>"$dir/lint.err"
}

# answers_check FILE...: prints each recorded answer that the document does not
# allow, and last how many there were; false if it printed any.
answers_check() {
	node "$contract/answers.mjs" "$openapi" "$@"
}

# client_make DIRECTORY: types of the document, and by them t/contract/journey.ts as
# a program, DIRECTORY/out/journey.js; says why not.
client_make() {
	mkdir -p "$1/out" &&
	    cp "$contract/journey.ts" "$contract/tsconfig.json" \
		"$contract/package.json" "$1" &&
	    ln -s "$contract/node_modules" "$1/node_modules" &&
	    (cd "$1" && node node_modules/openapi-typescript/bin/cli.js "$openapi" \
		-o api.ts >/dev/null &&
	    node node_modules/typescript/bin/tsc -p . --outDir out --pretty false)
}

# proxy_start PORT UPSTREAM: Prism between them, which answers what the document
# does not allow, in either direction, with a problem of its own; $proxy_pid.
proxy_start() {
	node "$contract/node_modules/@stoplight/prism-cli/dist/index.js" proxy \
	    "$openapi" "$2" --port "$1" --errors >"$dir/log/prism.log" 2>&1 &
	proxy_pid=$!
	eventually 60 grep -q 'is listening' "$dir/log/prism.log" ||
	    bail "prism: $(cat "$dir/log/prism.log")"
}

# ---- Records of answers

# An answer's record begins with RS, which no JSON has, and what was asked; on the
# next line begin its headers, then comes the body, both as they came.
rs=$(printf '\036')
records=$dir/records
# Where each script leaves those that it got, for t/9900-answers.t.
records_dir=$top_builddir/t/answers

# answer_record: the response of `request`; not of many at once, whose files are
# the same, nor of another web server than nginx, whose own problems are simpler.
together=
answer_record() {
	[ "$status" != 000 ] && [ -z "$together$via" ] || return 0
	{
		echo "${rs}answer $method $target $status"
		cat "$dir/headers" "$dir/body"
	} >>"$records" 2>/dev/null
}

# shots_record: those of the shots that nobody has forgotten yet.
shots_record() {
	set --
	for shot_of in "$dir"/shots/*.asked; do
		shot_of=${shot_of%.asked}
		[ -s "$shot_of.headers" ] || continue
		set -- "$@" "$shot_of.asked" "$shot_of.status" \
		    "$shot_of.headers" "$shot_of.body"
	done
	[ $# -eq 0 ] || cat "$@" >>"$records" 2>/dev/null
}

# answers_leave: them all to t/9900-answers.t.
answers_leave() {
	shots_record
	[ -s "$records" ] || return 0
	mkdir -p "$records_dir" &&
	    cp "$records" "$records_dir/$(basename "$0" .t)"
}
