#!/bin/sh
# SPDX-License-Identifier: MIT
# A product is shown as it is right now.
. "${top_srcdir:-.}/t/lib.sh"
shop_start

# ---- Shown

request GET /v1/products/1
is "$status" 200 'a product is shown'
is "$(json '[keys_unsorted]')" '[["id","name","description","price","stock","imageUrl","version"]]' \
    'with its seven members, no more'
is "$(json '[.id, .price, .stock]')" '[1,12000,120]' 'its numbers are numbers'
is "$(json .name)" '"유기농 보성 녹차 100g"' 'its Korean name, byte for byte'
is "$(json .description)" '"보성에서 첫물로 딴 잎을 덖었습니다."' \
    'and its description'
is "$(header Content-Type)" application/json 'as JSON'
is "$(header Content-Length)" "$(wc -c <"$dir/body")" 'of the length it says'
unlike "$(header Cache-Control)" 'max-age=[1-9]|immutable' \
    'nobody is told that a stock lasts'
shown=$headers

# Only raw can a body after HEAD be seen: curl ignores it.
printf 'HEAD /v1/products/1 HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n' |
    curl -s --max-time 10 --unix-socket "$dir/http.sock" telnet://shop |
    tr -d '\r' >"$dir/raw"
is "$(sed '1,/^$/d' "$dir/raw" | wc -c)" 0 'HEAD has no body'
varying='^(X-Request-Id|Date|Connection):'
is "$(sed '/^$/d' "$dir/raw" | grep -Eiv "$varying")" \
    "$(printf '%s\n' "$shown" | grep -Eiv "$varying")" \
    'but the status and headers of GET'

request GET '/v1/products/1?whatever=1'
is "$(json .id)" 1 'a query it does not know is ignored'
request GET /v1/products/%31
is "$(json .id)" 1 'an escaped digit is a digit (RFC 3986)'

# ---- Not there

request GET /v1/products/25
is_problem 404 product_not_found 'the product after the last one'
request GET /v1/products/9007199254740991
is_problem 404 product_not_found 'the largest id there can be'
request HEAD /v1/products/25
is "$status" 404 'HEAD says so too'

for id in abc 0 -1 01 1.5 1e0 +1 0x1 1a 9007199254740992 9223372036854775807 \
    9223372036854775808 18446744073709551617 1%20 %201 %30 1%0a 1%2F %2B1; do
	request GET "/v1/products/$id"
	is_problem 400 invalid_parameter "$id is no id"
	case $id in
	0|-1|%30|9[0-9]*|18[0-9]*) wanted='["id","out_of_range",1,9007199254740991]' ;;
	*) wanted='["id","wrong_type",null,null]' ;;
	esac
	is "$(json '.errors[] | [.parameter, .code, .min, .max]')" "$wanted" \
	    "$id: which parameter, and what is wrong with it"
done
for id in %zz 1% 1%2 1%00; do
	request GET "/v1/products/$id"
	is_problem 400 bad_request "$id is not even a path: nginx says so"
done
request GET /v1/products/
is_problem 404 not_found 'no id at all is another path'
request GET /v1/products/1/
is_problem 404 not_found 'and so is more behind it'

# ---- Always the present

as 6
post /v1/orders '{"items": [{"productId": 1, "quantity": 7}]}'
is "$status" 201 'seven are sold'
request GET /v1/products/1
is "$(json .stock)" 113 'and are gone from the stock at once'

sql 'UPDATE products SET price = 12500 WHERE id = 1; CALL product_index(1)'
request GET /v1/products/1
is "$(json .price)" 12500 'so is a new price there at once'

# ---- Only when it has changed

request GET /v1/products/1
tag=$(header ETag)
like "$tag" '^"[0-9a-f]{16}"$' 'it has a tag'
for known in "$tag" "W/$tag" '*' "\"x\", $tag" "\"x\",W/\"y\" ,$tag,\"z\""; do
	: >"$dir/body"
	request GET /v1/products/1 -H "If-None-Match: $known"
	is "$status $(header ETag) $(wc -c <"$dir/body")" "304 $tag 0" \
	    "who has it is told so: $known"
done
is "$(header Cache-Control) $(header Content-Type) $(header Content-Length)" \
    'no-cache  ' 'and nothing of what is not there'
request HEAD /v1/products/1 -H "If-None-Match: $tag"
is "$status $(header ETag)" "304 $tag" 'HEAD as GET'
for other in '"x"' "${tag%?}" "$(echo "$tag" | tr -d '"')" '"*"' ', ,' 'W/' \
    "\"$tag\"" "x $tag"; do
	request GET /v1/products/1 -H "If-None-Match: $other"
	is "$status $(json .id)" '200 1' "who has another gets it: $other"
done
request GET /v1/products/2 -H "If-None-Match: $tag"
is "$status $(json .id)" '200 2' 'the tag of another product is none'
request GET /v1/products/99 -H 'If-None-Match: *'
is "$status" 404 'nobody has what is not there'
post /v1/orders '{"items": [{"productId": 1, "quantity": 1}]}'
request GET /v1/products/1 -H "If-None-Match: $tag"
is "$status $(json .stock)" '200 112' 'one more sold, and it is another'
[ "$(header ETag)" != "$tag" ]
ok 'with another tag'
request GET /v1/points/balance -H "Authorization: Bearer $bearer" \
    -H 'If-None-Match: *'
is "$status $(header ETag)" '200 ' 'what is private has none'

# ---- What the operator adds

id=$(ctl product add --name '한지 "등" \ 1호 👘' --price 9007199254740991 \
    --stock 0 --description "$(printf 'two\tlines\nof <b>text</b>')")
is "$id" 25 'shopctl says the new id'
request GET "/v1/products/$id"
is "$(json '[.id, .name, .description, .stock]')" \
    '[25,"한지 \"등\" \\ 1호 👘","two\tlines\nof <b>text</b>",0]' \
    'and what it added is shown, escaped'
like "$body" '"price":9007199254740991,' 'every digit of the largest price'
sold_out=$(ctl product add --name n --price 1 --stock 3)
request GET "/v1/products/$sold_out"
is "$(json '[.description, .price, .stock]')" '["",1,3]' \
    'without a description it is empty'

# There is nothing to show when this fails, and nothing is stored.
products=$(sql 'SELECT COUNT(*) FROM products')
ctl product add --name n --price 0 --stock 1 2>"$dir/why" >"$dir/out"
is "$? $(cat "$dir/out")" '2 ' 'a product for nothing is refused'
is "$(wc -l <"$dir/why")" 1 'in one line'
is "$(sql 'SELECT COUNT(*) FROM products')" "$products" 'and is not stored'
finish
