-- The operator gives a user a role.
-- One row: outcome.  'unknown_user' where there is none, or it is closed.
CREATE /*M! OR REPLACE */ PROCEDURE user_role(
  IN p_user BIGINT, IN p_role VARCHAR(8) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;

  START TRANSACTION;
  SELECT status INTO v_status FROM users WHERE id = p_user FOR UPDATE;
  UPDATE users SET role = p_role WHERE id = p_user AND status = 'active';
  -- An earlier attempt may have done it.
  CALL await_durable();
  SELECT IF(v_status = 'active', 'ok', 'unknown_user') AS outcome;
END
