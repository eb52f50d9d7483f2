-- What an order sold is in stock again, and the ranking forgets it; called by
-- do_order_cancel in its transaction.  Products are taken in the order of their
-- ids, as order_buy takes them.
--
-- A product's marks cut what it has ever sold into segments, each of an hour
-- (src/shop/rank.h).  The order's pieces lie in a segment of its hour, and all
-- marks behind that one are lowered by as many.  Where the clock was set back
-- there may be several of that hour: the newest gives what it has, the ones
-- before it the rest, for only the sum of an hour means anything.  Pieces whose
-- orders were archived are nobody's to give.
CREATE /*M! OR REPLACE */ PROCEDURE sales_undo(IN p_order BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_product, v_mark, v_begins, v_ends, v_archived BIGINT DEFAULT 0;
  DECLARE v_left, v_taken INT;
  DECLARE v_hour DATETIME;

  SELECT DATE_FORMAT(created_at, '%Y-%m-%d %H:00:00') INTO v_hour
    FROM orders WHERE id = p_order;
  each_line: LOOP
    SET v_left = NULL;
    SELECT product_id, quantity INTO v_product, v_left FROM order_items
      WHERE order_id = p_order AND product_id > v_product
      ORDER BY product_id LIMIT 1;
    IF v_left IS NULL THEN
      LEAVE each_line;
    END IF;
    SELECT sold INTO v_ends FROM products WHERE id = v_product FOR UPDATE;
    UPDATE products SET stock = stock + v_left, sold = sold - v_left
      WHERE id = v_product;
    SET v_mark = 9223372036854775807;
    WHILE v_left > 0 DO
      SET v_begins = NULL;
      SELECT id, sold_before, archived INTO v_mark, v_begins, v_archived
        FROM sales_marks
        WHERE product_id = v_product AND hour = v_hour AND id < v_mark
        ORDER BY id DESC LIMIT 1;
      IF v_begins IS NULL THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an order has no mark';
      END IF;
      SELECT COALESCE((SELECT sold_before FROM sales_marks
          WHERE product_id = v_product AND id > v_mark
          ORDER BY id LIMIT 1), v_ends) INTO v_ends;
      SET v_taken = LEAST(v_left,
          GREATEST(v_ends - v_begins - v_archived, 0)),
        v_left = v_left - v_taken;
      UPDATE sales_marks SET sold_before = sold_before - v_taken
        WHERE product_id = v_product AND id > v_mark;
    END WHILE;
  END LOOP each_line;
END
