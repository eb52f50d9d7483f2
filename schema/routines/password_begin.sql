-- Begin to check a password: hand out the hash it must have, and count the
-- attempt as one that failed, which password_end takes back.  So however many
-- are under way at once, no more than 10 in 15 minutes get a hash.
-- grant: worker
--
-- One row: outcome, user_id, hash, noted_ms, retry_s.  'ok' also where there is
-- no such user, or one without a password: user_id 0, hash ''.  Else
-- 'too_many_attempts', with retry_s, in how many seconds there is a place;
-- 'unknown_user', 'invalid_token'.  Committed on 'ok'.
-- p_user: whose password, by a token that was issued at p_issued; 0: that of
-- whoever has the address p_key, its A-Z lowered.
CREATE /*M! OR REPLACE */ PROCEDURE password_begin(
  IN p_user BIGINT, IN p_issued BIGINT,
  IN p_key VARCHAR(254) CHARACTER SET utf8mb4)
  MODIFIES SQL DATA SQL SECURITY DEFINER
begin_it: BEGIN
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii DEFAULT 'ok';
  DECLARE v_key VARBINARY(1016) DEFAULT CAST(p_key AS BINARY);
  DECLARE v_user, v_from, v_tenth BIGINT DEFAULT 0;
  DECLARE v_hash VARCHAR(200) CHARACTER SET ascii DEFAULT '';
  DECLARE v_times VARBINARY(140);
  DECLARE v_now BIGINT DEFAULT TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000;
  DECLARE v_noted BIGINT DEFAULT v_now;

  SELECT id, email_key, tokens_from INTO v_user, v_key, v_from FROM users
    WHERE status = 'active' AND IF(p_user > 0, id = p_user, email_key = v_key)
    ORDER BY id LIMIT 1;
  IF p_user > 0 AND (v_user = 0 OR v_from > p_issued) THEN
    SELECT IF(v_user = 0, 'unknown_user', 'invalid_token') AS outcome;
    LEAVE begin_it;
  END IF;
  SELECT hash INTO v_hash FROM credentials WHERE user_id = v_user;

  START TRANSACTION;
  -- The row is locked from here on, be it new or not.
  INSERT INTO login_windows (email_key, times, last_ms) VALUES (v_key, '', v_now)
    ON DUPLICATE KEY UPDATE last_ms = v_now;
  SELECT times INTO v_times FROM login_windows WHERE email_key = v_key;
  -- Times ahead, after the clock was set back, are none: they would be the newest
  -- for as long as they are ahead, and whatever is noted would be ahead of them.
  WHILE v_times <> '' AND LEFT(v_times, 13) > v_now + 1000 DO
    SET v_times = SUBSTRING(v_times, 15);
  END WHILE;
  IF LENGTH(v_times) = 140 THEN
    SET v_tenth = SUBSTRING(v_times, 127, 13);
  END IF;
  IF v_tenth + 900000 > v_now THEN
    ROLLBACK;
    SET v_outcome = 'too_many_attempts', v_hash = NULL;
  ELSE
    -- No two have the same time, so that password_end knows its own.
    IF v_times <> '' AND LEFT(v_times, 13) >= v_noted THEN
      SET v_noted = LEFT(v_times, 13) + 1;
    END IF;
    UPDATE login_windows SET times = LEFT(CONCAT(v_noted, ',', v_times), 140)
      WHERE email_key = v_key;
    COMMIT;
    IF RAND() < 0.1 THEN
      BEGIN
        DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
        DELETE FROM login_windows WHERE last_ms < v_now - 900000
          ORDER BY last_ms LIMIT 100;
      END;
    END IF;
  END IF;
  SELECT v_outcome AS outcome, v_user AS user_id, v_hash AS hash,
    v_noted AS noted_ms, (v_tenth + 900999 - v_now) DIV 1000 AS retry_s;
END
