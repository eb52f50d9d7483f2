-- The operator closes a user's account, see account_erase.
-- One row: outcome.  'unknown_user' where there is none, or it is closed.
CREATE /*M! OR REPLACE */ PROCEDURE user_close(IN p_user BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;

  START TRANSACTION;
  SELECT status INTO v_status FROM users WHERE id = p_user FOR UPDATE;
  IF v_status = 'active' THEN
    CALL account_erase(p_user);
  END IF;
  COMMIT;
  SELECT IF(v_status = 'active', 'ok', 'unknown_user') AS outcome;
END
