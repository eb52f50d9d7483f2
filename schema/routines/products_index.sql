-- Let searches find the products that were made before there was
-- product_suffixes, or by a routine that did not know of it.  Called by shopctl
-- migrate once the routines are those of now; where it was cut short it goes on.
-- A product a transaction, so that nobody waits for long.
CREATE /*M! OR REPLACE */ PROCEDURE products_index()
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_last, v_id BIGINT DEFAULT 0;

  WHILE v_id IS NOT NULL DO
    SET v_last = v_id;
    SET v_id = (SELECT p.id FROM products p
      WHERE p.id > v_last AND p.on_sale = 1 AND NOT EXISTS (SELECT 1
        FROM product_suffixes s WHERE s.product_id = p.id)
      ORDER BY p.id LIMIT 1);
    IF v_id IS NOT NULL THEN
      START TRANSACTION;
      SELECT id INTO v_id FROM products WHERE id = v_id FOR UPDATE;
      CALL product_index(v_id);
      COMMIT;
    END IF;
  END WHILE;
END
