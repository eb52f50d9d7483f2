-- Cancel an order: its points come back, its stock is put back, the ranking
-- forgets it.  Once for all, whoever asks how often.
--
-- The first arguments are request_begin's; p_role is the caller's word, never a
-- client's: 'customer' from order_cancel, 'operator' from shopctl.
-- The user's own order, or anybody's where v_role is 'admin'; 'order_not_found',
-- 'order_not_cancellable' (it is fulfilled).  'ok' and 'replayed': the rows of
-- order_tell.
--
-- A refund is never refused, so that a balance may exceed what a charge may make
-- of it.  The owner's row is locked before the order's, as order_buy locks it
-- before it makes one.
CREATE /*M! OR REPLACE */ PROCEDURE do_order_cancel(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_order BIGINT,
  IN p_role VARCHAR(8) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_role, v_status VARCHAR(9) CHARACTER SET ascii;
  DECLARE v_made, v_owner, v_total BIGINT;
  DECLARE v_answer MEDIUMTEXT CHARACTER SET utf8mb4;

  CALL request_begin(p_user, p_issued, p_idem, p_fingerprint, p_wait, p_role,
    v_outcome, v_role, v_made, v_answer);
  IF v_outcome IS NULL THEN
    SELECT user_id INTO v_owner FROM orders WHERE id = p_order;
    IF v_owner IS NULL OR (v_owner <> p_user AND v_role <> 'admin') THEN
      SET v_outcome = 'order_not_found';
    ELSE
      SELECT id INTO v_owner FROM users WHERE id = v_owner FOR UPDATE;
      SELECT status, total_price INTO v_status, v_total
        FROM orders WHERE id = p_order FOR UPDATE;
      IF v_status IS NULL THEN
        -- It was archived since we looked.
        SET v_outcome = 'order_not_found';
      ELSEIF v_status = 'fulfilled' THEN
        SET v_outcome = 'order_not_cancellable';
      ELSE
        SET v_outcome = 'ok';
        IF v_status = 'paid' THEN
          UPDATE orders SET status = 'cancelled', cancelled_at = UTC_TIMESTAMP(3)
            WHERE id = p_order;
          UPDATE users SET balance = LAST_INSERT_ID(balance + v_total)
            WHERE id = v_owner;
          INSERT INTO points_ledger (user_id, type, amount, balance_after,
              order_id, idem, fingerprint, created_at)
            VALUES (v_owner, 'refund', v_total, LAST_INSERT_ID(), p_order,
              p_idem, p_fingerprint, UTC_TIMESTAMP(3));
          CALL sales_undo(p_order);
        END IF;
      END IF;
    END IF;
    CALL request_end(p_user, p_idem, p_fingerprint, p_wait, v_outcome, p_order, NULL);
  END IF;
  CALL order_tell(v_outcome, p_order);
END
