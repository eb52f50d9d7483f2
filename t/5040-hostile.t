#!/bin/sh
# SPDX-License-Identifier: MIT
# Ten thousand hostile requests, over every route, header and body: each has
# an answer, none has an effect.  SEED=N repeats a run, with ONLY=M request M of
# it, which is shown with its answer.
. "${top_srcdir:-.}/t/lib.sh"
seeded
conf password_cost 1
shop_start

# Users and products for which a write fails: see struct hostile_goods.
add_user() { ctl user add --name "$1" --email "$1@example.com" --balance "$2"; }
poor=$(add_user poor 0)
rich=$(add_user rich 9007199254740991)
closed=$(add_user closed 0)
sql "UPDATE users SET status = 'closed' WHERE id = $closed"
few=$(ctl product add --name Few --price 1 --stock 1)
dear=$(ctl product add --name Dear --price 9007199254740991 --stock 1000)
as 1
post /v1/points/charge '{"amount": 7}' -H 'Idempotency-Key: used'
is "$status" 201 'a charge has used a key'
post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}' \
    -H 'Idempotency-Key: used'
is "$status" 201 'so has an order'
order 17
cancelled=$(json .id)
post "/v1/orders/$cancelled/cancel" ''
order 17
fulfilled=$(json .id)
promote 6
as 6
post "/v1/orders/$fulfilled/fulfil" ''
is "$status" 200 'there is one that is cancelled, and one that is fulfilled'
full=$(add_user full 0)
seq 1 100 | sed 's/.*/CALL product_add("Full &", "", 1, 1);/' >"$dir/full.sql"
sql_file "$dir/full.sql" >/dev/null
sql "INSERT INTO cart_items (user_id, product_id, quantity, added_at)
    SELECT $full, id, 1, UTC_TIMESTAMP(3) FROM products WHERE name LIKE 'Full %'"
is "$(sql "SELECT COUNT(*) FROM cart_items")" 100 'and a cart is full'
as 1

# hostile [OPTION...]: figures on stdout, what is wrong as comments.
hostile() {
	"$top_builddir/t/hostile" --socket "$dir/http.sock" \
	    --secret "$dir/jwt.secret" --seed "$seed" --poor "$poor" \
	    --rich "$rich" --closed "$closed" --owner 1 --used-key used \
	    --used-amount 7 --few "$few" --dear "$dear" --full "$full" --admin 6 \
	    --fulfilled "$fulfilled" --cancelled "$cancelled" "$@"
}
told() { awk -v name="$1" '$1 == name { n = $2 } END { print n + 0 }' "$dir/told"; }
if [ -n "${ONLY:-}" ]; then
	hostile --only "$ONLY" | sed 's/^/# /'
	finish
fi

# Warm: what the workers need at most, they have then.
hostile --count 2000 >"$dir/warm"
sql 'DELETE FROM login_windows'
workers_size >"$dir/size"
before=$(pool_workers)
digest=$(tables)

hostile >"$dir/told"
ok 'every answer is as it must be'
sed -n 's/^#/#/p' "$dir/told"
echo "# $(grep -v '^#' "$dir/told" | tr '\n' ',')"
is "$(told sent)" 10000 'ten thousand requests'
[ "$(told doomed)" -ge 3000 ]
ok 'many of them for what changes something'
is "$(told server_errors)" 0 'no server error'
is "$(told slow)" 0 'none takes a second'
is "$(told bad)" 0 'no answer that is none'
is "$(tables)" "$digest" 'every row is as it was'
is "$(pool_workers)" "$before" 'the workers are the same'
same_size
ok 'and have not grown'
is "$(grep -c 'level=error' "$dir/log/shopd.log")" 0 \
    'none of them met an error of ours'

# Breadth: every refusal there is, and each route; but not the one that takes
# 3 s, nor that of too many, for nobody is limited here, nor those of grants,
# which this shop doesn't ask for.
{
	sed -n 's/^ERR([^,]*,[[:space:]]*4[0-9]*, "\([a-z_]*\)".*/\1/p' \
	    "$top_srcdir/src/base/err.def" |
	    grep -vxE 'idempotency_in_progress|grant_required|invalid_grant'
	grep -o '"status":4[0-9]*,"code":"[a-z_]*"' \
	    "$dir/nginx/shop.conf" | sed 's/.*:"\(.*\)"/\1/' |
	    grep -vx too_many_requests
} | sort -u >"$dir/codes"
[ "$(wc -l <"$dir/codes")" -ge 20 ]
ok 'there are many ways to refuse'
never() {
	while read -r code; do
		grep -hq "^code_$code [1-9]" "$dir/told" "$dir/more" || echo "$code"
	done <"$dir/codes"
}
# Each is rare: chance may leave one out of ten thousand.
: >"$dir/more"
more_seed=$seed
for n in 1 2 3 4; do
	[ -n "$(never)" ] || break
	seed=$((seed + 1))
	hostile --count 4000 >>"$dir/more" || fail "a run of seed $seed"
done
seed=$more_seed
is "$(never)" '' 'each has been gone'
sed -n 's/^ROUTE(\([A-Z]*\), "\([^"]*\)".*/\1 \2/p' \
    "$top_srcdir/src/web/routes.def" | while read -r method pattern; do
	grep -qF "method=$method route=$pattern " "$dir/log/shopd.log" ||
	    echo "$method $pattern"
done >"$dir/never"
is "$(cat "$dir/never")" '' 'each route was asked'
request GET /readyz
is "$status" 200 'the shop is well'
finish
