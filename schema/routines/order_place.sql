-- Place an order and pay it with points, all or nothing, exactly once a key.
-- grant: worker
--
-- p_lines: 23 digits a line, product id 16, quantity 4, place in the order 3;
-- sorted by product id, so that two orders lock their products in one order.
-- p_attempt: 1..4, told to the payment service.  p_wait: see points_charge.
--
-- 'ok' and 'replayed': a row a line of the order (outcome, order_id, status,
-- total_price, balance_after, created_at, payment_status, attempts,
-- product_id, name, quantity, price).  Else one row: outcome, required,
-- available (points), lines ("PLACE:AVAILABLE" of each line at fault, with a
-- blank between).  Committed on 'ok'; nothing is changed on any other
-- outcome.  On an error the transaction is open: the caller rolls back.
--
-- The user's row is locked first and makes one user's writes wait for each
-- other; the rows that many users want, sums and stock, come last.
CREATE /*M! OR REPLACE */ PROCEDURE order_place(
  IN p_user BIGINT, IN p_idem BINARY(16), IN p_fingerprint BINARY(16),
  IN p_wait INT, IN p_attempt INT,
  IN p_lines VARCHAR(2300) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
place: BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii DEFAULT 'ok';
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_balance, v_order, v_product, v_price, v_stock BIGINT;
  DECLARE v_quantity, v_at INT;
  DECLARE v_rounds INT DEFAULT 0;
  DECLARE v_total DECIMAL(30);
  DECLARE v_missing, v_short VARCHAR(2300) CHARACTER SET ascii;
  DECLARE v_prices VARCHAR(1600) CHARACTER SET ascii;
  DECLARE v_fingerprint BINARY(16);
  DECLARE v_now DATETIME(3);

  IF p_wait > 0 AND COALESCE(GET_LOCK(CONCAT('shop:', HEX(p_idem)), p_wait), 0) = 0 THEN
    SELECT 'idempotency_in_progress' AS outcome, NULL AS required,
      NULL AS available, NULL AS `lines`;
    LEAVE place;
  END IF;

  once: LOOP
  BEGIN
    DECLARE EXIT HANDLER FOR 1062 SET v_outcome = 'replayed';

    START TRANSACTION;
    SELECT status, balance INTO v_status, v_balance
      FROM users WHERE id = p_user FOR UPDATE;
    IF v_status IS NULL OR v_status <> 'active' THEN
      SET v_outcome = 'unknown_user';
      LEAVE once;
    END IF;
    SET v_now = UTC_TIMESTAMP(3);

    SET v_total = 0, v_missing = '', v_short = '', v_prices = '', v_at = 1;
    WHILE v_at <= LENGTH(p_lines) DO
      SET v_product = CAST(SUBSTRING(p_lines, v_at, 16) AS SIGNED),
        v_quantity = CAST(SUBSTRING(p_lines, v_at + 16, 4) AS SIGNED),
        v_price = NULL;
      SELECT price, stock INTO v_price, v_stock
        FROM products WHERE id = v_product;
      IF v_price IS NULL THEN
        SET v_missing = CONCAT(v_missing, SUBSTRING(p_lines, v_at + 20, 3), ':0 ');
      ELSE
        SET v_total = v_total + v_price * v_quantity,
          v_prices = CONCAT(v_prices, LPAD(v_price, 16, '0'));
        IF v_stock < v_quantity THEN
          SET v_short = CONCAT(v_short, SUBSTRING(p_lines, v_at + 20, 3), ':',
            v_stock, ' ');
        END IF;
      END IF;
      SET v_at = v_at + 23;
    END WHILE;
    SET v_outcome = CASE
      WHEN v_missing <> '' THEN 'product_not_found'
      WHEN v_total > 9007199254740991 THEN 'validation_failed'
      WHEN v_total > v_balance THEN 'insufficient_points'
      WHEN v_short <> '' THEN 'insufficient_stock'
      ELSE 'ok' END;
    IF v_outcome <> 'ok' THEN
      LEAVE once;
    END IF;

    CALL payment_request(p_user, v_total, p_attempt, v_order);
    INSERT INTO orders (id, user_id, total_price, balance_after, created_at)
      VALUES (v_order, p_user, v_total, v_balance - v_total, v_now);
    INSERT INTO points_ledger
        (user_id, type, amount, balance_after, order_id, idem, fingerprint, created_at)
      VALUES (p_user, 'payment', -v_total, v_balance - v_total, v_order, p_idem,
        p_fingerprint, v_now);
    UPDATE users SET balance = balance - v_total
      WHERE id = p_user AND balance >= v_total;
    IF ROW_COUNT() <> 1 THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a locked balance changed';
    END IF;

    SET v_at = 1;
    WHILE v_at <= LENGTH(p_lines) DO
      INSERT INTO order_items (order_id, line, product_id, name, quantity, price)
        SELECT v_order, CAST(SUBSTRING(p_lines, v_at + 20, 3) AS SIGNED), id, name,
            CAST(SUBSTRING(p_lines, v_at + 16, 4) AS SIGNED),
            CAST(SUBSTRING(v_prices, (v_at - 1) DIV 23 * 16 + 1, 16) AS SIGNED)
          FROM products WHERE id = CAST(SUBSTRING(p_lines, v_at, 16) AS SIGNED);
      SET v_at = v_at + 23;
    END WHILE;

    SET v_at = 1;
    WHILE v_at <= LENGTH(p_lines) DO
      SET v_product = CAST(SUBSTRING(p_lines, v_at, 16) AS SIGNED),
        v_quantity = CAST(SUBSTRING(p_lines, v_at + 16, 4) AS SIGNED);
      INSERT INTO hourly_sales (hour, product_id, sold)
        VALUES (DATE_FORMAT(v_now, '%Y-%m-%d %H:00:00'), v_product, v_quantity)
        ON DUPLICATE KEY UPDATE sold = sold + v_quantity;
      UPDATE products SET stock = stock - v_quantity, sold = sold + v_quantity
        WHERE id = v_product AND stock >= v_quantity;
      IF ROW_COUNT() <> 1 THEN
        -- Somebody else got the last ones since we looked: look again,
        -- but not for ever.
        ROLLBACK;
        SET v_rounds = v_rounds + 1;
        IF v_rounds > 10 THEN
          SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213,
            MESSAGE_TEXT = 'the stock does not hold still';
        END IF;
        ITERATE once;
      END IF;
      SET v_at = v_at + 23;
    END WHILE;
    COMMIT;
  END;
  LEAVE once;
  END LOOP once;

  IF v_outcome <> 'ok' THEN
    ROLLBACK;
    -- A refusal now may have been a success when the key came first.
    IF v_outcome <> 'unknown_user' THEN
      SELECT fingerprint, order_id INTO v_fingerprint, v_order
        FROM points_ledger WHERE user_id = p_user AND idem = p_idem;
      IF v_fingerprint IS NOT NULL THEN
        SET v_outcome = IF(v_fingerprint = p_fingerprint, 'replayed',
          'idempotency_key_reused');
      END IF;
    END IF;
  END IF;
  IF p_wait > 0 THEN
    DO RELEASE_ALL_LOCKS();
  END IF;
  CASE v_outcome
  WHEN 'ok' THEN
    SELECT 'ok' AS outcome, v_order AS order_id, 'paid' AS status,
        CAST(v_total AS SIGNED) AS total_price,
        CAST(v_balance - v_total AS SIGNED) AS balance_after, v_now AS created_at,
        'approved' AS payment_status, p_attempt AS attempts,
        product_id, name, quantity, price
      FROM order_items WHERE order_id = v_order ORDER BY line;
  WHEN 'replayed' THEN
    -- As it was answered first, whatever became of the order since.
    SELECT 'replayed' AS outcome, o.id AS order_id, 'paid' AS status,
        o.total_price, o.balance_after, o.created_at,
        'approved' AS payment_status, p.attempts,
        i.product_id, i.name, i.quantity, i.price
      FROM orders o JOIN payments p ON p.id = o.id
        JOIN order_items i ON i.order_id = o.id
      WHERE o.id = v_order ORDER BY i.line;
  ELSE
    SELECT v_outcome AS outcome,
      CAST(LEAST(v_total, 9007199254740991) AS SIGNED) AS required,
      v_balance AS available,
      IF(v_outcome = 'product_not_found', v_missing, v_short) AS `lines`;
  END CASE;
END
