#!/bin/sh
# SPDX-License-Identifier: MIT
# Whatever a client sends: one answer, complete, and nothing changes.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
as 1
digest=$(tables)
charge=/v1/points/charge
in=$dir/in

# ---- The media type

# typed TYPE: a charge of this type; without one where it is empty.
typed() {
	user POST $charge -H "Content-Type:${1:+ $1}" --data-binary '{"amount": 0}'
}

for type in '' text/plain application/x-www-form-urlencoded \
    multipart/form-data 'application/json; charset=latin1' \
    'application/json; charset=utf-16' 'application/json; x=' \
    'application/json; charset=utf-8; charset=latin1' \
    application/jsonp application/json5 application/problem+json \
    application text/json 'json' 'application/json,text/plain'; do
	typed "$type"
	is_problem 415 unsupported_media_type "a body that is ${type:-of no type}"
	is "$(header Accept), $(header Accept-Encoding)" 'application/json, ' \
	    'is told which type it must be'
done
for type in application/json 'application/json; charset=utf-8' \
    'Application/JSON;charset=UTF-8' 'application/json ; charset="utf-8"' \
    'application/json;' 'application/json; x=y' \
    'application/json;odata=verbose;charset=utf-8;'; do
	typed "$type"
	is_problem 422 validation_failed "a body that is $type is read"
done

# coded CODING: a charge that says so of its body.
coded() {
	coding_said=$1
	shift
	post $charge '{"amount": 0}' -H "Content-Encoding: $coding_said" "$@"
}
for coding in gzip GZIP br zstd deflate unknown 'gzip, identity' \
    'identity, gzip' 'identity;q=1' '*'; do
	coded "$coding"
	is_problem 415 unsupported_media_type "a body in $coding"
	is "$(header Accept-Encoding), $(header Accept)" 'identity, ' \
	    'is told that none will do'
done
for coding in identity Identity 'identity, identity' ''; do
	coded "$coding"
	is_problem 422 validation_failed "a body in '$coding' is read"
done
for coding in gzip identity; do
	coded identity -H "Content-Encoding: $coding" -H 'Content-Encoding: gzip'
	is_problem 415 unsupported_media_type "two fields, $coding among them"
done
user POST $charge -H 'Content-Type: text/plain' -H 'Content-Encoding: gzip' -d x
is "$status $(header Accept-Encoding)" '415 identity' 'the coding is the first hurdle'
user GET /v1/points/balance -H 'Content-Encoding: gzip'
is "$status" 200 'where there is no body, none minds'

# ---- Its size: 65536 bytes

# padded BYTES: a charge of nothing, with blanks to that length.
padded() {
	printf '{"amount": 0%*s}' $(($1 - 13)) '' >"$in"
}

padded 65536
is "$(wc -c <"$in")" 65536 'a body of 65536 bytes'
post $charge "@$in"
is_problem 422 validation_failed 'it is read to its end'
post $charge "@$in" -H 'Transfer-Encoding: chunked'
is_problem 422 validation_failed 'chunked as well'
padded 65537
post $charge "@$in"
is_problem 413 payload_too_large 'one byte more is too much'
is "$(header Cache-Control)" no-store 'and that is not kept'
post $charge "@$in" -H 'Transfer-Encoding: chunked'
is_problem 413 payload_too_large 'chunked as well'
head -c 2000000 /dev/zero >"$in"
post /v1/orders "@$in"
is_problem 413 payload_too_large 'two million more are, too'

# ---- What is no JSON: octal escapes, and what is wrong with it

while read -r text why; do
	printf "$text" >"$in"
	post $charge "@$in"
	is_problem 400 malformed_json "${why:-$text}"
	like "$(json .detail)" '^"[^"].* at byte [0-9]+[.]"$' 'it says where'
done <<'END'
\357\273\277{"amount":1} a byte order mark
{"amount":1}\000 a NUL behind
{"amount"\000:1} a NUL inside
{"amount":1,"x":"a\000b"} a NUL in a string
{"amount":1,"x":"a\\u0000b"} an escaped NUL
{"amount":1,"x":"a\\u0000} an escaped NUL for the closing quote
{"amount":1,"amount":1} a member twice
{"amount":1,"\\u0061mount":2} twice, one escaped
{"amount":1,"x":{"y":1,"y":1}} twice, further in
{"amount":1,"x":"\377"} a byte that is no UTF-8
{"amount":1,"x":"\300\200"} an overlong NUL
{"amount":1,"x":"\355\240\200"} a surrogate in UTF-8
{"amount":1,"x":"\364\220\200\200"} above U+10FFFF
{"amount":1,"x":"\352\260"} half a character
{"amount":1,"x":"\\ud800"} half a pair
{"amount":1,"x":"\\q"} an escape that is none
{"amount":1,"x":"\001"} a control character
{"amount":1}{"amount":1} two documents
{"amount":1}x a byte behind
{"amount":1},
{"amount":1,}
{"amount":1
{"amount":}
{"amount"}
{,}
{amount:1}
{'amount':1}
{"amount":01}
{"amount":+1}
{"amount":1.}
{"amount":.5}
{"amount":1e}
{"amount":0x10}
{"amount":-}
{"amount":NaN}
{"amount":Infinity}
{"amount":True}
{"amount":1}/**/ a comment
{"amount":[1,]}
"amount
amount=1
\040\011\012 blanks alone
END
: >"$in"
post $charge "@$in"
is_problem 400 malformed_json 'an empty body'
user POST $charge -H 'Content-Type: application/json'
is_problem 400 malformed_json 'no body'
printf '{\0\141\0' >"$in"
post $charge "@$in"
is_problem 400 malformed_json 'UTF-16'
is "$(json .detail)" \
    '"A member'\''s name in quotes is expected at byte 1."' 'told where'
post $charge '{"amount": 1000, "amount": 1}'
is "$(json .detail)" \
    '"There is a duplicate member \"amount\" at byte 17."' 'told which, and where'
head -c 3000 /dev/urandom >"$in"
post $charge "@$in"
is_problem 400 malformed_json 'noise'
printf '%060000d' 0 | tr 0 '[' >"$in"
post $charge "@$in"
is_problem 400 malformed_json 'sixty thousand brackets'

# Sixteen deep is JSON still, if not what we want.
deep='{"amount":0,"x":[[[[[[[[[[[[[[[7]]]]]]]]]]]]]]]}'
post $charge "$deep"
is_problem 422 validation_failed 'sixteen deep'
post $charge "$(echo "$deep" | sed 's/7/[7]/')"
is_problem 400 malformed_json 'seventeen deep'
post $charge "$(echo "$deep" | sed 's/7/{}/')"
is_problem 400 malformed_json 'seventeen, be the last an object'
post $charge '{"amount":1,"x":"\ud83d\ude00 김 \"\\\/\b\f\n\r\t"}'
is_problem 422 validation_failed 'every escape there is'

# As many faults as fit into a body: an answer, and not an endless one.
{ printf '{"amount":0'; i=0
while [ $i -lt 5000 ]; do
	i=$((i + 1))
	printf ',"%d":0' $i
done; printf '}'; } >"$in"
post $charge "@$in"
is_problem 422 validation_failed 'five thousand unknown members'
is "$(json '.errors[0].pointer')" '"/amount"' 'the first is told'
{ printf '{"items":[0'; printf ',0%.0s' $(seq 30000); printf ']}'; } >"$in"
post /v1/orders "@$in"
is_problem 422 validation_failed 'thirty thousand lines'
is "$(json '.errors[0].pointer')" '"/items"' 'and so is this'

# ---- A body sent in pieces is one body

printf '{"items": [{"productId": 999, "quantity": 1}]}' >"$in"
post /v1/orders "@$in" -H 'Transfer-Encoding: chunked'
is_problem 404 product_not_found 'a chunked order is understood'

# ---- Paths and methods

for path in /v1 /v1/ /v1/points /v1/points/charge/ /v1//points/charge \
    /V1/points/charge /v1/product /v1/orders/ /v1/orders/1/x /v2/orders \
    /v1/points/balance.json /v1/./points/balance /v1/x/../points/balance \
    '/v1/points%2Fbalance' /index.php /.git/config /shop.conf; do
	user GET "$path"
	is_problem 404 not_found "$path"
done
request GET /v1/user/me
is_problem 404 not_found 'without a token as well'
request GET "/v1/products/1?$(printf '%04090d' 0)"
is_problem 414 uri_too_long 'a target of more than 4096 bytes'
request GET /v1/products/1 -H "X-Much: $(printf '%09000d' 0)"
is_problem 431 header_too_large 'a header of more than 8 KiB'

# Every route there is, and what it allows.
# PATH METHODS of each, with 1 for an id.
allowed=$(sed -n 's/^ROUTE(\([A-Z]*\), "\([^"]*\)".*/\2 \1/p' \
    "$top_srcdir/src/web/routes.def" | sed 's/{[A-Za-z]*}/1/' |
    awk '{ has[$1, $2] = 1; if (!($1 in known)) paths[++n] = $1; known[$1] = 1 }
	END {
		split("GET POST PUT PATCH DELETE", order, " ")
		for (i = 1; i <= n; i++) {
			list = ""
			for (m = 1; m <= 5; m++)
				if ((paths[i], order[m]) in has)
					list = list ", " (m == 1 ? "GET, HEAD" : order[m])
			print paths[i] substr(list, 2)
		}
	}')
[ "$(echo "$allowed" | wc -l)" -ge 8 ]
ok 'there are routes'
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
is "$status $(header Location)" '201 /v1/orders/1' 'one order, to look at'
digest=$(tables)
while read -r path allow; do
	wrong=
	for method in GET POST PUT PATCH DELETE PROPFIND; do
		case ", $allow," in *" $method,"*) continue ;; esac
		user $method "$path"
		[ "$status $(header Allow) $(json .code)" = \
		    "405 $allow \"method_not_allowed\"" ] || wrong="$wrong $method"
	done
	is "$wrong" '' "$path allows $allow and nothing else"
	request OPTIONS "$path"
	is "$status $(header Allow) $(header Cache-Control) $(wc -c <"$dir/body")" \
	    "204 $allow no-store 0" "$path: OPTIONS tells the same"
	case $allow in
	*GET*)
		# What was asked before is in /metrics.
		[ "$path" = /metrics ] && length= || length=Content-Length
		user GET "$path"
		got="$status $(header Content-Type) $(header $length) $(header Cache-Control)"
		user HEAD "$path"
		is "$status $(header Content-Type) $(header $length) $(header Cache-Control)" \
		    "$got" "$path: HEAD as GET"
		;;
	*)
		user HEAD "$path"
		is "$status $(header Allow)" "405 $allow" "$path: no GET, no HEAD"
		;;
	esac
done <<END
$allowed
END
user DELETE /v1/orders/1
is_problem 405 method_not_allowed 'a refused method is a problem'
user PUT /v1/products/abc
is_problem 405 method_not_allowed 'whatever the id'
user OPTIONS /v1/products/abc
is "$status $(header Allow)" '204 GET, HEAD, PATCH' 'nor does OPTIONS ask for one'
user OPTIONS /v1/nothing
is_problem 404 not_found 'OPTIONS of nothing'
user PUT /v1/nothing
is_problem 404 not_found 'but where there is nothing, no method is better'

# ---- The request id

for id in a 0 A.b_c-9 "$(printf '%064d' 7)"; do
	request GET /v1/products/1 -H "X-Request-Id: $id"
	is "$(header X-Request-Id)" "$id" "the id $id is kept"
done
request GET /v1/products/999 -H 'X-Request-Id: mine'
is "$(json '[.requestId, .instance]') $(header X-Request-Id)" \
    '["mine","/problems/product_not_found#mine"] mine' 'in a problem, too'
padded 65537
post $charge "@$in" -H 'X-Request-Id: mine'
is "$status $(json .requestId) $(header X-Request-Id)" '413 "mine" mine' \
    "in one of nginx's as well"
for id in '' 'a b' 'a/b' 'a"b' 'a,b' "$(printf '%065d' 7)" "$(printf '\303\251')" \
    '<script>'; do
	# curl sends an empty header for a semicolon.
	request GET /v1/products/1 -H "X-Request-Id$([ "$id" ] && echo ": $id" || echo ';')"
	like "$(header X-Request-Id)" '^[A-Za-z0-9._-]{1,64}$' \
	    "instead of '$(printf '%.20s' "$id")' one is made"
done
for id in '<script>' 'a"b' "$(printf '%065d' 7)"; do
	post $charge "@$in" -H "X-Request-Id: $id"
	like "$status $(header X-Request-Id)" '^413 [A-Za-z0-9._-]{1,64}$' \
	    "nginx makes one instead of '$(printf '%.20s' "$id")' as well"
done
request GET /healthz
one=$(header X-Request-Id)
request GET /healthz
two=$(header X-Request-Id)
like "$one $two" '^[A-Za-z0-9._-]{16,64} [A-Za-z0-9._-]{16,64}$' \
    'each request has an id'
unlike "$one" "^$two\$" 'of its own'
is "$(grep -c "id=$two " "$dir/log/shopd.log")" 1 'by which the log knows it'

request GET /healthz
is "$status" 200 'after all this the shop is well'
is "$(tables)" "$digest" 'and has every row it had'
finish
