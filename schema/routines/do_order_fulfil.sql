-- What was ordered has been sent: from here on it can't be cancelled.
--
-- The first arguments are request_begin's; p_role is the caller's word, never a
-- client's: 'admin' from order_fulfil, 'operator' from shopctl.
-- 'order_not_found', 'order_not_fulfillable' (it is cancelled).  'ok' and
-- 'replayed': the rows of order_tell.
CREATE /*M! OR REPLACE */ PROCEDURE do_order_fulfil(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_order BIGINT,
  IN p_role VARCHAR(8) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_role, v_status VARCHAR(9) CHARACTER SET ascii;
  DECLARE v_made BIGINT;
  DECLARE v_answer MEDIUMTEXT CHARACTER SET utf8mb4;

  CALL request_begin(p_user, p_issued, p_idem, p_fingerprint, p_wait, p_role,
    v_outcome, v_role, v_made, v_answer);
  IF v_outcome IS NULL THEN
    SELECT status INTO v_status FROM orders WHERE id = p_order FOR UPDATE;
    SET v_outcome = CASE WHEN v_status IS NULL THEN 'order_not_found'
      WHEN v_status = 'cancelled' THEN 'order_not_fulfillable' ELSE 'ok' END;
    IF v_status = 'paid' THEN
      UPDATE orders SET status = 'fulfilled', fulfilled_at = UTC_TIMESTAMP(3)
        WHERE id = p_order;
    END IF;
    CALL request_end(p_user, p_idem, p_fingerprint, p_wait, v_outcome, p_order, NULL);
  END IF;
  CALL order_tell(v_outcome, p_order);
END
