#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: t/bench/load.sh SOCKET ORDERS [DAYS]
#
# Fills an empty, migrated database `shop` behind SOCKET with ORDERS orders,
# spread evenly over the last DAYS (30), as if they had been placed one by
# one: every fiftieth payment failed, and somebody charged instead.  Ends by
# proving that every invariant holds.  MariaDB only: it counts by the
# sequence engine.
set -eu
[ $# -ge 2 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
socket=$1
orders=$2
days=${3:-30}
here=$(cd "$(dirname "$0")" && pwd)

shop() {
	mariadb --no-defaults -S "$socket" -u root -N -B \
	    --default-character-set=utf8mb4 shop "$@"
}

[ "$(shop -e 'SELECT COUNT(*) FROM (SELECT id FROM users LIMIT 1) u')" = 0 ] ||
	{ echo "load.sh: this shop is not empty" >&2; exit 1; }

# A payment's number is its place in time; the charges of all users' openings
# come before the first.
payments=$((orders + (orders - 1) / 49))
users=$((orders / 20 + 10))
products=1000
step_us=$((days * 86400 * 1000000 / payments))

shop <<END
SET unique_checks = 0, time_zone = '+00:00', tmp_table_size = 1 << 30,
  max_heap_table_size = 1 << 30, sort_buffer_size = 64 << 20;
SET @start = UTC_TIMESTAMP(3) - INTERVAL $days DAY;

INSERT INTO users (id, email, name, balance, created_at)
  SELECT seq, CONCAT('user', seq, '@example.com'), CONCAT('User ', seq), 0,
    @start FROM seq_1_to_$users;
INSERT INTO products (id, name, price, stock, created_at)
  SELECT seq, CONCAT('Product ', seq), 100 + seq % 900, 0, @start
    FROM seq_1_to_$products;

INSERT INTO payments (id, user_id, amount, status, attempts, reason, created_at)
  SELECT n.seq, 1 + n.seq * 7919 % $users, 1,
    IF(n.seq % 50 = 0, 'failed', 'approved'), IF(n.seq % 50 = 0, 4, 1),
    IF(n.seq % 50 = 0, 'aborted', NULL),
    @start + INTERVAL n.seq * $step_us MICROSECOND
  FROM seq_1_to_$payments n;
INSERT INTO order_items (order_id, line, product_id, name, quantity, price)
  SELECT n.seq, k.seq, p.id, p.name, 1 + (n.seq + k.seq) % 3, p.price
  FROM seq_1_to_$payments n STRAIGHT_JOIN seq_0_to_2 k
    STRAIGHT_JOIN products p ON p.id = 1 + (n.seq * 31 + k.seq * 17) % $products
  WHERE n.seq % 50 <> 0 AND k.seq <= n.seq % 3;
UPDATE payments p JOIN
    (SELECT order_id, SUM(quantity * price) AS total FROM order_items
      GROUP BY order_id) i ON i.order_id = p.id
  SET p.amount = i.total;

INSERT INTO points_ledger (id, user_id, type, amount, balance_after, order_id,
    idem, fingerprint, created_at)
  SELECT seq, seq, 'charge', 1000000000, 1000000000, NULL, '', '', @start
  FROM seq_1_to_$users;
INSERT INTO points_ledger (id, user_id, type, amount, balance_after, order_id,
    idem, fingerprint, created_at)
  SELECT $users + p.id, p.user_id, IF(p.status = 'failed', 'charge', 'payment'),
    IF(p.status = 'failed', 5000, -p.amount),
    1000000000 + SUM(IF(p.status = 'failed', 5000, -p.amount))
      OVER (PARTITION BY p.user_id ORDER BY p.id),
    IF(p.status = 'failed', NULL, p.id), UNHEX(MD5(p.id)), '', p.created_at
  FROM payments p ORDER BY p.id;
INSERT INTO orders (id, user_id, total_price, balance_after, created_at)
  SELECT order_id, user_id, -amount, balance_after, created_at
  FROM points_ledger WHERE type = 'payment' ORDER BY id;
UPDATE users u JOIN
    (SELECT user_id, SUM(amount) AS total FROM points_ledger GROUP BY user_id) l
    ON l.user_id = u.id
  SET u.balance = l.total;

UPDATE products p JOIN
    (SELECT product_id, SUM(quantity) AS sold FROM order_items
      GROUP BY product_id) i ON i.product_id = p.id
  SET p.sold = i.sold;
UPDATE products SET stock = 1000;
INSERT INTO stock_movements (product_id, type, quantity, created_at)
  SELECT id, 'opening', sold + stock, @start FROM products;
INSERT INTO hourly_sales (hour, product_id, sold)
  SELECT DATE_FORMAT(o.created_at, '%Y-%m-%d %H:00:00'), i.product_id,
    SUM(i.quantity)
  FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY 1, 2;
END
shop >/dev/null -e 'ANALYZE TABLE users, products, payments, orders,
    order_items, points_ledger, hourly_sales, stock_movements'

violations=$(shop <"$here/../../schema/invariants.sql")
[ -z "$violations" ] ||
	{ echo "load.sh: not consistent: $violations" >&2; exit 1; }
shop -e 'SELECT CONCAT(COUNT(*), " orders") FROM orders'
