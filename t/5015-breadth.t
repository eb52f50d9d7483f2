#!/bin/sh
# SPDX-License-Identifier: MIT
# Routes of every kind that the table can tell, asked through nginx: methods,
# roles, queries, pages, bodies with members of each type, answers of each size.
. "${top_srcdir:-.}/t/lib.sh"
one_pool
conf worker_path "$top_builddir/t/trial.fcgi"
shop_start
as 2

# ---- Methods, from the table

allows() {
	request OPTIONS "$1"
	is "$status $(header Allow) $(header X-Request-Id | wc -w)" "204 $2 1" \
	    "OPTIONS $1"
	user MKCOL "$1"
	is_problem 405 method_not_allowed 'another method'
	is "$(header Allow)" "$2" 'tells the same'
}
allows /v1/notes 'GET, HEAD, POST'
allows /v1/notes/1 PUT
allows /v1/notes/1/part PATCH
allows /v1/notes/1/gone DELETE
user GET /v1/notes/1/gone
is_problem 405 method_not_allowed 'a path may have DELETE alone'

# ---- Roles

user DELETE /v1/notes/1/gone
is_problem 403 forbidden 'a customer may not'
request DELETE /v1/notes/1/gone
is_problem 401 missing_token 'nor may nobody'
as 99
user DELETE /v1/notes/1/gone
is_problem 401 unknown_user 'nor a user who never was'
sql "UPDATE users SET role = 'admin' WHERE id = 2"
as 2
user DELETE /v1/notes/1/gone
is "$status $(header Content-Length)$(header Content-Type) $(header Cache-Control)" \
    '204  no-store' 'an admin may, and gets no body'
sql "UPDATE users SET status = 'closed' WHERE id = 2"
user DELETE /v1/notes/1/gone
is_problem 401 unknown_user 'but none who is closed'
sql "UPDATE users SET status = 'active' WHERE id = 2"
user DELETE /v1/notes/0/gone
is_problem 400 invalid_parameter 'the id in a path'
is "$(json '.errors[0].parameter')" '"noteId"' 'has the name that the pattern gives it'

# ---- A body with strings, choices, truth values

put() { user PUT /v1/notes/7 -H 'Content-Type: application/json' -d "$1"; }
put '{"mood": "sad", "text": "무선\u0020é!"}'
is "$status $(json .)" \
    '201 {"id":7,"text":"무선 é!","mood":"sad","loud":false}' 'all came'
put '{"mood": "sad", "text": "무선 마우스", "loud": 1}'
is_problem 422 validation_failed 'every fault'
is "$(json '[.errors[] | [.pointer, .code, .max, .detail]]')" \
    '[["/text","too_long",5,"text must have at most 5 characters."],["/loud","wrong_type",null,"loud must be true or false."]]' \
    'is told'
put '{"mood": "angry", "text": ""}'
is "$(json '[.errors[] | [.pointer, .code, .detail]]')" \
    '[["/text","out_of_range","text must not be empty."],["/mood","wrong_type","mood must be one of: glad, sad."]]' \
    'of each type'

# ---- Members that are missing, or null

part() {
	user PATCH /v1/notes/7/part -H 'Content-Type: application/json' -d "$1"
	is "$status $(json .)" "$2" "$1"
}
part '{}' '200 {"text":"absent","number":"absent"}'
part '{"text": null}' '200 {"text":"null","number":"absent"}'
part '{"text": "x", "number": 0}' '200 {"text":"given","number":"given"}'
user PATCH /v1/notes/7/part -H 'Content-Type: application/json' -d '{"number": null}'
is "$status $(json '[.errors[] | [.pointer, .code]]')" \
    '422 [["/number","wrong_type"]]' 'null where it may not be'

# ---- What a request means

print() {
	post /v1/notes "$1"
	json .fingerprint
}
one=$(print '{"mood": "glad", "text": "a b"}')
is "$(print '{"text": "\u0061 b" , "mood":"glad"}')" "$one" \
    'the same values are one request, however they are written'
for other in '{"mood": "sad", "text": "a b"}' '{"mood": "glad", "text": "a  b"}' \
    '{"mood": "glad", "text": "a b", "loud": true}'; do
	another=$(print "$other")
	[ "${#another}" = 34 ] && [ "$another" != "$one" ]
	ok "$other is another one"
done

is "$(print '{"mood": "glad", "text": "a b", "loud": false}')" "$one" \
    'what is left out is what it would be anyway'

# ---- A body that need not be

user POST /v1/notes/7/done
is "$status $(json .id)" '200 7' 'without a body'
post /v1/notes/7/done '{}'
is "$status $(json .id)" '200 7' 'or with {}'
post /v1/notes/7/done '{"x": 1}'
is_problem 422 validation_failed 'but not with members'
post /v1/notes/7/done '[]'
is_problem 422 validation_failed 'nor another value'

# ---- Queries and pages

user GET '/v1/notes?limit=0&least=x&cursor=&unknown=%zz'
is_problem 400 invalid_parameter 'every parameter at fault'
is "$(json '[.errors[] | [.parameter, .code]]')" \
    '[["limit","out_of_range"],["least","wrong_type"],["cursor","out_of_range"]]' \
    'is told'
user GET '/v1/notes?limit=2&limit=2'
is "$status $(json '[.errors[] | [.parameter, .code]]')" \
    '400 [["limit","duplicate"]]' 'one that is there twice'
user GET /v1/notes
is "$status $(json '.items | length') $(json '.items[0].id') $(json '.items[-1].id')" \
    '200 20 1 20' 'a page has 20'
user GET '/v1/notes?limit=100'
pages=0
: >"$dir/ids"
while :; do
	json '.items[].id' >>"$dir/ids"
	pages=$((pages + 1))
	next=$(header Link | sed -n 's/^<\(.*\)>; rel="next"$/\1/p')
	cursor=$(json .nextCursor | tr -d '"')
	[ -n "$next" ] || break
	is "$(echo "$next" | grep -cF "cursor=$cursor")" 1 'the link has the cursor'
	user GET "$next"
done
is "$pages $cursor $(sort -un "$dir/ids" | wc -l) $(wc -l <"$dir/ids")" \
    '3 null 250 250' 'three pages, each note once'
user GET '/v1/notes?limit=2&least=100'
cursor=$(json .nextCursor | tr -d '"')
user GET "/v1/notes?limit=5&least=100&cursor=$cursor"
is "$status $(json '.items[0].id')" '200 103' 'another limit goes on'
for bad in "least=99&cursor=$cursor" "cursor=$cursor" \
    "least=100&cursor=x$cursor" "least=100&cursor=${cursor%?}"; do
	user GET "/v1/notes?$bad"
	is "$status $(json '[.errors[] | .parameter]')" '400 ["cursor"]' \
	    'a cursor of another list is none'
done
as 1
user GET "/v1/notes?least=100&cursor=$cursor"
is_problem 400 invalid_parameter 'nor is another user'\''s'

# ---- How large an answer may be

most=$(sed -n 's/^#define RESPONSE_BYTES_MAX[[:space:]]*//p' \
    "$top_srcdir/src/base/limits.h")
request GET "/v1/large?bytes=$most"
is "$status $(wc -c <"$dir/body")" "200 $most" 'as large as may be'
like "$(header ETag)" '^"' 'with its tag'
request GET "/v1/large?bytes=$((most + 1))"
is_problem 500 internal 'a byte more is an error, and no cut answer'
is "$(header ETag)$(header Cache-Control)" no-store 'which nobody keeps'
like "$(grep response_too_large "$dir/log/shopd.log")" \
    "level=error .*$((most + 1)) bytes" 'and the log says so'
finish
