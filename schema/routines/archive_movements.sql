-- Move the first p_rows movements of stock behind p_after, up to p_floor, into the
-- archive, in one transaction; their sum goes into the products' openings.  One
-- row: outcome, last (the id to go on behind; NULL: there is nothing more), moved
-- (rows).
CREATE /*M! OR REPLACE */ PROCEDURE archive_movements(
  IN p_after BIGINT, IN p_floor BIGINT, IN p_rows INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_last, v_n, v_checksum, v_copied BIGINT;

  SELECT MAX(c.id) INTO v_last FROM (SELECT id FROM stock_movements
      WHERE id > p_after AND id <= p_floor ORDER BY id LIMIT p_rows) c;
  IF v_last IS NOT NULL THEN
    START TRANSACTION;
    SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', id, product_id, type, quantity,
        created_at, reason)))
      INTO v_n, v_checksum FROM stock_movements
      WHERE id > p_after AND id <= v_last;
    INSERT INTO product_openings (product_id, came)
      SELECT product_id, SUM(quantity) FROM stock_movements
        WHERE id > p_after AND id <= v_last GROUP BY product_id
      ON DUPLICATE KEY UPDATE came = product_openings.came + VALUES(came);
    INSERT INTO archive_stock_movements
        (id, product_id, type, quantity, created_at, reason)
      SELECT id, product_id, type, quantity, created_at, reason
        FROM stock_movements WHERE id > p_after AND id <= v_last;
    SET v_copied = ROW_COUNT();
    DELETE FROM stock_movements WHERE id > p_after AND id <= v_last;
    CALL archive_count('stock_movements', v_n, v_checksum, v_copied, ROW_COUNT());
    COMMIT;
  END IF;
  SELECT 'ok' AS outcome, v_last AS last, COALESCE(v_n, 0) AS moved;
END
