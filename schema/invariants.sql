-- What must hold, always: each query returns no rows.  Each begins with a
-- line "-- NAME: what holds", and its rows tell what breaks it; they need no
-- order.  shopctl audit runs them in one snapshot; every test ends with them.
--
-- Each reads whole tables, in the order they lie in.  SQL_BIG_RESULT makes
-- the server group what has as many groups as rows by sorting it, which is
-- ten times as fast as a temporary table once that doesn't fit into memory;
-- IGNORE INDEX keeps it from fetching every row by a key's order.

-- balance_is_ledger: a user's balance is the sum of the user's ledger
SELECT CONCAT('user ', u.id, ': balance ', u.balance, ', ledger ', COALESCE(l.total, 0)) AS violation
FROM users u
LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM points_ledger IGNORE INDEX (points_ledger_idem) GROUP BY user_id) l ON l.user_id = u.id
WHERE u.balance <> COALESCE(l.total, 0);

-- ledger_chain: each balance_after is the sum of the ledger up to it
SELECT CONCAT('ledger row ', c.id, ' of user ', c.user_id, ': balance after ', c.balance_after, ', sum ', c.running) AS violation
FROM (SELECT id, user_id, balance_after, SUM(amount) OVER (PARTITION BY user_id ORDER BY id) AS running FROM points_ledger) c
WHERE c.balance_after <> c.running;

-- ledger_user: each ledger row has its user
SELECT CONCAT('ledger row ', l.id, ': no user ', l.user_id) AS violation
FROM points_ledger l LEFT JOIN users u ON u.id = l.user_id
WHERE u.id IS NULL;

-- nothing_negative: no balance and no stock is below zero
SELECT CONCAT('user ', id, ': balance ', balance) AS violation FROM users WHERE balance < 0
UNION ALL
SELECT CONCAT('product ', id, ': stock ', stock) FROM products WHERE stock < 0;

-- stock_is_movements: a product's stock is what came less what was sold
SELECT CONCAT('product ', p.id, ': stock ', p.stock, ', movements ', COALESCE(m.came, 0), ', sold ', p.sold) AS violation
FROM products p
LEFT JOIN (SELECT product_id, SUM(quantity) AS came FROM stock_movements GROUP BY product_id) m ON m.product_id = p.id
WHERE p.stock <> COALESCE(m.came, 0) - p.sold;

-- sold_is_orders: what was sold of a product stands in the orders' lines
SELECT CONCAT('product ', p.id, ': sold ', p.sold, ', lines ', COALESCE(s.sold, 0)) AS violation
FROM products p
LEFT JOIN (SELECT product_id, SUM(quantity) AS sold FROM order_items GROUP BY product_id) s ON s.product_id = p.id
WHERE p.sold <> COALESCE(s.sold, 0);

-- order_total: an order's total is the sum of its lines
SELECT CONCAT('order ', o.id, ': total ', MIN(o.total_price), ', lines ', COALESCE(SUM(i.quantity * i.price), 0)) AS violation
FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
GROUP BY o.id
HAVING MIN(o.total_price) <> COALESCE(SUM(i.quantity * i.price), 0);

-- item_order: each line has its order
SELECT CONCAT('line ', i.line, ' of order ', i.order_id, ': no such order') AS violation
FROM order_items i LEFT JOIN orders o ON o.id = i.order_id
WHERE o.id IS NULL;

-- item_product: each line has its product
SELECT CONCAT('product ', i.product_id, ': ', i.n, ' lines, and no such product') AS violation
FROM (SELECT product_id, COUNT(*) AS n FROM order_items GROUP BY product_id) i
LEFT JOIN products p ON p.id = i.product_id
WHERE p.id IS NULL;

-- order_payment: each order has an approved payment of its user and total
SELECT CONCAT('order ', o.id, ': total ', o.total_price, ', payment ', COALESCE(CONCAT(p.status, ' of ', p.amount, ' by user ', p.user_id), 'missing')) AS violation
FROM orders o LEFT JOIN payments p ON p.id = o.id
WHERE p.id IS NULL OR p.status <> 'approved' OR p.amount <> o.total_price OR p.user_id <> o.user_id;

-- payment_order: an approved payment has its order, a failed one has none
SELECT CONCAT('payment ', p.id, ': ', p.status, IF(o.id IS NULL, ' without an order', ' with an order')) AS violation
FROM payments p LEFT JOIN orders o ON o.id = p.id
WHERE (p.status = 'approved') <> (o.id IS NOT NULL);

-- order_ledger: each order took its total from its user's ledger, once
SELECT SQL_BIG_RESULT CONCAT('order ', x.order_id, ': total ', SUM(x.total), ', ledger ', SUM(x.taken), ' in ', SUM(x.entries), ' rows') AS violation
FROM (
  SELECT id AS order_id, user_id, total_price AS total, 0 AS taken, 0 AS entries, balance_after AS after_order, 0 AS after_entry FROM orders
  UNION ALL
  SELECT order_id, user_id, 0, -amount, 1, 0, balance_after FROM points_ledger WHERE type = 'payment'
) x
GROUP BY x.order_id, x.user_id
HAVING SUM(x.total) <> SUM(x.taken) OR SUM(x.entries) <> 1 OR SUM(x.after_order) <> SUM(x.after_entry);

-- marks_are_orders: what a product sold from marks of an hour to the next stands in the orders of that hour
SELECT SQL_BIG_RESULT CONCAT('product ', x.product_id, ' at ', FROM_DAYS(x.hour DIV 24), ' ', LPAD(x.hour MOD 24, 2, '0'), ':00:00: marks ', SUM(x.marked), ', orders ', SUM(x.ordered)) AS violation
FROM (
  SELECT TO_SECONDS(m.hour) DIV 3600 AS hour, m.product_id, COALESCE(LEAD(m.sold_before) OVER (PARTITION BY m.product_id ORDER BY m.id), p.sold, 0) - m.sold_before AS marked, 0 AS ordered
  FROM sales_marks m LEFT JOIN products p ON p.id = m.product_id
  UNION ALL
  SELECT TO_SECONDS(o.created_at) DIV 3600, i.product_id, 0, i.quantity
  FROM orders o STRAIGHT_JOIN order_items i ON i.order_id = o.id
) x
GROUP BY x.hour, x.product_id
HAVING SUM(x.marked) <> SUM(x.ordered);

-- product_hour: a product's hour is that of its newest mark, and stepped_from the latest that an earlier one came after
SELECT CONCAT('product ', p.id, ': hour ', p.hour, ', newest mark ', COALESCE(n.hour, 'missing'), IF(p.stepped_from <> COALESCE(m.stepped_from, '1970-01-01 00:00:00'), CONCAT(', stepped from ', p.stepped_from, ', marks ', COALESCE(m.stepped_from, 'missing')), '')) AS violation
FROM products p
LEFT JOIN (
  SELECT s.product_id, MAX(s.id) AS newest, MAX(IF(s.hour < s.hour_before, s.hour_before, '1970-01-01 00:00:00')) AS stepped_from
  FROM (SELECT product_id, id, hour, LAG(hour) OVER (PARTITION BY product_id ORDER BY id) AS hour_before FROM sales_marks) s
  GROUP BY s.product_id
) m ON m.product_id = p.id
LEFT JOIN sales_marks n ON n.product_id = m.product_id AND n.id = m.newest
WHERE p.hour <> COALESCE(n.hour, '1970-01-01 00:00:00') OR p.stepped_from <> COALESCE(m.stepped_from, '1970-01-01 00:00:00');
