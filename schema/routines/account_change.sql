-- A user changes name, e-mail or password; '' leaves one as it is.
-- grant: worker
--
-- One row: outcome, and on 'ok' id, email, name, role, created_at.  'email_taken';
-- 'unknown_user', 'invalid_token'; 'invalid_credentials' where the hash that was
-- checked is not the user's any more.  Committed on 'ok'.
-- p_key: p_email with A-Z lowered.  p_hash: the new password's.
-- p_checked: the hash that the request's password was checked by, which
-- password_begin noted at p_noted; '': none was, and the name alone may change.
-- p_attempt: above 1 an earlier attempt of the same request may have done it.
CREATE /*M! OR REPLACE */ PROCEDURE account_change(
  IN p_user BIGINT, IN p_issued BIGINT, IN p_attempt INT,
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_email VARCHAR(254) CHARACTER SET utf8mb4,
  IN p_key VARCHAR(254) CHARACTER SET utf8mb4,
  IN p_hash VARCHAR(200) CHARACTER SET ascii,
  IN p_checked VARCHAR(200) CHARACTER SET ascii, IN p_noted BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii;
  DECLARE v_status VARCHAR(8) CHARACTER SET ascii;
  DECLARE v_from BIGINT;
  DECLARE v_key VARBINARY(1016);
  DECLARE v_hash VARBINARY(200) DEFAULT '';

  BEGIN
    DECLARE EXIT HANDLER FOR 1062 SET v_outcome = 'email_taken';

    START TRANSACTION;
    SELECT status, tokens_from, email_key INTO v_status, v_from, v_key
      FROM users WHERE id = p_user FOR UPDATE;
    SELECT hash INTO v_hash FROM credentials WHERE user_id = p_user;
    SET v_outcome = CASE
      WHEN v_status IS NULL OR v_status <> 'active' THEN 'unknown_user'
      WHEN p_hash <> '' AND p_attempt > 1 AND v_hash = CAST(p_hash AS BINARY) THEN 'ok'
      WHEN v_from > p_issued THEN 'invalid_token'
      WHEN CONCAT(p_email, p_hash) <> '' AND (p_checked = ''
        OR v_hash <> CAST(p_checked AS BINARY)) THEN 'invalid_credentials'
      END;
    IF v_outcome IS NULL THEN
      IF p_checked <> '' THEN
        UPDATE login_windows SET times = REPLACE(times, CONCAT(p_noted, ','), '')
          WHERE email_key = v_key;
      END IF;
      UPDATE users SET name = IF(p_name = '', name, p_name),
          email = IF(p_email = '', email, p_email),
          email_key = IF(p_email = '', email_key, CAST(p_key AS BINARY)),
          tokens_from = IF(p_hash = '', tokens_from, 1 + GREATEST(p_issued,
            TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000))
        WHERE id = p_user;
      IF p_hash <> '' THEN
        UPDATE credentials SET hash = p_hash, changed_at = UTC_TIMESTAMP(3)
          WHERE user_id = p_user;
      END IF;
      COMMIT;
      SET v_outcome = 'ok';
    END IF;
  END;
  IF v_outcome = 'ok' THEN
    -- An earlier attempt may have done it, or nothing is new.
    CALL await_durable();
    SELECT v_outcome AS outcome, id, email, name, role, created_at
      FROM users WHERE id = p_user;
  ELSE
    ROLLBACK;
    SELECT v_outcome AS outcome;
  END IF;
END
