-- A new product, an admin's, whose opening stock (0: none) is a movement; exactly
-- once a key.
-- grant: worker
--
-- The first arguments are request_begin's.  p_image_url: '' for none.  The row of
-- product_tell.
CREATE /*M! OR REPLACE */ PROCEDURE product_create(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT,
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_description VARCHAR(1000) CHARACTER SET utf8mb4,
  IN p_price BIGINT, IN p_stock BIGINT,
  IN p_image_url VARCHAR(500) CHARACTER SET utf8mb4)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_role VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_answer MEDIUMTEXT CHARACTER SET utf8mb4;
  DECLARE v_id BIGINT;
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);

  CALL request_begin(p_user, p_issued, p_idem, p_fingerprint, p_wait, 'admin',
    v_outcome, v_role, v_id, v_answer);
  IF v_outcome IS NULL THEN
    SET v_outcome = 'ok';
    INSERT INTO products (name, description, price, stock, image_url, created_at)
      VALUES (p_name, p_description, p_price, p_stock,
        IF(p_image_url = '', NULL, p_image_url), v_now);
    SET v_id = LAST_INSERT_ID();
    IF p_stock > 0 THEN
      INSERT INTO stock_movements (product_id, type, quantity, created_at)
        VALUES (v_id, 'opening', p_stock, v_now);
    END IF;
    CALL product_index(v_id);
    CALL product_note(v_id, v_answer);
    CALL request_end(p_user, p_idem, p_fingerprint, p_wait, v_outcome, v_id,
      v_answer);
  END IF;
  CALL product_tell(v_outcome, NULL, NULL, v_answer);
END
