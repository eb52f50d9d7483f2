-- A user closes the account, see account_erase.
-- grant: worker
--
-- One row: outcome.  'unknown_user', 'invalid_token'; 'invalid_credentials' where
-- the hash that was checked is not the user's any more.
-- p_attempt: above 1 an earlier attempt of the same request may have done it.
CREATE /*M! OR REPLACE */ PROCEDURE account_close(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_attempt INT,
  IN p_checked VARCHAR(200) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_from BIGINT;
  DECLARE v_hash VARBINARY(200) DEFAULT '';

  START TRANSACTION;
  SELECT status, tokens_from INTO v_status, v_from FROM users
    WHERE id = p_user FOR UPDATE;
  SELECT hash INTO v_hash FROM credentials WHERE user_id = p_user;
  SET v_outcome = CASE
    WHEN v_status = 'closed' AND p_attempt > 1 THEN 'ok'
    WHEN v_status IS NULL OR v_status <> 'active' THEN 'unknown_user'
    WHEN v_from > p_issued THEN 'invalid_token'
    WHEN p_checked = '' OR v_hash <> CAST(p_checked AS BINARY) THEN 'invalid_credentials'
    ELSE 'ok' END;
  IF v_outcome = 'ok' AND v_status = 'active' THEN
    CALL account_erase(p_user);
  END IF;
  COMMIT;
  IF v_outcome = 'ok' AND v_status = 'closed' THEN
    CALL await_durable();
  END IF;
  SELECT v_outcome AS outcome;
END
