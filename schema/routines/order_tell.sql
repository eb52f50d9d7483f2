-- The answer of a routine that changed an order: on 'ok' and 'replayed' a row a
-- line (outcome, order_id, status, total_price, balance_after, created_at,
-- payment_status, attempts, product_id, name, quantity, price, cancelled_at,
-- fulfilled_at), else one row: outcome.  Its status is final, so that a
-- repetition is told the same; one that was archived is 'order_not_found'.
CREATE /*M! OR REPLACE */ PROCEDURE order_tell(
  IN p_outcome VARCHAR(32) CHARACTER SET ascii, IN p_order BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  IF p_outcome IN ('ok', 'replayed')
      AND EXISTS (SELECT 1 FROM orders WHERE id = p_order) THEN
    SELECT p_outcome AS outcome, o.id AS order_id, o.status, o.total_price,
        o.balance_after, o.created_at,
        IF(o.status = 'cancelled', 'refunded', p.status) AS payment_status,
        p.attempts, i.product_id, i.name, i.quantity, i.price,
        o.cancelled_at, o.fulfilled_at
      FROM orders o JOIN payments p ON p.id = o.id
        JOIN order_items i ON i.order_id = o.id
      WHERE o.id = p_order ORDER BY i.line;
  ELSE
    SELECT IF(p_outcome IN ('ok', 'replayed'), 'order_not_found', p_outcome)
      AS outcome;
  END IF;
END
