-- Why an order could not be placed the quick way: the contract's checks, in
-- its order, under the lock of the user's row.  Called by order_buy alone,
-- and only when a guard or the key has failed.
--
-- p_issued, p_lines, p_prices and p_total as in order_buy; no lines are an empty
-- cart.  v_outcome is 'replayed', the wire code of a
-- refusal, or NULL: whatever was in the way is gone, so try again.  With
-- 'replayed' v_order is the order that the key has made; else v_total and
-- v_balance are points, and v_lines "PLACE:NUMBER " of each line at fault, where
-- the number is what is left of it, or its price where that is not as shown.
-- Nothing is changed, and no transaction is left open.
CREATE /*M! OR REPLACE */ PROCEDURE order_refuse(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_lines VARCHAR(2300) CHARACTER SET ascii,
  IN p_prices VARCHAR(1600) CHARACTER SET ascii, IN p_total BIGINT,
  OUT v_outcome VARCHAR(32) CHARACTER SET ascii, OUT v_order BIGINT,
  OUT v_total BIGINT, OUT v_balance BIGINT,
  OUT v_lines VARCHAR(2300) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_fingerprint BINARY(16);
  DECLARE v_from, v_price, v_stock, v_shown BIGINT;
  DECLARE v_quantity, v_at INT DEFAULT 1;
  DECLARE v_place CHAR(3) CHARACTER SET ascii;
  DECLARE v_missing, v_short, v_changed VARCHAR(2300) CHARACTER SET ascii DEFAULT '';

  ROLLBACK;
  START TRANSACTION;

  -- 1. The user, whose other orders wait from here on; and the key, for a
  --    refusal now may have been a success when the key came first.
  SELECT status, tokens_from, balance INTO v_status, v_from, v_balance
    FROM users WHERE id = p_user FOR UPDATE;
  SELECT fingerprint, order_id INTO v_fingerprint, v_order
    FROM points_ledger WHERE user_id = p_user AND idem = p_idem;

  -- 2. Every line: is there such a product, what does it cost, is it in stock?
  SET v_total = 0;
  WHILE v_at <= LENGTH(p_lines) DO
    SET v_quantity = CAST(SUBSTRING(p_lines, v_at + 16, 4) AS SIGNED),
      v_place = SUBSTRING(p_lines, v_at + 20, 3), v_price = NULL,
      v_shown = CAST(CONCAT('0', SUBSTRING(p_prices, (v_at - 1) DIV 23 * 16 + 1, 16)) AS SIGNED);
    SELECT price, stock INTO v_price, v_stock
      FROM products WHERE id = CAST(SUBSTRING(p_lines, v_at, 16) AS SIGNED) AND on_sale;
    IF v_price IS NULL THEN
      SET v_missing = CONCAT(v_missing, v_place, ':0 ');
    ELSE
      SET v_total = LEAST(v_total + v_price * v_quantity, 9007199254740992);
      IF v_stock < v_quantity THEN
        SET v_short = CONCAT(v_short, v_place, ':', v_stock, ' ');
      END IF;
      IF v_shown > 0 AND v_shown <> v_price THEN
        SET v_changed = CONCAT(v_changed, v_place, ':', v_price, ' ');
      END IF;
    END IF;
    SET v_at = v_at + 23;
  END WHILE;

  -- 3. The first that is wrong is the answer.
  SET v_outcome = CASE
    WHEN v_status IS NULL OR v_status <> 'active' THEN 'unknown_user'
    WHEN v_from > p_issued THEN 'invalid_token'
    WHEN v_fingerprint = p_fingerprint THEN 'replayed'
    WHEN v_fingerprint IS NOT NULL THEN 'idempotency_key_reused'
    WHEN p_lines = '' THEN 'cart_empty'
    WHEN v_missing <> '' THEN 'product_not_found'
    WHEN v_total > 9007199254740991 THEN 'validation_failed'
    WHEN v_changed <> '' OR (p_total > 0 AND p_total <> v_total) THEN 'price_changed'
    WHEN v_total > v_balance THEN 'insufficient_points'
    WHEN v_short <> '' THEN 'insufficient_stock'
    END;
  SET v_lines = CASE v_outcome WHEN 'product_not_found' THEN v_missing
    WHEN 'price_changed' THEN v_changed ELSE v_short END;
  IF v_outcome = 'replayed' THEN
    CALL await_durable();
  END IF;
  ROLLBACK;
END
