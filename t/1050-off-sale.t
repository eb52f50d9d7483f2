#!/bin/sh
# SPDX-License-Identifier: MIT
# Admins list, order and search what is off sale; nobody else does.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
promote 1
as 1

ids() { json '[.items[].id]'; }
# off [QUERY [...]]: the list of what is off sale; what follows goes to curl.
off() {
	off_query=${1:+&$1}
	[ $# -eq 0 ] || shift
	user GET "/v1/products?onSale=false$off_query" "$@"
}
put_sale() {
	user PATCH "/v1/products/$1" -H 'Content-Type: application/json' \
	    -d "{\"version\": $(sql "SELECT version FROM products WHERE id = $1"),
	    \"onSale\": $2}"
}
# pages QUERY: the ids of all pages, from the first on, by their links.
pages() {
	off "$1"
	all=$(json '.items[].id')
	pages=1
	while next=$(header Link | sed 's/^<\([^>]*\)>.*/\1/') &&
	    [ -n "$next" ] && [ $pages -lt 30 ]; do
		pages=$((pages + 1))
		user GET "$next"
		all="$all $(json '.items[].id')"
	done
	all=$(echo $all)
}

# ---- From one list to the other

off
is "$status $body" '200 {"items":[],"nextCursor":null}' 'all is on sale'
request GET '/v1/products?limit=100'
before=$(header ETag)
put_sale 2 false
request GET '/v1/products?limit=100'
is "$(json '[.items[] | select(.id <= 3) | .id]')" '[1,3]' 'it leaves the one list'
[ "$(header ETag)" != "$before" ]
ok 'whose tag is another'
off
is "$status $(ids)" '200 [2]' 'and is in the other'
user GET /v1/products/2
shown=$(json '{id, name, price, stock, imageUrl}')
off
is "$(json '.items[0]')" "$shown" 'as it is'
put_sale 2 true
off
is "$(ids)" '[]' 'and back'
request GET '/v1/products?limit=100'
is "$(header ETag)" "$before" 'where it was'

# ---- Orders and pages

sql 'UPDATE products SET price = 8500 WHERE id IN (3, 5, 16);
    CALL product_index(3); CALL product_index(5); CALL product_index(16)'
for id in 3 5 7 16 17 20 24; do
	put_sale $id false
done
for sort in 'id id' '-id id DESC' 'price price, id' '-price price DESC, id'; do
	for limit in 1 3 7 100; do
		pages "sort=${sort%% *}&limit=$limit"
		is "$all $pages" "$(sql "SELECT id FROM products
		    WHERE on_sale = 0 ORDER BY ${sort#* }" | xargs) $(((7 + limit - 1) / limit))" \
		    "by ${sort%% *}, $limit a page"
	done
done
off 'limit=3&sort=-id'
next=$(header Link | sed 's/^<\([^>]*\)>.*/\1/')
put_sale 23 false
put_sale 17 true
user GET "$next"
is "$(ids)" '[16,7,5]' 'what comes and goes meanwhile is neither skipped nor told twice'

# ---- Searched

off "q=$(jq -rn '"한지" | @uri')"
is "$(ids)" '[3]' 'a Korean word'
request GET "/v1/products?q=$(jq -rn '"한지" | @uri')"
is "$(ids)" '[]' 'which nobody else finds'
off 'q=COFFEE'
is "$status $(ids)" '200 []' 'what is on sale is not found'
put_sale 2 false
off 'q=cOFFEE'
is "$(ids)" '[2]' 'in whatever case'
off 'q=%25'
is "$(ids)" '[]' '% stands for itself'
off 'q=nothing'
is "$status $(ids)" '200 []' 'nothing'
{
	echo "INSERT INTO products (name, price, stock, on_sale, created_at) VALUES"
	seq 1 1200 | awk '{ printf "%s(\"Widget %d%s\", %d, 0, %d, NOW(3))",
	    (NR > 1 ? "," : ""), $1, ($1 % 40 ? "" : " TOWEL"), $1 % 7 + 1,
	    ($1 % 80 == 0 && $1 % 3 == 0) }'
	echo '; CALL products_index();'
} >"$dir/widgets.sql"
sql_file "$dir/widgets.sql" >/dev/null
for q in towel wIDGET; do
	for sort in 'id id' '-id id DESC' 'price price, id' \
	    '-price price DESC, id'; do
		pages "q=$q&sort=${sort%% *}&limit=100"
		is "$all" "$(sql "SELECT id FROM products WHERE on_sale = 0
		    AND name LIKE '%$q%' ORDER BY ${sort#* }" | xargs)" \
		    "$q by ${sort%% *}"
	done
done
pages 'q=towel&limit=2&sort=price'
is "$pages" "$((($(sql "SELECT COUNT(*) FROM products WHERE on_sale = 0
    AND name LIKE '%towel%'") + 1) / 2))" 'a search has pages'

# ---- At the cost of a page, whichever list it is of

# rows_read: how many the database has stepped over or looked up so far.
rows_read() {
	sql "SHOW GLOBAL STATUS LIKE 'Handler\_read%'" |
	    awk '{ n += $2 } END { print n + 0 }'
}
for sale in true false; do
	for sort in id -id price -price; do
		user GET "/v1/products?limit=3&onSale=$sale&sort=$sort"
		next=$(header Link | sed 's/^<\([^>]*\)>.*/\1/')
		before=$(rows_read)
		looks=$(($(rows_read) - before))
		before=$(rows_read)
		user GET "$next"
		rows=$(($(rows_read) - before - looks))
		[ "$status" = 200 ] && [ $rows -lt 200 ]
		ok "onSale=$sale, by $sort: $rows rows of 1200"
	done
done

# ---- A cursor is of one of the lists

off limit=2
off_next=$(json .nextCursor | tr -d '"')
user GET '/v1/products?limit=2'
next=$(json .nextCursor | tr -d '"')
user GET '/v1/products?limit=2&onSale=true'
on_next=$(json .nextCursor | tr -d '"')
for other in "onSale=false&cursor=$next" "onSale=false&cursor=$on_next" \
    "onSale=true&cursor=$off_next" "cursor=$off_next" \
    "onSale=false&sort=-id&cursor=$off_next"; do
	user GET "/v1/products?limit=2&$other"
	is_problem 400 invalid_parameter "another list's: ${other%%&*}"
	is "$(json '[.errors[].parameter]')" '["cursor"]' 'is told'
done
promote 3
as 3
off "limit=2&cursor=$off_next"
is_problem 400 invalid_parameter "another admin's"
as 1
user GET "/v1/products?limit=2&onSale=true&cursor=$on_next"
is "$status" 200 'its own'

# ---- Who may, and what is kept

off
is "$(header Cache-Control) $(printf '%s\n' "$headers" | grep -ci '^vary: authorization') $(header ETag)" \
    'no-store 1 ' 'no cache keeps it'
off limit=1 -H 'If-None-Match: *'
is "$status" 200 'nor is one asked'
user HEAD '/v1/products?onSale=false'
is "$status $(header Cache-Control)" '200 no-store' 'HEAD as GET'
private() {
	is "$(header Cache-Control) $(header ETag)" 'no-store ' "$1: not kept"
}
for speak in en ko; do
	request GET '/v1/products?onSale=false' -H "Accept-Language: $speak"
	is_problem 401 missing_token 'not for nobody'
	private 'nobody'
	is "$(header Content-Language)" $speak 'in the language asked for'
	like "$(header WWW-Authenticate)" '^Bearer ' 'told how'
	as 2
	user GET '/v1/products?onSale=false' -H "Accept-Language: $speak"
	is_problem 403 forbidden 'not for a customer'
	private 'a customer'
	is "$(header Content-Language)" $speak 'in the language asked for'
	user GET '/v1/products?onSale=no' -H "Accept-Language: $speak"
	is_problem 400 invalid_parameter 'neither true nor false'
	is "$(header Content-Language)" $speak 'in the language asked for'
	is "$(json '[.errors[] | [.parameter, .code]]')" \
	    '[["onSale","wrong_type"]]' 'is told'
done
like "$(json '.errors[0].detail')" '^"onSale은.*true 또는 false' 'by the last of them, too'
for value in '' 1 True 'false&onSale=false'; do
	request GET "/v1/products?onSale=$value"
	is_problem 400 invalid_parameter "onSale=$value"
	is "$(json '[.errors[].parameter]')" '["onSale"]' 'is told'
done
as 99
off
is_problem 401 unknown_user 'a token of nobody'
request GET '/v1/products?onSale=false' -H 'Authorization: Bearer x'
is_problem 401 invalid_token 'a token that is none'
as 1
for sale in true false; do
	request GET "/v1/products?ids=1&onSale=$sale"
	is_problem 400 invalid_parameter "onSale=$sale beside ids"
	is "$(json '[.errors[].parameter]')" '["onSale"]' 'is told'
done
off 'ids=2'
is_problem 400 invalid_parameter 'whoever asks'
sql "UPDATE users SET role = 'customer' WHERE id = 1"
off "limit=2&cursor=$off_next"
is_problem 403 forbidden 'who is no admin any more sees none'

# ---- Everybody else's list is what it was

request GET /v1/products
plain=$body
tag=$(header ETag)
is "$(header Cache-Control) $(printf '%s\n' "$headers" | grep -ci '^vary: authorization')" \
    'no-cache 0' 'a cache may keep it'
# as_it_was TEXT: but for the cursor, which is another filter's.
as_it_was() {
	is "$status $(header Cache-Control) $(json .items)" \
	    "200 no-cache $(printf '%s' "$plain" | jq -c .items)" "$1"
}
request GET '/v1/products?onSale=true'
as_it_was 'said outright'
user GET '/v1/products?onSale=true'
as_it_was 'with a token'
user GET /v1/products
is "$body $(header ETag)" "$plain $tag" 'which is not even looked at'
request GET /v1/products -H 'Authorization: Bearer x'
is "$status $body $(header ETag)" "200 $plain $tag" 'good or not'
finish
