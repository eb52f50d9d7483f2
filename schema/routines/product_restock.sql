-- An admin has pieces of a product come, or go: see do_product_restock.
-- grant: worker
CREATE /*M! OR REPLACE */ PROCEDURE product_restock(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_product BIGINT,
  IN p_quantity BIGINT, IN p_reason VARCHAR(100) CHARACTER SET utf8mb4)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  CALL do_product_restock(p_user, p_issued, p_idem, p_fingerprint, p_wait, p_product,
    p_quantity, p_reason,
    'admin');
END
