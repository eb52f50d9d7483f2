-- Place an order and pay it with points, all or nothing, exactly once a key.
-- grant: worker
--
-- p_lines, here and wherever a routine has it: 23 digits a line, one line after
-- the other.  16 of the product's id (2^53-1 has as many), 4 of the quantity,
-- 3 of the place in the client's order, from 0.  All are of one width, so that
-- line n is SUBSTRING(p_lines, n * 23 + 1, 23), and a join with line_numbers
-- takes all apart at once.  They are sorted by product id, so that two orders
-- lock their products in one order.
-- p_cart: the lines are those of the user's cart, which is emptied with it;
-- p_lines is not looked at.
-- p_prices: what the client was shown, 16 digits for each line of p_lines (0: not
-- said); '' where no line says any.  p_total: the same of the total; 0: not said.
-- p_issued: when the user's token was issued, in ms since 1970.
-- p_attempt: 1..4, told to the payment service.  p_wait: see charge_points.
--
-- 'ok' and 'replayed': a row a line of the order (outcome, order_id, status,
-- total_price, balance_after, created_at, payment_status, attempts,
-- product_id, name, quantity, price).  Else one row: outcome, required,
-- available (points), lines (see order_refuse), asked (p_lines).  Committed on
-- 'ok'; nothing is changed on any other outcome.  On an error the transaction is
-- open: the caller rolls back.
--
-- This is the quick way, which looks at the products without a lock and then
-- takes points and stock by guarded UPDATEs: the user's row first, which makes
-- one user's writes wait for each other; the rows that many users want, the
-- stock, last.  Where a guard or the key fails, order_refuse finds out why.
-- LAST_INSERT_ID(x) is how an UPDATE tells what it has set.  Prices are carried
-- along, so that total and lines agree.  An order of one line, as most are, is
-- spared the joins.  The joins are held to the products' key: where the server
-- believes that there are few products it reads them all, and locks them all.
--
-- An order is dated by the clock, whatever that was before.  A product's hour
-- is that of its newest row in sales_marks, and what it sells is of that hour:
-- the first order of any other one, later or earlier, makes its marks.
CREATE /*M! OR REPLACE */ PROCEDURE order_buy(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_attempt INT,
  IN p_lines VARCHAR(2300) CHARACTER SET ascii,
  IN p_prices VARCHAR(1600) CHARACTER SET ascii, IN p_total BIGINT,
  IN p_cart BOOLEAN)
  MODIFIES SQL DATA SQL SECURITY DEFINER
buy: BEGIN
  DECLARE v_n INT DEFAULT LENGTH(p_lines) DIV 23;
  DECLARE v_product BIGINT;
  DECLARE v_quantity INT;
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_name VARCHAR(100) CHARACTER SET utf8mb4;
  DECLARE v_balance, v_order, v_price, v_total BIGINT;
  DECLARE v_enough, v_taken INT;
  DECLARE v_rounds INT DEFAULT 0;
  DECLARE v_lines VARCHAR(2300) CHARACTER SET ascii;
  DECLARE v_prices VARCHAR(1600) CHARACTER SET ascii;
  DECLARE v_now DATETIME(3);
  DECLARE v_hour, v_newest DATETIME;

  -- 1. One request a key at a time.  A lock's name is the server's, which
  --    other shops may use.
  IF p_wait > 0 AND COALESCE(GET_LOCK(CONCAT(LEFT(SHA2(DATABASE(), 256), 24), ':',
      HEX(p_idem)), p_wait), 0) = 0 THEN
    SELECT 'idempotency_in_progress' AS outcome, NULL AS required,
      NULL AS available, NULL AS `lines`, NULL AS asked;
    LEAVE buy;
  END IF;

  once: LOOP
    quickly: BEGIN
      DECLARE EXIT HANDLER FOR 1062 BEGIN END;

      -- 2. What do the lines cost, and is there as much?
      START TRANSACTION;
      IF p_cart THEN
        CALL cart_lines(p_user, p_lines);
        SET v_n = LENGTH(p_lines) DIV 23;
      END IF;
      SET v_enough = 0;
      IF v_n = 1 THEN
        SET v_product = CAST(SUBSTRING(p_lines, 1, 16) AS SIGNED),
          v_quantity = CAST(SUBSTRING(p_lines, 17, 4) AS SIGNED);
        SELECT name, price, LEAST(price * v_quantity, 9007199254740992),
            stock >= v_quantity AND on_sale
              AND (p_prices = '' OR CAST(p_prices AS SIGNED) IN (0, price)),
            hour, hour
          INTO v_name, v_price, v_total, v_enough, v_hour, v_newest
          FROM products WHERE id = v_product;
      ELSE
        SELECT LEAST(SUM(p.price * CAST(SUBSTRING(p_lines, l.n * 23 + 17, 4) AS SIGNED)),
              9007199254740992),
            SUM(p.stock >= CAST(SUBSTRING(p_lines, l.n * 23 + 17, 4) AS SIGNED)
              AND p.on_sale AND (p_prices = '' OR
                CAST(SUBSTRING(p_prices, l.n * 16 + 1, 16) AS SIGNED) IN (0, p.price))),
            GROUP_CONCAT(LPAD(p.price, 16, '0') ORDER BY l.n SEPARATOR ''),
            MIN(p.hour), MAX(p.hour)
          INTO v_total, v_enough, v_prices, v_hour, v_newest
          FROM line_numbers l STRAIGHT_JOIN products p FORCE INDEX (PRIMARY)
            ON p.id = CAST(SUBSTRING(p_lines, l.n * 23 + 1, 16) AS SIGNED)
          WHERE l.n < v_n;
      END IF;
      IF v_n = 0 OR v_enough < v_n OR (p_total > 0 AND p_total <> v_total) THEN
        LEAVE quickly;
      END IF;

      -- 3. Points: an active user who has as many, by a token that was not revoked.
      UPDATE users SET balance = LAST_INSERT_ID(balance - v_total)
        WHERE id = p_user AND status = 'active' AND tokens_from <= p_issued
          AND balance >= v_total;
      IF ROW_COUNT() <> 1 THEN
        LEAVE quickly;
      END IF;

      -- 4. The hour, of the ranking.
      SET v_balance = LAST_INSERT_ID(),
        v_now = UTC_TIMESTAMP(3);
      IF v_now < v_newest OR v_now >= v_hour + INTERVAL 1 HOUR THEN
        SET v_hour = DATE_FORMAT(v_now, '%Y-%m-%d %H:00:00');
        CALL sales_mark(p_lines, v_hour);
      END IF;

      -- 5. Payment, order, ledger with the key.
      CALL payment_request(p_user, v_total, p_attempt, v_order);
      INSERT INTO orders (id, user_id, total_price, balance_after, created_at)
        VALUES (v_order, p_user, v_total, v_balance, v_now);
      INSERT INTO points_ledger
          (user_id, type, amount, balance_after, order_id, idem, fingerprint, created_at)
        VALUES (p_user, 'payment', -v_total, v_balance, v_order, p_idem,
          p_fingerprint, v_now);
      IF p_cart THEN
        DELETE FROM cart_items WHERE user_id = p_user;
      END IF;

      -- 6. Lines, and the stock last.
      IF v_n = 1 THEN
        INSERT INTO order_items (order_id, line, product_id, name, quantity, price)
          VALUES (v_order, 0, v_product, v_name, v_quantity, v_price);
        UPDATE products SET stock = stock - v_quantity, sold = sold + v_quantity
          WHERE id = v_product AND hour = v_hour AND stock >= v_quantity;
        SET v_taken = ROW_COUNT();
      ELSE
        INSERT INTO order_items (order_id, line, product_id, name, quantity, price)
          SELECT v_order, CAST(SUBSTRING(p_lines, l.n * 23 + 21, 3) AS SIGNED),
              p.id, p.name, CAST(SUBSTRING(p_lines, l.n * 23 + 17, 4) AS SIGNED),
              CAST(SUBSTRING(v_prices, l.n * 16 + 1, 16) AS SIGNED)
            FROM line_numbers l STRAIGHT_JOIN products p FORCE INDEX (PRIMARY)
              ON p.id = CAST(SUBSTRING(p_lines, l.n * 23 + 1, 16) AS SIGNED)
            WHERE l.n < v_n;
        UPDATE line_numbers l STRAIGHT_JOIN products p FORCE INDEX (PRIMARY)
            ON p.id = CAST(SUBSTRING(p_lines, l.n * 23 + 1, 16) AS SIGNED)
          SET p.stock = p.stock - CAST(SUBSTRING(p_lines, l.n * 23 + 17, 4) AS SIGNED),
            p.sold = p.sold + CAST(SUBSTRING(p_lines, l.n * 23 + 17, 4) AS SIGNED)
          WHERE l.n < v_n AND p.hour = v_hour
            AND p.stock >= CAST(SUBSTRING(p_lines, l.n * 23 + 17, 4) AS SIGNED);
        SET v_taken = ROW_COUNT();
      END IF;
      IF v_taken < v_n THEN
        -- Somebody else got the last ones since we looked, or began an hour.
        LEAVE quickly;
      END IF;
      COMMIT;
      SET v_outcome = 'ok';
      LEAVE once;
    END quickly;

    CALL order_refuse(p_user, p_issued, p_idem, p_fingerprint, p_lines, p_prices,
      p_total, v_outcome, v_order, v_total, v_balance, v_lines);
    IF v_outcome IS NOT NULL THEN
      LEAVE once;
    END IF;
    -- What was in the way is over: again.  Each round has lost a race for a
    -- row; who loses ten would lose more, and the caller pauses before it
    -- tries again.
    SET v_rounds = v_rounds + 1;
    IF v_rounds > 10 THEN
      SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213,
        MESSAGE_TEXT = 'the stock does not hold still';
    END IF;
  END LOOP once;

  -- 7. The answer, as it was given first.
  IF p_wait > 0 THEN
    DO RELEASE_ALL_LOCKS();
  END IF;
  CASE v_outcome
  WHEN 'ok' THEN
    IF v_n = 1 THEN
      SELECT 'ok' AS outcome, v_order AS order_id, 'paid' AS status,
        v_total AS total_price, v_balance AS balance_after,
        v_now AS created_at, 'approved' AS payment_status,
        p_attempt AS attempts, v_product AS product_id, v_name AS name,
        v_quantity AS quantity, v_price AS price;
    ELSE
      SELECT 'ok' AS outcome, v_order AS order_id, 'paid' AS status,
          v_total AS total_price, v_balance AS balance_after,
          v_now AS created_at, 'approved' AS payment_status,
          p_attempt AS attempts, product_id, name, quantity, price
        FROM order_items WHERE order_id = v_order ORDER BY line;
    END IF;
  WHEN 'replayed' THEN
    -- Whatever became of the order since.
    SELECT 'replayed' AS outcome, o.id AS order_id, 'paid' AS status,
        o.total_price, o.balance_after, o.created_at,
        'approved' AS payment_status, p.attempts,
        i.product_id, i.name, i.quantity, i.price
      FROM orders o JOIN payments p ON p.id = o.id
        JOIN order_items i ON i.order_id = o.id
      WHERE o.id = v_order ORDER BY i.line;
  ELSE
    SELECT v_outcome AS outcome,
      LEAST(v_total, 9007199254740991) AS required, v_balance AS available,
      v_lines AS `lines`, p_lines AS asked;
  END CASE;
END
