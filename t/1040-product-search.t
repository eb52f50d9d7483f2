#!/bin/sh
# SPDX-License-Identifier: MIT
# Products are found by any part of their names, in whatever case and script.
. "${top_srcdir:-.}/t/lib.sh"
shop_start
promote 1

# found Q IDS TEXT: a search for Q, escaped as a query has it, has these.
found() {
	request GET "/v1/products?limit=100&q=$1"
	is "$(json '[.items[].id]')" "$2" "$3"
}
escaped() { jq -rn --arg t "$1" '$t | @uri'; }
wrong_query() {
	request GET "/v1/products?$1"
	is_problem 400 invalid_parameter "$1 is refused"
	is "$(json '[.errors[].parameter]')" '["q"]' 'is told'
}

# ---- What is found

found coffee '[2]' 'in lower case'
found COFFEE '[2]' 'in upper case'
found "$(escaped '한지')" '[3]' 'in the middle of a Korean name'
found "$(escaped '지')" '[3,15]' 'one syllable'
found 'Coffee+Beans' '[2]' '+ is a blank'
found '500' '[2,23]' 'digits at the end'
found 'nothing' '[]' 'nothing'
is "$status $body" '200 {"items":[],"nextCursor":null}' 'is an empty list'
found '%25' '[]' '% stands for itself'
found '_' '[]' 'and so does _'
found '%5C' '[]' 'and \'
found '%27' '[]' "and '"
request GET '/v1/products?q=a&whatever=1'
is "$status" 200 'what is unknown is ignored'

add() { ctl product add --name "$1" --price "$2" --stock 1; }
mouse=$(add '무선 마우스 ΣΟΦΟΣ Straße ÀÉ i' 5)
pct=$(add '100%_\ "x" '\''y'\'' 😀' 6)
twice=$(add 'papapapa' 7)
fat=$(add "$(printf '𝐚%.0s' $(seq 100))" 8)
found "$(escaped '무선')" "[$mouse]" 'a Korean word'
found "$(escaped '선 마')" "[$mouse]" 'over a blank'
found "$(escaped 'σοφος')" "[$mouse]" 'a final sigma is a sigma'
found "$(escaped 'àé')" "[$mouse]" 'letters with marks'
found ae '[]' 'which are not those without'
found "$(escaped '%_\ "')" "[$pct]" 'what a pattern would mean'
found "$(escaped "'y' 😀")" "[$pct]" 'and beyond the basic plane'
found papa "[$twice]" 'once, though it is there three times'
found "$(escaped "$(printf '𝐚%.0s' $(seq 50))")" "[$fat]" 'fifty of four bytes'

# ---- Changed, sold no more

as 1
change() {
	user PATCH "/v1/products/$1" -H 'Content-Type: application/json' -d "$2"
}
change "$twice" '{"version": 1, "name": "Kettle"}'
found papa '[]' 'no more by its old name'
found kettle "[$twice]" 'but by its new one'
change "$twice" '{"version": 2, "onSale": false}'
found kettle '[]' 'not off sale'
change "$twice" '{"version": 3, "onSale": true, "price": 1}'
found kettle "[$twice]" 'and then again'
post /v1/products '{"name": "Teapot", "price": 3, "stock": 0}'
pot=$(json .id)
found teapot "[$pot]" 'one that an admin made'

# ---- In pages and orders, by both ways of searching

# Few have "Towel", and more than a thousand have "Widget".
{
	echo "INSERT INTO products (name, price, stock, created_at) VALUES"
	seq 1 2400 | awk '{ printf "%s(\"Widget %d%s\", %d, 0, NOW(3))",
	    (NR > 1 ? "," : ""), $1, ($1 % 40 ? "" : " TOWEL"), $1 % 7 + 1 }'
	echo '; CALL products_index();'
} >"$dir/widgets.sql"
sql_file "$dir/widgets.sql" >/dev/null
for q in towel wIDGET; do
	for sort in 'id id' '-id id DESC' 'price price, id' \
	    '-price price DESC, id'; do
		wanted=$(sql "SELECT id FROM products WHERE on_sale = 1
		    AND name LIKE '%$q%' ORDER BY ${sort#* } LIMIT 60" | xargs)
		all=
		cursor=
		for page in 1 2 3; do
			request GET "/v1/products?q=$q&sort=${sort%% *}&limit=20$cursor"
			all="$all $(json '.items[].id')"
			cursor="&cursor=$(json .nextCursor | tr -d '"')"
		done
		is "$(echo $all)" "$wanted" "$q by ${sort%% *}"
	done
done
request GET '/v1/products?q=towel&limit=1'
cursor=$(json .nextCursor | tr -d '"')
wrong_cursor=$(request GET "/v1/products?q=widget&limit=1&cursor=$cursor"; json '[.code, .errors[].parameter]')
is "$wrong_cursor" '["invalid_parameter","cursor"]' 'a cursor is of one search'

# ---- Refused

wrong_query 'q='
wrong_query 'q=+'
wrong_query 'q=%20++'
wrong_query "q=$(printf 'a%.0s' $(seq 51))"
wrong_query "q=$(escaped "$(printf '한%.0s' $(seq 51))")"
wrong_query 'q=%01'
wrong_query 'q=%ff'
wrong_query 'q=a&q=a'
finish
