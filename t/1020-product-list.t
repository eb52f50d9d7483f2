#!/bin/sh
# SPDX-License-Identifier: MIT
# What is on sale, in pages, in four orders, or by ids.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
promote 1

ids() { json '[.items[].id]'; }
# pages QUERY: the ids of all pages, from the first on; how many pages in $pages.
pages() {
	request GET "/v1/products?$1"
	all=$(json '.items[].id')
	pages=1
	while next=$(json .nextCursor | tr -d '"') && [ "$next" != null ] &&
	    [ $pages -lt 30 ]; do
		pages=$((pages + 1))
		request GET "/v1/products?$1&cursor=$next"
		all="$all $(json '.items[].id')"
	done
	all=$(echo $all)
}
# table ORDER: the ids of all that is on sale, in this order.
table() {
	sql "SELECT id FROM products WHERE on_sale = 1 ORDER BY $1" | xargs
}
wrong_query() {
	request GET "/v1/products?$1"
	is_problem 400 invalid_parameter "$1 is refused"
	is "$(json '[.errors[].parameter]')" "$2" 'each that is wrong is told'
}

# ---- A page

request GET /v1/products
is "$status $(ids)" "200 [$(seq -s , 1 20)]" 'twenty, by id'
is "$(json '.items[0]')" \
    '{"id":1,"name":"유기농 보성 녹차 100g","price":12000,"stock":120,"imageUrl":"/pictures/green-tea.svg"}' \
    'each as it is'
is "$(header Cache-Control)" no-cache 'a cache asks each time'
next=$(json .nextCursor | tr -d '"')
is "$(header Link)" "</v1/products?cursor=$next>; rel=\"next\"" 'the next page is linked'
tag=$(header ETag)
request GET /v1/products -H "If-None-Match: $tag"
is "$status" 304 'who has it is told so'
request GET "/v1/products?cursor=$next"
is "$(ids) $(json .nextCursor)$(header Link)" '[21,22,23,24] null' 'and is the last one'
sql "UPDATE products SET price = 8500 WHERE id IN (3, 5, 16);
    CALL product_index(3); CALL product_index(5); CALL product_index(16)"
as 1
user PATCH /v1/products/7 -H 'Content-Type: application/json' \
    -d '{"version": 1, "onSale": false, "imageUrl": "/7.png"}'
user PATCH /v1/products/9 -H 'Content-Type: application/json' \
    -d '{"version": 1, "imageUrl": "/9.png"}'
request GET '/v1/products?limit=100'
is "$(json '.items | length') $(json .nextCursor) $(json '.items[7] | [.id, .imageUrl]')" \
    '23 null [9,"/9.png"]' 'what is off sale is not there'

# ---- All pages

for sort in 'id id' '-id id DESC' 'price price, id' '-price price DESC, id'; do
	wanted=$(table "${sort#* }")
	for limit in 1 2 3 7 23 100; do
		pages "sort=${sort%% *}&limit=$limit"
		is "$all" "$wanted" "by ${sort%% *}, $limit a page"
		is "$pages" $(((23 + limit - 1) / limit)) 'in so many pages'
	done
done

# ---- What comes and goes meanwhile

request GET '/v1/products?sort=-id&limit=3'
next=$(json .nextCursor | tr -d '"')
new=$(ctl product add --name New --price 8500 --stock 1)
request GET "/v1/products?sort=-id&limit=3&cursor=$next"
is "$(ids)" '[21,20,19]' 'what is new is not told in the middle'
request GET '/v1/products?sort=price&limit=4'
is "$(ids)" '[17,24,3,5]' 'a page ends among equals'
next=$(json .nextCursor | tr -d '"')
user PATCH /v1/products/5 -H 'Content-Type: application/json' \
    -d '{"version": 1, "onSale": false}'
request GET "/v1/products?sort=price&limit=4&cursor=$next"
is "$(ids)" "[10,16,$new,15]" 'and goes on behind its last, though that is gone'

# ---- A cursor is the list's own

for other in "sort=-price&limit=4" "sort=price&q=a" "sort=id" "" ; do
	wrong_query "$other&cursor=$next" '["cursor"]'
done
wrong_query "sort=price&cursor=x$next" '["cursor"]'
wrong_query "sort=price&cursor=$(echo "$next" | tr 'A-Za-z' 'B-ZAb-za')" '["cursor"]'
request GET "/v1/products?sort=price&limit=1&cursor=$next"
is "$status $(ids)" '200 [10]' 'a page may have another length'

# ---- Ids

request GET '/v1/products?ids=3,1,2'
is "$status $(ids) $(json .nextCursor)" '200 [3,1,2] null' 'these, in this order'
request GET '/v1/products?ids=3,1,7,3,999,1,2,9007199254740991'
is "$(ids)" '[3,1,2]' 'each once, and only what is on sale'
request GET '/v1/products?ids=999'
is "$status $body" '200 {"items":[],"nextCursor":null}' 'none of them'
request GET "/v1/products?ids=$(seq -s , 100 -1 1)"
is "$status $(json '.items | length')" '200 23' 'a hundred'
request GET "/v1/products?ids=$(seq -s , 9007199254740892 9007199254740991)"
is "$status" 200 'of the longest'
for wrong in '' 0 x 1,x 1, ,1 01 -1 1.5 '1,%202' 9007199254740992 "$(seq -s , 1 101)"; do
	wrong_query "ids=$wrong" '["ids"]'
done
for other in limit=5 "cursor=$next" sort=id q=a; do
	wrong_query "ids=1&$other" "[\"${other%%=*}\"]"
done
request GET '/v1/products?ids=1&whatever=1'
is "$status" 200 'what is unknown is ignored'

# ---- Malformed

for limit in 0 101 -1 01 x ''; do
	wrong_query "limit=$limit" '["limit"]'
done
wrong_query 'sort=name&limit=0&limit=1' '["sort","limit","limit"]'
wrong_query 'sort=id&sort=id' '["sort"]'
finish
