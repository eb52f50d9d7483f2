-- What searches find a product by: a row of product_suffixes for each character
-- of its name, from which on a text may stand there; none where it is off sale.
-- Called in the transaction of whoever made or changed the product.
--
-- Two suffixes of one name can be the same only where both were cut.
CREATE /*M! OR REPLACE */ PROCEDURE product_index(IN p_product BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DELETE FROM product_suffixes WHERE product_id = p_product;
  INSERT INTO product_suffixes (suffix, product_id, price)
    WITH RECURSIVE place (n, suffix) AS (
      SELECT 1, CONVERT(name_key USING utf8mb4)
        FROM products WHERE id = p_product AND on_sale = 1
      UNION ALL
      SELECT n + 1, SUBSTRING(suffix, 2) FROM place
        WHERE CHAR_LENGTH(suffix) > 1)
    SELECT DISTINCT LEFT(CAST(s.suffix AS BINARY), 200), p.id, p.price
      FROM place s JOIN products p ON p.id = p_product;
END
