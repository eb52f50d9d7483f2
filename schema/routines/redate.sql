-- Date by the clock what was dated ahead of it, by more than p_ahead_s: what
-- was made while the clock was ahead, and the marks of hours to come.  One
-- row: outcome, orders, payments, ledger, marks, others (how many).  All of it
-- is done or nothing.
--
-- An order and its mark move together: of the hours to come every order does.
-- All products are locked for that, in the order in which order_buy locks
-- them, so that no order is half done.  Orders wait as long as those orders
-- are read of which some may be ahead: from the first that was seen before on,
-- less what may have been under way then.  Ids grow in the order of making.
CREATE /*M! OR REPLACE */ PROCEDURE redate(IN p_ahead_s INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_under_way INT DEFAULT 100000;
  DECLARE v_from, v_last_ledger, v_last_payment, v_n BIGINT;
  DECLARE v_orders, v_payments, v_ledger, v_marks, v_others BIGINT;
  DECLARE v_now, v_until DATETIME(3);
  DECLARE v_hour DATETIME;

  SELECT COALESCE(MIN(IF(created_at > UTC_TIMESTAMP(3), id, NULL)), MAX(id), 0)
      - v_under_way INTO v_from FROM orders;
  SELECT MAX(id) INTO v_last_ledger FROM points_ledger;
  SELECT MAX(id) INTO v_last_payment FROM payments;

  START TRANSACTION;
  SET v_now = UTC_TIMESTAMP(3);
  SET v_until = v_now + INTERVAL p_ahead_s SECOND;
  UPDATE points_ledger SET created_at = v_now
    WHERE id <= v_last_ledger AND created_at > v_until;
  SET v_ledger = ROW_COUNT();
  UPDATE payments SET created_at = v_now
    WHERE id <= v_last_payment AND created_at > v_until;
  SET v_payments = ROW_COUNT();
  UPDATE stock_movements SET created_at = v_now WHERE created_at > v_until;
  SET v_others = ROW_COUNT();
  UPDATE users SET created_at = v_now WHERE created_at > v_until;
  SET v_others = v_others + ROW_COUNT();
  UPDATE credentials SET changed_at = v_now WHERE changed_at > v_until;
  SET v_others = v_others + ROW_COUNT();
  UPDATE grants SET created_at = v_now WHERE created_at > v_until;
  SET v_others = v_others + ROW_COUNT();
  UPDATE cart_items SET added_at = v_now WHERE added_at > v_until;
  SET v_others = v_others + ROW_COUNT();
  -- A key is kept for as long as it was to be.
  UPDATE requests SET expires_at = v_now
      + INTERVAL TIMESTAMPDIFF(SECOND, created_at, expires_at) SECOND,
      created_at = v_now
    WHERE created_at > v_until;
  SET v_others = v_others + ROW_COUNT();
  -- An order of long ago may have been cancelled lately.
  UPDATE orders SET cancelled_at = IF(cancelled_at > v_until, v_now, cancelled_at),
      fulfilled_at = IF(fulfilled_at > v_until, v_now, fulfilled_at)
    WHERE cancelled_at > v_until OR fulfilled_at > v_until;
  SET v_others = v_others + ROW_COUNT();

  SELECT MAX(sold) INTO v_n FROM products FORCE INDEX (PRIMARY) FOR UPDATE;
  SET v_now = UTC_TIMESTAMP(3);
  SET v_hour = DATE_FORMAT(v_now, '%Y-%m-%d %H:00:00');
  SET v_until = LEAST(v_now + INTERVAL p_ahead_s SECOND,
    v_hour + INTERVAL 3599999000 MICROSECOND);
  UPDATE products SET created_at = v_now WHERE created_at > v_until;
  SET v_others = v_others + ROW_COUNT();
  UPDATE orders SET created_at = v_now
    WHERE id >= v_from AND created_at > v_until;
  SET v_orders = ROW_COUNT();
  UPDATE sales_marks SET hour = v_hour WHERE hour > v_hour;
  SET v_marks = ROW_COUNT();
  UPDATE products p JOIN (
      SELECT s.product_id, MAX(IF(s.hour < s.hour_before, s.hour_before,
          '1970-01-01 00:00:00')) AS stepped_from
        FROM (SELECT m.product_id, m.hour, COALESCE(LAG(m.hour)
              OVER (PARTITION BY m.product_id ORDER BY m.id), b.hour) AS hour_before
            FROM products a JOIN sales_marks m ON m.product_id = a.id
              LEFT JOIN product_openings b ON b.product_id = a.id
            WHERE a.hour > v_hour OR a.stepped_from > v_hour) s
        GROUP BY s.product_id) n ON n.product_id = p.id
      LEFT JOIN product_openings o ON o.product_id = p.id
    SET p.stepped_from = GREATEST(n.stepped_from,
        COALESCE(o.stepped_from, '1970-01-01 00:00:00')),
      p.hour = (SELECT m.hour FROM sales_marks m
        WHERE m.product_id = p.id ORDER BY m.id DESC LIMIT 1);
  COMMIT;

  SELECT 'ok' AS outcome, v_orders AS orders, v_payments AS payments,
    v_ledger AS ledger, v_marks AS marks, v_others AS others;
END
