-- A new user, whose opening balance (0: none) is a row of the ledger.
-- One row: outcome, id.  An address that is taken is error 1062.
CREATE /*M! OR REPLACE */ PROCEDURE user_add(
  IN p_name VARCHAR(100) CHARACTER SET utf8mb4,
  IN p_email VARCHAR(254) CHARACTER SET utf8mb4, IN p_balance BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_id BIGINT;
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);

  START TRANSACTION;
  INSERT INTO users (email, name, balance, created_at)
    VALUES (p_email, p_name, p_balance, v_now);
  SET v_id = LAST_INSERT_ID();
  IF p_balance > 0 THEN
    INSERT INTO points_ledger
        (user_id, type, amount, balance_after, idem, fingerprint, created_at)
      VALUES (v_id, 'charge', p_balance, p_balance, '', '', v_now);
  END IF;
  COMMIT;
  SELECT 'ok' AS outcome, v_id AS id;
END
