-- End what request_begin has begun.  Where p_outcome is 'ok' the key is kept,
-- with what the answer is to be told from, and all is committed; on any other
-- outcome nothing is changed.  In both cases the key's lock is given back.
--
-- A client's key is kept for two days, one that was made for the request for ten
-- minutes: nobody but the worker and the web server repeats that one.  Now and
-- then a request takes away what is older, after its own work is safe.
CREATE /*M! OR REPLACE */ PROCEDURE request_end(
  IN p_user BIGINT, IN p_idem BINARY(16), IN p_fingerprint BINARY(16),
  IN p_wait INT, IN p_outcome VARCHAR(32) CHARACTER SET ascii,
  IN p_made BIGINT, IN p_answer MEDIUMTEXT CHARACTER SET utf8mb4)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);

  IF p_outcome = 'ok' THEN
    INSERT INTO requests (user_id, idem, fingerprint, made_id, answer,
        created_at, expires_at)
      VALUES (p_user, p_idem, p_fingerprint, p_made, p_answer, v_now,
        v_now + INTERVAL IF(p_wait > 0, 2880, 10) MINUTE);
    COMMIT;
    IF RAND() < 0.01 THEN
      BEGIN
        DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
        DELETE FROM requests WHERE expires_at < v_now
          ORDER BY expires_at LIMIT 1000;
      END;
    END IF;
  ELSE
    ROLLBACK;
  END IF;
  IF p_wait > 0 THEN
    DO RELEASE_ALL_LOCKS();
  END IF;
END
