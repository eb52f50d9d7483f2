-- Before the first sale of an hour: notes of each product of p_lines, which
-- are order_buy's, how many were sold of it until now, when p_hour begins;
-- called by order_buy in its transaction.  Another hour is any but that of
-- the newest mark, for the clock may have been set back.  All of them are
-- locked, in the lines' order, even where only some want a mark: two orders
-- meet in no deadlock.
CREATE /*M! OR REPLACE */ PROCEDURE sales_mark(
  IN p_lines VARCHAR(2300) CHARACTER SET ascii, IN p_hour DATETIME)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_product, v_sold BIGINT;
  DECLARE v_hour DATETIME;
  DECLARE v_at INT DEFAULT 1;

  WHILE v_at <= LENGTH(p_lines) DO
    SET v_product = CAST(SUBSTRING(p_lines, v_at, 16) AS SIGNED);
    SELECT sold, hour INTO v_sold, v_hour
      FROM products WHERE id = v_product FOR UPDATE;
    IF v_hour <> p_hour THEN
      INSERT INTO sales_marks (product_id, hour, sold_before)
        VALUES (v_product, p_hour, v_sold);
      UPDATE products SET hour = p_hour,
          stepped_from = IF(v_hour > p_hour, GREATEST(stepped_from, v_hour), stepped_from)
        WHERE id = v_product;
    END IF;
    SET v_at = v_at + 23;
  END WHILE;
END
