-- What must hold of all that was written since a moment: each query returns
-- no rows.  shopctl audit --since runs them in one snapshot; names and rows
-- are as in invariants.sql, which needs minutes where these need a second.
--
-- The moment is the start of an hour, @hour.  Nothing was written since whose
-- id is below @ledger_from, @order_from, @payment_from; what is not below may
-- be up to a minute older, so where both sides must be seen to tell that one
-- is missing, created_at >= @hour decides, which is the same for an order and
-- its ledger row.  Everything is read by a primary key, from these ids on, or
-- looked up by a key: a table is never read from its start.

-- balance_is_ledger: the user of each new ledger row has what the last one left
SELECT CONCAT('user ', t.user_id, ': balance ', COALESCE(u.balance, 'of nobody'), ', ledger ', l.balance_after) AS violation
FROM (SELECT user_id, MAX(id) AS last FROM points_ledger WHERE id >= @ledger_from GROUP BY user_id) t
JOIN points_ledger l ON l.id = t.last
LEFT JOIN users u ON u.id = t.user_id
WHERE u.id IS NULL OR u.balance <> l.balance_after;

-- ledger_chain: each new balance_after is the one before it and the amount
SELECT CONCAT('ledger row ', c.id, ' of user ', c.user_id, ': balance after ', c.balance_after, ', row before ', COALESCE(b.balance_after, 0), ', amount ', c.amount) AS violation
FROM (
  SELECT n.id, n.user_id, n.amount, n.balance_after, COALESCE(
      LAG(n.id) OVER (PARTITION BY n.user_id ORDER BY n.id), f.before_id) AS before_id
  FROM points_ledger n
  JOIN (
    SELECT t.user_id, (SELECT MAX(p.id) FROM points_ledger p FORCE INDEX (points_ledger_idem)
      WHERE p.user_id = t.user_id AND p.id < @ledger_from) AS before_id
    FROM (SELECT DISTINCT user_id FROM points_ledger WHERE id >= @ledger_from) t
  ) f ON f.user_id = n.user_id
  WHERE n.id >= @ledger_from
) c
LEFT JOIN points_ledger b ON b.id = c.before_id
WHERE c.balance_after <> COALESCE(b.balance_after, 0) + c.amount;

-- nothing_negative: no balance after a new ledger row and no stock is below zero
SELECT CONCAT('ledger row ', id, ': balance after ', balance_after) AS violation FROM points_ledger WHERE id >= @ledger_from AND balance_after < 0
UNION ALL
SELECT CONCAT('product ', id, ': stock ', stock) FROM products WHERE stock < 0;

-- stock_is_movements: a product's stock is what came less what was sold
SELECT CONCAT('product ', p.id, ': stock ', p.stock, ', movements ', COALESCE(m.came, 0), ', sold ', p.sold) AS violation
FROM products p
LEFT JOIN (SELECT product_id, SUM(quantity) AS came FROM stock_movements GROUP BY product_id) m ON m.product_id = p.id
WHERE p.stock <> COALESCE(m.came, 0) - p.sold;

-- order_total: a new order's total is the sum of its lines
SELECT CONCAT('order ', o.id, ': total ', MIN(o.total_price), ', lines ', COALESCE(SUM(i.quantity * i.price), 0)) AS violation
FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
WHERE o.id >= @order_from
GROUP BY o.id
HAVING MIN(o.total_price) <> COALESCE(SUM(i.quantity * i.price), 0);

-- item_order: each new line has its order
SELECT CONCAT('line ', i.line, ' of order ', i.order_id, ': no such order') AS violation
FROM order_items i LEFT JOIN orders o ON o.id = i.order_id
WHERE i.order_id >= @order_from AND o.id IS NULL;

-- item_product: each new line has its product
SELECT CONCAT('line ', i.line, ' of order ', i.order_id, ': no such product') AS violation
FROM order_items i LEFT JOIN products p ON p.id = i.product_id
WHERE i.order_id >= @order_from AND p.id IS NULL;

-- order_payment: each new order has an approved payment of its user and total
SELECT CONCAT('order ', o.id, ': total ', o.total_price, ', payment ', COALESCE(CONCAT(p.status, ' of ', p.amount, ' by user ', p.user_id), 'missing')) AS violation
FROM orders o LEFT JOIN payments p ON p.id = o.id
WHERE o.id >= @order_from AND (p.id IS NULL OR p.status <> 'approved' OR p.amount <> o.total_price OR p.user_id <> o.user_id);

-- payment_order: a new approved payment has its order, a failed one has none
SELECT CONCAT('payment ', p.id, ': ', p.status, IF(o.id IS NULL, ' without an order', ' with an order')) AS violation
FROM payments p LEFT JOIN orders o ON o.id = p.id
WHERE p.id >= @payment_from AND (p.status = 'approved') <> (o.id IS NOT NULL);

-- order_ledger: each new order took its total from its user's ledger, once
SELECT CONCAT('order ', x.order_id, ': total ', SUM(x.total), ', ledger ', SUM(x.taken), ' in ', SUM(x.entries), ' rows') AS violation
FROM (
  SELECT id AS order_id, user_id, total_price AS total, 0 AS taken, 0 AS entries, balance_after AS after_order, 0 AS after_entry
  FROM orders WHERE id >= @order_from AND created_at >= @hour
  UNION ALL
  SELECT order_id, user_id, 0, -amount, 1, 0, balance_after
  FROM points_ledger WHERE id >= @ledger_from AND created_at >= @hour AND type = 'payment'
) x
GROUP BY x.order_id, x.user_id
HAVING SUM(x.total) <> SUM(x.taken) OR SUM(x.entries) <> 1 OR SUM(x.after_order) <> SUM(x.after_entry);

-- marks_are_orders: what a product sold from mark to mark since stands in the orders of that hour
SELECT CONCAT('product ', x.product_id, ' at ', FROM_DAYS(x.hour DIV 24), ' ', LPAD(x.hour MOD 24, 2, '0'), ':00:00: marks ', SUM(x.marked), ', orders ', SUM(x.ordered)) AS violation
FROM (
  SELECT TO_SECONDS(m.hour) DIV 3600 AS hour, m.product_id, COALESCE(LEAD(m.sold_before) OVER (PARTITION BY m.product_id ORDER BY m.hour), p.sold, 0) - m.sold_before AS marked, 0 AS ordered
  FROM sales_marks m FORCE INDEX (sales_marks_hour) LEFT JOIN products p ON p.id = m.product_id
  WHERE m.hour >= @hour
  UNION ALL
  SELECT TO_SECONDS(o.created_at) DIV 3600, i.product_id, 0, i.quantity
  FROM orders o STRAIGHT_JOIN order_items i ON i.order_id = o.id
  WHERE o.id >= @order_from AND o.created_at >= @hour
) x
GROUP BY x.hour, x.product_id
HAVING SUM(x.marked) <> SUM(x.ordered) OR SUM(x.ordered) = 0;

-- product_hour: a product's hour is that of its newest mark since
SELECT CONCAT('product ', p.id, ': hour ', p.hour, ', newest mark ', COALESCE(m.hour, 'older')) AS violation
FROM products p
LEFT JOIN (SELECT product_id, MAX(hour) AS hour FROM sales_marks FORCE INDEX (sales_marks_hour) WHERE hour >= @hour GROUP BY product_id) m ON m.product_id = p.id
WHERE p.hour <> COALESCE(m.hour, IF(p.hour < @hour, p.hour, '1970-01-01 00:00:00'));
