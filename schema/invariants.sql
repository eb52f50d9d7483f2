-- What must hold, always: each query returns no rows.  A row tells what breaks
-- it; rows need no order.  shopctl audit runs them in one snapshot, and
-- shopctl audit --since those for what was written since another audit; every
-- test ends with all of them.
--
-- Each begins with a line "-- NAME: what holds":
--
--	NAME		reads whole tables, in the order they lie in
--	NAME@since	the same of what is new alone, in a second or two
--	NAME@since?	a suspicion: where it returns rows, NAME is run, and what
--			that returns is wrong
--	NAME@both	serves for both
--
-- New is what has an id of @ledger_from, @order_from (orders and payments) or
-- @mark_from (sales_marks) and beyond: no time decides, for clocks are set.
-- Where these are not set, as for anybody who runs this file by hand, @both
-- reads everything, and @since nothing, for there is nothing new.
--
-- SQL_BIG_RESULT makes the server group what has as many groups as rows by
-- sorting it, which is ten times as fast as a temporary table once that doesn't
-- fit into memory; IGNORE INDEX keeps it from fetching every row by a key's
-- order.  In @since what belongs together need not be new together, so the
-- other side is looked up by a key where it isn't among the new ones; a table is
-- never read from its start.
--
-- What was archived (shopctl archive) is the openings' part: a user's ledger goes
-- on from ledger_openings, a product's orders, movements and marks from
-- product_openings, and the live tables must hold by these alone.  The archive's
-- own tables must be as archive_totals has them, unless they are being emptied.

-- balance_is_ledger: a user's balance is the sum of the user's ledger
SELECT CONCAT('user ', u.id, ': balance ', u.balance, ', ledger ', COALESCE(o.amount, 0) + COALESCE(l.total, 0)) AS violation
FROM users u
LEFT JOIN ledger_openings o ON o.user_id = u.id
LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM points_ledger IGNORE INDEX (points_ledger_idem) GROUP BY user_id) l ON l.user_id = u.id
WHERE u.balance <> COALESCE(o.amount, 0) + COALESCE(l.total, 0);

-- balance_is_ledger@since: the user of each new ledger row has what the last one left
SELECT CONCAT('user ', t.user_id, ': balance ', COALESCE(u.balance, 'of nobody'), ', ledger ', l.balance_after) AS violation
FROM (SELECT user_id, MAX(id) AS last FROM points_ledger WHERE id >= @ledger_from GROUP BY user_id) t
JOIN points_ledger l ON l.id = t.last
LEFT JOIN users u ON u.id = t.user_id
WHERE u.id IS NULL OR u.balance <> l.balance_after;

-- ledger_chain: each balance_after is the sum of the ledger up to it
SELECT CONCAT('ledger row ', c.id, ' of user ', c.user_id, ': balance after ', c.balance_after, ', sum ', COALESCE(o.amount, 0) + c.running, IF(c.id <= o.last_id, ', and it was archived', '')) AS violation
FROM (SELECT id, user_id, balance_after, SUM(amount) OVER (PARTITION BY user_id ORDER BY id) AS running FROM points_ledger) c
LEFT JOIN ledger_openings o ON o.user_id = c.user_id
WHERE c.balance_after <> COALESCE(o.amount, 0) + c.running OR c.id <= o.last_id;

-- ledger_chain@since: each new balance_after is the one before it and the amount
SELECT CONCAT('ledger row ', d.id, ' of user ', d.user_id, ': balance after ', d.balance_after, ', row before ', d.balance_before, ', amount ', d.amount) AS violation
FROM (
  SELECT c.id, c.user_id, c.amount, c.balance_after, COALESCE(c.new_before, (
      SELECT p.balance_after FROM points_ledger p FORCE INDEX (points_ledger_user)
      WHERE p.user_id = c.user_id AND p.id < @ledger_from
      ORDER BY p.id DESC LIMIT 1), o.balance_after, 0) AS balance_before
  FROM (
    SELECT id, user_id, amount, balance_after, LAG(balance_after) OVER (PARTITION BY user_id ORDER BY id) AS new_before
    FROM points_ledger WHERE id >= @ledger_from
  ) c
  LEFT JOIN ledger_openings o ON o.user_id = c.user_id
) d
WHERE d.balance_after <> d.balance_before + d.amount;

-- ledger_openings: what a user's ledger begins with adds up, and is somebody's
SELECT CONCAT('opening of user ', o.user_id, ': ', o.entries, ' rows of ', o.amount, ', balance after ', o.balance_after, IF(u.id IS NULL, ', no such user', '')) AS violation
FROM ledger_openings o LEFT JOIN users u ON u.id = o.user_id
WHERE o.amount <> o.balance_after OR o.entries < 1 OR u.id IS NULL;

-- ledger_user: each ledger row has its user
SELECT CONCAT('ledger row ', l.id, ': no user ', l.user_id) AS violation
FROM points_ledger l LEFT JOIN users u ON u.id = l.user_id
WHERE u.id IS NULL;

-- nothing_negative: no balance and no stock is below zero
SELECT CONCAT('user ', id, ': balance ', balance) AS violation FROM users WHERE balance < 0
UNION ALL
SELECT CONCAT('product ', id, ': stock ', stock) FROM products WHERE stock < 0;

-- nothing_negative@since: no balance after a new ledger row and no stock is below zero
SELECT CONCAT('ledger row ', id, ': balance after ', balance_after) AS violation FROM points_ledger WHERE id >= @ledger_from AND balance_after < 0
UNION ALL
SELECT CONCAT('product ', id, ': stock ', stock) FROM products WHERE stock < 0;

-- stock_is_movements@both: a product's stock is what came less what was sold
SELECT CONCAT('product ', p.id, ': stock ', p.stock, ', movements ', COALESCE(o.came, 0) + COALESCE(m.came, 0), ', sold ', p.sold) AS violation
FROM products p
LEFT JOIN product_openings o ON o.product_id = p.id
LEFT JOIN (SELECT product_id, SUM(quantity) AS came FROM stock_movements GROUP BY product_id) m ON m.product_id = p.id
WHERE p.stock <> COALESCE(o.came, 0) + COALESCE(m.came, 0) - p.sold;

-- sold_is_orders: what was sold of a product stands in the lines of orders that were not cancelled
SELECT CONCAT('product ', p.id, ': sold ', p.sold, ', lines ', COALESCE(o.sold, 0) + COALESCE(s.sold, 0)) AS violation
FROM products p
LEFT JOIN product_openings o ON o.product_id = p.id
LEFT JOIN (
  SELECT i.product_id, SUM(i.quantity) AS sold
  FROM order_items i LEFT JOIN orders c FORCE INDEX (orders_status) ON c.status = 'cancelled' AND c.id = i.order_id
  WHERE c.id IS NULL
  GROUP BY i.product_id
) s ON s.product_id = p.id
WHERE p.sold <> COALESCE(o.sold, 0) + COALESCE(s.sold, 0);

-- product_openings: what was archived of a product's orders is what it sold before its first mark and what its marks have as archived
SELECT CONCAT('opening of product ', x.product_id, ': sold ', SUM(x.sold), ', marks ', SUM(x.marked), IF(SUM(x.there) = 0, ', no such product', '')) AS violation
FROM (
  SELECT product_id, sold, 0 AS marked, 0 AS there FROM product_openings
  UNION ALL
  SELECT product_id, 0, MIN(sold_before) + SUM(archived), 0 FROM sales_marks GROUP BY product_id
  UNION ALL
  SELECT id, 0, 0, 1 FROM products
) x
GROUP BY x.product_id
HAVING SUM(x.sold) <> SUM(x.marked) OR SUM(x.there) = 0;

-- order_total@both: an order's total is the sum of its lines
SELECT CONCAT('order ', o.id, ': total ', MIN(o.total_price), ', lines ', COALESCE(SUM(i.quantity * i.price), 0)) AS violation
FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
WHERE o.id >= COALESCE(@order_from, 0)
GROUP BY o.id
HAVING MIN(o.total_price) <> COALESCE(SUM(i.quantity * i.price), 0);

-- item_order@both: each line has its order
SELECT CONCAT('line ', i.line, ' of order ', i.order_id, ': no such order') AS violation
FROM order_items i LEFT JOIN orders o ON o.id = i.order_id
WHERE i.order_id >= COALESCE(@order_from, 0) AND o.id IS NULL;

-- item_product@both: each line has its product
SELECT CONCAT('product ', i.product_id, ': ', i.n, ' lines, and no such product') AS violation
FROM (SELECT product_id, COUNT(*) AS n FROM order_items WHERE order_id >= COALESCE(@order_from, 0) GROUP BY product_id) i
LEFT JOIN products p ON p.id = i.product_id
WHERE p.id IS NULL;

-- order_payment@both: each order has an approved payment of its user and total
SELECT CONCAT('order ', o.id, ': total ', o.total_price, ', payment ', COALESCE(CONCAT(p.status, ' of ', p.amount, ' by user ', p.user_id), 'missing')) AS violation
FROM orders o LEFT JOIN payments p ON p.id = o.id
WHERE o.id >= COALESCE(@order_from, 0) AND (p.id IS NULL OR p.status <> 'approved' OR p.amount <> o.total_price OR p.user_id <> o.user_id);

-- payment_order@both: an approved payment has its order, a failed one has none
SELECT CONCAT('payment ', p.id, ': ', p.status, IF(o.id IS NULL, ' without an order', ' with an order')) AS violation
FROM payments p LEFT JOIN orders o ON o.id = p.id
WHERE p.id >= COALESCE(@order_from, 0) AND (p.status = 'approved') <> (o.id IS NOT NULL);

-- order_ledger: each order took its total from its user's ledger, once
SELECT SQL_BIG_RESULT CONCAT('order ', x.order_id, ': total ', SUM(x.total), ', ledger ', SUM(x.taken), ' in ', SUM(x.entries), ' rows', IF(SUM(x.wanted) = 0, ', one archived', '')) AS violation
FROM (
  SELECT id AS order_id, user_id, IF(entries_archived = 0, total_price, 0) AS total, 0 AS taken, 0 AS entries, IF(entries_archived = 0, balance_after, 0) AS after_order, 0 AS after_entry, IF(entries_archived = 0, 1, 0) AS wanted FROM orders
  UNION ALL
  SELECT order_id, user_id, 0, -amount, 1, 0, balance_after, 0 FROM points_ledger WHERE type = 'payment'
) x
GROUP BY x.order_id, x.user_id
HAVING SUM(x.total) <> SUM(x.taken) OR SUM(x.entries) <> SUM(x.wanted) OR SUM(x.after_order) <> SUM(x.after_entry);

-- order_ledger@since: each new order took its total from its user's ledger, once; each new row of a payment has its order
SELECT CONCAT('order ', x.order_id, ': total ', SUM(x.total), ', ledger ', SUM(x.taken), ' in ', SUM(x.entries), ' rows', IF(SUM(x.wanted) = 0, ', one archived', '')) AS violation
FROM (
  SELECT id AS order_id, user_id, IF(entries_archived = 0, total_price, 0) AS total, 0 AS taken, 0 AS entries, IF(entries_archived = 0, balance_after, 0) AS after_order, 0 AS after_entry, IF(entries_archived = 0, 1, 0) AS wanted
  FROM orders WHERE id >= @order_from
  UNION ALL
  SELECT order_id, user_id, 0, -amount, 1, 0, balance_after, 0
  FROM points_ledger WHERE id >= @ledger_from AND type = 'payment'
  UNION ALL
  SELECT o.id, o.user_id, IF(o.entries_archived = 0, o.total_price, 0), 0, 0, IF(o.entries_archived = 0, o.balance_after, 0), 0, IF(o.entries_archived = 0, 1, 0)
  FROM (SELECT DISTINCT order_id FROM points_ledger WHERE id >= @ledger_from AND type = 'payment' AND order_id < @order_from) n
  STRAIGHT_JOIN orders o ON o.id = n.order_id
  UNION ALL
  SELECT l.order_id, l.user_id, 0, -l.amount, 1, 0, l.balance_after, 0
  FROM (
    SELECT o.id, o.user_id
    FROM orders o LEFT JOIN (SELECT DISTINCT order_id FROM points_ledger WHERE id >= @ledger_from AND type = 'payment') n ON n.order_id = o.id
    WHERE o.id >= @order_from AND n.order_id IS NULL
    UNION
    SELECT o.id, o.user_id
    FROM (SELECT DISTINCT order_id FROM points_ledger WHERE id >= @ledger_from AND type = 'payment' AND order_id < @order_from) n
    STRAIGHT_JOIN orders o ON o.id = n.order_id
  ) b
  STRAIGHT_JOIN points_ledger l FORCE INDEX (points_ledger_idem) ON l.user_id = b.user_id
  WHERE l.order_id = b.id AND l.id < @ledger_from
) x
GROUP BY x.order_id, x.user_id
HAVING SUM(x.total) <> SUM(x.taken) OR SUM(x.entries) <> SUM(x.wanted) OR SUM(x.after_order) <> SUM(x.after_entry);

-- refund_order: each cancelled order gave its total back to its user, once, and no other order did
SELECT SQL_BIG_RESULT CONCAT('order ', x.order_id, ': to give back ', SUM(x.total), ', given back ', SUM(x.refunded), ' in ', SUM(x.entries), ' rows') AS violation
FROM (
  SELECT id AS order_id, user_id, total_price AS total, 0 AS refunded, 0 AS entries, 1 AS wanted FROM orders WHERE status = 'cancelled' AND entries_archived < 2
  UNION ALL
  SELECT order_id, user_id, 0, amount, 1, 0 FROM points_ledger WHERE type = 'refund'
) x
GROUP BY x.order_id, x.user_id
HAVING SUM(x.total) <> SUM(x.refunded) OR SUM(x.entries) <> SUM(x.wanted);

-- refund_order@since: each order that a new refund is of is cancelled, and has that refund alone, of its total
SELECT CONCAT('order ', r.order_id, ': ', COALESCE(o.status, 'missing'), ', total ', COALESCE(o.total_price, 0), ', given back ', r.refunded, ' in ', r.entries, ' rows') AS violation
FROM (
  SELECT l.order_id, l.user_id, SUM(l.amount) AS refunded, COUNT(*) AS entries
  FROM (SELECT DISTINCT user_id FROM points_ledger WHERE id >= @ledger_from AND type = 'refund') n
  STRAIGHT_JOIN points_ledger l FORCE INDEX (points_ledger_user) ON l.user_id = n.user_id AND l.type = 'refund'
  GROUP BY l.order_id, l.user_id
  HAVING MAX(l.id) >= @ledger_from
) r
LEFT JOIN orders o ON o.id = r.order_id AND o.user_id = r.user_id
WHERE r.entries <> 1 OR COALESCE(o.status, '') <> 'cancelled' OR COALESCE(o.total_price, 0) <> r.refunded;

-- order_entries: no order has more rows of the ledger archived than it made
SELECT CONCAT('order ', id, ': ', status, ', ', entries_archived, ' rows of the ledger archived') AS violation
FROM orders
WHERE entries_archived NOT BETWEEN 0 AND 1 + (status = 'cancelled');

-- name_suffixes: searches find each product that is on sale by each character of its name, at its price, and no other
SELECT CONCAT('product ', x.id, ': on sale ', SUM(x.wanted), ', suffixes ', SUM(x.there), ', characters ', SUM(x.chars), ', at another price ', SUM(x.off)) AS violation
FROM (
  SELECT id, on_sale AS wanted, 0 AS there, IF(on_sale = 1, CHAR_LENGTH(name), 0) AS chars, 0 AS off, 0 AS longest, IF(on_sale = 1, LEAST(LENGTH(name_key), 200), 0) AS whole FROM products
  UNION ALL
  SELECT s.product_id, 0, COUNT(*), 0, SUM(p.id IS NULL OR s.price <> p.price OR LOCATE(s.suffix, p.name_key) = 0), MAX(LENGTH(s.suffix)), 0
  FROM product_suffixes s LEFT JOIN products p ON p.id = s.product_id
  GROUP BY s.product_id
) x
GROUP BY x.id
HAVING SUM(x.off) <> 0 OR SUM(x.longest) <> SUM(x.whole) OR SUM(x.there) > SUM(x.chars) OR (SUM(x.whole) < 200 AND SUM(x.there) <> SUM(x.chars));

-- name_suffixes@since: each product that is on sale is found, and none that is not
SELECT CONCAT('product ', p.id, ': on sale ', p.on_sale, ', found ', 1 - p.on_sale) AS violation
FROM products p
WHERE p.on_sale <> EXISTS (SELECT 1 FROM product_suffixes s WHERE s.product_id = p.id);

-- cart_lines@both: a cart's lines are of a user and a product, and not more than 100
SELECT CONCAT('cart of user ', c.user_id, ': product ', c.product_id, IF(u.id IS NULL, ', no such user', ', no such product')) AS violation
FROM cart_items c LEFT JOIN users u ON u.id = c.user_id LEFT JOIN products p ON p.id = c.product_id
WHERE u.id IS NULL OR p.id IS NULL
UNION ALL
SELECT CONCAT('cart of user ', user_id, ': ', COUNT(*), ' lines') FROM cart_items GROUP BY user_id HAVING COUNT(*) > 100;

-- grants_are_charges: each grant is the charge of its user and amount, or has noted of it what its answer needs when it was archived
SELECT CONCAT('grant ', CONVERT(g.jti USING ascii), ': ', g.amount, ' for user ', g.user_id, ', ledger row ', g.ledger_id, ' has ', COALESCE(CONCAT(l.type, ' ', l.amount, ' of user ', l.user_id), 'gone')) AS violation
FROM grants g LEFT JOIN points_ledger l ON l.id = g.ledger_id LEFT JOIN ledger_openings o ON o.user_id = g.user_id
WHERE IF(g.balance_after IS NOT NULL AND g.ledger_id <= o.last_id, l.id IS NOT NULL OR g.balance_after < g.amount,
  l.id IS NULL OR l.user_id <> g.user_id OR l.amount <> g.amount OR l.type <> 'charge' OR g.balance_after IS NOT NULL);

-- grants_are_charges@since: of each new charge, its grant
SELECT CONCAT('grant ', CONVERT(g.jti USING ascii), ': ', g.amount, ' for user ', g.user_id, ', ledger row ', l.id, ' has ', l.type, ' ', l.amount, ' of user ', l.user_id) AS violation
FROM points_ledger l JOIN grants g ON g.ledger_id = l.id
WHERE l.id >= @ledger_from AND (l.user_id <> g.user_id OR l.amount <> g.amount OR l.type <> 'charge');

-- closed_can_not_log_in@both: a password is of a user whose account is open
SELECT CONCAT('user ', c.user_id, ': has a password and is ', COALESCE(u.status, 'nobody')) AS violation
FROM credentials c LEFT JOIN users u ON u.id = c.user_id
WHERE u.id IS NULL OR u.status <> 'active';

-- marks_are_orders: what a product sold from marks of an hour to the next stands in the orders of that hour that were not cancelled, but for what was archived
SELECT SQL_BIG_RESULT CONCAT('product ', x.product_id, ' at ', FROM_DAYS(x.hour DIV 24), ' ', LPAD(x.hour MOD 24, 2, '0'), ':00:00: marks ', SUM(x.marked), ', orders ', SUM(x.ordered)) AS violation
FROM (
  SELECT TO_SECONDS(m.hour) DIV 3600 AS hour, m.product_id, COALESCE(LEAD(m.sold_before) OVER (PARTITION BY m.product_id ORDER BY m.id), p.sold, 0) - m.sold_before - m.archived AS marked, 0 AS ordered
  FROM sales_marks m LEFT JOIN products p ON p.id = m.product_id
  UNION ALL
  SELECT TO_SECONDS(o.created_at) DIV 3600, i.product_id, 0, i.quantity
  FROM orders o STRAIGHT_JOIN order_items i ON i.order_id = o.id
  WHERE o.status <> 'cancelled'
) x
GROUP BY x.hour, x.product_id
HAVING SUM(x.marked) <> SUM(x.ordered);

-- marks_are_orders@since?: what a product sold since in each hour by its marks stands in the new orders that were not cancelled; before them it had sold the rest, which lies in the last old mark that begins by then
SELECT x.product_id AS violation
FROM (
  SELECT TO_SECONDS(s.hour) DIV 3600 AS hour, s.product_id, s.ends - s.begins AS marked, 0 AS ordered
  FROM (
    SELECT m.product_id, m.hour, m.begins, COALESCE(LEAD(m.sold_before) OVER (PARTITION BY m.product_id ORDER BY m.id), p.sold, 0) AS ends
    FROM (
      SELECT k.id, k.product_id, k.hour, k.sold_before, c.cut AS begins
      FROM (
        SELECT p.id, p.sold - t.quantity AS cut, (
            SELECT o.id FROM sales_marks o FORCE INDEX (PRIMARY)
            WHERE o.product_id = p.id AND o.id < @mark_from AND o.sold_before <= p.sold - t.quantity
            ORDER BY o.id DESC LIMIT 1) AS mark_id
        FROM (
          SELECT u.product_id, SUM(u.quantity) AS quantity
          FROM (
            SELECT i.product_id, i.quantity FROM order_items i JOIN orders o ON o.id = i.order_id
            WHERE i.order_id >= @order_from AND o.status <> 'cancelled'
            UNION ALL
            SELECT product_id, 0 FROM sales_marks FORCE INDEX (sales_marks_id) WHERE id >= @mark_from
          ) u
          GROUP BY u.product_id
        ) t
        STRAIGHT_JOIN products p ON p.id = t.product_id
      ) c
      STRAIGHT_JOIN sales_marks k ON k.product_id = c.id AND k.id = c.mark_id
      UNION ALL
      SELECT id, product_id, hour, sold_before, sold_before FROM sales_marks FORCE INDEX (sales_marks_id) WHERE id >= @mark_from
    ) m
    LEFT JOIN products p ON p.id = m.product_id
  ) s
  UNION ALL
  SELECT TO_SECONDS(o.created_at) DIV 3600, i.product_id, 0, i.quantity
  FROM orders o STRAIGHT_JOIN order_items i ON i.order_id = o.id
  WHERE o.id >= @order_from AND o.status <> 'cancelled'
) x
GROUP BY x.hour, x.product_id
HAVING SUM(x.marked) <> SUM(x.ordered);

-- product_hour: a product's hour is that of its newest mark, and stepped_from the latest that an earlier one came after
SELECT CONCAT('product ', p.id, ': hour ', p.hour, ', newest mark ', COALESCE(n.hour, 'missing'), IF(p.stepped_from <> COALESCE(m.stepped_from, '1970-01-01 00:00:00'), CONCAT(', stepped from ', p.stepped_from, ', marks ', COALESCE(m.stepped_from, 'missing')), '')) AS violation
FROM products p
LEFT JOIN (
  SELECT s.product_id, MAX(s.id) AS newest, GREATEST(MAX(IF(s.hour < COALESCE(s.hour_before, o.hour), COALESCE(s.hour_before, o.hour), '1970-01-01 00:00:00')), COALESCE(MIN(o.stepped_from), '1970-01-01 00:00:00')) AS stepped_from
  FROM (SELECT product_id, id, hour, LAG(hour) OVER (PARTITION BY product_id ORDER BY id) AS hour_before FROM sales_marks) s
  LEFT JOIN product_openings o ON o.product_id = s.product_id
  GROUP BY s.product_id
) m ON m.product_id = p.id
LEFT JOIN sales_marks n ON n.product_id = m.product_id AND n.id = m.newest
WHERE p.hour <> COALESCE(n.hour, '1970-01-01 00:00:00') OR p.stepped_from <> COALESCE(m.stepped_from, '1970-01-01 00:00:00');

-- product_hour@since?: a product's hour is that of its newest mark, and stepped_from no earlier than one that a new mark of an earlier hour came after
SELECT h.id AS violation
FROM (
  SELECT p.id, p.hour, (
      SELECT m.hour FROM sales_marks m FORCE INDEX (PRIMARY)
      WHERE m.product_id = p.id ORDER BY m.id DESC LIMIT 1) AS newest
  FROM products p
) h
WHERE h.hour <> COALESCE(h.newest, '1970-01-01 00:00:00')
UNION ALL
SELECT p.id
FROM (
  SELECT m.product_id, m.hour, (
      SELECT b.hour FROM sales_marks b FORCE INDEX (PRIMARY)
      WHERE b.product_id = m.product_id AND b.id < m.id ORDER BY b.id DESC LIMIT 1) AS hour_before
  FROM sales_marks m FORCE INDEX (sales_marks_id) WHERE m.id >= @mark_from
) s
JOIN products p ON p.id = s.product_id
WHERE s.hour < s.hour_before AND p.stepped_from < s.hour_before;

-- archive_totals: each table of the archive has the rows that were put there, each column as it was
SELECT CONCAT('archive_', a.of_table, ': ', a.entries, ' rows, checksum ', a.checksum, ', put there ', COALESCE(t.entries, 0), ', ', COALESCE(t.checksum, 0)) AS violation
FROM (
  SELECT 'points_ledger' AS of_table, COUNT(*) AS entries, COALESCE(SUM(CRC32(CONCAT_WS('|', id, user_id, type, amount, balance_after, order_id, HEX(idem), HEX(fingerprint), created_at))), 0) AS checksum FROM archive_points_ledger
  UNION ALL
  SELECT 'orders', COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', id, user_id, status, total_price, balance_after, created_at, cancelled_at, fulfilled_at))), 0) FROM archive_orders
  UNION ALL
  SELECT 'order_items', COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', order_id, line, product_id, name, quantity, price))), 0) FROM archive_order_items
  UNION ALL
  SELECT 'payments', COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', id, user_id, amount, status, attempts, reason, created_at))), 0) FROM archive_payments
  UNION ALL
  SELECT 'stock_movements', COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', id, product_id, type, quantity, created_at, reason))), 0) FROM archive_stock_movements
  UNION ALL
  SELECT 'sales_marks', COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', id, product_id, hour, sold_before, archived))), 0) FROM archive_sales_marks
) a
LEFT JOIN archive_totals t ON t.of_table = a.of_table
WHERE (a.entries <> COALESCE(t.entries, 0) OR a.checksum <> COALESCE(t.checksum, 0)) AND COALESCE(t.emptying, 0) = 0;

-- archive_chain: each row of the archived ledger goes on from the one before it, and the last one is where the opening begins
SELECT CONCAT('archived ledger row ', c.id, ' of user ', c.user_id, ': balance after ', c.balance_after, ', row before ', COALESCE(c.before_it, 'none'), ', amount ', c.amount, ', opening ', COALESCE(CONCAT(o.last_id, ': ', o.balance_after), 'missing')) AS violation
FROM (
  SELECT id, user_id, amount, balance_after, LAG(balance_after) OVER (PARTITION BY user_id ORDER BY id) AS before_it, LEAD(id) OVER (PARTITION BY user_id ORDER BY id) AS next_id FROM archive_points_ledger
) c
LEFT JOIN ledger_openings o ON o.user_id = c.user_id
WHERE (c.balance_after <> c.before_it + c.amount OR (c.next_id IS NULL AND (o.user_id IS NULL OR o.last_id <> c.id OR o.balance_after <> c.balance_after)))
  AND NOT EXISTS (SELECT 1 FROM archive_totals WHERE emptying = 1);

-- archive_orders: each archived order has its lines, which add up, and its payment; it is settled and no longer among the orders
SELECT CONCAT('archived order ', x.id, ': total ', SUM(x.total), ', lines ', SUM(x.priced), ', payments ', SUM(x.paid), ' of ', SUM(x.amount), IF(SUM(x.live) > 0, ', and it is still there', '')) AS violation
FROM (
  SELECT id, user_id, total_price AS total, 0 AS priced, 0 AS amount, 0 AS paid, 1 AS wanted, 0 AS live FROM archive_orders
  UNION ALL
  SELECT i.order_id, COALESCE(o.user_id, 0), 0, SUM(i.quantity * i.price), 0, 0, 0, 0 FROM archive_order_items i LEFT JOIN archive_orders o ON o.id = i.order_id GROUP BY i.order_id, o.user_id
  UNION ALL
  SELECT id, user_id, 0, 0, amount, 1, 0, 0 FROM archive_payments WHERE status = 'approved'
  UNION ALL
  SELECT o.id, a.user_id, 0, 0, 0, 0, 0, 1 FROM orders o STRAIGHT_JOIN archive_orders a ON a.id = o.id WHERE o.id <= (SELECT MAX(id) FROM archive_orders)
) x
WHERE NOT EXISTS (SELECT 1 FROM archive_totals WHERE emptying = 1)
GROUP BY x.id, x.user_id
HAVING SUM(x.total) <> SUM(x.priced) OR SUM(x.total) <> SUM(x.amount) OR SUM(x.paid) <> SUM(x.wanted) OR SUM(x.live) > 0;
