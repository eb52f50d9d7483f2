#!/bin/sh
# SPDX-License-Identifier: MIT
# The OpenAPI document is one, to a tool that knows what one is.
. "${top_srcdir:-.}/t/lib.sh"
contract_need

found=$(openapi_lint "$openapi")
is "$? $found" '0 ' 'Redocly has nothing to say'

# ---- As JSON, where nobody had to read it

json_of() { node "$contract/json.mjs" "$1"; }
json_of "$openapi" >"$dir/openapi.json" 2>"$dir/err"
ok 'it is made JSON of'
is "$(cat "$dir/err")" '' 'without a complaint'
cmp -s "$dir/openapi.json" "${openapi%.yaml}.json"
ok 'which openapi.json is: else run npm run json in t/contract'

# ---- It would have

# damaged SCRIPT TEXT: the document after that sed.
damaged() {
	sed "$1" "$openapi" >"$dir/openapi.yaml"
	cmp -s "$openapi" "$dir/openapi.yaml" && bail "sed found nothing: $1"
	found=$(openapi_lint "$dir/openapi.yaml")
	[ $? -eq 1 ]
	ok "$2 is seen"
	like "$found" "$3" 'by its name'
}
damaged 's|schemas/Transaction.}|schemas/Transactoin'"'"'}|' 'a reference that leads nowhere' \
    no-unresolved-refs
damaged 's/operationId: readBalance/operationId: chargePoints/' 'an operation twice' \
    operation-operationId-unique
finish
