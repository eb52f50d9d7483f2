-- Tell a product as product_create, do_product_change or do_product_restock
-- noted it.
-- Called by these alone.
--
-- One row: outcome, requested, available, id, name, description, price, stock,
-- image_url, version, on_sale; the last eight are NULL unless p_answer is there.
CREATE /*M! OR REPLACE */ PROCEDURE product_tell(
  IN p_outcome VARCHAR(32) CHARACTER SET ascii, IN p_requested BIGINT,
  IN p_available BIGINT, IN p_answer MEDIUMTEXT CHARACTER SET utf8mb4)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  SELECT p_outcome AS outcome, p_requested AS requested,
      p_available AS available, j.id, j.name, j.description, j.price, j.stock,
      j.image_url, j.version, j.on_sale
    FROM (SELECT 1) one LEFT JOIN JSON_TABLE(p_answer, '$' COLUMNS (
        id BIGINT PATH '$[0]',
        name VARCHAR(100) CHARACTER SET utf8mb4 PATH '$[1]',
        description VARCHAR(1000) CHARACTER SET utf8mb4 PATH '$[2]',
        price BIGINT PATH '$[3]', stock BIGINT PATH '$[4]',
        image_url VARCHAR(500) CHARACTER SET utf8mb4 PATH '$[5]',
        version BIGINT PATH '$[6]', on_sale INT PATH '$[7]')) j ON TRUE;
END
