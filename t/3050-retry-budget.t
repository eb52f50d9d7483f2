#!/bin/sh
# SPDX-License-Identifier: MIT
# A worker has so many retries in hand: what is in trouble is not given more
# of it for ever.
. "${top_srcdir:-.}/t/lib.sh"
one_pool
workers=1
conf workers 1
shop_start
as 6

# The payment service fails, and that at once.
{
	echo 'DELIMITER $$'
	cat <<'EOF'
DROP PROCEDURE payment_request$$
CREATE PROCEDURE payment_request(IN p_user BIGINT,
  IN p_amount BIGINT, IN p_attempt INT, OUT p_payment BIGINT)
BEGIN
  SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213;
END$$
EOF
} >"$dir/failing.sql"
sql_file "$dir/failing.sql"

# order: one that fails; prints how many attempts it was worth.
order() {
	post /v1/orders '{"items": [{"productId": 17, "quantity": 1}]}'
	[ "$status $(json .code)" = '503 "payment_failed"' ] || echo "$status"
	sql 'SELECT attempts FROM payments ORDER BY id DESC LIMIT 1'
}

is "$(order)" 4 'the first is tried four times'
n=0
while [ $n -lt 20 ]; do
	n=$((n + 1))
	order
done >"$dir/attempts"
is "$(head -n 5 "$dir/attempts" | tr '\n' ' ')" '4 4 4 4 4 ' \
    'and so are the next'
[ "$(tail -n 5 "$dir/attempts" | awk '{ n += $1 } END { print n }')" -lt 15 ]
ok "in the end there is nothing left to try again with ($(tr '\n' ' ' \
    <"$dir/attempts"))"
request GET /v1/products/1
is "$status" 200 'what needs no retry is served'
sleep 5
is "$(order)" 4 'after a while there is again'
finish
