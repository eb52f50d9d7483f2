-- Somebody signs up.
-- grant: worker
--
-- One row: outcome, id, created_at.  'email_taken'.  Committed on 'ok'.
-- p_hash has a salt of its own, so that a user with this very hash was made by
-- an earlier attempt of the same request, whose answer was lost.
CREATE /*M! OR REPLACE */ PROCEDURE account_open(
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_email VARCHAR(254) CHARACTER SET utf8mb4,
  IN p_key VARCHAR(254) CHARACTER SET utf8mb4,
  IN p_hash VARCHAR(200) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_id BIGINT;
  DECLARE v_at DATETIME(3);
  DECLARE v_outcome VARCHAR(32) CHARACTER SET ascii DEFAULT 'ok';

  BEGIN
    DECLARE EXIT HANDLER FOR 1062 SET v_outcome = 'email_taken';

    START TRANSACTION;
    CALL user_make(p_name, p_email, 0, 'customer', p_hash, v_id);
    COMMIT;
  END;
  IF v_outcome = 'email_taken' THEN
    ROLLBACK;
    SET v_id = NULL;
    SELECT u.id INTO v_id FROM users u JOIN credentials c ON c.user_id = u.id
      WHERE u.email_key = CAST(p_key AS BINARY)
        AND c.hash = CAST(p_hash AS BINARY);
    IF v_id IS NOT NULL THEN
      SET v_outcome = 'ok';
      CALL await_durable();
    END IF;
  END IF;
  SELECT created_at INTO v_at FROM users WHERE id = v_id;
  SELECT v_outcome AS outcome, v_id AS id, v_at AS created_at;
END
