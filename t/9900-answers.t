#!/bin/sh
# SPDX-License-Identifier: MIT
# What all tests were answered is what the OpenAPI document says, by Prism's own
# validator.  `make check` runs this when the others are done; with some tests
# alone, name it behind them: make check TESTS='t/3110-cart.t t/9900-answers.t'
. "${top_srcdir:-.}/t/lib.sh"
contract_need
shop_start

# ---- It sees what is wrong

as 1
user GET /v1/points/balance
shot one GET /v1/products/1
shots_record
cp "$records" "$dir/good"
# damaged NAME SCRIPT: they are wrong, by this sed.
damaged() {
	sed "$2" "$dir/good" >"$dir/$1"
	cmp -s "$dir/good" "$dir/$1" && bail "sed found nothing: $2"
}
damaged type 's/"balance":[0-9]*/"balance":"10"/'
damaged member 's/"stock"/"stocks"/'
damaged header 's/^\(X-Request-Id\)/\1s/'
damaged media 's/^\(Content-Type: \)application/\1text/'
damaged status 's/\(answer GET .*\) 200$/\1 202/'
damaged json 's/"balance":/&,/'
damaged page 's/\(HTTP.* \)200/\1418/; s/\(answer GET .*\) 200$/\1 418/'
answers_check "$dir/good" "$dir/type" "$dir/member" "$dir/header" \
    "$dir/media" "$dir/status" "$dir/json" "$dir/page" >"$dir/found"
is "$? $(sed -n 's/^# \(.*\), .*/\1/p' "$dir/found")" '1 16 answers of 6 kinds' \
    'answers are judged'

# said NAME LINE TEXT: that line is the first about the file.
said() {
	is "$(grep -m 1 "^$1: " "$dir/found")" "${2:+$1: GET $2}" "$3"
}
said good '' 'nothing is wrong with those that came'
said type '/v1/points/balance 200: Response body property balance must be integer' \
    'a member of another type is seen'
said member "/v1/products/1 200: Response body must have required property 'stock'" \
    'one that is missing'
said header "/v1/points/balance 200: Response header must have required property 'x-request-id'" \
    'a header that is missing'
said media '/v1/points/balance 200: The received media type "text/json" does not match the one specified in the current response: application/json' \
    'another media type'
said status "/v1/points/balance 202: Response body must have required property 'code'" \
    'a status that no such answer has'
like "$(grep -m 1 '^json: ' "$dir/found")" 'Unexpected token' 'what is no JSON'
said page "/v1/points/balance 418: Response body must have required property 'code'" \
    'an error that is no problem'

sed 's/^      type: object$/      type: objekt/' "$openapi" >"$dir/openapi.yaml"
found=$(openapi=$dir/openapi.yaml; answers_check "$dir/good")
is "$? $(echo "$found" | grep -c ': its schema catches nothing$')" \
    "2 $(echo "$found" | wc -l)" 'a schema that lets all pass is seen, too'

# ---- All of them

set -- "$records_dir"/*
if [ -e "$1" ]; then
	answers_check "$@" >"$dir/found"
	sed -n "s/^# /# of $# tests: /p" "$dir/found"
	is "$(grep -v '^# ' "$dir/found")" '' 'each answer of the tests is right'
	# Each is judged once: what runs next may be other code.
	rm -rf "$records_dir.judged"
	mv "$records_dir" "$records_dir.judged"
else
	pass 'each answer of the tests is right # SKIP none has run before'
fi
finish
