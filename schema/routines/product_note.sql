-- A product as it is now, as the note that product_tell tells it from.
CREATE /*M! OR REPLACE */ PROCEDURE product_note(IN p_product BIGINT,
  OUT v_answer MEDIUMTEXT CHARACTER SET utf8mb4)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  SELECT JSON_ARRAY(id, name, description, price, stock, image_url, version,
      CAST(on_sale AS SIGNED)) INTO v_answer
    FROM products WHERE id = p_product;
END
