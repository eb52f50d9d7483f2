-- The payment service: asks for p_amount from the user's points and records
-- the approval; called by order_buy in its transaction, when the balance
-- is known to suffice and the user's row is locked.  p_attempt counts from 1.
-- An error is a failed attempt: the order is rolled back with it and tried
-- again, as is a SIGNAL, by which the service says no.
CREATE /*M! OR REPLACE */ PROCEDURE payment_request(
  IN p_user BIGINT, IN p_amount BIGINT, IN p_attempt INT,
  OUT p_payment BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  INSERT INTO payments (user_id, amount, status, attempts, created_at)
    VALUES (p_user, p_amount, 'approved', p_attempt, UTC_TIMESTAMP(3));
  SET p_payment = LAST_INSERT_ID();
END
