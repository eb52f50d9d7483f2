-- A new product, whose opening stock (0: none) is a movement.
-- One row: outcome, id.
CREATE /*M! OR REPLACE */ PROCEDURE product_add(
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_description VARCHAR(1000) CHARACTER SET utf8mb4,
  IN p_price BIGINT, IN p_stock BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_id BIGINT;
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);

  START TRANSACTION;
  INSERT INTO products (name, description, price, stock, created_at)
    VALUES (p_name, p_description, p_price, p_stock, v_now);
  SET v_id = LAST_INSERT_ID();
  IF p_stock > 0 THEN
    INSERT INTO stock_movements (product_id, type, quantity, created_at)
      VALUES (v_id, 'opening', p_stock, v_now);
  END IF;
  CALL product_index(v_id);
  COMMIT;
  SELECT 'ok' AS outcome, v_id AS id;
END
