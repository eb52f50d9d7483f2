-- Change a product, unless another change came first.
--
-- The first arguments are request_begin's; p_role is the caller's word, never a
-- client's: 'admin' from product_change, 'operator' from shopctl.
-- p_version: the one that the caller has seen.  p_set: the sum of what is to
-- change: 1 name, 2 description, 4 price, 8 image_url ('' for none), 16 on_sale.
-- The row of product_tell.  Refusals: 'product_not_found'; 'edit_conflict', with
-- the version of now in `available`.
-- The version rises although the values may be those that were there.
CREATE /*M! OR REPLACE */ PROCEDURE do_product_change(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_product BIGINT,
  IN p_version BIGINT, IN p_set INT,
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_description VARCHAR(1000) CHARACTER SET utf8mb4, IN p_price BIGINT,
  IN p_image_url VARCHAR(500) CHARACTER SET utf8mb4, IN p_on_sale INT,
  IN p_role VARCHAR(8) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_role VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_answer MEDIUMTEXT CHARACTER SET utf8mb4;
  DECLARE v_made, v_version BIGINT;

  CALL request_begin(p_user, p_issued, p_idem, p_fingerprint, p_wait, p_role,
    v_outcome, v_role, v_made, v_answer);
  IF v_outcome IS NULL THEN
    SELECT version INTO v_version FROM products WHERE id = p_product FOR UPDATE;
    SET v_outcome = CASE WHEN v_version IS NULL THEN 'product_not_found'
      WHEN v_version <> p_version THEN 'edit_conflict' ELSE 'ok' END;
    IF v_outcome = 'ok' THEN
      UPDATE products SET version = version + 1,
          name = IF(p_set & 1, p_name, name),
          description = IF(p_set & 2, p_description, description),
          price = IF(p_set & 4, p_price, price),
          image_url = IF(p_set & 8, IF(p_image_url = '', NULL, p_image_url), image_url),
          on_sale = IF(p_set & 16, p_on_sale, on_sale)
        WHERE id = p_product;
      IF p_set & 21 THEN
        CALL product_index(p_product);
      END IF;
      CALL product_note(p_product, v_answer);
    END IF;
    CALL request_end(p_user, p_idem, p_fingerprint, p_wait, v_outcome, p_product,
      v_answer);
  END IF;
  CALL product_tell(v_outcome, NULL, v_version, v_answer);
END
