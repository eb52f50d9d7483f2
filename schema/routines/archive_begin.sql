-- How far an archive up to p_before may go; called by shopctl archive.
--
-- Of each table it is all rows before the first that is dated p_before or later:
-- ids grow in the order of making, so that a row which a wrong clock dated long
-- ago is not taken for an old one.  One row: outcome; ledger, payments, movements,
-- marks: the last id that may go.  Committed is how old the archive's rows are.
CREATE /*M! OR REPLACE */ PROCEDURE archive_begin(IN p_before DATETIME)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_ledger, v_payments, v_movements, v_marks BIGINT;

  SELECT COALESCE((SELECT id FROM points_ledger WHERE created_at >= p_before
        ORDER BY id LIMIT 1) - 1, (SELECT MAX(id) FROM points_ledger), 0)
    INTO v_ledger;
  SELECT COALESCE((SELECT id FROM payments WHERE created_at >= p_before
        ORDER BY id LIMIT 1) - 1, (SELECT MAX(id) FROM payments), 0)
    INTO v_payments;
  SELECT COALESCE((SELECT id FROM stock_movements WHERE created_at >= p_before
        ORDER BY id LIMIT 1) - 1, (SELECT MAX(id) FROM stock_movements), 0)
    INTO v_movements;
  SELECT COALESCE((SELECT id FROM sales_marks FORCE INDEX (sales_marks_id)
        WHERE hour >= p_before ORDER BY id LIMIT 1) - 1,
      (SELECT MAX(id) FROM sales_marks), 0)
    INTO v_marks;
  START TRANSACTION;
  INSERT INTO archive_totals (of_table, before_day)
    VALUES ('points_ledger', p_before), ('orders', p_before),
      ('order_items', p_before), ('payments', p_before),
      ('stock_movements', p_before), ('sales_marks', p_before)
    ON DUPLICATE KEY UPDATE before_day = GREATEST(before_day, DATE(p_before));
  COMMIT;
  SELECT 'ok' AS outcome, v_ledger AS ledger, v_payments AS payments,
    v_movements AS movements, v_marks AS marks;
END
