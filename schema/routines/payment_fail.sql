-- Record a payment that failed for good: one row, and nothing else.
-- grant: worker
--
-- p_lines as in order_buy, from which the amount that was asked is told; '' is
-- the user's cart;
-- where no product is known there was nothing to pay, and no row.  Takes no
-- lock that the failed attempts may have waited for.  One row: outcome.
CREATE /*M! OR REPLACE */ PROCEDURE payment_fail(
  IN p_user BIGINT, IN p_attempts INT, IN p_reason VARCHAR(64) CHARACTER SET ascii,
  IN p_lines VARCHAR(2300) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_at INT DEFAULT 1;
  DECLARE v_amount DECIMAL(30) DEFAULT 0;
  DECLARE v_price BIGINT;

  IF p_lines = '' THEN
    SELECT COALESCE(SUM(p.price * c.quantity), 0) INTO v_amount
      FROM cart_items c JOIN products p ON p.id = c.product_id
      WHERE c.user_id = p_user;
  END IF;
  WHILE v_at <= LENGTH(p_lines) DO
    -- A SELECT of its own: inside SET it would wait for another's row lock.
    SET v_price = 0;
    SELECT price INTO v_price
      FROM products WHERE id = CAST(SUBSTRING(p_lines, v_at, 16) AS SIGNED);
    SET v_amount = v_amount + v_price
      * CAST(SUBSTRING(p_lines, v_at + 16, 4) AS SIGNED);
    SET v_at = v_at + 23;
  END WHILE;
  IF v_amount BETWEEN 1 AND 9007199254740991 THEN
    INSERT INTO payments (user_id, amount, status, attempts, reason, created_at)
      VALUES (p_user, v_amount, 'failed', p_attempts, p_reason, UTC_TIMESTAMP(3));
  END IF;
  SELECT 'ok' AS outcome;
END
