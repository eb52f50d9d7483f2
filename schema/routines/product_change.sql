-- An admin changes a product: see do_product_change.
-- grant: worker
CREATE /*M! OR REPLACE */ PROCEDURE product_change(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_product BIGINT,
  IN p_version BIGINT, IN p_set INT,
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_description VARCHAR(1000) CHARACTER SET utf8mb4, IN p_price BIGINT,
  IN p_image_url VARCHAR(500) CHARACTER SET utf8mb4, IN p_on_sale INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  CALL do_product_change(p_user, p_issued, p_idem, p_fingerprint, p_wait, p_product,
    p_version, p_set, p_name, p_description, p_price, p_image_url, p_on_sale,
    'admin');
END
