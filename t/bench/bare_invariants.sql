-- SPDX-License-Identifier: MIT
-- No rows while money and stock of bare.sql are conserved.
SELECT 'money', u.total, l.total
FROM (SELECT SUM(balance) AS total FROM users) u,
  (SELECT 1000 * 1000000000000 + COALESCE(SUM(amount), 0) AS total FROM ledger) l
WHERE u.total <> l.total;
SELECT 'stock', p.total, i.total
FROM (SELECT SUM(stock) AS total FROM products) p,
  (SELECT 1000 * 1000000000000 - COALESCE(SUM(quantity), 0) AS total FROM order_items) i
WHERE p.total <> i.total;
SELECT 'orders', o.n, o.total, p.n, p.total, i.n, i.total
FROM (SELECT COUNT(*) AS n, SUM(total_price) AS total FROM orders) o,
  (SELECT COUNT(*) AS n, SUM(amount) AS total FROM payments) p,
  (SELECT COUNT(*) AS n, SUM(price * quantity) AS total FROM order_items) i
WHERE o.n <> p.n OR o.n <> i.n OR o.total <> p.total OR o.total <> i.total;
