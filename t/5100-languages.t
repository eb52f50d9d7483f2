#!/bin/sh
# SPDX-License-Identifier: MIT
# Problems in the language that Accept-Language asks for, the application's and
# nginx's; codes and successes don't change.
. "${top_srcdir:-.}/t/lib.sh"
limits=shipped
shop_start
# Our English is ASCII, Korean is not.
korean='[^ -~]'

# spoken LANGUAGE TEXT: the problem is in it, and says so.
spoken() {
	is "$(header Content-Language) $(headers_of Vary | grep -c 'Accept-Language')" "$1 1" \
	    "$2: $1, and caches are told"
	spoken_title=$(json .title | LC_ALL=C grep -cE "$korean")
	spoken_detail=$(json .detail | LC_ALL=C grep -cE "$korean")
	case $1 in
	ko) is "$spoken_title $spoken_detail" '1 1' "$2: title and detail" ;;
	en) is "$spoken_title $spoken_detail" '0 0' "$2: title and detail" ;;
	esac
}
headers_of() { printf '%s\n' "$headers" | sed -n "s/^$1: //Ip"; }
in_korean() {
	in_method=$1
	in_target=$2
	shift 2
	user "$in_method" "$in_target" -H 'Accept-Language: ko-KR,ko;q=0.9,en;q=0.8' "$@"
}

# ---- The application

as 2
user GET /v1/products/99
is_problem 404 product_not_found 'without a header'
spoken en 'without a header'
in_korean GET /v1/products/99
is_problem 404 product_not_found 'by a Korean browser'
spoken ko 'by a Korean browser'
is "$(json .detail)" '"99번 상품이 없습니다."' 'with its arguments'
while IFS='|' read -r accept language; do
	user GET /v1/products/99 -H "Accept-Language: $accept"
	spoken "$language" "$accept"
	user GET /problems/lost -H "Accept-Language: $accept"
	is_problem 404 not_found "$accept: nginx"
	spoken "$language" "nginx: $accept"
done <<'END'
ko|ko
en|en
en-US,en;q=0.9,ko;q=0.8|en
ko;q=0.9, en;q=0.8|ko
en;q=0.8, ko;q=0.9|ko
en, ko|en
ko, en|ko
ko;q=0|en
ko;q=0.0, en;q=0.5|en
en;q=0, ko|ko
fr-FR, ko;q=0.2|ko
fr|en
KO-kr|ko
END
post /v1/orders '{"items": [{"productId": 1, "quantity": 0}, {"productId": 2, "colour": 1}]}' \
    -H 'Accept-Language: ko'
is_problem 422 validation_failed 'faults of a body'
spoken ko 'faults of a body'
is "$(json '[.errors[].detail]' | LC_ALL=C grep -oE '"[^"]*'"$korean"'[^"]*"' | wc -l)" \
    "$(json '.errors | length')" 'each of them'
is "$(json '[.errors[].code]')" '["out_of_range","missing","unknown"]' 'their codes are codes'
in_korean GET '/v1/orders?limit=0'
is "$(json '.errors[0].detail')" '"limit은(는) 1부터 100까지여야 합니다."' 'a parameter'
post /v1/orders '{' -H 'Accept-Language: ko'
is_problem 400 malformed_json 'no JSON'
spoken ko 'no JSON'
bearer=nonsense
in_korean GET /v1/cart
is_problem 401 invalid_token 'a token'
spoken ko 'a token'
as 2
in_korean GET /v1/products/1
is "$status $(header Content-Language) $(headers_of Vary | grep -c Language)" '200  0' \
    'a success is in no language'
one=$body
user GET /v1/products/1
is "$body" "$one" 'and is the same in each'
db_stop
in_korean GET /v1/points/balance
is_problem 503 unavailable 'the database is away'
spoken ko 'the database is away'
db_start

# ---- nginx

in_korean GET "/v1/products/1?$(head -c 4096 /dev/zero | tr '\0' x)"
is_problem 414 uri_too_long 'a target that is too long'
spoken ko 'a target that is too long'
in_korean POST /openapi.yaml
is_problem 405 method_not_allowed 'a page'\''s method'
spoken ko 'a page'\''s method'
raw 'GET /v1/cart HTTP/1.1\r\nAccept-Language: ko\r\nHost: a\r\nHost: b\r\n\r\n'
is_problem 400 bad_request 'two hosts'
spoken ko 'two hosts'
head -c 70000 /dev/zero >"$dir/large"
in_korean POST /v1/orders --data-binary "@$dir/large"
is_problem 413 payload_too_large 'a body that is too large'
spoken ko 'a body that is too large'
pool_stop
in_korean GET /v1/points/balance
is_problem 503 unavailable 'no pool'
spoken ko 'no pool'
user GET /openapi.yaml -H 'Accept-Language: ko'
is "$status $(header Content-Language)" '200 ' 'a page is in no language'
finish
