-- A user cancels an order, or an admin anybody's: see do_order_cancel.
-- grant: worker
CREATE /*M! OR REPLACE */ PROCEDURE order_cancel(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_idem BINARY(16),
  IN p_fingerprint BINARY(16), IN p_wait INT, IN p_order BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  CALL do_order_cancel(p_user, p_issued, p_idem, p_fingerprint, p_wait, p_order,
    'customer');
END
