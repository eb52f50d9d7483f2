-- A log-in's password was right: it counts no longer as one that failed.
-- grant: worker
--
-- One row: outcome, issued_ms, when the token is issued.  'invalid_credentials'
-- where the user was closed or has another password by now: looked at under
-- the user's lock, so that no token of an old password is issued behind the
-- change that revokes them.
CREATE /*M! OR REPLACE */ PROCEDURE password_end(
  IN p_user BIGINT, IN p_hash VARCHAR(200) CHARACTER SET ascii,
  IN p_noted BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii DEFAULT 'invalid_credentials';
  DECLARE v_key VARBINARY(1016);
  DECLARE v_issued BIGINT;

  START TRANSACTION;
  SELECT u.email_key, GREATEST(u.tokens_from,
      TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)
    INTO v_key, v_issued
    FROM users u JOIN credentials c ON c.user_id = u.id
    WHERE u.id = p_user AND u.status = 'active'
      AND c.hash = CAST(p_hash AS BINARY) FOR UPDATE;
  IF v_key IS NOT NULL THEN
    UPDATE login_windows SET times = REPLACE(times, CONCAT(p_noted, ','), '')
      WHERE email_key = v_key;
    SET v_outcome = 'ok';
  END IF;
  COMMIT;
  SELECT v_outcome AS outcome, v_issued AS issued_ms;
END
