-- Move marks of the products behind p_after into the archive, in one transaction:
-- of each the first ones, up to p_floor and of hours before p_before, as long as
-- every piece sold from them on was archived.  The newest always stays, and so do
-- all from the hour of an order on that is still there: a cancel needs them.  One
-- row: outcome, last (the product to go on behind; NULL: there is none), moved
-- (rows; p_rows, or so many as the last product has, p_rows more at most).
CREATE /*M! OR REPLACE */ PROCEDURE archive_marks(
  IN p_after BIGINT, IN p_floor BIGINT, IN p_before DATETIME, IN p_rows INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_at BIGINT DEFAULT p_after;
  DECLARE v_product, v_stop, v_n, v_checksum, v_copied BIGINT;
  DECLARE v_moved, v_looked, v_window INT DEFAULT 0;
  DECLARE v_hour, v_stepped DATETIME;

  SET v_window = p_rows + 1;
  START TRANSACTION;
  WHILE v_at IS NOT NULL AND v_moved < p_rows AND v_looked < p_rows DO
    SET v_looked = v_looked + 1;
    SELECT MIN(product_id) INTO v_product FROM sales_marks
      WHERE product_id > v_at;
    IF v_product IS NOT NULL THEN
      -- The first that stays; the last one looked at does, for it has no end.
      SELECT MIN(IF(s.id <= p_floor AND s.hour < p_before
            AND s.ends = s.sold_before + s.archived, NULL, s.id)) INTO v_stop
        FROM (SELECT w.id, w.hour, w.sold_before, w.archived,
              LEAD(w.sold_before) OVER (ORDER BY w.id) AS ends
            FROM (SELECT id, hour, sold_before, archived
                FROM sales_marks FORCE INDEX (PRIMARY)
                WHERE product_id = v_product ORDER BY id LIMIT v_window) w) s;
      SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', id, product_id, hour,
          sold_before, archived)))
        INTO v_n, v_checksum FROM sales_marks
        WHERE product_id = v_product AND id < v_stop;
      IF v_n > 0 THEN
        SET v_hour = NULL;
        SELECT hour INTO v_hour FROM product_openings
          WHERE product_id = v_product;
        SELECT MAX(IF(s.hour < s.hour_before, s.hour_before, '1970-01-01 00:00:00'))
          INTO v_stepped
          FROM (SELECT hour, COALESCE(LAG(hour) OVER (ORDER BY id), v_hour) AS hour_before
              FROM sales_marks
              WHERE product_id = v_product AND id < v_stop) s;
        SELECT hour INTO v_hour FROM sales_marks
          WHERE product_id = v_product AND id < v_stop
          ORDER BY id DESC LIMIT 1;
        INSERT INTO product_openings (product_id, hour, stepped_from)
          VALUES (v_product, v_hour, v_stepped)
          ON DUPLICATE KEY UPDATE hour = v_hour,
            stepped_from = GREATEST(stepped_from, v_stepped);
        INSERT INTO archive_sales_marks
            (id, product_id, hour, sold_before, archived)
          SELECT id, product_id, hour, sold_before, archived FROM sales_marks
            WHERE product_id = v_product AND id < v_stop;
        SET v_copied = ROW_COUNT();
        DELETE FROM sales_marks WHERE product_id = v_product AND id < v_stop;
        CALL archive_count('sales_marks', v_n, v_checksum, v_copied, ROW_COUNT());
        SET v_moved = v_moved + v_n;
      END IF;
    END IF;
    -- A whole window gone: there may be more of this product.
    IF v_product IS NULL OR v_n < p_rows THEN
      SET v_at = v_product;
    END IF;
  END WHILE;
  COMMIT;
  SELECT 'ok' AS outcome, v_at AS last, v_moved AS moved;
END
