-- Every token of the user that was issued before now is refused from now on.
-- grant: worker
--
-- One row: outcome.  'unknown_user', 'invalid_token'.
-- p_attempt: above 1 an earlier attempt of the same request may have done it.
CREATE /*M! OR REPLACE */ PROCEDURE tokens_revoke(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_attempt INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii DEFAULT 'ok';
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_from BIGINT;

  START TRANSACTION;
  SELECT status, tokens_from INTO v_status, v_from FROM users
    WHERE id = p_user FOR UPDATE;
  IF v_status IS NULL OR v_status <> 'active' THEN
    SET v_outcome = 'unknown_user';
  ELSEIF v_from <= p_issued THEN
    -- Of one issued in this millisecond nobody knows which came first.
    UPDATE users SET tokens_from = 1 + GREATEST(p_issued,
        TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)
      WHERE id = p_user;
  ELSEIF p_attempt <= 1 THEN
    SET v_outcome = 'invalid_token';
  ELSE
    CALL await_durable();
  END IF;
  COMMIT;
  SELECT v_outcome AS outcome;
END
