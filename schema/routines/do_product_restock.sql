-- Pieces of a product come, or go otherwise than by an order; exactly once a key.
--
-- The first arguments are request_begin's; p_role is the caller's word, never a
-- client's: 'admin' from product_restock, 'operator' from shopctl.
-- p_quantity is signed, and p_reason '' for none.  The row of product_tell.
-- Refusals: 'product_not_found'; 'insufficient_stock', with the pieces that were to
-- go and those that are there; 'validation_failed': more than 2^53-1 pieces, with
-- those that are there.
CREATE /*M! OR REPLACE */ PROCEDURE do_product_restock(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_product BIGINT,
  IN p_quantity BIGINT, IN p_reason VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_role VARCHAR(8) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_role VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_answer MEDIUMTEXT CHARACTER SET utf8mb4;
  DECLARE v_made, v_stock BIGINT;

  CALL request_begin(p_user, p_issued, p_idem, p_fingerprint, p_wait, p_role,
    v_outcome, v_role, v_made, v_answer);
  IF v_outcome IS NULL THEN
    SELECT stock INTO v_stock FROM products WHERE id = p_product FOR UPDATE;
    SET v_outcome = CASE WHEN v_stock IS NULL THEN 'product_not_found'
      WHEN v_stock + p_quantity < 0 THEN 'insufficient_stock'
      WHEN p_quantity > 0 AND v_stock + p_quantity > 9007199254740991
        THEN 'validation_failed'
      ELSE 'ok' END;
    IF v_outcome = 'ok' THEN
      UPDATE products SET stock = stock + p_quantity WHERE id = p_product;
      INSERT INTO stock_movements (product_id, type, quantity, reason, created_at)
        VALUES (p_product, 'restock', p_quantity,
          IF(p_reason = '', NULL, p_reason), UTC_TIMESTAMP(3));
      CALL product_note(p_product, v_answer);
    END IF;
    CALL request_end(p_user, p_idem, p_fingerprint, p_wait, v_outcome, p_product,
      v_answer);
  END IF;
  CALL product_tell(v_outcome, -p_quantity, v_stock, v_answer);
END
