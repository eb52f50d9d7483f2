#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: t/bench/load.sh [-n] SOCKET ORDERS [DAYS]
#
# Fills an empty, migrated database `shop` behind SOCKET with ORDERS orders,
# spread evenly over the last DAYS (30), as if they had been placed one by
# one: every fiftieth payment failed, and somebody charged instead.  Ends by
# proving that every invariant holds, but for -n.  $db_client may be a client and
# its options.
set -eu
usage() { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
prove=yes
[ "${1:-}" != -n ] || { prove=; shift; }
[ $# -ge 2 ] || usage
socket=$1
orders=$2
days=${3:-30}
here=$(cd "$(dirname "$0")" && pwd)

shop() {
	${db_client:-mariadb --no-defaults} -S "$socket" -u root -N -B \
	    --default-character-set=utf8mb4 shop "$@"
}

[ "$(shop -e 'SELECT COUNT(*) FROM (SELECT id FROM users LIMIT 1) u')" = 0 ] ||
	{ echo "load.sh: this shop is not empty" >&2; exit 1; }

# A payment's number is its place in time; the charges of all users' openings
# come before the first.  Every user has a payment in each round of as many as
# there are users, and, these being a multiple of 3000, one like the last: so
# every column of every table is a function of a number, each table is written
# once, and nothing is summed or sorted that grows with the orders.  That, and
# no checks of what can't be wrong, lets InnoDB build each table at one go.
payments=$((orders + (orders - 1) / 49))
users=$((orders / 20 / 3000 * 3000 + 3000))
products=1000
step_us=$((days * 86400 * 1000000 / payments))

# about N: the expressions for payment N; its line K has a product, a price, a
# quantity.
product() { echo "(1 + ($N * 31 + $1 * 17) % $products)"; }
price() { echo "(100 + $(product "$1") % 900)"; }
quantity() { echo "(1 + ($N + $1) % 3)"; }
line() { echo "$(quantity "$1") * $(price "$1")"; }
about() {
	N=$1
	user="(1 + $N * 7919 % $users)"
	at="@start + INTERVAL $N * $step_us MICROSECOND"
	failed="($N % 50 = 0)"
	total="($(line 0) + IF($N % 3 >= 1, $(line 1), 0) +
	    IF($N % 3 >= 2, $(line 2), 0))"
	change="IF($failed, 5000, -$total)"	# of the balance, each time
	balance="(1000000000 + (($N - 1) DIV $users + 1) * $change)"
}

# counted: the statements on standard input, for MySQL with what MariaDB has by
# itself: the numbers from A to B are the table seq_A_to_B.
counted() {
	if ! shop -e 'SELECT VERSION()' | grep -q MariaDB; then
		statements=$(cat)
		tables=$(echo "$statements" | grep -o 'seq_[0-9]*_to_[0-9]*' | sort -u)
		echo "$tables" | while IFS=_ read -r name from to last; do
			echo "SET SESSION cte_max_recursion_depth = 1 + $last;
			CREATE TABLE ${name}_${from}_to_$last (seq BIGINT PRIMARY KEY)
			AS WITH RECURSIVE n AS (SELECT $from AS seq UNION ALL
			SELECT seq + 1 FROM n WHERE seq < $last) SELECT seq FROM n;"
		done
		echo "$statements"
		echo "$tables" | sed 's/.*/DROP TABLE &;/'
	else
		echo 'SET check_constraint_checks = 0;'
		cat
	fi
}

{
	cat <<END
SET unique_checks = 0, foreign_key_checks = 0, time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_UNSIGNED_SUBTRACTION',
  tmp_table_size = 1 << 30,
  max_heap_table_size = 1 << 30, sort_buffer_size = 64 << 20;
SET @start = UTC_TIMESTAMP(3) - INTERVAL $days DAY;
END
	about n.seq
	cat <<END
INSERT INTO payments (id, user_id, amount, status, attempts, reason, created_at)
  SELECT n.seq, $user, $total, IF($failed, 'failed', 'approved'),
    IF($failed, 4, 1), IF($failed, 'aborted', NULL), $at
  FROM seq_1_to_$payments n;
INSERT INTO orders (id, user_id, total_price, balance_after, created_at)
  SELECT n.seq, $user, $total, $balance, $at
  FROM seq_1_to_$payments n WHERE NOT $failed;
INSERT INTO order_items (order_id, line, product_id, name, quantity, price)
  SELECT n.seq, k.seq, $(product k.seq), CONCAT('Product ', $(product k.seq)),
    $(quantity k.seq), $(price k.seq)
  FROM seq_1_to_$payments n STRAIGHT_JOIN seq_0_to_2 k
  WHERE NOT $failed AND k.seq <= n.seq % 3;
INSERT INTO users (id, email, name, balance, created_at)
  SELECT $user, CONCAT('user', $user, '@example.com'), CONCAT('User ', $user),
    1000000000 + GREATEST(0, ($payments - n.seq) DIV $users + 1) * $change,
    @start
  FROM seq_1_to_$users n ORDER BY 1;
END
	about "(n.seq - $users)"
	cat <<END
INSERT INTO points_ledger (id, user_id, type, amount, balance_after, order_id,
    idem, fingerprint, created_at)
  SELECT n.seq, IF($N <= 0, n.seq, $user),
    IF($N <= 0 OR $failed, 'charge', 'payment'),
    IF($N <= 0, 1000000000, $change), IF($N <= 0, 1000000000, $balance),
    IF($N <= 0 OR $failed, NULL, $N), IF($N <= 0, '', UNHEX(LEFT(SHA2($N, 256), 32))), '',
    IF($N <= 0, @start, $at)
  FROM seq_1_to_$((users + payments)) n;
END
	about order_id
	cat <<END
CREATE TEMPORARY TABLE hourly (product_id BIGINT, hour DATETIME, sold BIGINT)
  SELECT product_id, DATE_FORMAT($at, '%Y-%m-%d %H:00:00') AS hour,
    SUM(quantity) AS sold
  FROM order_items GROUP BY 1, 2;
INSERT INTO sales_marks (product_id, hour, sold_before)
  SELECT product_id, hour,
    SUM(sold) OVER (PARTITION BY product_id ORDER BY hour) - sold
  FROM hourly ORDER BY hour, product_id;
INSERT INTO products (id, name, price, stock, sold, hour, created_at)
  SELECT n.seq, CONCAT('Product ', n.seq), 100 + n.seq % 900, 1000000000,
    COALESCE(s.sold, 0), COALESCE(s.hour, '1970-01-01'), @start
  FROM seq_1_to_$products n LEFT JOIN
    (SELECT product_id, SUM(sold) AS sold, MAX(hour) AS hour FROM hourly
      GROUP BY product_id) s ON s.product_id = n.seq;
INSERT INTO stock_movements (product_id, type, quantity, created_at)
  SELECT id, 'opening', sold + stock, @start FROM products;
INSERT INTO product_suffixes (suffix, product_id, price)
  SELECT CAST(SUBSTRING(LOWER(name), n.seq) AS BINARY), id, price
  FROM products JOIN seq_1_to_100 n ON n.seq <= CHAR_LENGTH(name);
END
} | counted | shop
shop >/dev/null -e 'ANALYZE TABLE users, products, payments, orders,
    order_items, points_ledger, sales_marks, stock_movements'

if [ -n "$prove" ]; then
	violations=$(shop <"$here/../../schema/invariants.sql")
	[ -z "$violations" ] ||
		{ echo "load.sh: not consistent: $violations" >&2; exit 1; }
fi
shop -e 'SELECT CONCAT(COUNT(*), " orders") FROM orders'
