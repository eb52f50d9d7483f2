-- Change a user's cart, exactly once a key.
-- grant: worker
--
-- The first arguments are request_begin's.  p_how: 'add' p_quantity pieces of
-- p_product to what is there, 'set' them, 'take' them away (0: all there are), or
-- 'clear' the whole cart.
--
-- A row a line (outcome, requested, available, product_id, name, image_url,
-- quantity, price, stock, on_sale), or one of NULLs: on 'ok' and 'replayed' the
-- cart as it was then, in the order in which products came into it.  Refusals:
-- 'product_not_found' for one that is off sale, too;
-- 'validation_failed': more than 1000 pieces, of which there is room for
-- `available`, or, with NULL there, a total over 2^53-1; 'cart_full';
-- 'insufficient_stock' and 'insufficient_cart_quantity' with both numbers.
--
-- The user's row is locked, without which nothing changes a cart.  Nothing is
-- reserved by it.
CREATE /*M! OR REPLACE */ PROCEDURE cart_change(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT,
  IN p_how VARCHAR(5) CHARACTER SET ascii, IN p_product BIGINT,
  IN p_quantity BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_role VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_answer MEDIUMTEXT CHARACTER SET utf8mb4;
  DECLARE v_made, v_price, v_stock, v_available BIGINT;
  DECLARE v_requested BIGINT DEFAULT p_quantity;
  DECLARE v_lines, v_has INT DEFAULT 0;
  DECLARE v_total DECIMAL(40);

  CALL request_begin(p_user, p_issued, p_idem, p_fingerprint, p_wait, 'customer',
    v_outcome, v_role, v_made, v_answer);
  IF v_outcome IS NULL THEN
    SELECT COUNT(*), COALESCE(SUM(IF(product_id = p_product, quantity, 0)), 0)
      INTO v_lines, v_has FROM cart_items WHERE user_id = p_user;
    SET v_outcome = 'ok';
    IF p_how = 'clear' THEN
      DELETE FROM cart_items WHERE user_id = p_user;
    ELSEIF p_how = 'take' THEN
      IF v_has < p_quantity THEN
        SET v_outcome = 'insufficient_cart_quantity', v_available = v_has;
      ELSEIF p_quantity = 0 OR p_quantity = v_has THEN
        DELETE FROM cart_items WHERE user_id = p_user AND product_id = p_product;
      ELSE
        UPDATE cart_items SET quantity = quantity - p_quantity
          WHERE user_id = p_user AND product_id = p_product;
      END IF;
    ELSE
      IF p_how = 'add' THEN
        SET v_requested = v_has + p_quantity;
      END IF;
      SELECT price, stock INTO v_price, v_stock
        FROM products WHERE id = p_product AND on_sale;
      IF v_price IS NULL THEN
        SET v_outcome = 'product_not_found';
      ELSEIF v_requested > 1000 THEN
        SET v_outcome = 'validation_failed', v_available = 1000 - v_has;
      ELSEIF v_has = 0 AND v_lines >= 100 THEN
        SET v_outcome = 'cart_full';
      ELSEIF v_requested > v_stock THEN
        SET v_outcome = 'insufficient_stock', v_available = v_stock;
      ELSE
        SELECT COALESCE(SUM(c.quantity * CAST(p.price AS DECIMAL(40))), 0)
          INTO v_total
          FROM cart_items c JOIN products p ON p.id = c.product_id
          WHERE c.user_id = p_user AND c.product_id <> p_product;
        IF v_total + v_requested * CAST(v_price AS DECIMAL(40)) > 9007199254740991 THEN
          SET v_outcome = 'validation_failed';
        ELSE
          INSERT INTO cart_items (user_id, product_id, quantity, added_at)
            VALUES (p_user, p_product, v_requested, UTC_TIMESTAMP(3))
            ON DUPLICATE KEY UPDATE quantity = v_requested;
        END IF;
      END IF;
    END IF;
    IF v_outcome = 'ok' THEN
      SELECT CONCAT('[', COALESCE(GROUP_CONCAT(JSON_ARRAY(p.id, p.name,
          p.image_url, c.quantity, p.price, p.stock, CAST(p.on_sale AS SIGNED))
          ORDER BY c.added_at, c.product_id SEPARATOR ','), ''), ']')
        INTO v_answer
        FROM cart_items c JOIN products p ON p.id = c.product_id
        WHERE c.user_id = p_user;
    END IF;
    CALL request_end(p_user, p_idem, p_fingerprint, p_wait, v_outcome, p_product,
      v_answer);
  END IF;
  SELECT v_outcome AS outcome, v_requested AS requested,
      v_available AS available, j.product_id, j.name, j.image_url, j.quantity,
      j.price, j.stock, j.on_sale
    FROM (SELECT 1) one LEFT JOIN JSON_TABLE(v_answer, '$[*]' COLUMNS (
        n FOR ORDINALITY, product_id BIGINT PATH '$[0]',
        name VARCHAR(100) CHARACTER SET utf8mb4 PATH '$[1]',
        image_url VARCHAR(500) CHARACTER SET utf8mb4 PATH '$[2]',
        quantity INT PATH '$[3]', price BIGINT PATH '$[4]',
        stock BIGINT PATH '$[5]', on_sale INT PATH '$[6]')) j ON TRUE
    ORDER BY j.n;
END
