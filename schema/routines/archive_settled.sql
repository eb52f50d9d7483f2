-- Move what is settled among the next p_rows payments behind p_after, up to
-- p_floor, into the archive, in one transaction: payments that failed, and those
-- of orders that were cancelled or fulfilled before p_before and whose rows of
-- the ledger are there already, with these orders and their lines.  p_paid: paid
-- orders, too, which can't be cancelled any more then.  One row: outcome, last
-- (the id to go on behind; NULL: there is nothing more), moved (orders).
--
-- entries_archived is -1 of those that go: it locks them, and by it each
-- statement finds them again.  What they sold goes into the products' openings
-- and (archive_fill) into the marks of their hours; no product's row is touched, on which
-- everybody waits.  Marks are filled from the oldest of an hour on, and
-- sales_undo takes from the newest.
CREATE /*M! OR REPLACE */ PROCEDURE archive_settled(
  IN p_after BIGINT, IN p_floor BIGINT, IN p_before DATETIME, IN p_rows INT,
  IN p_paid BOOLEAN)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_last, v_orders, v_total BIGINT;
  DECLARE v_items, v_lines, v_payments BIGINT;
  DECLARE v_orders_sum, v_items_sum, v_payments_sum BIGINT;
  DECLARE v_orders_copied, v_items_copied, v_payments_copied BIGINT;

  SELECT MAX(c.id) INTO v_last FROM (SELECT id FROM payments
      WHERE id > p_after AND id <= p_floor ORDER BY id LIMIT p_rows) c;
  IF v_last IS NOT NULL THEN
    START TRANSACTION;
    UPDATE orders FORCE INDEX (PRIMARY) SET entries_archived = -1
      WHERE id > p_after AND id <= v_last
        AND entries_archived = 1 + (status = 'cancelled')
        AND (cancelled_at < p_before OR fulfilled_at < p_before
          OR (status = 'paid' AND p_paid));
    SELECT COUNT(*), SUM(total_price), SUM(CRC32(CONCAT_WS('|', id, user_id,
        status, total_price, balance_after, created_at, cancelled_at,
        fulfilled_at)))
      INTO v_orders, v_total, v_orders_sum FROM orders FORCE INDEX (PRIMARY)
      WHERE id > p_after AND id <= v_last AND entries_archived = -1;
    SELECT COUNT(*), SUM(i.quantity * i.price), SUM(CRC32(CONCAT_WS('|',
        i.order_id, i.line, i.product_id, i.name, i.quantity, i.price)))
      INTO v_items, v_lines, v_items_sum
      FROM orders o FORCE INDEX (PRIMARY)
        STRAIGHT_JOIN order_items i ON i.order_id = o.id
      WHERE o.id > p_after AND o.id <= v_last AND o.entries_archived = -1;
    SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', p.id, p.user_id, p.amount,
        p.status, p.attempts, p.reason, p.created_at)))
      INTO v_payments, v_payments_sum
      FROM payments p FORCE INDEX (PRIMARY) LEFT JOIN orders o ON o.id = p.id
      WHERE p.id > p_after AND p.id <= v_last
        AND (p.status = 'failed' OR o.entries_archived = -1);
    IF v_total <> v_lines THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT
        = 'the lines of an order do not add up: run shopctl audit';
    END IF;

    -- 1. What was sold.
    INSERT INTO product_openings (product_id, sold)
      SELECT i.product_id, SUM(i.quantity)
        FROM orders o FORCE INDEX (PRIMARY)
          STRAIGHT_JOIN order_items i ON i.order_id = o.id
        WHERE o.id > p_after AND o.id <= v_last AND o.entries_archived = -1
          AND o.status <> 'cancelled'
        GROUP BY i.product_id
      ON DUPLICATE KEY UPDATE sold = product_openings.sold + VALUES(sold);
    CALL archive_fill(p_after, v_last);

    -- 2. The rows.
    INSERT INTO archive_orders (id, user_id, status, total_price, balance_after,
        created_at, cancelled_at, fulfilled_at)
      SELECT id, user_id, status, total_price, balance_after, created_at,
          cancelled_at, fulfilled_at
        FROM orders FORCE INDEX (PRIMARY)
        WHERE id > p_after AND id <= v_last AND entries_archived = -1;
    SET v_orders_copied = ROW_COUNT();
    INSERT INTO archive_order_items
        (order_id, line, product_id, name, quantity, price)
      SELECT i.order_id, i.line, i.product_id, i.name, i.quantity, i.price
        FROM orders o FORCE INDEX (PRIMARY)
          STRAIGHT_JOIN order_items i ON i.order_id = o.id
        WHERE o.id > p_after AND o.id <= v_last AND o.entries_archived = -1;
    SET v_items_copied = ROW_COUNT();
    INSERT INTO archive_payments
        (id, user_id, amount, status, attempts, reason, created_at)
      SELECT p.id, p.user_id, p.amount, p.status, p.attempts, p.reason,
          p.created_at
        FROM payments p FORCE INDEX (PRIMARY) LEFT JOIN orders o ON o.id = p.id
        WHERE p.id > p_after AND p.id <= v_last
          AND (p.status = 'failed' OR o.entries_archived = -1);
    SET v_payments_copied = ROW_COUNT();
    DELETE p FROM payments p LEFT JOIN orders o ON o.id = p.id
      WHERE p.id > p_after AND p.id <= v_last
        AND (p.status = 'failed' OR o.entries_archived = -1);
    CALL archive_count('payments', v_payments, v_payments_sum,
      v_payments_copied, ROW_COUNT());
    DELETE i FROM orders o STRAIGHT_JOIN order_items i ON i.order_id = o.id
      WHERE o.id > p_after AND o.id <= v_last AND o.entries_archived = -1;
    CALL archive_count('order_items', v_items, v_items_sum, v_items_copied,
      ROW_COUNT());
    DELETE FROM orders
      WHERE id > p_after AND id <= v_last AND entries_archived = -1;
    CALL archive_count('orders', v_orders, v_orders_sum, v_orders_copied,
      ROW_COUNT());
    COMMIT;
  END IF;
  SELECT 'ok' AS outcome, v_last AS last, COALESCE(v_orders, 0) AS moved;
END
