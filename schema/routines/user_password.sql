-- The operator gives a user a password, the first or another, and revokes all
-- tokens.
-- One row: outcome.  'unknown_user' where there is none, or it is closed.
CREATE /*M! OR REPLACE */ PROCEDURE user_password(
  IN p_user BIGINT, IN p_hash VARCHAR(200) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;

  START TRANSACTION;
  SELECT status INTO v_status FROM users WHERE id = p_user FOR UPDATE;
  IF v_status = 'active' THEN
    UPDATE users SET tokens_from = 1 +
        TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000
      WHERE id = p_user;
    INSERT INTO credentials (user_id, hash, changed_at)
      VALUES (p_user, p_hash, UTC_TIMESTAMP(3))
      ON DUPLICATE KEY UPDATE hash = p_hash, changed_at = UTC_TIMESTAMP(3);
  END IF;
  COMMIT;
  SELECT IF(v_status = 'active', 'ok', 'unknown_user') AS outcome;
END
