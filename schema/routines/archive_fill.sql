-- Note in the marks of their hours what the orders behind p_after, up to p_last, sold
-- that archive_settled archives (entries_archived is -1, and not cancelled), the
-- oldest mark of an hour first; called by archive_settled in its transaction.
--
-- A loop, for the mark behind a mark is found at once only where both parts of
-- its key are constants: a join reads the product's marks from the first one on.
CREATE /*M! OR REPLACE */ PROCEDURE archive_fill(
  IN p_after BIGINT, IN p_last BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_product, v_mark, v_begins, v_ends, v_archived BIGINT;
  DECLARE v_left, v_taken BIGINT;
  DECLARE v_hour DATETIME;
  DECLARE v_done INT DEFAULT 0;
  DECLARE sold CURSOR FOR
    SELECT i.product_id, CAST(DATE_FORMAT(o.created_at, '%Y-%m-%d %H:00:00')
          AS DATETIME) AS hour, SUM(i.quantity)
      FROM orders o FORCE INDEX (PRIMARY)
        STRAIGHT_JOIN order_items i ON i.order_id = o.id
      WHERE o.id > p_after AND o.id <= p_last AND o.entries_archived = -1
        AND o.status <> 'cancelled'
      GROUP BY i.product_id, hour;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET v_done = 1;

  OPEN sold;
  FETCH sold INTO v_product, v_hour, v_left;
  WHILE NOT v_done DO
    SET v_mark = 0;
    WHILE v_left > 0 AND v_mark IS NOT NULL DO
      SELECT MIN(id) INTO v_mark FROM sales_marks FORCE INDEX (sales_marks_product)
        WHERE product_id = v_product AND hour = v_hour AND id > v_mark;
      IF v_mark IS NOT NULL THEN
        SELECT sold_before, archived INTO v_begins, v_archived FROM sales_marks
          WHERE product_id = v_product AND id = v_mark;
        SELECT COALESCE(MAX(n.sold_before), 9223372036854775807) INTO v_ends
          FROM (SELECT sold_before FROM sales_marks FORCE INDEX (PRIMARY)
              WHERE product_id = v_product AND id > v_mark
              ORDER BY id LIMIT 1) n;
        SET v_taken = LEAST(v_left, GREATEST(v_ends - v_begins - v_archived, 0)),
          v_left = v_left - v_taken;
        UPDATE sales_marks SET archived = archived + v_taken
          WHERE product_id = v_product AND id = v_mark;
      END IF;
    END WHILE;
    FETCH sold INTO v_product, v_hour, v_left;
  END WHILE;
  CLOSE sold;
END
